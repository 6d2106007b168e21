"""Cells of trials: phases, ICCC-3 codes, identifiers of registries."""

import re
import unicodedata

from django.utils.translation import gettext as _

from directory.core.text import fold, tidy
from directory.sheets.cells import List, Text

from .age_criteria import split
from .choices import Phase, Scheme
from .conditions import codes
from .identifiers import FORMS, parse_identifier, read_identifier

_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_PHASE = re.compile(r"(?:early\s*)?(?:phase|fase)?[_\s]*([1-4]|iv|iii|ii|i)[ab]?$")
_CONDITIONS = {code.casefold(): code for code in codes()}


class Phases(List):
    """`Phase 1/2`, `PHASE2|PHASE3`, `phase1; phase2`, `I/II`, `N/A`."""

    choices = Phase
    separators = re.compile(r"[;|,\n/&+-]|\band\b|\ben\b|\bet\b|\bund\b")

    def takes(self):
        return _("Phase 1, Phase 1/2, II, N/A …")

    def clean(self, value, row=None, **kwargs):
        if fold(str(value)) in {"n a", "na", "not applicable", "niet van toepassing", "sans objet"}:
            return [Phase.NA.value]
        parts = (part.strip() for part in self.separators.split(str(value).casefold()))
        return list(dict.fromkeys(self._one(part, str(value)) for part in parts if part))

    def _one(self, part, whole):
        found = _PHASE.match(part.replace("_", " ").strip())
        if not found:
            raise ValueError(
                _("“%(value)s” is not a phase. Use one or more of: %(words)s.")
                % {"value": tidy(whole)[:40], "words": ", ".join(Phase.values)}
            )
        number = _ROMAN.get(found[1], found[1])
        return Phase.EARLY_PHASE1.value if part.startswith("early") else f"phase{number}"


class AgeAsWritten(Text):
    """The bound of one `side` (`min`, `max`), kept as it is written; in one cell both may be said.

    `no limit` says of that side that there is none.
    """

    NO_LIMIT = "no limit"
    _none = {fold(word) for word in (
        "no limit", "no maximum", "no minimum", "geen limiet", "geen grens", "pas de limite", "sans limite",
        "keine Grenze", "ohne Grenze",
    )}  # fmt: skip

    def __init__(self, side, **kwargs):
        super().__init__(**kwargs)
        self.side = side

    def takes(self):
        if self.side == "min":
            return _("an age: 2 years, > 2 years, 6m, 12 months at diagnosis, 16 years; 18 years in the EU")
        return _(
            "an age: 18 years (to the day before the 19th birthday), < 18 years, ≤ 21 years at transplant"
        )

    def clean(self, value, row=None, **kwargs):
        text = tidy(str(value))
        if fold(text) in self._none:
            return self.NO_LIMIT
        split(text, self.side)
        return text

    def remark(self, cell, value, **kwargs):
        if not value or value == self.NO_LIMIT or len(split(value, self.side)) == 1:
            return ""
        return _("“%(cell)s” is read as the minimum and the maximum age.") % {"cell": tidy(cell)[:60]}


class Conditions(List):
    """ICCC-3 codes, in any case: `viiic` → `VIIIc`."""

    separators = re.compile(r"[;|,\n]")

    def takes(self):
        return _("ICCC-3 codes, like VIIIc; separate several with “;”")

    def clean(self, value, row=None, **kwargs):
        return list(
            dict.fromkeys(self._code(part) for part in self.separators.split(str(value)) if tidy(part))
        )

    def _code(self, part):
        if code := _CONDITIONS.get(tidy(part).casefold()):
            return code
        raise ValueError(
            _("“%(value)s” is not an ICCC-3 code. Write codes like VIIIc; separate several with “;”.")
            % {"value": tidy(part)[:40]}
        )


class Identifiers(List):
    """Identifiers of one registry, or of any; `trials.identifiers.Identifier` inside."""

    def __init__(self, scheme=None, separators=r"[;|,\n]"):
        super().__init__(separators=separators)
        self.scheme = scheme

    def clean(self, value, row=None, **kwargs):
        parts = [part for part in self.separators.split(str(value)) if tidy(part)]
        return list(dict.fromkeys(read_identifier(part, self.scheme) for part in parts))

    @property
    def has_form(self):
        return self.scheme in FORMS

    def recognises(self, text):
        return parse_identifier(text).scheme != Scheme.OTHER

    def remark(self, cell, value, **kwargs):
        """What was repaired: all that was written otherwise than its registry does, but for its case.

        And what another registry gave, which is taken as such.
        """
        if self.render(value) == cell and {one.scheme for one in value} <= {self.scheme}:
            return ""
        parts = [tidy(part) for part in self.separators.split(cell) if tidy(part)]
        read = [(part, read_identifier(part, self.scheme)) for part in parts]
        return " ".join(filter(None, (self._remark(part, one) for part, one in dict.fromkeys(read))))

    def _remark(self, part, one) -> str:
        said = {"text": part[:40], "value": one.value, "registry": Scheme(one.scheme).label}
        if self.scheme in FORMS and self.scheme != one.scheme:
            return _("“%(text)s” is an identifier of %(registry)s and is stored as such.") % said
        is_other = unicodedata.normalize("NFKC", part).casefold() != one.value.casefold()
        return _("“%(text)s” is read as %(value)s.") % said if is_other else ""

    def render(self, value, obj=None, **kwargs):
        return "; ".join(one if isinstance(one, str) else one.value for one in value or ())

    def takes(self):
        form = FORMS.get(self.scheme, "AALL1731")
        return _("a number like %(form)s; separate several with “;”") % {"form": form}
