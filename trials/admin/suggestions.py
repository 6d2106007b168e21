"""Texts that a registry has otherwise: each with the difference, taken or declined, and why."""

import difflib

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite.forms import in_language
from directory.adminsite.recorded import actor_of
from directory.core.text import refuse_control_characters

from ..actions import decide_suggestions
from ..models import TextSuggestion
from ..models.suggestion import Suggested
from .deciding import DecidingAdmin
from .registries import day_of, short_name

TAKE, DECLINE = "take", "decline"


class DecisionForm(forms.Form):
    """What becomes of a suggestion, and why: needed to decline, and to decide again."""

    why = forms.CharField(
        label=_("Why"), max_length=500, required=False, validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    decision = forms.ChoiceField(choices=[(TAKE, TAKE), (DECLINE, DECLINE)], widget=forms.HiddenInput)

    def __init__(self, *args, record=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.again = record is not None and record.state != Suggested.OPEN
        self.fields["why"].help_text = (
            _("Required, because it was decided before.") if self.again else _("Required to decline.")
        )

    def clean(self):
        cleaned = super().clean()
        decision = cleaned.get("decision")
        if decision and "why" in cleaned and not cleaned["why"] and (self.again or decision == DECLINE):
            self.add_error("why", _("Give a reason for the next editor."))
        return cleaned


def label_of(field: str) -> str:
    """What the form of a trial calls a field: title (English)."""
    return in_language(TextSuggestion(field=field).field_name, field)


class OfField(admin.SimpleListFilter):
    title, parameter_name = _("field"), "field"

    def lookups(self, request, model_admin):
        names = TextSuggestion.objects.order_by("field").values_list("field", flat=True).distinct()
        return [(name, label_of(name)) for name in names]

    def queryset(self, request, queryset):
        return queryset.filter(field=self.value()) if self.value() else queryset


@admin.register(TextSuggestion)
class TextSuggestionAdmin(DecidingAdmin):
    """Taken or declined one by one on their pages, or many at once in the list."""

    page = "trials/admin/suggestion.html"
    form_class = DecisionForm
    list_display = ["of_trial", "field_label", "registry", "made_on", "state", "differs"]
    list_filter = ["state", "registry", OfField]
    list_select_related = ["trial"]
    search_fields = ["trial__acronym", "trial__slug"]
    actions = ["take", "decline"]

    @admin.display(description=_("trial"), ordering="trial__slug")
    def of_trial(self, suggestion):
        return short_name(suggestion.trial)

    @admin.display(description=_("field"), ordering="field")
    def field_label(self, suggestion):
        return label_of(suggestion.field)

    @admin.display(description=_("suggested"), ordering="made_at")
    def made_on(self, suggestion):
        return day_of(suggestion.made_at)

    @admin.display(description=_("differs in"))
    def differs(self, suggestion):
        ratio = difflib.SequenceMatcher(None, suggestion.was, suggestion.said).quick_ratio()
        return f"{100 * (1 - ratio):.0f} %"

    def shows(self, record):
        return {
            "title": f"{short_name(record.trial)}: {label_of(record.field)}",
            "difference": difference(getattr(record.trial, record.field), record.said),
            "is_open": record.state == Suggested.OPEN,
            "may_take": record.state in (Suggested.OPEN, Suggested.DECLINED),
            "may_decline": record.state in (Suggested.OPEN, Suggested.TAKEN),
        }

    def decide(self, request, record, data):
        take = data["decision"] == TAKE
        number = decide_suggestions(
            suggestions=[record], by=actor_of(request), take=take, why=data["why"],
            again=record.state != Suggested.OPEN,
        )  # fmt: skip
        if not number:
            raise ValidationError(_("Somebody else has decided this meanwhile. Check it again."))
        return _("The registry's text is now used.") if take else _("The suggestion is declined.")

    @admin.action(description=_("Use the registry's text"), permissions=["view"])
    def take(self, request, queryset):
        self._decide_all(request, queryset, take=True)

    @admin.action(description=_("Decline: keep our text…"), permissions=["view"])
    def decline(self, request, queryset):
        """Asks why first; declines with the second POST."""
        form = DecisionForm(request.POST if "decision" in request.POST else None)
        if form.is_valid():
            self._decide_all(request, queryset, take=False, why=form.cleaned_data["why"])
            return None
        return self.render_page(
            request, "trials/admin/decline_suggestions.html", title=_("Decline suggestions"), form=form,
            suggestions=queryset.open(), checkbox=helpers.ACTION_CHECKBOX_NAME,
        )  # fmt: skip

    def _decide_all(self, request, queryset, *, take: bool, why: str = ""):
        number = decide_suggestions(suggestions=queryset, by=actor_of(request), take=take, why=why)
        told = ngettext("%d suggestion is decided.", "%d suggestions are decided.", number) % number
        self.message_user(request, told, messages.SUCCESS if number else messages.INFO)


def difference(ours: str, theirs: str) -> str:
    """HTML: line by line, what the directory has and what the registry says."""
    tags = {"- ": "del", "+ ": "ins", "  ": "span"}
    lines = difflib.ndiff(ours.splitlines(), theirs.splitlines())
    parts = ((tags[line[:2]], line[2:], tags[line[:2]]) for line in lines if line[:2] in tags)
    return format_html("<div>{}</div>", format_html_join("", "<p><{0}>{1}</{2}></p>", parts))
