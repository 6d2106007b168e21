"""The full-text engine (Tantivy), opened here and nowhere else.

Everything is folded before it comes here, documents and queries alike, so the engine only cuts at spaces.
What a person typed is never parsed: queries are built from objects.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import tantivy
from tantivy import Occur, Query

from directory.core.memory import give_back

# Raised whenever fields or their meaning change: an index of another number is built anew.
FORMAT = 5
# One text each, compared whole.
EXACT_FIELDS = ("doc", "whole", "identifier")
KINDS = ("trial", "centre", "network")
# Words, cut at spaces.
WORD_FIELDS = ("acronym", "title", "disease", "other", "open", "summary", "concept", "iccc")
_HEAP_BYTES = 15_000_000  # the least that the engine takes


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("ordinal", fast=True, indexed=False)
    for name in EXACT_FIELDS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in WORD_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


SCHEMA = _schema()


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
        document.add_unsigned("ordinal", ordinal * len(KINDS) + KINDS.index(kind))
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
    """The index at `folder` as it was last committed when this was made."""

    def __init__(self, folder: Path):
        self._index = tantivy.Index.open(str(folder))
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    def fresh(self) -> "Reader":
        """The same index as it is committed now; searches that go on in the old one are not disturbed."""
        other = object.__new__(Reader)
        other._index = self._index
        self._index.reload()
        other._searcher = self._index.searcher()
        return other

    def hits(self, query: Query, kind: str) -> tuple[np.ndarray, np.ndarray]:
        """`(ordinals, scores)` of all documents of `kind` that match, in no order."""
        found = self._searcher.search(query, limit=max(self._searcher.num_docs, 1), count=False).hits
        addresses = [address for _score, address in found]
        numbers = np.array(self._searcher.fast_field_values("ordinal", addresses), np.int64)
        scores = np.array([score for score, _address in found], float)
        ordinals, kinds = np.divmod(numbers, len(KINDS))
        there = kinds == KINDS.index(kind)
        return ordinals[there], scores[there]

    def knows(self, word: str, fields: Iterable[str]) -> bool:
        """Whether one of `fields` has `word`."""
        return any(self._searcher.doc_freq(field, word) for field in fields)

    def knows_beginning(self, word: str, fields: Iterable[str]) -> bool:
        return any(self._searcher.terms_with_prefix(field, word, limit=1) for field in fields)


def word(field: str, text: str, score: float) -> Query:
    """Documents whose `field` has exactly `text`."""
    return always(Query.term_query(SCHEMA, field, text, index_option="basic"), score)


def beginning(field: str, text: str, score: float) -> Query:
    """Documents whose `field` has a word that begins with `text`."""
    # The engine's regular expressions take 70 times as long to make.
    return near(field, text, 0, score, prefix=True)


def near(field: str, text: str, edits: int, score: float, *, prefix: bool = False) -> Query:
    """Documents with a word at most `edits` typing errors away; two neighbours swapped count as one."""
    found = Query.fuzzy_term_query(SCHEMA, field, text, edits, transposition_cost_one=True, prefix=prefix)
    return always(found, score)


def best_of(queries: Iterable[Query]) -> Query:
    """Matches where any does, with the score of the best."""
    return Query.disjunction_max_query(list(queries), tie_breaker=0.0)


def always(query: Query, score: float) -> Query:
    """Matches what `query` does, with one score for all."""
    return Query.const_score_query(query, score)


def all_of(queries: list[Query]) -> Query:
    """Matches where all do, with the sum of their scores."""
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def preferring(query: Query, other: Query) -> Query:
    """What matches `query`; what matches `other` too scores more."""
    return Query.boolean_query([(Occur.Must, query), (Occur.Should, other)])


def some_of(queries: list[Query], at_least: int) -> Query:
    return Query.boolean_query(
        [(Occur.Should, query) for query in queries], minimum_number_should_match=at_least
    )
