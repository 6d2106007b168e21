"""Places that may be centres of ours; why a suggestion was decided; one spelling of each registry."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

NAMES = {"clinicaltrials.gov": "ClinicalTrials.gov", "euclinicaltrials.eu": "CTIS"}


def one_spelling(apps, _editor):
    """A registry is called as it calls itself, not by its host: `clinicaltrials.gov` is ClinicalTrials.gov."""
    Site, Statement = apps.get_model("trials", "TrialSite"), apps.get_model("trials", "StatusStatement")
    for host, name in NAMES.items():
        for spelling in (host, f"www.{host}"):
            said = Statement.objects.filter(role="registry", source__iexact=spelling)
            said.exclude(source=name).update(source=name)
            shown = Site.objects.filter(verified_by="registry", status_source__iexact=spelling)
            shown.exclude(status_source=name).update(status_source=name)


class Migration(migrations.Migration):
    dependencies = [
        ("centres", "0001_initial"),
        ("trials", "0012_disputes"),
    ]

    operations = [
        migrations.AddField(
            model_name="textsuggestion",
            name="why",
            field=models.CharField(blank=True, db_default="", default="", max_length=500, verbose_name="why"),
        ),
        migrations.CreateModel(
            name="UnresolvedPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "registry",
                    models.CharField(
                        choices=[("ctgov", "ClinicalTrials.gov"), ("ctis", "CTIS")],
                        max_length=8,
                        verbose_name="registry",
                    ),
                ),
                ("text", models.CharField(max_length=300, verbose_name="the registry says")),
                ("folded", models.CharField(editable=False, max_length=300)),
                ("might_be", models.JSONField(default=list, verbose_name="may be")),
                (
                    "is_lasting",
                    models.BooleanField(default=True, verbose_name="same meaning everywhere"),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("ours", "one of our centres"),
                            ("not_ours", "not one of our centres"),
                        ],
                        db_index=True,
                        default="open",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decided_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("editor", "editor"),
                            ("coordinator", "coordinator"),
                            ("sponsor", "sponsor"),
                            ("registry", "registry"),
                            ("system", "system"),
                        ],
                        max_length=12,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "centre",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="centres.centre",
                        verbose_name="centre",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="trials.trial",
                        verbose_name="trial",
                    ),
                ),
            ],
            options={
                "verbose_name": "unresolved place",
                "verbose_name_plural": "unresolved places",
                "ordering": ["-made_at", "-pk"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("trial", "registry", "folded"),
                        name="one_open_place_of_a_text",
                    )
                ],
            },
        ),
        migrations.RunPython(one_spelling, migrations.RunPython.noop),
    ]
