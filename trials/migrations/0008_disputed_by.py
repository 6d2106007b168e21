"""Which statement disputes a site's status: a newer one of a registry is a change of the site."""

from django.db import migrations, models


def find_disputing(apps, _editor):
    """Of each disputed site, the latest word of a registry."""
    Site, Statement = apps.get_model("trials", "TrialSite"), apps.get_model("trials", "StatusStatement")
    for site in Site.objects.filter(disputed=True).iterator(1_000):
        said = Statement.objects.filter(site=site, role="registry", retracted_at=None)
        last = said.order_by("said_at", "pk").last()
        Site.objects.filter(pk=site.pk).update(disputed_by=last and last.pk)


class Migration(migrations.Migration):
    dependencies = [("trials", "0007_registries")]

    operations = [
        migrations.AddField(
            model_name="trialsite",
            name="disputed_by",
            field=models.BigIntegerField(
                editable=False, null=True, verbose_name="number of the statement disputing it"
            ),
        ),
        migrations.RunPython(find_disputing, migrations.RunPython.noop),
    ]
