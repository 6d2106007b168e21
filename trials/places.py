"""Places that registries name and that may be centres of ours: kept for an editor, who says what each is."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from centres import spelling
from centres.choices import AliasKind
from centres.matching import CentreRef, Matcher
from centres.models import Centre, CentreAlias
from directory.core import changes
from directory.core.text import fold, tidy
from directory.imports.messages import printable

from .models import RegistryRecord, TrialSite, UnresolvedPlace
from .models.place import PlaceState

LONGEST = UnresolvedPlace._meta.get_field("text").max_length
LONGEST_ALIAS = CentreAlias._meta.get_field("text").max_length


def keep_unresolved(registry: str, places: dict[int, list[str]]) -> int:
    """Keep which of `places`, texts by the pk of their trial, may be centres of ours. How many are new.

    Not kept: what is certain, what names nobody like a centre of ours, what was decided before, and where all
    that it may be has a site of the trial already. An open one that its trial does not name any more goes.
    """
    named = _named(registry, places)
    stored = UnresolvedPlace.objects.filter(registry=registry, trial__in=list(places))
    known = {(one.trial_id, one.folded): one for one in stored}
    gone = [one.pk for key, one in known.items() if one.state == PlaceState.OPEN and key not in named]
    none_of_ours = _none_of_ours({folded for _pk, folded in named})
    new = [one for key, one in named.items() if key not in known and one.folded not in none_of_ours]
    UnresolvedPlace.objects.filter(pk__in=gone).delete()
    UnresolvedPlace.objects.bulk_create(new, batch_size=500)
    return len(new)


def recognised_by_now(registry: str) -> set[int]:
    """The pks of trials of which an open place means one centre by now: their records are read anew."""
    open_ones = list(UnresolvedPlace.objects.open().filter(registry=registry).values_list("trial_id", "text"))
    if not open_ones:
        return set()
    matcher = Matcher()
    return {pk for pk, text in open_ones if matcher.match(text).centre}


def resolve_place(*, place: UnresolvedPlace, centre: Centre | None, by: changes.Actor) -> int:
    """Say that `place` is `centre`, or with None that it is none of ours. How many places that settles.

    Each trial that names it gets a site at the centre, of which nobody has said a status yet. A text that
    means the same everywhere is learned as an alias of the centre, and settles its open places at all trials.
    Raises ValidationError where the place was decided before, or the text means another centre.
    """
    with changes.recording(by) as log:
        same = UnresolvedPlace.objects.open().select_for_update(of=("self",))
        same = same.filter(folded=place.folded) if place.is_lasting else same.filter(pk=place.pk)
        places = list(same.select_related("trial"))
        if place.pk not in {one.pk for one in places}:
            raise ValidationError(_("Somebody else has decided this place meanwhile. Check it again."))
        if centre is not None:
            _learn(place, centre, by, log)
            _make_sites(places, centre, log)
        for one in places:
            one.state = PlaceState.NOT_OURS if centre is None else PlaceState.OURS
            one.centre, one.decided_at, one.decided_by = centre, timezone.now(), by.role
        UnresolvedPlace.objects.bulk_update(places, ["state", "centre", "decided_at", "decided_by"])
        if centre is not None:
            _read_anew(places)
    return len(places)


def _unclear(matcher: Matcher, texts: Iterable[str]) -> Iterator[tuple[str, tuple[CentreRef, ...], bool]]:
    """Of texts in the countries of our centres, those that may be one of them and are none for certain.

    With the centres, and whether the text names a hospital. Without a name it may be any of its town.
    """
    countries = matcher.countries()
    for text in dict.fromkeys(printable(tidy(one)[:LONGEST]) for one in texts):
        if spelling.read(text).country not in countries:
            continue
        found = matcher.match(text)
        if found.centre is None:
            is_nameless = found.how == "none" and not found.may_be_learned
            might_be = matcher.near_to(text) if is_nameless else found.near
            if might_be:
                yield text, might_be, found.may_be_learned and len(text) <= LONGEST_ALIAS


def _named(registry: str, places: dict[int, list[str]]) -> dict[tuple[int, str], UnresolvedPlace]:
    """What is unclear of `places`, by trial and folded text, where a centre it may be has no site yet."""
    matcher, there = Matcher(), _centres_of(places)
    found: dict[tuple[int, str], UnresolvedPlace] = {}
    for pk, texts in places.items():
        for text, might_be, is_lasting in _unclear(matcher, texts):
            if {one.id for one in might_be} - there.get(pk, set()):
                place = UnresolvedPlace(
                    registry=registry, trial_id=pk, text=text, folded=_folded(text),
                    might_be=[one.code for one in might_be], is_lasting=is_lasting,
                )  # fmt: skip
                found.setdefault((pk, place.folded), place)
    return found


def _centres_of(trials: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for trial, centre in TrialSite.objects.filter(trial__in=list(trials)).values_list("trial", "centre"):
        found.setdefault(trial, set()).add(centre)
    return found


def _none_of_ours(folded: set[str]) -> set[str]:
    """Of these texts, those of which an editor said that they mean none of ours, wherever they stand."""
    said = UnresolvedPlace.objects.filter(state=PlaceState.NOT_OURS, is_lasting=True, folded__in=folded)
    return set(said.values_list("folded", flat=True))


def _folded(text: str) -> str:
    return fold(text)[:LONGEST]


def _learn(place: UnresolvedPlace, centre: Centre, by: changes.Actor, log: changes.Recorder) -> None:
    if not place.is_lasting:
        return
    taken = CentreAlias.objects.filter(folded=place.folded).select_related("centre").first()
    if taken and taken.centre_id != centre.pk:
        told = {"text": place.text, "code": taken.centre.code}
        raise ValidationError(_("“%(text)s” is already a name of %(code)s. Remove it there first.") % told)
    if taken is None:
        log.watch(centre)
        CentreAlias.objects.create(
            centre=centre, text=place.text, kind=AliasKind.LEARNED, learned_by_id=by.user_id,
            learned_from=place.get_registry_display(),
        )  # fmt: skip


def _make_sites(places: Iterable[UnresolvedPlace], centre: Centre, log: changes.Recorder) -> None:
    trials = {one.trial_id: one.trial for one in places}
    stored = TrialSite.objects.filter(centre=centre, trial__in=list(trials))
    there = set(stored.values_list("trial", flat=True))
    for pk, trial in trials.items():
        if pk not in there:
            site = TrialSite(trial=trial, centre=centre)
            log.watch(site)
            site.save()


def _read_anew(places: Iterable[UnresolvedPlace]) -> None:
    """What a registry says of a site that is there now is taken from its record the next time."""
    for one in places:
        RegistryRecord.objects.filter(registry=one.registry, trial=one.trial_id).update(fingerprint="")
