"""The ICCC-3 tree, as the project's vocabulary file has it."""

import csv
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).parent / "vocabulary" / "iccc3.csv"


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The vocabulary's rows, parents before children."""
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def subtree(code: str) -> frozenset[str]:
    """`code` and all codes below it. Empty for an unknown code."""
    if code not in codes():
        return frozenset()
    found, grew = {code}, True
    while grew:
        more = {row["code"] for row in rows() if row["parent"] in found} - found
        grew = bool(more)
        found |= more
    return frozenset(found)


@cache
def codes() -> frozenset[str]:
    return frozenset(row["code"] for row in rows())
