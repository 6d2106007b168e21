"""What the profile page shows of an answer: bands of trials with their criteria, and the link to share."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext_lazy as _

from directory.core.ages import age_as_typed
from directory.core.dates import partial_text
from directory.core.places import Place
from directory.eligibility.forms import COUNTRIES, NAMES, SEVERAL, TypedProfileForm
from directory.eligibility.reasons import said_by
from directory.eligibility.service import SECTIONS, Matched, Matching
from directory.search import service
from trials.choices import Sex, Stage

from . import words
from .marks import mark_of
from .results import Result, condition_name

PER_BAND, MOST_SHOWN = 20, 200
TITLES = {
    "open_here": _("Open in Belgium"),
    "candidates": _("Other candidates"),
    "apart": _("Supportive care, observational studies and registries"),
    "excluded": _("Excluded"),
}
MEANINGS = {
    "open_here": _(
        "For this disease and recruiting, with at most one thing to ask. The most specific first."
    ),
    "candidates": _(
        "Nothing excludes the patient, but more than one thing must be asked, or none recruits here."
    ),
    "apart": _("Nothing excludes the patient. These do not treat the disease."),
    "excluded": _("At least one criterion is not met."),
}
CRITERIA = {
    "diagnosis": _("Diagnosis"),
    "age": _("Age"),
    "stage": _("Stage of disease"),
    "lines": _("Previous lines of treatment"),
    "alterations": _("Alterations required"),
    "alterations_excluded": _("Alterations excluded"),
    "sex": _("Sex"),
    "recruitment": _("Recruitment"),
    "reach": _("Within reach"),
}
# The same where they are asked.
ASKED = {
    "diagnosis": _("the diagnosis"),
    "age": _("the age"),
    "stage": _("the stage"),
    "lines": _("the previous lines"),
    "alterations": _("the alterations"),
    "alterations_excluded": _("the excluded alterations"),
    "sex": _("the sex"),
    "recruitment": _("whether it recruits"),
    "reach": _("how far it is"),
}
# Those that are not asked where nothing is recorded of them.
LISTED_ONCE = {
    "lines": _("previous lines"),
    "alterations": _("alterations"),
    "alterations_excluded": _("excluded alterations"),
    "sex": _("sex"),
}
VERDICTS = {"unmet": _("Not met"), "unknown": _("To be checked"), "met": _("Met")}
# What to leave out of the form so that a criterion no longer excludes.
DROPS = {
    "age": ("age",),
    "stage": ("stage",),
    "lines": ("lines",),
    "alterations": ("alterations",),
    "alterations_excluded": ("alterations",),
    "sex": ("sex",),
    "reach": ("within", "country"),
}
IGNORE = {
    "age": _("Ignore age"),
    "stage": _("Ignore stage"),
    "lines": _("Ignore previous lines"),
    "alterations": _("Ignore alterations"),
    "alterations_excluded": _("Ignore alterations"),
    "sex": _("Ignore sex"),
    "reach": _("Ignore distance and country"),
}
# What a link may hold, and the fields that go into it. Unless somebody chooses, the first two.
SHARES = {
    "diagnosis": (_("Diagnosis"), ("condition",)),
    "stage": (_("Stage of disease"), ("stage",)),
    "words": (_("Your own words"), ("text",)),
    "age": (_("Age"), ("age",)),
    "lines": (_("Previous lines of treatment"), ("lines",)),
    "alterations": (_("Alterations"), ("alterations",)),
    "sex": (_("Sex"), ("sex",)),
    "place": (_("Place and distance"), ("near", "within", "country")),
}
SHARED_AT_FIRST = ("diagnosis", "stage")


@dataclass(frozen=True)
class Ticked:
    """One criterion of a trial as it is shown."""

    name: str
    verdict: str
    reason: str

    @property
    def label(self) -> str:
        return str(CRITERIA[self.name])

    @property
    def word(self) -> str:
        return str(VERDICTS[self.verdict])


@dataclass(frozen=True)
class Site:
    """The recruiting site to call: its document, its name and its distance."""

    document: dict
    name: str
    language: str
    distance: float | None
    centre: Mapping[str, str | None]

    @property
    def contact(self) -> dict | None:
        """A role and its mailbox, or a person who consented; None where the centre must be rung."""
        found = self.document["contact"]
        return found if found and (found["email"] or found["phone"]) else None

    @property
    def otherwise(self) -> tuple[str, str, str] | None:
        """What a newer source says (`words.otherwise`)."""
        return words.otherwise(self.document["dispute"])

    @property
    def who(self) -> str:
        """Who said the status."""
        return mark_of(self.document).who

    @property
    def role(self) -> str:
        return (self.document["contact"] or {}).get("role") or ""


@dataclass(frozen=True)
class Card:
    """One trial with its criteria, what needs an answer first."""

    id: str
    result: Result
    criteria: list[Ticked]
    site: Site | None
    abroad: Site | None
    headline: str
    not_recorded: str
    said: str
    step: str

    @property
    def unmet(self) -> list[Ticked]:
        """The criteria that stay in sight: those that exclude."""
        return [one for one in self.criteria if one.verdict == "unmet"]

    @property
    def others(self) -> list[Ticked]:
        """The criteria that are folded."""
        return [one for one in self.criteria if one.verdict != "unmet"]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many of these have which verdict."""
        return list(Counter(one.word for one in self.others).items())


