"""The demo registry's spreadsheets as rows, and the sheets that they were made from."""

import csv
import os
from pathlib import Path

import openpyxl

from trials.choices import Scheme
from trials.identifiers import parse_identifier

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "directory" / "imports" / "demo"
FACTS = Path(os.environ.get("SHARED_FOLDER", ROOT.parent / "shared")) / "data" / "registry"
SCHEME_OF = {
    "nct_number": Scheme.NCT,
    "eu_ct_number": Scheme.EUCT,
    "eudract_number": Scheme.EUDRACT,
    "isrctn": Scheme.ISRCTN,
}


def table(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    with (DEMO / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter, strict=True))


def centres() -> list[dict[str, str]]:
    sheet = openpyxl.load_workbook(DEMO / "centres.xlsx").active
    header, *rows = sheet.iter_rows(values_only=True)
    return [
        dict(zip(header, ("" if cell is None else str(cell) for cell in row), strict=True)) for row in rows
    ]


def named(row: dict[str, str]) -> str:
    return row["acronym"] or row["nct_number"]


def several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def identifiers(trial: dict[str, str]) -> list:
    named = [parse_identifier(trial[column], scheme) for column, scheme in SCHEME_OF.items() if trial[column]]
    return named + [parse_identifier(text) for text in several(trial["other_ids"])]


def facts(name: str) -> list[dict[str, str]]:
    with (FACTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
