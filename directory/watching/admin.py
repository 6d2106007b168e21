"""Watches in the admin: how many there are, and to end one. The address is not shown in full."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from directory.core.roles import is_editor

from .models import Watch


@admin.register(Watch)
class WatchAdmin(admin.ModelAdmin):
    """Read and deleted by editors, written by nobody: a watch is its reader's."""

    list_display = ["id", "kind", "question", "masked", "frequency", "language", "created_at", "confirmed_at"]
    list_filter = ["kind", "frequency", "language"]
    fields = readonly_fields = [
        "kind", "question", "masked", "frequency", "language", "created_at", "confirmed_at",
    ]  # fmt: skip

    @admin.display(description=_("address"))
    def masked(self, watch):
        return masked(watch.email)

    def has_module_permission(self, request):
        return is_editor(request.user)

    def has_view_permission(self, request, obj=None):
        return is_editor(request.user)

    def has_delete_permission(self, request, obj=None):
        return is_editor(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


def masked(address: str) -> str:
    """`a…@example.org`: enough to talk about, not enough to write to."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"
