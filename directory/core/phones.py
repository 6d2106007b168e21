"""Telephone numbers as people write them into one cell: E.164 (ITU-T), and what of the cell is not kept.

The form of a number is `phonenumbers`' to know; what is no number at all, like a date, is refused here, since
that library takes the digits out of any text.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _

from .places import HOME
from .text import tidy

LONGEST = 120  # characters of a cell with two numbers and what is said of them
_CALLED = (
    r"(?:tel|tél|telefoon|telefoonnummer|telefon|telephone|téléphone|phone|ph|gsm|mobile|mobiel|mob|portable|"
    r"fixe|bureau|t|m)\.?\s*:?\s*"
)
_NUMBER = re.compile(
    rf"^(?:{_CALLED})?(?:\(?(?P<country>[A-Z]{{2}})\)?\s*:?\s*)?(?P<digits>\+?\s?[(\d][\d\s()/.\-–]*\d)$",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"[\s,;(/–-]*(?:\b(?:ext(?:ension)?|extn|poste|toestel|tst|toest|durchwahl|dw|nebenstelle|apparat|app|"
    r"intern|interne|int|bip|bieper|pager|dect|sein)\b\.?|#|x)\s*:?\s*\d{1,6}\)?$",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\s*\((?:[^()+\d]|\d{1,2}(?!\d)){1,60}\)$")
_LAST_DIGITS = re.compile(r"\s?/\s?\d{1,3}$")  # of a second number: `09 332 21 11/12`
_SEVERAL = re.compile(r"\s*(?:[;,|\n/&]|\s(?:[-–]|or|of|ou|oder|and|en|et|und|fax:?)\s)\s*", re.IGNORECASE)
# `(+32) 9 …`, `+(32) 9 …`
_CODE_IN_BRACKETS = re.compile(r"^(\D*)(?:\(\s?(?:\+|00)\s?(\d{1,3})\s?\)|\+\s?\(\s?(\d{1,3})\s?\))")
_WITH_CODE = re.compile(r"\+|00\s?[1-9]")
# A day, with a time or without, also without anything between its numbers.
_DAY = re.compile(
    r"^(?:\d{1,2}[/.\-– ]\d{1,2}[/.\-– ](?:\d{2}|\d{4})|(?:19|20)\d\d[/.\-– ]\d{1,2}[/.\-– ]\d{1,2}|"
    r"[0-3]\d[01]\d(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d)(?:[T ]\d{1,2}:.*)?$"
)
_E164 = re.compile(r"^\+[1-9]\d{6,14}$", re.ASCII)
_DECIMAL = re.compile(r"^\d{4,5}[.,]\d+$")


@lru_cache(maxsize=4_000)
def read_phone(text: str, country: str = HOME) -> tuple[str, str]:
    """The first number of `text` as E.164, and what of the cell is not kept: an extension, another number.

    A national number is one of `country` (ISO 3166-1), of the row or its centre; one that carries `+`, `00`
    or the letters of a country is that country's. Raises ValueError with a sentence for all else.
    """
    clean = tidy(unicodedata.normalize("NFKC", text))
    clean = _CODE_IN_BRACKETS.sub(r"\1+\2\3", clean, count=1) if len(clean) <= LONGEST else clean
    country = country or HOME
    if len(clean) <= LONGEST and (number := _number(clean, country)):
        return number, ""
    for end, rest in _cuts(clean) if len(clean) <= LONGEST else ():
        if number := _number(end, country):
            return number, rest
    raise ValueError(
        _(
            "“%(phone)s” is not a telephone number. Write it with its country code, like +32 9 332 21 11. "
            "Without one it is read as a number in %(country)s."
        )
        % {"phone": clean[:40], "country": country}
    )  # fmt: skip


def is_e164(number: str) -> bool:
    """Whether a number is one as it is stored (ITU-T)."""
    try:
        return bool(_E164.match(number)) and phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _cuts(clean: str):
    """What may be the number, and the rest of the cell: an extension, a remark, or another number."""
    for form in (_EXTENSION, _REMARK, _LAST_DIGITS):
        if found := form.search(clean):
            yield clean[: found.start()].rstrip(), found.group().strip(" ,;(/)–-")
    for found in _SEVERAL.finditer(clean):
        first, rest = clean[: found.start()], clean[found.end() :]
        for number in (first, _EXTENSION.sub("", first)):
            if _may_be_a_number(rest):
                yield number, f"{first[len(number) :].strip(' ,;(/)–-')} {rest}".strip()


def _may_be_a_number(text: str) -> bool:
    """Enough digits for one, also where its country is not known; no date, no number of a registry."""
    bare = _EXTENSION.sub("", text)
    return bool(_NUMBER.match(bare)) and not _DAY.match(bare) and sum(map(str.isdigit, bare)) >= 6


def _number(text: str, country: str) -> str:
    """`text`, a number and nothing else, as E.164; empty where it is none."""
    found = _NUMBER.match(text.upper())
    if not found or _DAY.match(found["digits"]):
        return ""
    said, digits = found["country"], found["digits"]
    if said and said not in phonenumbers.SUPPORTED_REGIONS:
        return ""
    try:
        number = phonenumbers.parse(digits, said or country)
    except phonenumbers.NumberParseException:
        return ""
    if number.extension or not (_WITH_CODE.match(digits) or _is_national(number, digits, said, country)):
        return ""
    return _written(number)


def _written(number: phonenumbers.PhoneNumber) -> str:
    """As E.164; empty where that is none: `+43 00000` is read, and written it has too few digits."""
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written if is_e164(written) else ""


def _is_national(number: phonenumbers.PhoneNumber, digits: str, said: str | None, country: str) -> bool:
    """Without its country's code it may be anything: is it in use there, and written as it is dialled?"""
    if said and number.country_code != phonenumbers.country_code_for_region(said):
        return False
    return phonenumbers.is_valid_number(number) and _is_dialled(digits, said or country)


def _is_dialled(digits: str, country: str) -> bool:
    """Whether a number without a code begins as it is dialled there, or lost its 0 in a spreadsheet."""
    plain = re.sub(r"\D", "", digits)
    region = phonenumbers.PhoneMetadata.metadata_for_region(country)
    # Other prefixes than those with a 0 (1 in America) are dialled, and not written.
    trunk = found if (found := (region and region.national_prefix) or "").startswith("0") else ""
    code = str(phonenumbers.country_code_for_region(country))
    if digits.isdecimal() and len(plain) > 7:
        return True
    return len(plain) > 5 and plain.startswith((trunk, code)) and not _DECIMAL.match(digits)
