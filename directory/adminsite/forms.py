"""Forms of the admin: the same field rules everywhere, and no edit lost to another person's edit."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from directory.core.changes import history
from directory.core.fields import LANGUAGE_CODES
from directory.core.text import refuse_control_characters


class CleanTextForm(forms.ModelForm):
    """Control characters are an error of their field, in inlines of plain models too."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = in_language(field.label, name)
            # The database would refuse (PostgreSQL) or keep (SQLite) what this refuses with a sentence.
            if isinstance(field, forms.CharField):
                others = [v for v in field.validators if not isinstance(v, ProhibitNullCharactersValidator)]
                field.validators = [*others, refuse_control_characters]
        self._keep_present_choices()

    def _keep_present_choices(self):
        """What is chosen now stays choosable, though it lies outside what this person may choose."""
        for name, field in self.fields.items():
            present = getattr(self.instance, f"{name}_id", None)
            if present and isinstance(field, forms.ModelChoiceField) and field.queryset.query.where:
                field.queryset = field.queryset.model._default_manager.filter(
                    models.Q(pk__in=field.queryset.values("pk")) | models.Q(pk=present)
                )


def in_language(label, name: str):
    """`label` with the language of a translated column: Name (French) for `name_fr`."""
    stem, _dash, code = name.rpartition("_")
    if not stem or code not in LANGUAGE_CODES or not label:
        return label
    return f"{label} ({get_language_info(code)['name_translated']})"


class RecordedForm(CleanTextForm):
    """The form of one record. It knows which version of the record it was opened with."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "version" in self.fields:
            # The moment of the last write, to the microsecond.
            self.initial["version"] = self.instance.updated_at.isoformat()

    def clean(self):
        cleaned = super().clean()
        if "version" in self.initial and self.data.get("version") != self.initial["version"]:
            self._refuse_stale()
        return cleaned

    def _refuse_stale(self):
        """Say what the other person did; the text typed here stays, and a second save puts it through."""
        changes = history(self.instance.change_kind, self.instance.change_key)
        latest = changes.filter(at__gte=self.instance.updated_at).first()
        self.data = self.data.copy()
        self.data["version"] = self.initial["version"]
        self.add_error(None, ValidationError(_STALE, code="stale", params={"what": _what(latest)}))


_STALE = _(
    "Somebody saved this record after you opened it (%(what)s). Your changes are not stored yet; they are "
    "still below. Open the record in a second window and compare. If you save again, your version replaces "
    "theirs."
)


def _what(change) -> str:
    if change is None:
        return str(_("no details known"))
    told = ", ".join(f"{name}: {_short(after)}" for name, _before, after in change.fields()[:5])
    return f"{change.get_actor_role_display()}, {told}" if told else change.get_actor_role_display()


def _short(value) -> str:
    text = "–" if value in (None, "", []) else str(value)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


class RecordedFormSet(forms.BaseInlineFormSet):
    """Rows of an inline. Two new rows that mean the same are told so before the database is asked."""

    def clean(self):
        super().clean()
        seen = set()
        for form in self.forms:
            if form.errors or (not form.has_changed() and not form.instance.pk) or self._is_going(form):
                continue
            key = self.once(form.instance)
            if key is not None and key in seen:
                form.add_error(
                    None, _("“%(row)s” is listed twice. Remove one of them.") % {"row": form.instance}
                )
            seen.add(key)

    def once(self, row) -> object:
        """What no two rows share; None where the model has no such thing."""
        return getattr(row, "change_key", None)

    def _is_going(self, form) -> bool:
        return self.can_delete and self._should_delete_form(form)
