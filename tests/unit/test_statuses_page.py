"""The tables of docs/statuses.md are what the rule does."""

import datetime as dt
import re
from pathlib import Path

import pytest

from directory.core.dates import first_day
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement
from trials.statements import derive, derive_of_trial, partial

PAGE = Path(__file__).parents[2] / "docs" / "statuses.md"
RECORDED = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
SAID = re.compile(r"(?P<role>\w+) (?P<day>[\d-]+|–) (?P<status>\w+)(?P<marks>(?: \(\w+\))*)$")


def cases(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, as cells."""
    text = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def statements(said: str) -> list[StatusStatement]:
    """In the order of recording, as `pk` says it."""
    found = []
    for number, one in enumerate(filter(None, map(str.strip, said.split(";"))), start=1):
        parts = SAID.match(one)
        day = "" if parts["day"] == "–" else parts["day"]
        stated = StatusStatement(pk=number, role=parts["role"], status=parts["status"], recorded_at=RECORDED)
        stated.said_at, stated.said_on = first_day(day), partial(day)
        stated.retracted_at = RECORDED if "(undone)" in parts["marks"] else None
        stated.implied_by = WHOLE_TRIAL if "(implied)" in parts["marks"] else ""
        found.append(stated)
    return found


@pytest.mark.parametrize("case", cases("Of a site"), ids=lambda case: case[0])
@pytest.mark.parametrize("is_backwards", [False, True])
def test_the_rule_for_sites(case, is_backwards):
    _name, said, status, verified, role, disputed = case
    stated = statements(said)
    derived = derive(reversed(stated) if is_backwards else stated)
    at = derived["verified_at"].isoformat() if derived["verified_at"] else ""
    assert (derived["status"], at, derived["verified_by"]) == (status, verified, role)
    assert derived["disputed"] == (disputed == "yes")


@pytest.mark.parametrize("case", cases("Of a trial"), ids=lambda case: case[0])
@pytest.mark.parametrize("is_backwards", [False, True])
def test_the_rule_for_trials(case, is_backwards):
    _name, said, status, as_of, role, disputed = case
    stated = statements(said)
    derived = derive_of_trial(reversed(stated) if is_backwards else stated)
    assert (derived["status"], derived["status_as_of"], derived["status_by"]) == (status, as_of, role)
    assert derived["disputed"] == (disputed == "yes")


def test_the_page_has_cases_of_every_kind():
    """Disputed and not, undone, of persons and registries: a table that lost its rows proves nothing."""
    for heading, least in (("Of a site", 38), ("Of a trial", 15)):
        rows = cases(heading)
        assert len(rows) >= least
        assert {row[5] for row in rows} == {"yes", "no"}
        assert {"registry", ""} < {row[4] for row in rows}
