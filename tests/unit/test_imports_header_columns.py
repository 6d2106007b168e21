"""What headers and cells of sheets mean."""

import csv
import datetime as dt
import io

import pytest

from centres.sheets import CentreSheet, NetworkSheet
from directory.imports.header_columns import letters, meant_kind, read_header, recognise
from directory.imports.kinds import all_kinds
from directory.sheets.formulas import unguarded
from directory.sheets.reading import Table
from directory.sheets.written_values import written_date
from trials.identifiers import Identifier
from trials.sheets import SiteSheet, TrialSheet

SHEETS = (CentreSheet, NetworkSheet, TrialSheet, SiteSheet)


def a_table(*header):
    return Table("", [], list(header), 1, 1, None)


# Headers


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_every_column_is_recognised_by_its_header_in_each_language(sheet, language):
    header = [column.header(language) for column in sheet.columns().values()]
    assert all(header)
    reading = read_header(a_table(*header), sheet)
    assert list(reading.places.values()) == list(sheet.columns())
    assert (reading.unknown, reading.problems) == ([], [])


@pytest.mark.parametrize("sheet", SHEETS)
def test_no_header_means_two_columns(sheet):
    words = [header for column in sheet.columns().values() for header in column.headers()]
    assert sorted(words) == sorted(set(words))


def test_case_spaces_accents_invisible_characters_and_order_do_not_matter():
    reading = read_header(a_table(" STATUT ", "Code\u00a0du\u200b centre", "numero NCT"), SiteSheet)
    assert reading.places == {0: "status", 1: "centre_code", 2: "nct_number"}


def test_the_same_header_twice_is_refused_naming_both():
    reading = read_header(a_table("centre_code", "nct_number", "Status", "statut"), SiteSheet)
    [problem] = reading.problems
    assert problem["code"] == "header_twice"
    assert "Columns C (Status) and D (statut) both mean “status”." in problem["message"]


@pytest.mark.parametrize(("place", "named"), [(0, "A"), (16, "Q"), (25, "Z"), (26, "AA"), (199, "GR")])
def test_a_column_is_named_as_spreadsheets_name_it(place, named):
    assert letters(place) == named


def test_a_missing_column_is_named_with_those_that_are_there():
    reading = read_header(a_table("acronym", "status"), SiteSheet)
    [problem] = reading.problems
    assert problem["code"] == "missing_column"
    assert "centre_code" in problem["message"]
    assert "acronym, status" in problem["message"]


def test_a_sheet_of_sites_needs_something_to_find_the_trial_by():
    [problem] = read_header(a_table("centre_code", "status"), SiteSheet).problems
    assert problem["code"] == "missing_one_of"
    assert "nct_number" in problem["message"]


def test_a_date_of_the_status_without_a_column_for_the_status_is_told_as_such():
    [problem] = read_header(a_table("centre_code", "acronym", "statusdatum"), SiteSheet).problems
    assert problem["code"] == "needs_column"
    assert "The column “status_date” needs a column “status” as well" in problem["message"]


SITES = ("centre_code", "nct_number", "status", "status_date")
TRIALS = ("acronym", "title", "nct_number", "sponsor", "status")


@pytest.mark.parametrize(
    ("header", "kind", "meant"),
    [
        (SITES, "trials", "sites"),
        (SITES, "centres", "sites"),
        (SITES, "sites", ""),
        (TRIALS, "sites", "trials"),
        (TRIALS, "trials", ""),
        (TRIALS, "centres", "trials"),
        (SITES[1:], "sites", ""),
        ((*SITES, "sponsor", "age_min", "age_max", "sex", "stages"), "sites", ""),
        (("code", "name_en"), "centres", ""),
        (("network", "centre", "role", "since"), "centres", "networks"),
        (("a", "b"), "sites", ""),
    ],
)
def test_a_sheet_handed_in_as_another_kind_is_recognised(header, kind, meant):
    table = a_table(*header)
    assert meant_kind(table, kind, read_header(table, all_kinds()[kind].sheet)) == meant


# The template


@pytest.mark.parametrize("kind", all_kinds())
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_example_of_each_kind_is_read_without_a_fault(kind, language):
    sheet = all_kinds()[kind].sheet
    text = sheet.template(language).decode("utf-8-sig")
    header, cells = csv.reader(io.StringIO(text), delimiter=";")
    reading = read_header(a_table(*header), sheet)
    assert (list(reading.places.values()), reading.problems) == (list(sheet._meta.fields), [])
    assert recognise(a_table(*header)) == kind
    for name, cell in zip(sheet._meta.fields, cells, strict=True):
        assert not cell or sheet.read(name, unguarded(cell)) not in (None, "", [])
    assert set(sheet.example) <= set(sheet._meta.fields)


@pytest.mark.parametrize("kind", all_kinds())
def test_each_column_says_what_it_takes(kind):
    assert all(column.widget.takes() for column in all_kinds()[kind].sheet.in_order())
    assert "recruiting, " in SiteSheet.columns()["status"].widget.takes()


