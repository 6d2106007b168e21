"""The demo registry's spreadsheets: in the contract's form, true to each other and to their sources."""

import datetime as dt
import re
from collections import Counter

import pytest

from centres.choices import CentreRole, Language
from directory.core.dates import parse_partial
from directory.core.fields import LANGUAGE_CODES
from directory.core.phones import is_e164
from directory.core.places import Place, distance_km, locate
from directory.core.text import control_character_in, fold, tidy
from tests.support.demo import DEMO, centres, identifiers, named, several, table
from trials.age_criteria import days_of, parse_bounds
from trials.choices import AgeGroup, Limit, Phase, Recruitment, Scheme, Sex, Stage, StudyType
from trials.conditions import codes

COLUMNS = {
    "centres": "code name_en name_nl name_fr name_de street postal_code city country latitude longitude phone"
    " email website university languages aliases oms_id ror_id short_name_en short_name_nl short_name_fr"
    " short_name_de",
    "networks": "network network_name centre role since until care",
    "trials": "acronym title title_nl title_fr title_de summary nct_number eu_ct_number eudract_number isrctn"
    " other_ids parent phase study_type sponsor groups conditions disease_terms stages alterations sex"
    " age_min age_max status status_as_of opened_in_belgium url lines_min lines_max eligibility arms"
    " age_groups no_limits criteria_source criteria_as_of",
    "sites": "centre_code nct_number eu_ct_number acronym title disease phase status status_date pi_name"
    " contact_name contact_email contact_phone start_date url consent_to_publish",
}
NINE = {
    "uz-gent", "uz-leuven", "uza", "uz-brussel", "huderf", "saint-luc", "chr-citadelle", "chc-montlegia",
    "chu-liege",
}  # fmt: skip
# Candidates the source calls unverified.
UNVERIFIED = ("2019-004153-93", "2017-001691-39", "NCT04005820")


SHEETS = {
    "centres": centres,
    "networks": lambda: table("networks"),
    "trials": lambda: table("trials"),
    "sites": lambda: table("sites", ";"),
}


# Every sheet


@pytest.mark.parametrize("kind", SHEETS)
def test_the_header_is_the_contract_s(kind):
    assert list(SHEETS[kind]()[0]) == COLUMNS[kind].split()


@pytest.mark.parametrize("kind", SHEETS)
def test_every_row_has_every_column_and_no_stray_character(kind):
    for row in SHEETS[kind]():
        assert None not in row
        assert None not in row.values()
        for column, value in row.items():
            # Arms stand one a line.
            for line in value.split("\n") if column == "arms" else [value]:
                assert control_character_in(line) is None
                assert line == tidy(line), line


@pytest.mark.parametrize("kind", SHEETS)
def test_no_sheet_names_a_person_or_a_mailbox(kind):
    titled = re.compile(r"\b(prof|dr|mme|mr|mrs|ms|dhr|mevr)\b\.?\s", re.IGNORECASE)
    for row in SHEETS[kind]():
        for value in row.values():
            assert "@" not in value
            assert not titled.search(value), value
            assert "*" not in value


