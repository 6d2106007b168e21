"""What is offered to who types: trials by their names and numbers, and all that is no trial."""

import re
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np
import orjson

from directory.core.fields import LANGUAGE_CODES
from directory.core.places import HOME, town_name
from directory.core.text import fold
from trials import conditions
from trials.choices import Recruitment
from trials.identifiers import parse_identifier

from .beginnings import Beginning, Beginnings
from .concepts import Term, vocabulary
from .snapshot import Snapshot

# What is offered of the vocabulary; and what has names that hold in every language.
OFFERED = ("disease", "drug", "treatment", "alteration", "antigen")
_NEUTRAL = ("drug", "alteration", "antigen")
# A word inside an acronym: `HEM-iSMART` has `SMART`, `iEuroEwing` has `Ewing`.
_INNER = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LONGEST_ACRONYM = 40
# A gene or a place in one: `K27M` of `H3 K27M`.
_GENE = re.compile(r"(?<![^\W_])(?:[A-Z]{2,}|[A-Za-z]*\d)")
# The first digits of a number of a registry, with or without the registry's name; after it a country.
_NUMBER = re.compile(r"(nct|isrctn|drks)?(euctr|euct|eudract|ctis)?(\d{2,})(?:[a-z]{2})?")
_FEWEST_DIGITS = 3  # without a name
_DIGITS_OF_EU = 12
# In the order in which they are offered; after diseases and drugs treatments, and brands (`Leukine`).
_RECRUITING, _TERM, _AFTER_THEM, _CENTRE, _NOT_KNOWN, _CLOSED, _FOREIGN = range(7)
# The status of several sites in one word is the first of these that one of them has.
_MOST_OPEN = (
    Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION, Recruitment.NOT_YET_RECRUITING,
    Recruitment.UNKNOWN, Recruitment.SUSPENDED, Recruitment.ACTIVE_NOT_RECRUITING, Recruitment.COMPLETED,
    Recruitment.TERMINATED, Recruitment.WITHDRAWN,
)  # fmt: skip
_STATUS_OF_PLACE = (*(one.value for one in _MOST_OPEN), "")  # the last of a trial without a Belgian site
_ENDED = _MOST_OPEN[_MOST_OPEN.index(Recruitment.SUSPENDED) :]


class Suggestion(NamedTuple):
    """`kind`: trial, centre, or a type of term. `key`: slug, code, or for a term the words to search for.

    Of a trial: its `status`, its `status_here` at Belgian centres (empty where none is known) and at how many
    `centres` that is so.
    """

    kind: str
    key: str
    label: str
    detail: str
    status: str = ""
    status_here: str = ""
    centres: int | None = None


class Offer(NamedTuple):
    """What is offered, and what it means (`same`): each meaning once, by its `usual` word if that may be."""

    same: tuple[str, str]
    suggestion: Suggestion
    usual: bool = True


class Numbered(NamedTuple):
    """A trial by one of its numbers."""

    ordinal: int
    number: str


# --- Trials -------------------------------------------------------------------------------------------


