"""The database itself refuses to alter or delete a change: the audit trail is append-only.

SQLite loses triggers when a later migration remakes the table: such a migration makes them again.
"""

from django.db import migrations

MESSAGE = "The change log is append-only."

SQLITE = [
    f"CREATE TRIGGER core_change_no_update BEFORE UPDATE ON core_change BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    f"CREATE TRIGGER core_change_no_delete BEFORE DELETE ON core_change BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    # INSERT OR REPLACE takes a row's place without deleting it.
    "CREATE TRIGGER core_change_no_replace BEFORE INSERT ON core_change "
    "WHEN EXISTS (SELECT 1 FROM core_change WHERE seq = NEW.seq) "
    "BEGIN SELECT RAISE(ABORT, 'The change log is append-only.'); END",
]
POSTGRESQL = [
    f"CREATE FUNCTION core_change_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER core_change_no_update BEFORE UPDATE ON core_change "
    "FOR EACH ROW EXECUTE FUNCTION core_change_refuse()",
    "CREATE TRIGGER core_change_no_delete BEFORE DELETE ON core_change "
    "FOR EACH ROW EXECUTE FUNCTION core_change_refuse()",
    "CREATE TRIGGER core_change_no_truncate BEFORE TRUNCATE ON core_change "
    "FOR EACH STATEMENT EXECUTE FUNCTION core_change_refuse()",
]
TRIGGERS = {
    "sqlite": ("core_change_no_update", "core_change_no_delete", "core_change_no_replace"),
    "postgresql": ("core_change_no_update", "core_change_no_delete", "core_change_no_truncate"),
}


def create(apps, schema_editor):
    statements = POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE
    for statement in statements:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    on_table = " ON core_change" if schema_editor.connection.vendor == "postgresql" else ""
    for trigger in TRIGGERS[schema_editor.connection.vendor]:
        schema_editor.execute(f"DROP TRIGGER {trigger}{on_table}")
    if on_table:
        schema_editor.execute("DROP FUNCTION core_change_refuse()")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
