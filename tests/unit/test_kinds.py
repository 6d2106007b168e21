"""What is a kind of what: the table is sound, and what it says holds for patients and trials."""

import csv
from collections import Counter
from itertools import product

import pytest

from directory.core.text import squash
from directory.search.concepts import KINDS, apart, kinds, vocabulary, wider_of
from directory.search.kinship import (
    apart_from,
    classes_of,
    disease_of_class,
    diseases,
    families,
    is_kind_of,
    may_be,
    narrowest,
    steps_up,
    within,
)
from trials.conditions import codes, subtree

ROWS = kinds()
OF_CLASSES = [row for row in ROWS if row.kind in codes()]
OF_CONCEPTS = [row for row in ROWS if row.kind not in codes()]
OF_DISEASES = [row for row in OF_CONCEPTS if row.kind in diseases()]


def label(row):
    return f"{row.kind}-{row.wider}"


# The table


def test_the_table_has_its_columns_a_source_in_every_row_and_no_row_twice():
    with KINDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert list(rows[0]) == ["kind", "wider", "given", "beside", "flags", "note"]
    assert [row["kind"] for row in rows if not row["note"]] == []
    assert {row["flags"] for row in rows} == {"", "asked"}
    assert max(Counter((row["kind"], row["wider"]) for row in rows).values()) == 1


def test_every_name_is_one_of_the_vocabulary_written_as_it_is_there():
    with KINDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    known = {vocabulary().preferred(one, "en") for one in vocabulary().types}
    said = {row[name] for row in rows for name in ("kind", "wider", "given")} - {""}
    assert said - known - set(codes()) == set()


@pytest.mark.parametrize("row", OF_CONCEPTS, ids=label)
def test_both_sides_are_of_one_type_and_what_is_given_is_an_alteration(row):
    """Of an alteration that is called by its disease (`Ph-like ALL`), what is wider is that disease."""
    types = vocabulary().types
    name, wider = (vocabulary().preferred(one, "en") for one in (row.kind, row.wider))
    is_called_so = types[row.kind] == "alteration" and name.split()[-1] == wider.split()[-1]
    assert types[row.kind] == types[row.wider] or (is_called_so and types[row.wider] == "disease")
    assert not row.given or types[row.given] == "alteration"


@pytest.mark.parametrize("row", ROWS, ids=label)
def test_nothing_is_a_kind_of_itself_at_any_distance(row):
    assert row.wider != row.kind
    assert row.kind not in steps_up(row.wider, asked=True)


@pytest.mark.parametrize("row", OF_DISEASES, ids=label)
def test_the_classes_of_a_kind_lie_within_those_of_what_is_wider_or_are_said_to_lie_beside(row):
    wider = classes_of(row.wider)
    outside = {code for code in classes_of(row.kind) if not within([code], wider)}
    assert outside == set(row.beside)


@pytest.mark.parametrize("row", OF_CLASSES, ids=label)
def test_a_class_lies_within_those_of_its_disease(row):
    assert within([row.kind], classes_of(row.wider))
    assert (row.given, row.beside, row.asked) == ("", (), False)


@pytest.mark.parametrize("row", OF_DISEASES, ids=label)
def test_what_is_wider_is_never_apart(row):
    assert apart_from(row.kind).isdisjoint(steps_up(row.kind, asked=True))


def test_what_is_apart_is_said_of_the_widest_alone():
    """A row that follows from another one says nothing."""
    pairs = {frozenset((one, other)) for one, others in apart().items() for other in others}
    implied = [
        pair
        for pair in pairs
        for one, other in [tuple(sorted(pair))]
        for wide in product(steps_up(one, asked=True), steps_up(other, asked=True))
        if wide != (one, other) and frozenset(wide) in pairs - {pair}
    ]
    assert implied == []


def test_no_two_families_have_the_same_classes():
    several = Counter(families().values())
    assert [classes for classes, times in several.items() if times > 1] == []


# What follows from it


def key(name):
    return squash(name)


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("Burkitt lymphoma", "mature B-cell non-Hodgkin lymphoma", 1),
        ("Burkitt lymphoma", "non-Hodgkin lymphoma", 2),
        ("diffuse large B-cell lymphoma", "non-Hodgkin lymphoma", 2),
        ("anaplastic large cell lymphoma", "T-cell non-Hodgkin lymphoma", 1),
        ("infant ALL", "acute lymphoblastic leukaemia", 1),
        ("pilocytic astrocytoma", "low-grade glioma", 1),
        ("atypical teratoid/rhabdoid tumour", "malignant rhabdoid tumour", 1),
        ("neuroblastoma", "neuroblastoma", 0),
    ],
)
def test_a_disease_knows_its_wider_names_and_how_far_they_are(one, other, steps):
    assert steps_up(key(one))[key(other)] == steps


