"""Trials that may be one: proposed, merged, and what an undo of a merge needs."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import directory.core.fields


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trials", "0009_discovery"),
    ]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="formerly",
            field=directory.core.fields.WordsField(editable=False, verbose_name="merged trials"),
        ),
        migrations.AddField(
            model_name="trial",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_here",
                to="trials.trial",
                verbose_name="merged into",
            ),
        ),
        migrations.AddConstraint(
            model_name="trial",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(
                        models.Q(("merged_into", models.F("id")), _negated=True),
                        models.Q(("state", "listed"), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merged_trial_is_another_and_not_listed",
                violation_error_message="This trial is merged into another trial. Undo that merge first.",
            ),
        ),
        migrations.CreateModel(
            name="SuspectedDouble",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("number", "both have one number"),
                            ("code", "a number of one is the acronym of the other"),
                            ("acronym", "the same acronym, and the titles do not contradict it"),
                            (
                                "named",
                                "the acronym of one is in the title of the other, which has no acronym",
                            ),
                            ("near", "acronyms and titles are nearly the same"),
                            ("title", "the same title"),
                        ],
                        max_length=8,
                        verbose_name="why",
                    ),
                ),
                ("evidence", models.CharField(blank=True, max_length=300, verbose_name="evidence")),
                (
                    "proposed_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="proposed"),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("open", "open"), ("merged", "merged"), ("declined", "not the same")],
                        db_index=True,
                        default="open",
                        max_length=8,
                        verbose_name="decision",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="trials.trial",
                        verbose_name="trial",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="trials.trial",
                        verbose_name="other trial",
                    ),
                ),
            ],
            options={
                "verbose_name": "suspected double",
                "verbose_name_plural": "suspected doubles",
                "ordering": ["-proposed_at", "-pk"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="pair_is_proposed_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="older_trial_is_first"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TrialMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                ("work", models.JSONField(default=dict, editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "goes",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges_of_it",
                        to="trials.trial",
                        verbose_name="merged",
                    ),
                ),
                (
                    "stays",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges_into_it",
                        to="trials.trial",
                        verbose_name="the trial that stays",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
            ],
            options={
                "verbose_name": "merge of trials",
                "verbose_name_plural": "merges of trials",
                "ordering": ["-at", "-pk"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("goes",),
                        name="trial_is_merged_once",
                        violation_error_message="This trial is merged already.",
                    )
                ],
            },
        ),
    ]
