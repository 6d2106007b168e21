"""A centre whose coordinator was asked whether its statuses are still right, and what the page then sends."""

import re

from django.urls import reverse
from django.utils import timezone

from directory.vouching import actions
from directory.vouching.asked import AskedSite, contradictions
from tests.builders import a_centre, a_coordinator, a_site, a_trial
from trials.models import StatusStatement, TrialSite

TODAY = timezone.localdate


def a_link(centre, language="en"):
    """A coordinator of `centre` who was just asked, and the address in their mail."""
    user = a_coordinator(centre)
    user.email = f"{user.username}@example.org"
    user.save()
    actions.ask_now(coordination=user.coordinations.get())
    enquiry = user.enquiries.get()
    return enquiry, reverse("web:vouch", args=[enquiry.new_token()]).replace("/en/", f"/{language}/")


def a_world(number=14, **fields):
    centre = a_centre("uz-gent", name="Ghent University Hospital")
    return centre, [a_site(a_trial(f"Trial {n}"), centre, said=40, **fields) for n in range(number)]


def seen(*sites):
    """What the page sends of sites that it shows as they are now."""
    against = contradictions(sites)
    return {f"{site.pk}-seen": AskedSite(site, against.get(site.pk)).seen for site in sites}


def fresh(site):
    return TrialSite.objects.get(pk=site.pk)


def said_by_link():
    return StatusStatement.objects.filter(evidence__startswith="answered by the mailed link")


def buttons_of(page):
    """What the big button sends, where nothing else was chosen."""
    assert re.search(r'<button type="submit" name="all" value="1" class="primary">', page)
    return dict(re.findall(r'name="(\d+-seen)" value="([^"]*)"', page)) | {"all": "1"}


def coordinator(*centres, **fields):
    user = a_coordinator(*centres)
    for name, value in ({"email": f"{user.username}@example.org"} | fields).items():
        setattr(user, name, value)
    user.save()
    return user
