"""The words that partners' programs rely on. Each list is written by hand, so that losing one is seen."""

import pytest

from centres.choices import CentreRole
from centres.sheets import CentreSheet, NetworkSheet
from directory.api.shapes import FaultSerializer, ProblemSerializer
from directory.api.v1 import shapes, shapes_imports
from directory.core.ages import parse_age
from directory.core.roles import Role
from directory.core.text import squash
from directory.imports.choices import Outcome, Status
from directory.imports.kinds import all_kinds
from directory.partners.models import KeyScope
from trials.choices import (
    AgeGroup,
    ArmType,
    Freshness,
    InterventionType,
    Limit,
    Phase,
    Recruitment,
    Scheme,
    Sex,
    Stage,
    StudyType,
)
from trials.conditions import codes
from trials.filters import ORDERINGS, TrialFilterSet
from trials.sheets import SiteSheet, TrialSheet

WORDS = {
    Recruitment: "not_yet_recruiting recruiting enrolling_by_invitation active_not_recruiting suspended "
    "completed terminated withdrawn unknown",
    Phase: "early_phase1 phase1 phase2 phase3 phase4 na",
    StudyType: "interventional observational expanded_access",
    Sex: "all female male",
    CentreRole: "reference satellite shared_care associated",
    Stage: "newly_diagnosed relapsed refractory remission maintenance follow_up any",
    Limit: "age lines alterations alterations_excluded sex diagnosis",
    Scheme: "nct euct eudract isrctn drks ictrp other",
    Freshness: "fresh ageing stale never disputed",
    AgeGroup: "child adult older_adult",
    InterventionType: "drug biological device procedure radiation behavioral genetic dietary_supplement "
    "combination_product diagnostic_test other",
    ArmType: "experimental active_comparator placebo_comparator sham_comparator no_intervention other",
    Outcome: "new update unchanged duplicate conflict invalid error",
    Role: "editor coordinator sponsor registry system",
}


@pytest.mark.parametrize("choices", WORDS, ids=lambda choices: choices.__name__)
def test_a_vocabulary_is_the_one_that_was_promised_in_its_order(choices):
    assert choices.values == WORDS[choices].split()


@pytest.mark.parametrize("choices", WORDS, ids=lambda choices: choices.__name__)
def test_no_two_words_of_a_vocabulary_look_the_same_to_a_reader(choices):
    labels = [str(label).casefold() for label in choices.labels]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("choices", WORDS, ids=lambda choices: choices.__name__)
def test_a_word_fits_an_address_and_a_cell(choices):
    for value in choices.values:
        assert value.isascii()
        assert value == value.lower().replace(" ", "_")


def test_the_way_of_an_import_is_the_one_that_was_promised():
    promised = {"uploaded", "planning", "planned", "applying", "applied", "cancelled", "failed"}
    assert promised <= set(Status.values) <= promised | {"undoing", "undone"}


def test_the_kinds_of_sheets_are_those_that_were_promised():
    registries = {"ctgov_csv", "ctgov_json", "ctgov_classic", "ctis_csv", "ictrp", "isrctn", "euctr"}
    assert all_kinds().keys() <= {"centres", "networks", "trials", "sites", *registries}
    assert {"centres", "networks", "trials", "sites"} <= all_kinds().keys()


def test_a_key_has_the_scopes_that_were_promised():
    assert set(KeyScope.values) == {"read", "imports"}


@pytest.mark.parametrize(
    ("text", "days"),
    [("14", 5113), ("14y", 5113), ("6m", 182), ("31d", 31), ("2 Years", 730), ("18 mois", 547),
     ("6 maanden", 182)],
)  # fmt: skip
def test_an_age_is_accepted_in_every_form_that_was_promised(text, days):
    assert parse_age(text) == days


def test_the_classes_of_diseases_are_those_of_the_classification():
    assert {"I", "Ia", "IVa", "VIIIc", "XII"} <= set(codes())
    assert {code.rstrip("abcdef0123456789.") for code in codes()} == {
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
    }  # fmt: skip


# Filters and orderings

FILTERS = {
    "q", "status", "phase", "condition", "age", "stage", "sex", "study_type", "centre", "network", "province",
    "country", "near", "within", "freshness", "identifier", "updated_since", "ordering",
}  # fmt: skip


