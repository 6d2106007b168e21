"""What filters and facet counts read: one array per question, over all documents of a kind.

Columns are immutable; a refresh makes new ones, reading again only the blocks of documents that changed, so
a search that is under way is not disturbed. What depends on today (freshness, who is in which network) is
derived for one day at a time (`daily_facets`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import orjson

from directory.records import all_documents
from directory.records.facets import AgeFacet, Facet, RecordFacet, facets_of

from . import cursors
from .store import Facts

BLOCK = 512
# What is no filter, but judged by eligibility, or told of a result.
_JUDGED = (
    "class", "named", "within", "alteration", "excluded", "no_limit", "age_group", "age_written",
    "purpose", "drug",
)  # fmt: skip
# What is suggested to who types.
_OFFERED = ("given",)
# What is known of a site before its facets.
_OF_EVERY_SITE = ("centre", "verified", "disputed")
NO_BOUND = -1
WIDEST = 99
# By name, what stands for a number that nobody stated.
_NUMBERS = {
    "min_days": NO_BOUND, "max_days": NO_BOUND, "lines_min": NO_BOUND, "lines_max": NO_BOUND,
    "age_from": NO_BOUND, "age_to": NO_BOUND,
    "updated": 0, "opened": 0, "width": 0,
}  # fmt: skip


def facets() -> dict[str, Facet]:
    """The facets of trials and of their sites, in the order in which they are counted."""
    return facets_of(all_documents()["trial"].filters)


def lists() -> list[str]:
    """The columns with any number of words a document."""
    return [*(name for name, one in facets().items() if isinstance(one, RecordFacet)), *_JUDGED, *_OFFERED]


def of_sites() -> list[str]:
    """The columns with one value a site."""
    return [*_OF_EVERY_SITE, *(name for name, one in facets().items() if one.of_site)]


class Codes:
    """Words as small whole numbers. Only grows, so a number keeps its meaning."""

    def __init__(self, known: Iterable[str] = ()):
        self.words: list[str] = list(known)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def number(self, word: str) -> int:
        """The number of `word`, a new one for a new word. Called by the one thread that refreshes."""
        number = self._numbers.get(word)
        if number is None:
            number = len(self.words)
            self.words.append(word)
            self._numbers[word] = number
        return number

    def selected(self, words: Iterable[str]) -> np.ndarray:
        """A mask over the numbers; words nobody ever had select nothing."""
        mask = np.zeros(len(self.words), bool)
        mask[[self._numbers[word] for word in words if word in self._numbers]] = True
        return mask


@dataclass(frozen=True)
class Pairs:
    """A column with any number of values a document: value `values[i]` belongs to document `owners[i]`."""

    owners: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Bitmaps:
    """Which documents have which of `words`: a row of bits per word, 64 documents a number.

    Counting a facet is then one AND and one count of bits, whatever is matched.
    """

    words: list[str]
    rows: np.ndarray

    @classmethod
    def of(cls, words: list[str], owners: np.ndarray, values: np.ndarray, size: int) -> "Bitmaps":
        """From pairs: document `owners[i]` has `words[values[i]]`. `size` is a multiple of 64."""
        grid = np.zeros((len(words), size), bool)
        grid[values, owners] = True
        return cls(words, packed(grid))

    def also(self, word: str) -> "Bitmaps":
        """The same, where whoever has `word` has every word."""
        return Bitmaps(self.words, self.rows | self.rows[self.words.index(word)])

    def counts(self, mask: np.ndarray) -> list[tuple[str, int]]:
        """By word, how many of the documents of the packed `mask` have it."""
        return list(zip(self.words, np.bitwise_count(self.rows & mask).sum(axis=1).tolist(), strict=True))


def packed(mask: np.ndarray) -> np.ndarray:
    """A mask (or rows of masks) over documents as bits, 64 a number."""
    return np.packbits(mask, axis=-1).view(np.uint64)


Columns = dict[str, np.ndarray]


def _block(rows: Iterable[Facts], start: int, codes: dict[str, Codes]) -> Columns:
    """The columns of `BLOCK` neighbouring documents, read anew when one of them has changed.

    To read all of 20,000 trials instead makes the first answer after each change 40 times as slow.
    Nothing but arrays and strings is kept: hundreds of thousands of small lists would be walked through by
    every full garbage collection, in the middle of somebody's search.
    """
    keys = [""] * BLOCK
    facts: list[dict] = [{}] * BLOCK
    for row in rows:
        keys[row.ordinal - start], facts[row.ordinal - start] = row.key, orjson.loads(row.facts)
    return {
        "key": np.array(keys, object),
        **_sites(facts, start, codes),
        **{name: np.array([one.get(name, "") for one in facts], object) for name in ("label", "sort")},
        **{name: _numbers(facts, name, missing) for name, missing in _NUMBERS.items()},
        **{name: _pairs(facts, start, name, codes[name]) for name in lists()},
    }


def _numbers(facts: list[dict], name: str, missing: int) -> np.ndarray:
    given = (one.get(name) for one in facts)
    return np.array([missing if number is None else number for number in given], np.int64)


def _pairs(facts: list[dict], start: int, name: str, codes: Codes) -> np.ndarray:
    pairs = [
        (owner, codes.number(value)) for owner, one in enumerate(facts, start) for value in one.get(name, ())
    ]
    return np.array(pairs, np.int64).reshape(-1, 2)


def _sites(facts: list[dict], start: int, codes: dict[str, Codes]) -> Columns:
    """The columns of the sites, with the ordinals of their trials."""
    names = ["trial", *of_sites()]
    rows = [(owner, *site) for owner, one in enumerate(facts, start) for site in one.get("sites", ())]
    columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    for name in codes.keys() & columns.keys():
        columns[name] = tuple(map(codes[name].number, columns[name]))
    return {f"site {name}": np.array(column, np.int64) for name, column in columns.items()}


class Trials:
    """The columns of all trials, of one generation of the store."""

    def __init__(self, blocks: list[Columns], codes: dict[str, Codes]):
        self.blocks, self.codes = blocks, codes
        # The first is empty: it says what there is where nothing is.
        several = [{name: column[:0] for name, column in _block((), 0, codes).items()}, *blocks]
        columns = {name: np.concatenate([one[name] for one in several]) for name in several[0]}
        self.keys, self.labels, self.sorts = (columns[name].tolist() for name in ("key", "label", "sort"))
        self.size = len(self.keys)
        self.alive = columns["key"] != ""
        self.lines = np.stack([columns["lines_min"], columns["lines_max"]], axis=1)
        # What is recorded; and for the filter, where nothing is, what the registry's groups leave.
        self.low, self.high = columns["min_days"], columns["max_days"]
        self.age_from, self.age_to = columns["age_from"], columns["age_to"]
        self.updated, self.opened = columns["updated"], columns["opened"]
        self.width = np.minimum(columns["width"], WIDEST)
        # Without any class, a trial is for every disease.
        self.width[self.width == 0] = WIDEST
        self.lists = {name: Pairs(*np.ascontiguousarray(columns[name].T)) for name in lists()}
        self.site_trial = columns["site trial"]
        # What each site has, as numbers into `codes`, else as they are.
        self.of_sites = {name: columns[f"site {name}"] for name in of_sites()}
        self.site_centre = self.of_sites["centre"]

    @classmethod
    def empty(cls) -> "Trials":
        known = {name: facet.choices.values for name, facet in facets().items() if facet.choices}
        of_site = [name for name, facet in facets().items() if facet.of_site]
        return cls([], {name: Codes(known.get(name, ())) for name in (*lists(), *of_site, "centre")})

    def with_changed(self, ordinals: Iterable[int], read: Callable[[int, int], Iterable[Facts]]) -> "Trials":
        """These columns after the documents `ordinals` changed; `read(start, end)` gives stored ones."""
        touched = {ordinal // BLOCK for ordinal in ordinals}
        blocks = list(self.blocks)
        for number in range(max(len(blocks), max(touched, default=-1) + 1)):
            if number in touched or number >= len(blocks):
                start, end = number * BLOCK, (number + 1) * BLOCK
                blocks[number : number + 1] = [_block(read(start, end), start, self.codes)]
        return Trials(blocks, self.codes)

    @cached_property
    def bitmaps(self) -> dict[str, Bitmaps]:
        """Facets of trials. Whoever has the value for all has each: any stage of disease, all sexes."""
        found = {}
        for name, facet in facets().items():
            if isinstance(facet, AgeFacet) and facet.counted:
                values = list(facet.order or ())
                taken = np.array([self.takes(facet.days(value)) for value in values], bool)
                found[name] = Bitmaps(values, packed(taken))
            elif isinstance(facet, RecordFacet) and facet.counted:
                pairs = self.lists[name]
                made = Bitmaps.of(self.codes[name].words[:], pairs.owners, pairs.values, self.size)
                found[name] = made.also(facet.for_all) if facet.for_all else made
        return found

    def takes(self, ages: tuple[int, int]) -> np.ndarray:
        """A mask: the documents open to some age from the first to the last day; a missing bound is open."""
        first, last = ages
        above = (self.age_from == NO_BOUND) | (self.age_from <= last)
        return above & ((self.age_to == NO_BOUND) | (self.age_to >= first))

    @cached_property
    def by_label(self) -> np.ndarray:
        """The place of each document in the alphabet of acronyms (titles where there is none)."""
        # One string each, as they sort faster than pairs.
        labels = ["\0".join(self.sort_text(ordinal)) for ordinal in range(self.size)]
        place = np.empty(self.size, np.int64)
        place[sorted(range(self.size), key=labels.__getitem__)] = np.arange(self.size)
        return place

    def having(self, name: str, words: Iterable[str]) -> np.ndarray:
        """A mask: the documents that have one of `words` in a column of words."""
        mask, pairs = np.zeros(self.size, bool), self.lists[name]
        # To index by places takes a quarter of the time that the mask itself would.
        mask[pairs.owners[np.flatnonzero(self.codes[name].selected(words)[pairs.values])]] = True
        return mask

    def values(self, name: str, ordinal: int) -> list[str]:
        """What document `ordinal` has in a column of words."""
        words = self.codes[name].words
        return [words[value] for value in self.numbers(name, ordinal)]

    def numbers(self, name: str, ordinal: int) -> tuple[int, ...]:
        """As `values`, as numbers into the codes of the column."""
        starts = self._starts[name]
        return tuple(self.lists[name].values[starts[ordinal] : starts[ordinal + 1]].tolist())

    def sites(self, ordinal: int) -> range:
        """The places in the columns of sites of the sites of document `ordinal`."""
        return range(self._starts["sites"][ordinal], self._starts["sites"][ordinal + 1])

    @cached_property
    def _starts(self) -> dict[str, list[int]]:
        """By column, where the values of each document begin; one place more than there are documents."""
        owners = {name: pairs.owners for name, pairs in self.lists.items()} | {"sites": self.site_trial}
        every = np.arange(self.size + 1)
        return {name: np.searchsorted(found, every).tolist() for name, found in owners.items()}

    def sort_text(self, ordinal: int) -> tuple[str, str]:
        return cursors.label(self.sorts[ordinal], self.keys[ordinal])
