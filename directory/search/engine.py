"""The full-text engine (Tantivy), opened here and nowhere else.

Everything is folded before it comes here, documents and queries alike, so the engine only cuts at spaces.
What a person typed is never parsed: queries are built from objects.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import tantivy
from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from directory.core.memory import give_back
from directory.records import all_documents
from directory.records.facets import facets_of

# Raised whenever fields or their meaning change: an index of another number is built anew.
FORMAT = 13
# One text each, compared whole.
EXACT_FIELDS = ("doc", "whole", "identifier")
# Words, cut at spaces.
WORD_FIELDS = ("acronym", "title", "disease", "other", "open", "summary", "concept", "iccc")
_HEAP_BYTES = 15_000_000  # the least that the engine takes
_MOST_KEPT = 200


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("ordinal", fast=True, indexed=False)
    for name in EXACT_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


SCHEMA = _schema()


def kinds() -> tuple[str, ...]:
    """The kinds of documents, by the number that the engine keeps of each."""
    return tuple(all_documents())


def layout() -> str:
    """How an index is written; one of another layout cannot be read."""
    names = [name for one in all_documents().values() for name in facets_of(one.filters)]
    return " ".join([str(FORMAT), *kinds(), *names])


class Writer:
    """Puts documents into the index at `folder`. One at a time per folder (see `follow`)."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(SCHEMA, path=str(folder))
        self._writer = self._index.writer(_HEAP_BYTES, num_threads=1)

    def put(self, kind: str, key: str, ordinal: int, fields: Mapping[str, list[str]]) -> None:
        """Store one document in place of the one of the same kind and key."""
        self.remove(kind, key)
        document = tantivy.Document()
        # The kind in the same number: what finds it costs nothing, where one more term of a query does.
        document.add_unsigned("ordinal", ordinal * len(kinds()) + kinds().index(kind))
        document.add_text("doc", f"{kind}:{key}")
        for name, texts in fields.items():
            for text in texts:
                document.add_text(name, text)
        self._writer.add_document(document)

    def remove(self, kind: str, key: str) -> None:
        self._writer.delete_documents_by_term("doc", f"{kind}:{key}")

    def commit(self) -> None:
        self._writer.commit()

    def close(self) -> None:
        """Wait for merging to end, let the folder go, and give the memory back."""
        self._writer.wait_merging_threads()
        give_back()