class TrialBeginnings:
    """The names and numbers of the trials of a snapshot, by ordinal, and how each stands in Belgium."""

    def __init__(self, snapshot: Snapshot):
        self.trials, today = snapshot.trials, snapshot.today()
        trials, here = self.trials, today.site_alive & today.sites_with("country", [HOME])
        ranks = np.full(trials.size, _NOT_KNOWN)
        ranks[trials.having("status", _ENDED)] = _CLOSED
        # Of each Belgian site the place of its status among `_MOST_OPEN`; of each trial the first of these.
        places = np.array([_MOST_OPEN.index(one) for one in Recruitment])[trials.of_sites["status"]][here]
        owners = trials.site_trial[here]
        first = np.full(trials.size, len(_MOST_OPEN))
        np.minimum.at(first, owners, places)
        ranks[first == _MOST_OPEN.index(Recruitment.RECRUITING)] = _RECRUITING
        self._ranks, self._first = ranks.tolist(), first.tolist()
        self._centres = np.bincount(owners[places == first[owners]], minlength=trials.size).tolist()

    @cached_property
    def names(self) -> Beginnings:
        """What the trials are called, as a whole and from each word on."""
        return Beginnings(
            Beginning(text, self._ranks[ordinal], ordinal, inner)
            # What has one text and one rank stays in the order of the alphabet.
            for ordinal in np.argsort(self.trials.by_label).tolist()
            if self.trials.keys[ordinal]
            for text, inner in texts_of(self.trials.labels[ordinal])
        )

    @cached_property
    def numbers(self) -> Beginnings:
        """The numbers of the trials, in their compact form."""
        words, pairs = self.trials.codes["identifier"].words, self.trials.lists["identifier"]
        return Beginnings(
            Beginning(words[value], self._ranks[ordinal], Numbered(ordinal, words[value]))
            for ordinal, value in zip(pairs.owners.tolist(), pairs.values.tolist(), strict=True)
            if self.trials.keys[ordinal]
        )

    def of_numbers(self, compact: str, limit: int) -> list[tuple[int, Any]]:
        """Those with a number that begins like `compact`, where that is the beginning of one.

        A spreadsheet takes away the zero with which the digits of an NCT number begin.
        """
        found = _NUMBER.fullmatch(compact)
        if not found or not (found[1] or found[2] or len(found[3]) >= _FEWEST_DIGITS):
            return []
        names = {None: ("",) if found[2] else ("", "nct", "nct0"), "nct": ("nct", "nct0")}
        for name in names.get(found[1], (found[1],)):
            digits = found[3] if name else found[3][:_DIGITS_OF_EU]
            if several := self.numbers.best(f"{name}{digits}", limit):
                return several
        return []

    def suggestion(self, snapshot: Snapshot, item: int | Numbered, language: str) -> Suggestion:
        """An item of these names or numbers as it is offered."""
        ordinal = item.ordinal if isinstance(item, Numbered) else item
        detail = parse_identifier(item.number).value if isinstance(item, Numbered) else ""
        here = _STATUS_OF_PLACE[self._first[ordinal]]
        [status] = self.trials.values("status", ordinal) or [""]
        key, label = self.trials.keys[ordinal], self.trials.labels[ordinal]
        if len(label) > _LONGEST_ACRONYM:
            label = _title(snapshot, key, language) or label
        return Suggestion("trial", key, label, detail, status, here, self._centres[ordinal])


def _title(snapshot: Snapshot, key: str, language: str) -> str:
    """Of a trial in `language`; empty where it has none."""
    found = snapshot.store().bodies("trial", [key]).get(key)
    return orjson.loads(found[0])["titles"].get(language, "") if found else ""


def trials_offered(snapshot: Snapshot) -> TrialBeginnings:
    return snapshot.once("beginnings of trials", lambda: TrialBeginnings(snapshot))


@lru_cache(maxsize=50_000)
def texts_of(label: str) -> tuple[tuple[str, bool], ...]:
    """The folded texts by which a trial is found, each with whether it stands inside its name."""
    whole = fold(label)
    if len(label) > _LONGEST_ACRONYM:
        return ((whole, False),)
    texts = {whole: False, whole.replace(" ", ""): False}
    for found in _INNER.finditer(label):
        at = found.start()
        # One letter is a word by itself, and inside one it is none: `HEM-iSMART`, `iEuroEwing`.
        if at and (len(found[0]) > 1 or not label[at - 1].isalnum()):
            texts.setdefault(fold(label[at:]), True)
    return tuple(texts.items())


# --- Terms and centres --------------------------------------------------------------------------------


def others_offered(snapshot: Snapshot, language: str) -> Beginnings:
    """All that is no trial."""
    return snapshot.once(
        f"beginnings {language}",
        lambda: Beginnings(
            [*_terms_offered(language), *_given(snapshot, language), *_centres(snapshot, language)]
        ),
    )


