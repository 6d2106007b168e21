"""The change log in the admin: read, filtered, never written."""

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from directory.core.models import Change

from . import history
from .recorded import ReadOnlyAdmin
from .roles import EditorsOnly


class KindFilter(admin.SimpleListFilter):
    """Which kind of record. From the models, not from the log: the log may be long."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return sorted(
            (one.change_kind, capfirst(one._meta.verbose_name)) for one in history.recorded_models()
        )

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class RoleFilter(admin.ChoicesFieldListFilter):
    """Django puts “By” before the title; the field's own name begins with it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = _("role")


@admin.register(Change)
class ChangeAdmin(EditorsOnly, ReadOnlyAdmin):
    """All changes, latest first."""

    list_display = ["seq", "at", "kind", "record", "op", "who", "run_link"]
    list_display_links = ["seq", "at"]
    list_filter = [KindFilter, "op", ("actor_role", RoleFilter), ("at", admin.DateFieldListFilter)]
    list_select_related = ["actor"]
    search_fields = ["=key", "key__icontains", "=request_id"]
    search_help_text = _("Short name of a record, or number of a request.")
    linked_by = ("run", "key", "actor")
    fields = ["seq", "at", "kind", "key", "op", "who", "run_link", "request_id", "differences"]

    @admin.display(description=_("record"), ordering="key")
    def record(self, change):
        return change.key

    @admin.display(description=_("by"))
    def who(self, change):
        role = change.get_actor_role_display()
        return f"{role} · {change.actor.get_username()}" if change.actor_id and change.actor else role

    @admin.display(description=_("import run"))
    def run_link(self, change):
        url = history.run_url(change.run)
        return format_html('<a href="{}">{}</a>', url, change.run) if url else change.run or ""

    @admin.display(description=_("field by field"))
    def differences(self, change):
        people = history.people_in([change], change.reader)
        fields = history.field_lines(change, people)
        return render_to_string("adminsite/differences.html", {"fields": fields})

    def get_object(self, request, *args, **kwargs):
        change = super().get_object(request, *args, **kwargs)
        if change is not None:
            change.reader = request.user
        return change
