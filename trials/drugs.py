"""What is known of drugs: their names, their INN, the classes they belong to; of `vocabulary/drugs.csv`.

INN is the International Nonproprietary Name of the World Health Organization, in English. A class is what a
drug does, in plain words, or a class of the fourth level of WHO’s ATC; see `trials/vocabulary/README.md`.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from directory.core.fields import LANGUAGE_CODES
from directory.core.text import fold, squash, tidy

from .choices import InterventionType

DRUGS = Path(__file__).parent / "vocabulary" / "drugs.csv"
CLASSES = DRUGS.with_name("drug_classes.csv")
_OTHERS = tuple(code for code in LANGUAGE_CODES if code != "en")
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 8  # words of a name: `all-trans retinoic acid`
# What is given; a test, a procedure or a talk about a drug gives none.
_GIVEN = {
    "", InterventionType.DRUG, InterventionType.BIOLOGICAL, InterventionType.GENETIC,
    InterventionType.COMBINATION_PRODUCT, InterventionType.RADIATION,
}  # fmt: skip
# `Placebo to venetoclax` gives no venetoclax; of `filgrastim or pegfilgrastim` nobody knows which.
_DENIES = """
placebo sham without no not non free sparing withdrawal discontinuation versus vs or
zonder geen sans ou ohne kein keine oder
"""
_NOT_GIVEN = frozenset(_DENIES.split())
# What a name says of a drug beside which it is: its salt, its form, how and when it is given.
_FORMS = """
and with plus for in by the a an
acetate chloride citrate dihydrochloride dimaleate hydrochloride hydrochlorate malate maleate mesilate
mesylate monohydrate phosphate potassium sodium succinate sulfate sulphate tartrate tosylate dimethyl
sulfoxide anhydrous
albumin bound liposomal liposome nanoliposomal pegylated protein recombinant human
capsule capsules concentrate formulation infusion injection oral powder solution suspension syrup tablet
tablets iv sc it intrathecal intravenous subcutaneous
mg ml g kg mcg iu
agent arm cohort combination dose doses drug group high intermediate low monotherapy part product regimen
single standard therapy treatment
conditioning consolidation continuous induction maintenance metronomic
"""
_OF_A_FORM = frozenset(_FORMS.split())
_NUMBER = re.compile(r"\d+(mg|ml|g|kg|mcg|µg|ug|iu|m2)?|[a-z]", re.ASCII)


class DrugClass(NamedTuple):
    """A class of drugs. `names`: by language, what it is called first; `wider`: the classes it is part of."""

    names: Mapping[str, tuple[str, ...]]
    capitals: tuple[str, ...]
    wider: tuple[str, ...]

    @property
    def name(self) -> str:
        """The English name, by which it is stored."""
        return self.names["en"][0]


class Drug(NamedTuple):
    """`names`: its INN by language; `synonyms`: brands and codes; `capitals`: what counts so written only."""

    inn: str
    names: Mapping[str, str]
    classes: tuple[str, ...]
    synonyms: tuple[str, ...]
    capitals: tuple[str, ...]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("; ") if part)


@cache
def classes() -> dict[str, DrugClass]:
    """The classes by their English names."""
    found = [
        DrugClass(
            {code: _several(row[code]) for code in LANGUAGE_CODES},
            _several(row["capitals"]),
            _several(row["wider"]),
        )
        for row in _table(CLASSES)
    ]
    return {one.name: one for one in found}


@cache
def drugs() -> dict[str, Drug]:
    """The drugs by their INN."""
    found = [
        Drug(
            row["inn"],
            {"en": row["inn"], **{code: row[code] or row["inn"] for code in _OTHERS}},
            _several(row["classes"]),
            _several(row["synonyms"]),
            _several(row["capitals"]),
        )
        for row in _table(DRUGS)
    ]
    return {one.inn: one for one in found}


def version() -> str:
    """Of both files, for what is made of them."""
    return DRUGS.read_text(encoding="utf-8") + CLASSES.read_text(encoding="utf-8")


def with_wider(names: Iterable[str]) -> list[str]:
    """The classes `names` and those that they are part of, each once; one that is not known stays alone."""
    found: dict[str, None] = {}
    left = list(names)
    while left:
        name = left.pop(0)
        if name not in found:
            found[name] = None
            left += classes()[name].wider if name in classes() else ()
    return list(found)


def class_name(name: str, language: str) -> str:
    """What a class is called; one that is not of the vocabulary is called as it is stored."""
    return classes()[name].names[language][0] if name in classes() else name


def inn_name(inn: str, language: str) -> str:
    """An INN, or several with a plus sign between, in a language; as it is stored where that is not known."""
    parts = (drugs()[part].names[language] if part in drugs() else part for part in parts_of(inn))
    return " + ".join(parts)


def parts_of(inn: str) -> list[str]:
    """The substances of an INN: `dabrafenib + trametinib` are two."""
    return [part for part in inn.split(" + ") if part]


# --- Reading names ------------------------------------------------------------------------------------


@cache
def _names() -> tuple[dict[str, str], dict[str, str]]:
    """The INN by each name of a drug, squashed; by what counts in capitals only.

    The beginning of an INN is a word to search by and says no INN: patritumab is not always patritumab
    deruxtecan.
    """
    squashed = {
        squash(text): drug.inn
        for drug in drugs().values()
        for text in (*drug.names.values(), *drug.synonyms)
        if not drug.inn.startswith(f"{text} ")
    }
    return squashed, {text: drug.inn for drug in drugs().values() for text in drug.capitals}


@cache
def _class_names() -> tuple[dict[str, str], dict[str, str]]:
    squashed = {
        squash(text): one.name for one in classes().values() for texts in one.names.values() for text in texts
    }
    return squashed, {text: one.name for one in classes().values() for text in one.capitals}


def _spelt(words: Sequence[str], known: tuple[dict[str, str], dict[str, str]]) -> Iterator[tuple[str, str]]:
    """The longest names that `words` say, from the left, with what they name; other words with nothing."""
    squashed, capitals = known
    start = 0
    while start < len(words):
        for end in range(min(start + _LONGEST, len(words)), start, -1):
            text = squash("".join(words[start:end]))
            if found := squashed.get(text) or (end == start + 1 and capitals.get(words[start])):
                yield text, found
                start = end
                break
        else:
            yield words[start], ""
            start += 1


def described(name: str, kind: str = "") -> dict[str, object]:
    """The `inn`, `classes` and `synonyms` of an intervention of this name and type, as far as it says them.

    An INN only where the name says nothing else than drugs and their forms. Several that are given together
    have a plus sign between. What cannot be told is empty.
    """
    inns, runs = _parted(name)
    rest = [fold(word) for run in runs for word in run]
    if kind not in _GIVEN or not _NOT_GIVEN.isdisjoint(rest):
        return {"inn": "", "classes": [], "synonyms": []}
    several = [*chain(*(drugs()[inn].classes for inn in inns)), *chain(*map(_classes_in, runs))]
    found = {"inn": "", "classes": _narrowest(several), "synonyms": []}
    if all(map(_is_of_a_form, rest)):
        found["inn"] = " + ".join(inns)
        found["synonyms"] = _others(drugs()[inns[0]], name) if len(inns) == 1 else []
    return found


def _parted(name: str) -> tuple[list[str], list[list[str]]]:
    """The INN of the drugs that `name` names, each once, and the other words, as they stand side by side."""
    read = list(_spelt(_WORD.findall(tidy(name)), _names()))
    runs = [[word for word, _inn in run] for inn, run in groupby(read, key=itemgetter(1)) if not inn]
    return list(dict.fromkeys(inn for _word, inn in read if inn)), runs


def _is_of_a_form(word: str) -> bool:
    return word in _OF_A_FORM or bool(_NUMBER.fullmatch(word))


def _classes_in(words: Sequence[str]) -> list[str]:
    return [name for _word, name in _spelt(words, _class_names()) if name]


def _others(drug: Drug, name: str) -> list[str]:
    """The other names of a drug that is called `name`."""
    return [text for text in drug.synonyms if squash(text) != squash(name)]


def _narrowest(names: Iterable[str]) -> list[str]:
    """`names` without those that another of them is a part of, each once."""
    several = list(dict.fromkeys(names))
    wider = {above for name in several for above in with_wider([name])[1:]}
    return [name for name in several if name not in wider]
