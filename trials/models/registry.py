"""What is known of the records of registries that are followed, and each run of following them."""

import datetime as dt

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.text import squash

from ..choices import Scheme
from .trial import Trial, TrialIdentifier

LEASE = dt.timedelta(minutes=10)
FROM_FILES = " (from files)"  # behind the name of a registry whose records came from a folder, not from it


class Registry(models.TextChoices):
    """Registries that can be followed."""

    CTGOV = "ctgov", "ClinicalTrials.gov"
    CTIS = "ctis", "CTIS"


# Where the registries have their pages, without `www.`.
HOSTS = {"clinicaltrials.gov": Registry.CTGOV, "euclinicaltrials.eu": Registry.CTIS}


def whose(source: str) -> str:
    """What a registry is known by, whether it answered or its records came from a folder."""
    return squash(source.removesuffix(FROM_FILES))


def registry_at(host: str) -> str:
    """The one name of whoever has pages at `host`: a registry's own, else the host without `www.`."""
    host = host.casefold().removeprefix("www.")
    return HOSTS[host].label if host in HOSTS else host


class SyncStatus(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    WAITING = "waiting", _("needs a decision")
    FAILED = "failed", _("failed")


# Of the numbers that each gives.
SCHEME_OF = {Registry.CTGOV: Scheme.NCT, Registry.CTIS: Scheme.EUCT}


class RegistryRunQuerySet(models.QuerySet):
    def begin(self, registry, *, is_partial=False):
        """A run at this registry; None while another one holds its lease."""
        now = timezone.now()
        self.filter(registry=registry, status=SyncStatus.RUNNING, lease_until__lt=now).update(
            status=SyncStatus.FAILED, finished_at=now, problems=["It broke off."]
        )
        try:
            with transaction.atomic():
                return self.create(registry=registry, is_partial=is_partial, lease_until=now + LEASE)
        except IntegrityError:
            return None

    def latest_ones(self):
        """The last run of each registry that was to ask it for everything."""
        everything = self.filter(registry=OuterRef("registry"), is_partial=False)
        last = everything.order_by("-pk").values("pk")[:1]
        return self.filter(pk=Subquery(last))

    def waiting(self):
        """Registries whose last run an editor should look at."""
        return self.latest_ones().filter(status=SyncStatus.WAITING)


class RegistryRecordQuerySet(models.QuerySet):
    def unresolved(self):
        """Not taken over, or not to be read."""
        return self.exclude(fault="", problem="")

    def no_longer_listed(self):
        """Of trials that still have a number of a registry which no longer has the record."""
        numbered = TrialIdentifier.objects.filter(trial=OuterRef("trial"))
        has_number = Q()
        for registry, scheme in SCHEME_OF.items():
            has_number |= Q(Exists(numbered.filter(scheme=scheme)), registry=registry)
        return self.filter(has_number, missing_since__isnull=False)


class RegistryRun(models.Model):
    """One time that a registry was asked: what came, and what became of it.

    `running` holds a lease, renewed as it goes on; when that has ended, another run may begin. `waiting`:
    more changed than may change unseen; nothing was taken over, and an editor decides. `answered_by`: the
    registry itself, or what answers in its place; empty where nobody did. `is_partial`: it was about some
    records only, or about files; how it ended says nothing of the registry as a whole.
    """

    registry = models.CharField(_("registry"), max_length=8, choices=Registry.choices)
    status = models.CharField(
        _("status"), max_length=8, choices=SyncStatus.choices, default=SyncStatus.RUNNING
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(null=True, editable=False)
    answered_by = models.CharField(_("answered by"), max_length=100, blank=True)
    is_partial = models.BooleanField(_("about some records only"), default=False, db_default=False)
    counts = models.JSONField(_("counts"), default=dict)
    problems = models.JSONField(_("problems"), default=list)

    objects = RegistryRunQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.get_registry_display()} (#{self.pk})"

    def renew(self):
        """Hold the lease for longer."""
        type(self).objects.filter(pk=self.pk).update(lease_until=timezone.now() + LEASE)

    def end(self, status, problems):
        self.status, self.finished_at, self.lease_until = status, timezone.now(), None
        self.problems = problems
        self.save()


class RegistrySync(RegistryRun):
    """One run of following a registry."""

    imports = models.ManyToManyField(
        "imports.ImportRun", blank=True, related_name="+", verbose_name=_("import runs")
    )

    class Meta:
        verbose_name = _("registry sync")
        verbose_name_plural = _("registry syncs")
        ordering = ["-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["registry"],
                condition=Q(status=SyncStatus.RUNNING),
                name="one_sync_of_a_registry",
                violation_error_message=_("This registry is being synchronised right now."),
            )
        ]


class RegistryRecord(models.Model):
    """A record of a registry as it was when it was last read.

    `fingerprint` is that of what was taken over; a record that reads otherwise has changed. `read_by`: by
    which reader; a later one reads more of the same record. `checked_at`: when the registry last answered
    for it; `missing_since`: since when it no longer has it. `fault`: why it cannot be read now; `problem`:
    why its row was not taken over.
    """

    registry = models.CharField(_("registry"), max_length=8, choices=Registry.choices)
    number = models.CharField(_("number"), max_length=60)
    trial = models.ForeignKey(
        Trial, models.SET_NULL, null=True, blank=True, related_name="records", verbose_name=_("trial")
    )
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    read_by = models.PositiveSmallIntegerField(default=1, editable=False)
    etag = models.CharField(max_length=200, blank=True, editable=False)
    last_modified = models.CharField(max_length=60, blank=True, editable=False)
    checked_at = models.DateTimeField(_("last answered for"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last changed"), null=True, blank=True)
    missing_since = models.DateTimeField(_("missing since"), null=True, blank=True)
    fault = models.CharField(_("cannot be read"), max_length=500, blank=True)
    problem = models.CharField(_("not imported"), max_length=500, blank=True)

    objects = RegistryRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("registry record")
        verbose_name_plural = _("registry records")
        ordering = ["registry", "number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["registry", "number"], name="record_once_in_a_registry")
        ]

    def __str__(self):
        return self.number
