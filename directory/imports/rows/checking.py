"""Every record that a row would store is held against the rules of its model, before the row is good.

One check for all kinds of sheet, made from the models (`rules`): what a processor does not know of is refused
in the plan, with row and column, and not by the database when it is too late.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import models
from django.db.models.base import ModelState
from django.utils.translation import gettext as _

from directory.core.fields import is_good_text
from directory.sheets.sheet import Sheet

from .result import RowResult
from .rules import CheckRule, FieldRule, NewKey, UniqueRule, getter, rules_of

_REMEMBERED = 5_000


@dataclass(slots=True)
class Write:
    """A record that a row makes or changes.

    `column` is the one that the record comes from; `columns` name others for single fields, beyond those that
    the sheet's columns name themselves. `attributes`: what is changed of a stored record. `shared` is what
    several rows have in common that write this very record. `replaces`: a stored record that has its keys is
    no fault, since it goes before or this one joins it.
    """

    record: models.Model
    column: str
    attributes: Collection[str] = ()
    columns: dict[str, str] = field(default_factory=dict)
    shared: object = None
    replaces: bool = False

    @property
    def is_new(self) -> bool:
        return self.record.pk is None

    def concerned(self, rules: Iterable) -> Iterable:
        """Of several rules those that ask a field that it writes."""
        if self.is_new:
            return rules
        return [one for one in rules if not one.asks.isdisjoint(self.attributes)]


def unsaved(model: type[models.Model], **values) -> models.Model:
    """A record to be held against its rules: what is given of it, without the work of making one.

    There are two or three beside each row. What is not given has the default that its field has.
    """
    record, state = model.__new__(model), ModelState()
    kept = record.__dict__ = {"_state": state, model._meta.pk.attname: None}
    for name, value in values.items():
        if isinstance(value, models.Model):
            state.fields_cache[name] = value
            name, value = f"{name}_id", value.pk
        kept[name] = value
    return record


class Checker:
    """Holds what the rows of one sheet write against the rules of their models, over all its chunks."""

    def __init__(self, sheet: type[Sheet]):
        self._columns: dict[tuple[type[models.Model], str], list[str]] = defaultdict(list)
        for name in sheet.columns():
            if source := sheet.source(name):
                self._columns[source[0], source[1].name].append(name)
        self._read_into: dict[FieldRule, list[str]] = defaultdict(list)
        for name in sheet.columns():
            if kept := sheet.kept_in(name):
                self._read_into[rules_of(kept.model).fields[kept.name]].append(name)
        self._good: dict[tuple, bool] = {}  # rules with the values that were held against them
        # By the hash of a key: the row that has it; and what that row shares with others, if anything.
        self._seen: dict[int, int] = {}
        self._shared: dict[int, object] = {}
        self._asked: dict[UniqueRule, list[tuple[tuple, RowResult, Write]]] = defaultdict(list)

    def check(self, result: RowResult, writes: Iterable[Write]) -> None:
        """Refuse the row where a record of it breaks a rule; what only the database knows comes later."""
        writes = list(writes)
        for write in writes:
            self.check_values(result, write)
        # Of two rows that contradict each other neither is stored: that they have one key is no other fault.
        if not result.is_rejected and not result.contradicts:
            self._check_keys(result, writes)

    def check_values(self, result: RowResult, write: Write) -> None:
        """Refuse the row where a value, or several together, break a rule of the record's model."""
        record = write.record
        rules, values = rules_of(type(record)), record.__dict__
        fields = rules.asked if write.is_new else [rules.fields[name] for name in write.attributes]
        for rule in fields:
            value = values.get(rule.attname, rule.default)
            if value is rule.default or (rule.may_be_none if value is None else rule.is_plain):
                continue
            if not self._is_good(result, write, rule, value) and (why := rule.broken_by(value)):
                result.refuse(self._column_of(result, write, [rule.name]), why)
        for check in write.concerned(rules.checks):
            if self._is_broken(check, record):
                result.refuse(self._column_of(result, write, check.fields), check.sentence())

    def _is_good(self, result: RowResult, write: Write, rule: FieldRule, value: object) -> bool:
        """Reading the cell held it against this very field; or another row had the same value."""
        if value is None:
            return rule.has_related(write.record)
        if not value and value in ("", []):
            return rule.may_be_empty
        if is_good_text(rule.field, value):
            return True
        for column in self._read_into.get(rule, ()):
            if result.values.get(column) is value:
                return True
        if isinstance(value, list | str) and len(value) > 100:
            return not rule.broken_by(value)
        key = (rule, tuple(value) if isinstance(value, list) else value)
        if key not in self._good:
            if rule.broken_by(value):
                return False
            self._remember(key, True)
        return True

    def _is_broken(self, check: CheckRule, record: models.Model) -> bool:
        if check.relates:
            return check.is_broken(getter(record))
        values = map(record.__dict__.get, check.fields)
        key = (check, *(tuple(one) if isinstance(one, list) else one for one in values))
        if key not in self._good:
            self._remember(key, not check.is_broken(getter(record)))
        return not self._good[key]

    def _remember(self, key: tuple, is_good: bool) -> None:
        if len(self._good) > _REMEMBERED:
            self._good.clear()
        self._good[key] = is_good

    # What must differ

    def _check_keys(self, result: RowResult, writes: list[Write]) -> None:
        mine: dict[int, Write] = {}
        found = []
        for write in writes:
            get = getter(write.record)
            for rule in write.concerned(rules_of(type(write.record)).uniques):
                key = rule.key(get)
                if key is None:
                    continue
                mark = hash((rule.name, key))
                row, shared = self._seen.get(mark, 0), self._shared.get(mark)
                if mine.setdefault(mark, write) is not write:
                    self._refuse(result, write, rule)
                elif row and (shared is None or shared is not write.shared):
                    said = _("Row %(row)d of this sheet already says this.") % {"row": row}
                    self._refuse(result, write, rule, said)
                else:
                    found.append((mark, rule, key, write))
        if not result.is_rejected:
            for mark, rule, key, write in found:
                self._keep(result, mark, rule, key, write)

    def _keep(self, result: RowResult, mark: int, rule: UniqueRule, key: tuple, write: Write) -> None:
        """A key of a good row: of later rows none may have it, nor has what is stored."""
        self._seen.setdefault(mark, result.number)
        if write.shared is not None:
            self._shared.setdefault(mark, write.shared)
        if not write.replaces and not any(isinstance(part, NewKey) for part in key):
            self._asked[rule].append((key, result, write))

    def check_stored(self) -> list[RowResult]:
        """Refuse the rows of a chunk that write what a stored record has already, and return them.

        One query a rule.
        """
        refused = []
        for rule, asked in self._asked.items():
            taken = _stored(type(asked[0][2].record), rule, [key for key, _verdict, _write in asked])
            for key, result, write in asked:
                if taken.get(key, write.record.pk) != write.record.pk:
                    self._refuse(result, write, rule)
                    refused.append(result)
        self._asked.clear()
        return refused

    def _refuse(self, result, write, rule, more: str = "") -> None:
        sentence = " ".join(filter(None, [rule.sentence(write.record), more]))
        result.refuse(self._column_of(result, write, rule.fields), sentence)

    def _column_of(self, result: RowResult, write: Write, names: Iterable[str]) -> str:
        """The column of the row that wrote what is wrong: of a changed field where there is one."""
        names = sorted(names, key=lambda name: name not in write.attributes)
        for name in names:
            if name in write.columns:
                return write.columns[name]
            for column in self._columns.get((type(write.record), name), ()):
                if column in result.cells:
                    return column
        return write.column


def _stored(model: type[models.Model], rule: UniqueRule, keys: list[tuple]) -> dict[tuple, int]:
    """The pks of the stored records that have one of `keys`, by key."""
    names = {f"_part{place}": part for place, part in enumerate(rule.parts)}
    wanted = {f"_part{place}__in": set(column) for place, column in enumerate(zip(*keys, strict=True))}
    records = model._default_manager.annotate(**names).filter(**wanted)
    if rule.condition is not None:
        records = records.filter(rule.condition)
    return {tuple(key): pk for pk, *key in records.order_by().values_list("pk", *names)}
