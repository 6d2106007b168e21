"""What all kinds share: rows in, verdicts out, and the set-wise way into tables and change log."""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.models import Op, Recorded, State
from directory.core.sheets import VERSION, Sheet
from directory.core.text import tidy
from directory.core.visibility import Role
from directory.core.written import is_nothing

from .. import blank, messages
from ..models import Outcome
from ..questions import Question, how_to_read
from ..tables import Row
from ..versions import hold_back_edited

BATCH = 500
NOTHING = object()  # what a cell means that says there is nothing to say
_SHOWN = 80
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Scope:
    """On whose behalf rows are judged. `centres` None: every centre; else only these.

    `visible_trials`, `visible_centres` None: all; else the pks of those that this person may see. `choices`:
    what was decided of this sheet, by key (`directory.imports.questions`); `decided_by`: who stands for it.
    """

    run: int
    file_name: str
    role: str
    day: dt.date
    user_id: int | None = None
    centres: frozenset[int] | None = None
    visible_trials: frozenset[int] | None = None
    visible_centres: frozenset[int] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    decided_by: int | None = None

    @property
    def actor(self) -> changes.Actor:
        return changes.Actor(self.role, self.user_id, self.run)

    @property
    def state_of_new(self) -> str:
        """What an editor, or the registry's own sheets, bring in has been looked at: it is listed."""
        return State.LISTED if self.role in (Role.EDITOR, Role.REGISTRY, Role.SYSTEM) else State.DRAFT

    def may_touch(self, centre_id: int) -> bool:
        return self.centres is None or centre_id in self.centres


@dataclass
class Written:
    """What a column set on a record, so that it can be taken back; `attributes` are those to be stored."""

    record: models.Model
    attribute: str
    old: object
    new: object
    attributes: list[str]

    def take_back(self) -> None:
        setattr(self.record, self.attribute, self.old)
        self.attributes.remove(self.attribute)


@dataclass
class Verdict:
    """What one row means. `work` is what `Judge.store` needs to store it, None where nothing is stored."""

    number: int
    cells: dict[str, str]
    outcome: str = Outcome.UNCHANGED
    record: str = ""
    changes: list[dict] = field(default_factory=list)
    messages: list[dict] = field(default_factory=list)
    values: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    work: object = None
    may_be_taken: bool = False
    blanks: list[str] = field(default_factory=list)
    written: dict[str, Written] = field(default_factory=dict)

    @property
    def is_bad(self) -> bool:
        return self.outcome in (Outcome.INVALID, Outcome.DUPLICATE, Outcome.CONFLICT, Outcome.ERROR)

    def note(self, column: str, message: str) -> None:
        """Something the reader should know; the row stays good."""
        self.messages.append(
            {"column": column, "value": self.cells.get(column, "")[:_SHOWN], "message": message}
        )

    def refuse(self, column: str, message: str) -> None:
        """Something that makes the row invalid. All of them are collected."""
        self.note(column, message)
        self.outcome, self.may_be_taken = Outcome.INVALID, False

    def hold_back(self, outcome: str, column: str, message: str) -> None:
        """Good, but a person looks at it first: `duplicate` or `conflict`. Stored only where they take it."""
        self.note(column, message)
        if not self.is_bad:
            self.outcome, self.may_be_taken = outcome, True

    def take_back(self, name: str) -> None:
        """Let a column of `written` be as it is stored; with nothing else to store the row is unchanged."""
        self.written.pop(name).take_back()
        self.changes = [one for one in self.changes if one["field"] != name]
        if not self.changes:
            self.outcome, self.work = Outcome.UNCHANGED, None

    def change(self, name: str, old, new) -> None:
        self.changes.append({"field": name, "old": old, "new": new})

    def forget(self) -> None:
        """Let go of what only storing needs; a plan keeps its verdicts to tell doubles, not to store them."""
        self.work, self.values, self.changes, self.written = None, {}, [], {}

    def meaning(self) -> tuple:
        """What must be the same at planning and at applying."""
        return self.outcome, self.record, self.changes


