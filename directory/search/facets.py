"""Facet counts: how many trials each value of a filter would find.

A facet counts what a click on its value would give: its own selection is left out when it is counted.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from django.utils import translation

from directory.core.places import COUNTRIES, Province
from trials import conditions
from trials.choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType

from .facet_arrays import Bitmaps, packed
from .filters import Selection

TRIAL_FACETS = ("phase", "condition", "stage", "age_band", "study_type", "sex")
SITE_FACETS = ("centre", "network", "province", "country", "freshness")
FACETS = ("status", *TRIAL_FACETS, *SITE_FACETS)

_CHOICES = {
    "status": Recruitment, "phase": Phase, "stage": Stage, "study_type": StudyType, "sex": Sex,
    "age_band": AgeBand, "freshness": Freshness, "province": Province,
}  # fmt: skip
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
    everything = packed(selection.trial_mask(matched))
    counted = {"status": _of_status(selection, matched, everything)}
    for name in TRIAL_FACETS:
        counted[name] = _of_trials(selection, name, matched, everything)
    if not selection.of_sites and selection.site_status is None:
        # Nothing is asked of a site: the trial's having one there is all that counts.
        counted |= {name: selection.today.bitmaps[name].counts(everything) for name in SITE_FACETS}
    else:
        counted |= _of_sites(selection, matched)
    return {name: _labelled(name, found, selection) for name, found in counted.items()}


def _of_trials(selection: Selection, name: str, matched: np.ndarray, everything: np.ndarray) -> Counts:
    mask = packed(selection.trial_mask(matched, name)) if selection.asked(name) else everything
    return selection.trials.bitmaps[name].counts(mask)


def _of_status(selection: Selection, matched: np.ndarray, everything: np.ndarray) -> Counts:
    if not selection.status_at_site:
        return _of_trials(selection, "status", matched, everything)
    trials, owners = selection.without_sites(matched, "status"), selection.trials.site_trial
    sites = np.flatnonzero(selection.site_mask("status") & trials[owners])
    words, values = selection.trials.codes["status"].words, selection.trials.site_status
    return Bitmaps.of(words, owners[sites], values[sites], selection.trials.size).counts(packed(trials))


def _of_sites(selection: Selection, matched: np.ndarray) -> dict[str, Counts]:
    """The facets of sites, where the sites themselves are to pass filters."""
    trials = selection.without_sites(matched, "status")
    there = trials[selection.trials.site_trial]
    if selection.site_status is not None:
        there &= selection.site_status

    @cache
    def sites_for(leaving_out: str) -> np.ndarray:
        """The places of the sites that count; the same for all facets without a selection."""
        return np.flatnonzero(selection.site_mask(leaving_out) & there)

    return {
        name: selection.today.bitmap(name, sites_for(name if name in selection.of_sites else "")).counts(
            packed(trials)
        )
        for name in SITE_FACETS
    }


def _labelled(name: str, found: Counts, selection: Selection) -> list[FacetCount]:
    chosen = dict.fromkeys(selection.ask.filters.get(name, ()), 0)
    values = chosen | {value: number for value, number in found if number and value}
    return [
        FacetCount(value, _label(name, value, selection), values[value]) for value in _order(name, values)
    ]


def _order(name: str, values: dict[str, int]) -> list[str]:
    if name not in _CHOICES and name != "condition":
        return sorted(values, key=lambda value: (-values[value], value))
    order = conditions.codes() if name == "condition" else _CHOICES[name].values
    return [value for value in order if value in values]


def _label(name: str, value: str, selection: Selection) -> str:
    language, places = selection.ask.language, selection.today.places
    if name == "condition":
        return conditions.name(value, language)
    if name == "centre":
        return places.centre_name(value, language) or value
    if name == "network":
        return places.networks.get(value, {}).get("label", value)
    with translation.override(language):
        return str(_CHOICES[name](value).label if name in _CHOICES else COUNTRIES.get(value, value))
