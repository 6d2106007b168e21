"""Who is asked when, by which mail, and that each mail goes out once."""

import datetime as dt
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from config.settings.schedules import CELERY_BEAT_SCHEDULE
from directory.core.roles import EDITORS, Role
from directory.vouching import actions, tasks
from directory.vouching.models import Enquiry, Letter, Reason
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.traces import logged
from tests.support.vouching import coordinator
from trials.models import StatusStatement

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NOON = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def ghent():
    centre = a_centre("uz-gent", name="Ghent University Hospital", languages=["nl", "fr"])
    for number in range(3):
        a_site(a_trial(f"Trial {number}"), centre, said=40)
    return centre


@pytest.fixture
def asked(ghent):
    """The enquiry of a coordinator who was asked at noon."""
    coordinator(ghent)
    actions.send_due(NOON)
    mail.outbox.clear()
    return Enquiry.objects.get()


def sent(now):
    """The subjects' number and what `send_due` says it did."""
    done = actions.send_due(now)
    return done.asked, done.reminded


# Whom


def test_each_coordinator_gets_one_mail_for_each_centre_of_theirs(ghent):
    leuven = a_centre("uz-leuven")
    a_site(a_trial(), leuven)
    both, one = coordinator(ghent, leuven), coordinator(ghent)
    assert sent(NOON) == (3, 0)
    assert sorted(message.to[0] for message in mail.outbox) == sorted([both.email, both.email, one.email])
    assert sent(NOON) == (0, 0)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}, {"is_superuser": True}])
def test_nobody_else_is_asked(ghent, fields):
    coordinator(ghent, **fields)
    assert sent(NOON) == (0, 0)


def test_neither_is_who_left_the_coordinators_or_became_an_editor(ghent):
    coordinator(ghent).groups.clear()
    coordinator(ghent).groups.add(Group.objects.get(name=EDITORS))
    assert sent(NOON) == (0, 0)


@pytest.mark.parametrize(
    ("trial", "centre", "status"),
    [
        ("draft", "listed", "recruiting"),
        ("listed", "withdrawn", "recruiting"),
        ("listed", "listed", "completed"),
    ],
)
def test_a_centre_without_anything_to_confirm_is_not_asked_about(trial, centre, status):
    place = a_centre(state=centre)
    a_site(a_trial(state=trial), place, status=status)
    coordinator(place)
    assert sent(NOON) == (0, 0)


# What the mail says


def test_the_mail_speaks_the_centre_s_first_language_and_counts_its_trials(asked, ghent):
    actions.ask_now(coordination=ghent.coordinations.get())
    [message] = mail.outbox
    assert message.subject == "De 3 studies van uw centrum: klopt alles nog?"
    assert "* Trial 1: Rekruteert" in message.body
    assert "/nl/vouch/sites/" in message.body
    assert message.extra_headers["Content-Language"] == "nl"
    html = message.alternatives[0].content
    assert html.count("/nl/vouch/sites/") == 2
    assert "<li>Trial 1: Rekruteert</li>" in html


@pytest.mark.parametrize(("languages", "language"), [([], "en"), (["fr", "nl"], "fr"), (["de"], "de")])
def test_a_centre_without_a_language_of_ours_is_written_to_in_english(languages, language):
    assert actions.language_of(a_centre(languages=languages)) == language


def test_a_contradicting_registry_is_named_in_the_mail(ghent):
    site = ghent.sites.first()
    says(site, "completed", said=3, by=Role.REGISTRY)
    coordinator(ghent)
    actions.send_due(NOON)
    assert mail.outbox[0].body.count("Een register zegt: ") == 1


def test_no_token_and_no_address_is_stored_or_logged(ghent):
    user = coordinator(ghent, email="canary@example.org")
    with logged() as out:
        actions.send_due(NOON)
    secret = mail.outbox[0].body.partition("/vouch/sites/")[2].partition("/")[0]
    kept = str(Enquiry.objects.values())
    assert secret.partition(":")[2].partition(".")[0] not in kept
    assert "canary" not in kept + out.getvalue()
    assert Enquiry.of_token(secret).user == user


# When


def test_after_the_period_the_next_enquiry_comes(asked, settings):
    assert 22 <= (actions.due_on(asked) - asked.asked_on).days <= settings.VOUCH_EVERY_DAYS
    noon = dt.datetime.combine(actions.due_on(asked), NOON.timetz())
    assert [sent(noon - DAY), sent(noon)] == [(0, 1), (1, 0)]
    assert [one.number for one in Enquiry.objects.order_by("number")] == [1, 2]
    settings.VOUCH_EVERY_DAYS = 90
    assert sent(noon + 20 * DAY) == (0, 1)


def test_two_reminders_and_then_the_editors(asked):
    told = {days: (*sent(NOON + days * DAY), overdue(days)) for days in (6, 7, 8, 13, 14, 15, 20, 21)}
    assert told == {
        6: (0, 0, 0), 7: (0, 1, 0), 8: (0, 0, 0), 13: (0, 0, 0), 14: (0, 1, 0), 15: (0, 0, 0), 20: (0, 0, 0),
        21: (0, 0, 1),
    }  # fmt: skip
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 2
    assert mail.outbox[0].body.startswith("Een herinnering: we vroegen het u op 1 februari 2027")


def overdue(days):
    return Enquiry.objects.overdue((NOON + days * DAY).date()).count()


def test_after_days_without_a_worker_one_reminder_goes_out_not_two(asked):
    assert sent(NOON + 16 * DAY) == (0, 1)
    assert sent(NOON + 17 * DAY) == (0, 0)


