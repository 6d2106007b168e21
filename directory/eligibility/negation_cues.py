"""Words and signs, in four languages, that say that something is not there, was once, or is not known yet.

`ALK-`, `ALK (-)`, `ALK?` are written as words first. Which terms a cue speaks of, `negation_scope` says. When
in doubt a cue is one of doubt: what it speaks of is neither there nor absent.
"""

import re
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from directory.core.text import strip_marks
from directory.search.tokens import Token

# Stand before what they deny; with nothing behind them they speak of what stands before them.
_NO = """
no not non without never neither nor none isn hasn doesn didn wasn weren haven hadn aren don cannot lacks
lacking lack except excluding exclude excludes denies denied absence free
geen niet nooit nimmer zonder noch nee behalve behoudens evenmin afwezigheid vrij
pas jamais sans ni aucun aucune aucuns aucunes nul nulle hormis sauf excepte
kein keine keinen keiner keinem keines keinerlei nein nie niemals nicht ohne weder ausser abwesenheit frei
"""
# Stand behind what they deny, or before it: `negative for ALK`, `wild type BRAF`.
_NEGATIVE = """
negative negatives neg wildtype wildtypes wt wild absent absents undetected undetectable unmutated excluded
ruled refuted disproven negatief negatieve wildtypisch afwezig afwezige uitgesloten uitgezonderd weerlegd
verworpen
negatif negatifs sauvage absente exclu exclue exclus exclues ecarte ecartee infirme infirmee elimine
eliminee
negativ negativer negativem negativen wildtyp abwesend ausgeschlossen ausschluss widerlegt verneint fehlt
fehlend fehlende
"""
# Of a gene: not mutated. Whether it is fused or amplified is not said.
WILD_TYPE = frozenset(
    {"wildtype", "wildtypes", "wt", "wild", "unmutated", "wildtypisch", "wildtyp", "sauvage"}
)
# Beginnings of words: nobody knows, or not yet.
_DOUBT = """
unknown unclear uncertain undetermin indetermin inconclusive equivocal pending await untest unassess
unconfirmed unproven suspect suspicio possib probabl presum likely unlikely maybe perhaps
questionable queri query tbc tbd suggest concern compatible consistent differential ddx vs versus
onbekend onduidelijk onzeker onbepaald ongetest onbevestigd hangend lopend volgt afwachting verdacht
verdenk vermoed mogelijk waarschijnlijk onwaarschijnlijk misschien eventue twijfel passend differentiaald
bevestigen bepalen uitsluiten
inconnu incertain attente soupcon eventuel peut douteu doute evoqu suggere differentiel confirmer preciser
determiner verifier
eliminer
unbekannt unklar ungewiss unsicher unbestimmt ungetestet unbestatigt ausstehend aussteht verdacht vermut
moglich wahrscheinlich unwahrscheinlich vielleicht evtl fraglich zweifel vereinbar bestatigen abklar
abzuklar
ausschliessen
"""
# Whole words of doubt that begin others.
_DOUBT_WORDS = frozenset({"if", "wenn", "falls", "indien", "si", "nd", "rule"})
_DOUBT_PAIRS = frozenset(
    {("to", "be"), ("en", "cours"), ("steht", "aus"), ("stehen", "aus"), ("in", "progress")}
)
_RISK, _OF_RISK = (
    ("risk", "risico", "risque", "risiko"),
    ("of", "for", "op", "van", "de", "d", "fur", "eines"),
)
# What a patient had, in nouns, and what relatives have: all that follows.
_HISTORY = """
history hx anamnesis voorgeschiedenis anamnese antecedent antecedents atcd atcds vorgeschichte
krankengeschichte
"""
# In words beside what they speak of.
_FORMER = """
previous previously prior former formerly past earlier cured genezen gueri guerie geheilt eerder eerdere
vorige voormalig voormalige vroeger
vroegere precedent precedente precedents precedemment ancien ancienne anterieur anterieure anterieurement
fruher fruhere fruheren fruheres vorherig vorherige vorheriger vorheriges ehemalig ehemalige ehemals
"""
_FORMER_PAIRS = frozenset(product(("status", "zustand", "etat"), ("post", "na", "nach", "apres")))
# Of a disease: secondary AML after Ewing sarcoma.
AFTER = frozenset({"after", "following", "post", "na", "apres", "nach"})
_FAMILY = """
family familial mother father sister brother sibling siblings twin parent parents grandmother grandfather
aunt uncle cousin relative relatives mum mom dad
familie familiaal familiale moeder vader zus zusje broer broertje tweelingbroer tweelingzus ouders oma
opa grootmoeder grootvader tante oom neef
famille familiaux familiales mere pere soeur frere jumeau jumelle oncle cousine
mutter vater schwester bruder zwilling eltern geschwister grossmutter grossvater onkel familiar familiare
familienanamnese familiengeschichte
"""
OTHERS = frozenset(_FAMILY.split())
# Whoever gives marrow has no part in it.
_OF_DONORS = ("don", "spend", "transpl", "sct", "hsct", "allo", "greffe", "match", "identi", "haplo", "stam")
# Behind French `plus` on a page in another language.
_BEHIND_NO_LONGER = ("en", "de", "refract", "recidiv", "rechut", "malad")
# Behind Dutch `pas`: what happened of late.
_OF_LATE = ("gediagnos", "vastgest", "ontdek", "gevonden", "gestart", "geopereerd", "behandeld")
# Behind `not`: what was looked for and not found. Anything else that is “not” is in doubt.
_FOUND = """
detected found present seen identified there aangetoond gevonden aanwezig gezien detecte detectee trouve
trouvee retrouve retrouvee present presente nachgewiesen gefunden vorhanden gesehen
"""
FOUND = frozenset(_FOUND.split())
# A denial of what stands beside it alone: `non-MYCN-amplified neuroblastoma` is a neuroblastoma.
NARROW = frozenset({"non", "not", "niet", "nicht"})
_WORDS_OF_NO, _WORDS_OF_NEGATIVE = frozenset(_NO.split()), frozenset(_NEGATIVE.split())
_WORDS_OF_HISTORY, _WORDS_OF_FORMER = frozenset(_HISTORY.split()), frozenset(_FORMER.split())
_STEMS_OF_DOUBT = tuple(_DOUBT.split())
_LONG_ENOUGH = 4  # shorter ones are whole words

