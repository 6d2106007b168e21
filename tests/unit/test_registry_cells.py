"""Cells of registries' files, in the forms that were seen in real exports."""

import pytest

from trials.ctgov import CtgovSheet
from trials.registry_files.cells import unmarked
from trials.registry_files.classic import ClassicSheet
from trials.registry_files.ctis import CtisSheet
from trials.registry_files.euctr import EuctrSheet
from trials.registry_files.ictrp import IctrpSheet
from trials.registry_files.isrctn import IsrctnSheet


@pytest.mark.parametrize(
    ("cell", "phases"),
    [
        ("Therapeutic confirmatory  (Phase III)", ["phase3"]),
        ("Phase III and phase IV (Integrated)", ["phase3", "phase4"]),
        ("Human Pharmacology (Phase I)- First administration to humans", ["phase1"]),
        ("Phase I and Phase II (Integrated)- Other", ["phase1", "phase2"]),
        ("Phase 1/2 (dose finding)", ["phase1", "phase2"]), ("Phase II/III", ["phase2", "phase3"]),
        ("Phase 1/Phase 2", ["phase1", "phase2"]), ("4", ["phase4"]), ("Phase 0", ["early_phase1"]),
        ("Human pharmacology (Phase I): no\nTherapeutic exploratory (Phase II): yes\n"
         "Therapeutic confirmatory - (Phase III): yes\nTherapeutic use (Phase IV): no", ["phase2", "phase3"]),
        ("Human pharmacology (Phase I): no", []), ("N/A", ["na"]),
    ],
)  # fmt: skip
def test_phases_in_words(cell, phases):
    assert IctrpSheet.read("phase", cell) == CtisSheet.read("phase", cell) == phases


@pytest.mark.parametrize("cell", ["0", "Retrospective study", "Exploratory", "Phase V", "new treatment"])
def test_what_is_no_phase_is_not_guessed(cell):
    with pytest.raises(ValueError, match="is not a phase"):
        IctrpSheet.read("phase", cell)


@pytest.mark.parametrize(
    ("cell", "groups"),
    [
        ("0-17 years", ["child"]), ("18-64 years, 65+ years", ["adult", "older_adult"]),
        ("65+ years, 18-64 years", ["adult", "older_adult"]), ("18-64 years", ["adult"]),
        ("0-17 years, 18-64 years, 0-17 years", ["child", "adult"]), ("In utero", ["child"]),
        ("2-5 years, 6-11 years, 12-17 years", ["child"]), ("28 days-23 months", ["child"]),
        ("Infants and toddlers (28 days-23 months), Children (2-11 years)", ["child"]),
        ("Preterm newborn infants (up to gestational age < 37 weeks)", ["child"]),
        ("Children, Adolescents, Under 18, Adults", ["child", "adult"]), ("65-84 years", ["older_adult"]),
        ("Adults, Elderly", ["adult", "older_adult"]), ("12-25 years", ["child", "adult"]),
    ],
)  # fmt: skip
def test_groups_of_ages(cell, groups):
    assert CtisSheet.read("age", cell) == EuctrSheet.read("age_groups", cell) == groups


@pytest.mark.parametrize("cell", ["everybody", "18 years", "12 - 17 moons", "1-2-3 years", "99999-1 years"])
def test_what_is_no_group_of_ages_is_refused(cell):
    with pytest.raises(ValueError, match="is not an age group"):
        CtisSheet.read("age", cell)


@pytest.mark.parametrize(
    ("cell", "sex"),
    [
        ("Female, Male", "all"), ("Male, Female", "all"), ("Both", "all"), ("All", "all"), ("Male", "male"),
        ("Female: yes\n    Male: no", "female"), ("Female: yes<br>Male: yes<br>", "all"),
    ],
)  # fmt: skip
def test_whom_a_trial_takes(cell, sex):
    assert IctrpSheet.read("sex", cell) == CtisSheet.read("sex", cell) == sex


@pytest.mark.parametrize("cell", ["Female: no Male: no", "Unknown to us", "Male, Others"])
def test_whom_it_takes_is_not_guessed(cell):
    with pytest.raises(ValueError, match="is not a sex"):
        IctrpSheet.read("sex", cell)


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("Interventional study", "interventional"), ("Observational", "observational"),
        ("Interventional clinical trial of medicinal product", "interventional"),
        ("Observational [Patient Registry]", "observational"),
        ("Expanded Access:Individual Patients|Treatment IND/Protocol", "expanded_access"),
    ],
)  # fmt: skip
def test_study_types(cell, means):
    assert IctrpSheet.read("study_type", cell) == ClassicSheet.read("study_type", cell) == means


