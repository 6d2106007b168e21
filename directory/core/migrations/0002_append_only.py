"""The database itself refuses to alter or delete a change: the audit trail is append-only."""

from django.db import migrations

MESSAGE = "The change log is append-only."

SQLITE = [
    f"CREATE TRIGGER core_change_no_update BEFORE UPDATE ON core_change BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    f"CREATE TRIGGER core_change_no_delete BEFORE DELETE ON core_change BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
]
POSTGRESQL = [
    f"CREATE FUNCTION core_change_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER core_change_no_update BEFORE UPDATE ON core_change "
    "FOR EACH ROW EXECUTE FUNCTION core_change_refuse()",
    "CREATE TRIGGER core_change_no_delete BEFORE DELETE ON core_change "
    "FOR EACH ROW EXECUTE FUNCTION core_change_refuse()",
]


def create(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    on_table = " ON core_change" if schema_editor.connection.vendor == "postgresql" else ""
    for trigger in ("core_change_no_update", "core_change_no_delete"):
        schema_editor.execute(f"DROP TRIGGER {trigger}{on_table}")
    if on_table:
        schema_editor.execute("DROP FUNCTION core_change_refuse()")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
