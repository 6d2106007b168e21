"""What needs attention of the trials and their sites, on the first page of the admin."""

from django.utils.translation import ngettext

from directory.adminsite import attention
from directory.core.models import State
from directory.core.roles import is_editor

from ..choices import Freshness, Recruitment
from ..models import (
    DiscoveredTrial,
    RegistryDiscovery,
    RegistryRecord,
    RegistrySync,
    SuspectedDouble,
    TextSuggestion,
    Trial,
    TrialSite,
    UnresolvedPlace,
)


def _said_of(freshness, count: int) -> str:
    """What is wrong with `count` recruiting sites of this freshness."""
    return {
        Freshness.DISPUTED: ngettext(
            "recruiting site for which a newer source says otherwise",
            "recruiting sites for which a newer source says otherwise",
            count,
        ),
        Freshness.STALE: ngettext(
            "recruiting site not verified for more than 90 days",
            "recruiting sites not verified for more than 90 days",
            count,
        ),
        Freshness.NEVER: ngettext(
            "recruiting site that was never verified", "recruiting sites that were never verified", count
        ),
    }[freshness]


@attention.register
def doubtful_sites(request):
    """Sites that recruit on paper but nobody vouches for: to a coordinator, those of their centres."""
    sites = TrialSite.objects.editable_by(request.user).recruiting()
    for word in (Freshness.DISPUTED, Freshness.STALE, Freshness.NEVER):
        url = attention.list_url(TrialSite, status__exact=Recruitment.RECRUITING, freshness=word)
        count = sites.with_freshness(word).count()
        yield attention.WaitingItem(count, _said_of(word, count), url, urgent=True)


@attention.register
def disputed_trials(request):
    if is_editor(request.user):
        url = attention.list_url(Trial, disputed__exact=1)
        count = Trial.objects.filter(disputed=True).count()
        said = ngettext(
            "trial whose status a registry disputes", "trials whose status a registry disputes", count
        )
        yield attention.WaitingItem(count, said, url, urgent=True)


@attention.register
def registries(request):
    """What following the registries left to an editor."""
    if not is_editor(request.user):
        return
    waiting = RegistrySync.objects.waiting().count()
    said = ngettext(
        "registry with more changes than are imported automatically",
        "registries with more changes than are imported automatically",
        waiting,
    )
    yield attention.WaitingItem(waiting, said, attention.list_url(RegistrySync), urgent=True)
    unresolved = RegistryRecord.objects.unresolved().count()
    url = attention.list_url(RegistryRecord, unresolved="yes")
    said = ngettext(
        "registry record that was not imported", "registry records that were not imported",
        unresolved,
    )  # fmt: skip
    yield attention.WaitingItem(unresolved, said, url)
    places = UnresolvedPlace.objects.open().count()
    said = ngettext(
        "place in a registry that may be one of our centres",
        "places in registries that may be one of our centres",
        places,
    )
    yield attention.WaitingItem(places, said, attention.list_url(UnresolvedPlace, state__exact="open"))
    suggested = TextSuggestion.objects.open().count()
    url = attention.list_url(TextSuggestion, state__exact="open")
    said = ngettext(
        "text that is different in a registry", "texts that are different in a registry", suggested
    )
    yield attention.WaitingItem(suggested, said, url)


@attention.register
def no_longer_listed(request):
    """Trials of which a registry no longer has the record."""
    if is_editor(request.user):
        count = RegistryRecord.objects.no_longer_listed().count()
        url = attention.list_url(RegistryRecord, missing="yes")
        said = ngettext(
            "trial whose record is no longer in its registry",
            "trials whose record is no longer in their registry",
            count,
        )
        yield attention.WaitingItem(count, said, url)


@attention.register
def doubles(request):
    if is_editor(request.user):
        url = attention.list_url(SuspectedDouble, decision__exact="open")
        count = SuspectedDouble.objects.open().count()
        said = ngettext("pair that may be the same trial", "pairs that may be the same trial", count)
        yield attention.WaitingItem(count, said, url)


@attention.register
def candidates(request):
    """Trials that registries list for children in Belgium and that are not here."""
    if not is_editor(request.user):
        return
    waiting = RegistryDiscovery.objects.waiting().count()
    said = ngettext(
        "registry whose list of new trials has lost too many trials",
        "registries whose lists of new trials have lost too many trials",
        waiting,
    )
    yield attention.WaitingItem(waiting, said, attention.list_url(RegistryDiscovery), urgent=True)
    count = DiscoveredTrial.objects.candidates().count()
    url = attention.list_url(DiscoveredTrial, found="candidate")
    said = ngettext(
        "trial in a registry that is not in this directory: accept or decline it",
        "trials in registries that are not in this directory: accept or decline them",
        count,
    )
    yield attention.WaitingItem(count, said, url)


@attention.register
def drafts(request):
    if is_editor(request.user):
        url = attention.list_url(Trial, state__exact=State.DRAFT)
        count = Trial.objects.drafts().count()
        yield attention.WaitingItem(count, ngettext("trial in draft", "trials in draft", count), url)
