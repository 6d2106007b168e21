"""Facet counts: how many trials each value of a filter would find.

A facet counts what a click on its value would give: its own selection is left out when it is counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
from django.utils import translation

from directory.records.facets import Facet, FactsFacet, SiteFacet, SomeSiteFacet

from .daily_facets import SiteBitmaps
from .facet_arrays import facets, packed
from .filters import HOME, Selection, has_both

Counts = list[tuple[str, int]]


@dataclass(frozen=True)
class FacetCount:
    """`count` trials are found when `value` is chosen."""

    value: str
    label: str
    count: int


def count_facets(selection: Selection, matched: np.ndarray) -> dict[str, list[FacetCount]]:
    """By facet, how many trials of `matched` a click on each value would give.

    In the order of their vocabulary; without the zeros, but a value that is chosen stays.
    """
    everything, of_sites = packed(selection.trial_mask(matched)), _of_sites(selection, matched)
    found = {}
    for name, facet in facets().items():
        if not facet.counted:
            continue
        at_site = selection.at_site or selection.home is not None
        if isinstance(facet, SiteFacet | FactsFacet) or (at_site and has_both(facet)):
            counts = of_sites(name)
        else:
            left = packed(selection.trial_mask(matched, name)) if name in selection.of_trials else everything
            known = selection.today if isinstance(facet, SomeSiteFacet) else selection.trials
            counts = known.bitmaps[name].counts(left)
        found[name] = _labelled(name, facet, counts, selection)
    return found


def _of_sites(selection: Selection, matched: np.ndarray) -> Callable[[str], Counts]:
    """What counts the facets of sites."""
    today, home = selection.today, selection.home
    trials = selection.without_sites(matched, *selection.both)
    mask = packed(trials)
    asks_nothing = not selection.of_sites and not selection.both
    of_site = () if selection.at_site else selection.both.values()
    there = reduce(np.logical_and, of_site, trials[today.trials.site_trial])

    @cache
    def sites_without(leaving_out: str, at_home: bool) -> SiteBitmaps:
        """The sites that count; the same for all facets without a selection."""
        sites = selection.site_mask(leaving_out, HOME) & there
        return SiteBitmaps(today, np.flatnonzero(sites & home if at_home else sites))

    def counts(name: str) -> Counts:
        # A place that is named takes the place of the country that is meant.
        at_home = home is not None and not isinstance(facets()[name], FactsFacet)
        if asks_nothing:
            # The trial's having a site there is all that counts.
            kept = today.bitmaps_in(selection.ask.home) if at_home else today.bitmaps
            return kept[name].counts(mask)
        leaving_out = name if name in selection.of_sites else ""
        return sites_without(leaving_out, at_home).bitmap(name).counts(mask)

    return counts


def _labelled(name: str, facet: Facet, counts: Counts, selection: Selection) -> list[FacetCount]:
    chosen = dict.fromkeys(selection.ask.filters.get(name, ()), 0)
    values = chosen | {value: number for value, number in counts if number and value}
    order = facet.order or sorted(values, key=lambda value: (-values[value], value))
    language = selection.ask.language

    def label(value: str) -> str:
        if facet.keys_of:
            return selection.today.places.name(facet.keys_of, value, language)
        return facet.label_of(value, language)

    with translation.override(language):
        return [FacetCount(value, label(value), values[value]) for value in order if value in values]
