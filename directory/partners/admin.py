"""Keys in the admin: made, listed, revoked; never changed and never shown a second time."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite.recorded import RecordedAdmin, actor_of
from directory.adminsite.roles import EditorsOnly
from directory.core.roles import is_editor

from . import keys
from .models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(EditorsOnly, RecordedAdmin):
    """What a key is stays as it was made: for other rights, make another."""

    list_display = ["name", "prefix", "scope_words", "centre", "created_at", "expires_at", "used", "in_force"]
    list_filter = ["centre", "created_at"]
    list_select_related = ["centre"]
    search_fields = ["name", "=prefix"]
    fields = ["name", "scopes", "centre", "expires_at"]
    actions = ["revoke"]

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_revoke_permission(self, request):
        return is_editor(request.user) and request.user.has_perm("partners.change_apikey")

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": [*self.fields, "prefix", "user", "created_at", "revoked_at", "used"]})]

    def save_model(self, request, obj, form, change):
        made, request.key_text = keys.make(
            name=obj.name,
            scopes=obj.scopes,
            centre=obj.centre,
            expires_at=obj.expires_at,
            by=actor_of(request),
        )
        obj.__dict__.update(made.__dict__)

    def response_add(self, request, obj, post_url_continue=None):
        """The key itself, in this one answer: not in a message, which would be stored on the way."""
        return self.render_page(
            request,
            "partners/admin/key_made.html",
            title=_("The key was created"),
            key=obj,
            text=request.key_text,
        )

    @admin.action(description=_("Revoke: the key stops working"), permissions=["revoke"])
    def revoke(self, request, queryset):
        revoked = sum(keys.revoke(key=key, by=actor_of(request)) for key in queryset)
        told = ngettext("%d key is revoked.", "%d keys are revoked.", revoked) % revoked
        self.message_user(request, told, messages.SUCCESS if revoked else messages.INFO)

    @admin.display(description=_("scopes"))
    def scope_words(self, key):
        return ", ".join(key.scopes)

    @admin.display(description=_("last used"), ordering="last_used", empty_value=_("not known"))
    def used(self, key):
        return key.last_used

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, key):
        return key.in_force
