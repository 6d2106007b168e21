"""The change log refuses to be emptied, which is what Django does between tests that commit."""

from importlib import import_module

from django.db import connection

# The second stands on PostgreSQL only, where emptying a table is not deleting its rows.
NAMES = ("core_change_no_delete", "core_change_no_truncate")


def allow_deletes() -> None:
    """Take away the triggers that refuse it; the fixture `append_only_log` puts them back."""
    on_table = " ON core_change" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def refuse_deletes() -> None:
    """The triggers as the migration makes them."""
    migration = import_module("directory.core.migrations.0002_append_only")
    statements = migration.POSTGRESQL if connection.vendor == "postgresql" else migration.SQLITE
    with connection.cursor() as cursor:
        for statement in statements:
            if any(name in statement for name in NAMES):
                cursor.execute(statement)
