"""What one cell of a sheet means: the widgets of its columns.

`clean` turns a cell into a value or raises ValueError with a sentence that names the cell and the way out;
`render` writes the value so that `clean` reads it back.
"""

import datetime as dt
import math
import re
import unicodedata
from functools import cached_property

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export import widgets
from rapidfuzz.distance import OSA

from directory.core.fields import LANGUAGE_CODES
from directory.core.phones import HOME, read_phone
from directory.core.places import is_known, read_postal_code
from directory.core.text import fold, tidy, whole_number

from .written_values import is_day, serial_date, written_date

YES = frozenset({"yes", "ja", "oui", "true", "vrai", "waar", "wahr"})
NO = frozenset({"no", "nee", "neen", "non", "nein", "false", "faux", "onwaar", "falsch"})


class Cell(widgets.Widget):
    """What all sorts of cells can be asked.

    `by_country`: what a cell means hangs on the country that its row is about. `has_form`: not any text could
    stand in it.
    """

    by_country = False
    has_form = True

    def recognises(self, text: str) -> bool:
        """Whether a text can only be such a cell, wherever it stands: no word of a header."""
        return False

    def takes(self) -> str:
        """One line of what a cell may hold, for whoever fills in the sheet."""
        raise NotImplementedError

    def remark(self, cell: str, value, **kwargs) -> str:
        """What a person should know of how `cell` was read as `value`; empty for nothing."""
        return ""


class Text(Cell):
    """One line of text, without invisible characters or double spaces."""

    def clean(self, value, row=None, **kwargs):
        return tidy(str(value))

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)

    def takes(self) -> str:
        return _("text")


class Prose(Text):
    """One line of free text, like a title."""


class Name(Text):
    """The name of a person: no address, number or day, which belong in columns of their own."""

    def takes(self):
        return _("a name")

    def clean(self, value, row=None, **kwargs):
        name = super().clean(value)
        letters, digits = sum(map(str.isalpha, name)), sum(map(str.isdigit, name))
        if letters <= digits or re.search(r"@|://|www\.", name) or is_day(name):
            raise ValueError(
                _("“%(value)s” is not a name. Write a name here, and this value in its own column.")
                % {"value": name[:60]}
            )
        return name


class LongText(Text):
    """Text that keeps its line breaks."""

    def clean(self, value, row=None, **kwargs):
        return str(value).replace("\r\n", "\n").strip()


class Number(Text):
    """A decimal number, with a point or a comma."""

    _form = re.compile(r"[+-]?\d{1,20}(?:[.,]\d{1,20})?(?:e[+-]?\d{1,3})?", re.ASCII)

    def takes(self):
        return _("a number, like 50.8503")

    def clean(self, value, row=None, **kwargs):
        text = tidy(unicodedata.normalize("NFKC", str(value)))
        if not self._form.fullmatch(text) or not math.isfinite(float(text.replace(",", "."))):
            raise ValueError(
                _("“%(value)s” is not a number. Write it like 50.8503.") % {"value": str(value)[:40]}
            )
        return float(text.replace(",", "."))


class Whole(Text):
    """A whole number from 0 up to `most`; `350.0`, as a spreadsheet may write it, is 350."""

    def __init__(self, most, **kwargs):
        super().__init__(**kwargs)
        self.most = most

    def takes(self):
        return _("a whole number from 0 to %(most)d") % {"most": self.most}

    def clean(self, value, row=None, **kwargs):
        text = tidy(unicodedata.normalize("NFKC", str(value)))
        number = whole_number(re.sub(r"[.,]0+$", "", text))
        if number is None or number > self.most:
            raise ValueError(
                _("“%(value)s” is not a whole number from 0 to %(most)d.")
                % {"value": text[:40], "most": self.most}
            )
        return number


class _Date(Text):
    """`usual`: in which order whoever writes such sheets always has day and month; empty for not known."""

    usual = ""


class PartialDay(_Date):
    """A date of which perhaps only the month or the year is known; ISO 8601 text inside."""

    def takes(self):
        return _("a date, day first: 03/06/2026; also 2026-06-03, 06/2026 or 2026")

    def clean(self, value, row=None, *, order="dmy", system="1900", **kwargs):
        return written_date(str(value), order, system)

    def remark(self, cell, value, *, system="1900", **kwargs):
        return _day_remark(cell, system)


class Day(_Date):
    """A whole date."""

    def takes(self):
        return _("a whole date, day first: 03/06/2026; also 2026-06-03")

    def remark(self, cell, value, *, system="1900", **kwargs):
        return _day_remark(cell, system)

    def clean(self, value, row=None, *, order="dmy", system="1900", **kwargs):
        written = written_date(str(value), order, system)
        if len(written) != 10:
            raise ValueError(
                _("“%(date)s” has no day. Write the whole date, like 2027-01-01 or 01/01/2027.")
                % {"date": str(value)[:40]}
            )
        return dt.date.fromisoformat(written)

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""


def _day_remark(cell: str, system: str) -> str:
    day = serial_date(cell, system)
    said = {"cell": tidy(cell), "day": day}
    return _("“%(cell)s” is a spreadsheet's number for a date; it is read as %(day)s.") % said if day else ""


