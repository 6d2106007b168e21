"""Registries that are followed: their runs and their records."""

from django.contrib import admin, messages
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from directory.adminsite.recorded import ReadOnlyAdmin
from directory.adminsite.roles import EditorsOnly

from .. import tasks
from ..models import RecruitmentEvent, RegistryRecord, RegistrySync


def short_name(trial) -> str:
    """The acronym of a trial, else the beginning of its title."""
    name = trial.acronym or trial.title_en
    return name if len(name) <= 60 else f"{name[:59].rstrip()}…"


def day_of(moment):
    """The day of a moment, for a column of a list; the page of the record has the hour."""
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT") if moment else None


class Unresolved(admin.SimpleListFilter):
    title, parameter_name = _("not imported"), "unresolved"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request, queryset):
        if self.value() == "yes":
            return queryset.unresolved()
        return queryset.filter(fault="", problem="") if self.value() == "no" else queryset


class NoLongerListed(admin.SimpleListFilter):
    title, parameter_name = _("trial here that is no longer in the registry"), "missing"

    def lookups(self, request, model_admin):
        return [("yes", _("Yes"))]

    def queryset(self, request, queryset):
        return queryset.no_longer_listed() if self.value() == "yes" else queryset


@admin.register(RegistryRecord)
class RegistryRecordAdmin(EditorsOnly, ReadOnlyAdmin):
    """The records of registries that were read, whose they are, and what is wrong with them."""

    list_display = ["number", "of_trial", "wrong", "changed_on", "checked_on"]
    list_filter = ["registry", Unresolved, NoLongerListed]
    list_select_related = ["trial"]
    search_fields = ["number", "trial__acronym", "problem"]
    fields = [
        "number", "registry", "trial", "changed_at", "checked_at", "missing_since", "fault", "problem",
    ]  # fmt: skip

    @admin.display(description=_("trial"), ordering="trial__slug")
    def of_trial(self, record):
        return short_name(record.trial) if record.trial else None

    @admin.display(description=_("what is wrong"))
    def wrong(self, record):
        gone = record.missing_since and _("Not in the registry since %s.") % day_of(record.missing_since)
        return " ".join(filter(None, (gone, record.fault, record.problem)))

    @admin.display(description=_("last changed"), ordering="changed_at")
    def changed_on(self, record):
        return day_of(record.changed_at)

    @admin.display(description=_("last answered for"), ordering="checked_at")
    def checked_on(self, record):
        return day_of(record.checked_at)


@admin.register(RegistrySync)
class RegistrySyncAdmin(EditorsOnly, ReadOnlyAdmin):
    """Each run of following a registry, and what became of it."""

    list_display = [
        "registry", "answered_by", "status", "is_partial", "started_at", "finished_at", "counted",
    ]  # fmt: skip
    list_filter = ["registry", "status", "is_partial"]
    fields = [
        "registry", "answered_by", "status", "is_partial", "started_at", "finished_at", "counted", "told",
        "runs",
    ]  # fmt: skip
    readonly_fields = fields
    actions = ["go_on"]

    @admin.display(description=_("counts"))
    def counted(self, sync):
        counts = ((name.replace("_", " "), number) for name, number in sync.counts.items() if number)
        return ", ".join(f"{name} {number}" for name, number in counts)

    @admin.display(description=_("problems"))
    def told(self, sync):
        return format_html_join("", "<p>{}</p>", ((one,) for one in sync.problems))

    @admin.display(description=_("imports"))
    def runs(self, sync):
        addresses = (
            (reverse("admin:imports_importrun_change", args=[run.pk]), run) for run in sync.imports.all()
        )
        return format_html_join(", ", '<a href="{}">{}</a>', addresses)

    @admin.action(description=_("Continue: import what changed"), permissions=["view"])
    def go_on(self, request, queryset):
        """Follow the registries of waiting runs once more, and let change what changed."""
        waiting = RegistrySync.objects.waiting().filter(pk__in=queryset.values("pk"))
        codes = list(waiting.values_list("registry", flat=True))
        if codes and not all(tasks.send(code, is_accepted=True) for code in codes):
            self.message_user(
                request, _("This cannot be started now. Try again in a minute."), messages.ERROR
            )
        elif codes:
            self.message_user(
                request, _("The registry is being asked again; see the next run."), messages.SUCCESS
            )
        else:
            self.message_user(request, _("None of these runs waits for an editor."), messages.INFO)


@admin.register(RecruitmentEvent)
class RecruitmentEventAdmin(EditorsOnly, ReadOnlyAdmin):
    """When a trial opened or closed in Belgium, with what was known then."""

    list_display = ["trial", "happened", "country", "at", "is_first_record"]
    list_filter = ["happened", "is_first_record"]
    list_select_related = ["trial"]
    date_hierarchy = "at"
    search_fields = ["trial__acronym", "trial__slug"]
    fields = [*list_display, "facts"]
