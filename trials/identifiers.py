"""Trial identifiers in any spelling: which registry, and how that registry writes them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from directory.core.text import squash, tidy
from directory.sheets.written_values import is_day

from .choices import Scheme

_NCT = re.compile(r"^nct(\d{8})$")
# Its three letters in any order, and all eight digits.
_NCT_SPOILT = re.compile(r"^(?:nct|ntc|cnt|ctn|tnc|tcn)(\d{8})$")
# Eight digits, or seven after a spreadsheet took the 0 away: every number of today begins with one.
_NCT_BARE = re.compile(r"^(0\d{7}|[1-9]\d{6})$")
_EU = re.compile(r"^(?:euctr|euct|eudract|ctis)?(20\d{2})([05])(\d{5})(\d{2})(\d{2})?(?:[a-z]{2})?$")
_ISRCTN = re.compile(r"^isrctn(\d{8})$")
_DRKS = re.compile(r"^drks(\d{8})$")
# Eight digits that may be a day.
_DAY = re.compile(r"^(?:[0-3]\d[01]\d(?:19|20)\d\d|(?:19|20)\d\d[01]\d[0-3]\d)$")
_ADDRESS = re.compile(r"(?i)https?://|www\.")
_IN_ADDRESS = re.compile(
    r"(?i)(?<![a-z0-9])(?:(?:nct|isrctn|drks)\d{8}|20\d\d-[05]\d{5}-\d\d(?:-\d\d)?)(?!\d)"
)
MAX_LENGTH = 60
_URLS = {
    Scheme.NCT: "https://clinicaltrials.gov/study/{}",
    Scheme.EUCT: "https://euclinicaltrials.eu/ctis-public/view/{}",
    Scheme.EUDRACT: "https://www.clinicaltrialsregister.eu/ctr-search/search?query={}",
    Scheme.ISRCTN: "https://www.isrctn.com/{}",
    Scheme.DRKS: "https://drks.de/search/en/trial/{}",
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """`value` as the registry writes it; `compact` to compare and search by (unique within a scheme).

    Compact are letters and digits in lower case; of an EU CT number without its resubmission suffix.
    """

    scheme: str
    value: str
    compact: str = field(init=False, compare=False, repr=False)

    def __post_init__(self):
        compact = squash(self.value)
        object.__setattr__(self, "compact", compact[:12] if self.scheme == Scheme.EUCT else compact)

    @property
    def url(self) -> str | None:
        pattern = _URLS.get(self.scheme)
        return pattern.format(self.value) if pattern else None


def parse_identifier(text: str, scheme: str | None = None) -> Identifier:
    """The identifier `text` means, in its registry's own spelling.

    Spaces, case and hyphens do not matter: `nct 0430-7576`, `EUCTR2018-001795-38-BE`, `2022-501454-11`.
    With `scheme`, anything that is not of that scheme raises ValueError with a sentence; without, what no
    registry's form fits is of the scheme `other`.
    """
    clean = tidy(text)
    found = _recognise(clean)
    if scheme in (None, Scheme.OTHER, Scheme.ICTRP) and found is None:
        if not squash(clean) or len(clean) > MAX_LENGTH:
            raise ValueError(
                _("“%(text)s” is not an identifier. It has 1 to %(most)d characters with a letter or digit.")
                % {"text": clean[:40], "most": MAX_LENGTH}
            )
        return Identifier(scheme or Scheme.OTHER, clean)
    if found is None or scheme not in (None, Scheme.OTHER, Scheme.ICTRP, found.scheme):
        raise ValueError(_wrong_form(clean, scheme))
    return found if scheme in (None, Scheme.OTHER) else Identifier(scheme, found.value)


def read_identifier(text: str, scheme: str | None = None) -> Identifier:
    """The identifier of a cell: as `parse_identifier` has it, or repaired where only one reading exists.

    In another registry's column a number whose form says whose it is, is taken as what it is: an EudraCT
    number under EU CT. In a registry's own column a bare number is that registry's (`03569241`, or `4404283`
    whose 0 a spreadsheet took away), `NTC05358249` has two letters in the wrong order, `NCTO4307576` a letter
    for a digit, and an address holds one number. A digit too few or too many has several readings: refused.
    So is a day, but for what a registry itself calls an identifier (`other`).
    """
    clean = tidy(text)
    if scheme != Scheme.ICTRP and "@" not in clean and (found := _recognise(clean)):
        return found
    if inside := _inside(clean, scheme):
        return inside
    if scheme != Scheme.OTHER and _is_something_else(clean):
        raise ValueError(_wrong_form(clean, scheme))
    try:
        return parse_identifier(clean, scheme)
    except ValueError:
        if value := _repaired(clean, scheme):
            return Identifier(scheme or Scheme.NCT, value)
        raise


def with_lost_zero(digits: str) -> str:
    """The eight digits of an NCT number: `digits`, or with the 0 before them that a spreadsheet took away.

    Empty for what is neither: another number of digits has several readings, or none.
    """
    return f"{digits:0>8}" if _NCT_BARE.match(digits) else ""


def numbers_in(text: str) -> list[Identifier]:
    """The numbers of registries that stand in a text, such as a title or an address."""
    return [found for one in _IN_ADDRESS.findall(text) if (found := _recognise(one))]


def _is_something_else(text: str) -> bool:
    return is_day(text) or "@" in text or _ADDRESS.match(text) is not None


def _inside(text: str, scheme: str | None) -> Identifier | None:
    """The one number that an address holds."""
    if not (_ADDRESS.match(text) or (scheme == Scheme.NCT and "/" in text)):
        return None
    found = set(numbers_in(text))
    return found.pop() if len(found) == 1 else None


def _repaired(text: str, scheme: str | None) -> str | None:
    digits = squash(text).replace("o", "0")
    if scheme == Scheme.NCT and (found := _NCT_SPOILT.match(digits)):
        return f"NCT{found[1]}"
    # Nothing but digits, perhaps with a spreadsheet's `.0`: with signs between them they are something else.
    bare = re.sub(r"[.,]0+$", "", text)
    if not (bare.isascii() and bare.isdecimal()) or _DAY.match(bare):
        return None
    if scheme == Scheme.NCT and (found := with_lost_zero(bare)):
        return f"NCT{found}"
    return f"ISRCTN{bare}" if scheme == Scheme.ISRCTN and len(bare) == 8 else None


def _recognise(text: str) -> Identifier | None:
    compact = "" if text.startswith("+") else squash(text)  # so begins a telephone number
    if found := _NCT.match(compact):
        return Identifier(Scheme.NCT, f"NCT{found[1]}")
    if found := _EU.match(compact):
        year, kind, number, check, suffix = found.groups()
        value = f"{year}-{kind}{number}-{check}"
        if kind == "5":
            return Identifier(Scheme.EUCT, f"{value}-{suffix}" if suffix else value)
        return None if suffix else Identifier(Scheme.EUDRACT, value)
    if found := _ISRCTN.match(compact):
        return Identifier(Scheme.ISRCTN, f"ISRCTN{found[1]}")
    if found := _DRKS.match(compact):
        return Identifier(Scheme.DRKS, f"DRKS{found[1]}")
    return None


FORMS = {
    Scheme.NCT: "NCT04307576",
    Scheme.EUCT: "2022-501454-11-00",
    Scheme.EUDRACT: "2018-001795-38",
    Scheme.ISRCTN: "ISRCTN45535982",
    Scheme.DRKS: "DRKS00023783",
}


def _wrong_form(text: str, scheme: str | None) -> str:
    said = {"text": text[:40], "registry": Scheme(scheme or Scheme.OTHER).label}
    if scheme not in FORMS:
        return _("“%(text)s” is not an identifier of a trial. Write its number alone.") % said
    if (found := _recognise(text)) and found.scheme != scheme:
        said["other"] = Scheme(found.scheme).label
        return _("“%(text)s” is an identifier of %(other)s, not of %(registry)s. Choose %(other)s.") % said
    return _("“%(text)s” is not an identifier of %(registry)s. Write it like %(form)s.") % (
        said | {"form": FORMS[Scheme(scheme)]}
    )


def against(known: Iterable[Identifier], identifiers: Iterable[Identifier]) -> tuple[str, str] | None:
    """Two different identifiers of one registry speak against one trial: those it has, and what is said."""
    for said in identifiers:
        same = [one.value for one in known if one.scheme == said.scheme]
        if same and said.scheme not in (Scheme.OTHER, Scheme.ICTRP):
            return ", ".join(same), said.value
    return None
