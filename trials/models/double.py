"""Two trials that may be one: proposed, declined, merged, and taken apart again."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.models import State

from .trial import Trial


class WhyDouble(models.TextChoices):
    """What speaks for two trials being one (`trials.doubles`)."""

    NUMBER = "number", _("both have one number")
    CODE = "code", _("a number of one is the acronym of the other")
    ACRONYM = "acronym", _("the same acronym, and the titles do not contradict it")
    NAMED = "named", _("the acronym of one is in the title of the other, which has no acronym")
    NEAR = "near", _("acronyms and titles are nearly the same")
    TITLE = "title", _("the same title")


class DoubleDecision(models.TextChoices):
    """What an editor decided of a pair."""

    OPEN = "open", _("open")
    MERGED = "merged", _("merged")
    DECLINED = "declined", _("not the same")


class SuspectedDoubleQuerySet(models.QuerySet):
    def open(self):
        """Pairs that wait for an editor. What was withdrawn or merged since needs no decision."""
        gone = Q(first__state=State.WITHDRAWN) | Q(second__state=State.WITHDRAWN)
        merged = Q(first__merged_into__isnull=False) | Q(second__merged_into__isnull=False)
        return self.filter(decision=DoubleDecision.OPEN).exclude(gone | merged)

    def of(self, one: Trial, other: Trial):
        """The pair of these two, whichever is named first."""
        low, high = sorted((one.pk, other.pk))
        return self.filter(first=low, second=high)


class SuspectedDouble(models.Model):
    """A pair of trials that may be one; each pair once, `first` the older.

    One that was declined is not proposed again. `evidence`: the number, acronym or title that they share.
    """

    first = models.ForeignKey(Trial, models.CASCADE, related_name="+", verbose_name=_("trial"))
    second = models.ForeignKey(Trial, models.CASCADE, related_name="+", verbose_name=_("other trial"))
    why = models.CharField(_("why"), max_length=8, choices=WhyDouble.choices, blank=True)
    evidence = models.CharField(_("evidence"), max_length=300, blank=True)
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now)
    decision = models.CharField(
        _("decision"), max_length=8, choices=DoubleDecision.choices, default=DoubleDecision.OPEN,
        db_index=True,
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip

    objects = SuspectedDoubleQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspected double")
        verbose_name_plural = _("suspected doubles")
        ordering = ["-proposed_at", "-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_is_proposed_once"),
            models.CheckConstraint(name="older_trial_is_first", condition=Q(first__lt=F("second"))),
        ]

    def __str__(self):
        return f"{self.first} / {self.second}"


class TrialMergeQuerySet(models.QuerySet):
    def standing(self):
        """Those that were not undone."""
        return self.filter(undone_at=None)

    def since(self, moment: dt.datetime):
        """Those that were made, or undone, at `moment` or later."""
        return self.filter(Q(at__gte=moment) | Q(undone_at__gte=moment))


class TrialMerge(models.Model):
    """`goes` turned out to be `stays` and became part of it.

    `work` holds what an undo needs (`trials.merging`): rows that were moved, and columns that were changed
    with what they were before and after.
    """

    stays = models.ForeignKey(
        Trial, models.CASCADE, related_name="merges_into_it", verbose_name=_("the trial that stays")
    )
    goes = models.ForeignKey(Trial, models.CASCADE, related_name="merges_of_it", verbose_name=_("merged"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("undone by"),
    )  # fmt: skip
    work = models.JSONField(default=dict, editable=False)

    objects = TrialMergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of trials")
        verbose_name_plural = _("merges of trials")
        ordering = ["-at", "-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["goes"],
                condition=Q(undone_at=None),
                name="trial_is_merged_once",
                violation_error_message=_("This trial is merged already."),
            )
        ]

    def __str__(self):
        return f"{self.goes} → {self.stays}"
