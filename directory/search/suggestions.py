"""What a text that is being typed may become, or end with: acronyms, centres, terms of the vocabulary.

Nothing of the text is kept.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from operator import attrgetter
from typing import NamedTuple

from directory.core.text import fold
from trials import conditions

from .concepts import Term, edits_allowed, vocabulary
from .near_texts import NearTexts
from .query import check_text
from .snapshot import Snapshot, current

_LETTERS = re.compile(r"[^\W\d_]{4,}")
MOST_SUGGESTIONS = 50
# By what a field is for, the types of terms that complete its text.
TYPES = {"disease": ("disease", "stage"), "alteration": ("alteration",)}
MOST_WORDS, SHORTEST = 4, 2
_AFTER_ALL = "\U0010ffff"  # no text has it


class Suggestion(NamedTuple):
    """`kind`: trial, disease or centre. `key`: slug, code, or for a disease the words to search for."""

    kind: str
    key: str
    label: str
    detail: str


class Completion(NamedTuple):
    """`label`: the term; `detail`: its ICCC-3 classes; `text`: what was typed, with the term at its end."""

    label: str
    detail: str
    text: str


class LabelEntry(NamedTuple):
    """`rank`: among what begins alike; `same`: what it means, so that a disease is suggested in one word."""

    text: str
    rank: int
    same: tuple[str, str]
    suggestion: Suggestion


class Labels:
    """What can be suggested, sorted by its folded text."""

    def __init__(self, entries: Iterable[LabelEntry]):
        self.entries = sorted(entries, key=attrgetter("text"))
        self.texts = [entry.text for entry in self.entries]

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
    def _spellings(self) -> NearTexts:
        return NearTexts(self.texts)

    @cached_property
    def _words(self) -> NearTexts:
        return NearTexts(list(self.words))


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
            yield _of_term(term, 1 if term.lang == language else 3, language)


def _of_term(term: Term, rank: int, language: str) -> LabelEntry:
    detail = "; ".join(conditions.name(code, language) for code in term.conditions)
    one = Suggestion("disease", term.text, term.text, detail)
    return LabelEntry(fold(term.text), rank, ("disease", term.concept), one)


def _centres(snapshot: Snapshot, language: str) -> Iterator[LabelEntry]:
    for code, facts in snapshot.places.centres.items():
        one = Suggestion("centre", code, snapshot.places.name("centre", code, language), facts["city"])
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
    return _distinct(found)[:limit]


def _distinct(entries: Iterable[LabelEntry]) -> list[Suggestion]:
    """The first suggestion of each thing that is meant."""
    distinct: dict[tuple[str, str], Suggestion] = {}
    for entry in entries:
        distinct.setdefault(entry.same, entry.suggestion)
    return list(distinct.values())


def nearest_word(snapshot: Snapshot, word: str, language: str) -> str | None:
    """The word of a suggestion that is spelt most like `word`."""
    most = edits_allowed(word)
    return _labels(snapshot, language).nearest(word, most) if most else None


def _labels(snapshot: Snapshot, language: str) -> Labels:
    return snapshot.once(
        f"labels {language}",
        lambda: Labels([*_trials(snapshot), *_diseases(language), *_centres(snapshot, language)]),
    )


# --- Completions --------------------------------------------------------------------------------------


def complete(text: str, kind: str, language: str, limit: int = 8) -> list[Completion]:
    """Terms of `kind` that begin with the last words of `text`, in `language` and then in English.

    Alterations stand between commas: only what follows the last one is completed. ValueError, with a
    sentence, for a text that cannot be searched; KeyError for an unknown kind.
    """
    terms, text = _terms(kind, language), check_text(text)
    head, comma, last = text.rpartition(",") if kind == "alteration" else ("", "", text)
    words = last.split()
    for number in range(min(MOST_WORDS, len(words)), 0, -1):
        folded = fold(" ".join(words[-number:]))
        found = _distinct(terms.beginning(folded)) if len(folded) >= SHORTEST else []
        if found:
            before = " ".join([f"{head}{comma}", *words[:-number]]).strip()
            return [
                Completion(one.label, one.detail, f"{before} {one.label}".strip()) for one in found[:limit]
            ]
    return []


@cache
def _terms(kind: str, language: str) -> Labels:
    entries = (
        _of_term(term, 2 * (term.lang != language) + (term.kind != "preferred"), language)
        for term in vocabulary().terms
        if term.type in TYPES[kind] and term.lang in (language, "en") and term.kind != "misspelling"
    )
    return Labels(sorted(entry for entry in entries if entry.text))
