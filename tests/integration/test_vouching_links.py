"""Links that are no keys: forged, cut, expired, revoked, another's; and what they leave behind."""

import datetime as dt

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import logs
from directory.vouching import actions
from directory.vouching.models import Enquiry
from tests.builders import a_centre, a_coordinator, a_site, a_trial
from tests.support.traces import logged, places_of
from trials.models import StatusStatement

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """An own and another centre, each with a site and a coordinator who was asked."""
    found = {}
    for code in ("own", "other"):
        centre = a_centre(code)
        site = a_site(a_trial(f"Trial of {code}"), centre, said=40)
        user = a_coordinator(centre, username=code)
        type(user).objects.filter(pk=user.pk).update(email=f"{code}@example.org")
        actions.ask_now(coordination=user.coordinations.get())
        enquiry = user.enquiries.get()
        found[code] = (enquiry, enquiry.new_token(), site)
    return found


def page(token, part="vouch"):
    return reverse(f"web:{part}", args=[token])


def everything_is_refused(token):
    """GET, POST and the sheet are a page that says so; nothing is stored."""
    client, sentences = Client(), set()
    sheet, upload = page(token, "vouch-sheet"), page(token, "vouch-upload")
    both = [(way, one) for way in ("get", "post") for one in (page(token), upload, f"{upload}1/")]
    for method, address in [*both, ("head", page(token)), ("get", sheet)]:
        answer = getattr(client, method)(address, {"all": "1"} if method == "post" else {})
        assert answer.status_code == 410
        assert "no-store" in answer["Cache-Control"]
        sentences.add(answer.content.decode().partition("<h1>")[2].partition("</h1>")[0])
    assert not StatusStatement.objects.filter(said_at=timezone.localdate()).exists()
    return sentences - {""}


def forgeries(enquiry, token):
    signer = signing.Signer(sep=".", salt="directory.vouching.link")
    secret = token.partition(":")[2].partition(".")[0]
    return [
        "1", "x", ":", ".", token[:-1], token[1:], token.partition(".")[0], token + "x",
        token.replace(":", "."),
        # Signed with another salt or key, or rightly and with a secret that was in no mail.
        signing.Signer(sep=".", salt="directory.watching.keep").sign(f"{enquiry.pk}:{secret}"),
        signing.Signer(key="y" * 40, sep=".", salt="directory.vouching.link").sign(f"{enquiry.pk}:{secret}"),
        signer.sign(f"{enquiry.pk}:guessed"), signer.sign(f"{enquiry.pk}"), signer.sign(f"{enquiry.pk}:"),
        signer.sign(f"{10**12}:{secret}"), "\N{SNOWMAN}" * 60, "%00", "a" * 5_000,
    ]  # fmt: skip


def test_a_forged_or_cut_link_opens_nothing_and_tells_nothing(world):
    enquiry, token, _site = world["own"]
    for forged in forgeries(enquiry, token):
        assert everything_is_refused(forged) == {"This link does not work"}, forged


def test_the_secret_of_one_enquiry_opens_no_other(world):
    (own, token, _site), (other, _token, _other) = world["own"], world["other"]
    secret = token.partition(":")[2].partition(".")[0]
    signer = signing.Signer(sep=".", salt="directory.vouching.link")
    assert everything_is_refused(signer.sign(f"{other.pk}:{secret}")) == {"This link does not work"}
    assert Enquiry.of_token(signer.sign(f"{own.pk}:{secret}")) == own


@pytest.mark.parametrize(
    ("sentence", "ends"),
    [
        ("This link has expired", lambda one: setattr(one, "expires_at", timezone.now())),
        ("This link was withdrawn", lambda one: actions.revoke(enquiry=one)),
        ("You no longer keep the trials of this centre", lambda one: one.user.coordinations.all().delete()),
        ("You no longer keep the trials of this centre", lambda one: one.user.groups.clear()),
        ("You no longer keep the trials of this centre", lambda one: close_account(one.user)),
        ("This centre is not in the directory now", lambda one: set_state(one.centre, "withdrawn")),
    ],
)
def test_a_link_that_is_over_says_why(world, sentence, ends):
    enquiry, token, _site = world["own"]
    ends(enquiry)
    if enquiry.expires_at <= timezone.now():
        enquiry.save()
    assert everything_is_refused(token) == {sentence}
    assert Client().get(page(world["other"][1])).status_code == 200


def close_account(user):
    type(user).objects.filter(pk=user.pk).update(is_active=False)


def set_state(centre, state):
    type(centre).objects.filter(pk=centre.pk).update(state=state)


