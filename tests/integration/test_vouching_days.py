"""Each centre is asked on days of its own, so that not all statuses grow old on one day."""

import datetime as dt
from itertools import pairwise

import pytest
from django.core import mail

from directory.core.mailing import mail_day
from directory.core.roles import Role
from directory.vouching import actions
from directory.vouching.models import OVERDUE_AFTER_DAYS, Enquiry, Reason
from tests.builders import a_centre, a_site, a_trial
from tests.support.vouching import coordinator
from trials import statements
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement, TrialSite

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)
TWO_DAYS_LATER = NOON.date() + 2 * DAY
CENTRES = range(1, 9)


def an_enquiry(centre_id, asked_on, answered_at=NOON):
    return Enquiry(centre_id=centre_id, asked_on=asked_on, answered_at=answered_at)


def days_of(centre_id, number, **fields):
    """The days on which a centre is asked that is asked for the first time on 1 February 2027."""
    found = [NOON.date()]
    for _enquiry in range(number):
        found.append(actions.due_on(an_enquiry(centre_id, found[-1], **fields)))
    return found


@pytest.mark.parametrize("every", [22, 25, 30, 90])
def test_all_that_began_on_one_day_are_soon_asked_on_days_of_their_own(settings, every):
    settings.VOUCH_EVERY_DAYS = every
    for number in (8, 40):
        later = {pk: days_of(pk, 6) for pk in range(1, number + 1)}
        gaps = {(b - a).days for days in later.values() for a, b in pairwise(days)}
        assert min(gaps) >= every - every // 3
        assert max(gaps) == every
        # From then on each has its own day of the period, and no day has many more than its share.
        assert {(days[-1] - days[-2]).days for days in later.values()} == {every}
        own = [days[-1].toordinal() % every for days in later.values()]
        assert max(own.count(day) for day in own) <= number // every + 2


@pytest.mark.parametrize("every", [22, 25, 30])
def test_who_does_not_answer_is_told_to_the_editors_before_being_asked_anew(settings, every):
    settings.VOUCH_EVERY_DAYS = every
    for pk in CENTRES:
        days = days_of(pk, 8, answered_at=None)
        gaps = {(b - a).days for a, b in pairwise(days)}
        assert OVERDUE_AFTER_DAYS < min(gaps) <= max(gaps) <= every


@pytest.mark.parametrize("moment", ["2027-03-28T00:30:00+00:00", "2027-10-31T00:30:00+00:00"])
def test_both_nights_of_the_clock_move_no_day(moment):
    begun = dt.datetime.fromisoformat(moment)
    for hours in range(12):
        now = begun + dt.timedelta(hours=hours)
        before = an_enquiry(3, mail_day(now) - 30 * DAY)
        asked = actions.reason_to_ask(before, None, now)
        assert bool(asked) == (mail_day(now) >= actions.due_on(before))


@pytest.mark.django_db
def test_the_first_mail_comes_at_once_and_the_next_on_the_day_that_is_due():
    centre = a_centre()
    a_site(a_trial(), centre, said=40)
    coordinator(centre)
    assert actions.send_due(NOON).asked == 1
    due = actions.due_on(Enquiry.objects.get())
    noon = dt.datetime.combine(due, NOON.timetz())
    assert [actions.send_due(noon - DAY).asked, actions.send_due(noon).asked] == [0, 1]


# A trial that closes as a whole


@pytest.fixture
def asked(db):
    """A centre whose coordinator was asked at noon and answered a day later."""
    centre = a_centre()
    site = a_site(a_trial(), centre, said=0)
    StatusStatement.objects.update(said_at=NOON.date())
    statements.settle([site])
    coordinator(centre)
    actions.send_due(NOON)
    Enquiry.objects.update(answered_at=NOON + DAY)
    mail.outbox.clear()
    return site


def closes(site, status="completed", day=TWO_DAYS_LATER, **fields):
    """A registry says of the whole trial what is so at its site."""
    given = {"role": Role.REGISTRY, "said_at": day, "recorded_at": NOON + 3 * DAY} | fields
    StatusStatement.objects.create(site=site, status=status, implied_by=WHOLE_TRIAL, **given)
    statements.settle([TrialSite.objects.get(pk=site.pk)])


@pytest.mark.parametrize(
    "status", ["active_not_recruiting", "suspended", "completed", "terminated", "withdrawn"]
)
def test_its_centres_are_asked_sooner(asked, status):
    closes(asked, status, source="CTIS")
    assert actions.send_due(NOON + 2 * DAY).asked == 1
    assert Enquiry.objects.latest("number").reason == Reason.MOVED
    assert "CTIS says of the whole trial: " in mail.outbox[0].body
    assert actions.send_due(NOON + 4 * DAY).asked == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"day": NOON.date()},  # not later than the centre's own word
        {"retracted_at": NOON},
        {"recorded_at": NOON},  # before the answer
    ],
)
def test_nobody_is_asked_sooner_for_anything_else_that_is_said_of_the_trial(asked, fields):
    closes(asked, **fields)
    assert actions.send_due(NOON + 4 * DAY).asked == 0


def test_a_centre_where_it_does_not_go_on_is_not_asked_sooner(asked):
    StatusStatement.objects.update(status="active_not_recruiting")
    closes(asked)
    assert actions.send_due(NOON + 4 * DAY).asked == 0
