"""Following a search or a trial: what is kept, what is told, and that it is told once."""

import datetime as dt
import re
from email import message_from_bytes

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.embedded.mail import Folder
from directory.core import changes
from directory.core.roles import Role
from directory.search import service
from directory.watching import actions, mails
from directory.watching.models import Delivery, Watch
from tests.builders import a_centre, a_trial, an_editor
from trials.actions import close_recruitment
from trials.models import Trial

pytestmark = pytest.mark.django_db
MINE = "reader@example.org"
MORNING = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent University Hospital")
    a_trial("iEuroEwing", title_en="A trial for Ewing sarcoma", at=[ghent])
    a_trial("Other", title_en="A trial for leukaemia", at=[ghent])
    service.rebuild()
    return ghent


def form(client, query="q=ewing", **data):
    return client.post(f"/en/watch/?{query}", {"email": MINE, "frequency": "daily"} | data)


def link(text, part):
    return re.search(rf"https?://[^/]+(/\w\w/watch/{part}/[^\s\"<>]+)", text)[1]


@pytest.fixture
def watch(world, client):
    """A confirmed daily watch of `q=ewing`, confirmed the day before yesterday."""
    form(client)
    client.post(link(mail.outbox.pop().body, "confirm"))
    Watch.objects.update(confirmed_at=MORNING - dt.timedelta(days=2))
    return Watch.objects.get()


def recorded(change):
    """Make a change that is in the log, and in the index."""
    with changes.recording(changes.Actor(Role.EDITOR, an_editor().pk)) as entries:
        change(entries)
    service.catch_up()


def closed(slug="ieuroewing"):
    trial = Trial.objects.get(slug=slug)
    close_recruitment(trial=trial, by=changes.Actor(Role.COORDINATOR), reason="full")
    service.catch_up()


# Double opt-in


def test_nothing_is_sent_before_the_address_confirmed_by_a_button(world, client):
    assert form(client)["Location"] == "/en/watch/asked/"
    [message] = mail.outbox
    assert message.to == [MINE]
    address = link(message.body, "confirm")
    closed()
    assert actions.send_due(MORNING + dt.timedelta(days=3)) == 0
    assert client.get(address).status_code == 200
    assert not Watch.objects.confirmed()  # a scanner that follows links confirms nothing
    client.post(address)
    client.post(address)
    assert Watch.objects.confirmed().count() == 1


def test_the_answer_is_the_same_whether_an_address_is_known_or_not(world, client):
    first, again = form(client), form(client)
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"])
    assert len(mail.outbox) == 1


def test_an_address_is_not_bombed_with_mails(world, client):
    for number in range(12):
        form(client, f"q=ewing+{number}")
    assert len(mail.outbox) == actions.MOST_ASKED_AN_HOUR


def test_what_was_never_confirmed_is_deleted_after_two_days(world, client):
    form(client)
    assert actions.clean_up(timezone.now() + dt.timedelta(hours=47)) == 0
    assert actions.clean_up(timezone.now() + dt.timedelta(hours=49)) == 1
    assert client.get(link(mail.outbox[0].body, "confirm")).status_code == 410


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "Where should we write to?"),
        ("nobody", "is not one e-mail address"),
        ("a@example.org,b@example.org", "is not one e-mail address"),
        ("a@example.org\r\nBcc: b@example.org", "Remove the line break"),
        ("a@example.org\x00", "Null characters"),
        ("x" * 250 + "@example.org", "at most 254"),
        ("joerg@exämple.org", "international form"),
    ],
)
def test_a_bad_address_is_told_beside_its_field_and_sends_nothing(world, client, address, sentence):
    answer = form(client, email=address)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (mail.outbox, Watch.objects.count()) == ([], 0)


# What is kept


def test_age_place_and_distance_are_left_out_and_the_page_says_so(world, client):
    query = "q=ewing&age=4411d&near=4711&within=77&status=recruiting&near=9000&ordering=distance"
    page = client.get("/en/watch/?" + query.replace("near=4711&", "")).content.decode()
    assert "never stored: Age, Near (postal code), Within (km)." in page
    form(client, query.replace("near=4711&", ""))
    kept = Watch.objects.get()
    assert kept.question == "q=ewing&status=recruiting"
    assert not {"4411", "9000", "77"} & set(re.findall(r"\d+", mail.outbox[0].body.partition("http")[0]))