_MINUS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_END = r"(?=\s*(?:$|[,;.:)\]/\n]))"
# A name that looks like a gene's, a fusion's or a place in the genome: Ph, ALK, BCR-ABL1, 1p/19q.
_SYMBOL = r"(?:\bph|\b(?=\w*[A-Z\d]\w*[A-Z\d])\w+(?:[-:/]+\w+)*|\b\w*\d\w*(?:[-/]\w+)*)"
# 1. Rezidiv: the stop ends no sentence.
_NUMBERED = r"[^\W\d_]*(?:rezidiv|r[uü]ckfall|remission|linie|herval|recidief|remissie|lijn)"
_SIGNS = [
    (re.compile(rf"\b([1-9])\.\s?(?={_NUMBERED})", re.IGNORECASE), r"\1e "),
    (re.compile(rf"\(?\s?\+\s?/\s?[{_MINUS}]\s?\)?|±"), " unknown "),
    (re.compile(rf"[{_MINUS}]\s?ve\b", re.IGNORECASE), " negative "),
    (re.compile(r"\+\s?ve\b", re.IGNORECASE), " positive "),
    (re.compile(rf"[(\[]\s?[{_MINUS}]+\s?[)\]]"), " negative "),
    (re.compile(r"[(\[]\s?\++\s?[)\]]"), " positive "),
    (re.compile(rf"[:=]\s?(?:[{_MINUS}]+|0){_END}"), " negative "),
    (re.compile(rf"({_SYMBOL})[{_MINUS}]+(?=\s|$|[,;.:)\]/])", re.ASCII), r"\1 negative "),
    (re.compile(rf"(?i:(\bph|\balk))[{_MINUS}]+(?=\s|$|[,;.:)\]/])"), r"\1 negative "),
    (re.compile(rf"(?<=\w)\s[{_MINUS}]+{_END}"), " negative "),
    (re.compile(rf"({_SYMBOL})\s[{_MINUS}]+(?=\s)", re.ASCII), r"\1 unknown; "),
    (re.compile(r"\b([A-Z][A-Z0-9]{1,7})(?:wt|WT|neg)\b"), r"\1 wildtype "),
    (re.compile(r"(?<!\S)[!¬~](?=\w)"), "non "),
    # Of which of two it is asked is not said: neuroblastoma ? relapse.
    (re.compile(r"(?<=\w)\s\?+\s(?=\w)"), " unknown; suspected "),
    (re.compile(r"(?:^|(?<=[,;.(\n]))\s*\?+\s*(?=\w)|\?+(?=\w)"), " suspected "),
    (re.compile(r"[(\[]?\s?\?+\s?[)\]]?"), " unknown; "),
    # Relapse-free Ewing: the word speaks of what stands before it.
    (re.compile(r"(?i:(?<=\w)(?:-|\s)(free|frei)(?:e[mnrs]?)?\b(?!\s+(?:of|from|von)\b))"), r" \1; "),
    (re.compile(r"(?<=\w)-(vrij)e?\b", re.IGNORECASE), r" \1; "),
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\br/o\b", re.IGNORECASE), "suspected"),
    (re.compile(r"\bs/p\b", re.IGNORECASE), "status post"),
    (re.compile(r"\bh/o\b", re.IGNORECASE), "history of"),
    (re.compile(r"\b[zs]t?\.\s?n\.", re.IGNORECASE), "Zustand nach"),
    (re.compile(r"\bv\.\s?a\.", re.IGNORECASE), "Verdacht"),
    (re.compile(r"\b(?:n/[da]|n\.[da]\.|ND|NA)(?![\w/])"), " unknown "),
    (re.compile(r"\b(neg|pos|evtl|prob|poss|susp|mgl|excl|resp|dr|vs|bv|bijv)\.", re.IGNORECASE), r"\1 "),
]  # fmt: skip
_BUT = r"\b(?:but|maar|mais|aber|doch|sondern|however|jedoch|echter|cependant)\b"
# In brackets of `t(9;22)` nothing is parted.
_BOUNDARY = re.compile(
    r"(?P<whole>\b(?:t|inv|del|der|dup|ins)\([^()\n]*\))"
    rf"|(?P<hard>[;\n]|[.!…]+(?=\s|$)|{_BUT})|(?P<soft>[,()\[\]])",
    re.IGNORECASE,
)


