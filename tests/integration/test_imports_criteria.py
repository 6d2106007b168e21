"""Ages as they are written and what is recorded as “no limit”: from sheets and registries, and back."""

import pytest

from directory.core import changes
from directory.core.models import Change
from tests.builders import a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned, reverse_of
from tests.support.registry_rows import stored
from trials.models import Trial
from trials.sheets import TrialSheet

pytestmark = pytest.mark.django_db
CTGOV = {
    "NCT Number": "NCT00000001", "Study Title": "A study", "Study Status": "RECRUITING", "Sex": "ALL",
    "Age": "2 Years to 18 Years (CHILD, ADULT)", "Sponsor": "Example Hospital", "Locations": "",
}  # fmt: skip


def of(*names, slug="a"):
    trial = Trial.objects.get(slug=slug)
    return tuple(getattr(trial, name) for name in names)


def ages(slug="a"):
    return of("age_min_text", "age_max_text", "min_days", "max_days", slug=slug)


def exported(slug="a"):
    trial = TrialSheet.prepared(Trial.objects.filter(slug=slug)).get()
    return dict(zip(TrialSheet.columns(), TrialSheet.cells_of(trial), strict=True))


def changed(run, number=2):
    return {one["field"]: (one["old"], one["new"]) for one in run.rows.get(number=number).changes}


def row(**cells):
    return a_csv({"acronym": "A"} | cells)


# Ages


@pytest.mark.parametrize(
    ("low", "high", "days"),
    [
        ("> 2 years", "< 50 years", (731, 18261)), ("2 jaar", "jonger dan 18 jaar", (730, 6573)),
        ("6 mois", "moins de 18 ans", (182, 6573)), ("ab 1 Jahr", "bis 18 Jahre", (365, 6938)),
        ("", "≤ 18 years at diagnosis; ≤ 21 years at transplant", (None, None)),
        ("16 years; 18 years in the EU", "69 years", (6574, 25566)), ("1 year", "18 years", (365, 6938)),
    ],
)  # fmt: skip
def test_ages_are_exported_as_they_were_written_and_come_back_unchanged(low, high, days):
    user = an_editor()
    applied(a_csv({"acronym": "A", "title": "A", "age_min": low, "age_max": high}), kind="trials", user=user)
    assert ages() == (low, high, *days)
    cells = exported()
    assert (cells["age_min"], cells["age_max"]) == (low, high)
    seq = changes.last_seq()
    run = applied(a_csv(cells), kind="trials", user=user, name="again.csv")
    assert (outcomes(run), changes.last_seq()) == ({2: "unchanged"}, seq)


@pytest.mark.parametrize("column", ["age_min", "age_max"])
def test_one_cell_that_says_both_ages_fills_both_columns(column):
    run = planned(a_csv({"acronym": "A", "title": "A", column: "> 2 and < 50 years"}), kind="trials")
    assert {name: new for name, (_old, new) in changed(run).items() if name.startswith("age")} == {
        "age_min": "> 2 years", "age_max": "< 50 years",
    }  # fmt: skip
    told = f"2 {column}: “> 2 and < 50 years” is read as the minimum and the maximum age."
    assert told in messages(run)
    stored(run)
    assert ages() == ("> 2 years", "< 50 years", 731, 18261)


def test_one_cell_that_says_both_ages_does_not_outdo_the_other_column():
    run = planned(
        a_csv(
            {"acronym": "A", "title": "A", "age_min": "> 2 and < 50 years", "age_max": "18 years"},
            {"acronym": "B", "title": "B", "age_min": "2 to 18 years", "age_max": "≤ 18 years"},
        ),
        kind="trials",
    )
    assert outcomes(run) == {2: "invalid", 3: "new"}
    assert any("“< 50 years” for age_max, but that column says “18 years”" in one for one in messages(run))


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("age_min", "< 18 years", "is a maximum age in the place of the minimum"),
        ("age_max", "> 2 years", "is a minimum age in the place of the maximum"),
        ("age_max", "tot 18 jaar", "Write < 18 jaar or ≤ 18 jaar"),
        ("age_max", "soon", "is not an age of a trial"),
        ("age_min", "200 years", "older than 120 years"),
    ],
)  # fmt: skip
def test_what_is_no_age_there_is_refused_with_the_way_out(column, cell, said):
    run = planned(a_csv({"acronym": "A", "title": "A", column: cell}), kind="trials")
    assert outcomes(run) == {2: "invalid"}
    assert any(said in one and cell in one for one in messages(run))


