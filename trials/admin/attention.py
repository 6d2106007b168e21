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
            "recruiting site of which a newer source says otherwise",
            "recruiting sites of which a newer source says otherwise",
            count,
        ),
        Freshness.STALE: ngettext(
            "recruiting site that nobody verified for more than 90 days",
            "recruiting sites that nobody verified for more than 90 days",
            count,
        ),
        Freshness.NEVER: ngettext(
            "recruiting site that nobody ever verified", "recruiting sites that nobody ever verified", count
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
        "registry that changed more than a run takes over by itself",
        "registries that changed more than a run takes over by itself",
        waiting,
    )
    yield attention.WaitingItem(waiting, said, attention.list_url(RegistrySync), urgent=True)
    unresolved = RegistryRecord.objects.unresolved().count()
    url = attention.list_url(RegistryRecord, unresolved="yes")
    said = ngettext(
        "record of a registry that was not taken over", "records of registries that were not taken over",
        unresolved,
    )  # fmt: skip
    yield attention.WaitingItem(unresolved, said, url)
    places = UnresolvedPlace.objects.open().count()
    said = ngettext(
        "place of a registry that may be one of our centres",
        "places of registries that may be one of our centres",
        places,
    )
    yield attention.WaitingItem(places, said, attention.list_url(UnresolvedPlace, state__exact="open"))
    suggested = TextSuggestion.objects.open().count()
    url = attention.list_url(TextSuggestion, state__exact="open")
    said = ngettext("text that a registry has otherwise", "texts that a registry has otherwise", suggested)
    yield attention.WaitingItem(suggested, said, url)


@attention.register
def no_longer_listed(request):
    """Trials of which a registry no longer has the record."""
    if is_editor(request.user):
        count = RegistryRecord.objects.no_longer_listed().count()
        url = attention.list_url(RegistryRecord, missing="yes")
        said = ngettext(
            "record of a trial here that its registry no longer has",
            "records of trials here that their registry no longer has",
            count,
        )
        yield attention.WaitingItem(count, said, url)


@attention.register
def doubles(request):
    if is_editor(request.user):
        url = attention.list_url(SuspectedDouble, decision__exact="open")
        count = SuspectedDouble.objects.open().count()
        said = ngettext("pair of trials that may be one", "pairs of trials that may be one", count)
        yield attention.WaitingItem(count, said, url)


@attention.register
def candidates(request):
    """Trials that registries list for children in Belgium and that are not here."""
    if not is_editor(request.user):
        return
    waiting = RegistryDiscovery.objects.waiting().count()
    said = ngettext(
        "registry of whose list of new trials too much is gone",
        "registries of whose lists of new trials too much is gone",
        waiting,
    )
    yield attention.WaitingItem(waiting, said, attention.list_url(RegistryDiscovery), urgent=True)
    count = DiscoveredTrial.objects.candidates().count()
    url = attention.list_url(DiscoveredTrial, found="candidate")
    said = ngettext(
        "trial that a registry lists and that is not here: take it or decline it",
        "trials that registries list and that are not here: take or decline them",
        count,
    )
    yield attention.WaitingItem(count, said, url)


@attention.register
def drafts(request):
    if is_editor(request.user):
        url = attention.list_url(Trial, state__exact=State.DRAFT)
        count = Trial.objects.drafts().count()
        yield attention.WaitingItem(count, ngettext("trial in draft", "trials in draft", count), url)
