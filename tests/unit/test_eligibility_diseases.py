"""Whether a trial is for the disease of a patient: cases with their right answers, and what always holds."""

import csv
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from directory.core.text import squash
from directory.eligibility.diseases import BY_CLASS, NOT_NAMED, Disease, named_by, verdicts
from directory.eligibility.profile import Profile
from directory.eligibility.profile_text import Read
from directory.eligibility.verdicts import MET, UNKNOWN, UNMET
from directory.search.concepts import kinds, vocabulary
from directory.search.kinship import (
    apart_from,
    classes_of,
    disease_of_class,
    diseases,
    is_kind_of,
    meet,
    no_single_disease,
    steps_up,
)
from tests.support.recorded_trials import patient, trials_for
from trials.conditions import codes, path_to

CASES = Path(__file__).with_name("disease_cases.csv")
NAMES = {UNMET: "unmet", UNKNOWN: "unknown", MET: "met"}


def cases():
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def several(cell):
    return [part.strip() for part in cell.split(";") if part.strip()]


def read(words="", given=(), language="en"):
    return Read.of(Profile(text=words, conditions=tuple(given)), language)


def judged(said, *recorded):
    trials = trials_for(recorded)
    return [NAMES[verdict] for verdict in verdicts(trials, said)[: len(recorded)].tolist()]


# Cases


def test_the_cases_are_many_in_four_languages_and_none_is_there_twice():
    rows = cases()
    assert len(rows) >= 170
    assert {row["language"] for row in rows} == {"en", "nl", "fr", "de", ""}
    asked = [tuple(row[name] for name in list(row)[:6]) for row in rows]
    assert len(set(asked)) == len(asked)
    assert {row["verdict"] for row in rows} == set(NAMES.values())


@pytest.mark.parametrize("row", cases(), ids=str)
def test_a_trial_is_for_a_disease_as_a_paediatric_oncologist_would_say(row):
    said = read(row["words"], several(row["codes"]), row["language"] or "en")
    titles = [row["title"]] if row["title"] else []
    assert judged(said, (several(row["listed"]), titles, several(row["classes"]))) == [row["verdict"]]


# What always holds, over all diseases and classes

ALL = sorted(diseases())


def archetypes():
    """A trial for each disease by name, with and without its classes, and for each class without a name."""
    names = [vocabulary().preferred(one, "en") for one in ALL]
    by_name = [([name], [], sorted(classes_of(one))) for one, name in zip(ALL, names, strict=True)]
    return [*by_name, *(([name], [], []) for name in names), *(([], [], [code]) for code in codes())]


@pytest.fixture(scope="module")
def trials():
    return trials_for(archetypes())


@pytest.fixture(scope="module")
def alone(trials):
    """The verdicts for each disease by its name alone, and for each class alone."""
    said = [patient(one) for one in ALL] + [patient(codes=[code]) for code in codes()]
    return dict(zip([*ALL, *codes()], (verdicts(trials, one) for one in said), strict=True))


def contradict(code, concept):
    """Whether who is of the class has a disease that `concept` is apart from, or is asked apart from."""
    whole = disease_of_class(code)
    asked_apart = is_kind_of(concept, whole) and whole not in steps_up(concept)
    return bool(whole) and (whole in apart_from(concept) or asked_apart)


def test_code_and_words_are_never_worse_than_either_alone(trials, alone):
    pairs = [(c, one) for c, one in product(codes(), ALL) if not contradict(c, one)]
    assert len(pairs) > 10_000
    for code, concept in pairs:
        if not meet([code], classes_of(concept)):
            continue
        both = verdicts(trials, patient(concept, codes=[code]))
        worse = ((alone[code] == MET) | (alone[concept] == MET)) & (both != MET)
        assert not worse.any(), (code, concept, np.flatnonzero(worse))


def test_words_that_have_nothing_to_do_with_the_class_are_a_second_disease(trials, alone):
    for code, concept in [("Ia", "neuroblastoma"), ("IVa", squash("acute lymphoblastic leukaemia"))]:
        both = verdicts(trials, patient(concept, codes=[code]))
        assert (both == np.maximum(alone[code], alone[concept])).all()


@pytest.mark.parametrize("row", [one for one in kinds() if one.kind in diseases()], ids=lambda row: row.kind)
def test_to_name_the_kind_is_never_worse_than_to_name_what_is_wider(alone, row):
    if row.asked or row.beside:
        assert alone[row.kind][ALL.index(row.kind)] == MET
        return
    worse = (alone[row.wider] == MET) & (alone[row.kind] != MET)
    assert not worse.any()


