"""A dispute of a trial's own status shows both words wherever a site's does, and hides behind no headline."""

import csv
import datetime as dt
import io

import pytest
from django.utils import timezone, translation

from directory.core import changes
from directory.core.roles import Role
from directory.search import service
from directory.watching.news import events_of
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor, says
from tests.support.admin_forms import admin_url
from trials.actions import state_status_of_trial
from trials.documents import trials as documents_of
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement, Trial, TrialSite
from trials.statements import settle_disputes

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "nl", "fr", "de")


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


@pytest.fixture
def disputed():
    """An editor said in April that it recruits; CTIS says since June that it is completed."""
    trial = a_trial("Alpha", status="unknown", source="ClinicalTrials.gov")
    with changes.recording(changes.Actor(Role.EDITOR)) as log:
        log.watch(trial)
        trial.status, trial.status_as_of = "recruiting", "2026-04-03"
        trial.save()
        state_status_of_trial(trial=trial, by=changes.Actor(Role.EDITOR))
    with changes.recording(changes.Actor(Role.REGISTRY)) as log:
        log.watch(trial)
        StatusStatement.objects.create(
            trial=trial, status="completed", said_at=dt.date(2026, 6, 1), said_on="2026-06",
            role=Role.REGISTRY, source="CTIS", source_url="https://euclinicaltrials.eu/x",
        )  # fmt: skip
        settle_disputes([trial])
    service.rebuild()
    trial.refresh_from_db()
    return trial


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_document_has_the_other_word_in_the_shape_of_a_sites(disputed):
    (document,) = documents_of(["alpha"])
    assert (document.body["status"], document.body["status_by"]) == ("recruiting", "editor")
    assert document.body["dispute"] == {
        "status": "completed", "said_on": "2026-06", "by": "registry", "source": "CTIS",
        "source_url": "https://euclinicaltrials.eu/x", "implied_by": None,
    }  # fmt: skip


@pytest.mark.parametrize("path", ["", "print/"])
def test_the_page_and_the_sheet_show_who_said_what_and_when(client, disputed, path):
    page = text(client, f"/en/trials/alpha/{path}")
    facts = page.partition("Status of the whole trial")[2].partition("<dt>")[0]
    parts = (
        "Recruiting", "3 April 2026, by an editor", "A registry says otherwise:", "Completed", "June 2026",
        'href="https://euclinicaltrials.eu/x"',
    )  # fmt: skip
    places = [facts.index(one) for one in parts]
    assert places == sorted(places)
    assert "ClinicalTrials.gov" not in facts  # of the record, not of the editor's word


@pytest.mark.parametrize(
    "path", ["trials/compare/?trial=alpha", "trials/?q=alpha", "trials/results.html?q=alpha"]
)
def test_lists_and_comparisons_show_it_too(client, disputed, path):
    page = text(client, f"/en/{path}")
    shown = page.partition("A registry says otherwise:")[2]
    assert "Completed" in shown[:300]
    assert "June 2026" in shown[:400]
    assert "CTIS" in shown[:500]


def test_the_file_of_results_has_it_in_a_column(client, disputed):
    content = client.get("/en/trials/results.csv?q=alpha").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content), delimiter=";")
    assert (row["status_by"], row["dispute"]) == ("editor", "CTIS 2026-06: completed")


def test_the_history_has_what_was_said_of_the_whole_trial(client, disputed):
    history = text(client, "/en/trials/alpha/").partition('id="history"')[2].partition("</details>")[0]
    assert "History of statuses" in history
    assert history.count("The whole trial") == 2


def test_a_feed_tells_of_it_with_both_words(disputed):
    told = {one.sentence for one in events_of(["alpha"], most=20)}
    assert (
        "The whole trial: Recruiting, says an editor of this directory (3 April 2026). "
        "A newer source says: Completed (CTIS, June 2026)."
    ) in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_says_that_the_trial_is_disputed(client, disputed, language):
    a_site(disputed, a_centre("uz-gent"))
    with translation.override(language):
        said = translation.gettext("the status of the whole trial is disputed")
    assert said in head(client, f"/{language}/trials/alpha/")


def head(client, path):
    return text(client, path).partition('class="head-status"')[2].partition("</p>")[0]


def test_the_headline_says_how_many_of_its_centres_are_disputed(client):
    trial = a_trial("Alpha")
    for number in range(3):
        site = a_site(trial, a_centre(f"centre-{number}"), said=20)
        if number == 0:
            says(site, "completed", said=2, by=Role.REGISTRY)
    shown = head(client, "/en/trials/alpha/")
    assert "Recruiting at 3 centres in Belgium" in shown
    assert "disputed at 1 centre: a newer source says otherwise" in shown
    a_trial("Beta", at=[a_centre("other")])
    assert "disputed" not in head(client, "/en/trials/beta/")


