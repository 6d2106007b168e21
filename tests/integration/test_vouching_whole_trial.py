"""What an editor says of a whole trial is no coordinator's word about a site, and makes somebody be asked."""

import datetime as dt
import re

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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
