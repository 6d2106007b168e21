"""A text as the words the index keeps, cut and folded alike for documents and for what people type."""

import re
from functools import lru_cache
from typing import NamedTuple

from directory.core.text import fold, squash, tidy

_RUN = re.compile(r"[^\W_]+\+?")
_POSSESSIVE = re.compile(r"(?<=\w)['’`´]s\b", re.IGNORECASE)
_ELISION = re.compile(r"\b(?:[dljmnstc]|qu)['’`´](?=\w)", re.IGNORECASE)
# What is denied finds nothing: `Ph- ALL` is any ALL but that.
_PH_NEGATIVE = re.compile(r"\bph\s?[-\u2212\u2013](?=\s|$)", re.IGNORECASE)
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

_SAYS_NOTHING = """
a after an and at by during for from in of on or the to with
aan bij de der des die door een en het in met na of om op te tijdens van voor
apres au aux avec chez dans du et la le les ou par pendant pour sur un une
am an auf aus bei das dem den der die ein eine einer fur im mit nach oder und von wahrend zu zur
"""
STOP_WORDS = frozenset(_SAYS_NOTHING.split())

_SAID_OF_EVERY_TRIAL = """
all any child children clinical open paediatric patient patients pediatric recruiting
studies study trial trials
alle kind kinderen klinisch klinische onderzoek patienten pediatrisch pediatrische studie studies
clinique enfant enfants essai essais etude etudes ouvert ouverts patients pediatrique recrutement tous toutes
kinder kindern klinische offen patienten studie studien
"""
# Folded.
OF_EVERY_TRIAL = frozenset(_SAID_OF_EVERY_TRIAL.split())


class Token(NamedTuple):
    """`stem` is what the index keeps; `exact` keeps a plus sign (`ph+`); `raw` is as it was written."""

    stem: str
    exact: str
    raw: str

    @property
    def is_of_every_trial(self) -> bool:
        """What every record here is says nothing about which one is wanted."""
        return fold(self.raw) in OF_EVERY_TRIAL

    @property
    def says_nothing(self) -> bool:
        """Whether a text means the same without it."""
        word = self.raw.lower()
        return (word if word.isascii() else fold(word)) in STOP_WORDS or self.is_of_every_trial


def words(text: str) -> list[Token]:
    """`Ewing's sarcomas, Ph+` → stems `ewing`, `sarcoma`, `ph`. Other scripts than Latin are left out."""
    return [word for run in _runs(text) for word in _known_cut(run)]


def typed_words(text: str) -> list[Token]:
    """As `words`, for what somebody types: no word of it stays in this process's memory."""
    return [word for run in _runs(_PH_NEGATIVE.sub(" ", text)) for word in _cut(run)]


def _runs(text: str) -> list[str]:
    return _RUN.findall(_ELISION.sub("", _POSSESSIVE.sub("", tidy(text))))


def stems(*texts: str) -> str:
    """The distinct stems of `texts`, ready for the index."""
    return " ".join(dict.fromkeys(stem for text in texts if text for stem in _stems_of(text)))


def acronym_stems(text: str) -> str:
    """As `stems`, and its parts: `iEuroEwing` → `ieuroewing euro ewing`, `ALLTogether1` → `… alltogether`."""
    humps = [hump for hump in _HUMP.findall(tidy(text)) if len(hump) > 1]
    whole = squash(text)
    return stems(text, " ".join(humps), whole, whole.rstrip("0123456789"))


@lru_cache(maxsize=10_000)
def _stems_of(text: str) -> tuple[str, ...]:
    # Names of centres, classes and groups stand in thousands of documents.
    return tuple(word.stem for word in words(text))


def _cut(run: str) -> tuple[Token, ...]:
    raw = run.removesuffix("+")
    plus = run[len(raw) :]
    parts = fold(raw).split()
    if len(parts) == 1:
        return (Token(_stem(parts[0]), _stem(parts[0]) + plus, raw),)
    return tuple(Token(_stem(part), _stem(part), part) for part in parts)


# Titles and names repeat each other's words.
_known_cut = lru_cache(maxsize=100_000)(_cut)


def _stem(word: str) -> str:
    """Without the plural s of English, French and Dutch: `tumours` finds `tumour`."""
    if len(word) > 4 and word.endswith("s") and word[-2] not in "siu" and word.isalpha():
        return word[:-1]
    return word
