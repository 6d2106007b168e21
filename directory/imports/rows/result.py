"""What a row is judged by, and what it means."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.base import ModelState
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directory.core.text import tidy

from ..choices import STORED, Outcome

_SHOWN = 80
MOST_MESSAGES = 20  # of one row: more are counted, not told
_LONGEST = 1_000  # of one message


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
class RowResult:
    """What one row means. `work`: what `RowProcessor.store` needs, None where nothing is stored.

    `said` is the same for rows that say the same. `place`: the centre whose row it is, in sheets that have
    one. `instead`: a message of what comes of the row, and what is told where the row is refused.
    `contradicts`: the earlier row about the same record that says something else, and the column.
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
    untold: int = 0
    written: dict[str, Written] = field(default_factory=dict)
    is_others: bool = False
    doubts: Sequence[tuple[str, str, str, str]] = field(default_factory=list)
    place: object = None
    instead: tuple[str, str] | None = None
    contradicts: "tuple[RowResult, str] | None" = None
    _kept: dict[int, tuple[models.Model, dict]] = field(default_factory=dict)
    _ways_back: list[Callable[[], object]] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        return self.outcome in (Outcome.INVALID, Outcome.DUPLICATE, Outcome.CONFLICT, Outcome.ERROR)

    @property
    def is_rejected(self) -> bool:
        """Bad, and nobody can take it."""
        return self.is_bad and not self.may_be_taken

    @property
    def is_refused(self) -> bool:
        """Rejected in itself, whatever other rows say."""
        return self.is_rejected and self.outcome != Outcome.DUPLICATE

    def accept(self, work: object, *, is_new: bool) -> None:
        """A good row with something to store."""
        self.outcome, self.work = Outcome.NEW if is_new else Outcome.UPDATE, work

    def touch(self, record: models.Model) -> None:
        """Called before the row sets something of a record that other rows may mean, too.

        A row that contradicts an earlier one is judged by the record as it was before that one.
        """
        if id(record) in self._kept:
            return
        self._kept[id(record)] = record, _copied(record.__dict__)
        if self.contradicts and (kept := self.contradicts[0]._kept.get(id(record))):
            record.__dict__ = _copied(kept[1])

    def on_refusal(self, way_back: Callable[[], object]) -> None:
        """What is to be called where this row, once judged, is not taken: later rows never met it."""
        self._ways_back.append(way_back)

    def put_back(self, *, wholly: bool = True) -> None:
        """Let all that was touched be as it was. Not `wholly`: others may have built on it meanwhile."""
        for record, values in self._kept.values():
            record.__dict__ = values
        for way_back in self._ways_back if wholly else ():
            way_back()
        for said in self.messages if self.instead else ():
            said["message"] = self.instead[1] if said["message"] == self.instead[0] else said["message"]
        self._kept, self._ways_back = {}, []

    def note(self, column: str, message: str) -> None:
        """Something the reader should know; the row stays good. Told once, however often it is so."""
        if len(message) > _LONGEST:
            message = f"{message[: _LONGEST - 1].rstrip()}…"
        said = {"column": column, "value": self.cells.get(column, "")[:_SHOWN], "message": message}
        if said in self.messages:
            return
        if len(self.messages) < MOST_MESSAGES:
            self.messages.append(said)
            return
        self.untold += 1
        more = ngettext(
            "… and %d more message on this row.", "… and %d more messages on this row.", self.untold
        )
        self.messages[MOST_MESSAGES:] = [{"column": "", "value": "", "message": more % self.untold}]

    def refuse(self, column: str, message: str) -> None:
        """Something that makes the row invalid. All of them are collected."""
        self.note(column, message)
        self.outcome, self.may_be_taken = Outcome.INVALID, False

    def refuse_others(self, column: str, message: str) -> None:
        """As `refuse`, since it is somebody else's to write."""
        self.is_others = True
        self.refuse(column, message)

    def validate(self, record: models.Model, columns: Mapping[str, str], default: str) -> None:
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

    def flag_for_review(self, outcome: str, column: str, message: str) -> None:
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
                self.flag_for_review(outcome, column, f"{message} {way_out}")
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
        self.cells = {name: cell for name, cell in self.cells.items() if name in kept} or _NO_VALUES
        # Nobody adds to what is let go, so all share what is empty: there are tens of thousands.
        self.values = self.written = self._kept = _NO_VALUES
        self._ways_back, self.contradicts = (), None
        self.changes = self.faults = self.blanks = ()

    def meaning(self) -> tuple:
        """What must be the same at planning and at applying."""
        return self.outcome, self.record, self.changes


def _copied(values: dict) -> dict:
    """All that a record holds, the records that it refers to among them."""
    state = ModelState()
    state.__dict__ |= values["_state"].__dict__
    state.fields_cache = dict(state.fields_cache)
    return values | {"_state": state}


def yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


def shown(text: str) -> str:
    """A cell's text, short enough for a message."""
    clean = tidy(text)
    return clean if len(clean) <= _SHOWN else clean[: _SHOWN - 1] + "…"


def in_parts(texts: Iterable[str]) -> Iterator[str]:
    """All of `texts`, parted by “;”, in as many pieces as messages may hold."""
    part = ""
    for one in texts:
        if part and len(part) + len(one) > _LONGEST * 4 // 5:
            yield part
            part = ""
        part = f"{part}; {one}" if part else one
    if part:
        yield part


def several(texts: Sequence[str], most: int = 5) -> str:
    """The first of `texts` in quotes, and how many there are besides: `“a”, “b” and 3 more`."""
    first = ", ".join(f"“{shown(one)}”" for one in texts[:most])
    if len(texts) <= most:
        return first
    return _("%(first)s and %(number)d more") % {"first": first, "number": len(texts) - most}
