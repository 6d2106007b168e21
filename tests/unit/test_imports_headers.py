"""The header is found below titles and banners, and data are never taken for one."""

import pytest

from directory.imports.headers import best_sheet, header_index, looks_like_data
from directory.sheets.reading import Row

HEADER = ["centre_code", "nct_number", "status", "contact_email"]
DATA = ["uz-gent", "NCT04307576", "recruiting", "trials@example.org"]
UNKNOWN = ["Where", "Which study", "State", "Who"]


def rows(*lines):
    return [Row(number, list(cells)) for number, cells in enumerate(lines, start=1)]


@pytest.mark.parametrize(
    ("lines", "index"),
    [
        ([HEADER, DATA, DATA], 0),
        ([["Trials of our hospital, on 3 April 2026"], HEADER, DATA], 1),
        ([["Overview"], ["", "Trial", "", "Contact"], HEADER, DATA], 2),
        ([["Title"], ["Status"], ["Version 3", "2026-04-03"], HEADER, DATA], 3),
        ([["Overview"], UNKNOWN, DATA, DATA], 1),
        ([["", "Trial", "", "Contact"], UNKNOWN, DATA, DATA], 1),
        ([UNKNOWN, DATA], 0),
        ([DATA, DATA], 0),
        ([["1", "2"], ["3", "4"], ["a", "b"]], 0),
        ([["Hospital"], ["Date", "03/04/2026"], UNKNOWN, DATA], 2),
        ([["1", "2", "3", "4"], HEADER, DATA], 1),
        ([["A note of one line"], DATA, DATA], 0),
        ([HEADER, ["centrum", "NCT-nummer", "status", "e-mail"], DATA], 0),
        ([["Centre code", "Trial"], ["uz-gent", "A trial"]], 0),
        ([[*HEADER, "2025", "2026"], [*DATA, "3", "4"]], 0),
    ],
)
def test_the_row_that_is_the_header(lines, index):
    assert header_index(rows(*lines)) == index


@pytest.mark.parametrize(
    "cell",
    ["03/04/2026", "2026-04-03", "3 avril 2026", "2026", "12", "1,5", "+32 2 555 01 02", "NCT04307576",
     "2024-500001-12-00", "trials@example.org", "https://example.org", "www.example.org", "x" * 61, "#DIV/0!",
     "#N/A"],
)  # fmt: skip
def test_what_stands_below_a_header(cell):
    assert looks_like_data(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Status",
        "Phase 1/2",
        "Contact 2",
        "NCT number",
        "n°",
        "e-mail",
        "Date (dd/mm/yyyy)",
        "%",
        "#",
        "Ref #",
    ],
)
def test_what_may_be_a_header(cell):
    assert not looks_like_data(cell)


def test_the_sheet_whose_header_is_understood_is_read():
    notes = rows(["Read me"], ["This file holds trials."])
    assert best_sheet({"Notes": notes, "Data": rows(HEADER, DATA)}, "sites") == "Data"
    assert best_sheet({"Notes": notes, "Data": rows(["State", *HEADER[1:]], DATA)}, "sites") == "Data"
    assert best_sheet({"Notes": notes, "More": notes}, "sites") == ""
    assert best_sheet({"Data": rows(HEADER, DATA), "Old": rows(HEADER, DATA)}, "") == "Data"


def test_a_sheet_with_nothing_below_its_header_is_passed_over():
    assert best_sheet({"Empty": rows(HEADER), "Data": rows(HEADER, DATA)}, "sites") == "Data"
