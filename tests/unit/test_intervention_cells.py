"""Cells about what trials give: types in four languages, names of any letters, arms as JSON."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.core.text import tidy
from trials.choices import ArmType, InterventionType
from trials.intervention_cells import (
    Arm,
    Arms,
    Given,
    Interventions,
    arms_as_cell,
    interventions_as_cell,
    written,
)
from trials.sources.ctis import read

CELL = Interventions()
NAMES = st.text(st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters=";|:"), max_size=60)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("DRUG: Imatinib", [("Imatinib", "drug")]),
        ("Geneesmiddel: Imatinib; Bestrahlung: Protonen", [("Imatinib", "drug"), ("Protonen", "radiation")]),
        ("Diagnostic Test: A; diagnostic_test: B", [("A", "diagnostic_test"), ("B", "diagnostic_test")]),
        ("CAR-T: anti-CD19", [("CAR-T: anti-CD19", "")]),  # no type: part of the name
        ("drug:", [("drug:", "")]),
        ("imatinib; IMATINIB ;; drug: imatinib", [("imatinib", ""), ("imatinib", "drug")]),
        ("Иматиниб; иматиниб", [("Иматиниб", "")]),
    ],
)  # fmt: skip
def test_a_cell_names_what_is_given_each_once(cell, meant):
    assert CELL.clean(cell) == [Given(*one) for one in meant]


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", *InterventionType.values]))))
@settings(max_examples=60)
def test_what_is_written_is_read_back(pairs):
    meant = {one.key: one for name, kind in pairs if tidy(name) for one in [Given(tidy(name), kind)]}
    read_back = CELL.clean(CELL.render(meant.values()))
    assert {one.key for one in read_back} == meant.keys()


def test_a_registrys_words_become_a_cell_and_what_does_not_fit_is_left_out():
    named = [("A|B", "DRUG"), ("C", "SOUND"), (" ", "DRUG"), ("x" * 301, "DRUG"), ("D;E", "OTHER")]
    assert interventions_as_cell(named) == "drug: A/B|C|other: D;E"
    assert len(interventions_as_cell((f"{n} " + "y" * 290, "DRUG") for n in range(200))) < 30_000


def test_a_name_with_a_semicolon_is_one_in_a_sheet_of_ours():
    one = Given("cyclophosphamide; doxorubicin", "drug")
    assert [each.key for each in CELL.clean(written(one))] == [one.key]


def test_arms_are_written_and_read_back():
    arms = [Arm("A", "EXPERIMENTAL", "Six cycles", ("X",)), Arm("B", "STRANGE"), Arm(" ", "OTHER")]
    assert Arms().clean(arms_as_cell(arms)) == [Arm("A", "experimental", "Six cycles", ("X",)), Arm("B")]
    assert arms_as_cell([]) == ""


def test_arms_that_are_too_long_lose_their_descriptions_first():
    long = [Arm(f"Arm {n}", "OTHER", "x" * 1_900) for n in range(20)]
    assert [one.description for one in Arms().clean(arms_as_cell(long))] == [""] * 20
    assert arms_as_cell([Arm("A", "", "", tuple(f"{n} " + "y" * 290 for n in range(200)))]) == ""


@pytest.mark.parametrize(
    "cell",
    ["text", "{}", "[1]", '[{"type": "other"}]', '[{"label": ""}]', '[{"label": "A", "type": "x"}]',
     "[" * 9_000,
     json.dumps([{"label": "A"}] * 61), '[{"label": "A", "interventions": [1]}]'],
)  # fmt: skip
def test_what_is_no_list_of_arms_is_refused_with_a_sentence(cell):
    with pytest.raises(ValueError, match=r"arm"):
        Arms().clean(cell)


def test_every_type_of_the_registry_is_one_of_ours():
    """API v2 2.0.5, enumerations `InterventionType` and `ArmGroupType`."""
    theirs = (
        "BEHAVIORAL BIOLOGICAL COMBINATION_PRODUCT DEVICE DIAGNOSTIC_TEST DIETARY_SUPPLEMENT DRUG GENETIC"
    )
    theirs += " PROCEDURE RADIATION OTHER"
    assert {one.lower() for one in theirs.split()} == set(InterventionType.values)
    arms = "EXPERIMENTAL ACTIVE_COMPARATOR PLACEBO_COMPARATOR SHAM_COMPARATOR NO_INTERVENTION OTHER"
    assert {one.lower() for one in arms.split()} == set(ArmType.values)


@pytest.mark.parametrize(
    ("role", "info", "cell"),
    [
        ("Test", {"activeSubstanceName": "IMATINIB", "productSubstances": [{"actSubstOrigin": "Chemical"}]},
         "drug: IMATINIB"),
        ("Comparator",
         {"activeSubstanceName": "X", "productSubstances": [{"actSubstOrigin": "Protein - Other"}]},
         "biological: X"),
        ("Test", {"activeSubstanceName": "X", "productSubstances": [{"actSubstOrigin": "-"}]}, "X"),
        ("Test", {"activeSubstanceName": "X", "productSubstances": [
            {"actSubstOrigin": "Chemical"}, {"actSubstOrigin": "Protein - Other"}]}, "X"),
        ("Placebo", {"activeSubstanceName": "N/A", "prodName": "Placebo of X"}, "Placebo of X"),
        ("Auxiliary", {"activeSubstanceName": "MESNA"}, ""),
        ("Test", {"activeSubstanceName": "", "prodName": None}, ""),
    ],
)  # fmt: skip
def test_products_of_ctis_have_a_type_where_the_origin_of_the_substance_tells(role, info, cell):
    group = {"productRoleName": role, "products": [{"productDictionaryInfo": info}]}
    record = {"ctNumber": "2024-512345-67-00", "ctStatus": 4}
    record["authorizedPartI"] = {"productRoleGroupInfos": [group]}
    assert read(record).cells["Interventions"] == cell


@pytest.mark.parametrize(
    ("said", "groups"),
    [("0-17 years, 65+ years, 0-17 years", "child, older_adult"), ("In utero, 0-17 years", ""), ("", "")],
)
def test_groups_of_ages_of_ctis_are_ours_or_not_known(said, groups):
    record = {"ctNumber": "2024-512345-67-00", "ctStatus": 4, "ageGroup": said}
    assert read(record).cells["Age Groups"] == groups


def test_criteria_of_ctis_are_one_text_in_its_order():
    taken = [{"number": 2, "principalInclusionCriteria": "consent\n given"},
             {"number": 1, "principalInclusionCriteria": "leukaemia"}]  # fmt: skip
    left = [{"number": 1, "principalExclusionCriteria": "pregnancy"}]
    criteria = {"principalInclusionCriteria": taken, "principalExclusionCriteria": left}
    record = {"ctNumber": "2024-512345-67-00", "ctStatus": 4}
    record["authorizedPartI"] = {"trialDetails": {"trialInformation": {"eligibilityCriteria": criteria}}}
    assert read(record).cells["Eligibility Criteria"] == (
        "Inclusion criteria:\n- leukaemia\n- consent given\n\nExclusion criteria:\n- pregnancy"
    )