def test_an_undisputed_trial_shows_no_other_word(client, disputed):
    with changes.recording(changes.Actor(Role.EDITOR)) as log:
        log.watch(disputed)
        disputed.status_as_of = "2026-07-01"
        disputed.save()
        state_status_of_trial(trial=disputed, by=changes.Actor(Role.EDITOR))
    assert "A registry says otherwise" not in text(client, "/en/trials/alpha/")
    assert Trial.objects.get().disputed_by is None


def test_the_record_of_another_day_has_the_dispute_of_that_day(client, disputed):
    today = timezone.localdate().isoformat()
    page = text(client, f"/en/trials/alpha/?as_of={today}")
    assert "A registry says otherwise:" in page


# For editors


def test_the_form_of_a_trial_says_who_stated_what_and_when(client, disputed):
    client.force_login(an_editor())
    page = text(client, admin_url(disputed, "change"))
    assert "Recruiting (editor, 2026-04-03)" in page
    assert "A newer source says otherwise: Completed (CTIS, 2026-06)" in page
    assert "statements so far about the whole trial" in page.lower()


def test_a_coordinator_reads_what_was_said_of_a_listed_trial_and_adds_nothing(client, disputed):
    centre = a_centre("uz-gent")
    a_site(disputed, centre)
    client.force_login(a_coordinator(centre))
    page = text(client, admin_url(disputed, "change"))
    assert "A newer source says otherwise: Completed (CTIS, 2026-06)" in page


# Of a site, by a word about all of them


@pytest.fixture
def implied():
    """A coordinator's older word at one centre, none at the other; the whole trial is completed."""
    trial = a_trial("Alpha")
    older = a_site(trial, a_centre("uz-gent", name="Ghent"), said=60)
    silent = a_site(trial, a_centre("uz-leuven", name="Leuven"), status=None)
    for site in (older, silent):
        says(site, "completed", said=3, by=Role.REGISTRY, source="CTIS", implied_by=WHOLE_TRIAL)
    service.rebuild()
    return trial


@pytest.mark.parametrize(("language", "sentence"), [
    ("en", "Said of the whole trial, not of this centre by itself."),
    ("nl", "Gezegd over de hele studie, niet over dit centrum afzonderlijk."),
    ("fr", "Déclaré à propos de toute l’étude, pas de ce centre en particulier."),
    ("de", "Gesagt über die gesamte Studie, nicht über dieses Zentrum selbst."),
])  # fmt: skip
def test_a_page_says_of_what_it_was_said(client, implied, language, sentence):
    page = text(client, f"/{language}/trials/alpha/")
    rows = [page.partition(f'id="site-{code}"')[2].partition("</tr>")[0] for code in ("uz-gent", "uz-leuven")]
    assert [one.count(sentence) for one in rows] == [1, 1]


def test_every_list_and_file_says_so(client, implied):
    for path in ("trials/?q=alpha", "trials/alpha/print/", "trials/compare/?trial=alpha", "trials/alpha/"):
        assert "said of the whole trial" in text(client, f"/en/{path}")
    content = client.get("/en/trials/results.csv?q=alpha").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(content), delimiter=";")
    day = (timezone.localdate() - dt.timedelta(days=3)).isoformat()
    assert f"CTIS {day}: completed (the whole trial)" in row["sites"]
    assert f"verified {day} by registry, of the whole trial" in row["sites"]


def test_the_api_says_so_of_both_words(implied):
    (document,) = documents_of(["alpha"])
    older, silent = document.body["sites"]
    assert (older["implied_by"], older["dispute"]["implied_by"]) == (None, WHOLE_TRIAL)
    assert (silent["status"], silent["implied_by"], silent["dispute"]) == ("completed", WHOLE_TRIAL, None)


def test_what_an_editor_said_of_the_whole_is_not_called_a_registrys(client):
    site = a_site(a_trial("Alpha"), a_centre("uz-gent"), said=60)
    says(site, "completed", said=3, by=Role.EDITOR, implied_by=WHOLE_TRIAL)
    page = text(client, "/en/trials/alpha/")
    assert "A newer source says otherwise:" in page
    assert "A registry says otherwise:" not in page


def test_a_source_in_its_own_words_is_quoted(client):
    site = a_site(a_trial("Alpha"), a_centre("uz-gent"), status=None)
    says(site, "completed", said=3, implied_by="all Belgian centres, as the society's page says")
    assert "Said of “all Belgian centres, as the society&#x27;s page says”" in text(
        client, "/en/trials/alpha/"
    )
    assert TrialSite.objects.get().implied_by.startswith("all Belgian")
