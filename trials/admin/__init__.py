"""Trials, their sites and what was said about them, in the admin."""

from . import attention, registries, sites, trials, vocabulary

__all__ = ["attention", "registries", "sites", "trials", "vocabulary"]
