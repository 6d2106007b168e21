"""The change log refuses to be emptied, which is what Django does between tests that commit."""

from importlib import import_module

from django.db import connection

NAME = "core_change_no_delete"


def allow_deletes() -> None:
    """Take away the trigger that refuses deletes; the fixture `append_only_log` puts it back."""
    on_table = " ON core_change" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER IF EXISTS {NAME}{on_table}")


def refuse_deletes() -> None:
    """The trigger as the migration makes it."""
    migration = import_module("directory.core.migrations.0002_append_only")
    statements = migration.POSTGRESQL if connection.vendor == "postgresql" else migration.SQLITE
    with connection.cursor() as cursor:
        for statement in statements:
            if NAME in statement:
                cursor.execute(statement)
