"""Professionals, where they work, whether they may be named; and who coordinates which centre."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.dates import days_in_reach
from directory.core.models import Recorded
from directory.core.roles import COORDINATORS, EDITORS, Role, is_editor, own_centre_ids

from .centre import Centre, validate_phone


class ProfessionalQuerySet(models.QuerySet):
    def publishable(self):
        """With a consent on record that has not been withdrawn."""
        return self.filter(consent_given_on__isnull=False, consent_withdrawn_on=None)

    def known_at(self, centres):
        """Whoever has, or had, a function at one of `centres`."""
        here = Affiliation.objects.filter(professional=models.OuterRef("pk"), centre__in=centres)
        return self.filter(models.Exists(here))

    def visible_to(self, user):
        """Editors all, a coordinator those of their centres, the public those who consented."""
        if is_editor(user):
            return self.all()
        if own := own_centre_ids(user):
            return self.known_at(own)
        return self.publishable()


class Professional(Recorded):
    """A person who may be contacted about a trial (FHIR `Practitioner`). Public only with consent."""

    change_kind = "professional"
    unnamed = _("a person")  # in place of a name that the reader may not see

    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True, validators=[validate_phone])
    consent_given_on = models.DateField(_("consent given on"), null=True, blank=True)
    consent_withdrawn_on = models.DateField(_("consent withdrawn on"), null=True, blank=True)
    consent_recorded_by = models.CharField(
        _("consent recorded by"), max_length=12, choices=Role.choices, blank=True, editable=False
    )
    consent_evidence = models.CharField(
        _("evidence of the consent"),
        max_length=300,
        blank=True,
        help_text=_("A letter, a form or a row of a sheet."),
    )

    objects = ProfessionalQuerySet.as_manager()

    class Meta:
        verbose_name = _("professional")
        verbose_name_plural = _("professionals")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="consent_withdrawn_after_given",
                condition=Q(consent_withdrawn_on=None) | Q(consent_withdrawn_on__gte=F("consent_given_on")),
                violation_error_message=_("A consent cannot be withdrawn before it is given."),
            )
        ]

    def __str__(self):
        return self.name

    @property
    def change_key(self):
        return str(self.pk)

    @property
    def may_be_published(self) -> bool:
        return self.consent_given_on is not None and self.consent_withdrawn_on is None

    def clean(self):
        super().clean()
        withdrawn, given = self.consent_withdrawn_on, self.consent_given_on
        if withdrawn and (given is None or withdrawn < given):
            raise ValidationError(
                {"consent_withdrawn_on": _("A consent cannot be withdrawn before it is given.")}
            )
        days_in_reach(self, "consent_given_on", "consent_withdrawn_on", latest=timezone.localdate())


class Affiliation(Recorded):
    """Where a professional works and as what (FHIR `PractitionerRole`)."""

    change_kind = "affiliation"
    by_key = {"professional": "pk", "centre": "code"}

    professional = models.ForeignKey(
        Professional, models.CASCADE, related_name="affiliations", verbose_name=_("professional")
    )
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="affiliations", verbose_name=_("centre"))
    function = models.CharField(
        _("function"), max_length=100, blank=True, help_text=_("For example trial coordinator.")
    )
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("affiliation")
        verbose_name_plural = _("affiliations")
        ordering = ["centre", "professional"]
        constraints = [
            models.UniqueConstraint(
                fields=["professional", "centre", "function"],
                name="affiliation_once",
                violation_error_message=_("This person already has this function at this centre."),
            ),
            models.CheckConstraint(
                name="affiliation_dates_in_order",
                condition=Q(since=None) | Q(until=None) | Q(since__lte=F("until")),
                violation_error_message=_("An affiliation cannot end before it begins."),
            ),
        ]

    def __str__(self):
        return f"{self.professional} · {self.centre}"

    @property
    def change_key(self):
        return "/".join([str(self.professional_id), self.centre.code, self.function])

    @classmethod
    def snapshots(cls, pks):
        shots = super().snapshots(pks)
        return {pk: shot | {"professional": str(shot["professional"])} for pk, shot in shots.items()}


class CoordinationQuerySet(models.QuerySet):
    def acting(self):
        """Of users who are coordinators today: `roles.is_coordinator`, in SQL."""
        people = {"user__is_active": True, "user__is_superuser": False, "user__groups__name": COORDINATORS}
        return self.filter(**people).exclude(user__groups__name=EDITORS)


class Coordination(Recorded):
    """`user` keeps the sites and contacts of `centre`."""

    change_kind = "coordination"
    by_key = {"user": "pk", "centre": "code"}

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="coordinations", verbose_name=_("user")
    )
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="coordinations", verbose_name=_("centre"))

    objects = CoordinationQuerySet.as_manager()

    class Meta:
        verbose_name = _("coordination")
        verbose_name_plural = _("coordinations")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "centre"],
                name="coordination_once",
                violation_error_message=_("This user already coordinates this centre."),
            )
        ]

    def __str__(self):
        return f"{self.user} · {self.centre}"

    @property
    def change_key(self):
        return f"{self.user_id}/{self.centre.code}"
