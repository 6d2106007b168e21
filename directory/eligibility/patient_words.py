"""Where a text may say how old a patient is and after how many lines of treatment; the words for a sex.

`marked` finds them before anything else is read: a comma in `2,5 ans` ends no denial, and the dash behind
`5 y -` denies nothing. What of them is read, `patient_reading` decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from directory.core.ages import BadAge, parse_age
from directory.core.text import strip_marks
from directory.search.tokens import Token
from trials.choices import Sex
from trials.models.criteria import MOST_LINES

# Stands in the text for an age or a number of lines, and between words joins them: no term has it.
MARK = "qzaq"

_COUNTED = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien
un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn
"""
_NUMBER_OF = {
    word: number for line in _COUNTED.strip().splitlines() for number, word in enumerate(line.split(), 1)
} | {"une": 1, "eine": 1, "einer": 1, "einen": 1}
_NO_LINES = "no|zero|0|geen|nul|aucune?|zéro|keine?[nr]?|null"
_WORDS = "|".join(sorted(_NUMBER_OF, key=len, reverse=True)).replace("funf", "fünf").replace("zwolf", "zwölf")
_NUMBER = rf"(?:\d{{1,3}}(?:[.,]\d{{1,2}})?|(?:{_WORDS}|één)(?![^\W\d_]))"
_UNITS = {
    "y": r"years?|yrs?|y\.?\s?/?o\.?|y|jaar|jaren|jr|jarige?[nr]?|j|ans?|ann[ée]es?|jahren?|jahr"
    r"|j(?:ä|ae)hrige?[nrsm]?",
    "m": r"months?|mths?|mos?|m\.?/o|m|maand(?:en)?|mnd|mois|monate?n?|mon",
    "w": r"weeks?|wks?|w|weken|semaines?|sem|wochen?",
    "d": r"days?|d|dag(?:en)?|jours?|tage?n?",
}
_TO = r"(?:[-–/]|(?:to|or|and|à|ou|et|tot|of|en|bis|oder|und)\b)"
# Dix-sept is one number.
_FROM = rf"(?:\d[\d.,]{{0,5}}\s?[-–/]\s?|{_NUMBER}\s(?:to|or|and|à|ou|et|tot|of|en|bis|oder|und)\s)"
_VAGUE = rf"[<>≤≥~≈±]\s?=?\s?|{_FROM}"
# A dash at the end denies nothing: neuroblastoma, 5 y -
_DASH = r"(?:\s?[-–]+(?=\s*(?:$|[,;.)])))?"
_AGED = r"(?:aged?|âgée?s?|agée?s?|âge|leeftijd|alter|lft)\b\.?"
# A stop behind an abbreviation ends no sentence where the text goes on in small letters.
_STOP = r"(?:\.(?=\s?(?-i:[a-zà-ÿ])|\s?[,;)]|\s?$))?"


def _unit(place: str) -> str:
    each = "|".join(f"(?P<{letter}{place}>{words})" for letter, words in _UNITS.items())
    return rf"(?:{each})(?![^\W\d_]){_STOP}"


_AGE = rf"""
(?P<aged>{_AGED}\s?(?:[:=]|(?:of|de|van|von|is|est|ist)\b|d['’])?\s?)?
(?P<vague>{_VAGUE})?
(?P<number>{_NUMBER})\s?[-‐‑]?\s?{_unit("1")}
(?:\s?(?:and|en|et|und)?\s?(?P<more>\d{{1,2}})\s?-?\s?{_unit("2")})?
(?P<half>\set\sdemie?\b|\s1/2\b)?
(?P<old>[\s-]?(?:olds?|oude?|alte?[nrsm]?|of\sage|d['’]\s?[âa]ge)\b)?
(?P<asked>\s?[(\[]?\s?\?+\s?[)\]]?)?
(?!\w){_DASH}"""
_BARE = rf"""
(?P<bare>{_AGED}\s?[:=]?\s?(?:de\s)?(?P<years>\d{{1,3}})(?!\w)(?![-–/.,;:]\d)(?!\s?{_TO}\s?\d)
(?!\s?[%+])(?P<doubted>\s?[(\[]?\s?\?+\s?[)\]]?)?)"""
_EARLIER = (
    r"(?:previous|prior|earlier|systemic|treatment|therapy|therapeutic|chemotherapy|eerdere|vorige"
    r"|voorafgaande|vroegere|systemische[nr]?|vorherigen?|früheren?|vorangegangenen?)"
)
_OF_TREATMENT = (
    r"(?:\s(?:of|van|de|d['’]|der|an|systemic|previous|prior)){0,2}\s?(?:chemo-?\s?|systemic\s)?"
    r"(?:therapy|treatments?|chemotherapy|therapie|behandeling|chemotherapie|traitements?|chimiothérapie"
    r"|behandlung)\b"
)
_LINES = rf"""
(?P<lines>(?:(?:after|na|après|nach)\s)?
(?P<bound>[<>≤≥~≈]\s?=?\s?|{_FROM})?
(?P<count>{_NO_LINES}|\d{{1,2}}|(?:{_WORDS}|één))
\s(?:{_EARLIER}\s){{0,2}}
(?:lines?|lijn(?:en)?|(?:behandel|behandelings|therapie)lijn(?:en)?|lignes?|linien?
|(?:therapie|behandlungs)linien?|vortherapien?)(?!\w)
(?:{_OF_TREATMENT})?
(?:\s(?:antérieures?|préalables?|précédentes?|systémiques?|thérapeutiques?)\b)*
(?P<open>\s?[(\[]?\s?\?+\s?[)\]]?)?{_DASH})"""
_FOUND = re.compile(rf"(?<!\w)(?<!\d[.,;:/+–-])(?:{_LINES}|{_AGE}|{_BARE})", re.IGNORECASE | re.VERBOSE)
# In capitals 12M is twelve months or a boy of twelve.
_TWO_MEANINGS = frozenset({"M", "D", "W"})
_GROUPS_OF_UNITS = [f"{letter}{place}" for place in "12" for letter in _UNITS]
_ENDS = " -–"
_SIGNS_OF_SEX = {"♀": " female ", "♂": " male "}


