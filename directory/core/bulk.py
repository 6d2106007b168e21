"""Many rows of one table written by one prepared statement.

The ORM builds a statement anew for every few dozen rows, and asks each field several times a value.
"""

from collections.abc import Iterable, Sequence

from django.db import DEFAULT_DB_ALIAS, connection, connections, models


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Insert `rows`: the values of the fields `names` (`centre`, or `centre_id`), in their order.

    The database draws the pk.
    """
    fields = _fields(model, names)
    columns, marks = ", ".join(map(_column, fields)), ", ".join(["%s"] * len(fields))
    _each(f"INSERT INTO {_table(model)} ({columns}) VALUES ({marks})", fields, rows)  # noqa: S608


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Update stored records: `rows` hold the values of the fields `names`, then the pk."""
    fields, pk = _fields(model, names), model._meta.pk
    columns = ", ".join(f"{_column(field)} = %s" for field in fields)
    _each(f"UPDATE {_table(model)} SET {columns} WHERE {_column(pk)} = %s", [*fields, pk], rows)  # noqa: S608


def _each(statement: str, fields: Sequence[models.Field], rows: Iterable[Sequence]) -> None:
    """Names in `statement` are the model's own; no value of anybody's is part of it."""
    database = connections[DEFAULT_DB_ALIAS]  # itself, which is looked up anew at each use of `connection`
    as_stored = [field.get_db_prep_save for field in fields]
    values = [[stored(value, database) for stored, value in zip(as_stored, row, strict=True)] for row in rows]
    if values:
        with database.cursor() as cursor:
            cursor.executemany(statement, values)


def _fields(model: type[models.Model], names: Sequence[str]) -> list[models.Field]:
    columns = model._meta.concrete_fields
    by_name = {field.name: field for field in columns} | {field.attname: field for field in columns}
    return [by_name[name] for name in names]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: models.Field) -> str:
    return connection.ops.quote_name(field.column or "")