@pytest.mark.parametrize("row", [one for one in kinds() if one.kind in diseases()], ids=lambda row: row.kind)
def test_a_trial_for_a_kind_is_neither_sure_nor_excluded_for_what_is_wider(alone, row):
    assert alone[row.wider][ALL.index(row.kind)] == UNKNOWN


@pytest.mark.parametrize("concept", ALL)
def test_a_trial_for_a_disease_is_for_whoever_has_it_and_not_for_whom_it_is_apart_from(alone, concept):
    with_classes, name_alone = ALL.index(concept), len(ALL) + ALL.index(concept)
    assert alone[concept][with_classes] == alone[concept][name_alone] == MET
    for other in apart_from(concept):
        assert alone[other][with_classes] == alone[other][name_alone] == UNMET


@pytest.mark.parametrize("code", list(codes()))
def test_a_class_fits_a_trial_of_it_or_of_one_above_and_leaves_one_below_open(alone, code):
    start = 2 * len(ALL)
    for at, other in enumerate(codes(), start):
        if other in path_to(code):
            assert alone[code][at] == MET
        elif meet([code], [other]):
            assert alone[code][at] == UNKNOWN
        else:
            assert alone[code][at] == UNMET


def test_a_trial_of_which_nothing_is_recorded_is_unknown_for_every_disease():
    trials = trials_for([([], [], []), (["Fertility"], ["A trial"], [])])
    for one in ALL:
        assert verdicts(trials, patient(one))[:2].tolist() == [UNKNOWN, UNKNOWN]


def test_a_profile_that_says_no_disease_leaves_every_trial_open(trials):
    assert (verdicts(trials, patient()) == UNKNOWN).all()
    assert (named_by(trials, patient()) == NOT_NAMED).all()


# How near


def test_the_trial_of_the_very_disease_is_nearer_than_a_wider_one_and_that_than_its_class():
    recorded = [
        (["KMT2A-rearranged acute lymphoblastic leukaemia in infants"], [], ["Ia"]),
        (["Acute lymphoblastic leukaemia"], [], ["Ia"]),
        (["leukaemia"], [], ["I"]),
        (["blood cancer"], [], []),
        ([], [], ["Ia"]),
        (["Neuroblastoma"], [], ["IVa"]),
    ]
    steps = named_by(trials_for(recorded), read("infant ALL, KMT2A rearranged"))[:6].tolist()
    assert steps[:2] == [0, 1]
    assert steps == sorted(steps)
    assert steps[4:] == [BY_CLASS, NOT_NAMED]


def test_only_what_fits_is_named(trials):
    """The nearer is told of no trial that is not for the disease."""
    for one in ALL:
        said = patient(one)
        assert ((named_by(trials, said) < NOT_NAMED) == (verdicts(trials, said) == MET)).all(), one


def test_what_is_true_of_a_patient_is_told_for_the_sentences():
    fits = Disease(read("relapsed Burkitt lymphoma")).fits
    wanted = {"Burkitt lymphoma", "mature B-cell non-Hodgkin lymphoma", "non-Hodgkin lymphoma", "lymphoma"}
    assert {squash(one) for one in wanted} <= fits
    assert squash("T-cell non-Hodgkin lymphoma") not in fits


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("ALL, KMT2A::AFF1", "KMT2A-rearranged ALL"),
        ("ALL, BCR::ABL1", "Philadelphia chromosome-positive ALL"),
        ("AML, PML::RARA", "acute promyelocytic leukaemia"),
        ("medulloblastoma, WNT", "WNT medulloblastoma"),
        ("rhabdomyosarcoma, PAX7::FOXO1", "alveolar rhabdomyosarcoma"),
    ],
)
def test_an_alteration_makes_a_disease_the_kind_it_defines(words, kind):
    assert squash(kind) in Disease(read(words)).fits


@pytest.mark.parametrize("words", ["ALL, KMT2A", "ALL, no BCR::ABL1", "leukaemia, BCR::ABL1", "BCR::ABL1"])
def test_a_gene_alone_an_absent_alteration_and_a_family_make_none(words):
    fits = Disease(read(words)).fits
    assert not fits & {squash("KMT2A-rearranged ALL"), squash("Philadelphia chromosome-positive ALL")}


def test_families_are_never_the_disease_itself():
    for one in set(ALL) - no_single_disease():
        steps = steps_up(one)
        assert all(steps[family] > 0 for family in no_single_disease() & steps.keys())
