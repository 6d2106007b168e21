"""An import run, and what became of each of its rows."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from directory.core.roles import Role, is_editor, role_of

from . import kinds
from .choices import (
    ENDED,
    HAS_STORED,
    LIVE,
    NOT_ITS_FAULT,
    NOT_TAKEN,
    STORED,
    Decided,
    Decision,
    Outcome,
    Status,
    is_taken,
)

LEASE = dt.timedelta(seconds=20)
KEPT_UNCONFIRMED = dt.timedelta(hours=24)
KEPT_FILE = dt.timedelta(days=30)


def centres() -> models.QuerySet:
    """Those that a run may be of."""
    return ImportRun._meta.get_field("centre").related_model._default_manager.all()


class ImportRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All for an editor, their own for a coordinator, none for anybody else."""
        if is_editor(user):
            return self.all()
        return self.filter(created_by=user.pk) if role_of(user) else self.none()

    def live(self):
        """Received and neither ended nor applied."""
        return self.filter(status__in=LIVE)

    def waiting(self):
        """Planned, and waiting for a person to confirm."""
        return self.filter(status=Status.PLANNED)


class ImportRun(models.Model):
    """One sheet on its way into the registry.

    Life story::

        uploaded ─▶ planning ─▶ planned ─▶ applying ─▶ applied ─▶ undoing ─▶ undone
            ▲           │          │           │          ▲
            └─ again ───┼──────────┤           └─▶ failed │ the registry moved under the plan
                        ├──────────┼──────────────────────┘ no row is to be stored
                        │          └─▶ cancelled            by a person, or unconfirmed for 24 hours
                        └─▶ failed                          the file as a whole is refused

    uploaded   The file is stored; a task was queued, and if it was lost the sweeper queues it again.
    planning   A worker holds the lease and judges each row; started over, it begins anew.
    planned    Every row has its outcome. Nothing of the registry has changed. A person decides. The same
               file handed in again is planned again. A plan with no row to store is applied at once.
    applying   Confirmed. A worker judges each row again and stores all good rows in one transaction,
               together with the step to applied: so a run is applied once, however often it is tried. Until
               then it may still be cancelled.
    failed     Nothing was stored; `problems` says why.
    undoing    A run that undoes this one (`undo_of`) is confirmed; when it is applied, this one is undone. An
               undo that fails leaves it applied; one that is undone itself makes it applied again.

    The row is the truth, not the broker. A step is claimed by one conditional UPDATE; `attempt` grows with
    each claim and is asked before anything is written, so a worker whose lease was taken over writes nothing.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=kinds.choices, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.UPLOADED)
    file_name = models.CharField(_("file"), max_length=255)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    stored_as = models.CharField(max_length=80, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    language = models.CharField(max_length=5, default="en", editable=False)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_done = models.PositiveIntegerField(_("rows done"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    stored = models.JSONField(
        _("stored"), default=dict, help_text=_("Records written, by kind and operation.")
    )
    taken = models.JSONField(
        _("rows accepted"),
        default=dict,
        editable=False,
        help_text="Rows stored, by the outcome of their plan.",
    )
    problems = models.JSONField(_("problems"), default=list)
    warnings = models.JSONField(_("warnings"), default=list)
    columns = models.JSONField(_("columns read"), default=list)
    questions = models.JSONField(
        _("questions"), default=list, editable=False, help_text="What the plan asks, see `questions`."
    )
    choices = models.JSONField(
        _("choices"),
        default=dict,
        editable=False,
        help_text="What a person, or the rest of a column, decided.",
    )
    basis = models.JSONField(
        default=dict, editable=False, help_text="What the plan was made on, see `changed_since_plan`."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    role = models.CharField(_("in the role of"), max_length=12, choices=Role.choices)
    centre = models.ForeignKey(
        "centres.Centre",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only centre"),
    )
    idempotency_key = models.CharField(max_length=100, blank=True, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempt = models.PositiveIntegerField(default=0, editable=False)
    undo_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("undo of")
    )

    # Set by `actions.receive` where the file was on its way already: since when, and what it does about it.
    was_there = False
    was_there_since: dt.datetime | None = None
    is_planned_again = False

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ["-pk"]
        default_permissions = ("add", "view")
        indexes = [models.Index(fields=["status", "lease_until"], name="runs_to_sweep")]
        constraints = [
            models.UniqueConstraint(
                "sha256",
                "kind",
                "sheet",
                Coalesce("created_by", 0),
                Coalesce("centre", 0),
                condition=Q(status__in=LIVE),
                name="file_is_live_once",
                violation_error_message=_("This file is already being imported."),
            ),
            models.UniqueConstraint(
                fields=["created_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="idempotency_key_once",
            ),
        ]

    def __str__(self):
        return f"{self.file_name} (#{self.pk})"

    @property
    def path(self) -> Path:
        return Path(settings.DATA_DIR, "uploads", self.stored_as or "none")

    @property
    def percent(self) -> int:
        if self.status in (Status.PLANNED, *ENDED):
            return 100
        return min(99, 100 * self.rows_done // self.rows_total) if self.rows_total else 0

    @property
    def is_busy(self) -> bool:
        return self.status in (Status.UPLOADED, Status.PLANNING, Status.APPLYING)

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def bad(self) -> int:
        """Rows that the plan leaves out, whatever was decided on single ones."""
        return sum(self.counts.get(outcome, 0) for outcome in NOT_TAKEN)

    @property
    def open_questions(self) -> list[dict]:
        """What must be answered before the plan can be confirmed."""
        return [one for one in self.questions if one["needed"] and one["key"] not in self.choices]

    @property
    def asks_first(self) -> bool:
        """A plan without a row: it is not known yet which columns those are that are needed."""
        return self.status == Status.PLANNED and bool(self.open_questions) and not any(self.counts.values())

    @cached_property
    def decided(self) -> Decided:
        """What confirming the plan stores and leaves out, with what was decided on single rows: one query."""
        groups = self.rows.order_by().values_list("outcome", "may_be_taken", "decision")
        found = Decided()
        for outcome, may_be_taken, decision, number in groups.annotate(number=models.Count("pk")):
            taken = is_taken(outcome, may_be_taken, decision)
            where = found.taken if taken else found.left
            where[outcome] = where.get(outcome, 0) + number
            if may_be_taken and not taken:
                found.held += number
        return found

    @property
    def may_be_undone(self) -> bool:
        return self.status == Status.APPLIED and not self.has_stored_nothing

    @property
    def undone_by(self):
        """The runs that undid this one, or are about to; the latest first."""
        if self.status not in HAS_STORED:
            return ImportRun.objects.none()
        return ImportRun.objects.filter(undo_of=self).exclude(status=Status.CANCELLED).order_by("-pk")

    @property
    def number_planned(self) -> int:
        """Records that the plan makes or changes."""
        return sum(self.counts.get(outcome, 0) for outcome in STORED)

    @property
    def number_taken(self) -> int:
        """Records made or changed, but for rows that were held back."""
        return self.taken_new + self.taken_update

    @property
    def taken_new(self) -> int:
        return (self.taken or self.counts).get(Outcome.NEW, 0)

    @property
    def taken_update(self) -> int:
        return (self.taken or self.counts).get(Outcome.UPDATE, 0)

    @property
    def taken_held(self) -> int:
        """Rows stored that the plan had held back."""
        return sum(number for outcome, number in self.taken.items() if outcome not in STORED)

    @property
    def rows_stored(self) -> int:
        """Rows that it has written; 0 until it is applied, and where no row was to be stored."""
        if self.status not in HAS_STORED:
            return 0
        # Runs of before decisions were kept know only what was planned, and all good rows were stored.
        if self.taken:
            return sum(self.taken.values())
        return self.number_planned

    @property
    def has_stored_nothing(self) -> bool:
        """It ended without a row to store: all is known, or no row can be taken."""
        return self.status == Status.APPLIED and not self.rows_stored

    @property
    def may_be_planned_again(self) -> bool:
        """It failed because of what others did, or of ourselves, not because of its file."""
        return self.status == Status.FAILED and any(one["code"] in NOT_ITS_FAULT for one in self.problems)

    def claim(self, status: str, then: str, *, seen: int | None = None, **values) -> bool:
        """Take the step `status` → `then`; True for the one of several who takes it.

        `seen`: only if it is still that attempt's plan.
        """
        mine = ImportRun.objects.filter(pk=self.pk, status=status)
        if seen is not None:
            mine = mine.filter(attempt=seen)
        if not mine.update(status=then, **values):
            return False
        self.refresh_from_db()
        return True

    def acquire_lease(self, status: str, then: str) -> bool:
        """Take the lease on planning or applying this run: when nobody holds it, or it has ended."""
        now = timezone.now()
        free = Q(status=status) | Q(status=then)
        mine = ImportRun.objects.filter(free, Q(lease_until=None) | Q(lease_until__lt=now), pk=self.pk)
        with transaction.atomic(
            savepoint=False
        ):  # nobody comes between taking the lease and reading which one it is
            if not mine.update(status=then, lease_until=now + LEASE, attempt=F("attempt") + 1, rows_done=0):
                return False
            self.refresh_from_db()
        self._lease = {"status": self.status, "attempt": self.attempt}
        return True

    def restore_undone(self) -> None:
        """What this run was to undo stays applied, and may be undone another time."""
        if self.undo_of_id:
            ImportRun.objects.filter(pk=self.undo_of_id, status=Status.UNDOING).update(status=Status.APPLIED)

    def held(self):
        """This run in the database, as long as nobody has taken it over, or cancelled it, since the lease.

        Its fields say nothing about that: whoever reads them again reads what others wrote.
        """
        return ImportRun.objects.filter(pk=self.pk, **self._lease)

    def renew(self, rows_done: int | None = None, lease: dt.timedelta = LEASE, **values) -> bool:
        """Prolong the lease and tell the progress. False when the run was taken over or cancelled."""
        if rows_done is not None:
            values["rows_done"] = self.rows_done = rows_done
        return self.held().update(lease_until=timezone.now() + lease, **values) == 1


class RowOutcome(models.Model):
    """The receipt of one row: what it said, what that means, and what is wrong with it."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows", verbose_name=_("run"))
    number = models.PositiveIntegerField(_("row"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    record = models.CharField(_("record"), max_length=200, blank=True)
    changes = models.JSONField(_("changes"), default=list)
    messages = models.JSONField(_("messages"), default=list)
    values = models.JSONField(_("cells"), default=dict)
    may_be_taken = models.BooleanField(
        default=False, editable=False, help_text="Held back for a person to look at; it can be stored."
    )
    decision = models.CharField(_("decision"), max_length=5, choices=Decision.choices, blank=True)
    faults = models.JSONField(
        default=list, editable=False, help_text="What reading the row found: [column, code, {}]."
    )

    class Meta:
        verbose_name = _("row")
        verbose_name_plural = _("rows")
        ordering = ["run_id", "number"]
        default_permissions = ()
        indexes = [models.Index(fields=["run", "outcome", "number"], name="rows_by_outcome")]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="row_once_in_a_run")]

    def __str__(self):
        return f"{self.run_id}:{self.number} {self.outcome}"

    @property
    def is_taken(self) -> bool:
        """Whether confirming the plan stores it, as far as it has something to store."""
        return is_taken(self.outcome, self.may_be_taken, self.decision)


class ColumnMapping(models.Model):
    """What the headers of a sheet that no column has were read as, the last time such a sheet was stored.

    Of a centre where the sheet was one centre's, else of whoever handed it in.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=kinds.choices)
    signature = models.CharField(max_length=64, help_text="SHA-256 of the headers, squashed and sorted.")
    centre = models.ForeignKey(
        "centres.Centre", models.CASCADE, null=True, related_name="+", verbose_name=_("centre")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("created by")
    )
    mapping = models.JSONField(
        _("columns"), default=dict, help_text="Columns by squashed header; empty: not read."
    )
    updated_at = models.DateTimeField(_("updated"), default=timezone.now)

    class Meta:
        verbose_name = _("column mapping")
        verbose_name_plural = _("column mappings")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "signature", "centre"],
                condition=Q(centre__isnull=False),
                name="mapping_once_a_centre",
            ),
            models.UniqueConstraint(
                fields=["kind", "signature", "created_by"],
                condition=Q(centre=None),
                name="mapping_once_a_user",
            ),
        ]

    def __str__(self):
        return f"{self.kind}:{self.signature[:8]}"
