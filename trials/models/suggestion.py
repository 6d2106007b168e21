"""What a registry says of a text that an editor curated: it waits to be taken or declined."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.models import PlainText
from directory.core.roles import Role

from .registry import Registry
from .trial import Trial


class Suggested(models.TextChoices):
    """What became of a suggestion."""

    OPEN = "open", _("open")
    TAKEN = "taken", _("taken")
    DECLINED = "declined", _("declined")
    REPLACED = "replaced", _("replaced by a newer suggestion")


class TextSuggestionQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=Suggested.OPEN, trial__merged_into=None)


class TextSuggestion(PlainText):
    """A text of a trial as a registry has it, where the directory has another; `field` of `Trial`.

    The same text is suggested once, whatever became of it. `was` is what stood when it was suggested.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="suggestions", verbose_name=_("trial"))
    field = models.CharField(_("field"), max_length=40)
    registry = models.CharField(_("registry"), max_length=8, choices=Registry.choices)
    said = models.TextField(_("the registry says"))
    was = models.TextField(_("the directory had"), blank=True)
    made_at = models.DateTimeField(_("suggested"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=8, choices=Suggested.choices, default=Suggested.OPEN, db_index=True
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=12, choices=Role.choices, blank=True)
    why = models.CharField(_("why"), max_length=500, blank=True, default="", db_default="")

    objects = TextSuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion from a registry")
        verbose_name_plural = _("suggestions from registries")
        ordering = ["-made_at", "-pk"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "field", "registry"],
                condition=Q(state=Suggested.OPEN),
                name="one_open_suggestion_of_a_field",
            )
        ]

    def __str__(self):
        return f"{self.trial}: {self.field_name}"

    @property
    def field_name(self) -> str:
        """What pages call the field."""
        return str(Trial._meta.get_field(self.field).verbose_name)
