"""What the demo registry knows: records in both registries' forms, from the demo's sheets or a folder."""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from python_calamine import load_workbook

import directory

from . import ctgov, ctis
from .shape import TrialFacts

DEMO = Path(directory.__path__[0]) / "imports" / "demo"


class BadFolder(ValueError):
    """A folder that cannot be served: a sentence naming the file."""


@dataclass
class KnownTrials:
    """Records by their registry's number: `ctgov` as ClinicalTrials.gov has them, `ctis` as CTIS.

    They are served as they are at that moment: change them, and the next answer differs.
    """

    ctgov: dict[str, dict[str, Any]] = field(default_factory=dict)
    ctis: dict[str, dict[str, Any]] = field(default_factory=dict)


def of_the_demo() -> KnownTrials:
    """The trials of the demo that have a number of the registry in question, and a status.

    No registry has a record without a status; where nobody stated one, the demo registry has no record.
    """
    known = KnownTrials()
    for trial in _trials():
        if not trial.row["status"]:
            continue
        if number := trial.row["nct_number"]:
            known.ctgov[number] = ctgov.study(trial)
        if number := trial.row["eu_ct_number"]:
            known.ctis[number] = ctis.record(trial)
    return known


def of_folder(folder: Path) -> KnownTrials:
    """The records of all `.json` files below `folder`; of several of one trial, that of the last name."""
    known = KnownTrials()
    for path in sorted(folder.rglob("*.json"), key=lambda path: path.name):
        try:
            record = json.loads(path.read_bytes())
        except ValueError as error:
            raise BadFolder(f"{path} is not JSON ({error}).") from None
        if number := ctgov.number_of(record):
            known.ctgov[number] = record
        elif number := ctis.number_of(record):
            known.ctis[number] = record
        else:
            raise BadFolder(f"{path} is no record of ClinicalTrials.gov or CTIS: it has no number of theirs.")
    if not (known.ctgov or known.ctis):
        raise BadFolder(f"{folder} holds no .json file.")
    return known


def _trials() -> list[TrialFacts]:
    centres = {row["code"]: row for row in _workbook("centres.xlsx")}
    sites = defaultdict(list)
    for row in _sheet("sites.csv", ";"):
        sites[_key(row)].append((row, centres[row["centre_code"]]))
    return [TrialFacts(row, sites[_key(row)]) for row in _sheet("trials.csv", ",")]


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[column] for column in ("nct_number", "eu_ct_number", "acronym", "title"))


def _sheet(name: str, delimiter: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter, strict=True))


def _workbook(name: str) -> list[dict[str, Any]]:
    with load_workbook(DEMO / name) as book:
        header, *rows = book.get_sheet_by_index(0).to_python()
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]