def test_a_search_that_finds_too_much_cannot_be_followed(world, client, monkeypatch):
    from directory.watching import questions

    monkeypatch.setattr(questions, "MOST_RESULTS", 1)
    page = client.get("/en/watch/").content.decode()
    assert "This search finds 2 trials; at most 1 can be followed." in page
    form(client, "")
    assert Watch.objects.count() == 0


def test_only_a_listed_trial_can_be_followed(world, client):
    a_trial("Draft", state="draft")
    assert client.get("/en/watch/?trial=draft").status_code == 404
    assert client.get("/en/watch/?trial=ieuroewing").status_code == 200


# What is told


def test_nothing_is_written_when_nothing_changed(watch):
    assert actions.send_due(MORNING) == 0
    assert Delivery.objects.get().settled_at
    assert mail.outbox == []


def test_a_site_that_stops_recruiting_is_told_from_what_to_what_and_by_whom(watch):
    closed()
    assert actions.send_due(MORNING) == 1
    [message] = mail.outbox
    assert "Ghent University Hospital: Recruiting → Active, not recruiting" in message.body
    assert "says the centre's coordinator" in message.body
    assert "/en/trials/ieuroewing/" in message.body
    assert "Other" not in message.body


def test_a_trial_new_among_the_results_and_one_gone_are_told(watch, world):
    def change(log):
        new = Trial(slug="new", acronym="NEW", title_en="Another Ewing trial", state="listed")
        log.watch(new)
        new.save()
        old = Trial.objects.get(slug="ieuroewing")
        log.watch(old)
        old.state = "withdrawn"
        old.save()

    recorded(change)
    actions.send_due(MORNING)
    body = mail.outbox[0].body
    assert "NEW\n  New in your results. Not recorded as recruiting at any centre" in body
    assert "ieuroewing\n  No longer in this directory." in body
    assert "A trial for Ewing sarcoma" not in body


def test_a_contact_that_changed_is_told_but_not_the_contact(watch):
    def change(log):
        site = Trial.objects.get(slug="ieuroewing").sites.get()
        log.watch(site)
        site.contact_email = "new-mailbox@example.org"
        site.save()

    recorded(change)
    actions.send_due(MORNING)
    assert "the contact has changed" in mail.outbox[0].body
    assert "new-mailbox" not in str(mail.outbox[0].message())


def test_what_is_told_once_is_not_told_again(watch):
    closed()
    assert actions.send_due(MORNING) == 1
    assert actions.send_due(MORNING) == 0
    assert actions.send_due(MORNING + dt.timedelta(days=1)) == 0


def test_days_without_a_worker_make_one_mail(watch):
    closed()
    assert actions.send_due(MORNING + dt.timedelta(days=9)) == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("frequency", "moment", "period"),
    [
        ("daily", "2026-11-24T05:59:00+00:00", "2026-11-23"),
        ("daily", "2026-11-24T06:00:00+00:00", "2026-11-24"),
        ("daily", "2026-03-29T04:59:00+00:00", "2026-03-28"),  # summer time has begun: 6:59
        ("daily", "2026-03-29T05:00:00+00:00", "2026-03-29"),
        ("daily", "2026-10-25T05:59:00+00:00", "2026-10-24"),  # and ended: 6:59
        ("weekly", "2026-11-23T05:00:00+00:00", "2026-W47"),
        ("weekly", "2026-11-23T06:00:00+00:00", "2026-W48"),
        ("weekly", "2027-01-01T12:00:00+00:00", "2026-W53"),
    ],
)
def test_a_day_begins_at_seven_here_and_a_week_on_monday(frequency, moment, period):
    assert actions.period_of(frequency, dt.datetime.fromisoformat(moment)) == period


