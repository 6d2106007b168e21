"""Drugs and their classes as terms to search by: the vocabulary of trials (`trials/drugs.py`) has them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from directory.core.text import squash
from trials import drugs

DRUG, DRUG_CLASS = "drug", "drug_class"
_DIGIT = re.compile(r"\d")


def drug_rows() -> Iterator[dict[str, str]]:
    """The names of all drugs and classes, with the columns of `vocabulary/synonyms.csv`.

    Brands and codes belong to English.
    """
    for drug in drugs.drugs().values():
        names = {code: (text,) for code, text in drug.names.items() if code == "en" or text != drug.inn}
        names["en"] += drug.synonyms
        yield from _rows_of(drug.inn, DRUG, names, drug.capitals)
    for one in drugs.classes().values():
        yield from _rows_of(one.name, DRUG_CLASS, one.names, one.capitals)


def _rows_of(
    concept: str, type_: str, names: Mapping[str, Sequence[str]], capitals: Iterable[str]
) -> Iterator[dict[str, str]]:
    same = {"concept": concept, "type": type_, "conditions": ""}
    for language, texts in names.items():
        for place, text in enumerate(texts):
            yield same | {"term": text, "lang": language, "kind": _kind(place, text), "flags": ""}
    for text in capitals:
        yield same | {"term": text, "lang": "en", "kind": "abbreviation", "flags": "case"}


def _kind(place: int, text: str) -> str:
    """A code is typed with its hyphen and without: `TAK-580`, `TAK580`."""
    if place == 0:
        return "preferred"
    return "abbreviation" if _DIGIT.search(text) else "synonym"


@cache
def _above() -> dict[str, frozenset[str]]:
    """By the concept of a drug or a class, those of the classes that it is of."""
    found = {squash(drug.inn): drug.classes for drug in drugs.drugs().values()}
    found |= {squash(one.name): one.wider for one in drugs.classes().values()}
    return {concept: frozenset(map(squash, drugs.with_wider(names))) for concept, names in found.items()}


def with_classes(concepts: Iterable[str]) -> frozenset[str]:
    """`concepts`, and the classes of the drugs among them: who says selumetinib says a MEK inhibitor."""
    concepts = frozenset(concepts)
    return concepts.union(*(_above()[one] for one in concepts if one in _above()))


def drugs_meant(concepts: Iterable[str], inns: Iterable[str]) -> list[str]:
    """Those of the drugs `inns` that one of `concepts` means: itself, or a class that it is of."""
    meant = frozenset(concepts)
    return [inn for inn in inns if meant & with_classes([squash(inn)])]
