"""A contact that a coordinator sends by the link: an editor looks at it before anybody is shown it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from directory.core.models import Change
from directory.core.roles import Role
from directory.vouching.models import ContactAnswer, Enquiry
from tests.builders import a_coordinator, an_editor
from tests.support.admin_forms import act
from tests.support.vouching import a_link, a_world, fresh, said_by_link, seen
from trials.models import TrialSite

pytestmark = pytest.mark.django_db
LIST = "admin:vouching_contactanswer_changelist"
NAMES = ("contact_role", "contact_email", "contact_phone")


@pytest.fixture
def world():
    centre, sites = a_world(3)
    return centre, sites, *a_link(centre)


def contact(site, shown=("", "", ""), **typed):
    given = dict(zip((f"{site.pk}-{name}" for name in NAMES), shown, strict=True))
    initial = {f"initial-{name}": value for name, value in given.items()}
    return seen(site) | initial | given | {f"{site.pk}-{name}": value for name, value in typed.items()}


def send(client, world, **typed):
    client.post(world[-1], contact(world[1][0], **typed))
    return world[1][0]


def sent():
    return list(ContactAnswer.objects.order_by("pk").values_list("values", "state"))


def test_what_is_sent_is_shown_to_nobody_and_waits_for_an_editor(world, client):
    site = send(
        client, world, contact_role="Trial desk", contact_email="trials@example.org",
        contact_phone="09 332 21 11",
    )  # fmt: skip
    values = {
        "contact_role": "Trial desk",
        "contact_email": "trials@example.org",
        "contact_phone": "+3293322111",
    }
    assert sent() == [(values, "open")]
    assert [getattr(fresh(site), name) for name in NAMES] == ["", "", ""]
    assert not Change.objects.exists()
    assert "trials@example.org" not in client.get(f"/en/trials/{site.trial.slug}/").content.decode()
    assert "Contact sent to the editors, not public yet: Trial desk" in client.get(world[-1]).content.decode()
    assert Enquiry.objects.get().answered_at is not None


def test_only_what_was_typed_over_what_was_shown_is_sent(world, client):
    """Somebody else changed the mailbox after the page was opened."""
    site = world[1][0]
    TrialSite.objects.filter(pk=site.pk).update(contact_email="new@example.org", contact_role="Desk")
    client.post(world[-1], contact(site, ("Desk", "old@example.org", ""), contact_phone="+3293322112"))
    assert sent() == [({"contact_phone": "+3293322112"}, "open")]
    client.post(world[-1], contact(site, ("Desk", "new@example.org", ""), contact_email=""))
    assert sent() == [({"contact_phone": "+3293322112", "contact_email": ""}, "open")]


def test_newer_words_replace_older_ones_and_the_stored_ones_take_them_back(world, client):
    site = send(client, world, contact_role="Desk")
    for role in ("Ward", "Ward"):
        client.post(world[-1], contact(site, contact_role=role))
        assert sent() == [({"contact_role": "Ward"}, "open")]
    client.post(world[-1], contact(site, ("Ward", "", ""), contact_role=""))
    assert sent() == []


def test_an_editor_takes_it_over_once(world, client):
    site = send(client, world, contact_role="Trial desk", contact_email="trials@example.org")
    client.force_login(an_editor())
    page = client.get(reverse(LIST)).content.decode()
    assert "<del>–</del> → <ins>trials@example.org</ins>" in page
    assert "site with new contact details from its coordinator" in client.get("/admin/").content.decode()
    for told in ("1 is accepted.", "0 are accepted."):
        answer = act(client, ContactAnswer, "take", *ContactAnswer.objects.all())
        assert told in client.get(answer["Location"]).content.decode()
    assert (fresh(site).contact_role, fresh(site).contact_email) == ("Trial desk", "trials@example.org")
    assert Change.objects.get(kind="site").actor_role == Role.EDITOR
    done = ContactAnswer.objects.get()
    assert (done.state, done.decided_by, done.decided_at is None) == ("taken", Role.EDITOR, False)
    assert "Nothing to look at." not in client.get(reverse(LIST), {"state": "all"}).content.decode()
    assert "sent another contact" not in client.get("/admin/").content.decode()


def test_a_declined_one_changes_nothing_and_may_be_sent_again(world, client):
    site = send(client, world, contact_role="Desk")
    client.force_login(an_editor())
    act(client, ContactAnswer, "decline", ContactAnswer.objects.get())
    assert (fresh(site).contact_role, sent()[0][1]) == ("", "declined")
    client.logout()
    send(client, world, contact_role="Desk")
    assert [state for _values, state in sent()] == ["declined", "open"]


def test_the_enquiry_leads_to_what_was_sent(world, client):
    send(client, world, contact_role="Desk")
    client.force_login(an_editor())
    url = reverse("admin:vouching_enquiry_change", args=[Enquiry.objects.get().pk])
    page = client.get(url).content.decode()
    link = f"{reverse(LIST)}?enquiry__exact={Enquiry.objects.get().pk}&amp;state=all"
    assert link in page
    assert "Desk" in client.get(link.replace("&amp;", "&")).content.decode()


def test_coordinators_neither_see_nor_decide_it(world, client):
    send(client, world, contact_role="Desk")
    client.force_login(a_coordinator(world[0]))
    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(reverse(LIST), {"action": "take", "_selected_action": "1"}).status_code == 403
    assert sent()[0][1] == "open"


@pytest.mark.parametrize("query", ["state=%00", "state=x", "enquiry__exact=x", "site__centre__id__exact=%00"])
def test_no_address_of_the_list_breaks_it(client, world, query):
    send(client, world, contact_role="Desk")
    client.force_login(an_editor())
    assert client.get(f"{reverse(LIST)}?{query}").status_code in (200, 302)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("contact_email", "nobody", "valid email"),
        ("contact_phone", "12", "12"),
        ("contact_role", "x" * 101, "at most 100"),
        ("contact_role", "a\tb", "U+0009"),
        ("contact_role", "a\x00b", "Null characters"),
        ("day", "1\x00", "Null characters"),
    ],
)
def test_a_bad_contact_is_told_and_nothing_is_stored(world, client, field, text, sentence):
    site = world[1][0]
    answer = client.post(world[-1], contact(site, **{field: text, "said": "same"}))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert (sent(), said_by_link().count()) == ([], 0)


def test_a_note_of_an_earlier_enquiry_is_in_the_list_that_the_first_page_leads_to(world, client):
    client.post(world[-1], {"note": "Closed in August"})
    enquiry = Enquiry.objects.get()
    Enquiry.objects.create(
        user=enquiry.user, centre=enquiry.centre, number=2, language="en", asked_on=timezone.localdate(),
        expires_at=timezone.now(),
    )  # fmt: skip
    client.force_login(an_editor())
    page = client.get(reverse("admin:vouching_enquiry_changelist"), {"note": "unread"}).content.decode()
    assert "1 enquiry" in page