@pytest.mark.parametrize(
    ("one", "family"),
    [
        ("Burkitt lymphoma", "lymphoma"),
        ("mature B-cell leukaemia", "lymphoma"),
        ("mature B-cell leukaemia", "leukaemia"),
        ("pilocytic astrocytoma", "glioma"),
        ("osteosarcoma", "bone tumour"),
        ("Ewing sarcoma", "bone tumour"),
        ("Wilms tumour", "solid tumour"),
        ("acute promyelocytic leukaemia", "acute leukaemia"),
    ],
)
def test_a_disease_is_of_the_families_of_all_its_classes(one, family):
    assert key(family) in steps_up(key(one))


def test_a_family_lies_further_than_any_kind_and_a_wider_one_further_still():
    steps = steps_up(key("Burkitt lymphoma"))
    assert steps[key("non-Hodgkin lymphoma")] < steps[key("lymphoma")] < steps[key("blood cancer")]
    assert steps[key("blood cancer")] < steps[key("childhood cancer")] < 98
    assert key("solid tumour") not in steps


@pytest.mark.parametrize("row", [row for row in OF_DISEASES if row.asked], ids=label)
def test_what_is_asked_apart_is_not_surely_what_is_wider_and_may_be(row):
    assert row.wider not in steps_up(row.kind)
    assert is_kind_of(row.kind, row.wider)
    assert row.wider in may_be(row.kind)
    assert row.wider not in wider_of(row.kind)


@pytest.mark.parametrize("row", OF_DISEASES, ids=label)
def test_a_kind_is_apart_from_all_that_what_is_wider_is_apart_from(row):
    assert apart_from(row.wider) <= apart_from(row.kind)


def test_what_may_be_the_same_and_what_excludes_go_both_ways():
    for one, other in product(diseases(), repeat=2):
        assert (other in may_be(one)) == (one in may_be(other)), (one, other)
        assert (other in apart_from(one)) == (one in apart_from(other)), (one, other)
        assert not (other in may_be(one) and other in apart_from(one)), (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("B-cell precursor ALL", "Burkitt lymphoma"),
        ("B-cell precursor ALL", "mature B-cell leukaemia"),
        ("Philadelphia chromosome-positive ALL", "T-cell ALL"),
        ("anaplastic large cell lymphoma", "diffuse large B-cell lymphoma"),
        ("T-lymphoblastic lymphoma", "primary mediastinal B-cell lymphoma"),
        ("T-lymphoblastic lymphoma", "B-lymphoblastic lymphoma"),
        ("diffuse midline glioma", "pilocytic astrocytoma"),
        ("synovial sarcoma", "embryonal rhabdomyosarcoma"),
        ("nodular lymphocyte-predominant Hodgkin lymphoma", "Burkitt lymphoma"),
    ],
)
def test_mature_b_t_and_precursor_b_and_other_opposites_are_told_apart(one, other):
    assert key(other) in apart_from(key(one))


@pytest.mark.parametrize(
    ("code", "disease"),
    [("Ia", "acute lymphoblastic leukaemia"), ("Ia1", "acute lymphoblastic leukaemia"),
     ("Ia2", "mature B-cell leukaemia"), ("Ia3", "leukaemia"), ("IIb4", "non-Hodgkin lymphoma"),
     ("IIc", "Burkitt lymphoma"), ("VIIIc2", "Ewing sarcoma"), ("IXd", ""), ("VI", "")],
)  # fmt: skip
def test_a_class_knows_the_disease_of_everybody_in_it_by_its_own_row_or_the_nearest_above(code, disease):
    assert disease_of_class(code) == key(disease)


def test_the_narrowest_of_several_names_are_those_that_no_other_is_a_kind_of():
    several = map(
        key, ["leukaemia", "B-cell precursor ALL", "acute lymphoblastic leukaemia", "neuroblastoma"]
    )
    assert narrowest(several) == {key("B-cell precursor ALL"), key("neuroblastoma")}


def test_every_disease_is_a_kind_of_itself_and_its_classes_are_of_the_tree():
    for one in diseases():
        assert is_kind_of(one, one)
        assert classes_of(one) <= frozenset(codes())
        assert all(subtree(code) for code in classes_of(one))
