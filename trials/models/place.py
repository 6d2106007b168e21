"""A place that a registry names and that may be one of our centres: an editor says whether, and which."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre
from directory.core.models import PlainText
from directory.core.roles import Role

from .registry import Registry
from .trial import Trial


class PlaceState(models.TextChoices):
    """What an editor said of a place."""

    OPEN = "open", _("open")
    OURS = "ours", _("one of our centres")
    NOT_OURS = "not_ours", _("not one of our centres")


class UnresolvedPlaceQuerySet(models.QuerySet):
    def open(self):
        """Those that wait for an editor: not of a trial that was merged since, which gets no site."""
        return self.filter(state=PlaceState.OPEN, trial__merged_into=None)


class UnresolvedPlace(PlainText):
    """A place of a trial as a registry writes it, where no centre is meant for certain and one may be.

    `folded`: the text as it is compared. `might_be`: codes of centres, the likeliest first. `is_lasting`: the
    text names a hospital, so that what it means here it means everywhere.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="places", verbose_name=_("trial"))
    registry = models.CharField(_("registry"), max_length=8, choices=Registry.choices)
    text = models.CharField(_("the registry says"), max_length=300)
    folded = models.CharField(max_length=300, editable=False)
    might_be = models.JSONField(_("may be"), default=list)
    is_lasting = models.BooleanField(_("same meaning everywhere"), default=True)
    made_at = models.DateTimeField(_("since"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=8, choices=PlaceState.choices, default=PlaceState.OPEN, db_index=True
    )
    centre = models.ForeignKey(
        Centre, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("centre")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=12, choices=Role.choices, blank=True)

    objects = UnresolvedPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("unresolved place")
        verbose_name_plural = _("unresolved places")
        ordering = ["-made_at", "-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "registry", "folded"],
                name="one_open_place_of_a_text",
                condition=Q(state=PlaceState.OPEN),
            )
        ]

    def __str__(self):
        return self.text
