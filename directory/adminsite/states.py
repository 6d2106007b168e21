"""Admins of records with a public state: actions to list and withdraw, and addresses that last."""

from django.contrib import admin, messages
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.core.listing import ever_listed, set_state
from directory.core.models import State

from .recorded import RecordedAdmin, actor_of

_LASTING = _("It is part of public web addresses, and this record has been listed, so it cannot be changed.")


class ListedAdmin(RecordedAdmin):
    """`address_field` is the slug or code, which nobody can change once the public knows it."""

    actions = ["list_records", "withdraw_records", "back_to_draft"]
    address_field = "slug"
    named_by = ("slug",)
    address_from: tuple[str, ...] = ()

    @admin.action(description=_("List: show to the public"), permissions=["change"])
    def list_records(self, request, queryset):
        self._move(request, queryset, State.LISTED)

    @admin.action(
        description=_("Withdraw: hide from the public, but keep the record"), permissions=["change"]
    )
    def withdraw_records(self, request, queryset):
        self._move(request, queryset, State.WITHDRAWN)

    @admin.action(description=_("Back to draft: hide from the public"), permissions=["change"])
    def back_to_draft(self, request, queryset):
        self._move(request, queryset, State.DRAFT)

    def _move(self, request, queryset, state):
        records = list(queryset)
        moved = set_state(records=records, state=state, by=actor_of(request))
        told = ngettext(
            "%(moved)d record is now %(state)s.", "%(moved)d records are now %(state)s.", moved
        ) % {"moved": moved, "state": state.label}  # fmt: skip
        if still := len(records) - moved:
            told += " " + ngettext("%d already had this state.", "%d already had this state.", still) % still
        self.message_user(request, told, messages.SUCCESS if moved else messages.INFO)

    @admin.display(description=_("updated"), ordering="updated_at")
    def updated(self, obj):
        """The day alone: a column has no room for more."""
        return localtime(obj.updated_at).date().isoformat()

    def get_readonly_fields(self, request, obj=None):
        own = super().get_readonly_fields(request, obj)
        return (*own, "lasting_address") if self._is_fixed(obj) else own

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if not self._is_fixed(obj):
            return fieldsets
        shown = {self.address_field: "lasting_address"}
        return [
            (name, options | {"fields": tuple(shown.get(field, field) for field in options["fields"])})
            for name, options in fieldsets
        ]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj is not None or not self.address_from else {self.address_field: self.address_from}

    def _is_fixed(self, obj) -> bool:
        if obj is None:
            return False
        if not hasattr(obj, "_ever_listed"):
            obj._ever_listed = ever_listed(obj)
        return obj._ever_listed

    @admin.display(description=_("address"))
    def lasting_address(self, obj):
        return f"{getattr(obj, self.address_field)} – {_LASTING}"
