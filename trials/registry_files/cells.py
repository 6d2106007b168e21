"""Cells as registries write them: several words for one thing, ages in groups, text with marks of a page."""

import html
import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from directory.core.ages import DAYS_OF_UNIT, parse_age
from directory.core.text import fold, squash, tidy
from directory.sheets.cells import List, LongText, PartialDay, Prose, Text, Word
from directory.sheets.written_values import DAY_FIRST, is_nothing

from ..age_criteria import days_of
from ..ages import AGE_WITHOUT_END, DAYS_OF_GROUP
from ..cells import AgeAsWritten, Identifiers, Phases
from ..choices import AgeGroup, Phase, Recruitment, Scheme, Sex, StudyType
from ..identifiers import MAX_LENGTH, read_identifier
from ..sheets import spellings

# Of expanded access; the vocabulary of trials has no words of its own for it.
ACCESS = {
    "available": Recruitment.RECRUITING.value, "temporarily not available": Recruitment.SUSPENDED.value,
    "no longer available": Recruitment.COMPLETED.value, "approved for marketing": Recruitment.COMPLETED.value,
    "withheld": Recruitment.UNKNOWN.value,
}  # fmt: skip
BARS = r"[|\n]"
# A year that a spreadsheet shortened: ClinicalTrials.gov began in 2000.
_SHORT = re.compile(r"^(\d{1,2})-([A-Za-z]{3})-(\d{2})$")
_DIGITS = re.compile(r"^(?:19|20)\d{6}$")
_SPOILT = re.compile(r"(?:nct|isrctn|drks)\d")  # a registry's number, with a digit too few or too many
_TAG = re.compile(r"(?i)_x000d_|</?(?:b|i|p|li|ul|ol|div|span|strong|em|sub|sup)(?:\s[^<>]*)?>")
_BREAK = re.compile(r"(?i)<br\s*/?>")
_NUMBERS = r"(?:iv|i{1,3}|[1-4])[ab]?"
_PHASES = re.compile(
    rf"(?i)phases?\s*({_NUMBERS}(?:\s*(?:/|-|,|&|and|to)\s*{_NUMBERS})*)\b(?:\s*\)?\s*:\s*(yes|no)\b)?"
)
_YES_OR_NO = re.compile(r"(?i)\b(female|male)s?\s*:\s*(yes|no)\b")
_SPAN = re.compile(r"(\d+)\s*([a-z]*)\s*(?:-|to)\s*(\d+)\s*([a-z]+)")
_FROM = re.compile(r"(\d+)\s*\+\s*([a-z]+)")
_GROUPS = {
    "in utero": AgeGroup.CHILD, "preterm": AgeGroup.CHILD, "newborn": AgeGroup.CHILD,
    "infant": AgeGroup.CHILD, "child": AgeGroup.CHILD, "adolescent": AgeGroup.CHILD,
    "under 18": AgeGroup.CHILD, "adult": AgeGroup.ADULT, "elderly": AgeGroup.OLDER_ADULT,
}  # fmt: skip


class AgeRange(Text):
    """`2 Years to 18 Years`, or only groups: `CHILD, ADULT`; as `(min, max)`, each as it is written.

    Groups are no bounds: they say of nobody's age that it fits (`Trial.age_groups`).
    """

    _groups = {"child", "adult", "older adult"}

    def takes(self):
        return _("ages, or groups: CHILD, ADULT, OLDER_ADULT")

    def clean(self, value, row=None, **kwargs):
        text = tidy(re.sub(r"\([^)]*\)", "", str(value)))
        groups = {fold(part) for part in re.split(r"[,|]", text) if fold(part)}
        if groups and groups <= self._groups:
            return "", ""
        if found := self._bounds(text):
            days = days_of(found[0], "min"), days_of(found[1], "max")
            if None in days or days[0] <= days[1]:
                return found
        raise ValueError(
            _("“%(value)s” is not a range of ages. Write it like 2 Years to 18 Years, or CHILD, ADULT.")
            % {"value": text[:40]}
        )

    def _bounds(self, text: str) -> tuple[str, str] | None:
        low, to, high = re.sub(r"(?i)^up to\b", "to", text).partition("to ")
        if to or text.casefold().endswith(("and older", "and up")):
            return re.sub(r"(?i)\band (older|up)$", "", low).strip(), high.strip()
        return None

    def render(self, value, obj=None, **kwargs):
        return "; ".join(value or ())


