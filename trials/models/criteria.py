"""Whom a trial takes, as far as columns say: what is recorded, what is recorded as having no limit.

What is neither is not recorded, and means nothing: no limit least of all.
"""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from directory.core.ages import BadAge
from directory.core.dates import PartialDateField
from directory.core.fields import WordsField

from ..age_criteria import SIDES, as_written, days_of, split
from ..age_words import ages_in_words
from ..choices import AgeGroup, Limit, Sex, Stage

AGES_IN_ORDER = _("The minimum age must not exceed the maximum age.")
LINES_IN_ORDER = _("The fewest previous lines must not exceed the most.")
MOST_LINES = 20
LONGEST_AGE = 120
OF_AGE = ("min_days", "max_days", "age_min_text", "age_max_text")
# By limit: what a trial has where it is recorded as being none, and the sentence for where it has more.
WITHOUT_LIMIT = {
    Limit.AGE: (
        {"min_days": None, "max_days": None, "age_min_text": "", "age_max_text": ""},
        _("An age is given together with “no limit”. Remove “age” from no_limits, or empty both ages."),
    ),
    Limit.LINES: (
        {"lines_min": None, "lines_max": None},
        _(
            "A number of previous lines is given together with “no limit”. Remove “lines” from no_limits, "
            "or empty both numbers."
        ),
    ),
    Limit.ALTERATIONS: (
        {"alterations": []},
        _(
            "Alterations are given together with “no limit”. Remove “alterations” from no_limits, or empty "
            "the alterations."
        ),
    ),
    Limit.ALTERATIONS_EXCLUDED: (
        {"alterations_excluded": []},
        _(
            "Excluded alterations are given together with “no limit”. Remove “alterations_excluded” from "
            "no_limits, or empty the excluded alterations."
        ),
    ),
    Limit.SEX: (
        {"sex": Sex.ALL.value},
        _("A sex is given together with “no limit”. Remove “sex” from no_limits, or set the sex to “all”."),
    ),
}  # fmt: skip
CRITERIA_CONSTRAINTS = (
    models.CheckConstraint(
        name="trial_ages_in_order",
        condition=Q(min_days=None) | Q(max_days=None) | Q(min_days__lte=F("max_days")),
        violation_error_message=AGES_IN_ORDER,
    ),
    models.CheckConstraint(
        name="trial_lines_in_order",
        condition=Q(lines_min=None) | Q(lines_max=None) | Q(lines_min__lte=F("lines_max")),
        violation_error_message=LINES_IN_ORDER,
    ),
    *(
        models.CheckConstraint(
            name=f"trial_has_no_limit_of_{limit.value}",
            condition=~Q(no_limits__has_word=limit.value) | Q(**without),
            violation_error_message=sentence,
        )
        for limit, (without, sentence) in WITHOUT_LIMIT.items()
    ),
)


