"""Trials that registries list for children in Belgium, and the searches that find them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("trials", "0008_disputed_by"),
    ]

    operations = [
        migrations.CreateModel(
            name="DiscoveredTrial",
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
                ("number", models.CharField(max_length=60, verbose_name="number")),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("nct", "ClinicalTrials.gov"),
                            ("euct", "EU CT"),
                            ("eudract", "EudraCT"),
                            ("isrctn", "ISRCTN"),
                            ("drks", "DRKS"),
                            ("ictrp", "WHO ICTRP"),
                            ("other", "Other"),
                        ],
                        editable=False,
                        max_length=8,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=600, verbose_name="title")),
                ("acronym", models.CharField(blank=True, max_length=100, verbose_name="acronym")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_yet_recruiting", "Not yet recruiting"),
                            ("recruiting", "Recruiting"),
                            ("enrolling_by_invitation", "Enrolling by invitation"),
                            ("active_not_recruiting", "Active, not recruiting"),
                            ("suspended", "Suspended"),
                            ("completed", "Completed"),
                            ("terminated", "Terminated"),
                            ("withdrawn", "Withdrawn"),
                            ("unknown", "Unknown"),
                        ],
                        default="unknown",
                        max_length=24,
                        verbose_name="status",
                    ),
                ),
                ("sites", models.JSONField(default=list, verbose_name="sites in Belgium")),
                ("is_open", models.BooleanField(default=False, verbose_name="takes patients in Belgium")),
                ("ages", models.CharField(blank=True, max_length=200, verbose_name="ages")),
                ("conditions", models.JSONField(default=list, verbose_name="conditions")),
                ("reason", models.CharField(max_length=1000, verbose_name="why it was found")),
                ("stamp", models.CharField(blank=True, editable=False, max_length=64)),
                (
                    "first_seen",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="first seen"),
                ),
                (
                    "last_seen",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last seen"),
                ),
                (
                    "gone_since",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="not in the registry's list since"
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("open", "not decided"),
                            ("taken", "accepted as a draft"),
                            ("declined", "declined"),
                        ],
                        db_index=True,
                        default="open",
                        max_length=8,
                        verbose_name="decision",
                    ),
                ),
                (
                    "decision_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason for declining"),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "decided_role",
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
                        verbose_name="in the role",
                    ),
                ),
                ("judged_open", models.BooleanField(editable=False, null=True)),
                ("judged_ages", models.CharField(blank=True, editable=False, max_length=200)),
                (
                    "again",
                    models.CharField(blank=True, max_length=1000, verbose_name="why it is proposed again"),
                ),
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
            ],
            options={
                "verbose_name": "trial listed by a registry",
                "verbose_name_plural": "trials listed by registries",
                "ordering": ["registry", "-first_seen", "number"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("registry", "number"), name="discovered_once_in_a_registry"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "declined"), _negated=True),
                            models.Q(("decision_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="declined_with_a_reason",
                        violation_error_message="Give the reason for declining.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiscoveredNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scheme",
                    models.CharField(
                        choices=[
                            ("nct", "ClinicalTrials.gov"),
                            ("euct", "EU CT"),
                            ("eudract", "EudraCT"),
                            ("isrctn", "ISRCTN"),
                            ("drks", "DRKS"),
                            ("ictrp", "WHO ICTRP"),
                            ("other", "Other"),
                        ],
                        max_length=8,
                    ),
                ),
                ("value", models.CharField(max_length=60)),
                ("compact", models.CharField(max_length=60)),
                (
                    "discovered",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="numbers",
                        to="trials.discoveredtrial",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("discovered", "scheme", "compact"), name="number_once_of_a_discovered_trial"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistryDiscovery",
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
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("done", "done"),
                            ("waiting", "needs a decision"),
                            ("failed", "failed"),
                        ],
                        default="running",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="started"),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                ("answered_by", models.CharField(blank=True, max_length=100, verbose_name="answered by")),
                ("counts", models.JSONField(default=dict, verbose_name="counts")),
                ("problems", models.JSONField(default=list, verbose_name="problems")),
                ("is_whole", models.BooleanField(default=False, verbose_name="answered completely")),
            ],
            options={
                "verbose_name": "search for new trials in a registry",
                "verbose_name_plural": "searches for new trials in registries",
                "ordering": ["-pk"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("registry",),
                        name="one_discovery_at_a_registry",
                        violation_error_message="This registry is being asked right now.",
                    ),
                ],
            },
        ),
    ]