@dataclass(frozen=True)
class PatientWord:
    """An age in days, a number of lines or a sex (`kind` age, lines, sex) as it was typed.

    `value` is None where the words say no one number; `sex` is one of `Sex`. `code`: the age as `parse_age`
    reads it, `1y 6m`. `marked`: the words say that it is an age. `opens`: it stands first in a bracket.
    """

    kind: str
    text: str
    value: int | None = None
    code: str = ""
    marked: bool = False
    opens: bool = False
    sex: str = ""

    @property
    def meaning(self) -> int | str | None:
        return self.sex or self.value

    @property
    def is_in_years(self) -> bool:
        return "y" in self.code

    @property
    def is_short(self) -> bool:
        """Weeks or days: a duration as often as an age."""
        return self.code[-1:] in ("w", "d") and not self.is_in_years


def marked(text: str, language: str) -> tuple[str, list[PatientWord]]:
    """`text` with `MARK` for each age and number of lines, and what stood there, in that order."""
    found: list[PatientWord] = []
    if MARK in text.lower():
        return text, found
    for sign, word in _SIGNS_OF_SEX.items():
        text = text.replace(sign, word)

    def note(match: re.Match) -> str:
        word = _number_of_lines(match) if match["lines"] else _age(match, language)
        if word is None:
            return match[0]
        found.append(word)
        return MARK

    return _FOUND.sub(note, text), found


def put_back(parts: Sequence[Token], words: Sequence[PatientWord]) -> list[Token]:
    """The tokens with what was typed in each `MARK`."""
    each = iter(words)
    return [part._replace(raw=next(each).text) if words and part.raw == MARK else part for part in parts]


def _number_of_lines(match: re.Match) -> PatientWord:
    text, count = match["count"], match["count"].casefold()
    number = 0 if re.fullmatch(_NO_LINES, count) else _number(text)
    is_one = not match["bound"] and not match["open"] and number is not None and number <= MOST_LINES
    return PatientWord("lines", match[0].strip(_ENDS), int(number or 0) if is_one else None)


def _age(match: re.Match, language: str) -> PatientWord | None:
    if match["bare"]:
        return _word(match, f"{match['years']}y" * (not match["doubted"]), True)
    units = [name for name in _GROUPS_OF_UNITS if match[name]]
    if match[units[0]] in _TWO_MEANINGS and not match["old"]:
        return None
    unit = strip_marks(match[units[0]])
    is_marked = bool(match["old"] or match["aged"] or re.search(r"ri|/|^y.*o", unit))
    # French shortens jour, Dutch jaar: five days or five years.
    unclear = any(match.group("vague", "asked")) or (unit, language) == ("j", "fr")
    return _word(match, "" if unclear else _code(match, units, unit), is_marked)


def _word(match: re.Match, code: str, is_marked: bool) -> PatientWord:
    opens = match.string[: match.start()].rstrip().endswith(("(", "["))
    try:
        days = parse_age(code)
    except BadAge:
        days, code = None, ""
    return PatientWord("age", match[0].strip(_ENDS), days, code, is_marked, opens)


def _code(match: re.Match, units: list[str], unit: str) -> str:
    """`2,5 ans` → `2.5y`; empty where `an` may be an article."""
    number = _number(match["number"])
    if number is None or (unit == "an" and number >= 2):
        return ""
    first = f"{number + 0.5 if match['half'] else number}{units[0][0]}"
    return f"{first} {match['more']}{units[1][0]}" if len(units) > 1 else first


def _number(text: str) -> float | int | None:
    if text[0].isdigit():
        number = float(text.replace(",", "."))
        return int(number) if number.is_integer() else number
    return _NUMBER_OF.get(strip_marks(text))


# --- Words for persons, folded ---------------------------------------------------------------------------

_FEMALE = """
girl girls female females woman women lady meisje meisjes vrouw vrouwelijk vrouwelijke fille fillette femme
feminin feminine madchen frau weiblich weibliche weiblicher weibliches weiblichen patientin patiente
"""
_MALE = """
boy boys male males man men gentleman jongen jongens jongetje mannelijk mannelijke garcon garcons garconnet
homme masculin masculine junge jungen knabe bub mann mannlich mannliche mannlicher mannliches mannlichen
"""
SEX_OF = {word: sex for words, sex in ((_FEMALE, Sex.FEMALE), (_MALE, Sex.MALE)) for word in words.split()}
_OTHER_PERSONS = """
child kid infant baby toddler teenager teen adolescent newborn neonate adult patient pt volwassene adulte kind
kindje zuigeling kleuter peuter tiener enfant nourrisson bebe ado adolescente saugling kleinkind jugendlicher
jugendliche neugeborenes he she hij zij il elle er sie
"""
PERSONS = frozenset(_OTHER_PERSONS.split()) | SEX_OF.keys()
# By language, letters for a sex beside an age.
LETTERS = {"m": Sex.MALE, "f": Sex.FEMALE}
LETTERS_OF_LANGUAGE = {
    "nl": {"v": Sex.FEMALE}, "fr": {"h": Sex.MALE}, "de": {"w": Sex.FEMALE},
}  # fmt: skip


def is_young(word: str, after: str) -> bool:
    """Whether German `junge` is no boy: `junge Frau`, `junge Patientin`."""
    return strip_marks(word) == "junge" and (word == "junge" or strip_marks(after) in PERSONS)
