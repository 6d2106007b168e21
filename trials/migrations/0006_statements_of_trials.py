"""Statements are of trials, too: who last wrote the status of a trial is read from the change log."""

import datetime as dt

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

import directory.core.dates

ROLES = [(role, role) for role in ("editor", "coordinator", "sponsor", "registry", "system")]
BATCH = 1_000


def state_what_is_known(apps, _editor):
    """A statement for each trial whose status somebody wrote, in the role that the log has."""
    Trial, Statement = apps.get_model("trials", "Trial"), apps.get_model("trials", "StatusStatement")
    wrote = _who_wrote(apps.get_model("core", "Change"))
    statements, trials = [], []
    for trial in Trial.objects.exclude(status="unknown").iterator(BATCH):
        if trial.slug not in wrote:
            continue
        role, run, at = wrote[trial.slug]
        trial.status_by = role
        day = directory.core.dates.first_day(trial.status_as_of)
        said_on = trial.status_as_of if len(trial.status_as_of) < len("2026-04-28") else ""
        statements.append(
            Statement(
                trial=trial,
                status=trial.status,
                said_at=day,
                said_on=said_on,
                role=role,
                run=run,
                recorded_at=at,
                source=trial.source[:200] if role == "registry" else "",
            )
        )
        trials.append(trial)
    Statement.objects.bulk_create(statements, batch_size=BATCH)
    Trial.objects.bulk_update(trials, ["status_by"], batch_size=BATCH)


def _who_wrote(Change) -> dict[str, tuple[str, int | None, dt.datetime]]:
    """By slug: role, run and moment of the last change of a trial's status."""
    found = {}
    log = (
        Change.objects.filter(kind="trial")
        .order_by("seq")
        .values_list("key", "before", "after", "actor_role", "run", "at")
    )
    for key, before, after, *who in log.iterator(BATCH):
        was, now = before or {}, after or {}
        if any(was.get(name) != now.get(name) for name in ("status", "status_as_of")):
            found[key] = tuple(who)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("trials", "0005_cohort_open"),
        ("core", "0004_no_traces_of_sign_ins"),
    ]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="status_by",
            field=models.CharField(
                blank=True, choices=ROLES, editable=False, max_length=12, verbose_name="status said by"
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="disputed",
            field=models.BooleanField(default=False, editable=False, verbose_name="disputed"),
        ),
        migrations.AddField(
            model_name="statusstatement",
            name="implied_by",
            field=models.CharField(
                blank=True,
                help_text="What the source said about several sites, for example “all Belgian centres”.",
                max_length=300,
                verbose_name="implied by",
            ),
        ),
        migrations.AddField(
            model_name="statusstatement",
            name="trial",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="statements",
                to="trials.trial",
                verbose_name="trial",
            ),
        ),
        migrations.AlterField(
            model_name="statusstatement",
            name="site",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="statements",
                to="trials.trialsite",
                verbose_name="site",
            ),
        ),
        migrations.AlterField(
            model_name="statusstatement",
            name="said_at",
            field=models.DateField(blank=True, default=timezone.localdate, null=True, verbose_name="said on"),
        ),
        migrations.AddConstraint(
            model_name="statusstatement",
            constraint=models.CheckConstraint(
                condition=Q(site=None, trial__isnull=False) | Q(site__isnull=False, trial=None),
                name="statement_of_a_site_or_a_trial",
                violation_error_message="A statement is about one site or about one trial.",
            ),
        ),
        migrations.AddConstraint(
            model_name="statusstatement",
            constraint=models.CheckConstraint(
                condition=Q(site=None) | Q(said_at__isnull=False),
                name="statement_of_a_site_has_a_day",
                violation_error_message="Give the day on which this was so.",
            ),
        ),
        migrations.RunPython(state_what_is_known, migrations.RunPython.noop),
    ]
