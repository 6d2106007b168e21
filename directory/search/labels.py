"""What people read: names of facet values, suggestions, the nearest word."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from directory.core.places import COUNTRIES, Province
from directory.core.text import fold
from trials import conditions
from trials.choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType

from .daily_facets import Today
from .facet_arrays import Trials
from .filters import FacetCount
from .query import Ask, Parsed, also_score, class_score, family_score, wider_score
from .snapshot import Snapshot
from .spellings import Spellings
from .synonyms import edits_allowed, vocabulary

_CHOICES = {
    "status": Recruitment, "phase": Phase, "stage": Stage, "study_type": StudyType, "sex": Sex,
    "age_band": AgeBand,
    "freshness": Freshness, "province": Province,
}  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]{4,}")
MOST_SUGGESTIONS = 50
_AFTER_ALL = "\U0010ffff"  # no text has it
# Scores come back from the engine in single precision.
_SAME = 0.01


class Suggestion(NamedTuple):
    """`kind`: trial, disease or centre. `key`: slug, code, or for a disease the words to search for."""

    kind: str
    key: str
    label: str
    detail: str


def distance_needs_near() -> str:
    return _("To order by distance, say from where: near=4000 or near=50.63,5.57.")


# --- Facets -------------------------------------------------------------------------------------------


def facet_counts(counts: dict[str, dict[str, int]], ask: Ask, today: Today) -> dict[str, list[FacetCount]]:
    """Counts with labels, in the order of their vocabulary. A value that is chosen stays, even at zero."""
    return {name: _labelled(name, found, ask, today) for name, found in counts.items()}


def _labelled(name: str, found: dict[str, int], ask: Ask, today: Today) -> list[FacetCount]:
    values = {**dict.fromkeys(ask.filters.get(name, ()), 0), **found}
    return [
        FacetCount(value, _label(name, value, ask, today), values[value]) for value in _order(name, values)
    ]


def _order(name: str, values: dict[str, int]) -> list[str]:
    if name not in _CHOICES and name != "condition":
        return sorted(values, key=lambda value: (-values[value], value))
    order = conditions.codes() if name == "condition" else _CHOICES[name].values
    return [value for value in order if value in values]


def _label(name: str, value: str, ask: Ask, today: Today) -> str:
    if name == "condition":
        return conditions.name(value, ask.language)
    if name == "centre":
        return _centre_name(today.places.centres.get(value), ask.language) or value
    if name == "network":
        return today.places.networks.get(value, {}).get("label", value)
    with translation.override(ask.language):
        return str(_CHOICES[name](value).label if name in _CHOICES else COUNTRIES.get(value, value))


def why(trials: Trials, ordinal: int, parsed: Parsed | None, language: str, score: float) -> tuple[str, ...]:
    """Why a trial is found that has none of the words: its class, or what goes with them."""
    if parsed is None or not parsed.only_concepts:
        return ()
    span = parsed.spans[0]
    if abs(score - also_score(span)) < _SAME:
        return _by_what_goes_with(parsed.only_concepts, language)
    if min(abs(score - class_score(span)), abs(score - family_score(span))) < _SAME:
        return _by_class(trials, ordinal, _codes(parsed.only_concepts), language)
    if abs(score - wider_score(span)) < _SAME:
        wider = {above for code in _codes(parsed.only_concepts) for above in conditions.path_to(code)}
        return _by_class(trials, ordinal, wider, language)
    return ()


def _codes(concepts: tuple[str, ...]) -> set[str]:
    return {code for one in concepts for code in vocabulary().conditions.get(one, ())}


def _by_class(trials: Trials, ordinal: int, codes: set[str], language: str) -> tuple[str, ...]:
    here = [conditions.name(code, language) for code in trials.values("condition", ordinal) if code in codes]
    return (_("By its class: %(classes)s") % {"classes": "; ".join(here)},) if here else ()


def _by_what_goes_with(concepts: tuple[str, ...], language: str) -> tuple[str, ...]:
    others = dict.fromkeys(other for one in concepts for other in vocabulary().also.get(one, ()))
    names = "; ".join(vocabulary().preferred(other, language) for other in others)
    return (_("By what goes with it: %(terms)s") % {"terms": names},) if names else ()


def _centre_name(facts: dict | None, language: str) -> str:
    return (facts["names"].get(language) or facts["label"]) if facts else ""


# --- Suggestions --------------------------------------------------------------------------------------


class LabelEntry(NamedTuple):
    """`rank`: among what begins alike; `same`: what it means, so that a disease is suggested in one word."""

    text: str
    rank: int
    same: tuple[str, str]
    suggestion: Suggestion


class Labels:
    """Everything that can be suggested in a language, sorted by its folded text."""

    def __init__(self, snapshot: Snapshot, language: str):
        self.entries = [*_trials(snapshot), *_diseases(language), *_centres(snapshot, language)]
        self.entries.sort(key=attrgetter("text"))
        self.texts = [entry.text for entry in self.entries]
        self._spellings = Spellings(self.texts)

    @cached_property
    def words(self) -> dict[str, str]:
        """The words of all labels as they are written, by their folded form."""
        found: dict[str, str] = {}
        for entry in self.entries:
            for word in _LETTERS.findall(entry.suggestion.label):
                found.setdefault(word.lower(), word)
        return {fold(word): written for word, written in found.items()}

    def beginning(self, text: str) -> list[LabelEntry]:
        """The entries that begin with `text`, the best first."""
        first = bisect_left(self.texts, text)
        last = bisect_left(self.texts, text + _AFTER_ALL, first)
        some = self.entries[first : min(last, first + 4 * MOST_SUGGESTIONS)]
        return sorted(some, key=lambda entry: (entry.rank, len(entry.text)))

    def near(self, text: str, limit: int) -> list[LabelEntry]:
        """The entries that are spelt almost like `text`, the nearest first."""
        most = edits_allowed(text.replace(" ", ""))
        if not most:
            return []
        return [self.entries[at] for _errors, at in self._spellings.near(text, most, limit)]

    def nearest(self, word: str, most: int) -> str | None:
        """The word of a label that is spelt most like `word`, as it is written."""
        near = [
            # People rarely mistype the first letter.
            (errors, self._words.texts[at][0] != word[0], self._words.texts[at])
            for errors, at in self._words.near(word, most, 10)
            if errors
        ]
        return self.words[min(near)[2]] if near else None

    @cached_property
    def _words(self) -> Spellings:
        return Spellings(list(self.words))


def _trials(snapshot: Snapshot) -> Iterator[LabelEntry]:
    trials = snapshot.trials
    for text, key, label in zip(trials.sorts, trials.keys, trials.labels, strict=True):
        if key:
            one = Suggestion("trial", key, label, "")
            yield LabelEntry(text, 0, one[:2], one)
            if " " in text and len(text) < 40:
                yield LabelEntry(text.replace(" ", ""), 0, one[:2], one)


def _diseases(language: str) -> Iterator[LabelEntry]:
    for term in vocabulary().terms:
        if term.type == "disease" and term.kind != "misspelling":
            detail = "; ".join(conditions.name(code, language) for code in term.conditions)
            rank = 1 if term.lang == language else 3
            one = Suggestion("disease", term.text, term.text, detail)
            yield LabelEntry(fold(term.text), rank, ("disease", term.concept), one)


def _centres(snapshot: Snapshot, language: str) -> Iterator[LabelEntry]:
    for code, facts in snapshot.places.centres.items():
        one = Suggestion("centre", code, _centre_name(facts, language), facts["city"])
        names = {fold(text) for text in (code, facts["city"], *facts["names"].values(), *facts["aliases"])}
        for text in {beginning for name in names for beginning in _from_each_word(name)}:
            yield LabelEntry(text, 2, one[:2], one)


def _from_each_word(text: str) -> Iterator[str]:
    """`ziekenhuis gent` also begins at `gent`."""
    parts = text.split()
    return (" ".join(parts[at:]) for at in range(len(parts)))


def suggest(snapshot: Snapshot, text: str, language: str, limit: int) -> list[Suggestion]:
    """What `text` may become: what begins with it, else what is spelt almost like it."""
    folded = fold(text)
    if not folded:
        return []
    labels = _labels(snapshot, language)
    found = labels.beginning(folded)
    if len(found) < limit:
        found += labels.near(folded, limit)
    distinct: dict[tuple[str, str], Suggestion] = {}
    for entry in found:
        distinct.setdefault(entry.same, entry.suggestion)
    return list(distinct.values())[:limit]


def nearest_word(snapshot: Snapshot, word: str, language: str) -> str | None:
    """The word of a suggestion that is spelt most like `word`."""
    most = edits_allowed(word)
    return _labels(snapshot, language).nearest(word, most) if most else None


def _labels(snapshot: Snapshot, language: str) -> Labels:
    return snapshot.once(f"labels {language}", lambda: Labels(snapshot, language))
