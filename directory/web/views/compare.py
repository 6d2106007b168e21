"""Up to four trials side by side."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from directory.core.text import control_character_in
from trials.identifiers import parse_identifier
from trials.models import StatusStatement, Trial, TrialIdentifier

from ..sites import SiteCard, add_statements, dispute_of
from .trials import in_index, places_of, sites_of
from .trials import trial as page_of

MOST = 4
# Names that are looked up, and the length beyond which a text is no name.
MOST_ASKED, LONGEST = 20, 100


@dataclass(frozen=True)
class ComparedTrial:
    """One trial of the comparison, and the address of the comparison without it."""

    trial: Trial
    places: list[SiteCard]
    without: str

    @property
    def otherwise(self) -> StatusStatement | None:
        """What a newer source says of the whole trial."""
        return dispute_of(self.trial)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The trials of `?trial=slug&trial=slug`, in that order; any identifier or acronym will do."""
    if "trial" not in request.GET and _is_a_trial(request.user):
        return page_of(request, "compare")
    asked = list(dict.fromkeys(filter(None, map(str.strip, request.GET.getlist("trial")))))[:MOST_ASKED]
    names = [one for one in asked if _may_be_a_name(one)]
    found = _by_name(request.user, names)
    if address := _with_heirs(request.user, asked, set(names) - found.keys()):
        return redirect(address)
    trials = list(dict.fromkeys(found.values()))
    context = {
        "section": "trials",
        "columns": [_column(one, trials[:MOST]) for one in trials[:MOST]],
        "unknown": [text[:LONGEST] for text in asked if text not in found],
        "left_out": trials[MOST:],
        "most": MOST,
    }
    return render(request, "directory/compare.html", context)


def _may_be_a_name(text: str) -> bool:
    return len(text) <= LONGEST and not control_character_in(text)


def _with_heirs(user, asked: Iterable[str], unknown: Iterable[str]) -> str:
    """The address with today's names of trials that were merged since; empty where none was."""
    heirs = Trial.objects.heirs(unknown, user) if unknown else {}
    query = urlencode([("trial", heirs.get(one, one)) for one in asked])
    return f"{reverse('web:compare')}?{query}" if heirs else ""


def _is_a_trial(user) -> bool:
    """Whether there is a trial called COMPARE, whose page would stand at this address."""
    return Trial.objects.visible_to(user).filter(slug="compare").exists()


def _by_name(user, names: Iterable[str]) -> dict[str, Trial]:
    """The visible trial that each of `names` names, in their order; without those that name none."""
    slugs = {name: in_index(name) or name for name in names}
    compact = {name: _compact(name) for name in slugs}
    numbered = TrialIdentifier.objects.filter(
        compact__in=filter(None, compact.values()), trial=OuterRef("pk")
    )
    trials = (
        Trial.objects.visible_to(user)
        .filter(Q(slug__in=slugs.values()) | Exists(numbered))
        .order_by("slug")
        .prefetch_related("identifiers", "conditions", sites_of(user))
    )
    trials = list(trials)
    add_statements(trials)
    by_slug, by_number = {}, {}
    for one in trials:
        by_slug[one.slug] = one
        by_number |= {identifier.compact: one for identifier in one.identifiers.all()}
    found = {name: by_slug.get(slug) or by_number.get(compact[name]) for name, slug in slugs.items()}
    return {name: one for name, one in found.items() if one}


def _compact(text: str) -> str | None:
    try:
        return parse_identifier(text).compact
    except ValueError:
        return None


def _column(one: Trial, shown: list[Trial]) -> ComparedTrial:
    others = urlencode([("trial", other.slug) for other in shown if other is not one])
    without = f"{reverse('web:compare')}?{others}" if others else reverse("web:search")
    return ComparedTrial(one, places_of(one), without)