class Judge:
    """Judges the rows of one kind against the database as it is, a chunk at a time.

    It remembers what earlier rows of the same file said, so it is used for one pass over one file.
    """

    sheet: type[Sheet]

    def __init__(self, scope: Scope):
        self.scope = scope
        self.seen: dict[object, Verdict] = {}
        self._read: dict[tuple[str, str], tuple[object, str, str]] = {}
        self.nothings: Counter[str] = Counter()  # cells taken as empty, as written
        self.revised: list[Verdict] = []  # verdicts that a later row changed
        self.questions: dict[str, Question] = {}
        self.columns: frozenset[str] = frozenset()  # that the sheet has
        self.blanks: Counter[str] = Counter()  # empty cells over stored values, by column

    # Judging

    def judge(self, rows: Iterable[tuple[Row, dict[str, str]]]) -> list[Verdict]:
        """Verdicts on `(row, cells by column)`, in order."""
        verdicts = [self._cleaned(row, cells) for row, cells in rows]
        judged = [verdict for verdict in verdicts if not self.is_example(verdict)]
        self.look_up(judged)
        for verdict in judged:
            self.decide(verdict)
            if verdict.is_bad and not verdict.may_be_taken:
                verdict.work, verdict.changes = None, []
        hold_back_edited(self, judged)
        for verdict in judged:
            if not verdict.is_bad or verdict.may_be_taken:
                self.blanks.update(verdict.blanks)
        return verdicts

    def is_example(self, verdict: Verdict) -> bool:
        """Whether the row is the template's example, left in: it is said, and nothing else comes of it.

        In whatever language or spelling of a date; columns may have been taken away, but no cell changed.
        """
        example, cells = self.sheet.example, verdict.cells
        if verdict.is_bad or not any("example" in cell.casefold() for cell in cells.values()):
            return False
        for name, cell in cells.items():
            if name not in example or self._value(name, cell) != self._value(name, example[name]):
                return False
        verdict.note("", _("This is the example row of the template: it is not read."))
        return True

    def ask(self, question: Question) -> str:
        """What was decided about `question`; empty where it is open, and then the plan asks it."""
        self.questions.setdefault(question.key, question)
        return self.scope.choices.get(question.key, "")

    def asked(self) -> list[Question]:
        """What the plan asks, once all rows are judged."""
        return [*self.questions.values(), *blank.questions(self.blanks)]

    def clears(self, verdict: Verdict, name: str, old) -> bool:
        """Whether the empty cell of a column of the sheet clears the stored value `old` of a record.

        Never what identifies the record, or what it cannot be without.
        """
        sheet = self.sheet
        kept = (*sheet.required, *sheet.one_of, *getattr(sheet, "identifier_columns", ()))
        if old in (None, "", []) or name in verdict.cells or name in kept or name not in self.columns:
            return False
        verdict.blanks.append(name)
        return self.scope.choices.get(blank.KEY) == blank.CLEAR

    def look_up(self, verdicts: list[Verdict]) -> None:
        """Fetch what the rows are about: one query a table, whatever the number of rows."""
        raise NotImplementedError

    def decide(self, verdict: Verdict) -> None:
        """Find the record, compare field by field, set outcome, changes, messages and work."""
        raise NotImplementedError

    def logged(self, verdict: Verdict, column: str) -> list[tuple[str, str, str]]:
        """Where the change log has what `column` of a row writes: `(kind, key, field)` of a change."""
        found = self.sheet.columns().get(column)
        model = self.sheet._meta.model
        return [(model.change_kind, verdict.record, found.attribute or column)] if found else []

    def finish(self) -> None:
        """After the last chunk: what only the whole file tells. Changed verdicts go to `revised`."""

    def orphans(self) -> list[tuple[Verdict, int]]:
        """Rows to be stored that need another row, which is left out: each with the number of that row."""
        return []

    def _cleaned(self, row: Row, cells: dict[str, str]) -> Verdict:
        verdict = Verdict(
            row.number, faults=row.faults, cells={name: cell for name, cell in cells.items() if cell}
        )
        for name, code, params in row.faults:
            verdict.refuse(name, messages.sentence(code, params))
        faulty = {name for name, _code, _params in row.faults}
        for name, cell in list(verdict.cells.items()):
            if name in faulty or name == VERSION:
                continue
            if not cell.isascii() and _DIRECTION.search(cell):
                verdict.note(name, _("Invisible characters that turn the direction of text were removed."))
            value, refusal, remark = self._value(name, cell)
            if value is NOTHING:
                self.nothings[tidy(cell)] += 1
                del verdict.cells[name]
            elif refusal:
                verdict.refuse(name, refusal)
            elif value not in (None, "", []):
                verdict.values[name] = value
                if remark:
                    verdict.note(name, remark)
        return verdict

    def _value(self, name: str, cell: str) -> tuple[object, str, str]:
        """`(value, "", remark)`, `(None, why not, "")` or `(NOTHING, "", "")`.

        Sheets repeat themselves, so answers are kept.
        """
        if (name, cell) not in self._read:
            if len(self._read) > 50_000:
                self._read.clear()
            self._read[name, cell] = self._read_cell(name, cell)
        return self._read[name, cell]

    def _read_cell(self, name, cell):
        column = self.sheet.columns()[name]
        says_nothing = not column.is_prose and is_nothing(cell)
        if says_nothing and not column.has_words:
            return NOTHING, "", ""
        how = how_to_read(name, self.scope.choices)
        try:
            value = self.sheet.read(name, cell, **how)
        except ValueError as error:
            # A word of the column's own is read before: `unknown` is a status, `N/A` a phase.
            return (NOTHING, "", "") if says_nothing else (None, str(error), "")
        return value, "", column.widget.remark(cell, value, **how)

    def is_double(self, key: object, verdict: Verdict, column: str) -> bool:
        """True for the second row about one record; rows that contradict each other are both refused."""
        first = self.seen.setdefault(key, verdict)
        if first is verdict:
            return False
        verdict.outcome = Outcome.DUPLICATE
        if first.cells == verdict.cells:
            said = {"row": first.number, "record": verdict.record}
            verdict.note(column, _("The same as row %(row)d (%(record)s), which is taken.") % said)
            return True
        sentence = _(
            "Rows %(first)d and %(second)d are about the same record (%(record)s) and say different things. "
            "Keep one."
        )
        sentence %= {"first": first.number, "second": verdict.number, "record": verdict.record}
        verdict.note(column, sentence)
        if not first.is_bad or first.outcome == Outcome.DUPLICATE:
            first.outcome, first.work, first.changes = Outcome.DUPLICATE, None, []
            first.may_be_taken = False
            first.note(column, sentence)
            self.revised.append(first)
        return True

    def compare(self, verdict: Verdict, record: models.Model, names: Iterable[str]) -> list[str]:
        """Set on `record` the values of the columns `names`; blank cells keep what is there, or clear it.

        Returns the attributes that changed, and notes each change on the verdict.
        """
        changed, columns = [], self.sheet.columns()
        for name in names:
            attribute = columns[name].attribute
            old = getattr(record, attribute)
            if name in verdict.values:
                new = verdict.values[name]
            elif record.pk and self._may_be_empty(name) and self.clears(verdict, name, old):
                new = self._empty(name, old)
            else:
                continue
            if old != new and not self._reads_as(name, old, new):
                verdict.change(name, self._written(name, old), self._written(name, new))
                setattr(record, attribute, new)
                changed.append(attribute)
                verdict.written[name] = Written(record, attribute, old, new, changed)
        return changed

    def _may_be_empty(self, name: str) -> bool:
        found = self.sheet.model_field(name)
        return found is not None and found.blank

    def _empty(self, name: str, old):
        if self.sheet.model_field(name).null:
            return None
        return [] if isinstance(old, list) else ""

    def says(self, name: str, logged, value) -> bool:
        """Whether `logged`, as a snapshot of the change log has it, is `value` of a cell."""
        if value in (None, "", []):
            return logged in (None, "", [])
        return logged == value or self._reads_as(name, logged, value)

    def _reads_as(self, name: str, old, new) -> bool:
        """Whether `old`, written into a sheet and read back, is `new`: then the sheet changes nothing."""
        written = self._written(name, old)
        return bool(written) and self._value(name, written)[0] == new

    def _written(self, name: str, value) -> str:
        return (
            value
            if isinstance(value, str)
            else ""
            if value in (None, [])
            else self.sheet.written(name, value)
        )

    # Storing

    def touched(self, verdicts: list[Verdict]) -> dict[type[models.Model], list[int]]:
        """The stored records that `store` would change, by model: they are locked before."""
        raise NotImplementedError

    def store(self, verdicts: list[Verdict]) -> "Tally":
        """Write the work of `verdicts` in bulk, inside the caller's transaction, with its change records."""
        raise NotImplementedError


