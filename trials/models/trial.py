"""Trials and their identifiers."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from itertools import chain, count

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from centres.models.centre import validate_phone
from directory.core.dates import PartialDateField
from directory.core.fields import WordsField, translated
from directory.core.models import Listed, ListedQuerySet, PlainText, Sourced, State
from directory.core.roles import Role, is_editor
from directory.sheets.written_values import is_nothing

from ..choices import Phase, Recruitment, Scheme, StudyType
from ..identifiers import Identifier, parse_identifier
from .condition import Condition
from .criteria import CRITERIA_CONSTRAINTS, WithCriteria
from .intervention import (
    SAID_OF_ARM,
    SAID_OF_INTERVENTION,
    Intervention,
    TrialArm,
    TrialIntervention,
)


def free_slug(words: Iterable[str], taken: Container[str]) -> str:
    """The first of `words` whose slug is not `taken`; else the first of all with a number behind it."""
    longest = Trial._meta.get_field("slug").max_length - len("-999999")
    first = ""
    for stem in filter(None, (slugify(word)[:longest].strip("-") for word in words)):
        if stem not in taken:
            return stem
        first = first or stem
    first = first or "trial"
    numbered = (f"{first}-{number}" for number in count(2))
    return next(one for one in chain([first], numbered) if one not in taken)


class TrialQuerySet(ListedQuerySet):
    """How the directory speaks of trials: `Trial.objects.listed().open_to_age(days)`."""

    def open_to_age(self, days):
        """Both bounds included; a missing bound is open."""
        return self.filter(Q(min_days=None) | Q(min_days__lte=days), Q(max_days=None) | Q(max_days__gte=days))

    def drafts(self):
        return super().drafts().filter(merged_into=None)

    def unmerged(self):
        """Without those that became part of another one."""
        return self.filter(merged_into=None)

    def still_shown(self):
        """Those that the public sees today, if need be as part of the trial that they were merged into."""
        merged = Q(state=State.WITHDRAWN, merged_into__state=State.LISTED)
        return self.filter(Q(state=State.LISTED) | merged)

    def heirs(self, slugs: Iterable[str], user=None) -> dict[str, str]:
        """By the slugs of merged trials, the slugs of those that they are part of now.

        Only of what was public and still is, but for an editor: that there was a draft is told to nobody.
        """
        found = self.filter(slug__in=list(slugs)).exclude(merged_into=None)
        if not is_editor(user):
            found = found.still_shown()
        return dict(found.values_list("slug", "merged_into__slug"))

    def with_identifier(self, text):
        """The trials that `text` identifies in any spelling; none for text that is no identifier."""
        try:
            identifier = parse_identifier(text)
        except ValueError:
            return self.none()
        same = TrialIdentifier.objects.filter(compact=identifier.compact, trial=OuterRef("pk"))
        return self.filter(Exists(same))


class Trial(Listed, Sourced, WithCriteria):
    """A clinical trial that a physician may refer a patient to: a signpost, not a protocol.

    `merged_into`: the trial that it turned out to be, always one that is not merged itself; then it is shown
    nowhere and its address leads there. `formerly`: short names and acronyms of the trials merged into it.
    """

    change_kind = "trial"
    by_key = {"parent": "slug", "merged_into": "slug"}

    slug = models.SlugField(_("short name in web addresses"), max_length=80, unique=True)
    acronym = models.CharField(_("acronym"), max_length=100, blank=True)
    title = translated(models.CharField(_("title"), max_length=600), required=("en",))
    summary = translated(models.TextField(_("summary"), max_length=8000))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="subprotocols", verbose_name=_("parent")
    )
    phases = WordsField(_("phases"), words=Phase)
    study_type = models.CharField(_("study type"), max_length=20, choices=StudyType.choices, blank=True)
    sponsor = models.CharField(_("sponsor"), max_length=300, blank=True)
    groups = WordsField(_("cooperative groups"), help_text=_("One per line, for example SIOPEN."))
    conditions = models.ManyToManyField(
        Condition, blank=True, related_name="trials", verbose_name=_("conditions")
    )
    disease_terms = WordsField(
        _("disease terms"), help_text=_("Diseases in the words of the trial, one per line.")
    )
    eligibility = translated(models.TextField(_("other criteria"), max_length=20_000))
    arms = translated(models.TextField(_("arms"), max_length=20_000))
    interventions = models.ManyToManyField(
        Intervention, through=TrialIntervention, related_name="trials", verbose_name=_("interventions")
    )
    status = models.CharField(
        _("status"), max_length=24, choices=Recruitment.choices, default=Recruitment.UNKNOWN, db_index=True
    )
    status_as_of = PartialDateField(
        _("status as of"), known=True, help_text=_("2026-04-28, 2026-04 or 2026.")
    )
    status_by = models.CharField(
        _("status said by"), max_length=12, choices=Role.choices, blank=True, editable=False
    )
    disputed = models.BooleanField(_("disputed"), default=False, editable=False)
    disputed_by = models.BigIntegerField(_("number of the statement disputing it"), null=True, editable=False)
    opened_in_belgium = PartialDateField(_("opened in Belgium"), help_text=_("2024-06-03, 2024-06 or 2024."))
    url = models.URLField(_("page about the trial"), max_length=500, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged_here",
        verbose_name=_("merged into"),
    )  # fmt: skip
    formerly = WordsField(_("merged trials"), editable=False)
    contact_role = models.CharField(
        _("contact for the whole trial"), max_length=200, blank=True,
        help_text=_("A role, for example Clinical Trial Office, or an organisation. Public: never a person."),
    )  # fmt: skip
    contact_email = models.EmailField(
        _("mailbox of that contact"), blank=True, help_text=_("Public. Never a person's address.")
    )
    contact_phone = models.CharField(
        _("telephone of that contact"), max_length=16, blank=True, validators=[validate_phone]
    )
    contact_source = models.CharField(
        _("source of the contact"), max_length=200, blank=True,
        help_text=_("Source, if not the editors."),
    )  # fmt: skip
    contact_as_of = PartialDateField(_("contact as of"), help_text=_("2026-04-28, 2026-04 or 2026."))

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="trial_is_not_its_own_parent",
                condition=Q(parent=None) | ~Q(parent=F("id")),
                violation_error_message=_("A trial cannot be its own parent."),
            ),
            models.CheckConstraint(
                name="merged_trial_is_another_and_not_listed",
                condition=Q(merged_into=None) | (~Q(merged_into=F("id")) & ~Q(state=State.LISTED)),
                violation_error_message=_("This trial is merged into another trial. Undo that merge first."),
            ),
            *CRITERIA_CONSTRAINTS,
        ]

    def __str__(self):
        return self.acronym or self.title or self.slug

    @property
    def change_key(self):
        return self.slug

    def clean(self):
        super().clean()
        if self.parent_id is not None and self.parent_id == self.pk:
            raise ValidationError({"parent": _("A trial cannot be its own parent.")})
        if self.acronym and is_nothing(self.acronym):
            # A sheet could not name the trial by it: such a cell is read as empty.
            raise ValidationError(
                {
                    "acronym": _("“%(acronym)s” means that there is no acronym: leave the field empty.")
                    % {"acronym": self.acronym}
                }
            )

    @classmethod
    def snapshots(cls, pks):
        given, arms = given_in(pks), arms_of(pks)
        return {
            pk: shot | {"interventions": given[pk], "arm_groups": arms[pk]}
            for pk, shot in cls.brief_snapshots(pks).items()
        }

    @classmethod
    def brief_snapshots(cls, pks):
        """As `snapshots`, without what trials give: for pages that do no more than name them."""
        identifiers, conditions = defaultdict(list), defaultdict(list)
        numbers = TrialIdentifier.objects.filter(trial__in=pks).order_by("scheme", "value")
        for pk, scheme, value in numbers.values_list("trial_id", "scheme", "value"):
            identifiers[pk].append({"scheme": scheme, "value": value})
        links = cls.conditions.through.objects.filter(trial__in=pks).order_by("condition__position")
        for pk, code in links.values_list("trial_id", "condition__code"):
            conditions[pk].append(code)
        return {
            pk: shot | {"identifiers": identifiers[pk], "conditions": conditions[pk]}
            for pk, shot in super().snapshots(pks).items()
        }


def given_in(pks: Iterable[int], also: Sequence[str] = ()) -> dict[int, list[dict]]:
    """What trials give or do, by the pk of a trial, as the change log has it; with `also`, columns that it
    has of the intervention itself."""
    links = TrialIntervention.objects.filter(trial__in=pks).order_by("position", "pk")
    return _said(links, (*SAID_OF_INTERVENTION, *also), "intervention__")


def arms_of(pks: Iterable[int]) -> dict[int, list[dict]]:
    """The arms of trials, by the pk of a trial, as the change log and the API have them."""
    return _said(TrialArm.objects.filter(trial__in=pks).order_by("position", "pk"), SAID_OF_ARM)


def _said(rows, names: Sequence[str], relation: str = "") -> dict[int, list[dict]]:
    found = defaultdict(list)
    for pk, *values in rows.values_list("trial_id", *(f"{relation}{name}" for name in names)):
        found[pk].append(dict(zip(names, values, strict=True)))
    return found


class TrialIdentifier(PlainText):
    """One identifier of a trial. A trial may have none, several, and several of one scheme."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="identifiers", verbose_name=_("trial"))
    scheme = models.CharField(_("registry"), max_length=8, choices=Scheme.choices)
    value = models.CharField(_("identifier"), max_length=60)
    compact = models.CharField(max_length=60, editable=False, db_index=True)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ["scheme", "value"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "compact"],
                name="identifier_of_one_trial",
                violation_error_message=_("Another trial already has this identifier."),
            )
        ]

    def __str__(self):
        return self.value

    @property
    def url(self) -> str | None:
        return Identifier(self.scheme, self.value).url

    def clean(self):
        super().clean()
        try:
            found = parse_identifier(self.value, self.scheme or None)
        except ValueError as error:
            raise ValidationError({"value": str(error)}) from None
        self.scheme, self.value, self.compact = found.scheme, found.value, found.compact
        taken = (
            TrialIdentifier.objects.filter(scheme=found.scheme, compact=found.compact)
            .exclude(pk=self.pk)
            .select_related("trial")
            .first()
        )
        if taken:
            raise ValidationError(
                {"value": _("%(value)s already identifies the trial “%(trial)s”.")
                 % {"value": found.value, "trial": taken.trial}}
            )  # fmt: skip

    def save(self, *args, **kwargs):
        self.compact = Identifier(self.scheme, self.value).compact
        super().save(*args, **kwargs)