def test_columns_of_identity_and_ownership_are_never_read():
    header = ["centre_code", "nct_number", "id", "pk", "is_superuser", "state", "verified_by", "centre_id"]
    reading = read_header(a_table(*header), SiteSheet)
    assert list(reading.places.values()) == ["centre_code", "nct_number"]
    assert reading.unknown == header[2:]


def test_a_control_character_in_the_header_is_refused_by_its_place():
    [problem, *_] = read_header(a_table("centre_code", "nct\x00_number"), SiteSheet).problems
    assert problem["code"] == "header_control"
    assert "column B" in problem["message"]


def test_the_kind_of_a_sheet_is_told_by_its_columns():
    assert recognise(a_table(*TrialSheet.columns())) == "trials"
    assert recognise(a_table(*SiteSheet.columns())) == "sites"
    assert recognise(a_table(*CentreSheet.columns())) == "centres"
    assert recognise(a_table(*NetworkSheet.columns())) == "networks"
    assert recognise(a_table("a", "b")) == ""


# Cells


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("2026-04-03", "2026-04-03"), ("03/04/2026", "2026-04-03"), ("3.4.2026", "2026-04-03"),
        ("3-4-2026", "2026-04-03"), ("04/2026", "2026-04"), ("2026-04", "2026-04"), ("2026", "2026"),
        ("2026/04/03", "2026-04-03"), ("2026-03-29T02:30:00", "2026-03-29"),
        ("2026-10-24T23:59:59Z", "2026-10-24"),
        ("3 avril 2026", "2026-04-03"), ("1er août 2026", "2026-08-01"), ("12 maart 2026", "2026-03-12"),
        ("5. März 2026", "2026-03-05"), ("June 2024", "2024-06"), ("２０２６-０４-０３", "2026-04-03"),
        (" 03/04/2026 ", "2026-04-03"),
    ],
)  # fmt: skip
def test_a_date_as_people_write_it(text, means):
    assert written_date(text) == means


@pytest.mark.parametrize(
    "text",
    ["31/02/2025", "2025-13-01", "soon", "", "2026-04-03-01"],
)
def test_what_is_no_date_is_refused_with_the_forms_that_are(text):
    with pytest.raises(ValueError, match=r"is not a date\. Write 2026-06-03"):
        written_date(text)


@pytest.mark.parametrize("text", ["1/1/1800", "1926", "3 april 1926", "2199-01-01", "05/1926"])
def test_a_year_that_cannot_be_is_told_as_such(text):
    with pytest.raises(ValueError, match=f"“{text}”: the year must be between 1950 and 2100"):
        written_date(text)


@pytest.mark.parametrize("system", ["1900", "1904"])
@pytest.mark.parametrize("number", ["60", "1", "10000", "30000", "59000", "79999", "100000", "46115.5.1"])
def test_a_number_of_no_day_of_today_is_not_read_as_one(number, system):
    with pytest.raises(ValueError, match="is not a date"):
        written_date(number, system=system)


@pytest.mark.parametrize("text", ["22/11/26", "3.4.26", "3-4-26"])
def test_a_year_of_two_digits_is_asked_for_with_four(text):
    with pytest.raises(ValueError, match=r"write the year with four digits"):
        written_date(text)


@pytest.mark.parametrize(
    ("sheet", "column", "cell", "value"),
    [
        (TrialSheet, "age_min", " 2 Years", "2 Years"),
        (TrialSheet, "age_max", "18 mois", "18 mois"),
        (TrialSheet, "age_min", "> 31d", "> 31d"),
        (TrialSheet, "phase", "Phase 1/2", ["phase1", "phase2"]),
        (TrialSheet, "phase", "PHASE2|PHASE3", ["phase2", "phase3"]),
        (TrialSheet, "phase", "I/II", ["phase1", "phase2"]),
        (TrialSheet, "phase", "phase IIb", ["phase2"]),
        (TrialSheet, "phase", "EARLY_PHASE1", ["early_phase1"]),
        (TrialSheet, "phase", "N/A", ["na"]),
        (TrialSheet, "conditions", "viiic; IXD", ["VIIIc", "IXd"]),
        (TrialSheet, "nct_number", "nct 0430-7576", [Identifier("nct", "NCT04307576")]),
        (TrialSheet, "nct_number", "NCT02684708; NCT02797717",
         [Identifier("nct", "NCT02684708"), Identifier("nct", "NCT02797717")]),
        (TrialSheet, "other_ids", "AALL1631", [Identifier("other", "AALL1631")]),
        (TrialSheet, "stages", "relapse; réfractaire", ["relapsed", "refractory"]),
        (TrialSheet, "sex", "Vrouw", "female"),
        (TrialSheet, "groups", "SIOPEN|GPOH", ["SIOPEN", "GPOH"]),
        (SiteSheet, "status", "RECRUITING", "recruiting"),
        (SiteSheet, "status", "Rekruterend", "recruiting"),
        (SiteSheet, "status", "400 Ouverte aux inclusions", "recruiting"),
        (SiteSheet, "status", "Active, not recruiting", "active_not_recruiting"),
        (SiteSheet, "status", "opgeschort", "suspended"),
        (SiteSheet, "status", "abgeschlossen", "completed"),
        (SiteSheet, "status", "Gesloten", "active_not_recruiting"),
        (SiteSheet, "status", "clos", "active_not_recruiting"),
        (SiteSheet, "status", "fermé", "active_not_recruiting"),
        (SiteSheet, "status", "geschlossen", "active_not_recruiting"),
        (SiteSheet, "contact_phone", "09 332 21 11", "+3293322111"),
        (SiteSheet, "contact_phone", "0032 9 332.21.11", "+3293322111"),
        (SiteSheet, "contact_phone", "+31 6 12345678", "+31612345678"),
        (SiteSheet, "consent_to_publish", "Ja", True),
        (SiteSheet, "consent_to_publish", "non", False),
        (SiteSheet, "url", "www.uzgent.be", "https://www.uzgent.be"),
        (CentreSheet, "languages", "Nederlands, fr", ["nl", "fr"]),
        (CentreSheet, "latitude", "51,02", 51.02),
        (CentreSheet, "country", "België", "BE"),
        (NetworkSheet, "since", "01/01/2027", dt.date(2027, 1, 1)),
        (NetworkSheet, "role", "Referentiecentrum", "reference"),
        (NetworkSheet, "care", "chemotherapy; blood tests", ["chemotherapy", "blood tests"]),
    ],
)  # fmt: skip
def test_a_cell_means_a_value(sheet, column, cell, value):
    assert sheet.read(column, cell) == value


