"""What the page behind a mailed link asks: of each site what is true today, and a note to the editors."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres.models.centre import validate_phone
from directory.core.phones import read_phone
from directory.core.text import control_character_in, tidy
from directory.sheets.written_values import written_date
from trials.choices import Recruitment

from .answering import SAID, SAME, SiteAnswer, status_said
from .asked import AskedSite, may_be_confirmed
from .models import LONGEST_NOTE

CONTACT = ("contact_role", "contact_email", "contact_phone")
WORDS = {
    Recruitment.RECRUITING: gettext_lazy("Open: patients can be included"),
    Recruitment.ACTIVE_NOT_RECRUITING: gettext_lazy("Closed to new patients"),
    Recruitment.SUSPENDED: gettext_lazy("Paused"),
    Recruitment.NOT_YET_RECRUITING: gettext_lazy("Opens on a later day (give it below)"),
}
COHORT = {"": gettext_lazy("No answer now"), "open": gettext_lazy("Open"), "full": gettext_lazy("Full")}
_OPEN = {"open": True, "full": False}


class SiteAnswerForm(forms.Form):
    """The answer about one site; its fields are named by the site's pk. Nothing chosen says nothing."""

    said = forms.ChoiceField(required=False, widget=forms.RadioSelect, label=gettext_lazy("Today it is"))
    day = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("The day it opens, or the day since when this is so"),
    )
    cohort = forms.ChoiceField(
        required=False,
        widget=forms.RadioSelect,
        choices=list(COHORT.items()),
        label=gettext_lazy("Cohort"),
    )
    contact_role = forms.CharField(
        required=False, max_length=100, show_hidden_initial=True, label=gettext_lazy("Role, not a person")
    )
    contact_email = forms.EmailField(
        required=False, max_length=254, show_hidden_initial=True, label=gettext_lazy("Mailbox of that role")
    )
    contact_phone = forms.CharField(
        required=False, max_length=120, show_hidden_initial=True, label=gettext_lazy("Telephone of that role")
    )
    seen = forms.CharField(required=False, max_length=48, widget=forms.HiddenInput)

    def __init__(self, asked: AskedSite, data=None):
        site = asked.site
        initial = {name: getattr(site, name) for name in CONTACT} | {"seen": asked.seen, "said": ""}
        super().__init__(
            data, prefix=str(site.pk), initial=initial | {"cohort": ""}, use_required_attribute=False
        )
        self.asked, self.site = asked, site
        self.fields["said"].choices = [("", _("No answer now")), *choices_of(asked)]  # type: ignore[attr-defined]

    def clean(self):
        for name in self.fields:
            typed = self.data.get(self.add_prefix(name), "")
            if name not in self.errors and (character := control_character_in(typed, line=True)):
                sentence = _("The text contains the control character %(character)s. Remove it.")
                self.add_error(name, sentence % {"character": character})
        if "day" not in self.errors and "said" not in self.errors:
            try:
                status_said(self.site, self.cleaned_data["said"], self.cleaned_data["day"])
            except ValidationError as error:
                self.add_error("day", error)
        return super().clean()

    def clean_day(self):
        try:
            return written_date(text) if (text := tidy(self.cleaned_data["day"])) else ""
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def clean_contact_phone(self):
        text = tidy(self.cleaned_data["contact_phone"])
        if not text:
            return ""
        try:
            number = read_phone(text, self.site.centre.country)[0]
        except ValueError as error:
            raise ValidationError(str(error)) from None
        validate_phone(number)
        return number

    def clean_contact_role(self):
        return tidy(self.cleaned_data["contact_role"])

    @property
    def contact(self) -> list[forms.BoundField]:
        """The fields of the contact, each drawn with what the page showed of it."""
        return [self[name] for name in CONTACT]

    @property
    def new_contact(self) -> dict[str, str]:
        """The columns of the contact that are to change: only what was typed over what the page showed."""
        return {name: self.cleaned_data[name] for name in CONTACT if name in self.changed_data}

    def answer(self, *, or_same: bool) -> SiteAnswer:
        """What was said; where nothing was said of the status, with `or_same` that it is still right."""
        given = self.cleaned_data
        at_once = or_same and not given["said"] and may_be_confirmed(given["seen"])
        cohort = given["cohort"]
        return SiteAnswer(
            self.site.pk, SAME if at_once else given["said"], given["seen"], given["day"],
            values={"cohort_open": _OPEN[cohort]} if cohort else {}, contact=self.new_contact,
            at_once=at_once,
        )  # fmt: skip


class NoteForm(forms.Form):
    """A note to the editors."""

    note = forms.CharField(
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4, "aria-describedby": "note-hint"}),
        label=gettext_lazy("A note to the editors"),
    )

    def clean_note(self):
        text = self.cleaned_data["note"].replace("\r\n", "\n").strip()
        if character := control_character_in(text):
            sentence = _("The text contains the control character %(character)s. Remove it.")
            raise ValidationError(sentence % {"character": character})
        return text


def choices_of(asked: AskedSite) -> list[tuple[str, str]]:
    """What may be answered about a site: that it is still so, what the newer word says, or what else."""
    site, against, opens = asked.site, asked.against, Recruitment.NOT_YET_RECRUITING
    found = [] if site.status == Recruitment.UNKNOWN else [(SAME, _("Still right"))]
    if against and against.status not in (*SAID, site.status):
        agreed = _("The newer source is right: %(status)s") % {"status": against.get_status_display()}
        found.append((against.status, agreed))
    return found + [(one.value, str(WORDS[one])) for one in SAID if one == opens or one != site.status]


def forms_of(asked: Iterable[AskedSite], data=None) -> list[SiteAnswerForm]:
    """One form for each site, in the order given."""
    return [SiteAnswerForm(one, data) for one in asked]
