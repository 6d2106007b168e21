"""Records of ClinicalTrials.gov that are handed in as JSON: each becomes a row of its CSV, and is read so."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core.text import control_character_in, squash
from directory.imports.messages import printable, sentence
from directory.imports.rows.result import RowResult
from directory.sheets.reading import MAX_CELL, Row

from ..ctgov import CtgovSheet
from ..ctgov_json import CtgovJsonSheet
from ..sources import ctgov
from ..sources.records import BadRecord
from .ctgov import CtgovProcessor


class CtgovJsonProcessor(CtgovProcessor):
    """Of a record no more is kept than of a row: neither a receipt nor a message has its persons."""

    sheet = CtgovJsonSheet
    reads_records = True
    label = gettext_lazy("ClinicalTrials.gov records (JSON)")

    @classmethod
    def columns_in(cls, columns: Iterable[str]) -> list[str]:
        return list(CtgovSheet.columns())

    def read(self, row, cells):
        """A row as it was handed in, or as its receipt has it: then it is one of the CSV already."""
        if self.sheet.own[0] not in cells:
            return super().read(row, {name: one for name, one in cells.items() if name not in self.sheet.own})
        if row.faults:
            return _refused(row, "")
        try:
            row, cells = _as_row(row, cells[self.sheet.own[0]])
        except BadRecord as error:
            return _refused(row, _("This record cannot be read: %(why)s") % {"why": error})
        return super().read(row, cells)


def _refused(row: Row, why: str) -> RowResult:
    """Why a record is none: the reading of the file said so, or the reading of the record."""
    result = RowResult(row.number, {}, faults=row.faults)
    for _column, code, params in row.faults:
        result.refuse("", sentence(code, params))
    if why:
        result.refuse("", printable(why))
    return result


def _as_row(row: Row, protocol: str) -> tuple[Row, dict[str, str]]:
    """The cells of a record by column, and the row with what is wrong with single ones."""
    try:
        content = {"protocolSection": msgspec.json.decode(protocol)}
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise BadRecord(str(error)) from None
    by_header, faults = CtgovSheet.by_header(), []
    found = {by_header[squash(header)]: cell for header, cell in ctgov.read(content).cells.items()}
    for name, cell in found.items():
        if len(cell) > MAX_CELL:
            faults.append((name, "too_long", {"length": len(cell), "most": MAX_CELL}))
            found[name] = ""
        elif character := control_character_in(cell):
            faults.append((name, "control", {"character": character}))
            found[name] = printable(cell)
    return replace(row, faults=faults), found
