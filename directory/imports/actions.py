"""What people do with imports: hand in a sheet, confirm its plan, cancel it."""

import hashlib
import logging
import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from directory.core.roles import is_editor, role_of
from directory.core.text import control_character_in
from directory.sheets.reading import MAX_BYTES

from . import mapping, questions, tasks
from .choices import NOT_TAKEN, STORED, Decision, Outcome, Status
from .kinds import all_kinds, may_be_handed_in
from .messages import problem
from .models import KEPT_UNCONFIRMED, ImportRun

log = logging.getLogger(__name__)
EXTENSIONS = (".xlsx", ".ods", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson")


class Refused(Exception):
    """The file, or what is asked of it, is refused; `problems` has `{code, message, …}` each."""

    def __init__(self, problems: list[dict]):
        super().__init__(" ".join(one["message"] for one in problems))
        self.problems = problems


def receive(
    *, file, file_name: str, kind: str = "", sheet: str = "", user=None, role: str | None = None,
    centre=None, idempotency_key: str = "", queue: bool = True, choices: Mapping[str, str] | None = None,
) -> ImportRun:  # fmt: skip
    """Store `file` (readable, bytes) and queue its planning. Raises `Refused` at the door.

    `kind` empty: recognised by its header. `role` is the user's own unless the house imports for itself
    (`user` None, role registry). `centre` narrows the rows to one centre, as a key of that centre does.
    The same file, still on its way, is not received twice: the first run is returned, with
    `was_there` true; a plan that waits is planned again, since it may be outdated. So is the run of an
    `idempotency_key` that was used before returned, as it is. `choices`: answers given beforehand, by key.
    """
    role = role or role_of(user)
    if role is None:
        raise Refused([problem("rights")])
    _refuse_at_the_door(file_name, kind, sheet, role, centre)
    if idempotency_key and (known := _by_key(user, idempotency_key)):
        return known
    stored_as, sha256, size = _keep(file, file_name)
    kind = kind or _kind_of_the_same(sha256, sheet, user, centre)
    run = ImportRun(
        kind=kind, file_name=file_name, sheet=sheet, stored_as=stored_as, sha256=sha256, size=size,
        language=translation.get_language() or "en", created_by=user, role=role, centre=centre,
        idempotency_key=idempotency_key, expires_at=timezone.now() + KEPT_UNCONFIRMED,
        choices=dict(choices or {}),
    )  # fmt: skip
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError:
        run.path.unlink(missing_ok=True)
        return _first(run, user, queue)
    run.was_there = False
    if queue:
        _queue(tasks.plan, run)
    return run


def decide(
    *, run: ImportRun, user, decision: str, numbers: Iterable[int] = (), outcome: str = "",
    seen: int | None = None,
) -> int:  # fmt: skip
    """Take or leave out the rows `numbers`, or all of an `outcome`. Returns how many rows it concerns.

    `take` stores a row that was held back, or one that was left out; `leave` stores neither. Rows that cannot
    be stored are named. Raises `Refused`, PermissionDenied; then nothing was decided.
    """
    _may_decide(run, user)
    if decision not in Decision.values:
        raise Refused([problem("no_decision", decision=decision[:40])])
    with transaction.atomic():
        # The step to itself holds the run: who confirms at this moment confirms before or after.
        if not run.claim(Status.PLANNED, Status.PLANNED, seen=seen):
            raise _too_late(run)
        rows = run.rows.filter(outcome=outcome) if outcome else run.rows.filter(number__in=list(numbers))
        good = Q(outcome__in=(*STORED, Outcome.UNCHANGED))
        if not outcome and (cannot := list(rows.exclude(good | Q(may_be_taken=True)).values("number")[:20])):
            raise Refused([problem("cannot_take", rows=", ".join(str(one["number"]) for one in cannot))])
        is_take = decision == Decision.TAKE
        done = rows.filter(good).update(decision="" if is_take else Decision.LEAVE)
        held = rows.filter(may_be_taken=True).exclude(good)
        return done + held.update(decision=Decision.TAKE if is_take else "")


def decide_all(*, run: ImportRun, user, decisions: Mapping[str, Iterable[int]]) -> int:
    """As `decide`, for rows by decision: all of it is done, or nothing."""
    with transaction.atomic():
        return sum(
            decide(run=run, user=user, decision=decision, numbers=numbers)
            for decision, numbers in decisions.items()
            if numbers
        )


def confirm(
    *, run: ImportRun, user, seen: int | None = None, whole: bool = False, queue: bool = True
) -> ImportRun:
    """Let the plan be applied: once, however many confirm it at once. Raises `Refused`, PermissionDenied.

    `seen` is the `attempt` that made the plan which the person read; another one is not theirs to confirm.
    `whole`: only if every row is good, or was left out or taken by the person.
    """
    _may_decide(run, user)
    if run.status == Status.PLANNED:
        _refuse_unfit(run, whole)
    with transaction.atomic():
        confirmed_by = user if getattr(user, "pk", None) else None
        if run.claim(
            Status.PLANNED, Status.APPLYING, seen=seen, confirmed_by=confirmed_by, lease_until=None,
            rows_done=0,
        ):  # fmt: skip
            mapping.remember(run)
            _begin_undoing(run)
            if queue:
                _queue(tasks.apply, run)
            return run
    refused = _too_late(run)
    if run.status in (Status.APPLYING, Status.APPLIED):
        return run  # somebody was a moment earlier; the effect is the one that was asked for
    raise refused


def _refuse_unfit(run: ImportRun, whole: bool) -> None:
    """A plan that cannot be confirmed as it is."""
    if run.is_expired:
        raise Refused([problem("expired")])
    if asked := run.open_questions:
        raise Refused([problem("open_questions", questions=[one["message"] for one in asked])])
    if whole and (left := _left_out(run)):
        raise Refused([problem("not_whole", number=left)])


def _begin_undoing(run: ImportRun) -> None:
    """What a confirmed undo is of can be undone by nobody else meanwhile."""
    if run.undo_of_id is None:
        return
    undone = ImportRun.objects.filter(pk=run.undo_of_id, status=Status.APPLIED)
    if not undone.update(status=Status.UNDOING):
        raise Refused([problem("undone_already", run=run.undo_of_id)])


def answer(
    *, run: ImportRun, user, answers: Mapping[str, str], seen: int | None = None, queue: bool = True
) -> ImportRun:
    """Answer questions of a plan, by key; the sheet is planned anew. Raises `Refused`, PermissionDenied.

    All answers are taken, or none. Decisions on single rows are made again in the new plan.
    """
    _may_decide(run, user)
    if run.status != Status.PLANNED:
        raise Refused([_not_now(run)])
    asked = {one["key"]: one for one in run.questions}
    if problems := list(filter(None, (_refuse_answer(asked, *one, user) for one in answers.items()))):
        raise Refused(problems)
    with transaction.atomic():
        if run.claim(
            Status.PLANNED, Status.UPLOADED, seen=seen, lease_until=None, rows_done=0, counts={},
            warnings=[], choices=run.choices | dict(answers),
        ):  # fmt: skip
            if queue:
                _queue(tasks.plan, run)
            return run
    raise _too_late(run)


def _refuse_answer(asked: Mapping[str, dict], key: str, value: str, user) -> dict | None:
    """Why `value` answers no question of `asked`; None where it does."""
    if key not in asked:
        return problem("no_question", key=key[:80])
    if questions.may_be_answered(asked[key], value, user):
        return None
    return problem("no_answer", answer=value[:80], question=asked[key]["message"])


def undo(*, run: ImportRun, user, queue: bool = True) -> ImportRun:
    """A run that plans the reverse of an applied one. Nothing is undone before it is confirmed.

    Raises `Refused`, PermissionDenied. An undo of the same person that is under way is returned.
    """
    _may_decide(run, user)
    if not run.may_be_undone:
        status = str(run.get_status_display())
        raise Refused([
            problem(
                "nothing_to_undo" if run.status == Status.APPLIED else "not_undone", run=run.pk, status=status
            )
        ])  # fmt: skip
    reverse = ImportRun(
        kind=run.kind, file_name=run.file_name, sheet=run.sheet, sha256=f"undo of {run.pk}", undo_of=run,
        language=translation.get_language() or "en", created_by=user, role=role_of(user) or run.role,
        centre=run.centre, expires_at=timezone.now() + KEPT_UNCONFIRMED,
    )  # fmt: skip
    try:
        with transaction.atomic():
            reverse.save()
    except IntegrityError:
        same = ImportRun.objects.live().filter(undo_of=run, created_by=user).first()
        if same is None:  # it ended in this very moment
            raise Refused([problem("undone_already", run=run.pk)]) from None
        return same
    if queue:
        _queue(tasks.plan, reverse)
    return reverse


def cancel(*, run: ImportRun, user) -> ImportRun:
    """Give the run up before it is applied: then nothing of it is stored. Raises `Refused` once it is."""
    _may_decide(run, user)
    for status in (Status.UPLOADED, Status.PLANNING, Status.PLANNED, Status.APPLYING):
        with transaction.atomic():
            # A worker that is storing holds the row of the run at its last step: one of the two comes first.
            is_cancelled = run.claim(status, Status.CANCELLED, lease_until=None, finished_at=timezone.now())
            if is_cancelled:
                run.restore_undone()
        if is_cancelled:
            run.path.unlink(missing_ok=True)
            return run
    run.refresh_from_db()
    if run.status == Status.CANCELLED:
        return run
    raise Refused([_not_now(run)])


def plan_again(*, run: ImportRun, user, queue: bool = True) -> ImportRun:
    """A new run of the same file, for whoever handed it in. Raises `Refused`, PermissionDenied."""
    _may_decide(run, user)
    if not run.may_be_planned_again:
        raise Refused([_not_now(run)])
    if run.undo_of is not None:
        return undo(run=run.undo_of, user=user, queue=queue)
    try:
        with run.path.open("rb") as file:
            return receive(
                file=file, file_name=run.file_name, kind=run.kind, sheet=run.sheet, user=run.created_by,
                role=run.role, centre=run.centre, queue=queue, choices=run.choices,
            )  # fmt: skip
    except FileNotFoundError:
        raise Refused([problem("gone")]) from None


def _is_unfit(name: str, longest: int) -> bool:
    return bool(control_character_in(name)) or len(name) > longest


def _refuse_at_the_door(file_name: str, kind: str, sheet: str, role: str, centre) -> None:
    if not file_name or _is_unfit(file_name, 255):
        raise Refused([problem("name")])
    if _is_unfit(sheet, 100):
        raise Refused([problem("sheet_name")])
    problems = []
    if kind and kind not in all_kinds():
        problems.append(problem("kind", kind=kind[:40], kinds=", ".join(all_kinds())))
    elif kind and not may_be_handed_in(kind, role, centre):
        problems.append(problem("rights_kind", kind=kind))
    if not file_name.lower().endswith(EXTENSIONS):
        problems.append(problem("extension", name=file_name[-80:]))
    if problems:
        raise Refused(problems)


def _keep(file, file_name: str) -> tuple[str, str, int]:
    """Write the upload under a random name that only we can read. Returns name, hash and size."""
    folder = Path(settings.DATA_DIR, "uploads")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stored_as = uuid.uuid4().hex + Path(file_name).suffix.lower()
    digest, size = hashlib.sha256(), 0
    handle = os.open(folder / stored_as, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            while chunk := file.read(256 * 1024):
                size += len(chunk)
                if size > MAX_BYTES:
                    shown = getattr(file, "size", None) or size
                    raise Refused([problem("too_big", size=f"{shown / 2**20:.1f}")])
                digest.update(chunk)
                out.write(chunk)
        if not size:
            raise Refused([problem("empty")])
    except BaseException:
        (folder / stored_as).unlink(missing_ok=True)
        raise
    return stored_as, digest.hexdigest(), size


def _by_key(user, key: str) -> ImportRun | None:
    run = ImportRun.objects.filter(created_by=user, idempotency_key=key).first()
    if run:
        run.was_there = True
    return run


def _first(run: ImportRun, user, queue: bool) -> ImportRun:
    """The live run that kept this one out, planned again where its plan waits."""
    if run.idempotency_key and (known := _by_key(user, run.idempotency_key)):
        return known
    same = ImportRun.objects.live().filter(
        sha256=run.sha256, kind=run.kind, sheet=run.sheet, created_by=user, centre=run.centre
    )
    first = same.first()
    if first is None:  # it ended in this very moment
        raise Refused([problem("ended")])
    handed_in = first.created_at
    # Between the look and this step it may be confirmed: then it is being stored, and stays so.
    if again := first.claim(
        Status.PLANNED, Status.UPLOADED, lease_until=None, rows_done=0, counts={}, warnings=[],
        language=run.language, created_at=run.created_at, expires_at=run.expires_at,
        choices=first.choices | run.choices,
    ):  # fmt: skip
        if queue:
            _queue(tasks.plan, first)
    else:
        waiting = ImportRun.objects.filter(pk=first.pk, status=Status.UPLOADED)
        waiting.update(choices=first.choices | run.choices)
        first.refresh_from_db()
    first.was_there, first.was_there_since, first.is_planned_again = True, handed_in, again
    return first


def _kind_of_the_same(sha256: str, sheet: str, user, centre) -> str:
    """What the header of the same file told when it was handed in before, where it is still on its way."""
    same = ImportRun.objects.live().filter(sha256=sha256, sheet=sheet, created_by=user, centre=centre)
    return same.exclude(kind="").values_list("kind", flat=True).first() or ""


def _left_out(run: ImportRun) -> int:
    """Rows that the plan leaves out without a person having said so."""
    return run.rows.filter(outcome__in=NOT_TAKEN).exclude(decision=Decision.TAKE).count()


def _may_decide(run: ImportRun, user) -> None:
    """Whoever brought the sheet, or an editor; the house itself for its own (`user` None)."""
    if user is None and run.created_by_id is None:
        return
    if not (is_editor(user) or (role_of(user) and run.created_by_id == user.pk)):
        raise PermissionDenied


def _not_now(run: ImportRun) -> dict:
    if run.status in (Status.UPLOADED, Status.PLANNING):
        sentence = _("Import %(run)s is %(status)s; wait for its plan.")
    elif run.status == Status.PLANNED:
        sentence = _("Import %(run)s is %(status)s; this is not possible yet.")
    else:
        sentence = _("Import %(run)s is %(status)s; this can no longer be done.")
    return problem(
        "status", sentence % {"run": run.pk, "status": run.get_status_display()}, status=run.status
    )


def _too_late(run: ImportRun) -> Refused:
    """The plan that a person had before them is another one by now, or none."""
    run.refresh_from_db()
    return Refused([problem("another_plan") if run.status == Status.PLANNED else _not_now(run)])


def _queue(task, run: ImportRun) -> None:
    """After the commit. A broker that is away loses nothing: the sweeper finds the row."""
    transaction.on_commit(lambda: tasks.send(task, run.pk))
