"""What cells of trials and sites mean: the words of registries and of people, in four languages."""

import csv

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from directory.core.text import fold
from trials.choices import Limit, Phase, Recruitment, Scheme, Sex, Stage, StudyType
from trials.conditions import codes
from trials.identifiers import parse_identifier
from trials.sheets import VOCABULARY, SiteSheet, TrialSheet, spellings

CHOICES = {"status": Recruitment, "study_type": StudyType, "stage": Stage, "sex": Sex, "limit": Limit}
COLUMN = {
    "status": "status", "study_type": "study_type", "stage": "stages", "sex": "sex", "limit": "no_limits",
}  # fmt: skip
LANGUAGES = ("en", "nl", "fr", "de")


def read(column, cell, sheet=TrialSheet):
    value = sheet.read(column, cell)
    return value[0] if column in ("stages", "no_limits") else value


def rows():
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# The vocabulary of spellings


def test_every_spelling_belongs_to_a_vocabulary_and_means_a_word_of_it():
    for row in rows():
        assert row["word"] in CHOICES[row["vocabulary"]].values, row


def test_no_spelling_means_two_words():
    meant = {}
    for row in rows():
        key = row["vocabulary"], fold(row["spelling"])
        assert meant.setdefault(key, row["word"]) == row["word"], row


def test_no_spelling_takes_the_place_of_another_word():
    for vocabulary, choices in CHOICES.items():
        for spelling, word in spellings(vocabulary).items():
            mine = {fold(value): value for value in choices.values}
            assert mine.get(spelling, word) == word


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['vocabulary']}-{row['spelling']}"[:60])
def test_a_spelling_is_read_as_its_word_in_any_case(row):
    column = COLUMN[row["vocabulary"]]
    cell = row["spelling"]
    assert read(column, cell) == read(column, cell.upper()) == read(column, f" {cell}\u00a0") == row["word"]


@pytest.mark.parametrize("vocabulary", CHOICES)
def test_every_word_is_read_as_the_english_page_writes_it(vocabulary):
    with translation.override("en"):
        labels = {str(label): value for value, label in CHOICES[vocabulary].choices}
    for label, value in labels.items():
        assert read(COLUMN[vocabulary], label) == value


@pytest.mark.parametrize("cell", ["open or closed", "closed maybe", "-", "recruiting soon", "not", "active"])
def test_a_status_that_may_mean_two_things_is_not_guessed(cell):
    with pytest.raises(ValueError, match="is not a status"):
        SiteSheet.read("status", cell)


# Phases

SPELT = {
    "phase1": ["1", "I", "phase 1", "Phase I", "PHASE1", "fase 1", "phase_1", "Ia", "phase 1b"],
    "phase2": ["2", "II", "phase 2", "Phase II", "fase II", "IIb"],
    "phase3": ["3", "III", "Phase III", "PHASE3"],
    "phase4": ["4", "IV", "Phase IV", "fase 4"],
    "early_phase1": ["early phase 1", "EARLY_PHASE1", "Early Phase I"],
}


@pytest.mark.parametrize(("word", "cell"), [(word, cell) for word, cells in SPELT.items() for cell in cells])
def test_a_phase_is_read_in_each_spelling(word, cell):
    assert TrialSheet.read("phase", cell) == [word]


@pytest.mark.parametrize(
    "cell", ["1/2", "I/II", "Phase 1/2", "phase 1 / phase 2", "phase 1 and 2", "fase 1 en 2", "phase 1 et 2",
             "Phase 1 und 2", "I-II", "1+2", "phase1; phase2", "PHASE1|PHASE2", "1 & 2", "Ib/IIa"],
)  # fmt: skip
def test_two_phases_are_read_however_they_are_joined(cell):
    assert TrialSheet.read("phase", cell) == ["phase1", "phase2"]


@pytest.mark.parametrize("cell", ["N/A", "n.a.", "NA", "not applicable", "niet van toepassing", "Sans objet"])
def test_no_phase_applies(cell):
    assert TrialSheet.read("phase", cell) == [Phase.NA]