def test_the_mail_speaks_the_language_in_which_it_was_asked_for(world, client):
    client.post("/nl/watch/?q=ewing", {"email": MINE, "frequency": "daily"})
    client.post(link(mail.outbox.pop().body, "confirm"))
    Watch.objects.update(confirmed_at=MORNING - dt.timedelta(days=2))
    closed()
    actions.send_due(MORNING)
    assert "Rekruteert → Actief, rekruteert niet" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)  # a foreign key is looked at when a transaction ends
def test_who_ends_a_watch_while_news_are_sent_keeps_nobody_from_theirs(watch, monkeypatch):
    """One is ended just after the list was read, one just before its receipt is written."""
    closed()
    for number in range(2):
        Watch.objects.create(
            email=f"gone-{number}@example.org", kind=watch.kind, question=watch.question,
            language=watch.language, frequency=watch.frequency, confirmed_at=watch.confirmed_at, seen=[],
        )  # fmt: skip
    others = Watch.objects.exclude(pk=watch.pk)
    first = others.earliest("pk")
    claim = Delivery.claim

    def ended_meanwhile(delivery, now):
        claimed = claim(delivery, now)
        if delivery.watch_id == first.pk:
            others.delete()
        return claimed

    monkeypatch.setattr(Delivery, "claim", ended_meanwhile)
    assert actions.send_due(MORNING) == 1
    assert [message.to for message in mail.outbox] == [[watch.email]]