@pytest.mark.parametrize(
    ("sheet", "column", "cell", "says"),
    [
        (
            SiteSheet,
            "status",
            "sometimes",
            "“sometimes” is not a status. Use one of: not_yet_recruiting, recruiting",
        ),
        (SiteSheet, "status", "beendet", "“beendet” is not a status"),
        (SiteSheet, "status", "rekruteerd", "“rekruteerd” is not a status. Did you mean recruiting? Use one"),
        (SiteSheet, "status", "opgeschorst", "Did you mean suspended?"),
        (TrialSheet, "phase", "phase 7", "“phase 7” is not a phase"),
        (TrialSheet, "conditions", "XX", "“XX” is not an ICCC-3 code"),
        (TrialSheet, "nct_number", "NCT123", "“NCT123” is not an identifier of ClinicalTrials.gov"),
        (TrialSheet, "nct_number", "17/09/2024", "is not an identifier of ClinicalTrials.gov"),
        (TrialSheet, "isrctn", "17/09/2024", "is not an identifier of ISRCTN"),
        (TrialSheet, "age_min", "old", "“old” is not an age"),
        (TrialSheet, "title", "x" * 601, "at most 600 characters"),
        (SiteSheet, "contact_email", "a@example.org,b@example.org", "is not one e-mail address"),
        (SiteSheet, "contact_email", "a@example.org\nBcc: all@example.org", "is not one e-mail address"),
        (SiteSheet, "contact_phone", "+32 2", "“+32 2” is not a telephone number"),
        (SiteSheet, "contact_phone", "call me", "is not a telephone number"),
        (SiteSheet, "contact_phone", "03 20 44 59 62", "is not a telephone number"),
        (SiteSheet, "consent_to_publish", "maybe", "“maybe” is not yes or no"),
        (SiteSheet, "consent_to_publish", "1", "“1” is not yes or no"),
        (SiteSheet, "url", "javascript:alert(1)", "is not a web address"),
        (CentreSheet, "latitude", "north", "“north” is not a number"),
        (CentreSheet, "latitude", "91", "less than or equal to 90"),
        (CentreSheet, "latitude", "nan", "is not a number"),
        (CentreSheet, "code", "uz gent!", "slug"),
        (CentreSheet, "country", "Belgia", "two capital letters"),
        (NetworkSheet, "since", "2027", "“2027” has no day"),
        (NetworkSheet, "role", "boss", "“boss” is not a role. Use one of: reference, satellite"),
    ],
)
def test_a_cell_that_means_nothing_is_refused_with_its_value_and_the_way_out(sheet, column, cell, says):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - what it says is the point
        sheet.read(column, cell)
    assert says in str(refused.value)


@pytest.mark.parametrize("text", ["0 years", "31d", "18 months", "> 2 years", "16 years; 18 years in the EU"])
def test_an_age_written_into_a_sheet_reads_back(text):
    assert TrialSheet.read("age_min", TrialSheet.written("age_min", text)) == text


def test_the_words_of_registries_are_all_understood(shared_data):
    """The list of what was seen, re-entered; what is not about recruitment stays unknown."""
    text = (shared_data / "vocabulary/status_mapping.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    unknown = []
    for row in rows:
        try:
            SiteSheet.read("status", row["value_seen"])
        except ValueError:
            unknown.append(row["value_seen"])
    assert unknown == [
        "AVAILABLE", "NO_LONGER_AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING",
        "(other values not seen)",
    ]  # fmt: skip


def test_the_stock_import_is_closed():
    with pytest.raises(NotImplementedError, match=r"directory\.imports"):
        SiteSheet().import_data(None)
