"""Many rows of one table written by one prepared statement.

The ORM builds a statement anew for every few dozen rows, and asks each field several times a value.
"""

from collections.abc import Iterable, Sequence

from django.db import connection, models


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert `rows`: the values of the fields `names`, in their order. The database draws the pk."""
    fields = [model._meta.get_field(name) for name in names]
    columns = ", ".join(_quoted(field.column) for field in fields)
    _each(
        f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})",  # noqa: S608
        fields, rows,
    )  # fmt: skip


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Update stored records: `rows` hold the values of the fields `names`, then the pk."""
    fields, pk = [model._meta.get_field(name) for name in names], model._meta.pk
    columns = ", ".join(f"{_quoted(field.column)} = %s" for field in fields)
    _each(
        f"UPDATE {_quoted(model._meta.db_table)} SET {columns} WHERE {_quoted(pk.column)} = %s",  # noqa: S608
        [*fields, pk], rows,
    )  # fmt: skip


def _each(statement: str, fields: Sequence[models.Field], rows: Iterable[Sequence]) -> None:
    """Names in `statement` are the model's own; no value of anybody's is part of it."""
    as_stored = [field.get_db_prep_save for field in fields]
    values = [
        [stored(value, connection) for stored, value in zip(as_stored, row, strict=True)] for row in rows
    ]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
