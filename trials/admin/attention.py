"""What needs attention of the trials and their sites, on the first page of the admin."""

from django.utils.translation import gettext_lazy as _

from directory.core.admin import attention
from directory.core.models import State
from directory.core.visibility import is_editor

from ..choices import Freshness, Recruitment
from ..models import Trial, TrialSite

DOUBTFUL = {
    Freshness.DISPUTED: _("recruiting sites of which a newer source says otherwise"),
    Freshness.STALE: _("recruiting sites that nobody verified for more than 90 days"),
    Freshness.NEVER: _("recruiting sites that nobody ever verified"),
}


@attention.register
def doubtful_sites(request):
    """Sites that recruit on paper but nobody vouches for: to a coordinator, those of their centres."""
    sites = TrialSite.objects.editable_by(request.user).recruiting()
    for word, label in DOUBTFUL.items():
        url = attention.list_url(TrialSite, status__exact=Recruitment.RECRUITING, freshness=word)
        yield attention.Line(sites.with_freshness(word).count(), label, url, urgent=True)


@attention.register
def drafts(request):
    if is_editor(request.user):
        url = attention.list_url(Trial, state__exact=State.DRAFT)
        yield attention.Line(Trial.objects.drafts().count(), _("trials in draft"), url)
