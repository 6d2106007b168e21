"""What the lists of the admin can do to many records at once, and what each says about it."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from centres.models import Centre, Network, Professional
from directory.core.models import Change
from tests import builders
from tests.support.admin_forms import act, admin_url
from trials.models import StatusStatement, Trial, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = builders.an_editor("mieke")
    client.force_login(user)
    return user


def told(response) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize("make", [builders.a_trial, builders.a_centre, builders.a_network])
@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("list_records", "draft", "listed"),
        ("withdraw_records", "listed", "withdrawn"),
        ("back_to_draft", "listed", "draft"),
    ],
)
def test_records_are_listed_withdrawn_and_taken_back(client, editor, make, action, before, after):
    record = make("abc", state=before)
    response = act(client, type(record), action, record)
    record.refresh_from_db()
    assert record.state == after
    assert f"1 record is now {after}." in told(response)
    assert Change.objects.get().fields() == [("state", before, after)]


def test_a_record_that_was_listed_already_is_counted_apart_and_not_recorded(client, editor):
    response = act(client, Trial, "list_records", builders.a_trial("A"), builders.a_trial("B", state="draft"))
    assert told(response) == "1 record is now listed. 1 already had this state."
    assert [one.key for one in Change.objects.all()] == ["b"]


def test_closing_recruitment_asks_for_a_reason_and_shows_the_sites_first(client, editor):
    trial = builders.a_trial(
        "A", at=[builders.a_centre(name="Hospital One"), (builders.a_centre(), "completed")]
    )
    page = act(client, Trial, "close_at_all_sites", trial)
    assert "Hospital One" in page.content.decode()
    assert [str(site.centre) for site in page.context["sites"]] == ["Hospital One"]
    assert not Change.objects.exists()


def test_closing_recruitment_without_a_reason_closes_nothing(client, editor):
    trial = builders.a_trial("A", at=[builders.a_centre()])
    page = act(client, Trial, "close_at_all_sites", trial, confirmed="yes", reason="  ")
    assert page.context["form"].errors["reason"]
    assert trial.sites.recruiting().count() == 1


@pytest.mark.parametrize("reason", ["a\x00b", "a\x01b", "x" * 501])
def test_a_reason_that_no_column_takes_is_refused(client, editor, reason):
    trial = builders.a_trial("A", at=[builders.a_centre()])
    page = act(client, Trial, "close_at_all_sites", trial, confirmed="yes", reason=reason)
    assert page.context["form"].errors["reason"]
    assert not Change.objects.exists()


def test_closing_recruitment_states_it_at_each_recruiting_site_with_the_reason(client, editor):
    one, two = builders.a_centre("one"), builders.a_centre("two")
    a = builders.a_trial("A", at=[one, (two, "completed")])
    b = builders.a_trial("B", at=[two])
    response = act(client, Trial, "close_at_all_sites", a, b, confirmed="yes", reason="Enough patients")
    assert told(response) == "Recruitment is closed at 2 sites."
    assert not TrialSite.objects.recruiting().exists()
    assert sorted(one.key for one in Change.objects.all()) == ["a@one", "b@two"]
    said = StatusStatement.objects.filter(evidence="Enough patients")
    assert {(one.status, one.role, one.user) for one in said} == {("active_not_recruiting", "editor", editor)}


def test_confirming_makes_a_stale_status_fresh_and_keeps_what_it_says(client, editor):
    site = builders.a_site(status="recruiting", said=200)
    response = act(client, TrialSite, "confirm_today", site)
    site.refresh_from_db()
    assert (site.status, site.verified_at) == ("recruiting", timezone.localdate())
    assert told(response) == "The status of 1 site is confirmed as of today."


def test_a_site_of_which_nothing_is_known_is_not_confirmed(client, editor):
    site = builders.a_site(status=None)
    act(client, TrialSite, "confirm_today", site)
    assert not StatusStatement.objects.exists()


def test_a_coordinator_confirms_their_own_sites_and_no_other(client):
    own, other = builders.a_centre("own"), builders.a_centre("other")
    trial = builders.a_trial("A")
    mine = builders.a_site(trial, own, said=50)
    theirs = builders.a_site(trial, other, said=50)
    client.force_login(builders.a_coordinator(own))
    act(client, TrialSite, "confirm_today", mine, theirs)
    assert [one.key for one in Change.objects.all()] == ["a@own"]
    assert Change.objects.get().actor_role == "coordinator"


def test_withdrawing_consent_ends_it_today_and_says_by_whom(client, editor):
    named, silent = builders.a_professional("One", consent=True), builders.a_professional("Two")
    response = act(client, Professional, "withdraw_consents", named, silent)
    named.refresh_from_db()
    assert named.consent_withdrawn_on == timezone.localdate()
    assert named.consent_recorded_by == "editor"
    assert not named.may_be_published
    assert told(response) == "1 consent is withdrawn."
    assert [one.key for one in Change.objects.all()] == [str(named.pk)]


def test_a_consent_noted_for_a_later_day_can_be_withdrawn_today(client, editor):
    later = timezone.localdate() + dt.timedelta(days=5)
    person = Professional.objects.create(name="One", consent_given_on=later)
    act(client, Professional, "withdraw_consents", person)
    person.refresh_from_db()
    assert person.consent_withdrawn_on == later


@pytest.mark.parametrize(
    ("model", "actions"),
    [
        (
            Trial,
            {"delete_selected", "list_records", "withdraw_records", "back_to_draft", "close_at_all_sites"},
        ),
        (Centre, {"delete_selected", "list_records", "withdraw_records", "back_to_draft"}),
        (Network, {"delete_selected", "list_records", "withdraw_records", "back_to_draft"}),
        (TrialSite, {"delete_selected", "confirm_today"}),
        (Professional, {"delete_selected", "withdraw_consents"}),
    ],
)
def test_each_list_offers_its_actions_to_an_editor(client, editor, model, actions):
    form = client.get(admin_url(model)).context["action_form"]
    if form is None:
        builders.a_site(contact_person=builders.a_professional())
        builders.a_network()
        form = client.get(admin_url(model)).context["action_form"]
    assert {name for name, _label in form.fields["action"].choices} - {""} == actions
