import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import centres.models.centre
import directory.core.dates
import directory.core.fields


class Migration(migrations.Migration):
    dependencies = [
        ("trials", "0010_doubles"),
    ]

    operations = [
        migrations.AddField(
            model_name="registryrecord",
            name="read_by",
            field=models.PositiveSmallIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name="trial",
            name="age_groups",
            field=directory.core.fields.WordsField(
                help_text="As registries list them. Empty: not known.", verbose_name="age groups"
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="contact_as_of",
            field=directory.core.dates.PartialDateField(
                help_text="2026-04-28, 2026-04 or 2026.", verbose_name="contact as of"
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="contact_email",
            field=models.EmailField(
                blank=True,
                help_text="Public. Never a person's address.",
                max_length=254,
                verbose_name="mailbox of that contact",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="contact_phone",
            field=models.CharField(
                blank=True,
                max_length=16,
                validators=[centres.models.centre.validate_phone],
                verbose_name="telephone of that contact",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="contact_role",
            field=models.CharField(
                blank=True,
                help_text="A role, for example Clinical Trial Office, or an organisation. Public: never a person.",
                max_length=200,
                verbose_name="contact for the whole trial",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="contact_source",
            field=models.CharField(
                blank=True,
                help_text="Source, if not the editors.",
                max_length=200,
                verbose_name="source of the contact",
            ),
        ),
        migrations.CreateModel(
            name="Intervention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="updated"
                    ),
                ),
                ("name", models.CharField(max_length=300, verbose_name="name")),
                (
                    "type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("drug", "Drug"),
                            ("biological", "Biological"),
                            ("device", "Device"),
                            ("procedure", "Procedure"),
                            ("radiation", "Radiation"),
                            ("behavioral", "Behavioural"),
                            ("genetic", "Genetic"),
                            ("dietary_supplement", "Dietary supplement"),
                            ("combination_product", "Combination product"),
                            ("diagnostic_test", "Diagnostic test"),
                            ("other", "Other intervention"),
                        ],
                        help_text="Empty: not known.",
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("folded", models.CharField(editable=False, max_length=600)),
            ],
            options={
                "verbose_name": "intervention",
                "verbose_name_plural": "interventions",
                "ordering": ["folded", "type"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("folded", "type"),
                        name="intervention_once",
                        violation_error_message="There is already an intervention with this name and type.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TrialArm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("label", models.CharField(max_length=200, verbose_name="name")),
                (
                    "type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("experimental", "Experimental"),
                            ("active_comparator", "Active comparator"),
                            ("placebo_comparator", "Placebo comparator"),
                            ("sham_comparator", "Sham comparator"),
                            ("no_intervention", "No intervention"),
                            ("other", "Other arm"),
                        ],
                        help_text="Empty: not known.",
                        max_length=20,
                        verbose_name="type",
                    ),
                ),
                ("description", models.TextField(blank=True, max_length=2000, verbose_name="description")),
                ("interventions", directory.core.fields.WordsField(verbose_name="interventions")),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arm_groups",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "verbose_name": "arm of a trial",
                "verbose_name_plural": "arms of a trial",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="TrialIntervention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                (
                    "intervention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trial_links",
                        to="trials.intervention",
                        verbose_name="intervention",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="intervention_links",
                        to="trials.trial",
                    ),
                ),
            ],
            options={
                "verbose_name": "intervention of a trial",
                "verbose_name_plural": "interventions",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="trial",
            name="interventions",
            field=models.ManyToManyField(
                related_name="trials",
                through="trials.TrialIntervention",
                to="trials.intervention",
                verbose_name="interventions",
            ),
        ),
        migrations.AddConstraint(
            model_name="trialintervention",
            constraint=models.UniqueConstraint(
                fields=("trial", "intervention"),
                name="intervention_once_in_a_trial",
                violation_error_message="The trial already has this intervention.",
            ),
        ),
    ]