class Reader:
    """The index at `folder` as it was last committed when this was made.

    `often`: in how many documents a word is one of the frequent ones, whose documents are kept as arrays.
    """

    def __init__(self, folder: Path, often: int = 500):
        self._index = tantivy.Index.open(str(folder))
        self._index.config_reader("manual")
        self._often = often
        # Words by field. Which ones are frequent seldom changes, and is only a matter of speed.
        self._frequent: dict[str, list[str]] = {}
        self._read()

    def _read(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._documents = lru_cache(_MOST_KEPT)(partial(_documents, self._searcher))

    def fresh(self) -> "Reader":
        """The same index as it is committed now; searches that go on in the old one are not disturbed."""
        other = copy(self)
        other._read()
        return other

    def hits(self, query: "Query | WordQuery | Best", kind: str) -> tuple[np.ndarray, np.ndarray]:
        """`(ordinals, scores)` of all documents of `kind` that match, in no order."""
        kept, rest = self._parts(query)
        numbers, scores = _found(self._searcher, _dis_max(rest))
        size = 1 + max(int(some.max(initial=0)) for some in (numbers, *(some for some, _score in kept)))
        # As exact as the engine's own scores.
        best = np.zeros(size, np.float32)
        best[numbers] = scores
        for some, score in kept:
            best[some] = np.maximum(best[some], np.float32(score))
        found = np.flatnonzero(best)
        ordinals, numbers = np.divmod(found, len(kinds()))
        there = numbers == kinds().index(kind)
        return ordinals[there], best[found[there]].astype(np.float64)

    # The engine makes two objects of each hit. Of words that many documents have, these are kept as numbers:
    # without, the API's answer for such a word takes half as long again at 20,000 trials.

    def _parts(self, query: "Query | WordQuery | Best") -> tuple[list[tuple[np.ndarray, float]], list[Query]]:
        """What is kept of `query`, each with its score, and what is left to ask."""
        kept: list[tuple[np.ndarray, float]] = []
        rest: list[Query] = []
        for part in query.parts if isinstance(query, Best) else [query]:
            words = self._frequent_words(part) if isinstance(part, WordQuery) else []
            kept += [(self._documents(part.field, word), part.score) for word in words]
            if not words:
                rest.append(_query(part))
            elif part.prefix or part.edits:
                without = [(Occur.MustNot, _term(part.field, word)) for word in words]
                rest.append(Query.boolean_query([(Occur.Must, part.query()), *without]))
        return kept, rest

    def _frequent_words(self, part: "WordQuery") -> list[str]:
        """The frequent words that `part` matches. One left out costs time, nothing else."""
        if not part.prefix and not part.edits:
            return [part.text] if self._searcher.doc_freq(part.field, part.text) >= self._often else []
        if part.field not in self._frequent:
            most = self._searcher.terms_with_prefix(part.field, "", limit=_MOST_KEPT)
            self._frequent[part.field] = [word for word, number in most if number >= self._often]
        return [word for word in self._frequent[part.field] if part.surely_matches(word)]

    def knows(self, word: str, fields: Iterable[str]) -> bool:
        """Whether one of `fields` has `word`."""
        return any(self._searcher.doc_freq(field, word) for field in fields)

    def knows_beginning(self, word: str, fields: Iterable[str]) -> bool:
        return any(self._searcher.terms_with_prefix(field, word, limit=1) for field in fields)


def _found(searcher: tantivy.Searcher, query: Query) -> tuple[np.ndarray, np.ndarray]:
    found = searcher.search(query, limit=max(searcher.num_docs, 1), count=False).hits
    numbers = searcher.fast_field_values("ordinal", [address for _score, address in found])
    return np.array(numbers, np.int64), np.array([score for score, _address in found], float)


def _documents(searcher: tantivy.Searcher, field: str, word: str) -> np.ndarray:
    """The numbers of the documents whose `field` has `word`."""
    return _found(searcher, _term(field, word))[0]


def _term(field: str, text: str) -> Query:
    return Query.term_query(SCHEMA, field, text, index_option="basic")


@dataclass(frozen=True)
class WordQuery:
    """Documents whose `field` has the word `text`, all with one score.

    `prefix`: or one that begins so; `edits`: that many typing errors away, two neighbours swapped being one.
    """

    field: str
    text: str
    score: float
    edits: int = 0
    prefix: bool = False

    def surely_matches(self, word: str) -> bool:
        """Whether the engine finds `word`; of near spellings it finds more, which are left to it."""
        if not self.edits:
            return word.startswith(self.text)
        errors = OSA.distance(self.text, word, score_cutoff=self.edits)
        return errors <= self.edits and len(word) >= len(self.text)

    def query(self) -> Query:
        if not self.edits and not self.prefix:
            return Query.const_score_query(_term(self.field, self.text), self.score)
        # A beginning, too: the engine's regular expressions take 70 times as long to make.
        return Query.const_score_query(
            Query.fuzzy_term_query(
                SCHEMA, self.field, self.text, self.edits, transposition_cost_one=True, prefix=self.prefix
            ),
            self.score,
        )


@dataclass(frozen=True)
class Best:
    """Matches where any of `parts` does, with the score of the best."""

    parts: tuple["Query | WordQuery", ...]

    def query(self) -> Query:
        return _dis_max([_query(part) for part in self.parts])


Asked = Query | WordQuery | Best


def _query(asked: Asked) -> Query:
    return asked.query() if isinstance(asked, WordQuery | Best) else asked


def _dis_max(queries: list[Query]) -> Query:
    return Query.disjunction_max_query(queries, tie_breaker=0.0)


def best_of(queries: Iterable[Asked]) -> Best:
    """Matches where any does, with the score of the best."""
    parts: list[Query | WordQuery] = []
    for query in queries:
        parts += query.parts if isinstance(query, Best) else [query]
    return Best(tuple(parts))


def always(query: Asked, score: float) -> Query:
    """Matches what `query` does, with one score for all."""
    return Query.const_score_query(_query(query), score)


def all_of(queries: list[Asked]) -> Asked:
    """Matches where all do, with the sum of their scores."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Must, _query(query)) for query in queries])


def preferring(query: Asked, other: Asked) -> Query:
    """What matches `query`; what matches `other` too scores more."""
    return Query.boolean_query([(Occur.Must, _query(query)), (Occur.Should, _query(other))])
