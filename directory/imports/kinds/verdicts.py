"""What a row is judged by, and what it means."""

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import models

from directory.core import changes
from directory.core.models import State
from directory.core.text import tidy
from directory.core.visibility import Role

from ..choices import STORED, Outcome

_SHOWN = 80


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


@dataclass(slots=True)
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


_NO_VALUES = MappingProxyType({})


@dataclass(slots=True)
class Verdict:
    """What one row means. `work` is what `Judge.store` needs to store it, None where nothing is stored.

    `said` is the same for rows that say the same.
    """

    number: int
    cells: dict[str, str]
    said: int = 0
    outcome: str = Outcome.UNCHANGED
    record: str = ""
    changes: Sequence[dict] = field(default_factory=list)
    messages: list[dict] = field(default_factory=list)
    values: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    work: object = None
    may_be_taken: bool = False
    blanks: list[str] = field(default_factory=list)
    written: dict[str, Written] = field(default_factory=dict)
    is_others: bool = False
    doubts: Sequence[tuple[str, str, str, str]] = field(default_factory=list)

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

    def refuse_others(self, column: str, message: str) -> None:
        """As `refuse`, since it is somebody else's to write."""
        self.is_others = True
        self.refuse(column, message)

    def heed(self, record: models.Model, columns: Mapping[str, str], default: str) -> None:
        """Refuse what the model's own `clean` refuses of `record`: at the column of a field, else `default`.

        Once a column: what its cell alone has told is not told again.
        """
        try:
            record.clean()
        except ValidationError as error:
            told = {one["column"] for one in self.messages} if self.is_bad else set()
            for name, said in getattr(error, "error_dict", {"": error}).items():
                column = columns.get(name, default)
                if column not in told:
                    self.refuse(column, " ".join(ValidationError(said).messages))

    def hold_back(self, outcome: str, column: str, message: str) -> None:
        """Good, but a person looks at it first: `duplicate` or `conflict`. Stored only where they take it."""
        self.note(column, message)
        if not self.is_bad:
            self.outcome, self.may_be_taken = outcome, True

    def doubt(self, outcome: str, column: str, message: str, way_out: str) -> None:
        """Something to hold the row back for, once it is known whether there is anything to store."""
        self.doubts.append((outcome, column, message, way_out))

    def weigh_doubts(self) -> None:
        """Hold a row back that has something to store; of another, what is doubted is only said."""
        waits = self.outcome in STORED or self.may_be_taken
        for outcome, column, message, way_out in self.doubts:
            if waits:
                self.hold_back(outcome, column, f"{message} {way_out}")
            else:
                self.note(column, message)
        self.doubts = ()

    def take_back(self, name: str) -> None:
        """Let a column of `written` be as it is stored; with nothing else to store the row is unchanged."""
        self.written.pop(name).take_back()
        self.changes = [one for one in self.changes if one["field"] != name]
        if not self.changes:
            self.outcome, self.work = Outcome.UNCHANGED, None

    def change(self, name: str, old, new) -> None:
        self.changes.append({"field": name, "old": old, "new": new})

    def forget(self, kept: Container[str]) -> None:
        """Let go of what only judging the row needs; cells of the columns `kept` name it and stay."""
        self.cells = {name: cell for name, cell in self.cells.items() if name in kept}
        # Nobody adds to what is let go, so all share what is empty: there are tens of thousands.
        self.values = self.written = _NO_VALUES
        self.changes = self.faults = self.blanks = ()

    def meaning(self) -> tuple:
        """What must be the same at planning and at applying."""
        return self.outcome, self.record, self.changes


def shown(text: str) -> str:
    """A cell's text, short enough for a message."""
    clean = tidy(text)
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"