class Tally(dict):
    """What was written, counted as it is written: `{"trial": {"create": 3, "update": 1}}`."""

    def count(self, entries: Iterable[changes.Entry]) -> None:
        for entry in entries:
            if entry.before != entry.after:
                of_kind = self.setdefault(entry.kind, {str(Op.CREATE): 0, str(Op.UPDATE): 0})
                of_kind[str(entry.op)] = of_kind.get(str(entry.op), 0) + 1


class Ledger:
    """Before and after of records written in bulk, in a constant number of queries a batch."""

    def __init__(self, actor: changes.Actor):
        self.actor, self.tally = actor, Tally()
        self._before: dict[type, dict[int, dict]] = defaultdict(dict)

    def watch(self, model: type[Recorded], pks: Iterable[int]) -> None:
        """Keep what the stored records are now; call it before they are written."""
        self._before[model] |= model.snapshots(list(pks))

    def record(self, records: Iterable[Recorded]) -> None:
        """Write the change of each of `records`, as they are stored now."""
        by_model: dict[type[Recorded], list[Recorded]] = defaultdict(list)
        for one in records:
            by_model[type(one)].append(one)
        for model, ones in by_model.items():
            after = model.snapshots([one.pk for one in ones])
            before = self._before[model]
            entries = [
                changes.Entry(model.change_kind, one.change_key, before.get(one.pk), after.get(one.pk))
                for one in ones
            ]
            changes.record(entries, by=self.actor)
            self.tally.count(entries)

    def record_removed(self, model: type[Recorded], keys: Iterable[tuple[int, str]]) -> None:
        """Write the change of each `(pk, key)` of `model`, which was watched and is no longer there."""
        before = self._before[model]
        entries = [changes.Entry(model.change_kind, key, before.get(pk), None) for pk, key in keys]
        changes.record(entries, by=self.actor)
        self.tally.count(entries)


def upsert(records: list[models.Model], attributes: Iterable[str]) -> None:
    """Write `attributes` of stored records in bulk: one INSERT … ON CONFLICT a batch.

    Ten times faster than `bulk_update` at 20 columns, and no id is ever drawn or a sequence moved.
    """
    names = sorted(set(attributes))
    if not records or not names:
        return
    model = type(records[0])
    if any(field.name == "updated_at" for field in model._meta.concrete_fields):
        now = timezone.now()
        names.append("updated_at")
        for one in records:
            one.updated_at = now
    model.objects.bulk_create(
        records, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=names
    )


def shown(text: str) -> str:
    """A cell's text, short enough for a message."""
    clean = tidy(text)
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"
