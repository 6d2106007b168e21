"""Facet counts: how many trials each value of a filter would find.

A facet counts what a click on its value would give: its own selection is left out when it is counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np
from django.utils import translation

from directory.records.facets import Facet, FactsFacet, SiteFacet

from .daily_facets import SiteBitmaps
from .facet_arrays import facets, packed
from .filters import Selection, has_both

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
        if isinstance(facet, SiteFacet | FactsFacet) or (selection.at_site and has_both(facet)):
            counts = of_sites(name)
        else:
            left = packed(selection.trial_mask(matched, name)) if name in selection.of_trials else everything
            counts = selection.trials.bitmaps[name].counts(left)
        found[name] = _labelled(name, facet, counts, selection)
    return found


def _of_sites(selection: Selection, matched: np.ndarray) -> Callable[[str], Counts]:
    """What counts the facets of sites."""
    today = selection.today
    trials = selection.without_sites(matched, *selection.both)
    mask = packed(trials)
    if not selection.of_sites and not selection.both:
        # Nothing is asked of a site: the trial's having one there is all that counts.
        return lambda name: today.bitmaps[name].counts(mask)
    of_site = () if selection.at_site else selection.both.values()
    there = reduce(np.logical_and, of_site, trials[today.trials.site_trial])

    @cache
    def sites_without(leaving_out: str) -> SiteBitmaps:
        """The sites that count; the same for all facets without a selection."""
        return SiteBitmaps(today, np.flatnonzero(selection.site_mask(leaving_out) & there))

    return lambda name: sites_without(name if name in selection.of_sites else "").bitmap(name).counts(mask)


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
