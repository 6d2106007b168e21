"""The page that says how lately the statuses were verified."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core import changes
from directory.core.roles import Role
from directory.search import service
from directory.web.views.quality import TALL, chart_of
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.discovery import decline
from trials.models import DiscoveredTrial, RegistryDiscovery, StatusStatement
from trials.models.registry import SyncStatus
from trials.quality import MonthTally, Tally
from trials.sources.discovering import discover

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent University Hospital", name_fr="Hôpital universitaire de Gand")
    a_site(a_trial("Fresh"), ghent, said=3)
    a_site(a_trial("Old"), ghent, said=400, status="completed")
    site = a_site(a_trial("Disputed"), ghent, status="suspended", said=50)
    says(
        site,
        "recruiting",
        said=4,
        by=Role.REGISTRY,
        source="ClinicalTrials.gov",
        source_url="https://example.org/1",
    )
    service.rebuild()
    return site


def text(client, address="/en/quality/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def cells(page, row):
    """The words of a table's row, by what its head says."""
    part = page.partition(f'<th scope="row">{row}</th>')[2].partition("</tr>")[0]
    found = [cell.partition("</td>")[0] for cell in part.split("<td>")[1:]]
    return [
        " ".join(cell.replace('<span class="note">', "").replace("</span>", "").split()) for cell in found
    ]


def test_all_and_the_recruiting_are_counted_with_their_shares(client, world):
    page = text(client)
    assert cells(page, "All") == ["3", "1 (33%)", "1 (33%)", "1", "1", "0"]
    recruiting = cells(page, "Of these, recruiting in Belgium")
    assert recruiting == ["1", "1 (100%)", "1 (100%)", "0", "0", "0"]


def test_a_dispute_leads_to_its_site_and_shows_both_words(client, world):
    part = text(client).partition('id="disputed"')[2].partition("</table>")[0]
    assert "1 disputed status" in part
    assert 'href="/en/trials/disputed/#site-uz-gent"' in part
    assert part.index("Suspended") < part.index("the centre&#x27;s coordinator") < part.index("Recruiting")
    assert "ClinicalTrials.gov" in part


def test_a_trial_s_own_dispute_is_counted_beside_those_of_its_sites(client, world):
    trial = a_trial("Whole", disputed=True)
    for role, status, day in (("editor", "recruiting", 3), ("registry", "completed", 9)):
        StatusStatement.objects.create(
            trial=trial, status=status, said_at=dt.date(2026, 3, day), role=role, source="CTIS"
        )
    service.rebuild()
    part = text(client).partition('id="disputed"')[2].partition("</table>")[0]
    assert "2 disputed statuses" in part
    assert '<a href="/en/trials/whole/">Whole</a></td><td>the trial as a whole</td>' in part


# The certificate of coverage


def listed(*numbers):
    """ClinicalTrials.gov answers to the end, with these trials for children in Ghent."""
    run = discover(CTGOV, [answers(*(a_study(number, places=[GENT]) for number in numbers))])
    RegistryDiscovery.objects.filter(pk=run.pk).update(is_whole=True)
    return run


def test_what_a_registry_lists_is_counted_by_what_became_of_it_here(client, world):
    numbers = [f"NCT{number:08}" for number in range(1, 7)]
    listed(*numbers)
    a_trial("HERE", identifiers=[numbers[0]])
    a_trial("DRAFT", identifiers=[numbers[1]], state="draft", title_en="What nobody may see")
    a_trial("GONE", identifiers=[numbers[2]], state="withdrawn")
    found = DiscoveredTrial.objects.filter(number__in=numbers[3:5])
    decline(candidates=found, by=changes.Actor(Role.EDITOR), reason="Takes adults <only>.")
    page = text(client).partition('id="coverage"')[2]
    day, *figures = cells(page, "ClinicalTrials.gov")
    assert figures == ["6", "1", "2", "2", "1"]
    assert str(timezone.localdate().year) in day
    assert '<th scope="row">CTIS</th><td colspan="6">not asked yet</td>' in page
    waiting, declined = page.split("<details", 2)[1:]
    assert "ClinicalTrials.gov: wait for an editor (2)" in waiting
    assert (numbers[1] in waiting, numbers[5] in waiting) == (True, True)
    assert f'href="https://clinicaltrials.gov/study/{numbers[5]}"' in waiting
    assert declined.count("Takes adults &lt;only&gt;.") == 2
    assert "What nobody may see" not in page
    assert "an editor" in declined or "the editors" in declined


def test_who_answers_in_the_place_of_a_registry_is_told(client, world):
    listed("NCT00000001")
    RegistryDiscovery.objects.update(answered_by="demo registry")
    part = text(client).partition('id="coverage"')[2]
    assert "answered instead by: demo registry" in part
    assert "clinicaltrials.gov/study" not in part


def test_a_registry_that_did_not_answer_to_the_end_has_no_figures(client, world):
    RegistryDiscovery.objects.begin("ctis").end(SyncStatus.FAILED, ["away"])
    assert "without a full answer yet</td>" in text(client)
    listed()
    RegistryDiscovery.objects.begin("ctgov").end(SyncStatus.FAILED, ["away"])
    assert "no answer on" in text(client)


def test_each_language_says_it_in_its_own_words(client, world):
    assert "Hôpital universitaire de Gand" in text(client, "/fr/quality/")
    assert "(33 %)" in text(client, "/de/quality/")
    assert "betwiste status" in text(client, "/nl/quality/")


def test_one_month_has_no_picture_and_says_why(client, world):
    page = text(client)
    assert "<svg viewBox" not in page
    assert "there is nothing to compare yet" in page


def test_from_the_second_month_on_there_is_a_picture_of_the_table(client, world):
    early = timezone.now() - dt.timedelta(days=62)
    StatusStatement.objects.filter(site=world).update(recorded_at=early)
    page = text(client)
    picture = page.partition('<div class="chart" aria-hidden="true">')[2].partition("</svg>")[0]
    table = page.partition('id="time"')[2].partition("</table>")[0]
    assert picture.count("<rect") == 2 * table.count('<th scope="row">') >= 4


def test_a_new_statement_is_counted_though_no_status_changes(client, world):
    text(client)
    says(world, "suspended", said=300, by=Role.REGISTRY, source="ISRCTN")
    assert "ISRCTN" in text(client).partition('id="sources"')[2]


def test_an_empty_directory_says_so_and_so_does_one_without_an_index(client, index_dir):
    assert "No status of a centre has been entered yet." in text(client)
    service.rebuild()
    assert "No status of a centre has been entered yet." in text(client)


def test_the_page_is_linked_and_in_the_sitemap(client, world):
    assert 'href="/nl/quality/"' in text(client, "/nl/")
    assert "/fr/quality/" in client.get("/sitemap.xml").content.decode()


def test_a_bar_is_as_high_as_its_share():
    def month(**of):
        return MonthTally(dt.date(2026, 1, 31), Tally(of), Tally({}))

    chart = chart_of([month(fresh=1, ageing=1, stale=2), month(), month(fresh=3)])
    assert [(bar.fresh, bar.lately) for bar in chart.bars] == [(TALL / 4, TALL / 2), (0, 0), (TALL, TALL)]