def test_what_was_stored_before_keeps_its_days_and_comes_back_unchanged():
    trial = a_trial("A", slug="a", min_days=730, max_days=6574)
    before, cells = Trial.snapshots([trial.pk]), exported()
    assert (cells["age_min"], cells["age_max"]) == ("2 years", "6574 days")
    run = planned(a_csv(cells), kind="trials")
    assert outcomes(run) == {2: "unchanged"}
    assert Trial.snapshots([trial.pk]) == before
    run = applied(row(age_max="18 years"), kind="trials", user=an_editor())
    assert changed(run) == {"age_max": ("6574 days", "18 years")}
    assert ages() == ("", "18 years", 730, 6938)


def test_an_age_in_other_words_is_another_writing_and_the_same_days():
    a_trial("A", slug="a", age_max_text="< 18 years", max_days=6573)
    run = applied(row(age_max="jonger dan 18 jaar"), kind="trials", user=an_editor())
    assert changed(run) == {"age_max": ("< 18 years", "jonger dan 18 jaar")}
    assert ages() == ("", "jonger dan 18 jaar", None, 6573)


def test_ages_of_a_sheet_are_in_the_change_log_with_what_was_made_of_them():
    a_trial("A", slug="a")
    applied(row(age_max="≤ 21 years at transplant", age_min="2 years"), kind="trials", user=an_editor())
    fields = {name: after for name, _before, after in Change.objects.latest("seq").fields()}
    assert fields == {
        "age_min_text": "2 years", "min_days": 730, "age_max_text": "≤ 21 years at transplant",
    }  # fmt: skip


# No limit


def test_no_limits_are_recorded_in_four_languages_with_who_says_so_and_exported():
    user = an_editor()
    cells = {
        "no_limits": "leeftijd; lignes; Geschlecht",
        "criteria_source": "BSPHO",
        "criteria_as_of": "2026-04",
    }
    applied(a_csv({"acronym": "A", "title": "A"} | cells), kind="trials", user=user)
    assert of("no_limits", "criteria_source", "criteria_as_of") == (
        ["age", "lines", "sex"], "BSPHO", "2026-04",
    )  # fmt: skip
    cells = exported()
    assert (cells["no_limits"], cells["sex"]) == ("age; lines; sex", "all")
    assert outcomes(planned(a_csv(cells), kind="trials", user=user)) == {2: "unchanged"}


@pytest.mark.parametrize(
    ("stored_as", "cells", "said"),
    [
        ({"age_max_text": "18 years", "max_days": 6938}, {"no_limits": "age"}, "of age stands beside an age"),
        ({"no_limits": ["age"]}, {"age_min": "2 years"}, "of age stands beside an age"),
        ({"no_limits": ["age"]}, {"age_max": "≤ 21 years at transplant"}, "of age stands beside an age"),
        ({"lines_max": 1}, {"no_limits": "lines"}, "of lines stands beside a number"),
        ({"no_limits": ["lines"]}, {"lines_min": "1"}, "of lines stands beside a number"),
        ({"alterations": ["ALK"]}, {"no_limits": "alterations"}, "of alterations stands beside"),
        ({"no_limits": ["alterations_excluded"]}, {"alterations_excluded": "ALK"}, "of excluded alterations"),
        ({}, {"no_limits": "sex", "sex": "female"}, "of sex stands beside one sex"),
    ],
)  # fmt: skip
def test_no_limit_beside_a_recorded_value_is_refused_in_the_plan(stored_as, cells, said):
    a_trial("A", slug="a", **stored_as)
    run = planned(row(**cells), kind="trials")
    assert outcomes(run) == {2: "invalid"}
    assert any(said in one and "Take " in one for one in messages(run))


@pytest.mark.parametrize("word", ["all", "alle", "tous", "both"])
def test_a_sheet_that_says_all_of_the_sex_records_that_there_is_no_limit(word):
    a_trial("A", slug="a", no_limits=["age"])
    run = applied(row(sex=word), kind="trials", user=an_editor())
    assert changed(run) == {"no_limits": ("age", "age; sex")}
    assert of("sex", "no_limits") == ("all", ["age", "sex"])
    assert outcomes(planned(row(sex=word), kind="trials", name="again.csv")) == {2: "unchanged"}


def test_a_sex_that_nobody_said_is_exported_as_nothing():
    a_trial("A", slug="a")
    assert exported()["sex"] == ""
    assert outcomes(planned(a_csv(exported()), kind="trials")) == {2: "unchanged"}


