"""The form of a patient's profile: its fields, their limits and how each value is read.

`ProfileForm` is what the API takes, to the patterns that it publishes. `TypedProfileForm` is the same typed
by a person on the page; where it differs stands there, and nowhere else.
"""

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core import filter_fields as fields
from directory.core.places import COUNTRIES
from directory.core.text import control_character_in, tidy
from trials import conditions
from trials.choices import Sex, Stage
from trials.models.criteria import MOST_LINES

from . import alterations
from .profile import Profile

LONGEST = 400
LONGEST_ALTERATION = 100
MOST_ALTERATIONS = 20
STAGES = [(value, label) for value, label in Stage.choices if value != Stage.ANY]
SEXES = [(value, label) for value, label in Sex.choices if value != Sex.ALL]


class Countries(fields.Several):
    """Codes of ISO 3166-1, two letters, in any case."""

    def parse(self, text):
        code = text.strip().upper()
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            raise ValueError(f"“{text[:40]}” is not a country. Use two letters of ISO 3166-1, like BE or NL.")
        return code


class Alterations(fields.Several):
    """Alterations as people write them."""

    def parse(self, text):
        if len(text) > LONGEST_ALTERATION:
            raise ValueError(
                f"An alteration has {len(text)} characters; at most {LONGEST_ALTERATION} are read."
            )
        return super().parse(text)


class ProfileForm(fields.FilterForm):
    """Everything is optional. Each bad value is its field's error."""

    conditions = fields.Choices(words=conditions.choices, what="an ICCC-3 code")
    text = fields.SearchText(longest=LONGEST)
    age = fields.OneAge()
    stage = fields.Choice(words=lambda: Stage.choices, what=gettext_lazy("a stage of disease"))
    lines = fields.WholeNumber(least=0, most=MOST_LINES)
    alterations = Alterations()
    sex = fields.Choice(words=lambda: Sex.choices, what=gettext_lazy("a sex"))
    near = fields.Near()
    within = fields.Kilometres()
    countries = Countries()

    # What the fields of several classes and countries are called.
    several = ("conditions", "countries")

    @property
    def profile(self) -> Profile:
        """What a valid form says of the patient."""
        given = self.cleaned_data
        classes, countries = (tuple(given[name]) for name in self.several)
        return Profile(
            conditions=classes,
            text=given["text"] or "",
            days=given["age"],
            age_text="" if given["age"] is None else tidy(self.data["age"]),
            stage=given["stage"] or "",
            lines=given["lines"],
            alterations=tuple(given["alterations"] or ()),
            sex="" if given["sex"] in (None, Sex.ALL) else given["sex"],
            near=given["near"],
            within=given["within"],
            countries=countries,
        )


class Tidied:
    """Marks that nobody sees (right-to-left, zero width) say nothing in a number, an age or a place."""

    def parse(self, text):
        return super().parse(tidy(text))


class TypedAge(Tidied, fields.OneAge):
    """One age, in days."""


class TypedNear(Tidied, fields.Near):
    """A `Place`."""


class TypedKilometres(Tidied, fields.Kilometres):
    """A distance."""


class TypedLines(Tidied, fields.WholeNumber):
    """How many lines of systemic treatment a patient had."""

    most_digits = 3
    sentence = gettext_lazy(
        "“%(text)s” is not a number of lines of treatment. Give a whole number from 0 to %(most)d."
    )


class Diagnosis(fields.Several):
    """Classes of ICCC-3, of which the patient's disease may be any."""

    def parse(self, text):
        code = tidy(text)
        if code not in conditions.codes():
            raise ValueError(
                _("“%(code)s” is not a class of ICCC-3. Choose one from the list.") % {"code": code[:40]}
            )
        return code


class TypedAlterations(fields.SearchText):
    """Alterations between commas, as a tuple."""

    def parse(self, text):
        if len(text) > self.longest:
            return super().parse(text)
        found = alterations.split_list(text)
        if len(found) > MOST_ALTERATIONS:
            raise ValueError(
                _("%(count)d alterations are too many. Give at most %(most)d.")
                % {"count": len(found), "most": MOST_ALTERATIONS}
            )
        return found


class TypedProfileForm(ProfileForm):
    """Something must be given. Stage, sex and country are those the page offers; alterations are one text."""

    condition = Diagnosis()
    age = TypedAge()
    stage = fields.Choice(words=lambda: STAGES, what=gettext_lazy("a stage of disease"))
    lines = TypedLines(least=0, most=MOST_LINES)
    alterations = TypedAlterations(longest=LONGEST)
    sex = fields.Choice(words=lambda: SEXES, what=gettext_lazy("a sex"))
    near = TypedNear()
    within = TypedKilometres()
    country = fields.Choices(words=COUNTRIES.items, what=gettext_lazy("a country of this form"))

    # In the address of a link each is one of several values.
    conditions = countries = None
    several = ("condition", "country")
    field_order = NAMES = (
        "condition", "text", "age", "stage", "lines", "alterations", "sex", "near", "within", "country",
    )  # fmt: skip
    needs_a_place = gettext_lazy("Within how far of where? Give the postal code too.")

    def clean(self):
        cleaned = super().clean()
        if not self.errors and all(value in EMPTY_VALUES for value in cleaned.values()):
            raise ValidationError(
                _("Enter at least one detail about the patient. Start with the diagnosis if you can.")
            )
        return cleaned


NAMES, SEVERAL = TypedProfileForm.NAMES, TypedProfileForm.several


def typed_of(data: QueryDict) -> dict[str, list[str]]:
    """What was typed into each field, as it is shown again: without what no page can hold."""
    return {name: [_showable(text) for text in data.getlist(name) if text.strip()] for name in NAMES}


def _showable(text: str) -> str:
    return "".join(one for one in text if one == "\n" or not control_character_in(one))


def form_of(data: QueryDict) -> TypedProfileForm:
    """The form over `data`, judged."""
    form = TypedProfileForm(data)
    form.refuse_unreadable()
    return form
