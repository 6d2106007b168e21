"""Small sheets for tests: text or bytes of CSV, workbooks, and files handed in as a person would."""

import csv
import io
import zipfile
from xml.sax.saxutils import escape

from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.imports.plan import plan_run


def a_csv(*rows: dict, columns=None, delimiter=",", encoding="utf-8") -> bytes:
    """A CSV file of `rows`; the columns are those of all rows, in order of appearance."""
    names = list(columns or dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, delimiter=delimiter, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def a_row_of(sheet, number) -> dict:
    """A row without anything beside what the sheet requires, from its own example; each number is another."""
    return {name: f"{sheet.example[name]}-{number}" for name in sheet.required}


def a_workbook(*rows: dict, sheet="Sheet1", more=None) -> bytes:
    """An XLSX workbook of `rows`; `more` names other sheets and holds their rows of cells."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        names = list(dict.fromkeys(name for row in rows for name in row))
        page = book.add_worksheet(sheet)
        for place, cells in enumerate([names, *([row.get(name) for name in names] for row in rows)]):
            page.write_row(place, 0, cells)
        for name, lines in (more or {}).items():
            other = book.add_worksheet(name)
            for place, cells in enumerate(lines):
                other.write_row(place, 0, cells)
    return out.getvalue()


def an_ods(sheets: dict[str, list[list]], *, attributes="", parts=None) -> bytes:
    """An ODS workbook of `sheets`, rows of texts by name; `parts` are further parts, or others, by name.

    A cell that begins with `<` is written as it is, so that odd cells can be made; so is a row.
    """
    tables = "".join(
        f'<table:table table:name="{name}" {attributes}>{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    manifest = '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    held = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest} | (parts or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return out.getvalue()


def _ods_row(cells) -> str:
    if isinstance(cells, str):
        return cells
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if str(cell).startswith("<"):
        return str(cell)
    text = f"<text:p>{escape(str(cell))}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def a_file(content, name="sheet.csv"):
    """An upload: a file object with a name."""
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    file.name, file.size = name, len(file.getvalue())
    return file


def received(content, *, kind="sites", name="sheet.csv", user=None, **options) -> ImportRun:
    """A run of `content`, not queued; without a user in the registry's role."""
    role = options.pop("role", None if user else "registry")
    return actions.receive(
        file=a_file(content, name), file_name=name, kind=kind, user=user, role=role, queue=False, **options
    )


def planned(content, **options) -> ImportRun:
    """A run that is planned here and now, without a worker."""
    run = received(content, **options)
    plan_run(run)
    run.refresh_from_db()
    return run


def applied(content, **options) -> ImportRun:
    """A run that is planned, confirmed and applied here and now. With nothing to store, planning ends it."""
    run = planned(content, **options)
    if run.has_stored_nothing:
        return run
    assert run.status == "planned", run.problems
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    run.refresh_from_db()
    return run


def outcomes(run: ImportRun) -> dict[int, str]:
    """Outcome by row number."""
    return dict(run.rows.values_list("number", "outcome"))


def messages(run: ImportRun) -> list[str]:
    """All messages of all rows, as `row column: message`."""
    return [
        f"{row.number} {one['column']}: {one['message']}" for row in run.rows.all() for one in row.messages
    ]