class Phone(Text):
    """A telephone number; E.164 inside. A national number is one of the row's country."""

    by_country = True

    def takes(self):
        return _("one telephone number, like +32 9 332 21 11")

    def clean(self, value, row=None, *, country=HOME, **kwargs):
        return read_phone(str(value), country)[0]

    def remark(self, cell, value, *, country=HOME, **kwargs):
        if rest := read_phone(cell, country)[1]:
            said = {"rest": rest[:40], "phone": value}
            return _("Only %(phone)s is stored, not “%(rest)s”: there is room for one number.") % said
        if tidy(cell).isdecimal() and not tidy(cell).startswith("0"):
            return _("“%(cell)s” is read as %(phone)s.") % {"cell": tidy(cell), "phone": value}
        return ""


class PostalCode(Text):
    """A postal code of the row's country, as it is written there."""

    by_country = True

    def takes(self):
        return _("a postal code, like 9000")

    def clean(self, value, row=None, *, country=HOME, **kwargs):
        return read_postal_code(str(value), country)

    def remark(self, cell, value, *, country=HOME, **kwargs):
        if value != tidy(cell):
            return _("“%(cell)s” is read as %(code)s.") % {"cell": tidy(cell)[:40], "code": value}
        if country == HOME and not is_known(value):
            sentence = _("%(code)s is not the postal code of a Belgian municipality. Is it right?")
            return sentence % {"code": value}
        return ""


class _Checked(Text):
    """Text that a validator of Django's must accept."""

    check = staticmethod(EmailValidator())

    def clean(self, value, row=None, **kwargs):
        text = tidy(str(value))
        try:
            self.check(text)
        except ValidationError:
            raise ValueError(self.refusal() % {"value": text[:60]}) from None
        return text

    def refusal(self):
        raise NotImplementedError


class Email(_Checked):
    def takes(self):
        return _("one e-mail address")

    def refusal(self):
        return _("“%(value)s” is not one e-mail address. Write it like trials@example.org.")


class Address(_Checked):
    """A web address; `www.example.org` is taken for https."""

    def takes(self):
        return _("a web address")

    check = staticmethod(URLValidator(schemes=["http", "https"]))

    def clean(self, value, row=None, **kwargs):
        text = tidy(str(value))
        return super().clean(f"https://{text}" if fold(text).startswith("www ") else text)

    def refusal(self):
        return _("“%(value)s” is not a web address. Write it like https://www.example.org.")


class YesNo(Text):
    """An explicit yes or an explicit no, in four languages, and nothing in between."""

    def takes(self):
        return _("yes or no, or empty")

    def clean(self, value, row=None, **kwargs):
        word = fold(str(value))
        if word not in YES | NO:
            raise ValueError(_("“%(value)s” is not yes or no. Write yes or no.") % {"value": value[:40]})
        return word in YES

    def render(self, value, obj=None, **kwargs):
        return {True: "yes", False: "no"}.get(value, "")


class Word(Text):
    """One word of a vocabulary, as such, by its label, or as `also` translates it (folded → word)."""

    def __init__(self, choices, also=None, what="", **kwargs):
        super().__init__(**kwargs)
        self.choices, self.what = choices, what
        self.known = {fold(value): value for value in choices.values}
        self.known |= dict(also or {})

    def clean(self, value, row=None, **kwargs):
        folded = fold(str(value))
        if word := self.known.get(folded) or self.labels.get(folded):
            return word
        raise ValueError(self.refusal(str(value)))

    @cached_property
    def labels(self) -> dict[str, str]:
        """Words by their folded labels in all languages, as pages and drop-downs show them."""
        found: dict[str, str] = {}
        for language in LANGUAGE_CODES:
            with override(language):
                for value, label in self.choices.choices:
                    found.setdefault(fold(str(label)), value)
        return found

    def takes(self):
        return _("one of: %(words)s; or the same in Dutch, French or German") % {
            "words": ", ".join(self.choices.values)
        }

    def refusal(self, text):
        said = {"value": tidy(text)[:40], "what": self.what, "words": ", ".join(self.choices.values)}
        if nearest := self.nearest(text):
            sentence = _("“%(value)s” is not %(what)s. Did you mean %(nearest)s? Use one of: %(words)s.")
            return sentence % (said | {"nearest": nearest})
        return _("“%(value)s” is not %(what)s. Use one of: %(words)s.") % said

    def nearest(self, text: str) -> str:
        """The word of which `text` is a spelling with slips of the keyboard, in any of the four languages.

        Empty where it may be two words or none: words that share most letters may say the opposite.
        """
        said = fold(text).split()
        spellings = self.labels | self.known
        found = {word for spelling, word in spellings.items() if _is_slip(said, spelling.split())}
        return found.pop() if len(found) == 1 else ""


def _is_slip(said: list[str], meant: list[str]) -> bool:
    """Whether each word is the other's but for a slip in a long one; `in-`, `un-` and `not` are no slips."""
    return len(said) == len(meant) and all(
        one == other
        or (min(len(one), len(other)) > 3 and one[0] == other[0] and OSA.distance(one, other) <= 1)
        for one, other in zip(said, meant, strict=True)
    )


class List(Cell):
    """Several values in one cell, separated by `;`, `|` or line breaks; each read by `one`."""

    separators = re.compile(r"[;|\n]")

    def __init__(self, one=None, separators=None, **kwargs):
        super().__init__(**kwargs)
        self.one = one or Text()
        self.separators = re.compile(separators) if separators else self.separators

    def clean(self, value, row=None, **kwargs):
        parts = (part.strip() for part in self.separators.split(str(value)))
        return list(dict.fromkeys(self.one.clean(part) for part in parts if tidy(part)))

    def render(self, value, obj=None, **kwargs):
        return "; ".join(self.one.render(one) for one in value or ())

    def takes(self) -> str:
        return _("%(one)s; separate several with “;”") % {"one": self.one.takes()}