def test_who_has_answered_in_whatever_way_is_not_reminded(asked, ghent):
    for site in ghent.sites.all():
        says(site, "recruiting", said=0)
    Enquiry.objects.update(asked_on=timezone.localdate())
    assert sent(timezone.now() + 8 * DAY) == (0, 0)
    assert not Enquiry.objects.overdue(timezone.localdate() + 30 * DAY)


def test_a_status_that_nobody_knows_is_owed_until_the_link_is_answered():
    centre = a_centre()
    a_site(a_trial(), centre, status=None)
    coordinator(centre)
    assert [sent(NOON), sent(NOON + 7 * DAY)] == [(1, 0), (0, 1)]
    Enquiry.objects.update(answered_at=NOON)
    assert sent(NOON + 14 * DAY) == (0, 0)


def test_a_revoked_enquiry_reminds_nobody_and_one_without_its_coordinator_neither(asked, ghent):
    actions.revoke(enquiry=asked)
    assert sent(NOON + 8 * DAY) == (0, 0)
    Enquiry.objects.update(revoked_at=None)
    ghent.coordinations.all().delete()
    assert sent(NOON + 8 * DAY) == (0, 0)
    assert overdue(30) == 0


# Sooner


def moved(site, after):
    """A registry contradicts the site, `after` the enquiry."""
    says(site, "completed", said=1, by=Role.REGISTRY, recorded_at=NOON + after)


def test_a_registry_that_contradicts_after_an_answer_is_asked_about_at_once(asked, ghent):
    moved(ghent.sites.first(), 2 * DAY)
    Enquiry.objects.update(answered_at=NOON + DAY)
    assert sent(NOON + 2 * DAY) == (1, 0)
    assert Enquiry.objects.latest("number").reason == Reason.MOVED
    assert sent(NOON + 3 * DAY) == (0, 0)


def test_who_has_not_answered_is_asked_anew_after_a_week_and_not_before(asked, ghent):
    moved(ghent.sites.first(), 2 * DAY)
    assert [sent(NOON + days * DAY) for days in (2, 6, 7)] == [(0, 0), (0, 0), (1, 0)]


@pytest.mark.parametrize("retracted", [True, False])
def test_what_a_registry_said_before_the_answer_or_took_back_asks_nobody(asked, ghent, retracted):
    moved(ghent.sites.first(), 2 * DAY)
    Enquiry.objects.update(answered_at=NOON + (DAY if retracted else 3 * DAY))
    if retracted:
        StatusStatement.objects.filter(role=Role.REGISTRY).update(retracted_at=NOON)
    assert sent(NOON + 4 * DAY) == (0, 0)


def test_a_registry_that_agrees_with_a_person_asks_nobody(asked, ghent):
    says(ghent.sites.first(), "recruiting", said=1, by=Role.REGISTRY, recorded_at=NOON + 2 * DAY)
    Enquiry.objects.update(answered_at=NOON + DAY)
    assert sent(NOON + 2 * DAY) == (0, 0)


# Both nights of daylight saving


@pytest.mark.parametrize(
    ("asked_at", "moments"),
    [
        ("2027-03-21T05:59:00+00:00", {}),  # 6:59: the mails of the day before
        (
            "2027-03-21T06:00:00+00:00",  # 7:00 in winter
            {"2027-03-28T04:59:00+00:00": 0, "2027-03-28T05:00:00+00:00": 1, "2027-03-28T06:30:00+00:00": 0},
        ),
        (
            "2027-10-24T05:00:00+00:00",  # 7:00 in summer
            {"2027-10-31T05:30:00+00:00": 0, "2027-10-31T06:00:00+00:00": 1, "2027-10-31T07:00:00+00:00": 0},
        ),
    ],
)
def test_a_reminder_comes_at_seven_on_its_day_and_once_in_both_nights_of_the_clock(ghent, asked_at, moments):
    coordinator(ghent)
    begun = dt.datetime.fromisoformat(asked_at)
    assert sent(begun) == (1, 0)
    assert {moment: sent(dt.datetime.fromisoformat(moment))[1] for moment in moments} == moments


@pytest.mark.parametrize("moment", ["2027-03-28T00:30:00+00:00", "2027-10-31T00:30:00+00:00"])
def test_every_ten_minutes_of_such_a_night_ask_each_once(ghent, moment):
    coordinator(ghent)
    begun = dt.datetime.fromisoformat(moment)
    assert sum(sent(begun + dt.timedelta(minutes=10 * step))[0] for step in range(18)) == 1


# By the clock and from a shell


def test_the_command_does_the_same_and_prints_the_counts(ghent):
    coordinator(ghent)
    coordinator(ghent)
    out = StringIO()
    call_command("send_reminders", stdout=out)
    call_command("send_reminders", stdout=out)
    assert out.getvalue().splitlines() == [
        "2 asked, 0 reminded, 0 could not be sent, 0 overdue.",
        "0 asked, 0 reminded, 0 could not be sent, 0 overdue.",
    ]
    assert len(mail.outbox) == 2


def test_the_scheduler_asks_every_ten_minutes_what_is_due(ghent):
    coordinator(ghent)
    assert CELERY_BEAT_SCHEDULE["directory.vouching.send_reminders"]["task"] == tasks.send_reminders.name
    tasks.send_reminders()
    assert len(mail.outbox) == 1


def test_what_is_long_over_is_deleted(asked):
    assert actions.clean_up(NOON + 399 * DAY) == 0
    tasks.clean_up()
    assert Enquiry.objects.exists()
    assert actions.clean_up(NOON + 401 * DAY) == 1
    assert not Letter.objects.exists()
