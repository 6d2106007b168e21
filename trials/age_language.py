"""The words with which bounds of age are written, in four languages and in signs (`age_criteria` reads them).

Without capitals and accents (`directory.core.text.strip_marks`). By side and strictness: the words before a
number, those behind it, and those that may stand behind it, too.
"""

import re
from collections.abc import Iterable

from centres.spelling import COUNTRY
from directory.core.ages import UNIT_OF

ENROLMENT, DIAGNOSIS, TRANSPLANT = "enrolment", "diagnosis", "transplant"
BEFORE = {
    ("min", False): (
        ">=", "=>", "from the age of", "from", "at least", "minimum", "min", "not younger than",
        "no younger than", "vanaf", "minstens", "ten minste", "tenminste", "niet jonger dan", "a partir de",
        "des", "au moins", "ab", "mindestens", "nicht junger als",
    ),
    ("min", True): (
        ">", "older than", "over", "more than", "above", "greater than", "ouder dan", "meer dan", "boven",
        "plus de", "alter als", "uber", "mehr als",
    ),
    ("max", False): (
        "<=", "=<", "up to and including", "up to", "at most", "no more than", "not more than",
        "no older than", "not older than", "maximum", "max", "to", "through", "tot en met", "t/m",
        "hoogstens", "ten hoogste", "maximaal", "niet ouder dan", "niet meer dan", "jusqu'a", "au plus",
        "au maximum", "a", "bis einschliesslich", "bis zu", "bis", "hochstens", "maximal", "nicht alter als",
    ),
    ("max", True): (
        "<", "less than", "younger than", "under", "below", "jonger dan", "minder dan", "onder", "moins de",
        "junger als", "unter", "weniger als",
    ),
}  # fmt: skip
BEHIND = {
    ("min", False): (
        "and older", "or older", "and over", "or over", "and above", "or more", "and up", "en ouder",
        "of ouder", "et plus", "ou plus", "und alter", "oder alter", "+",
    ),
    ("max", False): (
        "and younger", "or younger", "or less", "en jonger", "of jonger", "et moins", "ou moins",
        "und junger", "oder junger",
    ),
}  # fmt: skip
ALSO_BEHIND = (
    "minimum", "min", "maximum", "max", "at least", "at most", "au moins", "au plus", "au maximum",
    "hoogstens", "maximaal", "minstens", "maximal", "mindestens", "hochstens",
)  # fmt: skip
WHEN = {
    DIAGNOSIS: "diagnosis|diagnose|diagnostic|erstdiagnose|dx",
    TRANSPLANT: "transplantation|transplantatie|transplant|greffe|hsct|hct|sct|bmt|stamceltransplantatie|"
    "stammzelltransplantation",
    ENROLMENT: "enrolment|enrollment|inclusion|registration|entry|randomisation|randomization|consent|"
    "screening|inclusie|registratie|randomisatie|einschluss|aufnahme",
}
_UNION = ("eu", "e.u.", "ue", "european union", "europese unie", "union europeenne", "europaischen union")
_LINKS = "the|time|of|moment|van|de|het|du|la|der|des|zeitpunkt|first|initial|primary|study|stem|cell"


def _any(words: Iterable[str]) -> str:
    """The longest first; one that ends in a letter ends there."""
    in_order = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(one) + (r"\b" if one[-1].isalpha() else "") for one in in_order)


_UNITS = "|".join(sorted(filter(None, UNIT_OF), key=len, reverse=True))
TOKEN = re.compile(
    rf"""\s*(?:
      (?P<behind>{_any(word for words in BEHIND.values() for word in words)})(?!\s+(?:than|dan|als|de|que)\b)
    | (?:at|on|upon|bij|op|au|a|beim|bei|zum|zur)\s+(?:l')?(?:(?:{_LINKS})\s+|l')*
        (?P<when>(?:{"|".join(WHEN.values())}))\b
    | (?:in|within|en|au|aux|dans|im)\s+(?:(?:the|de|la|le|der|den)\s+|l')?
        (?P<where>{_any([*_UNION, *COUNTRY, "pays-bas", "royaume-uni"])})(?!\w)
    | (?P<elsewhere>(?:elsewhere|elders|ailleurs|anderswo)\b)
    | (?P<unclear>(?:tot|until|till)\b(?!\s+en\s+met\b))
    | (?P<between>(?:between|tussen|entre|zwischen)\b)
    | (?P<number>\d+(?:[.,]\d{{1,2}})?)(?![.,]?\d)(?:\s*(?P<unit>(?!a\s*\d)(?:{_UNITS}))\b\.?)?
    | (?P<before>{_any(word for words in BEFORE.values() for word in words)})\.?
    | (?P<hard>;)
    | (?P<dash>[-–—])
    | (?P<soft>[,&]|(?:and|en|et|und)\b)
    | (?P<filler>(?:aged?|ages?|of\ age|old|oud|leeftijd|alter|alt|van|von|de|inclusive|included|inclus|
        inbegrepen|inclusief|einschliesslich|patients?)\b|d'|[.()]|\Z)
    )""",
    re.VERBOSE,
)
