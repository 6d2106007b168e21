"""Sheets of trials."""

import pytest

from directory.core import changes
from directory.imports import actions, steps
from directory.imports.apply import apply_run
from tests.builders import a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import Trial, TrialIdentifier

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, params=[1, 1_000], ids=["row by row", "together"])
def _chunks(request, monkeypatch):
    """What a later chunk needs of an earlier row is kept, however the rows are cut into chunks."""
    monkeypatch.setattr(steps, "CHUNK", request.param)


FULL = {
    "acronym": "EXAMPLE-1", "title": "An example", "title_fr": "Un exemple", "summary": "Line one\nLine two",
    "nct_number": "NCT00000001; nct 0000-0002",
    "eudract_number": "EUCTR2018-001795-38-BE", "other_ids": "AALL1",
    "phase": "Phase 1/2", "study_type": "Interventional", "sponsor": "A sponsor", "groups": "SIOPEN; GPOH",
    "conditions": "VIIIc; IXd", "disease_terms": "Ewing sarcoma", "stages": "relapse", "alterations": "ALK",
    "sex": "all", "age_min": "2 years", "age_max": "50 years", "status": "Recruiting",
    "status_as_of": "2024-06", "opened_in_belgium": "2024-06-03", "url": "https://example.org",
}  # fmt: skip


def changed(run, number=2):
    return {one["field"]: (one["old"], one["new"]) for one in run.rows.get(number=number).changes}


def test_every_column_reaches_its_field():
    run = applied(a_csv(FULL), kind="trials", user=an_editor())
    assert run.status == "applied"
    assert messages(run) == [
        "2 nct_number: “nct 0000-0002” is read as NCT00000002.",
        "2 eudract_number: “EUCTR2018-001795-38-BE” is read as 2018-001795-38.",
    ]
    trial = Trial.objects.get()
    assert (trial.slug, trial.state, trial.title_fr, trial.summary_en) == (
        "example-1", "listed", "Un exemple", "Line one\nLine two",
    )  # fmt: skip
    assert (trial.phases, trial.groups, trial.stages) == (
        ["phase1", "phase2"],
        ["SIOPEN", "GPOH"],
        ["relapsed"],
    )
    assert (trial.min_days, trial.max_days, trial.status) == (730, 18626, "recruiting")
    assert (trial.status_as_of, trial.opened_in_belgium) == ("2024-06", "2024-06-03")
    assert {one.value for one in trial.identifiers.all()} == {
        "NCT00000001", "NCT00000002", "2018-001795-38", "AALL1",
    }  # fmt: skip
    assert {one.code for one in trial.conditions.all()} == {"VIIIc", "IXd"}
    [change] = changes.history("trial", "example-1")
    assert change.after["conditions"] == ["VIIIc", "IXd"]


def test_the_same_sheet_again_changes_nothing():
    applied(a_csv(FULL), kind="trials")
    run = applied(a_csv(FULL), kind="trials", name="again.csv")
    assert outcomes(run) == {2: "unchanged"}
    assert changes.history("trial", "example-1").count() == 1


@pytest.mark.parametrize(
    "finds",
    [{"nct_number": "nct04307576"}, {"acronym": "alltogether1"}, {"eudract_number": "2018-001795-38"}],
)
def test_a_trial_is_found_by_any_identifier_or_by_its_acronym(finds):
    a_trial("ALLTogether1", identifiers=["NCT04307576", "2018-001795-38"], slug="alltogether1")
    run = planned(a_csv({"status": "suspended"} | finds), kind="trials")
    row = run.rows.get()
    assert (row.outcome, row.record) == ("update", "alltogether1")


def test_an_identifier_is_added_and_none_is_taken_away():
    trial = a_trial("A", identifiers=["NCT00000001"])
    run = applied(a_csv({"acronym": "A", "eu_ct_number": "2024-510578-25-00"}), kind="trials")
    assert changed(run) == {"eu_ct_number": ("", "2024-510578-25-00")}
    assert trial.identifiers.count() == 2
    run = applied(a_csv({"nct_number": "NCT00000001; NCT00000009"}), kind="trials")
    assert changed(run) == {"nct_number": ("NCT00000001", "NCT00000001; NCT00000009")}
    assert trial.identifiers.count() == 3


def test_identifiers_of_two_trials_in_a_row_are_refused_naming_both():
    a_trial("A", identifiers=["NCT00000001"]), a_trial("B", identifiers=["2018-001795-38"])
    row = {"nct_number": "NCT00000001", "eudract_number": "2018-001795-38", "title": "x"}
    run = planned(a_csv(row), kind="trials")
    assert messages(run) == [
        "2 nct_number: The identifiers belong to different trials: A, B. Keep those of one trial."
    ]


