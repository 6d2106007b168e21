"""Text as people type it, made comparable; text that no database should be handed, refused."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What Django reads for bytes that are no UTF-8.
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
# NFKD leaves these letters whole; a Belgian keyboard types them without.
_LETTERS = str.maketrans(
    {"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_BAD_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_NOT_IN_A_LINE = re.compile(r"[\t\n\r]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")


def strip_marks(text: str) -> str:
    """`text` in lower case without accents: `Leucémie` → `leucemie`, `Straße` → `strasse`."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    return "".join(c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c))


def fold(text: str) -> str:
    """`text` as words to compare by: no case, accents, punctuation or double spaces.

    >>> fold("CHC - MontLégia (Liège)")
    'chc montlegia liege'
    """
    return _NOT_WORD.sub(" ", strip_marks(_visible(text))).strip()


def squash(text: str) -> str:
    """`fold` without its spaces, for identifiers: `NCT 0430-7576` → `nct04307576`."""
    return _NOT_WORD.sub("", strip_marks(_visible(text)))


def tidy(text: str) -> str:
    """`text` without invisible characters and with single, plain spaces."""
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    return text if text.isascii() else _INVISIBLE.sub("", text)


def whole_number(text: str, most_digits: int = 9) -> int | None:
    """The number that `text` writes in plain digits, at most so many; None for all else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most_digits else None


def control_character_in(text: str, *, line: bool = False) -> str | None:
    """The first character no field accepts (NUL, controls, lone surrogates) as `U+0000`, or None.

    Tab, line feed and carriage return pass, for free text has them; in a single `line` they do not.
    """
    if text.isprintable():
        return None
    found = _BAD_CONTROL.search(text) or (_NOT_IN_A_LINE.search(text) if line else None)
    return f"U+{ord(found.group()):04X}" if found else None


def refuse_control_characters(value: object) -> None:
    """Validator. PostgreSQL refuses NUL, SQLite stores it: both are told no before they are asked."""
    if not isinstance(value, str):
        return
    if character := control_character_in(value):
        raise ValidationError(
            _("The text contains the control character %(character)s. Remove it and type the text again."),
            code="control_character",
            params={"character": character},
        )
