"""What is followed, in the directory's words and the reader's language; where wanted also as it was typed.

An address that nobody confirmed yet may be anybody's, and the search is a stranger's: a mail there repeats no
letter of what was typed, or it would carry any message to anybody in our name.
"""

import datetime as dt
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from directory.core.fields import page_language
from directory.search import service
from directory.search.query import ask_from
from trials import conditions
from trials.filters import TrialFilterSet
from trials.models import Trial

from .models import WatchKind
from .news import label_of


@dataclass(frozen=True)
class Part:
    """One value of a search: the filter's name, and what the value is called. `own`: as somebody typed it."""

    name: str
    label: str
    own: bool = False


def in_one_line(kind: str, question: str, *, own_words: bool = True) -> str:
    """What is followed, in the language spoken now. Without `own_words`, in the directory's words alone."""
    if kind == WatchKind.TRIAL:
        return _trial(question) or (question if own_words else _("a trial"))
    parts = parts_of(question)
    told = [_told(one) for one in parts] if own_words else _told_in_ours(parts)
    return ", ".join(dict.fromkeys(told)) or (_("a search") if parts else _("all trials"))


def path_of(kind: str, question: str) -> str:
    """Where what is followed can be seen, in the language spoken now."""
    if kind == WatchKind.TRIAL:
        return reverse("web:trial", args=[question])
    path = reverse("web:search")
    return f"{path}?{question}" if question else path


def _told(part: Part) -> str:
    if part.name == "updated_since":
        return _("changed since %(day)s") % {"day": part.label}
    if part.name == "recruiting_in":
        return _("recruiting in %(country)s") % {"country": part.label}
    if part.name == "trial_status":
        return _("the whole trial: %(status)s") % {"status": part.label}
    return _("“%(words)s”") % {"words": part.label} if part.own else part.label


def _told_in_ours(parts: list[Part]) -> list[str]:
    """What the directory knows of the words that were typed, and then the rest."""
    known = [label for one in parts if one.own for label in _known(one)]
    return known + [_told(one) for one in parts if not one.own]


def is_told_in_full(kind: str, question: str) -> bool:
    """Whether the directory's own words leave nothing out."""
    return kind == WatchKind.TRIAL or not any(one.own for one in parts_of(question))


def parts_of(question: str) -> list[Part]:
    """The values of a kept question, each with what it is called; one that has become bad is left out."""
    language = page_language()
    form = TrialFilterSet(QueryDict(question)).form
    form.is_valid()
    cleaned = {name: form.cleaned_data.get(name) for name in form.fields}
    ask = ask_from(cleaned | {"q": "", "ordering": ""}, language)
    labels = {
        (name, one.value): one.label
        for name, counts in service.find(ask, limit=0, facets=True).facets.items()
        for one in counts
    } | _called(ask, language)
    parts = [Part("q", cleaned["q"], own=True)] if cleaned["q"] else []
    for name, values in ask.filters.items():
        parts += [_part(name, value, labels) for value in values]
    return parts


def _called(ask: service.Ask, language: str) -> dict[tuple[str, str], str]:
    """What people call the diseases and the centres that are asked for."""
    diseases = ask.filters.get("condition", ())
    centres = service.documents("centre", ask.filters.get("centre", ()))
    return {("condition", code): conditions.common_name(code, language) for code in diseases} | {
        ("centre", one["code"]): (one["names"] | one["short_names"]).get(language) or one["name"]
        for one in centres
    }


def _part(name: str, value: str, labels: dict[tuple[str, str], str]) -> Part:
    if (name, value) in labels:
        return Part(name, labels[name, value])
    if name == "updated_since":
        day = timezone.localtime(dt.datetime.fromisoformat(value))
        return Part(name, date_format(day, "DATE_FORMAT"))
    return Part(name, value, own=True)


def _known(part: Part) -> list[str]:
    """What the directory has to say of words that somebody typed: the trial they name, else the diseases."""
    if slug := service.slug_of(part.label):
        return [_trial(slug)]
    return service.called(part.label, page_language()) if part.name == "q" else []


def _trial(slug: str) -> str:
    found = service.documents("trial", [slug])
    if not found and (heir := Trial.objects.heirs([slug]).get(slug)):
        found = service.documents("trial", [heir])
    return label_of(next(iter(found), None))
