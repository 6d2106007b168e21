"""Numbers of registries in what is typed: pasted addresses, several side by side, a 0 that was lost."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from directory.core.text import squash
from trials.choices import Scheme
from trials.identifiers import parse_identifier, with_lost_zero

from .tokens import typed_words

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_ADDRESS = re.compile(r"(?i)(?:https?://|www\.)\S+|\b[a-z][a-z0-9.-]*\.(?:gov|eu|com|org|int|de|be)/\S*")
# What of a search page's address somebody typed there.
_TYPED_THERE = frozenset(("cond", "intr", "locn", "q", "query", "spons", "term", "titles"))
# Of a trial's page in a directory like this one.
_PAGE = re.compile(r"(?i)/trials/([^/?#]+)")
_NUMBER = re.compile(
    r"""(?ix)
    (?:nct|ntc|cnt|ctn|tnc|tcn) [\s:\#.-]* (?P<nct> [o\d]{8} | [o\d](?:[\s-]?[o\d]){7} | [1-9]\d{6} ) (?!\d)
    | (?: (?<![a-z\d]) | (?<=euctr) | (?<=euct) | (?<=eudract) | (?<=ctis) )
      (?P<eu> 20\d\d [\s-]? [05]\d{5} [\s-]? \d\d (?: [\s-]? \d\d (?!\d) )? ) (?!\d) (?: -[a-z]{2}\b )?
    | (?P<named> (?:isrctn|drks) [\s:\#.-]* \d{8} ) (?!\d)
    """
)
# Digits that are a number only where nothing else is asked.
_BARE = re.compile(r"(?<![\w-])(?:0\d{7}|[1-9]\d{6})(?![\w-])")
_BESIDE_NUMBERS = """
nct euct eudract euctr eu ct ctis isrctn drks clinicaltrial gov number no nr nummer numero id registry
"""
# By their stems.
_NAMES = frozenset(_BESIDE_NUMBERS.split())


class RegistryNumber(NamedTuple):
    """`text`: as its registry writes it, or as it was typed; `compact`: what it may be in the index."""

    text: str
    compact: tuple[str, ...]


class ReadNumbers(NamedTuple):
    """`numbers` where a text is nothing else; else none, and `text` with each number in one word."""

    numbers: tuple[RegistryNumber, ...]
    text: str


def read_numbers(text: str) -> ReadNumbers:
    """The numbers that `text`, tidied, consists of; what else it asks for, with the numbers among it."""
    plain = _ADDRESS.sub(_of_address, text.translate(_DASHES))
    found = list(_registry_numbers(plain))
    rest = _blanked(plain, found)
    bare = [(one.span(), _without_letters(one.group())) for one in _BARE.finditer(rest)]
    if _says_nothing(_blanked(rest, bare)) and (found or bare):
        several = [number for _span, number in sorted(found + bare)]
        return ReadNumbers(tuple(dict.fromkeys(several)), plain)
    return ReadNumbers((), _in_one_word(plain, found))


def _of_address(found: re.Match) -> str:
    """The numbers in an address, else the name in one of ours, else what it asks for, else the address."""
    address = unquote(found.group())
    if numbers := [number.text for _span, number in _registry_numbers(address)]:
        return f" {' '.join(dict.fromkeys(numbers))} "
    if page := _PAGE.search(address):
        return f" {page[1]} "
    asked = parse_qsl(found.group().partition("?")[2].partition("#")[0])
    return " ".join(value for name, value in asked if name.casefold() in _TYPED_THERE) or found.group()


def _registry_numbers(text: str) -> Iterator[tuple[tuple[int, int], RegistryNumber]]:
    for found in _NUMBER.finditer(text):
        if number := _read_match(found):
            yield found.span(), number


def _read_match(found: re.Match) -> RegistryNumber | None:
    if digits := found["nct"]:
        digits = squash(digits).replace("o", "0")
        return _of_a_registry(f"NCT{with_lost_zero(digits) or digits}")
    if found["eu"]:
        # An EudraCT number has no fourth part.
        return _of_a_registry(found["eu"]) or _of_a_registry(found["eu"][:-2].rstrip(" -"))
    return _of_a_registry(found["named"])


def _of_a_registry(text: str) -> RegistryNumber | None:
    number = parse_identifier(text)
    return None if number.scheme == Scheme.OTHER else RegistryNumber(number.value, (number.compact,))


def _without_letters(digits: str) -> RegistryNumber:
    """Of ClinicalTrials.gov without its letters, or whatever else has these digits."""
    return RegistryNumber(digits, (f"nct{with_lost_zero(digits)}", digits))


def _blanked(text: str, found: list[tuple[tuple[int, int], RegistryNumber]]) -> str:
    """`text` with spaces in place of the numbers, so that every other place stays."""
    for (start, end), _number in found:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _says_nothing(text: str) -> bool:
    return all(word.says_nothing or word.stem in _NAMES for word in typed_words(text))


def _in_one_word(text: str, found: list[tuple[tuple[int, int], RegistryNumber]]) -> str:
    for (start, end), number in reversed(found):
        text = f"{text[:start]} {number.compact[0]} {text[end:]}"
    return text
