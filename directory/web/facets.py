"""Facets and chips of the search page, made from what the search service counted."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from centres.models import Network
from directory.core.fields import LANGUAGE_CODES
from directory.core.places import Province
from trials import conditions
from trials.choices import Freshness, Phase, Recruitment, Sex, Stage, StudyType

from . import words
from .query import FACETS, Query
from .results import centre_names, condition_name

LEGENDS = {
    "status": _("Recruitment status"),
    "condition": _("Disease"),
    "stage": _("Stage of disease"),
    "phase": _("Phase"),
    "centre": _("Centre"),
    "province": _("Province"),
    "network": _("Network"),
    "freshness": _("How fresh"),
    "study_type": _("Kind of study"),
    "sex": _("Sex"),
    "country": _("Country"),
}
CHOICES = {
    "status": Recruitment,
    "stage": Stage,
    "phase": Phase,
    "province": Province,
    "freshness": Freshness,
    "study_type": StudyType,
    "sex": Sex,
}
# Open when the page is first seen; the others when something in them is chosen.
OPEN_AT_FIRST = ("status", "condition")


@dataclass
class Option:
    """One value of a facet: a checkbox with its count, and options below it."""

    name: str
    value: str
    label: str
    count: int | None
    checked: bool
    children: list["Option"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"f-{self.name}-{slugify(self.value)}"

    @property
    def opened(self) -> bool:
        """Whether something below it is chosen."""
        return any(child.checked or child.opened for child in self.children)


@dataclass
class Facet:
    """All the values of one filter that the results have, and those that are chosen."""

    name: str
    legend: str
    options: list[Option]

    @property
    def chosen(self) -> int:
        return sum(_checked(self.options))

    @property
    def opened(self) -> bool:
        return bool(self.chosen) or self.name in OPEN_AT_FIRST


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    legend: str
    label: str
    url: str


def _checked(options: list[Option]):
    for option in options:
        yield option.checked
        yield from _checked(option.children)


class Labels:
    """The words for the values of filters; names from the database are read once a page."""

    def __init__(self, codes: set[str], slugs: set[str]):
        self._centres = centre_names(codes) if codes else {}
        self._networks = _network_names(slugs) if slugs else {}

    def of(self, name: str, value: str) -> str:
        finders: dict[str, Callable[[str], str]] = {
            "condition": condition_name,
            "centre": lambda code: self._centres.get(code, code),
            "network": lambda slug: self._networks.get(slug, slug),
        }
        if name in finders:
            return finders[name](value)
        return words.label(CHOICES[name], value) if name in CHOICES else value


def _network_names(slugs: set[str]) -> dict[str, str]:
    columns = [f"name_{code}" for code in LANGUAGE_CODES]
    rows = Network.objects.listed().filter(slug__in=slugs).values("slug", "acronym", *columns)
    return {
        row["slug"]: row["acronym"]
        or words.in_page_language({code: row[f"name_{code}"] for code in LANGUAGE_CODES})[0]
        for row in rows
    }


def labels_for(counts: dict, query: Query) -> Labels:
    """Labels for all that is counted and all that is chosen."""
    known = {name: {one.value for one in counts.get(name, [])} for name in ("centre", "network")}
    return Labels(known["centre"] | set(query.get("centre")), known["network"] | set(query.get("network")))


def facets_of(counts: dict, query: Query, labels: Labels) -> list[Facet]:
    """The facets to show: what is counted, and what is chosen even where nothing is counted for it."""
    made = []
    for name in FACETS:
        found = {one.value: one.count for one in counts.get(name, [])}
        found |= {value: 0 for value in query.get(name) if value not in found}
        options = _tree(found, query) if name == "condition" else _flat(name, found, query, labels)
        if len(options) > 1 or query.get(name):
            made.append(Facet(name, str(LEGENDS[name]), options))
    return made


def _flat(name: str, found: dict[str, int], query: Query, labels: Labels) -> list[Option]:
    """Vocabularies in their own order, names by how often they occur."""
    chosen = set(query.get(name))
    options = [
        Option(name, value, labels.of(name, value), count, value in chosen)
        for value, count in found.items()
        if count or value in chosen
    ]
    if name in CHOICES and name != "province":
        order = {value: place for place, value in enumerate(CHOICES[name].values)}
        return sorted(options, key=lambda one: order.get(one.value, len(order)))
    return sorted(options, key=lambda one: (-(one.count or 0), one.label))


def _tree(found: dict[str, int], query: Query) -> list[Option]:
    """Conditions below their groups, what most trials are for first, else in the order of ICCC-3."""
    chosen, options, top = set(query.get("condition")), {}, []
    for row in conditions.rows():
        code, count = row["code"], found.get(row["code"], 0)
        if not count and code not in chosen:
            continue
        options[code] = Option("condition", code, condition_name(code), count, code in chosen)
        above = options.get(row["parent"])
        (above.children if above else top).append(options[code])
    for several in (top, *(option.children for option in options.values())):
        several.sort(key=lambda one: -(one.count or 0))
    return top


def chips_of(query: Query, labels: Labels) -> list[Chip]:
    """What narrows the results, each with the address that drops it."""
    chips = [
        Chip(str(legend), query.first(name), query.without(name).url)
        for name, legend in (
            ("age", _("Age")),
            ("identifier", _("Identifier")),
            ("updated_since", _("Changed since")),
        )
        if query.first(name)
    ]
    if query.first("near"):
        where = query.first("near")
        label = f"{where}, ≤ {query.first('within')} km" if query.first("within") else where
        chips.append(Chip(str(_("Near")), label, query.set(near="", within="").url))
    for name in FACETS:
        for value in query.get(name):
            chips.append(Chip(str(LEGENDS[name]), labels.of(name, value), query.without(name, value).url))
    return chips
