"""Trials, their sites and what was said about them, in the admin."""

from . import attention, sites, trials, vocabulary

__all__ = ["attention", "sites", "trials", "vocabulary"]