class WithCriteria(models.Model):
    """The criteria of a trial.

    The ages as they were written are what is recorded; `min_days` and `max_days` are made of them, the first
    and last day of life, included, at enrolment in Belgium (`trials.age_criteria`). What was stored before
    ages were kept as written has days alone.
    """

    stages = WordsField(_("stages of disease"), words=Stage)
    alterations = WordsField(
        _("alterations required"),
        help_text=_("One per line, for example ALK or BRAF V600E. A patient needs one of them, not all."),
    )
    alterations_excluded = WordsField(
        _("alterations excluded"), help_text=_("One per line. A patient may have none of them.")
    )
    lines_min = models.PositiveSmallIntegerField(
        _("fewest previous lines"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_LINES)],
        help_text=_("Lines of systemic treatment before this trial. Empty: not recorded."),
    )
    lines_max = models.PositiveSmallIntegerField(
        _("most previous lines"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MOST_LINES)],
        help_text=_("0: only patients who were never treated. Empty: not recorded."),
    )
    sex = models.CharField(_("sex"), max_length=6, choices=Sex.choices, default=Sex.ALL)
    min_days = models.PositiveIntegerField(
        _("minimum age in days"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    max_days = models.PositiveIntegerField(
        _("maximum age in days"), null=True, blank=True, help_text=_("Empty: not recorded.")
    )
    age_groups = WordsField(
        _("age groups"), words=AgeGroup, help_text=_("As registries list them. Empty: not known.")
    )
    age_min_text = models.CharField(
        _("minimum age as written"), max_length=LONGEST_AGE, blank=True,
        help_text=_("2 years, > 2 years, 12 months at diagnosis, 16 years; 18 years in the EU."),
    )  # fmt: skip
    age_max_text = models.CharField(
        _("maximum age as written"), max_length=LONGEST_AGE, blank=True,
        help_text=_("< 18 years, 18 years (to the day before the 19th birthday), ≤ 21 years at transplant."),
    )  # fmt: skip
    no_limits = WordsField(
        _("recorded as “no limit”"), words=Limit,
        help_text=_("Tick only if a source says that there is no limit. Otherwise it is “not recorded”."),
    )  # fmt: skip
    criteria_source = models.CharField(
        _("source of the criteria"), max_length=200, blank=True,
        help_text=_("Source of the criteria, if not the source of the trial."),
    )  # fmt: skip
    criteria_as_of = PartialDateField(_("criteria as of"), help_text=_("2026-04-28, 2026-04 or 2026."))

    class Meta:
        abstract = True

    @property
    def age_text(self) -> str:
        return ages_in_words(
            {side: getattr(self, f"age_{side}_text") for side in SIDES},
            {side: getattr(self, f"{side}_days") for side in SIDES},
        )

    @property
    def says_age(self) -> bool:
        """Whether an age is recorded, or that there is no limit of it."""
        return Limit.AGE in self.no_limits or any(getattr(self, name) not in (None, "") for name in OF_AGE)

    def age_written(self, side: str) -> str:
        """The bound of `side` (`min`, `max`) as it was written; of days alone, what means them."""
        return getattr(self, f"age_{side}_text") or as_written(getattr(self, f"{side}_days"), side)

    @property
    def says_criteria(self) -> bool:
        """Whether anything of whom it takes is recorded, by whomever."""
        names = ("stages", "alterations", "alterations_excluded", "lines_min", "lines_max", "criteria_source")
        return (
            self.says_age
            or bool(self.no_limits)
            or self.sex != Sex.ALL
            or any(getattr(self, name) not in ("", None, []) for name in names)
        )

    def write_age(self, side: str, text: str) -> list[str]:
        """Record a bound as it is written, empty for none; returns the columns. Raises `BadAge`."""
        days = days_of(text, side)
        setattr(self, f"age_{side}_text", text)
        setattr(self, f"{side}_days", days)
        return [f"age_{side}_text", f"{side}_days"]

    def clean(self):
        super().clean()
        self._clean_ages()
        without, sentence = WITHOUT_LIMIT[Limit.AGE]
        if Limit.AGE in self.no_limits and any(
            getattr(self, name) != value for name, value in without.items()
        ):
            raise ValidationError(sentence)  # a form without the days would not ask the constraint
        for low, high, sentence in (
            ("min_days", "max_days", AGES_IN_ORDER),
            ("lines_min", "lines_max", LINES_IN_ORDER),
        ):
            bounds = getattr(self, low), getattr(self, high)
            if None not in bounds and bounds[0] > bounds[1]:
                # Nobody types days: a form has the age as it is written.
                raise ValidationError({"age_max_text" if high == "max_days" else high: sentence})

    def _clean_ages(self):
        """Days are made of what is written, and of nothing else where something is."""
        for side in SIDES:
            name = f"age_{side}_text"
            if not (text := getattr(self, name)):
                continue
            try:
                if len(split(text, side)) > 1:
                    raise BadAge(_("“%(age)s” has two limits. Write each in its own field.") % {"age": text})
                self.write_age(side, text)
            except BadAge as error:
                raise ValidationError({name: str(error)}) from None