class Clause(NamedTuple):
    """A piece of the text; `joined`: by a comma or a bracket to the one before it."""

    text: str
    joined: bool


class Cue(NamedTuple):
    """Words `start` to `end` (not included): of doubt, or else of denial, which stands before or behind.

    `narrow`: it speaks of what it stands beside, or, of doubt, of what follows alone. `aside`: of another day
    or person, so that what it speaks of is neither there nor absent.
    """

    start: int
    end: int
    doubtful: bool
    before: bool
    narrow: bool
    aside: bool = False


def signs_as_words(text: str) -> str:
    """`ALK−, Ph (-), relapse?` → `ALK negative, Ph negative, relapse unknown;`."""
    for sign, words in _SIGNS:
        text = sign.sub(words, text)
    return text


def clauses(text: str) -> list[Clause]:
    """The text cut where a denial may end."""
    found, at, joined = [], 0, False
    for boundary in _BOUNDARY.finditer(text):
        if boundary.lastgroup == "whole":
            continue
        found.append(Clause(text[at : boundary.start()], joined))
        at, joined = boundary.end(), boundary.lastgroup == "soft"
    return [*found, Clause(text[at:], joined)]


def cues(parts: Sequence[Token], taken: set[int], language: str) -> list[Cue]:
    """The cues among the words that are in no term (`taken`): in `non-Hodgkin lymphoma` nothing is denied."""
    folded = [strip_marks(part.raw) for part in parts]
    found: list[Cue] = []
    for at, word in enumerate(folded):
        if at in taken or (found and at < found[-1].end):
            continue
        after = folded[at + 1] if at + 1 < len(folded) else ""
        if word in _BY_LANGUAGE:
            cue = _by_language(at, word, after, language, folded[:at])
        else:
            cue = _cue(at, word, "" if at + 1 in taken else after)
        if cue:
            found.append(cue)
    return found


