"""The results of a search as CSV, XLSX and RIS, and on paper."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
from django.utils import timezone

from directory.core.roles import Role
from directory.search import service
from directory.web import exporting
from tests.builders import a_centre, a_professional, a_site, a_trial
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def fetched(client, kind, query="", language="en"):
    answer = client.get(f"/{language}/trials/results.{kind}{query}")
    assert answer.status_code == 200, answer.status_code
    return answer


def rows(client, query="", language="en"):
    """The rows of the CSV by column."""
    text = fetched(client, "csv", query, language).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def sheets(client, query=""):
    """The workbook's sheets as lists of rows of cells."""
    book = openpyxl.load_workbook(io.BytesIO(fetched(client, "xlsx", query).content))
    return {sheet.title: [list(row) for row in sheet.iter_rows()] for sheet in book}


def references(client, query=""):
    """The references of the RIS file as lists of (tag, text)."""
    text = fetched(client, "ris", query).content.decode()
    blocks = text.split("ER  - \r\n\r\n")
    assert blocks.pop() == ""
    return [[tuple(line.split("  - ", 1)) for line in block.splitlines()] for block in blocks]


def test_the_csv_has_one_row_a_trial_in_the_words_of_the_contract(client):
    belgium()
    row = next(one for one in rows(client) if one["slug"] == "ieuroewing")
    assert row["acronym"] == "iEuroEwing"
    assert (row["status"], row["phase"], row["stages"]) == ("recruiting", "phase3", "newly_diagnosed")
    assert (row["age_min"], row["age_max"]) == ("731d", "18262d")
    assert row["conditions"] == "VIIIc"
    assert row["url"].endswith("/en/trials/ieuroewing/")
    assert row["url"].startswith("http")
    assert "uz-leuven: recruiting (stale, verified " in row["sites"]
    assert len(row["sites"].split("; ")) == 3


def test_each_number_has_the_column_of_its_registry(client):
    belgium()
    row = rows(client, "?q=NCT04307576")[0]
    assert (row["nct_number"], row["eudract_number"], row["other_ids"]) == (
        "NCT04307576",
        "2018-001795-38",
        "",
    )


def test_a_file_holds_what_the_page_with_the_same_address_finds(client):
    belgium()
    query = "?q=ewing&phase=phase3"
    page = client.get(f"/en/trials/{query}").content.decode()
    assert f'href="/en/trials/results.csv{query.replace("&", "&amp;")}"' in page
    assert [one["slug"] for one in rows(client, query)] == ["ieuroewing"]
    assert [dict(one)["ST"] for one in references(client, query)] == ["iEuroEwing"]
    assert len(sheets(client, query)["trials"]) == 2


def test_the_order_is_that_of_the_page_and_its_page_number_is_no_filter(client):
    belgium()
    found = [one["acronym"] for one in rows(client, "?ordering=acronym&page=2")]
    assert found == ["ALLTogether1", "BEACON2", "iEuroEwing", "rEECur"]


def test_titles_are_in_the_language_of_the_page_and_columns_are_not(client):
    belgium()
    row = rows(client, "?q=NCT04307576", "fr")[0]
    assert row["title"] == "Protocole de traitement de la leucémie aiguë lymphoblastique"
    assert row["status"] == "recruiting"
    assert "/fr/trials/alltogether1/" in row["url"]


def test_the_workbook_says_of_each_site_how_we_know(client):
    belgium()
    header, *lines = [[cell.value for cell in row] for row in sheets(client)["sites"]]
    sites = {(row[0], row[2]): dict(zip(header, row, strict=True)) for row in lines}
    ghent = sites["ieuroewing", "uz-gent"]
    assert (ghent["status"], ghent["freshness"]) == ("recruiting", "fresh")
    assert ghent["verified_by"] == Role.COORDINATOR
    assert ghent["contact_email"] == "trials@uz-gent.example"
    assert sites["alltogether1", "uz-leuven"]["freshness"] == "never"
    assert sites["alltogether1", "uz-leuven"]["verified_at"] is None
    said = (timezone.localdate() - dt.timedelta(days=3)).isoformat()
    disputed = sites["ieuroewing", "chc-montlegia"]
    assert (disputed["status"], disputed["dispute"]) == (
        "suspended",
        f"ClinicalTrials.gov {said}: recruiting",
    )


def test_the_cell_of_sites_says_who_when_and_what_speaks_against_it(client):
    belgium()
    (row,) = rows(client, "?q=ieuroewing")
    today = timezone.localdate()
    five, fifty, three = ((today - dt.timedelta(days=days)).isoformat() for days in (5, 50, 3))
    assert f"uz-gent: recruiting (fresh, verified {five} by coordinator)" in row["sites"].split("; ")
    disputed = f"disputed, verified {fifty} by coordinator, ClinicalTrials.gov {three}: recruiting"
    assert f"chc-montlegia: suspended ({disputed})" in row["sites"].split("; ")


