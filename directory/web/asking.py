"""What the address of the search page asks: its filters judged, and the question for the index."""

import dataclasses

from directory.core.places import HOME
from directory.search import service
from directory.search.query import ask_from
from trials.filters import TrialFilterSet

from . import words
from .query import BEST, NEAREST, Query


def form_of(typed: Query):
    """The filters' own form over what was typed, judged. Each bad value is its field's error."""
    form = TrialFilterSet(typed.data).form
    form.refuse_unreadable()
    return form


def ask_of(form) -> service.Ask:
    """What a judged form asks, of Belgian sites where it names no place.

    Without words nothing matches better: near a place the nearest comes first.
    """
    ask = ask_from(form.cleaned_data, words.page_language(), home=HOME)
    if ask.ordering == NEAREST and not ask.near:
        return dataclasses.replace(ask, ordering=BEST)
    if ask.near and not ask.q and ask.ordering == BEST:
        return dataclasses.replace(ask, ordering=NEAREST)
    return ask
