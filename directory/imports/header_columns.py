"""Which column of a sheet is which: headers are matched whatever their case, spaces, accents and language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from directory.core.text import control_character_in, squash, tidy
from directory.sheets.encoding_repair import REPAIRED, repaired
from directory.sheets.reading import Row, Table
from directory.sheets.sheet import Sheet
from directory.sheets.templates import NOTES
from directory.sheets.workbooks import letters

from .kinds import all_kinds
from .messages import printable, problem
from .questions import Question

OUTCOME_HEADERS = ("Outcome", "Messages")  # of a report, beside the sheet's own columns
ROW_HEADER, OUTCOME_SHEET = "Row", "About"
WHOLE_ROW = ("too_wide", "too_short")
LEFT_OUT = "left_out"  # the choice of a run that names columns it does not take, by semicolon


@dataclass(frozen=True)
class Unmatched:
    """A header that is no column's: where it stands, the key it is asked for by, and what it says."""

    place: int
    key: str
    header: str

    @property
    def shown(self) -> str:
        return printable(self.header[:60]) or _("no header")


@dataclass
class Reading:
    """The column of each cell by its place; what is wrong with the header; what is not read; what to ask.

    `unmatched` are the headers that no column has, and those without text, mapped by a person or not, each
    key once; `clashes` tells which of them could not be read as somebody said.
    """

    places: dict[int, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    problems: list[dict] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    clashes: list[dict] = field(default_factory=list)
    repairs_encoding: bool = False

    def named(self, row: Row, header: list[str]) -> tuple[Row, dict[str, str]]:
        """The row with its faults at columns, and its cells by column, fit to be stored and shown."""
        cells = {name: row.cells[place] for place, name in self.places.items() if place < len(row.cells)}
        faults = [
            (self._named(place, header), code, params)
            for place, code, params in row.faults
            if place in self.places or code in WHOLE_ROW
        ]
        for name, cell in cells.items():
            cells[name] = better = repaired(cell) if self.repairs_encoding else cell
            # A no-break space that lost its Â is a space all the same: not worth a word on every row.
            if better != cell.replace("Â\xa0", "\xa0"):
                faults.append((name, REPAIRED, {}))
            if character := control_character_in(better):
                faults.append((name, "control", {"character": character}))
                cells[name] = printable(better)
        return Row(row.number, [], faults), cells

    def leave_out(self, columns: str) -> list[dict]:
        """Do not take `columns` (by semicolon), whatever header they have; the warning that names them."""
        left = [name for name in self.places.values() if name in columns.split(";")]
        self.places = {place: name for place, name in self.places.items() if name not in left}
        return [problem("left_out", columns=left)] if left else []

    def _named(self, place: int, header: list[str]) -> str:
        """The column at a place, else its header."""
        return self.places.get(place) or "".join(header[place : place + 1])[:60]


def read_header(table: Table, sheet: type[Sheet], mapping: Mapping[str, str] | None = None) -> Reading:
    """Match the header of `table` to the columns of `sheet`.

    `mapping`: columns by the key of a header (`header_key`) that the sheet does not know, empty for one that
    is not to be read.
    """
    reading, by_header = Reading(repairs_encoding=sheet.repairs_encoding), sheet.by_header()
    first: dict[str, int] = {}
    seen = [tidy(header) for header in table.header]
    own = own_columns(table.header)
    for place, header in enumerate(table.header):
        if place in own:
            continue
        if control_character_in(header):
            reading.problems.append(problem("header_control", place=letters(place)))
            continue
        name = by_header.get(squash(header))
        if name is None:
            reading.unmatched.append(Unmatched(place, header_key(header, place), seen[place]))
        elif name in first:
            reading.problems.append(_twice(name, seen, first[name], place))
        else:
            first[name] = place
            reading.places[place] = name
    _map(reading, sheet, mapping or {}, first)
    reading.places = dict(sorted(reading.places.items()))
    shown = [header[:60] for header in seen if header][:40]
    _tell_missing(reading, sheet, first, shown)
    return reading


def header_key(header: str, place: int) -> str:
    """What a header is remembered by; one without letters or digits by where it stands."""
    return squash(header)[:60] or f"#{letters(place)}"


def _twice(name: str, seen: list[str], place: int, other: int) -> dict:
    return problem(
        "header_twice", column=name, first=seen[place], second=seen[other], place=letters(place),
        other=letters(other),
    )  # fmt: skip


def _map(reading: Reading, sheet: type[Sheet], mapping: Mapping[str, str], first: dict[str, int]) -> None:
    """Read as columns what somebody said is one; the first header of a key, and a column once."""
    keys: set[str] = set()
    for one in reading.unmatched:
        name = mapping.get(one.key, "") if one.key not in keys else ""
        if name in sheet.columns() and name not in first:
            first[name] = one.place
            reading.places[one.place] = name
        elif one.header:
            reading.unknown.append(one.shown)
            if name in first:
                told = problem("column_taken", header=one.shown, column=name, place=letters(first[name]))
                reading.clashes.append(told)
        keys.add(one.key)
    places = {one.key: one.place for one in reversed(reading.unmatched)}
    reading.unmatched = [one for one in reading.unmatched if places[one.key] == one.place]


def _tell_missing(reading: Reading, sheet: type[Sheet], first: dict[str, int], shown: list[str]) -> None:
    reading.problems += [
        problem("missing_column", column=name, columns=shown) for name in sheet.required if name not in first
    ]
    if sheet.one_of and not set(sheet.one_of) & set(first):
        reading.problems.append(problem("missing_one_of", wanted=list(sheet.one_of), columns=shown))
    reading.problems += [
        problem("needs_column", column=name, needed=needed, columns=shown)
        for name, needed in sheet.needs.items()
        if name in first and needed not in first
    ]


def own_columns(header: list[str]) -> frozenset[int]:
    """Where a report of ours has its own columns: they stand side by side, with just these headers."""
    seen = [tidy(one) for one in header]
    for place in range(len(seen) - 1):
        if tuple(seen[place : place + 2]) == OUTCOME_HEADERS:
            first = place - 1 if place and seen[place - 1] == ROW_HEADER else place
            return frozenset(range(first, place + 2))
    return frozenset()


def other_sheets(table: Table) -> list[str]:
    """The sheets of a workbook that were not read and may hold somebody's rows: not those we put there."""
    own = {OUTCOME_SHEET} if own_columns(table.header) else set()
    own |= {NOTES} if table.sheet in all_kinds() else set()
    return [name for name in table.others if name not in own]


def meant_kind(table: Table, kind: str, reading: Reading) -> str:
    """The kind whose columns `table` has rather than those of `kind`, as which it was handed in; or empty.

    Sheets of trials and centres have no column that sheets of sites have not, so those would be read too.
    """
    other = recognise(table)
    if other in ("", kind):
        return ""
    processor = all_kinds()[other]
    if reading.problems:
        return other if len(read_header(table, processor.sheet).places) > len(reading.places) else ""
    return other if processor.is_registrys or kind in processor.wider_than else ""


def recognise(table: Table) -> str:
    """The kind whose columns the header has, or empty where none or several fit equally.

    Some headers of a registry's file are those of a sheet of trials, too; nobody else spells them all so.
    """
    scores = {}
    for kind, processor in all_kinds().items():
        if processor.is_registrys:
            if processor.registry_of(table.header):
                return kind
            continue
        reading = read_header(table, processor.sheet)
        if not reading.problems:
            scores[kind] = (len(reading.places), -len(reading.unknown))
    best = [kind for kind, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else ""
