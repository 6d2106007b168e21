"""Trials, their sites and what was said about them, in the admin."""

from . import attention, places, registries, sites, suggestions, trials, vocabulary

__all__ = ["attention", "places", "registries", "sites", "suggestions", "trials", "vocabulary"]
