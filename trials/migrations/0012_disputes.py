"""Which statement disputes the status of a trial; of a site, by what its status is implied."""

from django.db import migrations, models


def find_disputing(apps, _editor):
    """Of each disputed trial, the latest word of a registry; one without a day is the earliest."""
    Trial, Statement = apps.get_model("trials", "Trial"), apps.get_model("trials", "StatusStatement")
    for trial in Trial.objects.filter(disputed=True).iterator(1_000):
        said = Statement.objects.filter(trial=trial, role="registry", retracted_at=None)
        last = said.exclude(said_at=None).order_by("said_at", "pk").last()
        Trial.objects.filter(pk=trial.pk).update(disputed_by=last and last.pk)


class Migration(migrations.Migration):
    dependencies = [("trials", "0011_interventions")]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="disputed_by",
            field=models.BigIntegerField(
                editable=False, null=True, verbose_name="number of the statement disputing it"
            ),
        ),
        migrations.AddField(
            model_name="trialsite",
            name="implied_by",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="implied by"),
        ),
        migrations.RunPython(find_disputing, migrations.RunPython.noop),
    ]
