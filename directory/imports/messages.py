"""What is wrong with a file or a cell, in words: the value, the place, the way out."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_UNPRINTABLE = re.compile(r"[^\t\n\r -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """`text` with a sign for each character that no database keeps and no page shows."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def problem(code: str, message: str = "", **params) -> dict:
    """A file-level problem or warning, as runs keep it and the API shows it."""
    params = {name: _printable(value) for name, value in params.items()}
    return {"code": code, "message": message or sentence(code, params), **params}


def _printable(value):
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return printable(value) if isinstance(value, str) else value


def day_first(partial: str) -> str:
    """`2026-04-03`, `2026-04` or `2026` as Belgians write it: `03/04/2026`, `04/2026`, `2026`."""
    return "/".join(reversed(partial.split("-")))


def sentence(code: str, params: dict) -> str:
    """The sentence of a code of `directory.sheets.reading`."""
    if code == "too_many_rows":
        most = params["most"]
        return ngettext(
            "The sheet has more than %(most)d row. Split it.",
            "The sheet has more than %(most)d rows. Split it into several files.",
            most,
        ) % {"most": most}
    if code == "moved":
        return _moved(params["why"], params["number"]) % {"rows": params["rows"]}
    found = _sentences().get(code) or _("The file could not be read. Save it again as XLSX or CSV UTF-8.")
    return found % _readable(params)


def _moved(why: str, number: int) -> str:
    """Why rows mean something else than in the plan: as far as is known, and no further."""
    sentences = {
        "registry": ngettext(
            "The registry was changed after this plan was made: row %(rows)s means something else now. "
            "Nothing was stored. Plan it again to see what it means.",
            "The registry was changed after this plan was made: rows %(rows)s mean something else now. "
            "Nothing was stored. Plan it again to see what they mean.",
            number,
        ),
        "rights": ngettext(
            "The rights of whoever handed in this sheet were changed after this plan was made: with them, "
            "row %(rows)s cannot be stored as planned. Nothing was stored. Ask an editor, or plan it again.",
            "The rights of whoever handed in this sheet were changed after this plan was made: with them, "
            "rows %(rows)s cannot be stored as planned. Nothing was stored. Ask an editor, or plan it again.",
            number,
        ),
    }
    return sentences.get(why) or ngettext(
        "Row %(rows)s means something else than in the plan, although nothing was written to the registry "
        "since. Nothing was stored. Plan it again to see what it means.",
        "Rows %(rows)s mean something else than in the plan, although nothing was written to the registry "
        "since. Nothing was stored. Plan it again to see what they mean.",
        number,
    )


def _readable(params: dict) -> dict:
    shown = {key: ", ".join(value) if isinstance(value, list) else value for key, value in params.items()}
    if "unpacked" in shown:
        shown |= {"unpacked": f"{shown['unpacked'] / 2**20:.0f}", "most": f"{shown['most'] / 2**20:.0f}"}
    return shown