@dataclass(frozen=True)
class ShownBand:
    """A band of the answer."""

    name: str
    count: int
    cards: list[Card]

    @property
    def title(self) -> str:
        return str(TITLES[self.name])

    @property
    def meaning(self) -> str:
        return str(MEANINGS[self.name])

    @property
    def who(self) -> str:
        """Who said most statuses here, where that is of several; else empty."""
        sites = [card.site for card in self.cards if card.site and not card.site.otherwise]
        counted = Counter(who for site in sites if (who := site.who)).most_common(1)
        return counted[0][0] if counted and counted[0][1] > 1 else ""

    @property
    def folded(self) -> bool:
        """Whether it is opened by a click."""
        return self.name in ("apart", "excluded")

    @property
    def more(self) -> int:
        """How many trials more a click shows."""
        return max(0, min(self.count - len(self.cards), PER_BAND, MOST_SHOWN - len(self.cards)))

    @property
    def next_id(self) -> str:
        """Where the first of these will stand."""
        return f"{self.name}-{len(self.cards) + 1}"

    @property
    def left_out(self) -> int:
        return self.count - len(self.cards)


@dataclass(frozen=True)
class RelaxationLink:
    """A criterion that is the only one in the way of `count` trials; `drop` where it can be left out."""

    label: str
    count: int
    drop: str

    @property
    def ignore(self) -> str:
        return str(IGNORE[self.drop])


@dataclass(frozen=True)
class Share:
    """A part of the profile that a link may hold."""

    name: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Shared:
    """The link with what is chosen of the profile; its address is that of the page where that is nothing."""

    parts: list[Share]
    url: str


def given_of(form: TypedProfileForm) -> list[tuple[str, str]]:
    """What was given in one line each, for the head of the answer and for paper."""
    return [(str(label), text) for label, text in _lines(form) if text]


def _lines(form: TypedProfileForm) -> Iterator[tuple[str, str]]:
    given = form.cleaned_data
    yield _("Diagnosis"), "; ".join(condition_name(code) for code in given["condition"])
    yield _("In your words"), given["text"] or ""
    yield _("Age"), age_as_typed(form.profile.age_text)
    yield _("Stage of disease"), words.label(Stage, given["stage"]) if given["stage"] else ""
    yield _("Previous lines of treatment"), "" if given["lines"] is None else str(given["lines"])
    yield _("Alterations"), ", ".join(given["alterations"] or ())
    yield _("Sex"), words.label(Sex, given["sex"]) if given["sex"] else ""
    within = f", ≤ {given['within']:g} km" if given["within"] else ""
    yield _("Lives at"), f"{given['near']}{within}" if given["near"] else ""
    yield _("Countries"), ", ".join(str(COUNTRIES[code]) for code in given["country"])


def sections_of(found: Matching, wanted: Mapping[str, int], near: Place | None) -> list[ShownBand]:
    """The sections, each with as many of its trials as `wanted` says; distances are from `near`."""
    kept = {name: found.bands[name].trials[: wanted[name]] for name in SECTIONS}
    matched = [one for trials in kept.values() for one in trials]
    documents = service.documents("trial", [one.key for one in matched])
    results = {one["slug"]: Result(one, near) for one in documents}
    centres = _centres(matched)
    return [
        ShownBand(name, found.bands[name].count, _cards(name, trials, results, centres))
        for name, trials in kept.items()
    ]


