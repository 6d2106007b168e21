"""Who owes what, in the admin; and how fresh a centre was, month after month."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from directory.core.dates import day_after
from directory.core.roles import Role
from directory.vouching import actions
from directory.vouching.charts import chart_of
from directory.vouching.models import Enquiry
from directory.vouching.past_freshness import by_month, last_days
from tests.builders import a_centre, a_coordinator, a_site, a_trial, a_user, an_editor, says
from tests.support.admin_forms import act

pytestmark = pytest.mark.django_db
LIST = "admin:vouching_enquiry_changelist"


def a_centre_with(number=1, **fields):
    centre = a_centre(**fields)
    for _site in range(number):
        a_site(a_trial(), centre, said=90)
    return centre


def asked(centre, days=0):
    """A coordinator who was asked so many days ago."""
    user = a_coordinator(centre)
    user.email = f"{user.username}@example.org"
    user.save()
    actions.ask_now(coordination=user.coordinations.get())
    day = timezone.localdate() - dt.timedelta(days=days)
    Enquiry.objects.filter(user=user).update(asked_on=day)
    return user.enquiries.get()


@pytest.fixture
def editor(client):
    client.force_login(an_editor())
    return client


def shown(client, **query):
    """The codes of the centres in the list."""
    page = client.get(reverse(LIST), query).content.decode()
    return set(re.findall(r"field-centre[^>]*><a[^>]*>Hospital ([\w-]+)</a>", page))


def test_the_list_shows_who_owes_what(editor):
    late, owing, done, gone = (a_centre_with(code=code) for code in ("late", "owing", "done", "gone"))
    for centre, days in ((late, 30), (owing, 3), (done, 3), (gone, 30)):
        asked(centre, days)
    says(done.sites.get(), "recruiting", said=0)
    actions.revoke(enquiry=gone.enquiries.get())
    actions.ask_now(coordination=late.coordinations.get())
    Enquiry.objects.filter(centre=late, number=2).update(
        asked_on=timezone.localdate() - dt.timedelta(days=22)
    )
    assert shown(editor) == {"late", "owing", "done", "gone"}
    assert shown(editor, owed="overdue") == {"late"}
    assert shown(editor, owed="owes") == {"late", "owing"}
    assert shown(editor, owed="answered") == {"done"}
    assert shown(editor, owed="revoked") == {"gone"}
    assert shown(editor, owed="earlier") == {"late"}


def test_the_list_takes_as_many_queries_for_one_as_for_thirty(editor):
    counts = []
    for number in (1, 29):
        for _centre in range(number):
            asked(a_centre_with())
        editor.get(reverse(LIST))
        with CaptureQueriesContext(connection) as queries:
            assert editor.get(reverse(LIST)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_editor_sends_again_and_the_old_link_stays_until_it_expires(editor):
    enquiry = asked(a_centre_with(), 10)
    token = enquiry.new_token()
    mail.outbox.clear()
    act(editor, Enquiry, "send_now", enquiry)
    [message] = mail.outbox
    assert message.to == [enquiry.user.email]
    latest = Enquiry.objects.latest("number")
    assert (latest.number, latest.reason) == (2, "editor")
    assert Enquiry.of_token(token) == enquiry


def test_it_is_said_where_no_mail_could_be_sent(editor):
    enquiry = asked(a_centre_with())
    enquiry.user.groups.clear()
    mail.outbox.clear()
    answer = act(editor, Enquiry, "send_now", enquiry)
    page = editor.get(answer["Location"]).content.decode()
    assert "1 could not be: no longer a coordinator" in page
    assert not mail.outbox


def test_an_editor_revokes_a_link_once(editor, client):
    enquiry = asked(a_centre_with())
    token = enquiry.new_token()
    for told in ("1 enquiry is revoked.", "0 enquiries are revoked."):
        answer = act(editor, Enquiry, "revoke", enquiry)
        assert told in editor.get(answer["Location"]).content.decode()
    assert client.get(reverse("web:vouch", args=[token])).status_code == 410


def test_a_note_waits_until_it_is_marked_as_read(editor):
    enquiry = asked(a_centre_with(code="noted"))
    asked(a_centre_with(code="silent"))
    Enquiry.objects.filter(pk=enquiry.pk).update(note="Closed in August <b>")
    assert shown(editor, note="unread") == {"noted"}
    assert "note from a coordinator to read" in editor.get("/admin/").content.decode()
    assert "Closed in August &lt;b&gt;" in detail(editor, enquiry)
    act(editor, Enquiry, "mark_read", *Enquiry.objects.all())
    assert shown(editor, note="unread") == set()
    assert "note from a coordinator to read" not in editor.get("/admin/").content.decode()


def detail(client, enquiry):
    return client.get(reverse("admin:vouching_enquiry_change", args=[enquiry.pk])).content.decode()


def test_the_first_page_tells_editors_of_the_overdue_and_of_whom_no_mail_reaches(editor):
    centre = a_centre_with()
    asked(centre, 20)
    assert "reminded twice" not in editor.get("/admin/").content.decode()
    Enquiry.objects.update(asked_on=timezone.localdate() - dt.timedelta(days=22))
    a_coordinator(centre)
    page = editor.get("/admin/").content.decode()
    assert "coordinator who did not confirm after two reminders" in page
    assert "coordinator without an e-mail address: cannot be asked" in page


def test_coordinators_see_no_enquiries_and_nobody_writes_one(client):
    centre = a_centre_with()
    enquiry = asked(centre)
    client.force_login(a_coordinator(centre))
    assert client.get(reverse(LIST)).status_code == 403
    delete = reverse("admin:vouching_enquiry_delete", args=[enquiry.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert "reminded twice" not in client.get("/admin/").content.decode()
    client.force_login(an_editor())
    page = reverse("admin:vouching_enquiry_change", args=[enquiry.pk])
    assert client.post(page, {"note": "x"}).status_code == 403
    assert client.get(reverse("admin:vouching_enquiry_add")).status_code == 403
    assert "digest" not in client.get(page).content.decode()


def test_a_centre_goes_with_its_enquiries(editor):
    centre = a_centre_with()
    asked(centre)
    centre.sites.all().delete()
    editor.post(reverse("admin:centres_centre_delete", args=[centre.pk]), {"post": "yes"})
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize(
    "query", ["owed=%00", "note=%00", "centre__id__exact=%00", "o=9.-9.x", "q=%00", "p=x"]
)
def test_no_address_of_the_list_breaks_it(editor, query):
    asked(a_centre_with())
    assert editor.get(f"{reverse(LIST)}?{query}").status_code in (200, 302)


def test_the_list_tells_how_many_statuses_are_owed_and_nothing_yet_where_nobody_was_asked(editor):
    assert "Nobody has been asked yet." in editor.get(reverse(LIST)).content.decode()
    centre = a_centre_with(3)
    a_site(a_trial(), centre, status="completed", said=90)
    says(centre.sites.first(), "recruiting", said=0)
    asked(centre, 3)
    page = editor.get(reverse(LIST)).content.decode()
    assert 'class="field-left">2</td>' in page
    assert "Nobody has been asked yet." not in page


# Who keeps which centre


def option(user):
    return f'<option value="{user.pk}">{user.username}</option>'


def test_a_coordinator_needs_no_staff_status_to_be_given_a_centre(editor):
    with_link_alone = a_coordinator(username="by-link")
    with_link_alone.is_staff = False
    with_link_alone.save()
    staff, nobody, closed = a_user("staff", is_staff=True), a_user("reader"), a_coordinator(username="gone")
    type(closed).objects.filter(pk=closed.pk).update(is_active=False)
    page = editor.get(reverse("admin:centres_coordination_add")).content.decode()
    assert [option(one) in page for one in (with_link_alone, staff, nobody, closed)] == [
        True,
        True,
        False,
        False,
    ]
    assert page.count(option(with_link_alone)) == 1
    assert "Somebody who is not here needs an account first" in page


def test_the_list_says_whom_a_mail_reaches_and_else_why_not(editor):
    centre = a_centre()
    people = {name: a_coordinator(centre, username=name) for name in ("asked", "mute", "closed", "outside")}
    for name in ("asked", "closed", "outside"):
        type(people[name]).objects.filter(username=name).update(email=f"{name}@example.org")
    type(people["closed"]).objects.filter(username="closed").update(is_active=False)
    people["outside"].groups.clear()
    page = editor.get(reverse("admin:centres_coordination_changelist")).content.decode()
    rows = dict(
        re.findall(r'field-user[^>]*><a[^>]*>([\w-]+)</a>.*?field-reached">([^<]*)<', page, re.DOTALL)
    )
    assert rows == {
        "asked": "yes",
        "mute": "no: the account has no e-mail address",
        "closed": "no: the account is closed",
        "outside": "no: not in the group Coordinators and not an editor",
    }


# Freshness over time


def test_the_last_days_of_the_months_and_today():
    assert last_days(dt.date(2027, 3, 15), 4) == [
        dt.date(2026, 12, 31), dt.date(2027, 1, 31), dt.date(2027, 2, 28), dt.date(2027, 3, 15)
    ]  # fmt: skip


def months(centre, today):
    return [(one.open, one.fresh) for one in by_month(centre.pk, today, 4)]


def test_a_month_counts_what_was_known_to_recruit_at_its_end_and_was_confirmed_within_thirty_days():
    """What is told later changes no earlier month, whatever day it is said of."""
    centre, today = a_centre(), timezone.localdate()
    ends = last_days(today, 4)
    first, second = a_site(a_trial(), centre, status=None), a_site(a_trial(), centre, status=None)

    def told(site, status, end, late=0):
        at = day_after(end) - dt.timedelta(hours=1)
        says(site, status, said=(today - end).days + late, recorded_at=at)

    told(first, "recruiting", ends[1])
    told(second, "recruiting", ends[1], late=10)
    assert months(centre, today)[:3] == [(0, 0), (2, 2), (2, 0)] or ends[2] - ends[1] <= dt.timedelta(30)
    told(second, "suspended", ends[2])
    told(first, "recruiting", ends[2])
    says(second, "recruiting", said=(today - ends[1]).days)
    assert months(centre, today)[:3] == [(0, 0), (2, 2), (1, 1)]


def test_a_disputed_retracted_or_hidden_status_is_not_counted_as_fresh():
    centre, today = a_centre(), timezone.localdate()
    disputed = a_site(a_trial(), centre, said=10)
    says(disputed, "completed", said=2, by=Role.REGISTRY)
    retracted = a_site(a_trial(), centre, status=None)
    says(retracted, "recruiting", said=3, retracted_at=timezone.now())
    a_site(a_trial(state="draft"), centre)
    assert months(centre, today)[-1] == (1, 0)


def test_the_chart_tells_no_site_from_none_fresh_and_has_its_figures_as_a_table(editor):
    centre = a_centre()
    a_site(a_trial(), centre, said=0)
    enquiry = asked(centre)
    page = detail(editor, enquiry)
    assert page.count("<rect ") == 1
    assert "100 % (1/1)" in page
    assert page.count("<td>0 / 0</td>") == 11
    assert "style=" not in page.partition("<figure>")[2].partition("</figure>")[0]
    [*others, last] = chart_of(by_month(centre.pk, timezone.localdate())).bars
    assert {one.is_known for one in others} == {False}
    assert (last.percent, last.y, last.y + last.height) == (100, 10, 190)
