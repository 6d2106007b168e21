"""What a row's other cells decide of a cell, and what a cell must not cost its row."""

import io
import re

import pytest
import xlsxwriter

from centres.models import Centre, Professional
from directory.imports.kinds import all_kinds
from tests.builders import a_centre, a_network, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from tests.unit.test_cells_of_others import SAMPLES
from trials.models import StatusStatement, Trial, TrialIdentifier, TrialSite

pytestmark = pytest.mark.django_db

FRENCH = "03 20 44 59 62"
ROW = {"centre_code": "uz-gent", "acronym": "Alpha", "status": "recruiting", "contact_name": "Demo Person"}


# Telephones


@pytest.mark.parametrize(
    ("cells", "phone"),
    [
        ({"country": "FR", "postal_code": "59000", "phone": FRENCH}, "+33320445962"),
        ({"country": "France", "phone": FRENCH}, "+33320445962"),
        ({"country": "DE", "phone": "030 450 5660"}, "+49304505660"),
        ({"country": "FR", "phone": "+32 9 332 21 11"}, "+3293322111"),
        ({"phone": "FR 03 20 44 59 62"}, "+33320445962"),
        ({"phone": "09 332 21 11"}, "+3293322111"),
    ],
)
def test_the_country_of_the_row_decides_whose_a_national_number_is(cells, phone):
    run = applied(a_csv({"code": "new", "name_en": "New", **cells}), kind="centres", user=an_editor())
    assert messages(run) == []
    assert Centre.objects.get().phone == phone


def test_the_country_of_the_stored_centre_decides_where_the_row_says_none():
    a_centre("lille", country="FR", postal_code="59000", latitude=50.61, longitude=3.03)
    applied(a_csv({"code": "Lille", "phone": FRENCH}), kind="centres", user=an_editor())
    assert Centre.objects.get().phone == "+33320445962"


@pytest.mark.parametrize(("centre", "phone"), [("lille", "+33320445962"), ("uz-gent", "")])
def test_the_country_of_the_centre_decides_in_a_sheet_of_sites(centre, phone):
    a_trial("Alpha"), a_centre("uz-gent")
    a_centre("lille", country="FR", postal_code="59000", latitude=50.61, longitude=3.03)
    run = applied(a_csv(ROW | {"centre_code": centre, "contact_phone": FRENCH}), user=an_editor())
    assert [one.phone for one in Professional.objects.all()] == ([phone] if phone else [])
    assert outcomes(run) == {2: "new" if phone else "invalid"}


@pytest.mark.parametrize(
    ("cell", "rest"),
    [
        ("09 332 22 00 ext. 123", "ext. 123"),
        ("09 332 22 00 poste 12", "poste 12"),
        ("09 332 22 00 / 0475 12 34 56", "0475 12 34 56"),
    ],
)
def test_what_a_telephone_cell_holds_too_much_does_not_cost_the_row_its_status(cell, rest):
    a_trial("Alpha"), a_centre("uz-gent")
    run = applied(a_csv(ROW | {"contact_phone": cell}), user=an_editor())
    assert TrialSite.objects.get().status == "recruiting"
    assert Professional.objects.get().phone == "+3293322200"
    assert any(f"not “{rest}”: there is room for one number" in said for said in messages(run))


# Places


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"latitude": "3.7282", "longitude": "51.0258"}, "latitude", "Exchange latitude and longitude"),
        ({"latitude": "0", "longitude": "0"}, "latitude", "point in the sea"),
        ({"latitude": "50.63", "longitude": "5.57"}, "latitude", "km from 9000 Gent"),
        ({"postal_code": "4000"}, "latitude", "km from 4000"),
        ({"postal_code": "L-1210"}, "postal_code", "is a postal code in LU"),
        ({"postal_code": "25/11/2026"}, "postal_code", "is not a postal code in BE"),
        ({"country": "XX"}, "country", "is no country"),
    ],
)
def test_a_row_whose_place_cannot_be_is_refused_in_the_plan(cells, column, why):
    a_centre("uz-gent")
    run = planned(a_csv({"code": "uz-gent", "postal_code": "9000"} | cells), kind="centres", user=an_editor())
    assert outcomes(run) == {2: "invalid"}
    assert any(said.startswith(f"2 {column}:") and why in said for said in messages(run)), messages(run)


