"""What somebody said, in a role and on a day, about the status of a site or of a trial."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.dates import PartialDateField, first_day, last_day, validate_known_day
from directory.core.models import PlainText
from directory.core.roles import Role

from ..choices import Recruitment
from .site import TrialSite
from .trial import Trial


class StatusStatement(PlainText):
    """Somebody said, in a role and on a day, what the status of a site, or of a whole trial, is.

    Appended, never edited. Retracted by the undo of the import run that brought it; `trials.statements` then
    derives anew. Only of a trial may it be unknown on which day it was said.
    """

    site = models.ForeignKey(
        TrialSite, models.CASCADE, null=True, blank=True, related_name="statements", verbose_name=_("site")
    )
    trial = models.ForeignKey(
        Trial, models.CASCADE, null=True, blank=True, related_name="statements", verbose_name=_("trial")
    )
    status = models.CharField(_("status"), max_length=24, choices=Recruitment.choices)
    since = PartialDateField(_("since"), help_text=_("First day of this status, if known."))
    said_at = models.DateField(_("said on"), null=True, blank=True, default=timezone.localdate)
    said_on = PartialDateField(
        _("said in"),
        help_text=_(
            "Only if no more than the month or the year is known; the field above then has its first day."
        ),
    )
    role = models.CharField(_("said by"), max_length=12, choices=Role.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("web address of the source"), max_length=500, blank=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    implied_by = models.CharField(
        _("implied by"),
        max_length=300,
        blank=True,
        help_text=_("What the source said about several sites, for example “all Belgian centres”."),
    )
    run = models.BigIntegerField(_("import run"), null=True, blank=True, editable=False, db_index=True)
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    retracted_at = models.DateTimeField(_("retracted"), null=True, blank=True, editable=False)
    retracted_run = models.BigIntegerField(
        _("retracted by import run"), null=True, blank=True, editable=False, db_index=True
    )

    class Meta:
        verbose_name = _("status statement")
        verbose_name_plural = _("status statements")
        ordering = ["-said_at", "-pk"]
        indexes = [models.Index(fields=["site", "-said_at", "-id"], name="latest_statement")]
        constraints = [
            models.CheckConstraint(
                name="statement_of_a_site_or_a_trial",
                condition=Q(site=None, trial__isnull=False) | Q(site__isnull=False, trial=None),
                violation_error_message=_("A statement is about one site or about one trial."),
            ),
            models.CheckConstraint(
                name="statement_of_a_site_has_a_day",
                condition=Q(site=None) | Q(said_at__isnull=False),
                violation_error_message=_("Give the day on which this was so."),
            ),
        ]

    def __str__(self):
        return f"{self.get_status_display()} ({self.day_as_said}, {self.role})"

    @property
    def day_as_said(self) -> str:
        """ISO 8601, no more exact than it was said; empty where nobody said when."""
        return self.said_on or (self.said_at.isoformat() if self.said_at else "")

    def clean(self):
        super().clean()
        if not self.said_at:
            return
        try:
            validate_known_day(self.said_at)
        except ValidationError as error:
            raise ValidationError({"said_at": error}) from None
        said, site = self.day_as_said, getattr(self, "site", None)
        opened = site.opened_on if site and self.status == Recruitment.RECRUITING else ""
        for first in (self.since, opened):
            if (day := first_day(first)) and day > last_day(said):
                sentence = _(
                    "A status reported on %(said)s cannot begin on %(first)s. Correct one of the two dates."
                )
                raise ValidationError({"since": sentence % {"said": said, "first": first}})
