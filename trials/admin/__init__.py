"""Trials, their sites and what was said about them, in the admin."""

from . import (
    attention,
    discovery,
    doubles,
    interventions,
    places,
    registries,
    sites,
    suggestions,
    trials,
    vocabulary,
)

__all__ = [
    "attention", "discovery", "doubles", "interventions", "places", "registries", "sites", "suggestions",
    "trials", "vocabulary",
]  # fmt: skip
