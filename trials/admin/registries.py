"""Registries that are followed: their runs, their records, and the texts that they propose."""

import difflib

from django.contrib import admin, messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite.recorded import ReadOnlyAdmin, actor_of
from directory.adminsite.roles import EditorsOnly

from .. import tasks
from ..actions import decide_suggestions
from ..models import RecruitmentEvent, RegistryRecord, RegistrySync, TextSuggestion


class Unresolved(admin.SimpleListFilter):
    title, parameter_name = _("not taken over"), "unresolved"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.unresolved()
        return queryset.filter(fault="", problem="") if self.value() == "no" else queryset


class NoLongerListed(admin.SimpleListFilter):
    title, parameter_name = _("of a trial here that the registry no longer has"), "missing"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes"))]

    def queryset(self, request, queryset):
        return queryset.no_longer_listed() if self.value() == "yes" else queryset


@admin.register(RegistryRecord)
class RegistryRecordAdmin(EditorsOnly, ReadOnlyAdmin):
    """The records of registries that were read, whose they are, and what is wrong with them."""

    list_display = [
        "number",
        "registry",
        "trial",
        "changed_at",
        "checked_at",
        "missing_since",
        "fault",
        "problem",
    ]
    list_filter = ["registry", Unresolved, NoLongerListed]
    list_select_related = ["trial"]
    search_fields = ["number", "trial__acronym", "problem"]
    fields = list_display


@admin.register(RegistrySync)
class RegistrySyncAdmin(EditorsOnly, ReadOnlyAdmin):
    """Each run of following a registry, and what became of it."""

    list_display = ["registry", "answered_by", "status", "started_at", "finished_at", "counted"]
    list_filter = ["registry", "status"]
    fields = ["registry", "answered_by", "status", "started_at", "finished_at", "counted", "told", "runs"]
    readonly_fields = fields
    actions = ["go_on"]

    @admin.display(description=_("counts"))
    def counted(self, sync):
        return ", ".join(f"{name} {number}" for name, number in sync.counts.items() if number)

    @admin.display(description=_("problems"))
    def told(self, sync):
        return format_html_join("", "<p>{}</p>", ((one,) for one in sync.problems))

    @admin.display(description=_("imports"))
    def runs(self, sync):
        addresses = (
            (reverse("admin:imports_importrun_change", args=[run.pk]), run) for run in sync.imports.all()
        )
        return format_html_join(", ", '<a href="{}">{}</a>', addresses)

    @admin.action(description=_("Go on: take over what changed"), permissions=["view"])
    def go_on(self, request, queryset):
        """Follow the registries of waiting runs once more, and let change what changed."""
        waiting = RegistrySync.objects.waiting().filter(pk__in=queryset.values("pk"))
        codes = list(waiting.values_list("registry", flat=True))
        if codes and not all(tasks.send(code, is_accepted=True) for code in codes):
            self.message_user(
                request, _("The worker cannot be reached now. Try again in a minute."), messages.ERROR
            )
        elif codes:
            self.message_user(request, _("The registry is asked again; see the next run."), messages.SUCCESS)
        else:
            self.message_user(request, _("None of these runs waits for an editor."), messages.INFO)


@admin.register(TextSuggestion)
class TextSuggestionAdmin(EditorsOnly, ReadOnlyAdmin):
    """Texts that a registry has otherwise: taken or declined, one by one or many at once."""

    list_display = ["trial", "field", "registry", "made_at", "state", "differs"]
    list_filter = ["state", "registry", "field"]
    list_select_related = ["trial"]
    search_fields = ["trial__acronym", "trial__slug"]
    fields = ["trial", "field", "registry", "made_at", "difference", "state", "decided_at", "decided_by"]
    readonly_fields = fields
    actions = ["take", "decline"]

    @admin.display(description=_("differs in"))
    def differs(self, suggestion):
        ratio = difflib.SequenceMatcher(None, suggestion.was, suggestion.said).quick_ratio()
        return f"{100 * (1 - ratio):.0f} %"

    @admin.display(description=_("difference"))
    def difference(self, suggestion):
        """Line by line, what the directory has and what the registry says."""
        now = getattr(suggestion.trial, suggestion.field)
        lines = difflib.ndiff(now.splitlines(), suggestion.said.splitlines())
        tags = {"- ": "del", "+ ": "ins", "  ": "span"}
        parts = ((tags[line[:2]], line[2:], tags[line[:2]]) for line in lines if line[:2] in tags)
        return format_html("<div>{}</div>", format_html_join("", "<p><{0}>{1}</{2}></p>", parts))

    @admin.action(description=_("Take the registry's text"), permissions=["view"])
    def take(self, request, queryset):
        self._decide(request, queryset, take=True)

    @admin.action(description=_("Decline: keep ours"), permissions=["view"])
    def decline(self, request, queryset):
        self._decide(request, queryset, take=False)

    def _decide(self, request, queryset, *, take: bool):
        number = decide_suggestions(suggestions=queryset, by=actor_of(request), take=take)
        told = ngettext("%d suggestion is decided.", "%d suggestions are decided.", number) % number
        self.message_user(request, told, messages.SUCCESS if number else messages.INFO)


@admin.register(RecruitmentEvent)
class RecruitmentEventAdmin(EditorsOnly, ReadOnlyAdmin):
    """When a trial opened or closed in Belgium, with what was known then."""

    list_display = ["trial", "happened", "country", "at", "is_first_record"]
    list_filter = ["happened", "is_first_record"]
    list_select_related = ["trial"]
    date_hierarchy = "at"
    search_fields = ["trial__acronym", "trial__slug"]
    fields = [*list_display, "facts"]