@cache
def _terms_offered(language: str) -> tuple[Beginning, ...]:
    """The terms of the vocabulary, each named in `language` alone."""
    terms = [one for one in vocabulary().terms if one.type in OFFERED and one.kind != "misspelling"]
    return tuple(one for term in terms for one in _beginnings_of(term, language))


def _beginnings_of(term: Term, language: str) -> Iterator[Beginning]:
    """Nothing where `language` has no word for what it means, unless its name holds in every language."""
    spoken = language if term.concept in _names_in(language) else "en"
    name = _names_in(spoken).get(term.concept, "")
    holds = term.type in _NEUTRAL
    if not name or (spoken != language and not holds):
        return
    own = term.lang == spoken
    offer = _offer(term, term.text if own else name, name, language)
    yield Beginning(fold(term.text), _rank_of(term) if own or holds else _FOREIGN, offer)
    for start in _inner_genes(term):
        yield Beginning(fold(term.text[start:]), _TERM, offer, inner=True)


def _rank_of(term: Term) -> int:
    is_brand = term.type == "drug" and term.kind != "preferred"
    return _AFTER_THEM if is_brand or term.type == "treatment" else _TERM


def _inner_genes(term: Term) -> list[int]:
    """Where the second gene of an alteration begins, and those behind it."""
    found = _GENE.finditer(term.text) if term.type == "alteration" else ()
    return [one.start() for one in found if one.start()]


@cache
def _names_in(language: str) -> dict[str, str]:
    """By concept, what it is called in `language` itself."""
    terms = [one for one in vocabulary().terms if one.lang == language and one.kind != "misspelling"]
    names = {term.concept: term.text for term in reversed(terms)}
    return names | {term.concept: term.text for term in terms if term.kind == "preferred"}


def _offer(term: Term, text: str, name: str, language: str) -> Offer:
    """A disease as it was typed; of all else the name, beside what was typed for it."""
    if term.type == "disease":
        label, detail = text, "; ".join(conditions.name(code, language) for code in term.conditions)
    else:
        label, detail = name, text
    detail = "" if fold(detail) == fold(label) else detail
    return Offer((term.type, term.concept), Suggestion(term.type, label, label, detail), term.text == name)


def _given(snapshot: Snapshot, language: str) -> Iterator[Beginning]:
    """What listed trials give, as registries name it, where the vocabulary has no such term."""
    trials, known = snapshot.trials, {one.text for one in _terms_offered(language)}
    pairs = trials.lists["given"]
    alive = np.unique(pairs.values[trials.alive[pairs.owners]]).tolist()
    for name in sorted(map(trials.codes["given"].words.__getitem__, alive)):
        text = fold(name)
        if text and text not in known:
            yield Beginning(text, _TERM, Offer(("drug", text), Suggestion("drug", name, name, "")))


def _centres(snapshot: Snapshot, language: str) -> Iterator[Beginning]:
    for code, facts in sorted(snapshot.places.centres.items()):
        towns = {one: town_name(facts["city"], facts["country"], one) for one in LANGUAGE_CODES}
        one = Suggestion("centre", code, snapshot.places.called("centre", code, language), towns[language])
        texts = (code, facts["city"], *towns.values(), *facts["names"].values(), *facts["aliases"])
        names = {fold(text) for text in texts}
        whole = names | {name.replace(" ", "") for name in names}
        inner = {beginning for name in names for beginning in _from_each_word(name)} - whole
        for texts, is_inner in ((whole, False), (inner, True)):
            yield from (Beginning(text, _CENTRE, Offer(one[:2], one), is_inner) for text in texts if text)


def _from_each_word(text: str) -> Iterator[str]:
    """`ziekenhuis gent` also begins at `gent`."""
    parts = text.split()
    return (" ".join(parts[at:]) for at in range(len(parts)))