def test_a_code_with_a_prefix_is_kept_without_and_told():
    run = applied(
        a_csv({"code": "new", "name_en": "New", "postal_code": "B-5000"}), kind="centres", user=an_editor()
    )
    assert Centre.objects.get().postal_code == "5000"
    assert messages(run) == ["2 postal_code: “B-5000” is read as 5000."]


def test_a_french_code_gets_its_zero_back_and_it_is_told():
    row = {"code": "new", "name_en": "New", "postal_code": "1000", "country": "FR"}
    run = applied(a_csv(row), kind="centres", user=an_editor())
    assert Centre.objects.get().postal_code == "01000"
    assert messages(run) == ["2 postal_code: “1000” is read as 01000."]


def test_a_code_of_no_municipality_is_kept_and_asked_about():
    run = applied(
        a_csv({"code": "new", "name_en": "New", "postal_code": "1047"}), kind="centres", user=an_editor()
    )
    assert Centre.objects.get().postal_code == "1047"
    assert "1047 is not among the postal codes of Belgian municipalities" in messages(run)[0]


def test_a_country_that_changes_alone_is_asked_about_where_the_stored_code_is_another_there():
    a_centre("uz-gent")
    run = planned(a_csv({"code": "uz-gent", "country": "FR"}), kind="centres", user=an_editor())
    assert messages(run) == [
        "2 postal_code: In FR, “9000” is written 09000. Write it that way, or correct the country."
    ]


def test_a_sheet_puts_a_stored_prefix_right():
    a_centre("uz-gent", postal_code="B-9000")
    run = applied(a_csv({"code": "uz-gent", "postal_code": "9000"}), kind="centres", user=an_editor())
    assert outcomes(run) == {2: "update"}
    assert Centre.objects.get().postal_code == "9000"


def test_what_is_stored_amiss_does_not_keep_a_row_from_saying_something_else():
    a_centre("uz-gent", latitude=3.7, longitude=51.0)
    run = applied(a_csv({"code": "uz-gent", "street": "New street"}), kind="centres", user=an_editor())
    assert outcomes(run) == {2: "update"}


# Days


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("1926", "the year must be between 1950"),
        ("1926-05-01", "the year must lie"),
        ("60", "is not a date"),
        ("12345", "is not a date"),
        ("1989", "the year must be between 1990"),
        ("2099-01-01", "is in the future"),
    ],
)
def test_a_day_that_cannot_be_replaces_no_day_of_a_status(day, why):
    trial = a_trial("Alpha", status_as_of="2026-04-28")
    run = applied(a_csv({"acronym": "Alpha", "status_as_of": day}), kind="trials", user=an_editor())
    assert outcomes(run) == {2: "invalid"}
    assert why in messages(run)[0]
    trial.refresh_from_db()
    assert trial.status_as_of == "2026-04-28"


def test_an_older_status_waits_for_a_person():
    a_trial("Alpha", status="recruiting", status_as_of="2026-04-28")
    row = {"acronym": "Alpha", "status": "completed", "status_as_of": "2016-04-28"}
    run = applied(a_csv(row), kind="trials", user=an_editor())
    assert outcomes(run) == {2: "conflict"}
    assert (
        "The stored status is from 2026-04-28, and that of the row is older (2016-04-28)" in messages(run)[0]
    )
    assert Trial.objects.get().status == "recruiting"


