"""A trial opened or closed in Belgium: kept once, with what was known at that moment."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.places import HOME

from .trial import Trial


class Happened(models.TextChoices):
    """What happened to a trial in a country."""

    OPENED = "opened", _("opened")
    CLOSED = "closed", _("closed")


class RecruitmentEvent(models.Model):
    """A listed trial began to recruit at a listed centre of a country, or ceased to at the last.

    Written in the transaction of the change that made it so, hence once and never lost. `facts`: what news
    may say of it, as it was then; no person is named. `is_first_record`: nothing was known of the trial's
    sites in the country before, so it may have been open for long.
    """

    trial = models.ForeignKey(
        Trial, models.CASCADE, related_name="recruitment_events", verbose_name=_("trial")
    )
    happened = models.CharField(_("what"), max_length=6, choices=Happened.choices)
    country = models.CharField(_("country"), max_length=2, default=HOME)
    at = models.DateTimeField(_("recorded"), default=timezone.now, db_index=True)
    is_first_record = models.BooleanField(_("first record"), default=False)
    facts = models.JSONField(_("facts"), default=dict)

    class Meta:
        verbose_name = _("opening or closing")
        verbose_name_plural = _("openings and closings")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)

    def __str__(self):
        return f"{self.trial} {self.get_happened_display()} ({self.country})"