def test_the_same_identifier_on_two_rows_is_told_on_both():
    rows = [{"acronym": name, "title": name, "nct_number": "NCT00000001"} for name in ("A", "B")]
    run = applied(a_csv(*rows), kind="trials")
    assert outcomes(run) == {2: "duplicate", 3: "duplicate"}
    assert all("Rows 2 and 3 are about the same record" in said for said in messages(run))
    assert run.rows.get(number=2).messages[0]["value"] == "NCT00000001"
    assert not Trial.objects.exists()


def test_an_acronym_of_two_trials_is_ambiguous():
    a_trial("SAME", identifiers=["NCT00000001"]), a_trial("same", slug="same-2")
    run = planned(a_csv({"acronym": "Same", "title": "x"}), kind="trials")
    assert "More than one trial has this acronym" in messages(run)[0]
    assert "NCT00000001" in messages(run)[0]
    assert "same-2" in messages(run)[0]


def test_a_known_acronym_with_another_number_of_the_same_registry_is_not_taken_for_the_same_trial():
    a_trial("A", identifiers=["NCT00000001"])
    run = planned(a_csv({"acronym": "A", "title": "x", "nct_number": "NCT00000002"}), kind="trials")
    assert outcomes(run) == {2: "invalid"}
    assert "“A” is known with NCT00000001, but this row says NCT00000002" in messages(run)[0]


def test_ages_the_wrong_way_round_are_refused_even_against_the_stored_bound():
    a_trial("A", max_days=730)
    rows = [
        {"acronym": "B", "title": "B", "age_min": "18y", "age_max": "2y"},
        {"acronym": "A", "age_min": "3 years"},
    ]
    run = planned(a_csv(*rows), kind="trials")
    assert outcomes(run) == {2: "invalid", 3: "invalid"}
    assert messages(run) == [
        "2 age_min: The minimum age must not exceed the maximum age. (18y > 2y)",
        "3 age_min: The minimum age must not exceed the maximum age. (3 years > 730 days)",
    ]


def test_sub_protocols_find_their_parent_in_the_sheet_or_in_the_registry():
    a_trial("MASTER", slug="master")
    rows = [
        {"acronym": "NEW-HEAD", "title": "x"},
        {"acronym": "NEW-A", "title": "x", "parent": "New Head"},
        {"acronym": "NEW-A1", "title": "x", "parent": "NEW-A"},
        {"acronym": "OLD-A", "title": "x", "parent": "MASTER"},
        {"acronym": "ORPHAN", "title": "x", "parent": "NOBODY"},
        {"acronym": "SELF", "title": "x", "parent": "SELF"},
    ]
    run = applied(a_csv(*rows), kind="trials")
    assert [outcomes(run)[number] for number in range(2, 8)] == ["new"] * 4 + ["invalid"] * 2
    parents = dict(Trial.objects.exclude(parent=None).values_list("acronym", "parent__acronym"))
    assert parents == {"NEW-A": "NEW-HEAD", "NEW-A1": "NEW-A", "OLD-A": "MASTER"}
    assert "“NOBODY” is not a known trial. Put its row above this one" in messages(run)[0]


def test_a_sub_protocol_whose_parent_is_not_taken_is_not_taken_either():
    rows = [
        {"acronym": "M", "title": "one", "nct_number": "NCT00000001"},
        {"acronym": "A", "title": "x", "parent": "M"},
        {"acronym": "M", "title": "two", "nct_number": "NCT00000001"},
    ]
    run = applied(a_csv(*rows), kind="trials")
    assert outcomes(run) == {2: "duplicate", 3: "invalid", 4: "duplicate"}
    assert "3 parent: The parent (row 2) is not stored. Correct that row first." in messages(run)
    assert not Trial.objects.exists()


def test_a_new_trial_needs_a_title_and_a_row_something_to_be_found_by():
    run = planned(a_csv({"acronym": "A", "sponsor": "x"}, {"acronym": "", "sponsor": "y"}), kind="trials")
    assert messages(run) == [
        "2 title: This trial is new and needs a title.",
        "3 acronym: Which trial is it? Fill in its acronym or an identifier.",
    ]


def test_addresses_of_new_trials_are_free_and_readable():
    a_trial("Another", slug="ab")
    rows = [
        {"acronym": "A/B", "title": "x", "nct_number": "NCT00000001"},
        {"acronym": "", "title": "x", "nct_number": "NCT00000002"},
        {"acronym": "***", "title": "The title", "nct_number": ""},
    ]
    applied(a_csv(*rows), kind="trials")
    slugs = set(Trial.objects.values_list("slug", flat=True))
    assert slugs == {"ab", "nct00000001", "nct00000002", "the-title"}


