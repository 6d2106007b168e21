"""Forms of trials and sites: ages as text, identifiers in any spelling, a new statement beside the site."""

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory.adminsite.forms import CleanTextForm, RecordedForm
from directory.core.ages import BadAge
from directory.sheets.written_values import is_nothing

from .. import actions
from ..age_criteria import SIDES, split
from ..choices import Recruitment
from ..models import StatusStatement, Trial
from ..models.trial import free_slug


class TrialForm(RecordedForm):
    """Ages are typed as they are written; the days are made of them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for side in SIDES:
            # Of what has days alone, what means just these days.
            self.initial[f"age_{side}_text"] = self.instance.age_written(side)
        if "slug" in self.fields and not self.instance.pk:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = _("If empty, it is made from the acronym, or from the title.")

    def clean(self):
        cleaned = super().clean()
        for side in SIDES:
            if f"age_{side}_text" in cleaned:
                self._clean_age(side, cleaned)
        if "slug" in self.fields and not cleaned.get("slug") and "slug" not in self.errors:
            name = cleaned.get("acronym") or cleaned.get("title_en") or ""
            cleaned["slug"] = free_slug([name], set(Trial.objects.values_list("slug", flat=True)))
        self._refuse_circle(cleaned.get("parent"))
        return cleaned

    def _is_of_days_alone(self, side: str, text: str) -> bool:
        is_written = getattr(self.instance, f"age_{side}_text")
        return not is_written and text == self.instance.age_written(side)

    def _clean_age(self, side: str, cleaned: dict) -> None:
        """One field may say both bounds where the other one is empty."""
        name, text = f"age_{side}_text", cleaned[f"age_{side}_text"]
        text = "" if is_nothing(text) and any(map(str.isalnum, text)) else text
        if text and self._is_of_days_alone(side, text):
            cleaned[name] = ""  # the days stay as they are: nobody wrote this
            return
        try:
            said = split(text, side) if text else {side: ""}
        except BadAge as error:
            self.add_error(name, str(error))
            return
        for which, part in said.items():
            other = f"age_{which}_text"
            if which != side and cleaned.get(other):
                self.add_error(name, _("These are two limits. Write each in its own field."))
            else:
                cleaned[other] = part
                self.instance.write_age(which, part)

    def _refuse_circle(self, parent):
        """A trial cannot be a sub-protocol of one of its own sub-protocols."""
        above = set()
        while parent is not None and parent.pk not in above:
            if parent.pk == self.instance.pk:
                self.add_error("parent", _("That trial is already a sub-protocol of this one."))
                return
            above.add(parent.pk)
            parent = parent.parent


class IdentifierForm(CleanTextForm):
    """Any spelling; the registry is recognised, and asked for only where the text fits none."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "scheme" in self.fields:
            self.fields["scheme"].required = False
            self.fields["scheme"].help_text = _("If empty, it is recognised from the identifier.")


class SiteForm(RecordedForm):
    """A site, and what the person who saves it has to say about its status."""

    new_status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", "---------"), *Recruitment.choices]
    )
    new_said_at = forms.DateField(
        label=_("Said on"), required=False, widget=AdminDateWidget, help_text=_("If empty: today.")
    )
    new_since = forms.CharField(
        label=_("Since"), required=False, max_length=10, help_text=_("First day of this status, if known.")
    )
    new_source = forms.CharField(label=_("Source"), required=False, max_length=200)
    new_source_url = forms.URLField(
        label=_("Web address of the source"), required=False, max_length=500, assume_scheme="https"
    )
    new_evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("contact_person", "investigator"):
            if name in self.fields:
                self.fields[name].help_text = _("Public only with recorded consent.")

    def clean(self):
        cleaned = super().clean()
        said = self._said(cleaned)
        if not said.pop("status", None):
            if any(said.values()):
                self.add_error("new_status", _("Choose the status of this statement."))
            return cleaned
        self._check(StatusStatement(status=cleaned["new_status"], **said))
        return cleaned

    def _said(self, cleaned):
        """The fields of the new statement that were filled in, by the names of the model."""
        fields = ("status", "said_at", "since", "source", "source_url", "evidence")
        return {name: value for name in fields if (value := cleaned.get(f"new_{name}"))}

    def _check(self, statement):
        try:
            statement.full_clean(exclude=["site", "role", "user"])
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                field = f"new_{name}"
                self.add_error(field if field in self.fields else None, errors)

    def state_status(self, by) -> None:
        """Append the statement, where there is one. After the site is saved."""
        said = self._said(self.cleaned_data)
        if said.get("status"):
            actions.state_status(site=self.instance, by=by, **said)