def _cue(at: int, word: str, after: str) -> Cue | None:
    if (word in _RISK and after in _OF_RISK) or (word, after) in _DOUBT_PAIRS:
        return Cue(at, at + 2, True, True, word in _RISK)
    if is_doubt(word) or (word in _WORDS_OF_NO and is_doubt(after)):
        return Cue(at, at + 1 + (word in _WORDS_OF_NO), True, True, False)
    if word in _WORDS_OF_NO:
        return Cue(at, at + 1, False, True, word in NARROW)
    if word in _WORDS_OF_NEGATIVE:
        return Cue(at, at + 1 + ((word, after) == ("wild", "type")), False, False, False)
    return _aside(at, word, after)


def _aside(at: int, word: str, after: str) -> Cue | None:
    """A cue of another day or person."""
    if (word, after) in _FORMER_PAIRS:
        return Cue(at, at + 2, True, True, True, True)
    if word in OTHERS and not after.startswith(_OF_DONORS):
        return Cue(at, at + 1, True, True, False, True)
    if word in _WORDS_OF_HISTORY:
        return Cue(at, at + 1, True, True, False, True)
    is_former = word in _WORDS_OF_FORMER or word in AFTER
    return Cue(at, at + 1, True, True, True, True) if is_former else None


def _by_language(at: int, word: str, after: str, language: str, before: Sequence[str]) -> Cue | None:
    """What a word of `_BY_LANGUAGE` is; in a text in another language than the page's it is in doubt."""
    doubtful = _BY_LANGUAGE[word](language, after, before)
    return None if doubtful is None else Cue(at, at + 1, doubtful, True, False)


def _doubts_noch(language: str, _after: str, before: Sequence[str]) -> bool | None:
    """Dutch and, behind `weder`, German for “nor”; else German for “still”."""
    return not (language == "nl" or "weder" in before)


def _doubts_plus(language: str, after: str, _before: Sequence[str]) -> bool | None:
    """French for “no longer”."""
    return True if language == "fr" or after.startswith(_BEHIND_NO_LONGER) else None


def _doubts_pas(language: str, after: str, _before: Sequence[str]) -> bool | None:
    """French for “not”, Dutch for “recently”."""
    if language == "fr" or after in ("de", "du", "d"):
        return False
    return None if language == "nl" and after.startswith(_OF_LATE) else True


# By word: whether it leaves in doubt, or else denies; None where it says nothing.
_BY_LANGUAGE = {"noch": _doubts_noch, "plus": _doubts_plus, "pas": _doubts_pas}


def is_doubt(word: str) -> bool:
    """Whether a folded word says that nobody knows."""
    if word in _DOUBT_WORDS:
        return True
    return any(
        word.startswith(stem) if len(stem) >= _LONG_ENOUGH else word == stem for stem in _STEMS_OF_DOUBT
    )


def is_denial(word: str) -> bool:
    """Whether a folded word denies."""
    return word in _WORDS_OF_NO or word in _WORDS_OF_NEGATIVE


def is_cue(word: str) -> bool:
    """Whether a folded word denies or doubts."""
    return is_denial(word) or is_doubt(word)
