"""The documents of each kind of record, built once per change, and the words the engine keeps of them.

Built set-wise: a batch of any size takes the same number of queries. Only what the public may see is in them:
listed records, and a person only with consent.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from directory.core.models import State
from directory.core.text import fold, squash
from directory.records import Document, Words, all_documents, all_records
from directory.records.document import moment
from directory.records.shown import shown_at

from .concepts import chiefly, vocabulary, wider_of
from .drug_terms import with_classes
from .recorded_diseases import recorded_diseases
from .tokens import acronym_stems, stems

BATCH = 200
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def all_keys(kind: str) -> list[str]:
    """The keys of all listed records of `kind`, in order."""
    record = all_records()[kind]
    listed = record.model._default_manager.filter(state=State.LISTED)
    return list(listed.order_by(record.key).values_list(record.key, flat=True))


def build(kind: str, keys: Iterable[str]) -> Iterator[Document]:
    """The documents of those of `keys` that are listed, in batches."""
    keys = iter(keys)
    while batch := list(islice(keys, BATCH)):
        yield from _build(kind, batch)


def _build(kind: str, keys: list[str]) -> Iterator[Document]:
    shown = shown_at(kind, keys)
    added = [add(keys) for record in all_records().values() if (add := record.adds.get(kind))]
    for one in all_documents()[kind].build(keys):
        updated_at = shown.get(one.key, one.updated_at)
        body = dict(one.body)
        for more in added:
            body |= more[one.key]
        facts = {
            **one.facts,
            **_diseases(one.words, one.facts.get("class", ())),
            "label": one.label,
            "sort": fold(one.label) or one.key,
            "updated": microseconds(updated_at),
        }
        yield replace(one, body=body | {"updated_at": moment(updated_at)}, facts=facts)


def microseconds(value: dt.datetime) -> int:
    """A point in time as a whole number, to compare and sort by."""
    return (value - _EPOCH) // dt.timedelta(microseconds=1)


def _diseases(words: Words, codes: Sequence[str]) -> dict[str, list[str]]:
    """For which diseases a record is, and of which families for the classes `codes` alone."""
    if not words.about and not words.listed:
        return {}
    named, within = recorded_diseases(words.listed, words.about, codes)
    return {"named": sorted(named), "within": sorted(within)}


@lru_cache(maxsize=10_000)
def _concepts_in(text: str) -> frozenset[str]:
    """What `text` mentions, with what an alteration is one of; of a disease its classes tell that."""
    found = vocabulary().concepts_in(text)
    return frozenset(found).union(*map(wider_of, _alterations(found)))


def _alterations(concepts: Iterable[str]) -> list[str]:
    return [one for one in sorted(concepts) if vocabulary().types.get(one) == "alteration"]


def fields_of(words: Words) -> dict[str, list[str]]:
    """The folded words by the engine's fields."""
    concepts = frozenset(map(squash, words.meant)).union(*map(_concepts_in, words.concepts))
    chief = _alterations(frozenset().union(*map(_concepts_in, words.chiefly)))
    meant = [*sorted(with_classes(concepts)), *map(chiefly, chief)]
    return {
        "whole": sorted({squash(text) for text in words.whole} - {""}),
        "identifier": list(words.identifiers),
        "acronym": [*map(acronym_stems, words.acronyms), *map(stems, words.codes)],
        "title": [stems(*words.title)],
        "disease": [stems(*words.disease)],
        "other": [stems(*words.other)],
        "open": [stems(*words.open)],
        "summary": [stems(*words.summary)],
        "concept": [" ".join(meant)],
        "iccc": [" ".join(words.iccc).lower()],
    }
