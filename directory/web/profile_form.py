"""The form in which a physician describes a patient, judged; and what it asks of the search."""

import re
from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core import filter_fields as fields
from directory.core.places import COUNTRIES
from directory.core.text import UNREADABLE, control_character_in, tidy
from directory.search.service import Profile
from trials import conditions
from trials.choices import Sex, Stage
from trials.models.trial import MOST_LINES

LONGEST = 400
MOST_ALTERATIONS = 20
STAGES = [(value, label) for value, label in Stage.choices if value != Stage.ANY]
SEXES = [(value, label) for value, label in Sex.choices if value != Sex.ALL]
# A translocation is written with a semicolon of its own: t(9;22).
_BETWEEN_ALTERATIONS = re.compile(r"[,\n]|;(?![^()]*\))")


class Tidied:
    """Marks that nobody sees (right-to-left, zero width) say nothing in a number, an age or a place."""

    def parse(self, text):
        return super().parse(tidy(text))


class Diagnosis(fields.Several):
    """Classes of ICCC-3, of which the patient's disease may be any."""

    def parse(self, text):
        code = tidy(text)
        if code not in conditions.codes():
            raise ValueError(
                _("“%(code)s” is not a class of ICCC-3. Choose one from the list.") % {"code": code[:40]}
            )
        return code


class TypedAge(Tidied, fields.OneAge):
    """One age, in days."""


class TypedNear(Tidied, fields.Near):
    """A `Place`."""


class TypedKilometres(Tidied, fields.Kilometres):
    """A distance."""


class Lines(fields.One):
    """How many lines of systemic treatment a patient had."""

    def parse(self, text):
        number = tidy(text)
        if not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) <= MOST_LINES):
            raise ValueError(
                _("“%(text)s” is not a number of lines of treatment. Give a whole number from 0 to %(most)d.")
                % {"text": number[:40], "most": MOST_LINES}
            )
        return int(number)


class TypedAlterations(fields.SearchText):
    """Alterations between commas, as a tuple."""

    def parse(self, text):
        if len(text) > self.longest:
            return super().parse(text)
        found = tuple(dict.fromkeys(tidy(one) for one in _BETWEEN_ALTERATIONS.split(text) if tidy(one)))
        if len(found) > MOST_ALTERATIONS:
            raise ValueError(
                _("%(count)d alterations are too many. Give at most %(most)d.")
                % {"count": len(found), "most": MOST_ALTERATIONS}
            )
        return found


class ProfileForm(forms.Form):
    """Everything is optional, but something must be given. Each bad value is its field's error."""

    condition = Diagnosis()
    text = fields.SearchText(longest=LONGEST)
    age = TypedAge()
    stage = fields.Choice(words=lambda: STAGES, what=gettext_lazy("a stage of disease"))
    lines = Lines()
    alterations = TypedAlterations(longest=LONGEST)
    sex = fields.Choice(words=lambda: SEXES, what=gettext_lazy("a sex"))
    near = TypedNear()
    within = TypedKilometres()
    country = fields.Choices(words=COUNTRIES.items, what=gettext_lazy("a country of this form"))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("within") and "near" not in self.errors and not cleaned.get("near"):
            self.add_error("within", _("Within how far of where? Give the postal code too."))
        if not self.errors and all(value in (None, "", (), []) for value in cleaned.values()):
            raise ValidationError(_("Say something about the patient: the diagnosis is the best beginning."))
        return cleaned

    @property
    def profile(self) -> Profile:
        """What a valid form says of the patient."""
        given = self.cleaned_data
        return Profile(
            conditions=tuple(given["condition"]),
            text=given["text"] or "",
            days=given["age"],
            stage=given["stage"] or "",
            lines=given["lines"],
            alterations=given["alterations"] or (),
            sex=given["sex"] or "",
            near=given["near"],
            within=given["within"],
            countries=tuple(given["country"]),
        )


NAMES = tuple(ProfileForm.base_fields)
SEVERAL = ("condition", "country")


def typed_of(data: QueryDict) -> dict[str, list[str]]:
    """What was typed into each field, as it is shown again: without what no page can hold."""
    return {name: [_showable(text) for text in data.getlist(name) if text.strip()] for name in NAMES}


def _showable(text: str) -> str:
    return "".join(one for one in text if one == "\n" or not control_character_in(one))


def form_of(data: QueryDict) -> ProfileForm:
    """The form over `data`, judged."""
    form = ProfileForm(data)
    form.is_valid()
    for name in unreadable(data):
        if name not in form.errors:
            form.add_error(name, _("Part of this could not be read: it is not UTF-8 text. Type it again."))
    return form


def unreadable(data: QueryDict) -> Iterable[str]:
    return [name for name in NAMES if any(UNREADABLE in text for text in data.getlist(name))]
