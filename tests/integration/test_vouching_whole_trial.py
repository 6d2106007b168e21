"""What an editor says of a whole trial is no coordinator's word about a site, and makes somebody be asked."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.formats import date_format

from directory.core.roles import Role
from directory.vouching import actions
from directory.vouching.models import Enquiry, LetterKind, Reason
from tests.builders import a_centre, a_site, a_trial, an_editor, says
from tests.support.admin_forms import admin_url, save
from tests.support.vouching import TODAY, a_link, coordinator, fresh
from trials.implied import WHOLE_TRIAL

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def a_ghent(*, by):
    centre = a_centre("uz-gent", name="Ghent University Hospital", languages=["en"])
    return centre, a_site(a_trial("Trial 0"), centre, said=40, by=by)


def suspend(client, site, days=0):
    """An editor suspends the whole trial of `site`, with the form."""
    client.force_login(an_editor())
    day = (TODAY() - days * DAY).isoformat()
    save(client, admin_url(site.trial, "change"), status="suspended", status_as_of=day)
    client.logout()


def text_of(page):
    return " ".join(page.content.decode().split())


def test_a_site_of_which_only_an_editor_spoke_with_the_whole_trial_is_not_confirmed(client):
    centre, site = a_ghent(by=Role.REGISTRY)
    enquiry, address = a_link(centre)
    suspend(client, site)
    assert (fresh(site).verified_by, fresh(site).implied_by) == (Role.EDITOR, WHOLE_TRIAL)
    page = text_of(client.get(address))
    assert "1 status waits for your word" in page
    assert "Confirmed since we asked" not in page
    assert Enquiry.objects.overdue(TODAY() + 22 * DAY).get() == enquiry
    mail.outbox.clear()
    assert actions.send_due(timezone.now() + 8 * DAY).asked == 1
    assert Enquiry.objects.latest("number").reason == Reason.MOVED


def test_it_is_confirmed_by_the_coordinator_alone(client):
    centre, site = a_ghent(by=Role.REGISTRY)
    enquiry, address = a_link(centre)
    suspend(client, site)
    page = client.get(address).content.decode()
    client.post(address, dict(re.findall(r'name="(\d+-seen)" value="([^"]*)"', page)) | {"all": "1"})
    assert (fresh(site).verified_by, fresh(site).implied_by) == (Role.COORDINATOR, "")
    assert not Enquiry.objects.filter(pk=enquiry.pk).owing().exists()
    assert "Confirmed since we asked" in text_of(client.get(address))


@pytest.mark.parametrize("by", [Role.COORDINATOR, Role.REGISTRY])
def test_an_editors_word_on_the_whole_trial_makes_who_answered_be_asked_at_once(client, by):
    """It disputes what the coordinator had said, or is all that is known; they answered before."""
    centre, site = a_ghent(by=by)
    coordinator(centre)
    actions.send_due()
    Enquiry.objects.update(answered_at=timezone.now())
    assert actions.send_due().asked == 0
    suspend(client, site, days=1)
    assert (fresh(site).disputed, fresh(site).implied_by) == (
        (True, "") if by == Role.COORDINATOR else (False, WHOLE_TRIAL)
    )
    assert actions.send_due().asked == 1
    assert Enquiry.objects.latest("number").reason == Reason.MOVED
    assert actions.send_due().asked == 0


def test_an_editors_word_on_the_site_itself_asks_nobody_sooner():
    centre, site = a_ghent(by=Role.COORDINATOR)
    coordinator(centre)
    actions.send_due()
    Enquiry.objects.update(answered_at=timezone.now())
    says(site, "suspended", by=Role.EDITOR)
    assert actions.send_due().asked == 0


# Who is named


def mail_about(centre, language="en"):
    centre.languages = [language]
    centre.save()
    mail.outbox.clear()
    a_link(centre)
    return " ".join(mail.outbox[0].body.split())


@pytest.mark.parametrize(
    ("language", "by", "words"),
    [
        ("en", "CTIS", "– CTIS says so of the whole trial ({day}); your centre has not confirmed it"),
        ("en", "", "– an editor says so of the whole trial ({day}); your centre has not confirmed it"),
        ("nl", "", "– dat zegt de redactie over de hele studie ({day}), uw centrum heeft het niet bevestigd"),
        ("fr", "CTIS", "– selon CTIS, à propos de "),
        ("de", "CTIS", "– das sagt CTIS über "),
    ],
)
def test_the_mail_says_of_what_was_spoken_and_by_whom_where_nobody_spoke_of_the_site(
    client, language, by, words
):
    centre, site = a_ghent(by=Role.REGISTRY)
    if by:
        says(site, "suspended", said=0, by=Role.REGISTRY, source=by, implied_by=WHOLE_TRIAL)
    else:
        suspend(client, site)
    with translation.override(language):
        day = date_format(TODAY(), "DATE_FORMAT")
    assert words.format(day=day) in mail_about(centre, language)


def test_an_editors_word_against_a_coordinators_is_called_no_registrys_in_mail_and_pages(client):
    centre, site = a_ghent(by=Role.COORDINATOR)
    suspend(client, site, days=1)
    text = mail_about(centre)
    assert "Of 1 a newer source says otherwise." in text
    assert "– An editor says of the whole trial: Suspended" in text
    assert "registr" not in text
    address = re.search(r"http\S+(/en/vouch/\S+)", mail.outbox[0].body)[1]
    page = text_of(client.get(address)).partition("<main")[2].partition("</main>")[0]
    assert "1 disputed: a newer source says otherwise" in page
    assert "The newer source is right" not in page, "what is among the answers is not said twice"
    assert "registry" not in page
    quality = text_of(client.get("/en/quality/"))
    assert "A newer source says otherwise than the person whose word stands." in quality
    assert '<th scope="col">The other source says</th>' in quality


# One query more for all


def queries_of_a_mail(number, client):
    centre = a_centre()
    sites = [a_site(a_trial(), centre, said=40) for _number in range(number)]
    for n, site in enumerate(sites):
        if n % 2:
            suspend(client, site, days=1)
        else:
            says(site, "completed", said=1, by=Role.REGISTRY, source="CTIS")
    enquiry, _address = a_link(centre)
    with CaptureQueriesContext(connection) as found:
        actions.mails.compose(enquiry, LetterKind.REMINDED)
    return len(found)


def test_a_mail_takes_as_many_queries_for_two_disputed_sites_as_for_twelve(client):
    assert queries_of_a_mail(2, client) == queries_of_a_mail(12, client)