def _centres(matched: Iterable[Matched]) -> dict[str, dict]:
    """By code, the documents of the nearest centres."""
    nearest = [site for one in matched for site in (one.nearest, one.nearest_abroad) if site]
    return {one["code"]: one for one in service.documents("centre", sorted({one.centre for one in nearest}))}


def _cards(
    band: str, trials: Iterable[Matched], results: Mapping[str, Result], centres: Mapping[str, dict]
) -> list[Card]:
    here = [matched for matched in trials if matched.key in results]
    return [
        _card(f"{band}-{number}", matched, results[matched.key], centres)
        for number, matched in enumerate(here, start=1)
    ]


def _card(card_id: str, matched: Matched, result: Result, centres: Mapping[str, dict]) -> Card:
    order = list(VERDICTS)
    ticked = [Ticked(one.name, one.verdict, one.reason) for one in matched.criteria]
    ticked.sort(key=lambda one: order.index(one.verdict))
    return Card(
        card_id,
        result,
        ticked,
        _site(matched.nearest, result, centres),
        _site(matched.nearest_abroad, result, centres),
        _headline(matched),
        ", ".join(str(LISTED_ONCE[name]) for name in matched.not_recorded),
        _said_of_criteria(matched, result.document),
        matched.step.text if matched.step and matched.band != "matches" else "",
    )


def _headline(matched: Matched) -> str:
    """In one line whether it is open here, and what is to be asked."""
    words = {"asked": _and([str(ASKED[name]) for name in matched.to_ask])}
    if matched.band == "excluded":
        return ""
    if matched.band == "matches":
        return _("Open here") if matched.open_here else _("All criteria met")
    return (_("Open here: ask %(asked)s") if matched.open_here else _("Ask %(asked)s")) % words


def _and(texts: list[str]) -> str:
    *most, last = texts or [""]
    return _("%(most)s and %(last)s") % {"most": ", ".join(most), "last": last} if most else last


def _said_of_criteria(matched: Matched, document: dict) -> str:
    """Who says what the trial asks, where anything is recorded, and of when that is."""
    source, as_of = said_by(document)
    if not source or not any(one.is_of_trial for one in matched.criteria):
        return ""
    return f"{source}, {partial_text(as_of)}" if as_of else source


def _site(nearest, result: Result, centres: Mapping[str, dict]) -> Site | None:
    if nearest is None:
        return None
    sites = {one["centre"]["code"]: one for one in result.document["sites"]}
    document = sites.get(nearest.centre)
    # A trial that changed since it was judged.
    if document is None:
        return None
    place = result.place(document["centre"])
    return Site(document, place.name, place.language, nearest.distance_km, centres.get(nearest.centre, {}))


def ways_of(found: Matching, form: TypedProfileForm) -> list[RelaxationLink]:
    """What excludes most by itself, the most first."""
    return [RelaxationLink(str(CRITERIA[way.name]), way.count, _drop(way.name, form)) for way in found.ways]


def _drop(name: str, form: TypedProfileForm) -> str:
    """`name` where leaving its fields out changes something: what was said in words stays said."""
    given = any(form.cleaned_data[one] not in EMPTY_VALUES for one in DROPS.get(name, ()))
    return name if given else ""


def shared(form: TypedProfileForm, found: Matching, address: str, chosen: list[str]) -> Shared:
    """The link to `address` with the parts `chosen`; what was read in the words counts as given."""
    values = _values(form, found)
    parts = [
        Share(name, str(label), name in chosen)
        for name, (label, fields) in SHARES.items()
        if any(values[one] for one in fields)
    ]
    wanted = {one for part in parts if part.chosen for one in SHARES[part.name][1]}
    query = urlencode({name: values[name] for name in NAMES if name in wanted}, doseq=True)
    return Shared(parts, f"{address}?{query}" if query else address)


def _values(form: TypedProfileForm, found: Matching) -> dict[str, list[str]]:
    """The fields of a valid form as an address writes them."""
    given, typed = form.cleaned_data, form.data
    values = {name: [] if given[name] in EMPTY_VALUES else typed.getlist(name)[-1:] for name in NAMES}
    values |= {name: list(given[name]) for name in SEVERAL}
    for name in ("condition", "stage"):
        values[name] = values[name] or _read(found, name)
    return values


def _read(found: Matching, kind: str) -> list[str]:
    """The codes or the one stage that were read in the words; of several stages the form can hold none."""
    read = [value for one in found.read if one.kind == kind for value in one.value.split(", ") if value]
    read = list(dict.fromkeys(read))
    return [] if kind == "stage" and len(read) > 1 else read
