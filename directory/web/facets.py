"""Facets and chips of the search page, made from what the search service counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from directory.records import all_records
from directory.search import service
from directory.search.service import FacetCount

from . import words
from .query import FACETS, LEGENDS, Query
from .results import condition_name

# What needs saying below the head.
HINTS = {"trial_status": _("As its sponsor or a registry states it; centres here may differ.")}
# The status in Belgium and the country ask the same in two clicks: shown only where an address has it.
SHOWN_IF_CHOSEN = ("recruiting_in",)
# Open when the page is first seen; the others when something in them is chosen.
OPEN_AT_FIRST = ("status",)


@dataclass
class FacetOption:
    """One value of a facet: a checkbox with its count, and options below it."""

    name: str
    value: str
    label: str
    count: int
    checked: bool
    language: str = ""  # of the label, where it is not the page's
    children: list["FacetOption"] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"f-{self.name}-{slugify(self.value)}"

    @property
    def opened(self) -> bool:
        """Whether something below it is chosen."""
        return any(child.checked or child.opened for child in self.children)


@dataclass
class FacetList:
    """All the values of one filter that the results have, and those that are chosen."""

    name: str
    legend: str
    options: list[FacetOption]

    @property
    def hint(self) -> str:
        return str(HINTS.get(self.name, ""))

    @property
    def chosen(self) -> int:
        return sum(1 for _option in _chosen(self.options))

    @property
    def opened(self) -> bool:
        return bool(self.chosen) or self.name in OPEN_AT_FIRST


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the address without it."""

    legend: str
    label: str
    url: str
    language: str = ""  # of the label, where it is not the page's


def facets_of(counts: Mapping[str, Sequence[FacetCount]], query: Query) -> list[FacetList]:
    """The facets to show, of those that `service.find` counted; what is chosen is there, even at zero."""
    made = []
    for name, facet in FACETS.items():
        options = _options(name, counts.get(name, ()), query)
        if facet.keys_of:
            _name(options, facet.keys_of)
        if name == "condition":
            options = [replace(one, label=condition_name(one.value)) for one in options]
        if facet.tree:
            options = _tree(options, facet.tree())
        if query.get(name) or (len(options) > 1 and name not in SHOWN_IF_CHOSEN):
            made.append(FacetList(name, query.legend(name), options))
    return made


def _options(name: str, found: Sequence[FacetCount], query: Query) -> list[FacetOption]:
    chosen = set(query.get(name))
    return [FacetOption(name, one.value, one.label, one.count, one.value in chosen) for one in found]


def _name(options: list[FacetOption], kind: str) -> None:
    """Records of `kind` by what they are called in the page's language, else in another, which is said."""
    key = all_records()[kind].key
    documents = service.documents(kind, [option.value for option in options])
    names = {one[key]: one["names"] | one.get("short_names", {}) for one in documents}
    for option in options:
        label, option.language = words.in_page_language(names.get(option.value, {}))
        option.label = label or option.label


def _tree(found: list[FacetOption], parents: Mapping[str, str]) -> list[FacetOption]:
    """Values below those above them, what most trials are for first, else in the order of the tree."""
    options = {one.value: one for one in found}
    top = []
    for value, option in options.items():
        above = options.get(parents[value])
        (above.children if above else top).append(option)
    for several in (top, *(option.children for option in options.values())):
        several.sort(key=lambda one: -one.count)
    return top


def chips_of(query: Query, facets: list[FacetList]) -> list[Chip]:
    """What narrows the results, each with the address that drops it."""
    chips = [
        Chip(str(LEGENDS[name]), query.first(name), query.without(name).url)
        for name in ("age", "identifier", "updated_since")
        if query.first(name)
    ]
    if where := query.first("near"):
        label = f"{where}, ≤ {query.first('within')} km" if query.first("within") else where
        chips.append(Chip(str(_("Near")), label, query.set(near="", within="").url))
    for facet in facets:
        for option in _chosen(facet.options):
            url = query.without(facet.name, option.value).url
            chips.append(Chip(facet.legend, option.label, url, option.language))
    return chips


def _chosen(options: list[FacetOption]) -> Iterator[FacetOption]:
    for option in options:
        if option.checked:
            yield option
        yield from _chosen(option.children)
