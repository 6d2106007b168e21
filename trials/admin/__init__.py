"""Trials, their sites and what was said about them, in the admin."""

from . import attention, interventions, registries, sites, trials, vocabulary

__all__ = ["attention", "interventions", "registries", "sites", "trials", "vocabulary"]
