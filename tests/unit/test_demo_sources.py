"""The demo registry's spreadsheets against the sheets they were made from, and the corrections to these."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from tests.support.demo import DEMO, FACTS, centres, facts, named, several, table
from trials.age_criteria import parse_bounds

with_facts = pytest.mark.skipif(not FACTS.exists(), reason="the source sheets are not beside the project")
# A source newer than the registry's last update; the README of the demo tells which.
CORRECTED = {"MYECHILD01", "HR_NBL1_8_SIOPEN", "EURO_E_W_I_N_G_99"}


def _corrections() -> dict[str, dict[str, str]]:
    """What the corrections to the sources say, by acronym or number: these cells are not the sources' own."""
    found: dict[str, dict[str, str]] = {}
    with Path(__file__).with_name("demo_corrections.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["trial"], {})[row["column"]] = row["value"]
    return found


CORRECTIONS = _corrections()


@pytest.mark.parametrize("name", CORRECTIONS)
def test_a_correction_is_entered(name):
    row = next(row for row in table("trials") if named(row) == name)
    assert {column: row[column] for column in CORRECTIONS[name]} == CORRECTIONS[name]


def test_a_criterion_that_was_corrected_says_by_whom():
    ours = {named(row): row for row in table("trials")}
    criteria = {"age_min", "age_max", "stages", "alterations"}
    told = [name for name, cells in CORRECTIONS.items() if any(cells.get(one) for one in criteria)]
    assert len(told) > 20
    assert [name for name in told if not ours[name]["criteria_source"]] == []
    assert [
        named(row) for row in table("trials") if row["criteria_as_of"] and not row["criteria_source"]
    ] == []


# Against the sources


@with_facts
def test_all_trials_of_the_source_are_here_with_its_facts():
    source, here = facts("trials"), table("trials")
    assert len(source) == len(here) == 131
    for theirs, ours in zip(source, here, strict=True):
        corrected = CORRECTIONS.get(named(ours), {})
        assert ours["nct_number"] == theirs["nct_number"]
        assert "isrctn" in corrected or ours["isrctn"] == theirs["isrctn"]
        assert "eudract_number" in corrected or ours["eudract_number"] in {"", theirs["eudract_number"]}
        assert "title" in corrected or theirs["title"].startswith(ours["title"])
        for side in ("min", "max"):
            is_corrected = f"age_{side}" in corrected
            assert is_corrected or days_as_read(ours, side) == days_as_read(theirs, side), ours
        assert ours["opened_in_belgium"] == theirs["opened_in_belgium"]
        codes_of = [set(several(row)) for row in (theirs["iccc3_codes"], ours["conditions"])]
        assert "conditions" in corrected or codes_of[0] <= codes_of[1] | {"I"}
        groups = [one.strip().lower() for one in theirs["ctgov_age_categories"].split(",") if one.strip()]
        assert several(ours["age_groups"]) == groups
        assert ours["sex"] == theirs["sex"].lower()


def days_as_read(row: dict[str, str], side: str) -> int | None:
    """By the number alone: `< 18 years` of the note stands as `18 years` in the source's column."""
    bounds = parse_bounds(row[f"age_{side}"], side) if row[f"age_{side}"] else ()
    return bounds[0].amount if bounds else None


@with_facts
def test_a_registry_s_status_is_as_it_said_and_when():
    for theirs, ours in zip(facts("trials"), table("trials"), strict=True):
        if theirs["status"].isupper() and theirs["trial_key"] not in CORRECTED:
            assert ours["status"] == theirs["status"].lower()
            assert ours["status_as_of"] == theirs["status_as_of"]


@with_facts
def test_no_coordinator_or_investigator_of_the_sources_is_named():
    everything = "".join((DEMO / f"{name}.csv").read_text(encoding="utf-8") for name in ("trials", "sites"))
    persons = {row["principal_investigator"] for row in facts("sites")} - {""}
    surnames = {person.split()[-1] for person in persons} | {"Heyman", "Peters", "Feuchtinger", "Liénard"}
    assert len(surnames) >= 8
    assert [name for name in surnames if name in everything] == []


@with_facts
def test_all_mapped_sites_of_the_source_are_here_and_only_the_stated_expansions_beside_them():
    key_of = {
        (ours["nct_number"], ours["acronym"], ours["title"]): theirs["trial_key"]
        for theirs, ours in zip(facts("trials"), table("trials"), strict=True)
    }
    theirs = {
        (row["trial_key"], row["centre_code"].lower().replace("_", "-"))
        for row in facts("sites")
        if row["centre_code"]
    }
    ours = {
        (key_of[row["nct_number"], row["acronym"], row["title"]], row["centre_code"])
        for row in table("sites", ";")
    }
    assert theirs <= ours
    assert len(theirs) == 180
    assert Counter(key for key, _ in ours - theirs) == {"IEUROEWING": 6, "ALCL_VBL": 6}


@with_facts
def test_the_centres_stand_where_the_source_has_them():
    ours = {row["code"]: row for row in centres()}
    for theirs in facts("centres"):
        row = ours[theirs["centre_code"].lower().replace("_", "-")]
        corrected = {"chu-liege": "Avenue de l’Hôpital 1"}.get(row["code"])
        assert row["street"] == (corrected or theirs["street"])
        assert row["postal_code"] == theirs["postal_code"]
        assert row["short_name_fr"] == theirs["short_name"]
        assert [float(row[x] or 0) for x in ("latitude", "longitude")] == [
            float(theirs[x] or 0) for x in ("latitude", "longitude")
        ]