def unmarked(text: str) -> str:
    """`text` without what a page or a workbook wrote between its words: `<br>`, `&gt;`, `_x000D_`."""
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class UnmarkedLine(Prose):
    """One line of free text, without marks."""

    def clean(self, value, row=None, **kwargs):
        return super().clean(unmarked(str(value)))


class UnmarkedText(LongText):
    """Text with its line breaks, without marks."""

    def clean(self, value, row=None, **kwargs):
        return unmarked(str(value))


class Terms(List):
    """Diseases in the registry's words, without marks and without the codes of MedDRA behind them."""

    separators = re.compile(r"[;|\n]")

    def clean(self, value, row=None, **kwargs):
        return super().clean(re.split(r"(?i)\bMedDRA version\b", unmarked(str(value)))[0])


class RegistryDay(PartialDay):
    """A day; also `20240917`, and what a spreadsheet made of one: `17-Sep-24`."""

    def clean(self, value, row=None, **kwargs):
        text = tidy(str(value))
        if _DIGITS.match(text):
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        elif found := _SHORT.match(text):
            text = f"{found[1]} {found[2]} 20{found[3]}"
        return super().clean(text, row, **kwargs)


class DayFirst(RegistryDay):
    """A day of a registry that writes `17/09/2024`."""

    usual = DAY_FIRST


class Sexes(Word):
    """`Female, Male`, `Both`, `Female: yes Male: no`: the one word for all whom a trial takes."""

    def __init__(self):
        super().__init__(Sex, spellings("sex"), _lazy("a sex"))

    def clean(self, value, row=None, **kwargs):
        text = unmarked(str(value))
        if answers := _YES_OR_NO.findall(text):
            parts = [sex for sex, answer in answers if answer.casefold() == "yes"]
        else:
            parts = [part for part in re.split(r"[,;/|&\n]|\band\b", text) if tidy(part)]
        found = {Word.clean(self, part) for part in parts}
        if found == {Sex.FEMALE, Sex.MALE}:
            return Sex.ALL.value
        if len(found) == 1:
            return found.pop()
        raise ValueError(self.refusal(text))


class StudyTypes(Word):
    """`Interventional study`, `Observational [Patient Registry]`, `Expanded Access:Treatment IND`."""

    _form = re.compile(
        r"(?i)(interventional|observational|expanded access)"
        r"(?: study| trial| clinical trial of medicinal product|\s*\[[^\]]*\]|\s*:.*)?$"
    )

    def __init__(self):
        super().__init__(StudyType, spellings("study_type"), _lazy("a study type"))

    def clean(self, value, row=None, **kwargs):
        found = self._form.match(tidy(str(value)))
        return super().clean(found[1] if found else value)


class PhasesInWords(Phases):
    """`Therapeutic confirmatory (Phase III)`, `Phase I and Phase II (Integrated)`, `… (Phase I): no`."""

    def clean(self, value, row=None, **kwargs):
        text = unmarked(str(value))
        if fold(text) == "phase 0":
            return [Phase.EARLY_PHASE1.value]
        try:
            return super().clean(text)
        except ValueError:
            said = [numbers for numbers, answer in _PHASES.findall(text) if answer.casefold() != "no"]
            if not _PHASES.search(text):
                raise
        parts = [part for one in said for part in re.split(r"[^0-9a-z]+|and|to", one.casefold()) if part]
        return list(dict.fromkeys(self._one(part, text) for part in parts))


class RegistryAge(AgeAsWritten):
    """An age as a registry has it, a number and a unit; `0` says that there is no bound."""

    def clean(self, value, row=None, **kwargs):
        text = re.sub(r"\(s\)", "s", tidy(str(value)))
        return super().clean(text) if parse_age(text) else ""


