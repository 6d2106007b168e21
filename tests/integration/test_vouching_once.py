"""Each mail of an enquiry goes out once: also after a crash, from two at once, with a server that refuses."""

import datetime as dt
from email import message_from_bytes

import pytest
from django.core import mail
from django.utils import timezone

from directory.vouching import actions, mails
from directory.vouching.models import Enquiry, Letter
from tests.builders import a_centre, a_site, a_trial
from tests.support.at_once import at_once
from tests.support.traces import logged
from tests.support.vouching import coordinator

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
NOON = dt.datetime(2027, 2, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def ghent():
    centre = a_centre("uz-gent", name="Ghent University Hospital", languages=["nl", "fr"])
    for number in range(3):
        a_site(a_trial(f"Trial {number}"), centre, said=40)
    return centre


def sent(now):
    """The subjects' number and what `send_due` says it did."""
    done = actions.send_due(now)
    return done.asked, done.reminded


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs, no handler takes it."""


def dies(monkeypatch, at):
    whole = mails.compose

    def dying(*args):
        message = whole(*args)
        send = message.send

        def last_breath():
            if at == "after":
                send()
            raise Killed

        message.send = last_breath
        return message

    monkeypatch.setattr(mails, "compose", dying)


def over():
    Letter.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_worker_that_dies_while_sending_leaves_one_mail_with_a_good_link(
    ghent, monkeypatch, settings, tmp_path, at
):
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = "config.embedded.mail.Folder", str(tmp_path / "mail")
    coordinator(ghent)
    with monkeypatch.context() as patch:
        dies(patch, at)
        with pytest.raises(Killed):
            actions.send_due(NOON)
    early = [token_of(file) for file in (tmp_path / "mail").glob("*.eml")]
    assert sent(NOON) == (0, 0)  # the lease of the dead one holds
    over()
    assert sent(NOON) == (1, 0)
    over()
    assert sent(NOON) == (0, 0)
    [file] = (tmp_path / "mail").glob("*.eml")
    # A mail server may have passed on the first of the two and dropped the second.
    assert {Enquiry.of_token(token).pk for token in [*early, token_of(file)]} == {Enquiry.objects.get().pk}


def token_of(file):
    text = message_from_bytes(file.read_bytes()).get_payload()[0].get_payload(decode=True).decode()
    return text.partition("/vouch/sites/")[2].partition("/")[0]


@pytest.mark.parametrize("kind", ["asked", "reminded", "again"])
def test_the_claim_is_what_keeps_two_beats_from_writing_one_mail_twice(ghent, monkeypatch, kind):
    coordinator(ghent)
    actions.send_due(NOON)
    enquiry = Enquiry.objects.get()
    Letter.objects.all().delete()
    mail.outbox.clear()
    letter = Letter.objects.create(enquiry=enquiry, kind=kind)
    assert [actions.deliver(letter, NOON) for _turn in range(2)] == [True, False]
    monkeypatch.setattr(Letter, "claim", lambda self, now: True)
    actions.deliver(letter, NOON)
    assert len(mail.outbox) == 2
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.each("--race-rounds", 3)
def test_two_beats_at_once_ask_each_coordinator_once(request):
    centre = a_centre()
    a_site(a_trial(), centre, said=40)
    people = [coordinator(centre) for _number in range(5)]
    for turn in range(request.config.getoption("--race-rounds")):
        mail.outbox.clear()
        done = at_once(lambda _index, now=NOON + turn * 30 * DAY: actions.send_due(now).asked, 2)
        assert sum(done) == len(people)
        assert sorted(message.to[0] for message in mail.outbox) == sorted(one.email for one in people)


def test_a_mail_that_the_server_refuses_keeps_nobody_from_theirs_and_is_tried_again(ghent, monkeypatch):
    first, second = coordinator(ghent), coordinator(ghent)
    whole = mails.compose

    def refused(enquiry, kind):
        message = whole(enquiry, kind)
        if enquiry.user_id == first.pk:
            message.send = lambda: (_ for _ in ()).throw(ConnectionRefusedError(first.email))
        return message

    with monkeypatch.context() as patch, logged() as out:
        patch.setattr(mails, "compose", refused)
        done = actions.send_due(NOON)
    assert (done.asked, done.failed) == (1, 1)
    assert [message.to for message in mail.outbox] == [[second.email]]
    assert "ConnectionRefusedError" in out.getvalue()
    assert first.email not in out.getvalue()
    over()
    assert sent(NOON + 3 * DAY) == (1, 0)
    # Its days are counted from when it was asked.
    assert Enquiry.objects.get(user=first).asked_on == dt.date(2027, 2, 4)


@pytest.mark.parametrize(
    "address", ["nobody", "a b@example.org", "a@example.org\nBcc: b@example.org", "é@x.y"]
)
def test_an_account_with_an_odd_address_keeps_nobody_from_their_mail(ghent, address):
    coordinator(ghent, email=address)
    coordinator(ghent, email="fine@example.org")
    done = actions.send_due(NOON)
    assert done.asked + done.failed == 2
    assert ["fine@example.org"] in [message.to for message in mail.outbox]
    assert not any("Bcc" in str(message.message()) for message in mail.outbox)
