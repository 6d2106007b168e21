"""The ICCC-3 tree, as the project's vocabulary file has it: what lies above and below a class, its names."""

import csv
import re
from collections.abc import Iterable, KeysView
from functools import cache
from pathlib import Path

from directory.core.fields import LANGUAGE_CODES

VOCABULARY = Path(__file__).parent / "vocabulary" / "iccc3.csv"
COMMON_NAMES = VOCABULARY.with_name("common_names.csv")
_LEFT_OUT = re.compile(r" \((?:except|behalve|sauf|außer) [^)]*\)")


@cache
def rows() -> tuple[dict[str, str], ...]:
    """The vocabulary's rows, parents before children."""
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def parents() -> dict[str, str]:
    """By code, the code above it; empty for a main group."""
    return {row["code"]: row["parent"] for row in rows()}


@cache
def names() -> dict[str, dict[str, str]]:
    """By code, the names by language."""
    return {row["code"]: {language: row[f"name_{language}"] for language in LANGUAGE_CODES} for row in rows()}


def name(code: str, language: str) -> str:
    """The name of a class; the code itself for one that is not of the tree."""
    return names()[code][language] if code in codes() else code


@cache
def common_names() -> dict[str, dict[str, str]]:
    """By code and language, what a physician says, where that is not the name that ICCC-3 has."""
    with COMMON_NAMES.open(encoding="utf-8", newline="") as file:
        return {row.pop("code"): row for row in csv.DictReader(file)}


def common_name(code: str, language: str) -> str:
    """What a physician calls a class: `Brain and spinal tumours`; else its name, as `name` gives it."""
    return common_names().get(code, {}).get(language) or name(code, language)


def holding(code: str) -> list[str]:
    """The names of a class by which trials of it are found: without what it leaves out (`except Burkitt`)."""
    return [_LEFT_OUT.sub("", one) for one in names()[code].values()]


def codes() -> KeysView[str]:
    """All codes, parents before children."""
    return parents().keys()


def main_groups() -> list[str]:
    """The codes of the twelve main groups."""
    return [code for code, parent in parents().items() if not parent]


def path_to(code: str) -> list[str]:
    """`code` and the codes above it, from the top. Empty for an unknown code."""
    path: list[str] = []
    while code in codes():
        path.insert(0, code)
        code = parents()[code]
    return path


def with_those_above(codes: Iterable[str]) -> list[str]:
    """The classes `codes` and those above them, each once."""
    return sorted({above for code in codes for above in path_to(code)})


def whole(code: str) -> str:
    """The word by which trials are found that are for the class `code` as a whole."""
    return f"whole{code.lower()}"


@cache
def subtree(code: str) -> frozenset[str]:
    """`code` and all codes below it. Empty for an unknown code."""
    return frozenset(one for one in codes() if code in path_to(one))


def choices() -> list[tuple[str, str]]:
    """Every class as `(code, English name)`, as fields of filters take it."""
    return [(code, name(code, "en")) for code in codes()]
