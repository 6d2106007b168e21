"""Trials, their sites and what was said about them, in the admin."""

from . import attention, doubles, registries, sites, trials, vocabulary

__all__ = ["attention", "doubles", "registries", "sites", "trials", "vocabulary"]