def test_the_sites_sheet_is_what_a_belgian_excel_saves():
    raw = (DEMO / "sites.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.split(b"\r\n", 1)[0].count(b";") == 15
    assert re.search(rb";\d{2}/\d{2}/20\d{2};", raw)


# Centres and networks


def test_there_are_nine_centres_each_named_in_four_languages():
    assert {row["code"] for row in centres()} == NINE
    assert len(centres()) == 9
    names = [f"{name}_{language}" for name in ("name", "short_name") for language in LANGUAGE_CODES]
    assert all(row[name] for row in centres() for name in names)


def test_a_short_name_is_a_name_or_an_alias_of_its_centre():
    for row in centres():
        known = {*several(row["aliases"]), *(row[f"name_{language}"] for language in LANGUAGE_CODES)}
        assert {row[f"short_name_{language}"] for language in LANGUAGE_CODES} <= known, row["code"]


def test_a_hospital_of_two_languages_has_a_short_name_in_each():
    [huderf] = [row for row in centres() if row["code"] == "huderf"]
    assert (huderf["short_name_fr"], huderf["short_name_nl"]) == ("HUDERF", "UKZKF")


def test_a_centre_lies_in_its_postal_code():
    for row in centres():
        if row["latitude"]:
            here = Place(float(row["latitude"]), float(row["longitude"]))
            assert distance_km(locate(row["postal_code"]), here) < 8, row["code"]
    assert [row["code"] for row in centres() if not row["latitude"]] == ["chc-montlegia"]


def test_telephones_are_international_and_websites_are_addresses():
    for row in centres():
        assert not row["phone"] or is_e164(row["phone"]), row["phone"]
        assert row["website"].startswith("https://www.")
        assert set(several(row["languages"])) <= set(Language.values)


def test_a_text_means_one_centre_only():
    texts = [
        (fold(text), row["code"])
        for row in centres()
        for text in {row["code"], *several(row["aliases"]), *(row[f"name_{x}"] for x in ("en", "nl", "fr"))}
    ]
    owners = Counter(text for text, _ in set(texts))
    assert [text for text, number in owners.items() if number > 1] == []
    assert not {"chu", "chr"} & set(owners)


def test_nobody_has_a_role_in_a_network_that_nobody_stated():
    rows = table("networks")
    assert {row["role"] for row in rows} == {""}
    assert "" not in CentreRole.values
    assert {row["centre"] for row in rows} <= NINE
    assert Counter(row["network"] for row in rows) == {"suhopl": 3, "itcc": 1, "ern-paedcan": 3}


def test_the_liege_convention_is_of_22_june_2005():
    since = {row["centre"]: row["since"] for row in table("networks") if row["network"] == "suhopl"}
    assert since == dict.fromkeys(("chc-montlegia", "chr-citadelle", "chu-liege"), "2005-06-22")


# Trials


def test_identifiers_are_well_formed_and_of_one_trial_each():
    found = Counter((one.scheme, one.compact) for row in table("trials") for one in identifiers(row))
    assert [key for key, number in found.items() if number > 1] == []
    assert len(found) > 120


def test_euronet_has_two_nct_numbers():
    row = next(row for row in table("trials") if row["acronym"] == "EuroNet-PHL-C2")
    assert [one.value for one in identifiers(row) if one.scheme == Scheme.NCT] == [
        "NCT02684708",
        "NCT02797717",
    ]


def test_every_trial_can_be_found_and_no_two_share_an_acronym():
    rows = table("trials")
    assert all(row["title"] and (row["acronym"] or identifiers(row)) for row in rows)
    shared = Counter(fold(row["acronym"]) for row in rows if row["acronym"])
    assert max(shared.values()) == 1


def test_trials_speak_the_contract_s_words():
    for row in table("trials"):
        assert set(several(row["phase"])) <= set(Phase.values)
        assert row["study_type"] in StudyType.values
        assert row["sex"] in {"", *Sex.values}
        assert row["status"] in {"", *Recruitment.values}
        assert set(several(row["stages"])) <= set(Stage.values)
        assert set(several(row["conditions"])) <= codes()


def test_ages_parse_and_are_in_order():
    bounded = 0
    for row in table("trials"):
        low, high = days_of(row["age_min"], "min"), days_of(row["age_max"], "max")
        bounded += bool(row["age_min"] or row["age_max"])
        assert low is None or high is None or low <= high
        for side in ("min", "max"):
            bounds = parse_bounds(row[f"age_{side}"], side) if row[f"age_{side}"] else ()
            assert {one.side for one in bounds} <= {side}
    assert bounded == 42


def test_what_nobody_may_have_a_limit_of_has_none_beside_it():
    rows = table("trials")
    assert {named(row): row["no_limits"] for row in rows if row["no_limits"]} == {"SIOP CNS GCT II": "age"}
    assert "age" in Limit.values
    for row in rows:
        assert set(several(row["age_groups"])) <= set(AgeGroup.values)
    assert sum(bool(row["age_groups"]) for row in rows) == 112


def test_previous_lines_and_other_criteria_are_those_that_titles_state():
    said = {
        (row["acronym"] or row["nct_number"], row["lines_min"], row["lines_max"])
        for row in table("trials")
        if row["lines_min"] or row["lines_max"]
    }
    assert said == {("LOGGIC/FIREFLY-2", "", "0"), ("NCT02722135", "1", "")}
    beyond = {"ALLTogether1", "Interfant-21", "FORUM (ALL SCTped 2012)"}
    for row in table("trials"):
        is_told = "first relapse" in row["title"].casefold() or row["acronym"] in beyond
        assert bool(row["eligibility"]) <= is_told
    assert sum(bool(row["eligibility"]) for row in table("trials")) == 5
    assert sum(bool(row["arms"]) for row in table("trials")) == 8


def test_dates_of_trials_are_whole_or_partial_and_none_is_in_the_future():
    latest = dt.date(2026, 4, 28).isoformat()
    for row in table("trials"):
        for column in ("status_as_of", "opened_in_belgium"):
            assert not row[column] or parse_partial(row[column]) <= latest


def test_a_dated_status_has_a_status():
    assert [row["title"] for row in table("trials") if row["status_as_of"] and not row["status"]] == []


def test_texts_fit_their_columns():
    for row in table("trials"):
        assert len(row["acronym"]) <= 100
        assert len(row["title"]) <= 600
        assert len(row["sponsor"]) <= 300
        assert all(len(term) <= 300 for term in several(row["disease_terms"]))


def test_sub_protocols_come_after_the_parent_they_name():
    seen = set()
    for row in table("trials"):
        assert not row["parent"] or row["parent"] in seen
        seen.add(row["acronym"])
    assert sum(row["parent"] == "HEM-iSMART" for row in table("trials")) == 5


def test_a_descriptive_title_says_so_where_the_reader_sees_it():
    rows = table("trials")
    assert not any("descriptive" in row["title"] for row in rows)
    assert sum("The title is descriptive" in row["summary"] for row in rows) == 10


def test_addresses_of_trials_are_public_pages():
    missing = {row["acronym"] for row in table("trials") if not row["url"]}
    assert missing == {"UMBRELLA SIOP-RTSG 2016"}
    assert all(row["url"].startswith("https://") for row in table("trials") if row["url"])


def test_no_unverified_identifier_is_published():
    text = "".join((DEMO / f"{name}.csv").read_text(encoding="utf-8") for name in ("trials", "sites"))
    assert [number for number in UNVERIFIED if number in text] == []


# Sites


def test_a_site_is_of_a_trial_and_a_centre_in_the_sheets_and_there_once():
    trials = {
        (row["nct_number"], row["eu_ct_number"], row["acronym"], row["title"]) for row in table("trials")
    }
    sites = table("sites", ";")
    assert {row["centre_code"] for row in sites} == NINE
    pairs = Counter()
    for row in sites:
        trial = (row["nct_number"], row["eu_ct_number"], row["acronym"], row["title"])
        assert trial in trials
        pairs[trial, row["centre_code"]] += 1
    assert max(pairs.values()) == 1


def test_a_site_s_trial_is_found_by_what_the_sheet_gives():
    assert all(row["nct_number"] or row["eu_ct_number"] or row["acronym"] for row in table("sites", ";"))


def test_a_status_at_a_site_has_its_date_and_a_date_its_status():
    for row in table("sites", ";"):
        assert row["status"] in {"", *Recruitment.values}
        assert bool(row["status"]) == bool(row["status_date"])
        if "/" in row["status_date"]:
            day = dt.datetime.strptime(row["status_date"], "%d/%m/%Y").date()
            assert day <= dt.date(2026, 4, 28)
        elif row["status_date"]:
            assert parse_partial(row["status_date"])


def test_no_contact_is_invented():
    columns = (
        "pi_name",
        "contact_name",
        "contact_email",
        "contact_phone",
        "consent_to_publish",
        "start_date",
    )
    assert all(not row[column] for row in table("sites", ";") for column in columns)


def test_ieuroewing_recruits_at_the_seven_centres_that_still_take_acute_patients():
    rows = [row for row in table("sites", ";") if row["acronym"] == "iEuroEwing"]
    assert {row["centre_code"] for row in rows} == NINE - {"uz-brussel", "chu-liege"}
    assert {(row["status"], row["status_date"]) for row in rows} == {("recruiting", "2024-06")}


def test_the_readme_counts_what_is_there():
    text = (DEMO / "README.md").read_text(encoding="utf-8")
    rows, sites = table("trials"), table("sites", ";")
    assert f"| {len(rows)} |" in text
    assert f"| {len(sites)} |" in text
    assert f"{sum(not row['acronym'] for row in rows)} trials have none" in text
    assert f"{sum(not row['conditions'] for row in rows)} trials have none (supportive care" in text
    assert f"(in {sum(bool(row['age_min'] or row['age_max']) for row in rows)} trials)" in text
    assert f"{sum(not row['status'] for row in rows)} trials have none." in text