def test_a_diagnostic_test_is_no_study_type():
    with pytest.raises(ValueError, match="is not a study type"):
        IctrpSheet.read("study_type", "Diagnostic test")


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("September 1, 2021", "2021-09-01"), ("July 2008", "2008-07"), ("2021-09-01", "2021-09-01"),
        ("1-Sep-21", "2021-09-01"), ("20240917", "2024-09-17"), ("17 September 2024", "2024-09-17"),
        ("45552", "2024-09-17"),
    ],
)  # fmt: skip
def test_days(cell, day):
    assert ClassicSheet.read("status_as_of", cell) == day


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("Netherlands:Ongoing, recruiting, Belgium:Authorised, recruitment pending",
         [("Netherlands", "Ongoing, recruiting"), ("Belgium", "Authorised, recruitment pending")]),
        ("Belgium:Ended, France:Ended", [("Belgium", "Ended"), ("France", "Ended")]),
        ("Belgium:Ongoing, recruitment ended", [("Belgium", "Ongoing, recruitment ended")]),
    ],
)  # fmt: skip
def test_the_status_of_each_country_has_commas_of_its_own(cell, found):
    assert CtisSheet.read("countries", cell) == found


def test_the_status_of_each_country_behind_its_code():
    cell = "DE (Prematurely Ended) BE (Ongoing) GB (GB - no longer in EU/EEA) Outside EU/EEA"
    assert EuctrSheet.read("countries", cell)[:2] == [("DE", "Prematurely Ended"), ("BE", "Ongoing")]


@pytest.mark.parametrize(
    ("cell", "identifiers"),
    [
        ("2013-002766-39", ["2013-002766-39"]), ("EUCTR2013-002766-39-NL", ["2013-002766-39"]),
        ("CTIS2022-501417-31-01", ["2022-501417-31-01"]), ("ChiCTR2000029953", ["ChiCTR2000029953"]),
        ("JPRN-UMIN000012345", ["JPRN-UMIN000012345"]), ("NCT04245631", ["NCT04245631"]),
    ],
)  # fmt: skip
def test_numbers_of_all_registers(cell, identifiers):
    assert [one.value for one in IctrpSheet.read("trial_id", cell)] == identifiers


@pytest.mark.parametrize(
    ("cell", "kept", "left"),
    [
        ("20181082|1R21NS107897-01A1", ["1R21NS107897-01A1"], "“20181082”"),
        ("SIOPEN-003", ["SIOPEN-003"], ""), ("Nil known", [], "“Nil known”"), ("N/A", [], ""),
        ("2018-001795-38; 498", ["2018-001795-38"], "“498”"),
        ("NCT0123456; A-2020", ["A-2020"], "“NCT0123456”"),
    ],
)  # fmt: skip
def test_a_code_that_may_be_another_trial_s_is_no_identifier(cell, kept, left):
    widget = (
        ClassicSheet.columns()["other_ids"].widget
        if "|" in cell
        else IsrctnSheet.columns()["other_ids"].widget
    )
    try:
        found, said = widget.clean(cell), widget.remark(cell, [])
    except ValueError as refused:
        found, said = [], str(refused)
    assert ([one.value for one in found], left in said, bool(said)) == (kept, True, bool(left))


def test_marks_of_a_page_are_no_text():
    text = "_x000D_<br>Inclusion:_x000D_<br>1. Age &gt; 2 and <18;<br><br><br><br><b>2.</b> at risk"
    assert unmarked(text) == "Inclusion:\n1. Age > 2 and <18;\n\n2. at risk"


def test_diseases_lose_the_codes_behind_them():
    cell = "Acute leukaemia; Lymphoma <br>MedDRA version: 21.1\nLevel: PT\nClassification code 10000845"
    assert IctrpSheet.read("disease_terms", cell) == ["Acute leukaemia", "Lymphoma"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("0", ""),
        ("0 Years", ""),
        ("N/A", ""),
        ("18", "18"),
        ("18 Year(s)", "18 Years"),
        ("6 Months", "6 Months"),
    ],
)
def test_an_age_of_0_is_no_bound(cell, text):
    for sheet in (IctrpSheet, IsrctnSheet):
        assert sheet.read("age_min", cell) == sheet.read("age_max", cell) == text


@pytest.mark.parametrize("sheet", [CtgovSheet, ClassicSheet])
@pytest.mark.parametrize(
    ("cell", "ages"),
    [
        ("2 Years to 18 Years", ("2 Years", "18 Years")), ("6 Months and older", ("6 Months", "")),
        ("up to 21 Years", ("", "21 Years")), ("2 Years to 17 Years \xa0 (Child)", ("2 Years", "17 Years")),
        ("CHILD", ("", "")), ("CHILD, ADULT", ("", "")), ("Adult, Older Adult", ("", "")),
    ],
)  # fmt: skip
def test_ages_of_clinicaltrials_gov_are_kept_as_it_writes_them_and_groups_are_no_bounds(sheet, cell, ages):
    assert sheet.read("age", cell) == ages