class AgeGroups(Text):
    """`18-64 years, 65+ years`, `Children, Adolescents`; as the groups that these ages are of."""

    def takes(self):
        return _("age groups, like 0-17 years, 18-64 years")

    def clean(self, value, row=None, **kwargs):
        parts = re.split(r"[,;|\n](?![^(]*\))", unmarked(str(value)))
        found = {group for part in parts if tidy(part) for group in self._groups_of(part, str(value))}
        return [group for group in AgeGroup.values if group in found]

    def _groups_of(self, part: str, whole: str) -> set[str]:
        text = tidy(re.sub(r"\([^)]*\)", "", part)).casefold() or tidy(part).casefold()
        if named := next((group for name, group in _GROUPS.items() if text.startswith(name)), None):
            return {named.value}
        first, last = self._span(text, whole)
        return {group.value for group, (low, high) in DAYS_OF_GROUP.items() if first <= high and low <= last}

    def _span(self, text: str, whole: str) -> tuple[int, int]:
        if found := _SPAN.fullmatch(text):
            low, unit, high, other = found.groups()
            return _days(low, unit or other, whole), _days(str(int(high) + 1), other, whole) - 1
        if found := _FROM.fullmatch(text):
            return _days(*found.groups(), whole), AGE_WITHOUT_END
        raise ValueError(_no_group(whole))

    def render(self, value, obj=None, **kwargs):
        return ", ".join(value or ())


def _days(number: str, unit: str, whole: str) -> int:
    days = DAYS_OF_UNIT.get(unit.removesuffix("s"))
    if days is None or len(number) > 4:
        raise ValueError(_no_group(whole))
    return int(int(number) * days)


def _no_group(text: str) -> str:
    return _("“%(value)s” is not an age group. Write it like 0-17 years or 65+ years.") % {
        "value": tidy(text)[:40]
    }


class SponsorCodes(Identifiers):
    """What else a trial is called by; a code that any other sponsor may have given, too, is left out."""

    def __init__(self, separators=r"[;|\n]"):
        super().__init__(separators=separators)

    def _read(self, value) -> tuple[list, list[str]]:
        """The identifiers of a cell, and the parts that are none, or not a trial's alone."""
        kept, left = [], []
        for part in map(tidy, self.separators.split(unmarked(str(value)))):
            if not part or is_nothing(part):
                continue
            one = _read_code(part)
            if one is None:
                left.append(part)
            else:
                kept.append(one)
        return list(dict.fromkeys(kept)), left

    def clean(self, value, row=None, **kwargs):
        kept, left = self._read(value)
        if left and not kept:
            raise ValueError(_left_out(left))
        return kept

    def remark(self, cell, value, **kwargs):
        _kept, left = self._read(cell)
        return _left_out(left) if left else ""


def _read_code(part: str):
    """The identifier that a part of a cell is; None for a code that may be another trial's as well."""
    try:
        one = read_identifier(part)
    except ValueError:
        return None
    code = squash(part)
    tells = len(code) >= 5 and any(map(str.isdigit, code)) and any(map(str.isalpha, code))
    return one if one.scheme != Scheme.OTHER or (tells and not _SPOILT.match(code)) else None


def _left_out(parts: list[str]) -> str:
    codes = ", ".join(f"“{one[:MAX_LENGTH]}”" for one in parts[:5])
    return _("%(codes)s is not stored as an identifier: it does not identify one trial.") % {"codes": codes}


class CountryNames(List):
    """Countries by name."""

    def __init__(self):
        super().__init__(separators=r"[;|,\n]")

    def takes(self):
        return _("countries; separate several with “;”")


class CountryStatuses(Text):
    """`Netherlands:Ongoing, recruiting, Belgium:Ended`: each country and what is said of it."""

    _form = re.compile(r"([^:,]+):([^:]+?)(?=,[^:,]+:|$)")

    def takes(self):
        return _("countries, each with the status of the trial there")

    def clean(self, value, row=None, **kwargs):
        found = [(tidy(country), tidy(said)) for country, said in self._form.findall(tidy(str(value)))]
        if not found:
            raise ValueError(
                _("“%(value)s” is not a list of countries with their statuses.") % {"value": str(value)[:40]}
            )
        return found

    def render(self, value, obj=None, **kwargs):
        return "; ".join(f"{country}: {said}" for country, said in value or ())


class CodedStatuses(CountryStatuses):
    """`NL (Ongoing) BE (Prematurely Ended)`."""

    _form = re.compile(r"\b([A-Z]{2}|Outside EU/EEA)\b\s*(?:-\s*\w+\s*)?\(([^)]*)\)")
