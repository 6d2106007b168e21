"""What every source of records shares: a record read by a schema, told apart from the one before."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, get_origin

import msgspec

from .paediatric import ListedTrial

_Schema = TypeVar("_Schema", bound=msgspec.Struct)


class BadRecord(ValueError):
    """A record that does not have the shape its registry promises; says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """One record of a registry. `number`: as the registry writes it.

    `cells`: its row, by the headers of the registry's own export. `unknown`: fields that our schema does not
    have.
    """

    number: str
    cells: dict[str, str]
    unknown: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class FetchedRecord:
    """What a registry answered for one number.

    `content`: the record as it came, JSON as bytes or as its values; None where the registry has none of this
    number, or where `is_unchanged` since the answer before. `resource`: who says so, where that is not the
    registry itself. `file`: in which file it stood, where nobody was asked; `fault`: why that cannot be read.
    """

    number: str
    content: object
    etag: str = ""
    last_modified: str = ""
    is_unchanged: bool = False
    resource: str = ""
    file: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A registry that is followed. `scheme`: of its numbers among the identifiers of a trial.

    `kind`: of import, by which rows of its records are read; `header`: that of these rows. `told_apart` gives
    the number of a record as it came, and a fingerprint: the same as long as it says the same, whatever its
    bookkeeping; `read` makes a `ReadRecord` of it. Both raise `BadRecord`. `fetch` asks the registry for the
    records of some numbers; of each number it is given the answer before, to ask whether anything changed.
    `pages` asks for all its trials for children in Belgium, page by page; `listed` reads what a page, or the
    record, says of one of them, and raises `BadRecord`.
    `reader`: higher where `read` reads more of the same record than before; then it is read again.
    """

    code: str
    name: str
    scheme: str
    kind: str
    header: tuple[str, ...]
    told_apart: Callable[[object], tuple[str, str]]
    read: Callable[[object], ReadRecord]
    fetch: Callable[[Mapping[str, FetchedRecord | None]], Iterable[FetchedRecord]]
    pages: Callable[[], Iterable[Sequence[FetchedRecord]]]
    listed: Callable[[object], ListedTrial]
    reader: int = 1


def plain_values(content: object) -> dict:
    """A record as it came, JSON as bytes or as its values, as values. Raises `BadRecord`."""
    try:
        plain = msgspec.json.decode(content) if isinstance(content, bytes) else content
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadRecord(str(error)) from None
    if not isinstance(plain, dict):
        raise BadRecord(f"Expected `object`, got `{type(plain).__name__}`.")
    return plain


def by_schema(content: object, schema: type[_Schema]) -> tuple[dict, _Schema]:
    """A record as it came, as plain values and by `schema`. Raises `BadRecord`.

    One value where the schema has a list of them is a list of one, an empty object an empty list: so write
    some who pass records on.
    """
    plain = plain_values(content)
    try:
        return plain, msgspec.convert(_with_lists(plain, schema), schema)
    except msgspec.MsgspecError as error:
        raise BadRecord(str(error)) from None


def fingerprint(part: object) -> str:
    """The same for what says the same, in whatever order its keys stand. Raises `BadRecord`."""
    try:
        return hashlib.sha256(msgspec.json.encode(part, order="sorted")).hexdigest()
    except UnicodeEncodeError:
        raise BadRecord("It holds half a character (a lone surrogate).") from None


def unknown_fields(part: object, schema: type[msgspec.Struct], at: str = "") -> Iterator[str]:
    """Paths in `part` of fields that `schema` does not have."""
    if isinstance(part, list):
        for one in part:
            yield from unknown_fields(one, schema, at)
        return
    if not isinstance(part, dict):
        return
    known = {one.encode_name: one.type for one in msgspec.structs.fields(schema)}
    for name, value in part.items():
        path = f"{at}.{name}" if at else name
        if name not in known:
            yield path
        elif below := _struct_in(known[name]):
            yield from unknown_fields(value, below, path)


def _with_lists(part: object, schema: type[msgspec.Struct]) -> object:
    """The same, with a list wherever `schema` has one."""
    if not isinstance(part, dict):
        return part
    kinds = {one.encode_name: one.type for one in msgspec.structs.fields(schema)}
    return {name: _fitting(value, kinds.get(name, object)) for name, value in part.items()}


def _fitting(value: object, kind: object) -> object:
    """A value of a field of this kind."""
    below = _struct_in(kind)
    if get_origin(kind) is list and isinstance(value, dict | str):
        value = [value] if value else []
    if below and isinstance(value, list):
        return [_with_lists(one, below) for one in value]
    return _with_lists(value, below) if below else value


def _struct_in(kind: object) -> type[msgspec.Struct] | None:
    """The struct that a type is, or is a list of."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next(filter(None, map(_struct_in, getattr(kind, "__args__", ()))), None)