BEGINNINGS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("sign", BEGINNINGS)
def test_no_cell_of_the_csv_is_a_formula(client, sign):
    a_trial("Alpha", title_en=f"{sign}HYPERLINK(1)", sponsor=f"{sign}1+1", disease_terms=[f"{sign}2"])
    service.rebuild()
    row = rows(client)[0]
    assert (row["title"], row["sponsor"]) == (f"'{sign}HYPERLINK(1)", f"'{sign}1+1")
    assert row["disease_terms"] == f"'{sign}2"


def test_a_cell_of_the_workbook_is_text_even_where_it_looks_like_a_formula_a_number_or_a_link(client):
    markup = "<r><t>a</t></r>"
    a_trial("Alpha", title_en="=1+1", sponsor="0042", groups=["https://example.org"], disease_terms=[markup])
    service.rebuild()
    header, row = sheets(client)["trials"]
    cells = dict(zip([cell.value for cell in header], row, strict=True))
    assert cells["title"].value == "=1+1"
    assert cells["sponsor"].value == "0042"
    assert cells["disease_terms"].value == markup
    assert cells["groups"].hyperlink is None
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}


def test_a_reference_has_title_sponsor_numbers_and_address(client):
    belgium()
    reference = references(client, "?q=ewings sarcom&phase=phase3")[0]
    tags = dict(reference)
    assert reference[0] == ("TY", "ELEC")
    assert tags["TI"].startswith("iEuroEwing: International clinical trial")
    assert tags["AU"] == "GPOH gGmbH,"
    assert tags["UR"].endswith("/en/trials/ieuroewing/")
    assert tags["AB"] == "Localised or metastatic disease. About 60 Belgian patients are expected."
    assert len([text for tag, text in reference if tag == "N1"]) == 3


def test_no_text_can_begin_a_reference_of_its_own(client):
    a_trial("Alpha", summary_en="One\r\nER  - \r\nTY  - BOOK")
    service.rebuild()
    assert len(references(client)) == 1


def test_a_person_is_in_no_file_without_consent(client):
    willing = a_professional("Demo Willing", consent=True)
    unwilling = a_professional("Demo Unwilling", email="unwilling@example.org")
    trial = a_trial("Alpha")
    a_site(trial, a_centre("one"), contact_person=willing)
    a_site(trial, a_centre("two"), contact_person=unwilling, investigator=unwilling)
    service.rebuild()
    found = [cell.value for row in sheets(client)["sites"] for cell in row]
    assert "Demo Willing" in found
    assert not [text for text in found if "nwilling" in str(text)]


def test_a_file_is_an_attachment_with_the_day_in_its_name_and_is_not_cached(client):
    belgium()
    answer = fetched(client, "xlsx")
    assert answer["Content-Disposition"].startswith('attachment; filename="trials-20')
    assert answer["Content-Disposition"].endswith('.xlsx"')
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ris", "html"])
@pytest.mark.parametrize("query", ["?age=abc", "?status=sometimes", "?q=%00", "?near=0001"])
def test_what_cannot_be_read_leads_to_the_page_that_says_so(client, kind, query):
    belgium()
    answer = client.get(f"/en/trials/results.{kind}{query}&phase=phase3")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/en/trials/?")
    page = client.get(answer["Location"]).content.decode()
    assert "Please correct this, then search again" in page


@pytest.mark.parametrize("kind", ["csv", "html"])
def test_without_an_index_the_search_page_asks_for_patience(client, kind):
    answer = client.get(f"/en/trials/results.{kind}?q=alpha")
    assert answer["Location"] == "/en/trials/?q=alpha"


@pytest.mark.parametrize("kind", ["pdf", "CSV", "csv.exe"])
def test_another_format_does_not_exist(client, kind):
    assert client.get(f"/en/trials/results.{kind}").status_code == 404


def test_an_answer_without_trials_has_a_header_and_no_rows(client):
    belgium()
    assert rows(client, "?q=ewing&phase=phase3&stage=relapsed") == []
    assert len(sheets(client, "?q=ewing&phase=phase3&stage=relapsed")["sites"]) == 1
    assert references(client, "?q=ewing&phase=phase3&stage=relapsed") == []


def test_no_more_rows_than_the_most_and_the_page_says_so(client, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    belgium()
    assert len(rows(client)) == 2
    assert "the first 2" in client.get("/en/trials/").content.decode()


def test_the_list_on_paper_says_what_was_asked(client):
    belgium()
    page = " ".join(fetched(client, "html", "?q=ewing&phase=phase3").content.decode().split())
    assert "<dt>Words</dt><dd>ewing</dd>" in page
    assert "<dt>Phase</dt><dd>Phase 3</dd>" in page
    assert page.count('<article class="result">') == 1
    assert "/en/trials/?q=ewing&amp;phase=phase3 on " in page
    assert "<form" not in page


def test_the_list_on_paper_says_how_many_are_not_on_it(client, monkeypatch):
    monkeypatch.setattr("directory.web.views.exports.MOST_ON_PAPER", 1)
    belgium()
    page = fetched(client, "html").content.decode()
    assert page.count('<article class="result">') == 1
    assert "3 trials more are not on this sheet. Add a filter." in " ".join(page.split())


def test_an_empty_list_on_paper_is_a_sentence(client):
    belgium()
    page = fetched(client, "html", "?q=ewing&phase=phase3&stage=relapsed").content.decode()
    assert "No trials found" in page
