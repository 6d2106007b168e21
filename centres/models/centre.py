"""Centres, and the names by which sheets and registries call them."""

from collections import defaultdict

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from directory.core.fields import WordsField, by_language, translated
from directory.core.models import Listed, ListedQuerySet, PlainText, Sourced, State
from directory.core.phones import is_e164
from directory.core.places import HOME, Place, misplaced, place_of, province_of, read_postal_code
from directory.core.roles import is_editor, own_centre_ids
from directory.core.text import fold

from ..choices import AliasKind, Language


def validate_phone(value: str) -> None:
    """Telephone numbers are stored in E.164 (ITU-T)."""
    if not is_e164(value):
        raise ValidationError(
            _("“%(phone)s” is not an international telephone number. Write it like +3293322111."),
            params={"phone": value},
        )


class CentreQuerySet(ListedQuerySet):
    """How the directory speaks of centres."""

    def visible_to(self, user):
        """Everybody sees the listed; a coordinator their own in any state; an editor all."""
        if is_editor(user):
            return self.all()
        return self.filter(Q(state=State.LISTED) | Q(pk__in=own_centre_ids(user)))

    def editable_by(self, user):
        """All for an editor, their own for a coordinator, none for anybody else."""
        return self.all() if is_editor(user) else self.filter(pk__in=own_centre_ids(user))


class Centre(Listed, Sourced):
    """A hospital that treats children with cancer (FHIR `Organization`)."""

    change_kind = "centre"

    code = models.SlugField(
        _("code"), max_length=40, unique=True, help_text=_("Short and permanent, for example uz-gent.")
    )
    name = translated(models.CharField(_("name"), max_length=200), required=("en",))
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        default=HOME,
        validators=[
            RegexValidator(r"^[A-Z]{2}$", _("Write the country as two capital letters, for example BE."))
        ],
        help_text=_("ISO 3166-1, two letters."),
    )
    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    phone = models.CharField(
        _("telephone"), max_length=16, blank=True, validators=[validate_phone], help_text=_("+3293322111")
    )
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("An address of the centre, not of a person.")
    )
    website = models.URLField(_("website"), max_length=300, blank=True)
    university = models.CharField(_("university"), max_length=200, blank=True)
    languages = WordsField(_("languages"), words=Language)
    oms_id = models.CharField(_("OMS identifier"), max_length=40, blank=True)
    ror_id = models.CharField(
        _("ROR identifier"),
        max_length=40,
        blank=True,
        validators=[
            RegexValidator(
                r"^https://ror\.org/0[a-z0-9]{6}\d{2}$", _("Write it like https://ror.org/00xmkp704.")
            )
        ],
    )

    objects = CentreQuerySet.as_manager()

    class Meta:
        verbose_name = _("centre")
        verbose_name_plural = _("centres")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="centre_has_both_coordinates",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message=_("Give both latitude and longitude, or neither."),
            ),
            models.CheckConstraint(
                name="centre_coordinates_on_earth",
                condition=Q(latitude=None)
                | Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                violation_error_message=_(
                    "Latitude must be between -90 and 90, longitude between -180 and 180."
                ),
            ),
        ]

    def __str__(self):
        return self.name or self.code

    @property
    def change_key(self):
        return self.code

    def clean(self):
        super().clean()
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError(_("Give both latitude and longitude, or neither."))
        self._clean_place()

    def _clean_place(self):
        """Country, postal code and coordinates speak of one place."""
        if self.country not in SUPPORTED_REGIONS:
            raise ValidationError(
                {"country": _("“%(country)s” is not a country code (ISO 3166-1). Write it like BE.")
                 % {"country": self.country}}
            )  # fmt: skip
        try:
            code = self.postal_code and read_postal_code(self.postal_code, self.country)
        except ValueError as error:
            raise ValidationError({"postal_code": str(error)}) from None
        if code != self.postal_code:
            said = {"text": self.postal_code, "code": code, "country": self.country}
            sentence = _(
                "In %(country)s, “%(text)s” is written %(code)s. Write it that way, or correct the country."
            )
            raise ValidationError({"postal_code": sentence % said})
        if self.latitude is None:
            return
        if why := misplaced(self.latitude, self.longitude, self.country, self.postal_code):
            raise ValidationError({"latitude": why})

    @property
    def province(self) -> str:
        """ISO 3166-2 code of a Belgian centre's province, empty where it is not known."""
        return province_of(self.postal_code) if self.country == HOME else ""

    @property
    def place(self) -> Place | None:
        """Where it is: its coordinates, else the middle of its Belgian postal code."""
        return place_of(self.latitude, self.longitude, self.country, self.postal_code)

    def names(self) -> dict[str, str]:
        """The names by language, without the blank ones."""
        return by_language(self, "name")

    @classmethod
    def snapshots(cls, pks):
        aliases = defaultdict(list)
        for alias in CentreAlias.objects.filter(centre__in=pks).order_by("folded"):
            aliases[alias.centre_id].append({"text": alias.text, "kind": alias.kind})
        shots = super().snapshots(pks)
        return {pk: shot | {"aliases": aliases[pk]} for pk, shot in shots.items()}


class CentreAlias(PlainText):
    """A text that means one centre, and no other: a name, an abbreviation, a spelling seen in a sheet."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="aliases", verbose_name=_("centre"))
    text = models.CharField(_("text"), max_length=200)
    folded = models.CharField(max_length=200, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=AliasKind.choices, default=AliasKind.NAME)
    learned_at = models.DateTimeField(_("learned"), default=timezone.now, editable=False)
    learned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    learned_from = models.CharField(_("from sheet"), max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        ordering = ["folded"]
        constraints = [
            models.UniqueConstraint(
                fields=["folded"],
                name="alias_means_one_centre",
                violation_error_message=_("This text is already a name of a centre. Remove it there first."),
            )
        ]

    def __str__(self):
        return self.text

    def clean(self):
        super().clean()
        self.folded = fold(self.text)
        if not self.folded:
            raise ValidationError({"text": _("Write at least one letter or digit.")})
        taken = (
            CentreAlias.objects.filter(folded=self.folded)
            .exclude(pk=self.pk)
            .select_related("centre")
            .first()
        )
        if taken:
            raise ValidationError(
                {"text": _("“%(text)s” is already a name of %(code)s. Remove it there first.")
                 % {"text": self.text, "code": taken.centre.code}}
            )  # fmt: skip

    def save(self, *args, **kwargs):
        self.folded = fold(self.text)
        super().save(*args, **kwargs)
