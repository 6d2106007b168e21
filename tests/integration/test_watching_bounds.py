"""How many mails an address may be asked for, how long what is kept of a watch lasts, whose it is."""

import datetime as dt

import pytest
from django.core import mail
from django.test import Client

from directory.core.changes import Actor
from directory.core.roles import Role
from directory.search import service
from directory.watching import actions, mails
from directory.watching.models import Delivery, Frequency, Watch, WatchKind
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from trials.actions import state_status
from trials.models import TrialSite

pytestmark = pytest.mark.django_db
MINE, THEIRS = "reader@example.org", "other@example.org"
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
EDITOR = Actor(Role.EDITOR)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def clock(time_machine):
    """It is noon of one day until it is moved."""
    time_machine.move_to(NOON, tick=False)
    return lambda after: time_machine.move_to(NOON + after, tick=False)


@pytest.fixture
def sent(monkeypatch):
    """The questions that a mail asked to confirm."""
    found = []
    monkeypatch.setattr(mails, "send_confirmation", lambda watch: found.append(watch.question))
    return found


def wish(question, email=MINE, frequency=Frequency.DAILY):
    return actions.ask(
        email=email, kind=WatchKind.TRIAL, question=question, language="en", frequency=frequency
    )


def a_watch(email=MINE, question="ieuroewing", **more):
    return Watch.objects.create(
        email=email, kind=WatchKind.TRIAL, question=question, language="en", frequency=Frequency.DAILY,
        **{"created_at": NOON - 30 * DAY, "confirmed_at": NOON - 29 * DAY} | more,
    )  # fmt: skip


# --- How many ---------------------------------------------------------------------------------------------


def test_an_address_follows_as_much_as_the_page_says_and_no_more(clock, sent):
    for number in range(actions.MOST_OF_AN_ADDRESS - 1):
        a_watch(question=f"trial-{number}")
    assert wish("the-last") is True
    assert wish("one-more") is False
    assert wish("one-more", email=THEIRS) is True
    assert sent == ["the-last", "one-more"]
    assert Watch.objects.of(MINE).count() == actions.MOST_OF_AN_ADDRESS


def test_an_hour_after_the_first_five_the_address_may_be_written_to_again(clock, sent):
    asked = [wish(f"trial-{number}") for number in range(actions.MOST_ASKED_AN_HOUR + 1)]
    assert asked == [True] * actions.MOST_ASKED_AN_HOUR + [False]
    clock(HOUR - dt.timedelta(seconds=1))
    assert wish("another") is False
    clock(HOUR)
    assert wish("another") is True


def test_asking_again_for_what_is_known_is_among_the_five_of_an_hour(clock, sent):
    a_watch(question="known")
    for number in range(actions.MOST_ASKED_AN_HOUR):
        wish(f"trial-{number}")
    assert wish("known", frequency=Frequency.WEEKLY) is False
    assert "known" not in sent


def test_a_mail_that_was_lost_is_sent_again_after_an_hour(clock, sent):
    """What was not confirmed is asked for again, just so."""
    answers = []
    for after in (0 * HOUR, HOUR - dt.timedelta(seconds=1), HOUR):
        clock(after)
        answers.append(wish("ieuroewing"))
    assert answers == [True, False, True]
    assert Watch.objects.count() == 1


def test_asking_for_what_is_followed_just_so_takes_back_another_wish(clock, sent):
    watch = a_watch()
    wish("ieuroewing", frequency=Frequency.WEEKLY)
    wish("ieuroewing", frequency=Frequency.DAILY)
    watch.refresh_from_db()
    actions.confirm(watch)
    assert watch.frequency == Frequency.DAILY


# --- How long ---------------------------------------------------------------------------------------------


def test_the_link_of_a_confirmation_is_good_for_48_hours_though_nothing_was_deleted(clock):
    token = a_watch(confirmed_at=None).confirming
    clock(48 * HOUR)
    assert Watch.to_confirm(token)
    clock(48 * HOUR + dt.timedelta(seconds=1))
    assert Watch.to_confirm(token) is None
    assert Watch.objects.exists()


def test_receipts_of_mails_stay_ninety_days(db):
    watch = a_watch()
    for number, age in enumerate((89 * DAY, 90 * DAY + dt.timedelta(seconds=1), None)):
        Delivery.objects.create(watch=watch, period=f"{number}", settled_at=age and NOON - age)
    actions.clean_up(NOON)
    assert set(Delivery.objects.values_list("period", flat=True)) == {"0", "2"}


def test_what_is_settled_is_nobody_s_to_send_again(db):
    delivery = Delivery.objects.create(watch=a_watch(), period="2026-11-24", settled_at=NOON - HOUR)
    assert delivery.claim(NOON) is False


def test_a_lease_is_over_after_ten_minutes(db):
    delivery = Delivery.objects.create(watch=a_watch(), period="2026-11-24")
    after = (0, 1, 599, 600, 601)
    claimed = [delivery.claim(NOON + dt.timedelta(seconds=seconds)) for seconds in after]
    assert claimed == [True, False, False, False, True]


# --- Whose ------------------------------------------------------------------------------------------------