def test_trials_are_filtered_by_what_was_promised():
    # What came later stands in docs/adr/0012 and in the last section of the contract.
    assert set(TrialFilterSet.base_filters) == FILTERS | {"age_band", "recruiting_in", "trial_status"}


def test_lists_are_ordered_by_what_was_promised():
    assert set(ORDERINGS) >= {
        "relevance", "acronym", "updated", "opened", "distance",
    }  # fmt: skip


# Shapes of answers

SHAPES = {
    shapes.TrialSerializer: """slug url acronym title titles summary identifiers status status_as_of phases
        study_type conditions disease_terms stages sex age sponsor groups parent sites opened_in_belgium
        source status_by status_disputed dispute age_groups interventions
        arm_groups contact no_limits criteria_source criteria_as_of age_as_written updated_at""",
    shapes.AgeAsWrittenSerializer: "min max",
    shapes.InterventionSerializer: "name type inn classes",
    shapes.ArmSerializer: "label type description interventions",
    shapes.TrialContactSerializer: "role email phone source as_of",
    shapes.SiteSerializer: """trial centre status status_since verified_at verified_by source freshness
        next_due contact cohort_open verified_on dispute implied_by""",
    shapes.SiteCentreSerializer: "code name city postal_code country lat lon",
    shapes.IdentifierSerializer: "scheme value url",
    shapes.ConditionRefSerializer: "code name",
    shapes.AgeSerializer: "min_days max_days text",
    shapes_imports.CountsSerializer: "new update unchanged duplicate conflict invalid error",
    shapes_imports.ImportRunSerializer: """id kind file_name status rows_total rows_done percent counts
        problems warnings created_at finished_at created_by undo_of stored""",
    shapes_imports.ImportRowSerializer: "number outcome record changes messages",
    shapes_imports.FieldChangeSerializer: "field old new",
    shapes_imports.CellMessageSerializer: "column value message",
    ProblemSerializer: "type title status detail errors see",
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_an_answer_has_the_names_that_were_promised_in_their_order(shape):
    assert list(shape().fields) == SHAPES[shape].split()


def test_a_fault_names_its_field_and_may_name_what_is_allowed():
    fields = FaultSerializer().fields
    assert list(fields) == ["field", "message", "allowed"]
    assert [name for name, field in fields.items() if not field.required] == ["allowed"]


# Columns of sheets

COLUMNS = {
    CentreSheet: """code name_en name_nl name_fr name_de street postal_code city country latitude longitude
        phone email website university languages aliases oms_id ror_id
        short_name_en short_name_nl short_name_fr short_name_de""",
    NetworkSheet: "network network_name centre role since until care",
    TrialSheet: """acronym title title_nl title_fr title_de summary nct_number eu_ct_number eudract_number
        isrctn other_ids parent phase study_type sponsor groups conditions disease_terms stages alterations
        sex age_min age_max status status_as_of opened_in_belgium url alterations_excluded lines_min lines_max
        eligibility arms age_groups interventions no_limits criteria_source criteria_as_of""",
    SiteSheet: """centre_code nct_number eu_ct_number acronym title disease phase status status_date pi_name
        contact_name contact_email contact_phone start_date url consent_to_publish""",
}
CASES = [(sheet, column) for sheet, columns in COLUMNS.items() for column in columns.split()]


@pytest.mark.parametrize(("sheet", "column"), CASES, ids=lambda one: getattr(one, "kind", one))
def test_a_column_is_found_whatever_the_case_spaces_and_accents_of_its_header(sheet, column):
    for header in (
        column,
        column.upper(),
        column.replace("_", " "),
        column.title(),
        f"\u00a0{column}\u200b ",
    ):
        assert sheet.by_header()[squash(header)] == column


@pytest.mark.parametrize(("sheet", "column"), CASES, ids=lambda one: getattr(one, "kind", one))
@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_a_column_has_a_header_in_each_language_that_is_read_back(sheet, column, language):
    header = sheet.columns()[column].header(language)
    assert sheet.columns()[column].translations[language]
    assert sheet.by_header()[squash(header)] == column
