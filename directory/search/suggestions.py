"""What a text that is being typed may become, or end with.

Trials by acronym, a word inside it or a number; diseases, drugs, treatments and alterations by the terms of
the vocabulary; drugs also as registries name them; centres by any name. What recruits in Belgium comes first.
Nothing of the text is kept.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from directory.core.text import fold
from trials import conditions

from .beginnings import Beginning, Beginnings
from .concepts import Term, edits_allowed, vocabulary
from .near_texts import NearTexts
from .offers import Numbered, Offer, Suggestion, others_offered, trials_offered
from .query import check_text
from .snapshot import Snapshot, current

_LETTERS = re.compile(r"[^\W\d_]{4,}")
MOST_SUGGESTIONS = 50
# By what a field is for, the types of terms that complete its text.
TYPES = {"disease": ("disease", "stage"), "alteration": ("alteration",)}
MOST_WORDS, SHORTEST = 4, 2


class Completion(NamedTuple):
    """`label`: the term; `detail`: its ICCC-3 classes; `text`: what was typed, with the term at its end."""

    label: str
    detail: str
    text: str


def suggest(text: str, language: str, limit: int = 8) -> list[Suggestion]:
    """What `text` may become: what begins with it, else what is spelt almost like it.

    What recruits in Belgium first, then terms in `language`, centres, and other trials. ValueError, with a
    sentence, for a text that cannot be searched.
    """
    snapshot, folded, limit = current(), fold(check_text(text)), min(limit, MOST_SUGGESTIONS)
    if not folded:
        return []
    trials, others = trials_offered(snapshot), others_offered(snapshot, language)
    begun = [each for some in (trials.names, others) for each in some.best(folded, 4 * limit)]
    begun += trials.of_numbers(folded.replace(" ", ""), limit)
    if not begun:
        begun = [each for some in (trials.names, others) for each in some.near(folded, limit)]
    found = _distinct(sorted(begun, key=lambda one: one[0]))
    return [
        one.suggestion if isinstance(one, Offer) else trials.suggestion(snapshot, one, language)
        for one in _mixed(found, limit)
    ]


def _distinct(ordered: Iterable[tuple[int, int | Numbered | Offer]]) -> list[int | Numbered | Offer]:
    """Each thing that is meant where it comes first, by its usual word where that is among the items."""
    distinct: dict[object, int | Numbered | Offer] = {}
    for _order, item in ordered:
        first = distinct.setdefault(_meant(item), item)
        if isinstance(item, Offer) and isinstance(first, Offer) and item.usual and not first.usual:
            distinct[_meant(item)] = item
    return list(distinct.values())


def _meant(item: int | Numbered | Offer) -> object:
    if isinstance(item, Numbered):
        return item.ordinal
    return item.same if isinstance(item, Offer) else item


def _mixed(found: list, limit: int) -> list:
    """The first of `found`; where trials alone would fill the list, some of the rest in place of the last."""
    first, rest = found[:limit], [one for one in found[limit:] if isinstance(one, Offer)]
    trials = [one for one in first if not isinstance(one, Offer)]
    spare = min(len(rest), len(trials) - (limit - limit // 4))
    if spare <= 0:
        return first
    dropped = set(map(_meant, trials[-spare:]))
    return [one for one in first if _meant(one) not in dropped] + rest[:spare]


# --- Nearest words ------------------------------------------------------------------------------------


class LabelWords:
    """The words of what can be looked for, as they are written, by their folded form."""

    def __init__(self, labels: Iterable[str]):
        found: dict[str, str] = {}
        for label in labels:
            for word in _LETTERS.findall(label):
                found.setdefault(word.lower(), word)
        self.words = {fold(word): written for word, written in found.items()}
        self._near = NearTexts(list(self.words))

    def nearest(self, word: str, most: int) -> str | None:
        """The word that is spelt most like `word`, as it is written."""
        near = [
            # People rarely mistype the first letter.
            (errors, self._near.texts[at][0] != word[0], self._near.texts[at])
            for errors, at in self._near.near(word, most, 10)
            if errors
        ]
        return self.words[min(near)[2]] if near else None


def nearest_word(snapshot: Snapshot, word: str, language: str) -> str | None:
    """The word of a trial, a disease in any language or a centre that is spelt most like `word`."""
    most = edits_allowed(word)
    return _label_words(snapshot, language).nearest(word, most) if most else None


def _label_words(snapshot: Snapshot, language: str) -> LabelWords:
    return snapshot.once(f"words of labels {language}", lambda: LabelWords(_labels(snapshot, language)))


def _labels(snapshot: Snapshot, language: str) -> list[str]:
    trials = snapshot.trials
    labels = [label for label, key in zip(trials.labels, trials.keys, strict=True) if key]
    labels += [one.text for one in vocabulary().terms if one.type == "disease" and one.kind != "misspelling"]
    labels += [snapshot.places.name("centre", code, language) for code in snapshot.places.centres]
    labels += [snapshot.places.called("centre", code, language) for code in snapshot.places.centres]
    return sorted(labels, key=fold)


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
        found = _distinct(terms.best(folded, 4 * MOST_SUGGESTIONS)) if len(folded) >= SHORTEST else []
        if found:
            before = " ".join([f"{head}{comma}", *words[:-number]]).strip()
            offered = [one.suggestion for one in found[:limit] if isinstance(one, Offer)]
            return [Completion(one.label, one.detail, f"{before} {one.label}".strip()) for one in offered]
    return []


@cache
def _terms(kind: str, language: str) -> Beginnings:
    entries = (
        Beginning(
            fold(term.text),
            2 * (term.lang != language) + (term.kind != "preferred"),
            _completed(term, language),
        )
        for term in vocabulary().terms
        if term.type in TYPES[kind] and term.lang in (language, "en") and term.kind != "misspelling"
    )
    return Beginnings(entry for entry in entries if entry.text)


def _completed(term: Term, language: str) -> Offer:
    """As `_offer`, with the classes of ICCC-3 whatever its type."""
    detail = "; ".join(conditions.name(code, language) for code in term.conditions)
    return Offer(("disease", term.concept), Suggestion("disease", term.text, term.text, detail))
