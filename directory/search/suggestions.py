"""What a text that is being typed may become: acronyms, diseases and centres; and the nearest word."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from directory.core.text import fold
from trials import conditions

from .query import check_text
from .snapshot import Snapshot, current
from .spellings import Spellings
from .synonyms import edits_allowed, vocabulary

_LETTERS = re.compile(r"[^\W\d_]{4,}")
MOST_SUGGESTIONS = 50
_AFTER_ALL = "\U0010ffff"  # no text has it


class Suggestion(NamedTuple):
    """`kind`: trial, disease or centre. `key`: slug, code, or for a disease the words to search for."""

    kind: str
    key: str
    label: str
    detail: str


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
        one = Suggestion("centre", code, snapshot.places.centre_name(code, language), facts["city"])
        names = {fold(text) for text in (code, facts["city"], *facts["names"].values(), *facts["aliases"])}
        for text in {beginning for name in names for beginning in _from_each_word(name)}:
            yield LabelEntry(text, 2, one[:2], one)


def _from_each_word(text: str) -> Iterator[str]:
    """`ziekenhuis gent` also begins at `gent`."""
    parts = text.split()
    return (" ".join(parts[at:]) for at in range(len(parts)))


def suggest(text: str, language: str, limit: int = 8) -> list[Suggestion]:
    """What `text` may become: what begins with it, else what is spelt almost like it.

    Acronyms, diseases (the page's language first) and centres. ValueError, with a sentence, for a text that
    cannot be searched.
    """
    snapshot, folded, limit = current(), fold(check_text(text)), min(limit, MOST_SUGGESTIONS)
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
