"""The rules of a model, taken from the model itself, to be asked of a record that is not stored yet.

`rules_of` walks fields (empty, length, choices, validators), unique fields and sets of fields, and
constraints. Conditions are weighed as SQL weighs them: what is not known breaks no rule. Of what it does not
know how to weigh it raises NotImplementedError, so that no constraint is ever passed over.
"""

import operator
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.constraints import BaseConstraint
from django.db.models.functions import Coalesce, Lower, Upper

from directory.core.fields import refuse_unkept
from directory.core.text import refuse_control_characters

Get = Callable[[str], object]  # the value of a field by its name
_COMPARES = {
    "exact": operator.eq, "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge,
    "has_word": operator.contains,
}  # fmt: skip
_WEIGHED_ELSEWHERE = (models.AutoField, models.BooleanField, models.DateField, models.ForeignKey)


@dataclass(frozen=True, eq=False)
class FieldRule:
    """What one field may hold. `is_plain`: beyond being there, nothing is asked of its value."""

    field: models.Field
    name: str
    attname: str
    default: object
    is_plain: bool
    may_be_none: bool
    may_be_empty: bool

    def broken_by(self, value: object) -> str:
        """Why the field cannot keep `value`; empty where it can."""
        if value is None:
            return "" if self.may_be_none else str(self.field.error_messages["null"])
        if value in EMPTY_VALUES:
            return "" if self.field.blank else str(self.field.error_messages["blank"])
        try:
            refuse_unkept(self.field, value)
            refuse_control_characters(value)
            if not self.field.editable:
                self._refuse_other_word(value)
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    def _refuse_other_word(self, value: object) -> None:
        """Of a field that nobody edits Django does not ask it."""
        if self.field.choices and value not in dict(self.field.flatchoices):
            raise ValidationError(self.field.error_messages["invalid_choice"], params={"value": value})

    def has_related(self, record: models.Model) -> bool:
        return self.field.is_relation and self.field.get_cached_value(record, None) is not None


@dataclass(frozen=True, eq=False)
class UniqueRule:
    """What must differ between any two records; `parts` are the expressions that make the key.

    `asks`: the fields of its key and of its condition.
    """

    name: str
    fields: tuple[str, ...]
    asks: frozenset[str]
    parts: tuple[object, ...]
    condition: Q | None
    nulls_differ: bool
    constraint: models.UniqueConstraint | None

    def key(self, get: Get) -> tuple[Hashable, ...] | None:
        """What no other record may have as well; None where the rule does not concern the record."""
        if self.condition is not None and weigh(self.condition, get) is not True:
            return None
        found = tuple(value_of(part, get) for part in self.parts)
        return None if self.nulls_differ and None in found else found

    def sentence(self, record: models.Model) -> str:
        if self.constraint is not None and not _is_plain(self.constraint):
            return str(self.constraint.get_violation_error_message())
        return " ".join(record.unique_error_message(type(record), self.fields).messages)


@dataclass(frozen=True, eq=False)
class CheckRule:
    name: str
    fields: tuple[str, ...]
    asks: frozenset[str]
    condition: Q
    constraint: models.CheckConstraint
    relates: bool  # asks a key of the record, or of another

    def is_broken(self, get: Get) -> bool:
        return weigh(self.condition, get) is False

    def sentence(self) -> str:
        return str(self.constraint.get_violation_error_message())


@dataclass(frozen=True, eq=False)
class Rules:
    """`fields` by name; `asked`: those of which a value may be wrong."""

    fields: dict[str, FieldRule]
    asked: tuple[FieldRule, ...]
    uniques: tuple[UniqueRule, ...]
    checks: tuple[CheckRule, ...]


@cache
def rules_of(model: type[models.Model]) -> Rules:
    """Every rule that a record of `model` keeps in the database or in a form."""
    meta, uniques, checks = model._meta, _unique_fields(model), []
    for one in meta.constraints:
        if isinstance(one, models.UniqueConstraint):
            uniques.append(_unique(one.name, tuple(one.expressions) or tuple(map(F, one.fields)), one))
        elif isinstance(one, models.CheckConstraint):
            checks.append(_check(meta, one))
        else:
            raise NotImplementedError(f"{one.name}: {type(one).__name__}")
    fields = {field.name: _field(field) for field in meta.concrete_fields}
    asked = tuple(one for one in fields.values() if not (one.is_plain and one.may_be_none))
    return Rules(fields, asked, tuple(uniques), tuple(checks))


