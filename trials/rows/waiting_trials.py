"""Trials that wait to be stored: there may be tens of thousands, so each holds no more than storing needs."""

from collections.abc import Iterable
from functools import cache

from django.db.models.base import ModelState

from ..models import Trial
from .finding import NAMING

BY_ITSELF = {"created_at", "updated_at"}  # set when it is stored


def new_trial() -> Trial:
    """A trial of which nothing is said yet, without the work of making one: there are tens of thousands."""
    trial = Trial.__new__(Trial)
    trial.__dict__ = _defaults() | {"_state": ModelState()}
    return trial


@cache
def _defaults() -> dict:
    """Nobody adds to the lists in it: a sheet sets others in their place."""
    return Trial().__dict__


def hollow(trial: Trial, attributes: Iterable[str], *, whole_if_new: bool = True) -> None:
    """Keep of a trial what names it and `attributes`; of a new one to be stored all that is not empty.

    Tens of thousands wait to be stored: whole, each takes three kilobytes. See `fill`.
    """
    values = trial.__dict__
    kept = {"_state", "id", "parent_id", *NAMING, *attributes}
    if whole_if_new and trial.pk is None:
        kept |= {name for name, value in values.items() if value not in (None, "", [])} - BY_ITSELF
    trial.__dict__ = {name: values[name] for name in kept if name in values}


def blank(trial: Trial) -> None:
    """Let a new trial be as it was before any row said something of it."""
    kept = ("_state", "slug", "state", "source", "source_url")
    trial.__dict__ = _defaults() | {one: trial.__dict__[one] for one in kept if one in trial.__dict__}


def fill(trials: list[Trial], attributes: Iterable[str]) -> None:
    """Make hollow trials fit to be stored: new ones have the defaults, stored ones the `attributes` that any
    of them changes, as they are stored. One query.
    """
    names = [Trial._meta.get_field(name).attname for name in attributes]
    stored = Trial.objects.filter(pk__in=[one.pk for one in trials if one.pk]).values("pk", *names)
    by_pk = {values.pop("pk"): values for values in stored}
    for one in trials:
        one.__dict__ = (by_pk[one.pk] if one.pk else _defaults()) | one.__dict__
