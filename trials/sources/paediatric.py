"""The rule of which trials of a registry are proposed: paediatric haemato-oncology in Belgium.

A trial is proposed when the registry says all three of it:

1. **A site in Belgium.** A country that did not authorise the trial, or for which it was cancelled, is none.
2. **Children**: it takes patients under 18 years, or no age is stated at all.
3. **A cancer, or a disease of the blood** that paediatric haemato-oncologists treat: a condition, else a
   keyword, else the title, holds one of the words below.

One exception: where no lower bound of age is stated and all its cancers are of adults (breast, prostate …),
nobody thought of children; such a trial is not proposed. `docs/inclusion.md` says the same to readers, and
`tests/unit/test_sources_paediatric.py` has the cases.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from directory.core.text import strip_marks, tidy

from ..identifiers import Identifier

# What a registry is asked for; it finds synonyms by itself. What it answers is judged by the words below.
QUESTION = (
    "cancer", "neoplasm", "malignancy", "tumor", "tumour", "oncology", "leukemia", "leukaemia", "lymphoma",
    "sarcoma", "carcinoma", "melanoma", "blastoma", "glioma", "astrocytoma", "ependymoma", "germ cell",
    "rhabdoid", "histiocytosis", "myelodysplastic", "lymphoproliferative", "sickle cell", "thalassemia",
    "neurofibromatosis", "hematologic diseases", "anemia", "hemophilia", "thrombocytopenia", "neutropenia",
    "bone marrow failure", "stem cell transplantation", "graft versus host disease",
)  # fmt: skip
# Parts of words, in lower case and without accents; British and American.
CANCER = (
    "cancer", "neoplas", "tumor", "tumour", "malignan", "oncolog", "metasta", "leukem", "leukaem", "leucem",
    "lymphom", "hodgkin", "myeloma", "sarcoma", "carcinom", "carcinoid", "blastoma", "glioma", "astrocytom",
    "oligodendrogl", "ependymom", "germinom", "germ cell", "teratom", "melanom", "wilms", "rhabdoid",
    "craniopharyngiom", "meningiom", "chordom", "schwannom", "neurofibrom", "subependymal giant cell",
    "pheochromocytom", "phaeochromocytom", "paragangliom", "mesotheliom", "thymom", "histiocyt",
    "mastocyt", "desmoid", "fibromatos", "myelodysplas", "myeloproliferat", "lymphoproliferat",
    "chemotherap",
)  # fmt: skip
BLOOD = (
    "hematolog", "haematolog", "sickle cell", "thalass", "hemoglobinopath", "haemoglobinopath", "hemophil",
    "haemophil", "von willebrand", "aplastic an", "hemolytic an", "haemolytic an", "fanconi",
    "diamond blackfan", "diamond-blackfan", "bone marrow failure", "thrombocytop", "neutropeni", "cytopeni",
    "nocturnal hemoglobinuria", "nocturnal haemoglobinuria", "hemophagocytic", "haemophagocytic",
    "stem cell transplant", "bone marrow transplant", "hematopoietic", "haematopoietic",
    "graft versus host", "graft-versus-host", "graft vs host", "gvhd",
)  # fmt: skip
# Whole words, in capitals, of a text that is not all in capitals.
_CANCER_IN_SHORT = re.compile(r"\b(?:B-?ALL|T-?ALL|ALL|AML|CML|JMML|APL|MDS|NHL|ALCL|LCH|DIPG|ATRT|NRSTS)\b")
_BLOOD_IN_SHORT = re.compile(r"\b(?:HLH|HSCT|GvHD|GVHD|SCD|ITP)\b")
# No disease, though it sounds like one.
_NO_DISEASE = ("tumor necrosis factor", "tumour necrosis factor")
OF_ADULTS = (
    "breast", "prostat", "lung", "colorectal", "colon", "rectal", "rectum", "ovar", "cervi", "endometri",
    "uter", "vagin", "vulv", "bladder", "urothel", "gastric", "stomach", "esophag", "pancrea",
    "mesotheliom", "multiple myeloma", "chronic lymphocytic",
)  # fmt: skip
# What children have of these organs all the same.
_OF_CHILDREN = ("germ cell", "blastoma", "sarcoma", "rhabdoid", "child", "pediatr", "paediatr", "teratom")


_CANCER, _BLOOD = "a cancer", "a disease of the blood"


@dataclass(frozen=True, slots=True)
class ListedTrial:
    """What a registry's list says of one trial, as far as it is asked whether to propose it.

    `identifiers`: all its numbers at registries, its own first. `children`: whether it takes patients under
    18; None where no age is stated. `has_lower_age`: whether anything bounds its patients from below or
    names children. `sites`: those in Belgium, or Belgium itself where the registry names none. `is_open`:
    whether it takes patients there. `is_brief`: a line of a list, of which the record says more. `stamp`: the
    same as long as the list says the same of it.
    """

    identifiers: tuple[Identifier, ...]
    title: str = ""
    acronym: str = ""
    status: str = "unknown"
    sites: tuple[str, ...] = ()
    is_open: bool = False
    ages: str = ""
    children: bool | None = None
    has_lower_age: bool = False
    conditions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    is_brief: bool = False
    stamp: str = ""

    @property
    def number(self) -> str:
        return self.identifiers[0].value

    @property
    def key(self) -> str:
        """The same for every resubmission of it."""
        return self.identifiers[0].compact


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a trial is proposed, and why, or why not: the words of a sentence."""

    fits: bool
    reason: str


