"""What the address of the search page asks: its filters judged, and the question for the index."""

import dataclasses

from django.http import QueryDict

from directory.search import service
from directory.search.query import ask_from
from trials.filters import TrialFilterSet
from trials.models import Trial

from . import words
from .query import BEST, PAGE, Query


def form_of(typed: Query):
    """The filters' own form over what was typed, judged. Each bad value is its field's error."""
    data = QueryDict(mutable=True)
    for name, values in typed.values:
        if name != PAGE:
            data.setlist(name, values)
    form = TrialFilterSet(data, queryset=Trial.objects.none()).form
    form.is_valid()
    return form


def ask_of(form) -> service.Ask:
    """What a judged form asks; without a place, nothing is nearest."""
    ask = ask_from(form.cleaned_data, words.page_language())
    return dataclasses.replace(ask, ordering=BEST) if ask.ordering == "distance" and not ask.near else ask
