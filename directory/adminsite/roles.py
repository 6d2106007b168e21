"""Whom the admin shows what: editors everything, coordinators what is theirs, nobody else anything."""

from django.db import models

from directory.core.roles import is_coordinator, is_editor, role_of


class ForRoles:
    """For ModelAdmins and inlines: querysets, choices and permissions by role.

    A subclass says in `for_coordinator` which records a coordinator meets and in `owns` which of them are
    theirs to change. Django's own permissions apply as well: a role is needed on top of them.
    """

    # What is typed without a scheme is meant as https.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def for_coordinator(self, queryset, user):
        return queryset.editable_by(user) if hasattr(queryset, "editable_by") else queryset.none()

    def owns(self, user, obj) -> bool:
        """Whether a coordinator may change `obj` and read its history."""
        return False

    def visible(self, queryset, user):
        if is_editor(user):
            return queryset
        return self.for_coordinator(queryset, user) if is_coordinator(user) else queryset.none()

    def get_queryset(self, request):
        return self.visible(super().get_queryset(request), request.user)

    def admits(self, user) -> bool:
        """Whether `user` meets any of this at all."""
        return role_of(user) is not None

    def may_change(self, user, obj) -> bool:
        theirs = is_editor(user) or (is_coordinator(user) and (obj is None or self.owns(user, obj)))
        return self.admits(user) and theirs

    def has_module_permission(self, request):
        return self.admits(request.user) and super().has_module_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.admits(request.user) and super().has_view_permission(request, obj)

    def has_add_permission(self, request, *args):
        return self.admits(request.user) and super().has_add_permission(request, *args)

    def has_change_permission(self, request, obj=None):
        return self.may_change(request.user, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self.may_change(request.user, obj) and super().has_delete_permission(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only records that this person meets in their own list may be chosen."""
        related = self.admin_site._registry.get(db_field.remote_field.model)
        if "queryset" not in kwargs and isinstance(related, ForRoles):
            everything = db_field.remote_field.model._default_manager.all()
            kwargs["queryset"] = related.visible(everything, request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class EditorsOnly:
    """Before a `ForRoles`: nothing of it is for coordinators."""

    def admits(self, user) -> bool:
        return is_editor(user)


class ReadOnly:
    """Before a `ForRoles`: seen, never changed here."""

    def has_add_permission(self, request, *args):
        return False

    def may_change(self, user, obj) -> bool:
        return False
