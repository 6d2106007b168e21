"""What changed for the public so far, read from the log: whoever begins at 0 has all that is listed."""

from django.db import migrations, models

KEYS = {"trial": "slug", "centre": "code", "network": "slug"}
LISTED = "listed"


def read_the_log(apps, schema_editor):
    alias = schema_editor.connection.alias
    change, update = apps.get_model("core", "Change"), apps.get_model("core", "PublicUpdate")
    found = []
    for kind, name in KEYS.items():
        columns = [f"{side}__{column}" for side in ("before", "after") for column in ("state", name)]
        rows = change.objects.using(alias).filter(kind=kind).order_by("seq")
        for seq, at, *sides in rows.values_list("seq", "at", *columns).iterator():
            (was, old), (is_now, new) = sides[:2], sides[2:]
            before, after = (old if was == LISTED else None), (new if is_now == LISTED else None)
            if before or after:
                op = "delete" if not after else "update" if before == after else "create"
                found.append(update(seq=seq, change=seq, at=at, kind=kind, key=after or before, op=op))
    update.objects.using(alias).bulk_create(found, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_no_traces_of_sign_ins"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicUpdate",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("change", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=200)),
                (
                    "op",
                    models.CharField(
                        choices=[("create", "created"), ("update", "changed"), ("delete", "deleted")],
                        max_length=6,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["kind", "seq"], name="update_of_kind")],
            },
        ),
        migrations.RunPython(read_the_log, migrations.RunPython.noop),
    ]