def test_a_link_that_is_revoked_between_looking_and_answering_stores_nothing(world, monkeypatch):
    from directory.vouching import answering

    enquiry, token, site = world["own"]
    whole, asked = answering.why_closed, []

    def revoked_meanwhile(found):
        asked.append(found)
        if len(asked) == 1:
            Enquiry.objects.filter(pk=enquiry.pk).update(revoked_at=timezone.now())
            return None
        return whole(found)

    monkeypatch.setattr(answering, "why_closed", revoked_meanwhile)
    answer = Client().post(page(token), {"all": "1", f"{site.pk}-seen": "recruiting"})
    assert answer.status_code == 410
    assert not StatusStatement.objects.filter(said_at=timezone.localdate()).exists()


def test_no_site_of_another_centre_is_reached_whatever_the_form_says(world):
    _enquiry, token, mine = world["own"]
    theirs = world["other"][2]
    typed = {"said": "suspended", "cohort": "full", "contact_email": "x@example.org", "seen": "recruiting"}
    names = {f"{theirs.pk}-{name}": value for name, value in typed.items()}
    for form in (names, names | {"all": "1"}, {f"{10**8}-seen": "x", "all": "1"}):
        answer = Client().post(page(token), form | {f"{mine.pk}-seen": "recruiting"})
        assert answer.status_code in (200, 422)
        assert "Trial of other" not in answer.content.decode()
        assert "is not asked about by this link" in answer.content.decode()
    theirs.refresh_from_db()
    assert (theirs.status, theirs.cohort_open, theirs.contact_email) == ("recruiting", None, "")
    assert theirs.verified_at < timezone.localdate()


def test_a_page_of_another_site_cannot_answer(world):
    """Without the form's own token a POST is refused, also with the cookie of the visitor."""
    client = Client(enforce_csrf_checks=True)
    token, site = world["own"][1:]
    form = {"all": "1", f"{site.pk}-seen": "recruiting"}
    assert client.post(page(token), form).status_code == 403
    csrf = client.get(page(token)).context["csrf_token"]
    assert client.post(page(token), form).status_code == 403
    assert client.post(page(token), form | {"csrfmiddlewaretoken": str(csrf)}).status_code == 302


@pytest.mark.parametrize("name", ["{}-seen", "{}-said", "{}-day", "note", "all"])
@pytest.mark.parametrize("value", ["\x00", "\ud800", "x" * 100_000, "<script>alert(1)</script>"])
def test_no_value_breaks_the_page(world, name, value):
    _enquiry, token, site = world["own"]
    value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    answer = Client().post(page(token), {name.format(site.pk): value, f"{site.pk}-cohort": "open"})
    assert answer.status_code in (200, 302, 422)
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("query", ["page=%00", "page=-1", "page=x", "page=999999999999", "saved=%00"])
def test_no_address_of_the_page_breaks_it(world, query):
    assert Client().get(f"{page(world['own'][1])}?{query}").status_code == 200


def test_a_form_of_too_many_fields_is_a_400(world):
    token = world["own"][1]
    assert Client().post(page(token), {f"{n}-seen": "x" for n in range(1_200)}).status_code == 400


@pytest.mark.parametrize("broken", ["%0a{}", "%20{}", "%22{}", "/{}", "x/{}", "<{}>", "{}"])
@pytest.mark.parametrize("part", ["sites", "sheet", "upload", "SITES"])
def test_the_secret_of_a_link_is_in_no_log_also_where_it_came_broken(world, broken, part):
    token = world["own"][1]
    secret = token.partition(":")[2].partition(".")[0]
    with logged() as out:
        Client(raise_request_exception=False).get(f"/en/vouch/{part}/{broken.format(token)}/")
    assert "request_finished" in out.getvalue()
    assert secret not in out.getvalue()
    assert secret not in logs.without_secrets(f"https://directory.example{page(token)}?x=1")


def test_a_secret_is_kept_nowhere(world):
    token = world["own"][1]
    secret = token.partition(":")[2].partition(".")[0]
    Client().get(page(token))
    Client().post(page(token), {"all": "1", f"{world['own'][2].pk}-seen": "recruiting"})
    assert places_of(secret) == []


def test_a_link_works_until_it_expires_also_after_it_was_answered_and_after_a_reminder(world):
    enquiry, token, site = world["own"]
    now = timezone.now()
    Enquiry.objects.filter(pk=enquiry.pk).update(asked_on=timezone.localdate() - dt.timedelta(days=8))
    assert actions.send_due(now).reminded == 1
    for said in ("suspended", "recruiting"):
        form = {f"{site.pk}-said": said, f"{site.pk}-seen": "x"}
        assert Client().post(page(token), form).status_code == 302
        site.refresh_from_db()
        assert site.status == said
    assert "1 is confirmed since we asked." in Client().get(page(token)).content.decode()
