"""Which statuses a coordinator owes a word on, which nobody is asked about, and who is overdue."""

import datetime as dt

import pytest

from directory.core.roles import Role
from directory.vouching import actions
from directory.vouching.models import (
    Enquiry,
    Letter,
    LetterKind,
    asked_sites,
    ended_sites,
    unconfirmed,
)
from tests.builders import a_centre, a_coordinator, a_site, a_trial
from tests.support.vouching import coordinator
from trials.implied import WHOLE_TRIAL
from trials.models import TrialSite

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NOON = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)
TODAY = NOON.date()


def a_status(status="recruiting", *, verified=TODAY, by=Role.COORDINATOR, **fields):
    """A site with these columns, whatever was said."""
    site = a_site(status=None)
    values = {"status": status, "verified_at": verified, "verified_by": by} | fields
    TrialSite.objects.filter(pk=site.pk).update(**values)
    return site


@pytest.mark.parametrize(
    ("fields", "is_owed"),
    [
        ({}, False),
        ({"by": Role.EDITOR}, False),
        ({"verified": TODAY + DAY}, False),
        ({"verified": TODAY - DAY}, True),
        ({"verified": None, "by": ""}, True),
        ({"by": Role.REGISTRY}, True),
        ({"by": Role.EDITOR, "implied_by": WHOLE_TRIAL}, True),
        ({"disputed": True}, True),
        ({"status": "unknown", "verified": None, "by": ""}, False),
        ({"status": "unknown", "disputed": True}, False),
        ({"status": "suspended", "verified": TODAY - DAY}, True),
    ],
)
def test_a_status_is_owed_a_word_until_a_person_vouched_for_it_since_that_day(fields, is_owed):
    a_status(**fields)
    assert unconfirmed(TrialSite.objects.all(), TODAY).exists() is is_owed


@pytest.mark.parametrize("status", ["completed", "terminated", "withdrawn", "recruiting", "unknown"])
@pytest.mark.parametrize("disputed", [True, False])
@pytest.mark.parametrize("state", ["listed", "draft", "withdrawn"])
def test_a_site_that_is_over_is_not_asked_about_unless_that_is_disputed(status, disputed, state):
    site = a_status(status, disputed=disputed)
    site.trial.state = state
    site.trial.save()
    is_over = status in ("completed", "terminated", "withdrawn") and not disputed
    assert asked_sites().exists() is (state == "listed" and not is_over)
    assert ended_sites().exists() is (state == "listed" and is_over)


@pytest.fixture
def asked():
    """A coordinator who was asked about a site of a centre; nobody answers."""
    centre = a_centre("uz-gent")
    a_site(a_trial("KIWI"), centre, said=40)
    coordinator(centre)
    actions.send_due(NOON)
    return Enquiry.objects.get()


def test_a_centre_is_overdue_after_twenty_one_days_and_only_where_it_owes_something(asked):
    def overdue(day):
        return list(Enquiry.objects.overdue(day))

    assert (overdue(TODAY + 20 * DAY), overdue(TODAY + 21 * DAY)) == ([], [asked])
    for name, value in (("revoked_at", NOON), ("answered_at", NOON)):
        Enquiry.objects.update(**{name: value})
        # An answer settles only what nobody knows; the status is still not confirmed.
        assert bool(overdue(TODAY + 21 * DAY)) is (name == "answered_at")
        Enquiry.objects.update(**{name: None})
    TrialSite.objects.update(verified_at=TODAY)
    assert overdue(TODAY + 21 * DAY) == []


def test_the_last_enquiry_alone_counts_of_each_coordinator_and_centre(asked):
    newer = Enquiry.objects.create(
        user=asked.user, centre=asked.centre, number=2, language="en", asked_at=NOON, asked_on=TODAY,
        expires_at=NOON + 35 * DAY,
    )  # fmt: skip
    other = Enquiry.objects.create(
        user=a_coordinator(asked.centre), centre=asked.centre, number=1, language="en", asked_at=NOON,
        asked_on=TODAY, expires_at=NOON + 35 * DAY,
    )  # fmt: skip
    assert set(Enquiry.objects.latest_of_each()) == {newer, other}


def test_a_link_lives_five_days_longer_than_the_period_and_not_in_its_last_moment(asked, settings):
    ends = asked.asked_at + dt.timedelta(days=settings.VOUCH_EVERY_DAYS + 5)
    assert asked.expires_at == ends
    found = [ends - dt.timedelta(seconds=1), ends]
    assert [Enquiry.objects.alive(now).exists() for now in found] == [True, False]
    asked.revoked_at = NOON
    asked.save()
    assert not Enquiry.objects.alive(NOON).exists()


def test_an_enquiry_begins_anew_with_its_mail_however_late_the_server_took_it(asked, settings):
    Letter.objects.all().delete()
    later = NOON + 3 * DAY
    assert actions.send_due(later).asked == 1
    asked.refresh_from_db()
    assert (asked.asked_at, asked.asked_on) == (later, later.date())
    assert asked.expires_at == later + dt.timedelta(days=settings.VOUCH_EVERY_DAYS + 5)
    Letter.objects.filter(kind=LetterKind.REMINDED).delete()
    actions.send_due(later + 7 * DAY)
    asked.refresh_from_db()
    assert asked.asked_on == later.date(), "a reminder asks no other day"


def test_each_enquiry_speaks_as_the_one_before_and_counts_on(asked):
    Enquiry.objects.update(language="fr", answered_at=NOON)
    actions.ask_now(coordination=asked.user.coordinations.get())
    newest = Enquiry.objects.latest("number")
    assert (newest.number, newest.language, newest.reason) == (2, "fr", "editor")
    assert Letter.objects.filter(enquiry=newest, kind=LetterKind.ASKED).count() == 1


def test_a_token_is_known_by_its_own_enquiry_alone_and_several_stay_good(asked):
    tokens = [asked.new_token() for _mail in range(3)]
    assert len(set(tokens)) == 3
    assert [Enquiry.of_token(one) for one in tokens] == [asked] * 3
    assert len(set(Enquiry.objects.get().digests)) == len(Enquiry.objects.get().digests) == 4
    Enquiry.objects.update(digests=[])
    assert Enquiry.of_token(tokens[0]) is None
    assert Enquiry.of_token("") is None