# Once, also after a crash


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs, no handler takes it."""


def dies(monkeypatch, at):
    """Let the process die before the mail is handed over, or right after."""
    whole = mails.news_mail

    def dying(*args):
        message = whole(*args)
        send = message.send

        def last_breath():
            if at == "after":
                send()
            raise Killed

        message.send = last_breath
        return message

    monkeypatch.setattr(mails, "news_mail", dying)
    monkeypatch.setattr(actions.mails, "news_mail", dying)


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_worker_that_dies_while_sending_leaves_one_mail_in_the_end(
    watch, monkeypatch, settings, tmp_path, at
):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "config.embedded.mail.Folder", str(tmp_path / "mail")
    closed()
    with monkeypatch.context() as patch:
        dies(patch, at)
        with pytest.raises(Killed):
            actions.send_due(MORNING)
    assert actions.send_due(MORNING) == 0  # the lease of the dead one holds
    Delivery.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert actions.send_due(MORNING) == 1
    assert actions.send_due(MORNING) == 0
    [file] = (tmp_path / "mail").glob("*.eml")
    assert message_from_bytes(file.read_bytes())["To"] == MINE


def test_without_the_claim_the_same_news_would_be_sent_twice(watch, monkeypatch):
    """The twin of the test above: with the guard off, two workers at once write two mails."""
    closed()
    monkeypatch.setattr(Delivery, "claim", lambda self, now: True)
    other = Watch.objects.get()
    actions.deliver(watch, "2026-11-24")
    Watch.objects.filter(pk=other.pk).update(seen=other.seen, seq=other.seq)  # as the other one read it
    actions.deliver(other, "2026-11-24")
    assert len(mail.outbox) == 2
    assert mail.outbox[0].extra_headers["Message-ID"] == mail.outbox[1].extra_headers["Message-ID"]


def test_two_workers_at_once_write_one_mail(watch):
    closed()
    assert [actions.deliver(Watch.objects.get(), "2026-11-24") for _ in range(2)] == [True, False]
    assert len(mail.outbox) == 1


def test_a_mail_handed_over_twice_is_one_file(tmp_path, settings):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    message = mail.EmailMessage("s", "b", to=[MINE], headers={"Message-ID": "<../../x@example.org>"})
    Folder().send_messages([message, message])
    assert [path.name for path in tmp_path.iterdir()] == ["..-..-x@example.org.eml"]


# Ending


def test_one_post_without_a_cookie_ends_it_as_often_as_it_is_sent(watch):
    closed()
    actions.send_due(MORNING)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.search(r"https?://[^/]+(/[^>]+)", headers["List-Unsubscribe"])[1]
    program = Client(enforce_csrf_checks=True)
    assert program.get(path).status_code == 200
    assert Watch.objects.exists()  # looking ends nothing
    for _ in range(2):
        answer = program.post(path, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not answer.cookies
    assert not Watch.objects.exists()


def test_all_of_an_address_are_seen_changed_and_deleted_by_a_link_of_the_mail(watch, client):
    form(client, "q=leukaemia")
    client.post(link(mail.outbox.pop().body, "confirm"))
    path = f"/en/watch/mine/{watch.keeping}/"
    assert "leukaemia" in client.get(path).content.decode()
    answer = client.post(path, {"watch": watch.pk, "frequency": "weekly"}, follow=True).content.decode()
    assert Watch.objects.get(pk=watch.pk).frequency == "weekly"
    assert "Your change is saved." in answer
    assert "How often: every week" in answer
    assert "Your change is saved." not in client.get(path).content.decode()
    client.post(path, {"all": "1"})
    assert not Watch.objects.exists()
    assert client.get(path).status_code == 410


@pytest.mark.parametrize("token", ["1", "1:x", "x" * 500, "%00", "1:1aaaaa:bbbbb"])
def test_a_token_that_was_never_given_leads_nowhere(watch, client, token):
    for page in ("confirm", "stop", "mine"):
        assert client.get(f"/en/watch/{page}/{token}/").status_code == 410
    assert Watch.objects.count() == 1


def test_a_token_for_confirming_ends_nothing(watch, client):
    assert client.post(f"/en/watch/stop/{watch.confirming}/").status_code == 200
    assert Watch.objects.exists()


def test_the_address_is_masked_in_the_admin_and_only_editors_see_it(watch):
    from tests.builders import a_coordinator

    client = Client()
    client.force_login(an_editor())
    page = client.get("/admin/watching/watch/").content.decode()
    assert "r…@example.org" in page
    assert MINE not in page
    client.force_login(a_coordinator(a_centre()))
    assert client.get("/admin/watching/watch/").status_code == 403


# Feeds


def test_a_feed_has_the_changes_of_the_trials_found_and_a_304(watch, client):
    closed()
    closed("other")
    path = "/en/trials/feed.atom?q=ewing"
    answer = client.get(path)
    text = answer.content.decode()
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "iEuroEwing: Ghent University Hospital: Recruiting" in text
    assert "Other:" not in text
    again = client.get(path, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    assert "iEuroEwing:" in client.get("/en/trials/ieuroewing/feed.atom").content.decode()
    assert "iEuroEwing\u00a0: " in client.get("/fr/trials/ieuroewing/feed.atom").content.decode()
    assert client.get("/en/trials/nothing/feed.atom").status_code == 404


def test_a_feed_of_a_bad_filter_says_what_is_wrong(world, client):
    answer = client.get("/en/trials/feed.atom?status=nonsense")
    assert answer.status_code == 400
    assert "“nonsense” is not a status" in answer.content.decode()


def test_a_page_leads_to_its_feed_and_to_following(world, client):
    page = client.get("/en/trials/?q=ewing&age=14&near=9000").content.decode()
    assert 'href="/en/trials/feed.atom?q=ewing"' in page
    assert 'href="/en/watch/?q=ewing"' in page
    assert "/en/watch/?trial=ieuroewing" in client.get("/en/trials/ieuroewing/").content.decode()


def test_a_search_that_is_followed_finds_what_its_page_shows(world, client):
    from directory.watching import questions

    utrecht = a_centre("utrecht", country="NL", postal_code="3584")
    a_trial("Abroad", title_en="Ewing sarcoma abroad", at=[(world, "completed"), utrecht])
    service.rebuild()
    for question in ("q=ewing&status=recruiting", "q=ewing&status=recruiting&country=NL"):
        page = client.get(f"/en/trials/?{question}").content.decode()
        shown = re.findall(r'<h3><a href="/en/trials/([^/]+)/"', page)
        assert sorted(questions.slugs_found(question, "en")) == sorted(shown)
        assert shown == (["abroad"] if "NL" in question else ["ieuroewing"])
