"""A record by what the change log calls it: found by its key, put back to a snapshot, made again.

Apps register theirs in `AppConfig.ready`, each after those it refers to: in this order they are made, and
they are removed the other way round.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db import models

from directory.core.models import Recorded, State

from .document import Documents

_OWNER = re.compile(r"[/@]")  # parts the key of the record that another belongs to from the rest


class ShownIn(NamedTuple):
    """A document that shows a record: its kind and key, and whether the public sees it now."""

    kind: str
    key: str
    is_listed: bool


def if_listed(side: dict) -> dict | None:
    """All of a snapshot, unless it has a state in which the public does not see the record."""
    return side if side.get("state", State.LISTED) == State.LISTED else None


@dataclass(frozen=True)
class Record:
    """What a model is to the change log, to undo and to the documents that are shown and searched.

    `key`: the field that is its key there; empty where the key begins with that of the record it belongs to,
    which is the first of its `owners` (`hr-nbl2@uz-gent`).
    `beside`: names of a snapshot that are no column of the table, put back by `put_beside` of
    `(record, values)` pairs; `derived`: columns that are made of something else. `undo`: what undoing an
    import asks beyond that (`directory.imports.undo.rules.UndoRules`), None for nothing.
    `documents`: how its own are made, None for a record that is shown in those of the records it belongs to,
    or not at all; `shown_with`: its relations to what it is shown with, so that a change of the one is a
    change of the other's document; `public`: what of a snapshot they show, None for nothing; `adds`: what it
    adds to documents of other kinds, by kind: items of the body by key, for each of some keys.
    """

    model: type[Recorded]
    key: str = ""
    beside: frozenset[str] = frozenset()
    put_beside: Callable[[Sequence[tuple[models.Model, dict]]], None] | None = None
    derived: frozenset[str] = frozenset()
    undo: Any = None
    documents: Documents | None = None
    shown_with: tuple[str, ...] = ()
    public: Callable[[dict], dict | None] = if_listed
    adds: Mapping[str, Callable[[Sequence[str]], dict[str, dict]]] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.model.change_kind

    @cached_property
    def owners(self) -> dict[str, type[Recorded]]:
        """The records without which it cannot be, by relation; a snapshot has their keys by these names."""
        return {name: model for name, (model, is_needed) in self._relations.items() if is_needed}

    @cached_property
    def _relations(self) -> dict[str, tuple[type[Recorded], bool]]:
        """By name, the relations to records, and whether it needs one; by some it has several."""
        meta = self.model._meta
        to_one = {one: not one.null for one in meta.concrete_fields if isinstance(one, models.ForeignKey)}
        # What is a record itself between two others has a relation to each of them.
        several = (one for one in meta.many_to_many if not issubclass(one.remote_field.through, Recorded))
        relations = to_one | dict.fromkeys(several, False)
        return {
            one.name: (one.related_model, is_needed)
            for one, is_needed in relations.items()
            if issubclass(one.related_model, Recorded)
        }

    def relations_to(self, model: type[Recorded]) -> list[str]:
        """The relations by which it hangs on a record of `model`."""
        return [name for name, (other, _is_needed) in self._relations.items() if other is model]

    @cached_property
    def shown_in(self) -> dict[str, tuple[str, str]]:
        """By kind, the documents it is shown in: the field of a snapshot that has their key, and a lookup.

        A record with documents of its own is shown in its own; another one, in those of its owners.
        """
        if self.documents:
            return {self.kind: (self.key, self.key)}
        owners = {name: model for name, model in self.owners.items() if name in self.shown_with}
        return {
            model.change_kind: (name, f"{name}__{self.model.by_key[name]}") for name, model in owners.items()
        }

    def shown_through(self, changed: Mapping[str, Iterable[str]]) -> Iterator[list[ShownIn]]:
        """The documents that show records together with one of `changed`, keys by kind: record by record."""
        for relation in self.shown_with:
            other = _records[self._relations[relation][0].change_kind]
            if keys := changed.get(other.kind):
                lookups = {kind: path for kind, (name, path) in self.shown_in.items() if name != relation}
                states = ["__".join([*path.split("__")[:-1], "state"]) for path in lookups.values()]
                some = self.model._default_manager.filter(**{f"{relation}__{other.key}__in": keys})
                for row in some.order_by().values_list(*lookups.values(), *states):
                    found = zip(lookups, row, row[len(lookups) :], strict=False)
                    yield [ShownIn(kind, key, state == State.LISTED) for kind, key, state in found]

    def not_columns(self) -> frozenset[str]:
        """Names of a snapshot that are set otherwise than by their column."""
        return self.beside | self.derived | self.owners.keys()

    def stored(self) -> models.QuerySet:
        """All of them, with the records that their keys and names are made of."""
        return self.model._default_manager.select_related(*self.owners)

    def find(self, keys: Iterable[str]) -> dict[str, int]:
        """The primary keys of those that are stored, by their keys in the change log."""
        wanted = set(keys)
        if self.key:
            rows = self.model._default_manager.filter(**{f"{self.key}__in": wanted})
            return {str(key): pk for key, pk in rows.values_list(self.key, "pk")}
        owner = next(iter(self.owners))
        begin = {_OWNER.split(key)[0] for key in wanted}
        some = self.stored().filter(**{f"{owner}__{self.model.by_key[owner]}__in": begin})
        return {key: one.pk for one in some if (key := one.change_key) in wanted}

    def found(self, keys: Iterable[str], user) -> dict[str, models.Model]:
        """Those of these keys that are stored and that `user` may see."""
        pks = self.find([key for key in dict.fromkeys(keys) if key])
        seen = self.stored().filter(pk__in=pks.values())
        by_pk = (seen.visible_to(user) if hasattr(seen, "visible_to") else seen).in_bulk() if pks else {}
        return {key: by_pk[pk] for key, pk in pks.items() if pk in by_pk}

    def set(self, record: models.Model, values: dict) -> list[str]:
        """Set columns of `record` to what a snapshot says of them; returns the attributes set."""
        names = [name for name in values if name not in self.not_columns()]
        for name in names:
            column = self.model._meta.get_field(name)
            setattr(record, column.attname, column.to_python(values[name]))
        return names

    def new(self, key: str, shot: dict) -> models.Model:
        """An unsaved record of a snapshot."""
        record = self.model()
        self.set(record, shot)
        for name, model in self.owners.items():
            setattr(record, name, model._default_manager.get(**{self.model.by_key[name]: shot[name]}))
        if self.key == "pk":
            record.pk = int(key)  # it is called by it in the log and in other records
        return record


_records: dict[str, Record] = {}


def register(*records: Record) -> None:
    """Add `records`, each after those it refers to."""
    for one in records:
        if one.kind in _records:
            raise ValueError(f"Two records are of the kind {one.kind}.")
        _records[one.kind] = one


def all_records() -> Mapping[str, Record]:
    """The records of the house by the kind that the change log gives them, in the order of registration."""
    return MappingProxyType(_records)


def all_documents() -> dict[str, Documents]:
    """How documents are made, by kind of record, of the kinds that have any."""
    return {kind: one.documents for kind, one in _records.items() if one.documents}


def dependents_of(record: Record) -> list[tuple[Record, str]]:
    """What hangs on a record and must not go with it: each other record with its relation to this one."""
    return [(one, name) for one in _records.values() for name in one.relations_to(record.model)]


def put_rows(
    model: type[models.Model],
    relation: str,
    wanted: Mapping[int, Iterable[dict]],
    **made: Callable[[dict], object],
) -> None:
    """Let each record have just these rows of `model`, by the record's pk; rows that it has already stay.

    `relation`: of `model` to the record. `made`: fields that are made of the values of a row.
    """
    rows = model._default_manager
    gone, stay = [], defaultdict(list)
    for one in rows.filter(**{f"{relation}__in": list(wanted)}).order_by("pk"):
        owner = getattr(one, f"{relation}_id")
        same = [each for each in wanted[owner] if all(getattr(one, name) == each[name] for name in each)]
        stay[owner] += same
        gone += [] if same else [one.pk]
    rows.filter(pk__in=gone).delete()
    rows.bulk_create(
        model(**{f"{relation}_id": owner}, **each, **{name: make(each) for name, make in made.items()})
        for owner, several in wanted.items()
        for each in several
        if each not in stay[owner]
    )