@pytest.mark.parametrize("day", ["2026-04", "2026", "2026-04-28", "2026-05-01"])
def test_a_status_of_the_same_time_or_later_does_not_wait(day):
    a_trial("Alpha", status="recruiting", status_as_of="2026-04-28")
    row = {"acronym": "Alpha", "status": "completed", "status_as_of": day}
    assert outcomes(applied(a_csv(row), kind="trials", user=an_editor())) == {2: "update"}


@pytest.mark.parametrize("cells", [{"since": "1926-01-01"}, {"since": "2026-01-01", "until": "2025-12-31"}])
def test_a_membership_of_days_that_cannot_be_is_refused(cells):
    a_centre("uz-gent"), a_network("net")
    run = planned(a_csv({"network": "net", "centre": "uz-gent"} | cells), kind="networks", user=an_editor())
    assert outcomes(run) == {2: "invalid"}


# Identifiers


@pytest.mark.parametrize("column", ["nct_number", "eu_ct_number"])
@pytest.mark.parametrize("sample", ["nct", "euct", "eudract", "isrctn", "drks"])
def test_a_number_in_another_registrys_column_finds_its_trial(column, sample):
    [number] = SAMPLES[sample]
    a_trial("Alpha", identifiers=[number]), a_centre("uz-gent")
    run = applied(a_csv({"centre_code": "uz-gent", column: number, "status": "recruiting"}), user=an_editor())
    assert outcomes(run) == {2: "new"}
    assert TrialSite.objects.get().trial.acronym == "Alpha"


def test_a_number_in_another_registrys_column_is_stored_as_what_it_is():
    run = applied(a_csv(ROW | {"eu_ct_number": "2014-001234-12"}), user=an_editor())
    assert TrialIdentifier.objects.count() == 0  # no such centre
    a_centre("uz-gent")
    run = applied(a_csv(ROW | {"eu_ct_number": "2014-001234-12"}), user=an_editor())
    [one] = TrialIdentifier.objects.all()
    assert (one.scheme, one.value) == ("eudract", "2014-001234-12")
    assert any("is an identifier of EudraCT and is stored as such" in said for said in messages(run))


# The way out


@pytest.mark.parametrize("kind", ["centres", "networks", "trials", "sites"])
@pytest.mark.parametrize("sample", [*SAMPLES, "nonsense"])
def test_every_column_that_a_refusal_names_is_one_of_its_sheet(kind, sample):
    a_site(a_trial("Alpha"), a_centre("uz-gent"))
    sheet = all_kinds()[kind].sheet
    columns = {name for processor in all_kinds().values() for name in processor.sheet.columns()}
    rows = [{name: cell} for name in sheet.columns() for cell in SAMPLES.get(sample, ["???!", "nonsense"])]
    base = (
        dict.fromkeys(sheet.required, "uz-gent") | {"acronym": "Alpha"}
        if "acronym" in sheet.columns()
        else {}
    )
    run = planned(
        a_csv(*({**base, **row} for row in rows), columns=list(sheet.columns())), kind=kind, user=an_editor()
    )
    for row in run.rows.all():
        for said in row.messages:
            words = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", said["message"].replace(said["value"], "")))
            assert said["column"] in {"", *sheet.columns()}
            assert (words & columns) <= set(sheet.columns()), said
    assert StatusStatement.objects.count() == 1


@pytest.mark.parametrize("number", [60, 59, 1, 366, 12345, 2958465])
@pytest.mark.parametrize("system", ["1900", "1904"])
def test_a_workbooks_day_of_another_age_is_refused_as_a_day(number, system):
    """60 is 29 February 1900, which never was, in the numbers of Excel."""
    a_trial("Alpha", status_as_of="2026-04-28")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": system == "1904"}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["acronym", "status_as_of"])
        page.write(1, 0, "Alpha")
        page.write_number(1, 1, number, book.add_format({"num_format": "dd/mm/yyyy"}))
    run = planned(out.getvalue(), kind="trials", name="days.xlsx", user=an_editor())
    assert outcomes(run) == {2: "invalid"}
    assert [said.split(":")[0] for said in messages(run)] == ["2 status_as_of"]
