"""The first page of the admin says what waits, and each list costs the same few queries."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from centres.models import Centre, Coordination, Network, Professional
from directory.adminsite import attention
from directory.core.changes import SYSTEM, Entry, record
from directory.core.models import Change
from tests import builders
from tests.support.admin_forms import admin_url
from trials.models import Condition, StatusStatement, Trial, TrialSite

pytestmark = pytest.mark.django_db


def lines(client) -> dict[str, int]:
    """What the panel says: label → number, as somebody reads it who follows the link too."""
    page = client.get(reverse("admin:index"))
    found = {str(line.label): line for line in attention.panel(page.wsgi_request)[1]}
    for line in found.values():
        assert escape(line.url) in page.content.decode()
        listed = client.get(line.url).context["cl"].result_count
        assert listed == line.count, line.label
    return {label: line.count for label, line in found.items()}


def test_where_nothing_waits_the_page_says_so(client):
    client.force_login(builders.an_editor())
    assert "Nothing needs your attention." in client.get(reverse("admin:index")).content.decode()


def test_an_editor_sees_doubtful_sites_drafts_and_missing_consents(client):
    trial = builders.a_trial("A")
    builders.a_site(trial, status="recruiting", said=91)
    builders.a_site(trial, status="recruiting", said=90)  # not yet
    builders.a_site(trial, status="completed", said=400)  # nobody is sent there
    builders.says(builders.a_site(trial, said=10), "completed", said=1, by="registry")
    builders.a_trial(state="draft")
    builders.a_centre(state="draft")
    builders.a_network(state="draft")
    builders.a_professional()
    builders.a_professional(consent=True)
    client.force_login(builders.an_editor())
    assert lines(client) == {
        "recruiting site for which a newer source says otherwise": 1,
        "recruiting site not verified for more than 90 days": 1,
        "trial in draft": 1,
        "centre in draft": 1,
        "network in draft": 1,
        "professional without consent on record": 1,
    }


def test_several_are_said_in_the_plural(client):
    for _ in range(2):
        builders.a_trial(state="draft")
        builders.a_professional()
        builders.a_site(said=91)
    client.force_login(builders.an_editor())
    assert lines(client) == {
        "recruiting sites not verified for more than 90 days": 2,
        "trials in draft": 2,
        "professionals without consent on record": 2,
    }


def test_what_is_urgent_stands_first(client):
    builders.a_trial(state="draft")
    builders.a_site(status="recruiting", said=91)
    request = client.get(reverse("admin:login")).wsgi_request
    request.user = builders.an_editor()
    assert [line.urgent for line in attention.panel(request)[1]] == [True, False]


def test_a_coordinator_sees_the_doubtful_sites_of_their_centres_only(client):
    own, trial = builders.a_centre("own"), builders.a_trial("A")
    builders.a_site(trial, own, said=91)
    builders.a_site(trial, builders.a_centre("other"), said=91)
    builders.a_trial(state="draft")
    client.force_login(builders.a_coordinator(own))
    assert lines(client) == {"recruiting site not verified for more than 90 days": 1}


def test_a_coordinator_reads_which_centres_are_theirs_and_finds_the_door_for_sheets(client):
    client.force_login(builders.a_coordinator(builders.a_centre("own", name="Ghent University Hospital")))
    builders.a_centre("other", name="Another Hospital")
    page = client.get(reverse("admin:index")).content.decode()
    assert "You coordinate: Ghent University Hospital." in page
    assert "Another Hospital" not in page
    assert f'<a class="door" href="{reverse("admin:imports_importrun_add")}">Import a sheet</a>' in page


def test_a_coordinator_without_a_centre_is_told_whom_to_ask(client):
    client.force_login(builders.a_coordinator())
    page = client.get(reverse("admin:index")).content.decode()
    assert "You do not coordinate a centre yet. Ask an editor." in page
    assert "Nothing needs your attention." not in page
    assert 'class="door"' not in page


def test_staff_without_a_role_see_no_record_at_all(client):
    builders.a_site(said=400)
    client.force_login(builders.a_user(is_staff=True))
    page = client.get(reverse("admin:index"))
    assert page.context["app_list"] == []
    assert "Nothing needs your attention." in page.content.decode()


def test_a_source_is_asked_once_however_often_it_registers():
    def source(request):
        yield attention.WaitingItem(1, "x", "/")

    attention.register(source)
    attention.register(source)
    try:
        assert attention._sources.count(source) == 1
    finally:
        attention._sources.remove(source)


def test_names_and_titles_say_in_which_language_they_are(client):
    client.force_login(builders.an_editor())
    page = client.get(admin_url(builders.a_centre(), "change")).content.decode()
    for label in ("Name (English)", "Name (Dutch)", "Name (French)", "Name (German)"):
        assert label in page


def a_neighbourhood(number):
    """One more of everything."""
    centre = builders.a_centre(f"c{number}", aliases=[f"alias {number}"])
    trial = builders.a_trial(f"T{number}", identifiers=[f"NCT0430{number:04}"], conditions=["VIIIc"])
    person = builders.a_professional(f"Person {number}")
    builders.a_site(trial, centre, said=number, contact_person=person)
    builders.a_network(f"n{number}", members=[(centre, "satellite")])
    builders.a_coordinator(centre, username=f"user{number}")
    record([Entry("trial", f"t{number}", None, {"slug": "x"})], by=SYSTEM)


@pytest.mark.parametrize(
    "model",
    [Trial, TrialSite, StatusStatement, Condition, Centre, Network, Professional, Coordination, Change],
    ids=lambda model: model.__name__,
)
@pytest.mark.parametrize("query", ["", "?q=t"])
def test_a_list_costs_the_same_few_queries_whatever_its_length(
    client, django_assert_max_num_queries, model, query
):
    client.force_login(builders.an_editor())
    counts = []
    for first, last in ((0, 2), (2, 12)):
        for number in range(first, last):
            a_neighbourhood(number)
        with django_assert_max_num_queries(14) as queries:
            assert client.get(admin_url(model) + query).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