def test_a_control_character_is_refused_by_row_and_column_and_never_stored():
    rows = [{"acronym": "A\x07", "title": "x\x00y"}, {"acronym": "B", "title": "fine"}]
    run = applied(a_csv(*rows), kind="trials")
    assert outcomes(run) == {2: "invalid", 3: "new"}
    assert {said.split(":")[0] for said in messages(run)} == {"2 acronym", "2 title"}
    assert any("U+0000" in said for said in messages(run))
    assert Trial.objects.get().acronym == "B"


@pytest.mark.parametrize("rows", [10, 400])
def test_the_number_of_queries_does_not_grow_with_the_rows(rows, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 1_000)
    for number in range(rows // 2):
        a_trial(f"T{number}", identifiers=[f"NCT{number:08}"], conditions=["Ia"])
    row = {"title": "A title", "conditions": "Ib"}
    content = a_csv(*(row | {"acronym": f"T{n}", "nct_number": f"NCT{n:08}"} for n in range(rows)))
    with django_assert_max_num_queries(110):
        run = applied(content, kind="trials")
    assert (run.counts["new"], run.counts["update"]) == (rows // 2, rows // 2)
    assert TrialIdentifier.objects.count() == rows


def test_a_repaired_identifier_is_shown_as_a_repair_and_finds_its_trial():
    a_trial("A", slug="a", identifiers=["NCT03569241"])
    run = planned(a_csv({"nct_number": "03569241", "sponsor": "x"}), kind="trials")
    assert run.rows.get().record == "a"
    assert messages(run) == ["2 nct_number: “03569241” is read as NCT03569241."]


def test_an_identifier_with_a_digit_too_few_is_refused():
    run = planned(a_csv({"nct_number": "NCT0574817", "acronym": "A", "title": "x"}), kind="trials")
    assert run.counts["invalid"] == 1
    assert "“NCT0574817” is not an identifier of ClinicalTrials.gov" in messages(run)[0]


# One that may be known


@pytest.mark.parametrize(
    "row",
    [
        {"acronym": "AALL-1731X", "title": "Blinatumomab in children with B-ALL, first line"},
        {"acronym": "Other", "title": "Blinatumomab in children with newly diagnosed B-ALL"},
        {"acronym": "Other", "title": "Something else", "other_ids": "AALL1731"},
    ],
)
def test_a_new_trial_that_may_be_a_known_one_is_held_back_with_the_reason(row):
    a_trial(
        "AALL1731",
        title_en="Blinatumomab in children with newly diagnosed B-ALL",
        identifiers=["ISRCTN45535982"],
    )
    row = {"nct_number": "NCT00000002"} | row
    run = planned(a_csv(row, {"acronym": "NEW-1", "title": "Nothing like it"}), kind="trials")
    held = run.rows.get(number=2)
    assert (held.outcome, held.may_be_taken) == ("duplicate", True)
    assert "This may be a known trial" in held.messages[-1]["message"]
    assert "AALL1731 (ISRCTN45535982)" in held.messages[-1]["message"]
    assert outcomes(run)[3] == "new"


def test_a_held_back_trial_is_stored_where_a_person_takes_it():
    a_trial("AALL1731", title_en="Blinatumomab in children with B-ALL", identifiers=["ISRCTN45535982"])
    row = {"nct_number": "NCT00000002", "acronym": "X", "title": "Blinatumomab in children with B-ALL"}
    run = planned(a_csv(row), kind="trials")
    run.rows.update(decision="take")
    actions.confirm(run=run, user=None, queue=False)
    apply_run(run)
    assert Trial.objects.count() == 2


def test_trials_that_differ_by_a_number_are_two():
    a_trial("AALL1731", title_en="Blinatumomab in children with B-ALL", identifiers=["NCT00000001"])
    row = {"nct_number": "NCT00000002", "acronym": "AALL1732", "title": "Inotuzumab in children with B-ALL"}
    assert planned(a_csv(row), kind="trials").counts["new"] == 1


def test_one_title_under_two_numbers_of_one_registry_is_two_trials():
    a_trial("A", title_en="Combination chemotherapy in children", identifiers=["NCT00000001"])
    row = {"nct_number": "NCT00000002", "acronym": "B", "title": "Combination chemotherapy in children"}
    assert planned(a_csv(row), kind="trials").counts["new"] == 1
