"""Networks, and which centre is what in them from when until when."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.dates import days_in_reach
from directory.core.fields import WordsField, translated
from directory.core.models import Listed, ListedQuerySet, Recorded, Sourced, State
from directory.core.roles import is_editor

from ..choices import CentreRole
from .centre import Centre


class Network(Listed, Sourced):
    """Centres that work together: a care network of the Royal Decree, or a research group (ITCC)."""

    change_kind = "network"

    slug = models.SlugField(_("short name in web addresses"), max_length=60, unique=True)
    acronym = models.CharField(_("acronym"), max_length=60, blank=True)
    name = translated(models.CharField(_("name"), max_length=200), required=("en",))
    description = translated(models.TextField(_("description"), max_length=4000))
    website = models.URLField(_("website"), max_length=300, blank=True)
    centres = models.ManyToManyField(
        Centre, through="Membership", related_name="networks", verbose_name=_("centres")
    )

    objects = ListedQuerySet.as_manager()

    class Meta:
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering = ["slug"]

    def __str__(self):
        return self.acronym or self.name or self.slug

    @property
    def change_key(self):
        return self.slug


class MembershipQuerySet(models.QuerySet):
    """Memberships are true for a while: `since` and `until` are both included."""

    def on(self, day):
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gte=day))

    def current(self):
        return self.on(timezone.localdate())

    def not_over(self):
        """Those of today, and those that begin later."""
        return self.filter(Q(until=None) | Q(until__gte=timezone.localdate()))

    def visible_to(self, user):
        if is_editor(user):
            return self.all()
        return self.filter(network__state=State.LISTED, centre__state=State.LISTED)


class Membership(Recorded):
    """What one centre is in one network, dated, and what it does near the patient's home."""

    change_kind = "membership"
    by_key = {"network": "slug", "centre": "code"}

    network = models.ForeignKey(
        Network, models.CASCADE, related_name="memberships", verbose_name=_("network")
    )
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="memberships", verbose_name=_("centre"))
    role = models.CharField(
        _("role"),
        max_length=12,
        choices=CentreRole.choices,
        blank=True,
        help_text=_("Leave empty if no role is recorded."),
    )
    since = models.DateField(_("since"), null=True, blank=True, help_text=_("May be in the future."))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("Last day included."))
    care = WordsField(
        _("care near home"),
        help_text=_("What is done there, one per line: chemotherapy, blood tests, follow-up …"),
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["network", "centre", F("since").asc(nulls_first=True)]
        constraints = [
            models.CheckConstraint(
                name="membership_dates_in_order",
                condition=Q(since=None) | Q(until=None) | Q(since__lte=F("until")),
                violation_error_message=_("A membership cannot end before it begins."),
            ),
            models.UniqueConstraint(
                "network",
                "centre",
                "role",
                # Two unknown first days are one and the same; SQLite knows no NULLS NOT DISTINCT.
                Coalesce("since", Value(dt.date(1, 1, 1))),
                name="membership_once",
                violation_error_message=_("This centre already has this role in this network from that day."),
            ),
        ]

    def __str__(self):
        return f"{self.centre} · {self.network}"

    @property
    def begins_later(self) -> bool:
        return self.since is not None and self.since > timezone.localdate()

    @property
    def change_key(self):
        return "/".join([self.network.slug, self.centre.code, self.role or "member", str(self.since or "")])

    def clean(self):
        super().clean()
        days_in_reach(self, "since", "until")
        if self.since and self.until and self.since > self.until:
            raise ValidationError({"until": _("A membership cannot end before it begins.")})
