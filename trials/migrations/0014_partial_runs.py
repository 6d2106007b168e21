"""Runs that asked a registry for some records only."""

from django.db import migrations, models


def field():
    return models.BooleanField(db_default=False, default=False, verbose_name="about some records only")


class Migration(migrations.Migration):
    dependencies = [("trials", "0013_places_and_reasons")]

    operations = [
        migrations.AddField(model_name="registrydiscovery", name="is_partial", field=field()),
        migrations.AddField(model_name="registrysync", name="is_partial", field=field()),
    ]
