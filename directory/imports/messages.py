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
            "The directory was changed after this plan was made: row %(rows)s now means something else. "
            "Nothing was stored. Make a new plan to see what it means now.",
            "The directory was changed after this plan was made: rows %(rows)s now mean something else. "
            "Nothing was stored. Make a new plan to see what they mean now.",
            number,
        ),
        "rights": ngettext(
            "The rights of the person who uploaded this sheet were changed after this plan was made: row "
            "%(rows)s can no longer be stored as planned. Nothing was stored. Ask an editor, or make a new "
            "plan.",
            "The rights of the person who uploaded this sheet were changed after this plan was made: rows "
            "%(rows)s can no longer be stored as planned. Nothing was stored. Ask an editor, or make a new "
            "plan.",
            number,
        ),
    }
    return sentences.get(why) or ngettext(
        "Row %(rows)s no longer means what the plan says, although nothing in the directory was changed "
        "since then. Nothing was stored. Make a new plan to see what it means now.",
        "Rows %(rows)s no longer mean what the plan says, although nothing in the directory was changed "
        "since then. Nothing was stored. Make a new plan to see what they mean now.",
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
            "The file has %(size)s MB; the maximum is 10 MB. Remove what is not needed, or split the file."
        ),
        "extension": _("“%(name)s”: this file type is not supported. Upload XLSX, ODS or CSV."),
        "kind": _("“%(kind)s” is not a kind of sheet. Use one of: %(kinds)s."),
        "no_kind": _(
            "No kind of sheet has these columns: %(columns)s. Choose the kind, or use its template."
        ),
        "rights_kind": _("Coordinators import sheets of sites; only editors import “%(kind)s”."),
        "rights": _("You have no right to import. Ask an editor for a role."),
        "with_editors": _(
            "Rows about trials that are not listed went to the editors and stay with them. To remove these "
            "as well, ask an editor to undo this import."
        ),
        "sheet_name": _(
            "The name of the sheet has more than 100 characters, or characters that cannot be stored. "
            "Rename the sheet."
        ),
        "name": _(
            "The name of the file is too long, or has characters that cannot be stored. Rename the file."
        ),
        "empty": _("The file is empty. It needs a header and at least one row."),
        "no_rows": _("The sheet has a header (row %(row)s), but no rows below it."),
        "other_format": _("The file contains %(what)s, not a sheet. Save the sheet as XLSX, ODS or CSV."),
        "json": _(
            "The file is not valid JSON: %(why)s in line %(line)s, at character %(column)s. Was it cut off? "
            "Download it again."
        ),
        "json_record": _("This line is not valid JSON: %(why)s at character %(column)s. Was it cut off?"),
        "json_object": _("This is not a record: a JSON object was expected, not %(what)s."),
        "json_deep": _("The JSON is nested deeper than any registry's record, so it was not read."),
        "json_number": _("The JSON has a number with thousands of digits, so it was not read."),
        "json_constant": _("%(constant)s is not a JSON value. Download the file again."),
        "json_twice": _(
            "The JSON has “%(name)s” twice in one object, so it is not clear which is meant. Download the "
            "file again."
        ),
        "no_workbook": _(
            "The file is not a workbook, although its name says so. Save it again as XLSX or ODS."
        ),
        "damaged": _(
            "The workbook is damaged, or only part of it arrived. Open it, save it again, and retry."
        ),
        "encrypted": _("The workbook is protected by a password. Save it without one."),
        "macros": _("The workbook contains macros or programs. Save it as XLSX or ODS, without macros."),
        "unsafe": _(
            "The workbook has a structure that no spreadsheet program makes (%(why)s), so it was not opened."
        ),
        "bomb": _(
            "The workbook has %(unpacked)s MB when unpacked; the maximum is %(most)s MB, and 50 times its "
            "packed size."
        ),
        "too_many_columns": _(
            "The sheet has %(columns)s columns; the maximum is %(most)s. Remove the others."
        ),
        "too_large_inside": _("The sheet is too large to read. Remove empty rows and columns."),
        "too_slow": _("The file could not be read within %(seconds)s seconds. Save it again as CSV UTF-8."),
        "no_such_sheet": _("There is no visible sheet “%(sheet)s”. The file has: %(sheets)s."),
        "open_quote": _("Row %(row)s: a quotation mark is not closed. Close it or remove it."),
        "encoding": _("Row %(row)s has a character in an unknown encoding. Save the file as CSV UTF-8."),
        "mixed_encoding": _(
            "Row %(row)s has a byte (%(byte)s) that is not UTF-8, but other rows are UTF-8. Save the file "
            "again as CSV UTF-8."
        ),
        "utf16_without_mark": _(
            "The file seems to be UTF-16 without a byte order mark. Save it as CSV UTF-8."
        ),
        "header_twice": _(
            "Columns %(place)s (%(first)s) and %(other)s (%(second)s) both mean “%(column)s”. Remove one."
        ),
        "needs_column": _(
            "The column “%(column)s” needs a column “%(needed)s” as well. Add it. The sheet has: %(columns)s."
        ),
        "other_kind": _(
            "These are the columns of “%(other)s”, not of “%(kind)s”. Upload the sheet as “%(other)s”."
        ),
        "sites_only": _(
            "You may upload sheets of trial sites; these are the columns of “%(other)s”, which only editors "
            "upload."
        ),
        "header_control": _("The header of column %(place)s has a control character. Type it again."),
        "missing_column": _("The column “%(column)s” is missing. The sheet has: %(columns)s."),
        "missing_one_of": _("One of these columns is needed: %(wanted)s. The sheet has: %(columns)s."),
        "month_first": _(
            "The dates of “%(column)s” are read month first, because “%(cell)s” can only be read that way."
        ),
        "nothing": _("These cells say “nothing”, so they were read as empty: %(cells)s."),
        "not_read": _("We do not know these columns, so they were ignored: %(columns)s."),
        "left_out": _(
            "A sheet uploaded by an e-mailed link cannot change these columns; sign in to change them: "
            "%(columns)s."
        ),
        "column_taken": _(
            "“%(header)s” is not read as “%(column)s”, because column %(place)s already is. Say which of "
            "the two it is."
        ),
        "remembered_columns": _(
            "Columns are read as they were on %(day)s: %(columns)s. You can change each of them."
        ),
        "above_header": _("Row %(row)s was read as the header. The rows above it were ignored: %(rows)s."),
        "hidden_rows": _(
            "Hidden rows of the sheet were read as well: %(rows)s. Check whether they should be."
        ),
        "other_sheets": _("Only the sheet “%(sheet)s” was read. The file also has: %(others)s."),
        "same_file": _("This file is already being imported. See the list of imports."),
        "busy": _("Other people kept changing the same records. Nothing was stored. Make a new plan."),
        "broken_rule": _(
            "The database refused a row of this plan (rule “%(rule)s”). %(said)s The plan should have told "
            "you: that is an error on our side, and it was logged. Nothing was stored."
        ),
        "another_plan": _("A new plan was made after you opened this one. Read the new plan first."),
        "open_questions": _("Before this plan can be stored, answer: %(questions)s"),
        "no_decision": _("“%(decision)s” is not a decision on a row. Use one of: take, leave."),
        "cannot_take": _(
            "These rows cannot be stored, even if you accept them: %(rows)s. Correct the sheet."
        ),
        "orphans": _(
            "These rows need another row, which was left out (in brackets): %(rows)s. Nothing was stored. "
            "Make a new plan, and accept both rows or leave both out."
        ),
        "in_the_way": _(
            "A record cannot be removed, because another one depends on it that was left out or added "
            "since. Nothing was undone. Undo the import again, and accept both or leave both out."
        ),
        "undone_already": _("Import %(run)s has been undone meanwhile, or is being undone."),
        "not_undone": _("Import %(run)s is %(status)s; only an applied import can be undone."),
        "nothing_to_undo": _("Import %(run)s cannot be undone: it stored nothing."),
        "ended": _("An import of the same file ended at this moment. Upload the file again."),
        "not_whole": _(
            "%(number)s rows are left out. Nothing was stored. Correct them, or store the good rows only."
        ),
        "no_question": _("This plan has no question “%(key)s”. Read the plan again."),
        "no_answer": _("“%(answer)s” is not an answer to: %(question)s"),
        "expired": _(
            "This plan has expired: it is older than 24 hours. Import the file again to get a new plan."
        ),
        "gone": _("The uploaded file is no longer stored. Upload it again."),
        "failed": _("Something went wrong on our side. The error was logged. Nothing was stored. Try again."),
        "too_wide": _(
            "The row has %(cells)s cells, the header %(columns)s. Does a cell contain “;” or “,” without "
            "quotation marks around it?"
        ),
        "too_short": _("The row has only %(cells)s of %(columns)s cells. Complete the row."),
        "quote": _(
            "A quotation mark in this row is not closed, so its cells cannot be separated. Double the "
            "quotation marks inside a cell, or remove them."
        ),
        "too_long": _("The text has %(length)s characters; a cell holds at most %(most)s."),
        "control": _(
            "The text contains the control character %(character)s. Remove it and type the text again."
        ),
        "cell_error": _("The cell shows the error %(shown)s. Fix its formula, or type the value."),
        "not_calculated": _(
            "The cell has a formula whose value was never calculated. Open the file in a spreadsheet program "
            "and save it, or type the value."
        ),
        "merged": _("The cell is part of a merged cell. Unmerge it and fill in each row."),
    }