def _sentences() -> dict[str, str]:
    return {
        "too_big": _(
            "The file has %(size)s MB; at most 10 MB are read. Remove what is not needed, or split it."
        ),
        "extension": _("“%(name)s” is not a kind of file that is read. Save the sheet as XLSX, ODS or CSV."),
        "kind": _("“%(kind)s” is not a kind of sheet. Use one of: %(kinds)s."),
        "no_kind": _(
            "No kind of sheet has these columns: %(columns)s. Choose the kind, or use its template."
        ),
        "rights_kind": _("Coordinators import sheets of sites; “%(kind)s” is imported by editors."),
        "rights": _("You have no right to import. Ask an editor for a role."),
        "with_editors": _(
            "Rows about trials that are not listed went to the editors and stay with them. Ask an editor to "
            "undo this import if they should go, too."
        ),
        "sheet_name": _(
            "The name of the sheet has characters that cannot be kept, or more than 100. Rename the sheet."
        ),
        "name": _("The name of the file has characters that cannot be kept, or is too long. Rename it."),
        "empty": _("The file is empty. It needs a header and at least one row."),
        "no_rows": _("The sheet has a header (row %(row)s) but no rows below it."),
        "other_format": _(
            "The file holds %(what)s, not a table that is read. Save the sheet as XLSX, ODS or CSV."
        ),
        "json": _(
            "The file is no JSON that can be read: %(why)s in line %(line)s, at character %(column)s. Was it "
            "cut off? Download it again."
        ),
        "json_record": _(
            "This line is no JSON that can be read: %(why)s at character %(column)s. Was it cut off?"
        ),
        "json_object": _("This is no record: a JSON object was expected, and not %(what)s."),
        "json_deep": _("The JSON is nested deeper than any registry's record, so it is not read."),
        "json_number": _("The JSON has a number of thousands of digits, so it is not read."),
        "json_constant": _("%(constant)s is no value of JSON. Download the file again."),
        "json_twice": _(
            "The JSON has “%(name)s” twice in one object: nobody can say which is meant. Download the file "
            "again."
        ),
        "no_workbook": _("The file is no workbook, whatever its name says. Save it again as XLSX or ODS."),
        "damaged": _(
            "The workbook is damaged, or only part of it arrived. Open it, save it again, and retry."
        ),
        "encrypted": _("The workbook is protected by a password. Save it without one."),
        "macros": _("The workbook holds macros or programs. Save it as XLSX or ODS, without macros."),
        "unsafe": _(
            "The workbook is built in a way that no spreadsheet program does (%(why)s), so it is not opened."
        ),
        "bomb": _(
            "Unpacked, the workbook has %(unpacked)s MB; at most %(most)s MB, packed up to 50 to 1, are read."
        ),
        "too_many_columns": _(
            "The sheet has %(columns)s columns; at most %(most)s are read. Remove the others."
        ),
        "too_large_inside": _(
            "The sheet needs more memory or time than is given. Remove empty rows and columns."
        ),
        "too_slow": _("The file could not be read within %(seconds)s seconds. Save it again as CSV UTF-8."),
        "no_such_sheet": _("There is no visible sheet “%(sheet)s”. The file has: %(sheets)s."),
        "open_quote": _("Row %(row)s: a quotation mark is opened and never closed. Close it, or remove it."),
        "encoding": _("Row %(row)s has a character in an unknown encoding. Save the file as CSV UTF-8."),
        "mixed_encoding": _(
            "Row %(row)s has a byte (%(byte)s) that is not UTF-8, while other rows are UTF-8. "
            "Save the file again as CSV UTF-8."
        ),
        "utf16_without_mark": _("The file seems to be UTF-16 without its mark. Save it as CSV UTF-8."),
        "header_twice": _(
            "Columns %(place)s (%(first)s) and %(other)s (%(second)s) both mean “%(column)s”. Remove one."
        ),
        "needs_column": _(
            "There is a column “%(column)s”, but none for “%(needed)s”, which it is about. Add it. "
            "The sheet has: %(columns)s."
        ),
        "other_kind": _(
            "These are the columns of a sheet of “%(other)s”, not of “%(kind)s”. Hand it in as “%(other)s”."
        ),
        "sites_only": _(
            "You may hand in sheets of trial sites; these are the columns of a sheet of “%(other)s”, which "
            "editors hand in."
        ),
        "header_control": _("The header of column %(place)s has a control character. Type it again."),
        "missing_column": _("The column “%(column)s” is missing. The sheet has: %(columns)s."),
        "missing_one_of": _("One of these columns is needed: %(wanted)s. The sheet has: %(columns)s."),
        "month_first": _(
            "The dates of “%(column)s” are read month first, since “%(cell)s” can be read no other way."
        ),
        "nothing": _("Taken as empty, since they say that there is nothing to say: %(cells)s."),
        "not_read": _("Not read, since no column of this kind has that header: %(columns)s."),
        "left_out": _("Not taken from a sheet that comes by a mailed link; sign in for it: %(columns)s."),
        "column_taken": _(
            "“%(header)s” is not read as “%(column)s”, since column %(place)s is. Say which of them it is."
        ),
        "remembered_columns": _("Columns are read as on %(day)s: %(columns)s. Each can be changed."),
        "above_header": _("Row %(row)s is taken for the header. Not read, since above it: %(rows)s."),
        "hidden_rows": _(
            "Rows that the sheet hides are read as well: %(rows)s. Look whether they should be."
        ),
        "other_sheets": _("Only the sheet “%(sheet)s” was read. The file also has: %(others)s."),
        "same_file": _("This file is already on its way. Look at the list of imports."),
        "busy": _("Other people kept changing the same records. Nothing was stored. Plan it again."),
        "broken_rule": _(
            "The database refused a row of this plan, by its rule “%(rule)s”. %(said)s The plan should have "
            "said so: that is a fault on our side, and it was written down. Nothing was stored."
        ),
        "another_plan": _("The file was planned again after you opened its plan. Read the new plan first."),
        "open_questions": _("Before this plan can be stored, answer: %(questions)s"),
        "no_decision": _("“%(decision)s” is not a decision on a row. Use one of: take, leave."),
        "cannot_take": _("These rows cannot be stored whatever is decided: %(rows)s. Correct the sheet."),
        "orphans": _(
            "Rows that need another one, which was left out (in brackets): %(rows)s. Nothing was stored. "
            "Plan it again, and take or leave out both."
        ),
        "in_the_way": _(
            "Something that was left out, or came since, hangs on a record that is to be removed. Nothing "
            "was undone. Undo it again, and take or leave out both."
        ),
        "undone_already": _(
            "Import %(run)s is no longer applied: it was undone meanwhile, or is about to be."
        ),
        "not_undone": _("Import %(run)s is %(status)s; only what is applied can be undone."),
        "nothing_to_undo": _("Import %(run)s cannot be undone: it stored nothing."),
        "ended": _("The same file was on its way, and ended in this very moment. Hand it in again."),
        "not_whole": _(
            "%(number)s rows are left out. Nothing was stored. Correct them, or store the good rows only."
        ),
        "no_question": _("This plan does not ask “%(key)s”. Read the plan again."),
        "no_answer": _("“%(answer)s” is not an answer to: %(question)s"),
        "expired": _("This plan is older than 24 hours. Import the file again to see a plan of today."),
        "gone": _("The stored file is no longer there. Upload it again."),
        "failed": _("Something went wrong on our side; it was written down. Nothing was stored. Try again."),
        "too_wide": _(
            "The row has %(cells)s cells, the header %(columns)s. Is a “;” or “,” missing its quotes?"
        ),
        "too_short": _("The row has only %(cells)s of %(columns)s cells. Fill in the row to its end."),
        "quote": _(
            "A quotation mark here has no partner, so the cells of this row cannot be told apart. Double the "
            "marks inside a cell, or remove them."
        ),
        "too_long": _("The text has %(length)s characters; a cell holds at most %(most)s."),
        "control": _(
            "The text contains the control character %(character)s. Remove it and type the text again."
        ),
        "cell_error": _("The cell shows the error %(shown)s. Mend its formula, or type the value."),
        "not_calculated": _(
            "The cell has a formula whose value was never calculated. Open the file in a spreadsheet program "
            "and save it, or type the value."
        ),
        "merged": _("The cell is part of a merged cell. Unmerge it and fill in each row."),
    }
