"""A trial at a centre, and everything that was ever said about whether it recruits there."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre, Professional
from centres.models.centre import validate_phone
from directory.core.dates import PartialDateField
from directory.core.models import Recorded, State
from directory.core.roles import Role, is_editor, own_centre_ids

from ..choices import Freshness, Recruitment
from ..freshness import AGEING_DAYS, FRESH_DAYS, freshness, next_due
from .trial import Trial


class TrialSiteQuerySet(models.QuerySet):
    """How the directory speaks of sites."""

    def recruiting(self):
        return self.filter(status=Recruitment.RECRUITING)

    def listed(self):
        """Of a listed trial at a listed centre."""
        return self.filter(trial__state=State.LISTED, centre__state=State.LISTED)

    def visible_to(self, user):
        """Editors all, a coordinator their own as well as the listed, the public the listed."""
        if is_editor(user):
            return self.all()
        return self.filter(
            Q(trial__state=State.LISTED)
            & (Q(centre__state=State.LISTED) | Q(centre__in=own_centre_ids(user)))
        )

    def editable_by(self, user):
        """All for an editor; for a coordinator those of their centres whose trial is listed.

        A draft is the editors' alone, also where a site of it is at one's own centre: another centre may
        have brought it in, and its name is not to be told.
        """
        return (
            self.all()
            if is_editor(user)
            else self.filter(trial__state=State.LISTED, centre__in=own_centre_ids(user))
        )

    def with_freshness(self, word, today=None):
        """Sites whose `freshness` is `word`, in SQL: the same boundaries as `trials.freshness`."""
        today = today or timezone.localdate()
        fresh, ageing = today - dt.timedelta(days=FRESH_DAYS), today - dt.timedelta(days=AGEING_DAYS)
        if word == Freshness.DISPUTED:
            return self.filter(disputed=True)
        return self.filter(disputed=False).filter(
            **{
                Freshness.NEVER: {"verified_at": None},
                Freshness.FRESH: {"verified_at__gte": fresh},
                Freshness.AGEING: {"verified_at__gte": ageing, "verified_at__lt": fresh},
                Freshness.STALE: {"verified_at__lt": ageing},
            }[Freshness(word)]
        )


class TrialSite(Recorded):
    """One trial at one centre. Its status columns are derived from statements (`trials.statements`)."""

    change_kind = "site"
    by_key = {"trial": "slug", "centre": "code"}
    days_as_said = {"verified_at": "verified_on"}
    read_on: dt.date | None = None  # the day on which it is looked at, where that is not today

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="sites", verbose_name=_("trial"))
    centre = models.ForeignKey(Centre, models.PROTECT, related_name="sites", verbose_name=_("centre"))
    status = models.CharField(
        _("status"), max_length=24, choices=Recruitment.choices, default=Recruitment.UNKNOWN, editable=False
    )
    status_since = PartialDateField(_("status since"), editable=False)
    verified_at = models.DateField(_("verified on"), null=True, editable=False, db_index=True)
    verified_on = PartialDateField(_("verification date (as reported)"), editable=False)
    verified_by = models.CharField(
        _("verified by"), max_length=12, choices=Role.choices, blank=True, editable=False
    )
    status_source = models.CharField(_("source of the status"), max_length=200, blank=True, editable=False)
    disputed = models.BooleanField(_("disputed"), default=False, editable=False)
    disputed_by = models.BigIntegerField(_("number of the statement disputing it"), null=True, editable=False)
    implied_by = models.CharField(_("implied by"), max_length=300, blank=True, editable=False)
    opened_on = PartialDateField(_("opened on"), help_text=_("First day of recruitment at this centre."))
    url = models.URLField(_("page about the trial at this centre"), max_length=500, blank=True)
    cohort_open = models.BooleanField(
        _("cohort open"),
        null=True,
        blank=True,
        help_text=_("Whether this cohort takes patients now. “Unknown”: nobody said so."),
    )
    contact_role = models.CharField(
        _("contact"),
        max_length=100,
        blank=True,
        help_text=_("A role, for example trial secretariat. Public."),
    )
    contact_email = models.EmailField(
        _("mailbox of that role"), blank=True, help_text=_("Public. Never a person's address.")
    )
    contact_phone = models.CharField(
        _("telephone of that role"), max_length=16, blank=True, validators=[validate_phone]
    )
    contact_person = models.ForeignKey(
        Professional,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact_for",
        verbose_name=_("contact person"),
        help_text=_("Public only with recorded consent."),
    )
    investigator = models.ForeignKey(
        Professional,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="investigates",
        verbose_name=_("principal investigator"),
        help_text=_("Public only with recorded consent."),
    )

    objects = TrialSiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial site")
        verbose_name_plural = _("trial sites")
        ordering = ["trial", "centre"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "centre"],
                name="trial_once_at_a_centre",
                violation_error_message=_("This trial already has a site at this centre."),
            )
        ]

    def __str__(self):
        return f"{self.trial} · {self.centre}"

    @property
    def change_key(self):
        return f"{self.trial.slug}@{self.centre.code}"

    @property
    def freshness(self):
        return freshness(self.verified_at, self.disputed, self.read_on or timezone.localdate())

    @property
    def next_due(self):
        return next_due(self.verified_at)
