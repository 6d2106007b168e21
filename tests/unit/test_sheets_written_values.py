"""Values as people write them: words for nothing, dates, and the numbers of days of a spreadsheet."""

import datetime as dt
import re

import pytest
from django.conf import settings

from directory.core.text import fold
from directory.sheets.written_values import (
    MONTH_FIRST,
    NOTHING,
    is_day,
    is_nothing,
    serial_date,
    written_date,
)


def documented() -> list[str]:
    """The signs and words in `docs/importing.md`; `inconnu(e)` is two."""
    text = (settings.BASE_DIR / "docs" / "importing.md").read_text(encoding="utf-8")
    listed = text.split("- **Nothing**")[1].split("Where such a word")[0]
    found = re.findall(r"`([^`]+)`", " ".join(listed.split()))
    return [
        form for one in found for form in dict.fromkeys((one.replace("(e)", ""), one.replace("(e)", "e")))
    ]


@pytest.mark.parametrize("word", documented())
def test_each_documented_word_for_nothing_says_nothing(word):
    assert is_nothing(word)
    assert is_nothing(f" {word.upper()} ")


def test_no_other_word_says_nothing():
    assert {fold(word) for word in documented()} >= NOTHING - {fold("na"), fold("n.a."), fold("k. a.")}


@pytest.mark.parametrize(
    "cell", ["0", "no", "nee", "non", "nein", "neuroblastoma", "none known", "-1", "- ALL"]
)
def test_what_says_something_is_not_taken_for_nothing(cell):
    assert not is_nothing(cell)


DAY_ZERO = {"1900": dt.date(1899, 12, 30), "1904": dt.date(1904, 1, 1)}


@pytest.mark.parametrize("system", DAY_ZERO)
@pytest.mark.parametrize(
    ("day", "is_read"),
    [("1989-12-31", False), ("1990-01-01", True), ("2026-04-03", True), ("2050-12-31", True),
     ("2051-01-01", False)],
)  # fmt: skip
def test_a_number_is_a_day_from_1990_to_2050_by_the_date_system_of_its_workbook(system, day, is_read):
    number = (dt.date.fromisoformat(day) - DAY_ZERO[system]).days
    assert serial_date(str(number), system) == (day if is_read else "")
    assert serial_date(f"{number}.75", system) == (day if is_read else "")


@pytest.mark.parametrize(
    ("cell", "day_first", "month_first"),
    [
        ("03/04/2026", "2026-04-03", "2026-03-04"),
        ("13/04/2026", "2026-04-13", None),
        ("04/13/2026", None, "2026-04-13"),
        ("12/12/2026", "2026-12-12", "2026-12-12"),
        ("12/01/2026", "2026-01-12", "2026-12-01"),
        ("31/12/2026", "2026-12-31", None),
        ("2026-04-03", "2026-04-03", "2026-04-03"),
        ("3 avril 2026", "2026-04-03", "2026-04-03"),
        ("April 3, 2026", "2026-04-03", "2026-04-03"),
        ("04/2026", "2026-04", "2026-04"),
        ("2026", "2026", "2026"),
        ("1950", "1950", "1950"),
        ("2100", "2100", "2100"),
        ("1949", None, None),
        ("2101", None, None),
        ("30/02/2026", None, None),
        ("13/13/2026", None, None),
        ("3/4/26", None, None),
    ],
)
def test_a_date_is_read_in_the_order_of_its_column_and_refused_where_it_cannot_be(
    cell, day_first, month_first
):
    for order, expected in (("dmy", day_first), (MONTH_FIRST, month_first)):
        try:
            found = written_date(cell, order)
        except ValueError:
            found = None
        assert found == expected


@pytest.mark.parametrize(
    ("cell", "way_out"),
    [
        ("04/13/2026", "only with the month first, but this column is read day first. Write the year first"),
        ("3/4/26", "write the year with four digits"),
        ("1949", "the year must be between 1950 and 2100"),
        ("30/02/2026", "is not a date. Write 2026-06-03"),
        ("13/13/2026", "is not a date. Write 2026-06-03"),
    ],
)
def test_a_refused_date_is_told_what_is_wrong_with_it(cell, way_out):
    with pytest.raises(ValueError, match=re.escape(way_out)):
        written_date(cell)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("3/4/2026", True), ("3/4/26", True), ("2026-04-03", True), ("3 avril 2026", True), ("04/2026", False),
     ("2026-04", False), ("avril 2026", False), ("11-22-33", False), ("Jan Peeters", False)],
)  # fmt: skip
def test_a_whole_day_is_told_from_a_month_and_a_name(text, is_one):
    assert is_day(text) is is_one
