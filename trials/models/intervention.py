"""What trials give or do, and the arms in which they do so."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.core.fields import WordsField
from directory.core.models import PlainText, Recorded
from directory.core.text import fold

from .. import drugs
from ..choices import ArmType, InterventionType

_ONCE = _("There is already an intervention with this name and type.")
SAID_OF_INTERVENTION = ("name", "type")
KNOWN_OF_INTERVENTION = ("inn", "classes", "synonyms")
SAID_OF_ARM = ("label", "type", "description", "interventions")


class InterventionQuerySet(models.QuerySet):
    def pks_of(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """The pks of those that are stored, by folded name and type; one query."""
        wanted = set(keys)
        rows = self.filter(folded__in={name for name, _kind in wanted}).order_by()
        found = {(name, kind): pk for pk, name, kind in rows.values_list("pk", "folded", "type")}
        return {key: pk for key, pk in found.items() if key in wanted}


class Intervention(Recorded):
    """A drug, a device, a procedure …, under the name and the type that a registry gives it.

    An empty type is not known. Two that differ in nothing but case, accents and punctuation are one.
    `inn`, `classes` and `synonyms` come from the vocabulary of drugs when it is made; editors correct them.
    """

    change_kind = "intervention"

    name = models.CharField(_("name"), max_length=300)
    type = models.CharField(
        _("type"), max_length=20, choices=InterventionType.choices, blank=True,
        help_text=_("Empty: not known."),
    )  # fmt: skip
    folded = models.CharField(max_length=600, editable=False)
    inn = models.CharField(
        _("INN"), max_length=300, blank=True,
        help_text=_("International nonproprietary name, in English. Empty: none, or not known."),
    )  # fmt: skip
    classes = WordsField(
        _("classes"),
        help_text=_("What it does, in English, one per line, for example “MEK inhibitor”. Empty: not known."),
    )
    synonyms = WordsField(
        _("synonyms"), help_text=_("Brand names, company codes, other names, one per line.")
    )

    objects = InterventionQuerySet.as_manager()

    class Meta:
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        ordering = ["folded", "type"]
        constraints = [
            models.UniqueConstraint(
                fields=["folded", "type"],
                name="intervention_once",
                violation_error_message=_ONCE,
            )
        ]

    def __str__(self):
        return self.name

    @property
    def change_key(self):
        return str(self.pk)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others: the same for every spelling of the name."""
        return folded(self.name), self.type

    @property
    def as_known(self) -> dict:
        """What documents have of it in a trial."""
        return {name: getattr(self, name) for name in (*SAID_OF_INTERVENTION, *KNOWN_OF_INTERVENTION)}

    def describe(self) -> None:
        """Take from the vocabulary what its name says, where nothing is recorded yet."""
        if not (self.inn or self.classes or self.synonyms):
            for name, value in drugs.described(self.name, self.type).items():
                setattr(self, name, value)

    def clean(self):
        super().clean()
        self.folded = folded(self.name)
        same = Intervention.objects.filter(folded=self.folded, type=self.type).exclude(pk=self.pk)
        if self.name and same.exists():
            raise ValidationError({"name": _ONCE})

    def save(self, *args, **kwargs):
        self.folded = folded(self.name)
        super().save(*args, **kwargs)


def folded(name: str) -> str:
    """The same for every spelling of a name; of one without Latin letters or digits the name itself."""
    return fold(name) or name.casefold()


class TrialIntervention(PlainText):
    """A trial gives or does this; part of the trial's own change."""

    trial = models.ForeignKey("Trial", models.CASCADE, related_name="intervention_links")
    intervention = models.ForeignKey(
        Intervention, models.PROTECT, related_name="trial_links", verbose_name=_("intervention")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("intervention of a trial")
        verbose_name_plural = _("interventions")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "intervention"],
                name="intervention_once_in_a_trial",
                violation_error_message=_("The trial already has this intervention."),
            )
        ]

    def __str__(self):
        return str(self.intervention)


class TrialArm(PlainText):
    """An arm as a registry lists it; `interventions`: the names of what is given in it."""

    trial = models.ForeignKey("Trial", models.CASCADE, related_name="arm_groups")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label = models.CharField(_("name"), max_length=200)
    type = models.CharField(
        _("type"), max_length=20, choices=ArmType.choices, blank=True, help_text=_("Empty: not known.")
    )
    description = models.TextField(_("description"), max_length=2000, blank=True)
    interventions = WordsField(_("interventions"))

    class Meta:
        verbose_name = _("arm of a trial")
        verbose_name_plural = _("arms of a trial")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.label

    @property
    def as_said(self) -> dict:
        """What the change log and the API have of it."""
        return {name: getattr(self, name) for name in SAID_OF_ARM}
