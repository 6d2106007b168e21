"""The rules of asking coordinators, case by case: which mail is due, on which day, what may be answered."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from directory.vouching.actions import due_on, kind_due, reason_to_ask
from directory.vouching.answering import SAME, status_said
from directory.vouching.asked import AskedSite, may_be_confirmed
from directory.vouching.charts import chart_of
from directory.vouching.forms import choices_of
from directory.vouching.models import Enquiry
from directory.vouching.past_freshness import MonthsFreshness, last_days
from trials.models import StatusStatement, TrialSite

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)
TODAY = dt.date(2027, 2, 1)


# Which mail


@pytest.mark.parametrize(
    ("settled", "kinds"),
    [
        ((), {0: "asked", 6: "asked", 7: "asked", 30: "asked"}),
        (("asked",), {0: "", 6: "", 7: "reminded", 13: "reminded", 14: "again", 15: "again", 30: "again"}),
        (("asked", "reminded"), {7: "", 13: "", 14: "again", 30: "again"}),
        (("asked", "again"), {7: "", 13: "", 14: "", 30: ""}),
        (("asked", "reminded", "again"), {7: "", 14: "", 30: ""}),
    ],
)
def test_which_mail_is_due_so_many_days_after_somebody_was_asked(settled, kinds):
    assert {days: kind_due(days, set(settled)) for days in kinds} == kinds


def an_enquiry(asked_on=TODAY, centre_id=1, answered_at=None):
    noon = dt.datetime.combine(asked_on, NOON.timetz())
    return Enquiry(centre_id=centre_id, asked_on=asked_on, asked_at=noon, answered_at=answered_at)


def test_the_next_enquiry_comes_on_the_centres_own_day_and_at_most_a_third_sooner(settings):
    """Of a period of 30 days centre 1 has its 18th day, centre 2 its 7th, centre 3 its 25th."""
    settings.VOUCH_EVERY_DAYS = 30
    begin = dt.date.fromordinal(30 * (TODAY.toordinal() // 30))
    for centre, own in ((1, 18), (2, 7), (3, 25), (100, 24)):
        for past in range(30):
            before = an_enquiry(begin + (own + past) * DAY, centre, answered_at=NOON)
            assert due_on(before) - before.asked_on == (30 - min(past, 10)) * DAY
            before.answered_at = None
            assert due_on(before) - before.asked_on == (30 - min(past, 8)) * DAY


@pytest.mark.parametrize(
    ("moved", "answered", "days", "reason"),
    [
        (None, None, 3, ""),
        (2, None, 6, ""),  # who did not answer is left in peace for a week
        (2, None, 7, "moved"),
        (0, None, 7, ""),  # it was so when they were asked
        (2, 1, 3, "moved"),
        (1, 1, 3, ""),  # in the moment of the answer
        (1, 2, 3, ""),
        (None, 2, 40, "due"),
        (35, 2, 40, "due"),
    ],
)
def test_why_somebody_is_asked_now(settings, moved, answered, days, reason):
    settings.VOUCH_EVERY_DAYS = 30
    before = an_enquiry(answered_at=None if answered is None else NOON + answered * DAY)
    at = None if moved is None else NOON + moved * DAY
    assert reason_to_ask(before, at, NOON + days * DAY) == reason


def test_who_was_never_asked_is_asked_whatever_happened():
    assert reason_to_ask(None, None, NOON) == reason_to_ask(None, NOON, NOON) == "due"


# What may be answered


@pytest.fixture
def today(time_machine):
    time_machine.move_to(NOON, tick=False)
    return timezone.localdate()


@pytest.mark.parametrize(
    ("status", "said", "day", "means"),
    [
        ("recruiting", "", "", ""),
        ("recruiting", SAME, "", "recruiting"),
        ("not_yet_recruiting", SAME, "", "not_yet_recruiting"),
        ("not_yet_recruiting", SAME, "2027-03", "not_yet_recruiting"),
        ("suspended", "recruiting", "", "recruiting"),
        ("suspended", "recruiting", "2027-02-01", "recruiting"),
        ("suspended", "recruiting", "2027-02", "recruiting"),  # this month: its first day has come
        ("suspended", "recruiting", "2027", "recruiting"),
        ("recruiting", "not_yet_recruiting", "2027-02-02", "not_yet_recruiting"),
        ("recruiting", "not_yet_recruiting", "2027-02", "not_yet_recruiting"),  # its last day is to come
        ("recruiting", "not_yet_recruiting", "2027", "not_yet_recruiting"),
    ],
)
def test_what_an_answer_means(today, status, said, day, means):
    assert status_said(TrialSite(status=status), said, day) == means


@pytest.mark.parametrize(
    ("status", "said", "day", "sentence"),
    [
        ("recruiting", "", "2027-01-01", "Say what happens on that day"),
        ("recruiting", "not_yet_recruiting", "", "Give the day or month on which it opens"),
        ("recruiting", "not_yet_recruiting", "2027-02-01", "“2027-02-01” has passed"),
        ("recruiting", "not_yet_recruiting", "2027-01", "“2027-01” has passed"),
        ("not_yet_recruiting", SAME, "2027-01", "“2027-01” has passed"),
        ("suspended", "recruiting", "2027-02-02", "“2027-02-02” is in the future"),
        ("suspended", "recruiting", "2027-03", "“2027-03” is in the future"),
        ("suspended", SAME, "2027-03", "“2027-03” is in the future"),
    ],
)
def test_a_day_that_cannot_be_the_day_of_an_answer_is_named(today, status, said, day, sentence):
    with pytest.raises(ValidationError, match=sentence):
        status_said(TrialSite(status=status), said, day)


def offered(status, against=None):
    word = StatusStatement(pk=7, status=against) if against else None
    return [value for value, _word in choices_of(AskedSite(TrialSite(status=status), word))]


@pytest.mark.parametrize(
    ("status", "against", "choices"),
    [
        ("recruiting", None, ["same", "active_not_recruiting", "suspended", "not_yet_recruiting"]),
        ("unknown", None, ["recruiting", "active_not_recruiting", "suspended", "not_yet_recruiting"]),
        # An opening may be moved: the same word with another day.
        (
            "not_yet_recruiting", None,
            ["same", "recruiting", "active_not_recruiting", "suspended", "not_yet_recruiting"],
        ),
        (
            "recruiting", "completed",
            ["same", "completed", "active_not_recruiting", "suspended", "not_yet_recruiting"],
        ),
        ("recruiting", "suspended", ["same", "active_not_recruiting", "suspended", "not_yet_recruiting"]),
        (
            "completed", "completed",
            ["same", "recruiting", "active_not_recruiting", "suspended", "not_yet_recruiting"],
        ),
    ],
)  # fmt: skip
def test_what_the_page_offers_of_a_site(status, against, choices):
    assert offered(status, against) == choices


@pytest.mark.parametrize(
    ("seen", "confirmed"),
    [("recruiting", True), ("completed", True), ("unknown", False), ("", False), ("recruiting!7", False)],
)
def test_what_is_confirmed_with_all_others_is_known_and_not_contradicted(seen, confirmed):
    assert may_be_confirmed(seen) is confirmed


def test_what_was_seen_names_the_word_that_speaks_against_it():
    site = TrialSite(status="recruiting")
    assert AskedSite(site).seen == "recruiting"
    contradicted = AskedSite(site, StatusStatement(pk=7, status="completed"))
    assert (contradicted.seen, contradicted.may_be_confirmed) == ("recruiting!7", False)


# The chart


def test_the_chart_has_a_column_a_month_of_the_height_of_its_share():
    months = [MonthsFreshness(TODAY, *one) for one in ((0, 0), (4, 1), (3, 3), (3, 1), (5, 0))]
    chart = chart_of(months)
    assert (chart.width, chart.height, chart.left, chart.floor) == (640, 220, 40, 190)
    assert chart.lines == [(0, 190.0), (50, 100.0), (100, 10.0)]
    assert [(one.x, one.width, one.y, one.height, one.percent, one.is_known) for one in chart.bars] == [
        (58.0, 84.0, 190.0, 0, 0, False), (178.0, 84.0, 145.0, 45.0, 25, True),
        (298.0, 84.0, 10.0, 180.0, 100, True), (418.0, 84.0, 130.0, 60.0, 33, True),
        (538.0, 84.0, 190.0, 0.0, 0, True),
    ]  # fmt: skip
    assert [one.middle for one in chart.bars] == [100.0, 220.0, 340.0, 460.0, 580.0]
    assert [one.month for one in chart.bars] == months
    assert chart_of([]).bars == []


def test_the_months_end_on_their_last_days_also_around_the_turn_of_the_year_and_a_leap_day():
    assert last_days(dt.date(2028, 3, 1), 3) == [
        dt.date(2028, 1, 31),
        dt.date(2028, 2, 29),
        dt.date(2028, 3, 1),
    ]
    assert last_days(dt.date(2027, 1, 31), 2) == [dt.date(2026, 12, 31), dt.date(2027, 1, 31)]
    assert last_days(TODAY, 1) == [TODAY]
