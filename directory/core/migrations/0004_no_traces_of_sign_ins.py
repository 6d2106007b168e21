"""Who tried to sign in from where is counted in the cache alone; what was kept before is deleted."""

from django.db import migrations

KEPT = ("AccessAttemptExpiration", "AccessAttempt", "AccessFailureLog", "AccessLog")


def forget(apps, schema_editor):
    for name in KEPT:
        apps.get_model("axes", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0003_shown_at"), ("axes", "0010_accessattemptexpiration")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
