"""What is known of interventions as drugs: INN, classes, other names; those that are stored are described."""

from django.db import migrations, models

import directory.core.fields
from trials.drugs import described

_LOGGED = ("name", "type", "folded", "inn", "classes", "synonyms")


def describe(apps, _editor):
    """Each as it would be made today, and its change in the log."""
    Intervention, Change = apps.get_model("trials", "Intervention"), apps.get_model("core", "Change")
    for one in Intervention.objects.order_by("pk").iterator(1_000):
        before = {name: getattr(one, name) for name in _LOGGED}
        for name, value in described(one.name, one.type).items():
            setattr(one, name, value)
        after = {name: getattr(one, name) for name in _LOGGED}
        if after != before:
            one.save(update_fields=["inn", "classes", "synonyms"])
            Change.objects.create(
                actor_role="system", kind="intervention", key=str(one.pk), op="update", before=before,
                after=after,
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("trials", "0015_what_criteria_know"), ("core", "0005_public_updates")]

    operations = [
        migrations.AddField(
            model_name="intervention",
            name="inn",
            field=models.CharField(
                blank=True,
                default="",
                help_text="International nonproprietary name, in English. Empty: none, or not known.",
                max_length=300,
                verbose_name="INN",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="intervention",
            name="classes",
            field=directory.core.fields.WordsField(
                help_text=(
                    "What it does, in English, one per line, for example “MEK inhibitor”. Empty: not known."
                ),
                verbose_name="classes",
            ),
        ),
        migrations.AddField(
            model_name="intervention",
            name="synonyms",
            field=directory.core.fields.WordsField(
                help_text="Brand names, company codes, other names, one per line.", verbose_name="synonyms"
            ),
        ),
        migrations.AlterField(
            model_name="trial",
            name="study_type",
            field=models.CharField(
                blank=True,
                choices=[
                    ("interventional", "Interventional"),
                    ("observational", "Observational"),
                    ("expanded_access", "Compassionate use, medical need programme"),
                ],
                max_length=20,
                verbose_name="study type",
            ),
        ),
        migrations.RunPython(describe, migrations.RunPython.noop),
    ]
