"""Facets: filters that the index answers and counts, each declared once, at its filter in the record's app.

Of the declaration the search makes arrays, masks, counts and labels, and the pages their lists of values.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from django.db.models import TextChoices

from directory.core.filter_fields import FilterSet


@dataclass(frozen=True, kw_only=True)
class Facet:
    """The values of a filter: in which order they are counted, and what each is called.

    `choices`: the vocabulary in its order, or `tree`: by value the one above it, empty for none. Without
    either, what most have comes first. `label`: what a value is called in a language, which is active; or
    `keys_of`: the kind of record whose keys the values are, called by its names. `counted`: False for a
    filter whose values nobody wants to see. `of_record`: what the document keeps of a record, None where
    that is made otherwise; `of_site`: what it keeps of each site.
    """

    choices: type[TextChoices] | None = None
    tree: Callable[[], Mapping[str, str]] | None = None
    label: Callable[[str, str], str] | None = None
    keys_of: str = ""
    counted: bool = True
    of_record: Callable[[Any], Iterable[str]] | None = None
    of_site: Callable[[Any], str] | None = None

    @property
    def order(self) -> Iterable[str] | None:
        """All values, None where they have no order of their own."""
        if self.tree:
            return self.tree()
        return self.choices.values if self.choices else None

    def label_of(self, value: str, language: str) -> str:
        """What `value` is called in `language`, which is active."""
        if self.label:
            return str(self.label(value, language))
        return str(self.choices(value).label) if self.choices else value


@dataclass(frozen=True, kw_only=True)
class RecordFacet(Facet):
    """What a record itself has.

    `for_all`: whoever has this value has every value. With `of_site`, that of a site counts in its place as
    soon as anything is asked of a site.
    """

    for_all: str = ""


@dataclass(frozen=True, kw_only=True)
class AgeFacet(Facet):
    """Whether a record takes some of the ages that a value stands for, `days` from the first to the last."""

    days: Callable[[str], tuple[int, int]]


@dataclass(frozen=True, kw_only=True)
class SiteFacet(Facet):
    """What a site has: what it keeps (`of_site`), or what follows from that `on_day`.

    `on_day` gives each site's number into `choices`, of arrays of what all sites keep, by name, and the day.
    """

    on_day: Callable[[Mapping[str, np.ndarray], dt.date], np.ndarray] | None = None


@dataclass(frozen=True, kw_only=True)
class FactsFacet(Facet):
    """What a centre or a network has, and a site through its centre: `values` of its facts on a day."""

    values: Callable[[dict, dt.date], Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class SomeSiteFacet(Facet):
    """Whether a record has, among all its sites, one with `given` that has the value of the facet `of` too.

    `given`: the name of a facet of sites, and one of its values. It speaks of the record: what else is asked
    of a site need not hold for the same one.
    """

    of: str
    given: tuple[str, str]


@cache
def facets_of(filterset: type[FilterSet]) -> dict[str, Facet]:
    """The facets among its filters, by name, in the order in which they are counted."""
    filters = filterset.base_filters
    names = dict.fromkeys((*filterset.counted_first, *filters))
    return {name: facet for name in names if (facet := filters[name].facet)}
