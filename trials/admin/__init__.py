"""Trials, their sites and what was said about them, in the admin."""

from . import attention, discovery, registries, sites, trials, vocabulary

__all__ = ["attention", "discovery", "registries", "sites", "trials", "vocabulary"]