@pytest.fixture
def world(index_dir):
    a_trial("iEuroEwing", at=[a_centre("uz-gent", name="Ghent")])
    service.rebuild()


def page_of(watch):
    return f"/en/watch/mine/{watch.keeping}/"


@pytest.mark.parametrize("asked", [{"frequency": "weekly"}, {"end": "1"}])
def test_a_link_changes_and_ends_nothing_of_another_address(world, client, asked):
    mine, theirs = a_watch(), a_watch(THEIRS)
    client.post(page_of(mine), {"watch": theirs.pk} | asked)
    theirs.refresh_from_db()
    assert (theirs.email, theirs.frequency) == (THEIRS, Frequency.DAILY)


def test_all_that_is_ended_at_once_is_of_one_address(world, client):
    mine, theirs = a_watch(), a_watch(THEIRS)
    a_watch(question="other", confirmed_at=None)
    client.post(page_of(mine), {"all": "1"})
    assert list(Watch.objects.all()) == [theirs]


def test_what_was_never_confirmed_is_neither_shown_nor_changed(world, client):
    """Anybody may have asked for it in the name of this address."""
    mine, asked = a_watch(), a_watch(question="canary", confirmed_at=None)
    assert "canary" not in client.get(page_of(mine)).content.decode()
    client.post(page_of(mine), {"watch": asked.pk, "frequency": "weekly"})
    asked.refresh_from_db()
    assert asked.frequency == Frequency.DAILY
    assert client.get(page_of(asked)).status_code == 410


@pytest.mark.parametrize("part", ["mine", "stop", "confirm"])
def test_no_cache_keeps_a_page_that_a_mail_leads_to(world, client, part):
    watch = a_watch()
    token = watch.confirming if part == "confirm" else watch.keeping
    answer = client.get(f"/en/watch/{part}/{token}/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(("person", "may_look", "may_end"), [
    (an_editor, True, True), (lambda: a_coordinator(a_centre("uza")), False, False),
])  # fmt: skip
def test_a_watch_is_written_by_nobody_and_ended_by_editors(db, person, may_look, may_end):
    watch, client = a_watch(), Client()
    client.force_login(person())
    page = f"/admin/watching/watch/{watch.pk}"
    assert (client.get(f"{page}/change/").status_code == 200) is may_look
    assert client.get("/admin/watching/watch/add/").status_code == 403
    assert client.post(f"{page}/change/", {"frequency": "weekly"}).status_code == 403
    client.post(f"{page}/delete/", {"post": "yes"})
    assert Watch.objects.exists() is not may_end


# --- One mail harms no other --------------------------------------------------------------------------------


def test_a_mail_server_that_refuses_one_mail_gets_the_others(world, monkeypatch):
    """The refused one is tried again when its lease is over."""
    refused, other = a_watch(question="gone"), a_watch(THEIRS, "gone")
    Watch.objects.update(seen=["gone"])
    whole = mails.news_mail

    def news_mail(watch, *args):
        message = whole(watch, *args)
        if watch.pk == refused.pk:
            message.send = lambda: (_ for _ in ()).throw(ConnectionRefusedError)
        return message

    monkeypatch.setattr(mails, "news_mail", news_mail)
    assert actions.send_due(NOON) == 1
    assert [message.to for message in mail.outbox] == [[other.email]]
    assert Delivery.objects.get(watch=refused).settled_at is None


def test_without_an_index_nothing_is_told_and_nothing_is_settled(index_dir):
    """Else every trial that is followed would be told as gone."""
    a_watch(seen=["ieuroewing"])
    assert actions.send_due(NOON) == 0
    assert not mail.outbox
    assert not Delivery.objects.exists()


def test_what_is_confirmed_today_is_first_told_of_tomorrow(world):
    a_watch(question="gone", seen=["gone"], confirmed_at=NOON - HOUR)
    assert actions.send_due(NOON) == 0
    assert actions.send_due(NOON + DAY) == 1


def test_what_changed_before_it_was_confirmed_is_not_told(clock, world):
    """Nor is a change told twice, by the mail after the next."""
    site = TrialSite.objects.get()
    watch = a_watch(confirmed_at=None, created_at=NOON)
    state_status(site=site, status="suspended", by=EDITOR)
    actions.confirm(watch)
    assert actions.deliver(Watch.objects.get(), "2026-11-25") is False
    for days, status in ((1, "recruiting"), (2, "completed")):
        clock(days * DAY)
        state_status(site=site, status=status, by=EDITOR)
        assert actions.deliver(Watch.objects.get(), f"{days}") is True
    told = [message.body.count("Ghent") for message in mail.outbox]
    assert told == [1, 1]
    assert "Suspended → Recruiting" in mail.outbox[0].body
    assert "Recruiting → Completed" in mail.outbox[1].body


def test_a_mail_is_no_answer_to_an_answer_of_a_machine(world):
    """RFC 3834: an absence notice is not sent to what was made by a program."""
    mails.send_confirmation(a_watch(confirmed_at=None))
    mails.news_mail(a_watch(THEIRS), [], "2026-11-24").send()
    assert [message.extra_headers["Auto-Submitted"] for message in mail.outbox] == ["auto-generated"] * 2