def test_a_sheet_that_says_one_sex_takes_the_place_of_no_limit():
    a_trial("A", slug="a", no_limits=["age", "sex"])
    run = applied(row(sex="female"), kind="trials", user=an_editor())
    assert changed(run) == {"sex": ("all", "female"), "no_limits": ("age; sex", "age")}
    assert of("sex", "no_limits") == ("female", ["age"])


def test_both_ages_that_say_no_limit_record_it_and_one_alone_is_an_open_bound():
    user = an_editor()
    applied(row(title="A", age_min="no limit", age_max="geen limiet"), kind="trials", user=user)
    assert (*ages(), *of("no_limits")) == ("", "", None, None, ["age"])
    other = {"acronym": "B", "title": "B", "age_min": "> 2 years", "age_max": "no limit"}
    applied(a_csv(other), kind="trials", user=user, name="b.csv")
    assert (*ages("b"), *of("no_limits", slug="b")) == ("> 2 years", "", 731, None, [])


def test_an_undo_puts_back_ages_and_limits():
    trial, user = a_trial("A", slug="a", min_days=730, max_days=6574), an_editor()
    before = Trial.snapshots([trial.pk])
    cells = {"age_min": "> 2 years", "age_max": "< 18 years", "sex": "all", "criteria_source": "BSPHO"}
    run = applied(row(**cells), kind="trials", user=user)
    assert ages() == ("> 2 years", "< 18 years", 731, 6573)
    stored(reverse_of(run, user))
    assert Trial.snapshots([trial.pk]) == before


# Registries


def test_clinicaltrials_gov_fills_ages_as_it_writes_them_and_its_all_is_no_limit_of_sex():
    a_trial("A", slug="a", identifiers=["NCT00000001"])
    run = applied(a_csv(CTGOV), kind="", user=an_editor())
    assert changed(run)["age"] == ("", "2 Years – 18 Years")
    # Its maximum is inclusive: to the day before the 19th birthday.
    assert ages() == ("2 Years", "18 Years", 730, 6938)
    assert of("no_limits", "age_groups", "criteria_source") == (
        ["sex"], ["child", "adult"], "ClinicalTrials.gov",
    )  # fmt: skip


def test_a_registry_that_gives_one_bound_alone_says_nothing_of_the_other():
    a_trial("A", slug="a", identifiers=["NCT00000001"])
    applied(a_csv(CTGOV | {"Age": "6 Months and older (CHILD, ADULT)"}), kind="", user=an_editor())
    assert (*ages(), *of("no_limits")) == ("6 Months", "", 182, None, ["sex"])


@pytest.mark.parametrize(
    "ours",
    [
        {"age_max_text": "< 18 years", "max_days": 6573}, {"min_days": 365}, {"no_limits": ["age"]},
        {"age_max_text": "≤ 21 years at transplant"},
    ],
)  # fmt: skip
def test_what_an_editor_has_of_the_age_stays(ours):
    trial = a_trial("A", slug="a", identifiers=["NCT00000001"], **ours)
    applied(a_csv(CTGOV), kind="", user=an_editor())
    trial.refresh_from_db()
    assert {name: getattr(trial, name) for name in ours if name != "no_limits"} == {
        name: value for name, value in ours.items() if name != "no_limits"
    }
    assert set(ours.get("no_limits", ())) <= set(trial.no_limits)
    if "age" in trial.no_limits:
        assert ages() == ("", "", None, None)


@pytest.mark.parametrize(
    ("ours", "sex", "limits"),
    [({}, "female", []), ({"no_limits": ["sex"]}, "all", ["sex"]), ({"sex": "male"}, "male", [])],
)  # fmt: skip
def test_a_registry_fills_a_sex_that_nobody_said_and_no_other(ours, sex, limits):
    a_trial("A", slug="a", identifiers=["NCT00000001"], **ours)
    run = applied(a_csv(CTGOV | {"Sex": "FEMALE"}), kind="", user=an_editor())
    assert of("sex", "no_limits") == (sex, limits)
    assert any("stays" in one and " sex: " in one for one in messages(run)) == bool(ours)


def test_a_registry_does_not_sign_criteria_that_others_recorded():
    a_trial("A", slug="a", identifiers=["NCT00000001"], stages=["relapsed"])
    applied(a_csv(CTGOV), kind="", user=an_editor())
    assert of("age_max_text", "criteria_source") == ("18 Years", "")