def _unique_fields(model: type[models.Model]) -> list[UniqueRule]:
    """What is unique by the fields themselves, beside the constraints."""
    meta = model._meta
    keys = [field.name for field in meta.concrete_fields if field.unique and not field.primary_key]
    together = [_unique("_".join(names), tuple(map(F, names))) for names in meta.unique_together]
    return [*(_unique(f"unique_{name}", (F(name),)) for name in keys), *together]


def _check(meta, constraint: models.CheckConstraint) -> CheckRule:
    names = tuple(_names(constraint.condition))
    asked = [meta.get_field(name) for name in names]
    relates = any(one.is_relation or one.primary_key for one in asked)
    return CheckRule(constraint.name, names, frozenset(names), constraint.condition, constraint, relates)


def _field(field: models.Field) -> FieldRule:
    plain = isinstance(field, _WEIGHED_ELSEWHERE) and not field.choices and not field.validators
    # The database draws the key.
    may_be_none = field.null or field.primary_key
    return FieldRule(field, field.name, field.attname, field.default, plain, may_be_none, field.blank)


def _unique(name, parts, constraint=None) -> UniqueRule:
    condition = constraint.condition if constraint else None
    nulls_differ = constraint is None or constraint.nulls_distinct is not False
    fields = tuple(dict.fromkeys(name for part in parts for name in _names(part)))
    asks = frozenset([*fields, *(_names(condition) if condition is not None else ())])
    return UniqueRule(name, fields, asks, parts, condition, nulls_differ, constraint)


def _is_plain(constraint: BaseConstraint) -> bool:
    """Without a sentence of its own, so that Django's for these fields says more."""
    return constraint.violation_error_message == BaseConstraint.default_violation_error_message


def _names(part) -> list[str]:
    """The fields that a condition or an expression asks."""
    if isinstance(part, Q):
        return list(dict.fromkeys(name for child in part.children for name in _names(child)))
    if isinstance(part, tuple):
        name, value = part
        return [name.split("__")[0], *(_names(value) if hasattr(value, "resolve_expression") else [])]
    if isinstance(part, F):
        return [part.name]
    return [name for one in part.get_source_expressions() for name in _names(one)]


class NewKey(int):
    """Stands for the key of a record that is not stored yet."""


def getter(record: models.Model) -> Get:
    """The values of `record` by field; of a relation the key of the other record."""
    fields, values = _by_name(type(record)), record.__dict__

    def get(name):
        one = fields[name]
        value = values.get(one.attname)
        if value is not None or not (one.is_relation or one.primary_key):
            return value
        other = one.get_cached_value(record, None) if one.is_relation else record
        return other and (other.pk or NewKey(id(other)))

    return get


@cache
def _by_name(model: type[models.Model]) -> dict[str, models.Field]:
    return {one.name: one for one in model._meta.concrete_fields}


def weigh(condition: Q, get: Get) -> bool | None:
    """Whether `condition` holds; None where that is not known, since a value is not."""
    if condition.connector not in (Q.AND, Q.OR):
        raise NotImplementedError(condition.connector)
    decisive = condition.connector == Q.OR
    holds: bool | None = not decisive
    for child in condition.children:
        found = weigh(child, get) if isinstance(child, Q) else _weigh_lookup(*child, get)
        if found is decisive:
            holds = decisive
            break
        if found is None:
            holds = None
    # Django adds to a negated lookup that the column is not null: what is not known is then true.
    return holds is not True if condition.negated else holds


def _weigh_lookup(lookup: str, wanted, get: Get) -> bool | None:
    name, _and, how = lookup.partition("__")
    value = get(name)
    wanted = value_of(wanted, get) if hasattr(wanted, "resolve_expression") else wanted
    if how == "isnull" or (how in ("", "exact") and wanted is None):
        return (value is None) is (wanted is not False)
    if how == "in":
        return None if value is None else value in wanted
    if (how or "exact") not in _COMPARES:
        raise NotImplementedError(lookup)
    return None if value is None or wanted is None else _COMPARES[how or "exact"](value, wanted)


def value_of(part, get: Get) -> Hashable:
    """What an expression of a constraint gives for a record."""
    if isinstance(part, F):
        return get(part.name)
    if isinstance(part, Value):
        return part.value
    inner = [value_of(one, get) for one in part.get_source_expressions()]
    if isinstance(part, Coalesce):
        return next((one for one in inner if one is not None), None)
    if isinstance(part, Lower | Upper):
        return inner[0] and (inner[0].lower() if isinstance(part, Lower) else inner[0].upper())
    raise NotImplementedError(type(part).__name__)