@pytest.mark.parametrize("cell", ["0", "5", "phase", "phase V", "pilot", "1c", "11", "phase 2 or so"])
def test_what_is_no_phase_is_refused_whole(cell):
    with pytest.raises(ValueError, match=f"“{cell}” is not a phase"):
        TrialSheet.read("phase", cell)


# Conditions


@given(st.lists(st.sampled_from(sorted(codes())), min_size=1, max_size=6, unique=True), st.booleans())
def test_codes_are_read_in_any_case_in_the_order_given(wanted, upper):
    cell = "; ".join(code.upper() if upper else code.lower() for code in wanted)
    assert TrialSheet.read("conditions", cell) == wanted


def test_no_two_codes_differ_in_case_alone():
    assert len({code.casefold() for code in codes()}) == len(codes())


@pytest.mark.parametrize("cell", ["VIIIc; XX", "8c", "VIII c2", "C40", "Ewing"])
def test_a_code_of_another_classification_is_refused_with_the_form_of_ours(cell):
    with pytest.raises(ValueError, match="Write codes like VIIIc"):
        TrialSheet.read("conditions", cell)


# Identifiers


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("nct_number", "NCT04307576"), ("eu_ct_number", "2022-501454-11-00"),
        ("eudract_number", "2018-001795-38"), ("isrctn", "ISRCTN45535982"), ("other_ids", "DRKS00023783"),
    ],
)  # fmt: skip
def test_a_number_is_taken_as_what_it_is_in_any_column_of_identifiers_and_it_is_told(column, cell):
    for sheet in (TrialSheet, SiteSheet):
        for name in sheet.identifier_columns:
            read = sheet.read(name, cell)
            assert read == [parse_identifier(cell)]
            said = sheet.columns()[name].widget.remark(cell, read)
            own = sheet.columns()[name].widget.scheme
            assert bool(said) == (own not in (None, read[0].scheme))
            assert not said or f"“{cell}” is an identifier of {read[0].scheme.label}" in said


def test_a_number_of_a_known_registry_among_the_others_is_still_known():
    found = TrialSheet.read("other_ids", "NCT04307576; AALL1631; 2018-001795-38")
    assert [one.scheme for one in found] == [Scheme.NCT, Scheme.OTHER, Scheme.EUDRACT]


def test_the_same_number_twice_is_one():
    assert len(TrialSheet.read("nct_number", "NCT04307576, nct 0430 7576")) == 1


def test_a_comma_may_stand_in_an_identifier_of_no_registry():
    assert [one.value for one in TrialSheet.read("other_ids", "ET13-002, arm B; X1")] == [
        "ET13-002, arm B",
        "X1",
    ]


@pytest.mark.parametrize("column", TrialSheet.identifier_columns)
def test_one_bad_number_refuses_the_cell_and_is_named(column):
    with pytest.raises(ValueError, match="“---”"):
        TrialSheet.read(column, "---")


# Headers

HEADERS = {
    "en": ["Centre", "NCT_ID", "EU CT Number", "Principal investigator", "Consent to publish", "opened on"],
    "nl": ["Ziekenhuis", "NCT nummer", "EU CT nummer", "Hoofdonderzoeker", "Toestemming", "Startdatum"],
    "fr": ["Hôpital", "Numéro NCT", "N° EU CT".replace("N°", "numero"), "Investigateur principal",
           "Accord de publication", "Date de début"],
    "de": ["Krankenhaus", "NCT Nummer", "EU CT Nummer", "Hauptprüfer", "Einwilligung", "Startdatum"],
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hospitals_own_words_for_the_columns_are_known(language):
    found = [SiteSheet.by_header().get(fold(header).replace(" ", "")) for header in HEADERS[language]]
    assert found == [
        "centre_code", "nct_number", "eu_ct_number", "pi_name", "consent_to_publish", "start_date",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "header", ["patient", "date of birth", "naam patiënt", "rijksregister", "age", "sex"]
)
def test_a_sheet_of_sites_reads_nothing_about_a_patient(header):
    assert fold(header).replace(" ", "") not in SiteSheet.by_header()


def test_the_status_of_a_site_is_not_asked_of_its_field():
    assert SiteSheet.model_field("status") is SiteSheet.model_field("status_date") is None
    assert SiteSheet.model_field("url").name == "url"
