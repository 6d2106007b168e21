"""The smallest step, in words: which one test, number or date would make a trial match that now does not."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from django.utils import formats
from django.utils.translation import gettext as _

from directory.core.ages import DAYS_PER_YEAR
from trials.choices import Sex, Stage

from .criteria import CRITERIA, Judged
from .moves import CHANGES, Move, find_moves
from .recorded import AGE_GROUP, NOT_RECORDED
from .verdicts import UNKNOWN

ASK = "ask"
KINDS = (*CHANGES, ASK)


@dataclass(frozen=True)
class SmallestStep:
    """What would decide a trial. `kind`: one of `KINDS`; `text`: a sentence.

    `value`: by kind the stages that would do, the alteration to test, the sex, the ISO date, the kilometres,
    or of `ask` the criterion that is open; empty for an age and a number of lines. `found`: of a test, the
    result with which the trial matches.
    """

    kind: str
    value: str
    text: str
    found: bool | None = None


def find(judged: Judged, ordinals: np.ndarray) -> dict[int, SmallestStep]:
    """By ordinal, the smallest step of each of those trials that has one; in the active language.

    What no move decides, and one thing alone leaves open, is to be asked of the centre.
    """
    steps = {ordinal: _smallest(judged, moves) for ordinal, moves in find_moves(judged, ordinals).items()}
    one_open = (judged.unmet == 0) & (judged.unknown == 1)
    asked: dict[tuple[str, bool], SmallestStep] = {}
    for ordinal in ordinals[one_open[ordinals]].tolist():
        if ordinal not in steps:
            question = _open_question(judged, ordinal)
            if question not in asked:
                asked[question] = _ask_step(judged, *question)
            steps[ordinal] = asked[question]
    return steps


def _smallest(judged: Judged, moves: list[Move]) -> SmallestStep:
    """Of the kind that is easiest to have: see `CHANGES`."""
    kind = min((one.kind for one in moves), key=KINDS.index)
    return _STEPS[kind](judged, [one for one in moves if one.kind == kind])


def _of_stage(judged: Judged, moves: list[Move]) -> SmallestStep:
    labels = _or(str(Stage(one.value).label) for one in moves)
    said = _("Say the stage of the disease: a match if %(stages)s.") % {"stages": labels}
    return SmallestStep("stage", ", ".join(one.value for one in moves), said)


def _of_age(judged: Judged, moves: list[Move]) -> SmallestStep:
    given = judged.patient.given.age is not None
    return SmallestStep("age", "", _("Say the age in months or in days.") if given else _("Say the age."))


def _of_sex(judged: Judged, moves: list[Move]) -> SmallestStep:
    said = _("Say the sex: a match if %(sex)s.") % {"sex": _or(str(Sex(one.value).label) for one in moves)}
    return SmallestStep("sex", moves[0].value, said)


def _of_lines(judged: Judged, moves: list[Move]) -> SmallestStep:
    return SmallestStep("lines", "", _("Say how many lines of systemic treatment the patient had."))


def _of_test(judged: Judged, moves: list[Move]) -> SmallestStep:
    """What a trial requires before what it excludes."""
    one = min(moves, key=lambda move: not move.found)
    texts = _or(move.value for move in moves if move.found == one.found)
    said = _("Test for %(alteration)s: a match if it is found.") if one.found else _(
        "Test for %(alteration)s: a match if it is not found."
    )  # fmt: skip
    return SmallestStep("test", one.value, said % {"alteration": texts}, one.found)


def _of_kilometres(judged: Judged, moves: list[Move]) -> SmallestStep:
    far = moves[0].number
    return SmallestStep(
        "kilometres", str(far), _("A match for whoever can travel %(far)d km.") % {"far": far}
    )


def _of_date(judged: Judged, moves: list[Move]) -> SmallestStep:
    """The day from which the age is reached, named as a birthday where it is one."""
    age, days = judged.patient.given.age, min(one.number for one in moves)
    day = judged.today.day + dt.timedelta(days=days)
    exact, years = age.first == age.last, round((age.first + days) / DAYS_PER_YEAR)
    words = {"day": formats.date_format(day, "DATE_FORMAT"), "years": years}
    if years and int(years * DAYS_PER_YEAR) == age.first + days:
        said = _("From %(day)s, when the patient turns %(years)d.") if exact else _(
            "From %(day)s at the latest, when the patient has turned %(years)d."
        )  # fmt: skip
    else:
        said = _("From %(day)s.") if exact else _("From %(day)s at the latest.")
    return SmallestStep("date", day.isoformat(), said % words)


_STEPS = {
    "stage": _of_stage, "age": _of_age, "sex": _of_sex, "lines": _of_lines, "test": _of_test,
    "kilometres": _of_kilometres, "date": _of_date,
}  # fmt: skip


def _open_question(judged: Judged, ordinal: int) -> tuple[str, bool]:
    """The criterion that is open, and whether anything is recorded of it."""
    name = next(one for one in CRITERIA if judged.verdicts[one][ordinal] == UNKNOWN)
    recorded = judged.basis(name)[ordinal] not in (NOT_RECORDED, AGE_GROUP)
    if name == "diagnosis" and judged.disease.is_asked_apart_from(judged.trials.values("named", ordinal)):
        recorded = False  # that the trial takes this kind
    return name, bool(recorded)


def _ask_step(judged: Judged, name: str, recorded: bool) -> SmallestStep:
    return SmallestStep(ASK, name, _of_patient(judged, name) if recorded else _of_centre(name))


def _of_patient(judged: Judged, name: str) -> str:
    """What is recorded, and no single thing that a profile says decides."""
    if name == "diagnosis":
        given = judged.said.says_a_disease
        return _("Ask whether it is this disease.") if given else _("Say the diagnosis.")
    return {
        "age": _("Say the age at diagnosis or at transplant: see the limits."),
        "alterations_excluded": _("Test for all that the trial excludes."),
        "recruitment": _("Ask which source is right: whether it recruits."),
    }.get(name, _("Ask the centre."))


def _of_centre(name: str) -> str:
    return {
        "diagnosis": _("Ask the centre for which diagnoses."),
        "age": _("Ask the centre for which ages."),
        "stage": _("Ask the centre at which stage of the disease."),
        "recruitment": _("Ask whether it recruits in Belgium."),
    }.get(name, _("Ask the centre."))


def _or(texts: Iterable[str]) -> str:
    return _(" or ").join(dict.fromkeys(texts))
