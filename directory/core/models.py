"""Abstract bases of every record, and the change log."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .roles import Role, is_editor
from .text import refuse_control_characters

_NOT_LOGGED = ("id", "updated_at", "created_at")


class State(models.TextChoices):
    """Whether the public sees a record."""

    DRAFT = "draft", _("draft")
    LISTED = "listed", _("listed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class PlainText(models.Model):
    """A row of which no field takes a control character."""

    class Meta:
        abstract = True

    def clean_fields(self, exclude=None):
        """Field rules, plus: text that PostgreSQL would refuse and SQLite keep is refused on both."""
        errors: dict[str, list] = {}
        try:
            super().clean_fields(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for field in self._meta.concrete_fields:
            if field.name in (exclude or ()) or field.name in errors:
                continue
            try:
                refuse_control_characters(getattr(self, field.attname))
            except ValidationError as error:
                errors[field.name] = error.error_list
        if errors:
            raise ValidationError(errors)


class Recorded(PlainText):
    """A record whose every write is in the change log.

    A subclass names its `change_kind`. The log keeps all its columns but those in `not_logged`; of the
    relations in `by_key`, under the relation's name, that field of the other record. What lies beside the
    columns `snapshots` adds. `days_as_said`: by a column with a day, the one with the month or year that was
    said instead, empty where it was a day.
    """

    change_kind: str
    by_key: ClassVar[dict[str, str]] = {}
    not_logged: ClassVar[tuple[str, ...]] = ()
    days_as_said: ClassVar[dict[str, str]] = {}
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.updated_at = timezone.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(*args, **kwargs)

    @property
    def change_key(self) -> str:
        """The record's name in the log: stable, readable, unique within its kind."""
        raise NotImplementedError

    @classmethod
    def snapshots(cls, pks) -> dict[int, dict]:
        """JSON-ready content of the records `pks`, by pk, in a constant number of queries."""
        left_out = {*_NOT_LOGGED, *cls.not_logged, *cls.by_key}
        columns = [one.attname for one in cls._meta.concrete_fields if one.name not in left_out]
        keys = [f"{name}__{key}" for name, key in cls.by_key.items()]
        names = [*cls.by_key, *columns]
        rows = cls._default_manager.filter(pk__in=pks).values_list("pk", *keys, *columns)
        return {pk: dict(zip(names, map(_as_json, values), strict=True)) for pk, *values in rows}


def _as_json(value):
    return value.isoformat() if isinstance(value, dt.date) else value


class ListedQuerySet(models.QuerySet):
    """Records with a public state."""

    def listed(self):
        return self.filter(state=State.LISTED)

    def drafts(self):
        return self.filter(state=State.DRAFT)

    def visible_to(self, user):
        """All for an editor, the listed for everybody else."""
        return self.all() if is_editor(user) else self.listed()


class Listed(Recorded):
    """A record that the public sees once an editor has listed it."""

    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State.choices,
        default=State.DRAFT,
        db_index=True,
        help_text=_("Only editors see drafts and withdrawn records."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def is_listed(self) -> bool:
        return self.state == State.LISTED


class Sourced(models.Model):
    """A record that says where it comes from."""

    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("Who says so, for example ClinicalTrials.gov.")
    )
    source_url = models.URLField(_("web address of the source"), max_length=500, blank=True)

    class Meta:
        abstract = True


class Op(models.TextChoices):
    CREATE = "create", _("created")
    UPDATE = "update", _("changed")
    DELETE = "delete", _("deleted")


class Change(models.Model):
    """One record's change: what it was, what it became, when, by whom in which role.

    Written only by `core.changes`, in the transaction of the data. The database refuses to alter a row
    (triggers in migration 0002). `seq` order is commit order, so a reader that has followed up to a `seq`
    has missed nothing before it.
    """

    seq = models.BigAutoField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor_role = models.CharField(_("by role"), max_length=12, choices=Role.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by user"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    run = models.BigIntegerField(_("import run"), null=True, db_index=True)
    kind = models.CharField(_("kind"), max_length=20)
    key = models.CharField(_("record"), max_length=200)
    op = models.CharField(_("what"), max_length=6, choices=Op.choices)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["-seq"]
        indexes = [models.Index(fields=["kind", "key", "seq"], name="change_of_record")]
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.kind} {self.key} {self.op} (#{self.seq})"

    def fields(self) -> list[tuple[str, object, object]]:
        """`(field, before, after)` for each field that differs."""
        before, after = self.before or {}, self.after or {}
        names = list(after) + [name for name in before if name not in after]
        return [
            (name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
        ]


class Shown(models.Model):
    """When what the public is shown of a record last changed, by whatever change of whatever record.

    Written with the change log, in the same transaction. A trial is shown with its centres and contacts, so
    it moves when they do; what nobody is shown moves nothing. `kind` and `key` as in the search's documents;
    rows stay when their record is gone.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="shown_once")]

    def __str__(self):
        return f"{self.kind} {self.key} ({self.at})"


class PublicUpdateQuerySet(models.QuerySet):
    """Updates in the order of `seq`: what was committed later has a higher one."""

    def last_of(self, change: int) -> int:
        """The number of the last one that came with changes up to `change`, 0 for none."""
        rows = self.filter(change__lte=change).order_by("-seq")
        return rows.values_list("seq", flat=True).first() or 0

    def between(self, since: int, until: int) -> "PublicUpdateQuerySet":
        """Those after `since` up to `until`, in order."""
        return self.filter(seq__gt=since, seq__lte=until).order_by("seq")


class PublicUpdate(models.Model):
    """One step of what the public is shown of a record: it came, it changed, it went.

    Written with the change log, in the same transaction, and told to partners in the order of `seq`, a number
    of the log's own: that of the change itself, else one behind it. `change`: the last change of that
    transaction. Says nothing of what the record was or became.
    """

    seq = models.BigIntegerField(primary_key=True)
    change = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    op = models.CharField(max_length=6, choices=Op.choices)

    objects = PublicUpdateQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "seq"], name="update_of_kind")]

    def __str__(self):
        return f"{self.kind} {self.key} {self.op} (#{self.seq})"
