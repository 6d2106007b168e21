"""What is said of a sheet that is refused, and of a step that a run does not allow: always with a way out."""

from django.urls import reverse

from directory.imports import actions
from directory.imports.choices import Status
from directory.imports.models import ImportRun

from .. import addresses
from ..errors import Fault, Problem

REFUSALS = {"too_big": "too-large", "rights": "forbidden", "rights_kind": "forbidden"}
FIELD_OF = {"kind": "kind", "rights_kind": "kind"}

# Where to go on, and what is found there; by what was refused, else by the status of the run.
QUESTIONS = ("import-questions", "The questions, to be answered at the same address: {url}")
ROWS = ("import-rows", "The rows, with what is wrong: {url}")
RUN = ("import", "Follow the run: {url}")
UNDO = ("import-undo", "To undo it, POST to {url}")
AGAIN = ("imports", "To start again, POST the sheet to {url}")
OF_CODE = {
    "open_questions": QUESTIONS,
    "no_question": QUESTIONS,
    "no_answer": QUESTIONS,
    "cannot_take": ROWS,
    "not_whole": ROWS,
    "expired": AGAIN,
    "another_plan": RUN,
    "not_undone": RUN,
    "undone_already": RUN,
}
OF_STATUS = {
    Status.APPLIED: UNDO,
    Status.CANCELLED: AGAIN,
    Status.FAILED: AGAIN,
    Status.UNDONE: AGAIN,
}


def refused(error: actions.Refused) -> Problem:
    """422 for a file that is no sheet, 413 for one too large, 403 for one this key may not send."""
    codes = [one["code"] for one in error.problems]
    kind = next((REFUSALS[code] for code in codes if code in REFUSALS), "refused")
    return Problem(kind, str(error), _faults(error, "file"))


def conflict(error: actions.Refused, run: ImportRun) -> Problem:
    """409: what was asked cannot be done with the run as it is; `see` is where to go on.

    Open questions are told by their keys, with the answers that each allows.
    """
    code = error.problems[0]["code"]
    faults = _open(run) if code == "open_questions" else _faults(error, "status")
    return not_now(run, str(error), faults, code)


def not_now(run: ImportRun, sentence: str, faults: list[Fault], code: str = "") -> Problem:
    """409 with the address where to go on, in its detail and as `see`."""
    name, words = OF_CODE.get(code) or OF_STATUS.get(Status(run.status), RUN)
    if (name, run.may_be_undone) == ("import-undo", False):
        name, words = RUN
    url = addresses.absolute(reverse(f"api:{name}", args=[] if name == "imports" else [run.pk]))
    return Problem("conflict", f"{sentence} {words.format(url=url)}", faults, see=url)


def _open(run: ImportRun) -> list[Fault]:
    return [
        Fault(one["key"], one["message"], [option["value"] for option in one["options"]])
        for one in run.open_questions
    ]


def _faults(error: actions.Refused, field: str) -> list[Fault]:
    return [Fault(FIELD_OF.get(one["code"], field), str(one["message"])) for one in error.problems]