def judge(trial: ListedTrial) -> Judgement:
    """Whether `trial` is paediatric haemato-oncology in Belgium."""
    if not trial.sites:
        return Judgement(False, "no site in Belgium")
    if trial.children is False:
        return Judgement(False, f"nobody under 18 (ages: {trial.ages})")
    disease = _disease(trial)
    if not disease:
        return Judgement(False, "neither a cancer nor a disease of the blood")
    if not trial.has_lower_age and _is_of_adults(trial):
        return Judgement(False, "no lower age is stated, and its cancers are of adults")
    ages = f"ages {trial.ages}" if trial.ages else "no age is stated"
    return Judgement(True, f"{_places(trial.sites)}; {ages}; {disease}")


def _places(sites: tuple[str, ...]) -> str:
    more = f" and {len(sites) - 3} more" if len(sites) > 3 else ""
    return f"in Belgium: {'; '.join(sites[:3])}{more}"


def _disease(trial: ListedTrial) -> str:
    """Which of its texts says that it is about cancer or blood."""
    for where, texts in _telling(trial):
        for kind in (_CANCER, _BLOOD):
            if text := next((one for one in texts if kind in _kinds(one)), ""):
                return f"{kind}, by its {where} “{tidy(text)[:120]}”"
    return ""


def _is_of_adults(trial: ListedTrial) -> bool:
    """Whether all that tells its disease is of adults, and nothing is of children."""
    telling = ([one for one in texts if _kinds(one)] for _where, texts in _telling(trial))
    return all(_holds(one, OF_ADULTS) for one in next(filter(None, telling), ())) and not any(
        _holds(one, _OF_CHILDREN) for one in (*trial.conditions, trial.title)
    )


def _telling(trial: ListedTrial) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The texts that tell its disease, the surest first."""
    return ("condition", trial.conditions), ("keyword", trial.keywords), ("title", (trial.title,))


def _kinds(text: str) -> set[str]:
    short = "" if text.isupper() and " " in text else text
    found = {
        _CANCER: _holds(text, CANCER) or _CANCER_IN_SHORT.search(short),
        _BLOOD: _holds(text, BLOOD) or _BLOOD_IN_SHORT.search(short),
    }
    return {kind for kind, holds in found.items() if holds}


def _holds(text: str, words: Iterable[str]) -> bool:
    plain = strip_marks(text)
    for none in _NO_DISEASE:
        plain = plain.replace(none, "")
    return any(word in plain for word in words)
