"""The ICCC-3 tree: read here, changed in its file."""

from django.contrib import admin

from directory.adminsite.recorded import ReadOnlyAdmin

from ..models import Condition


@admin.register(Condition)
class ConditionAdmin(ReadOnlyAdmin):
    list_display = ["code", "name_en", "name_nl", "name_fr", "name_de", "level"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    search_fields = [
        "code", "name_en", "name_nl", "name_fr", "name_de",
        "parent__name_en", "parent__name_nl", "parent__name_fr", "parent__name_de",
    ]  # fmt: skip
    ordering = ["position"]
    list_per_page = 100
    fields = ["code", "parent", "level", "name_en", "name_nl", "name_fr", "name_de"]

    def for_coordinator(self, queryset, user):
        return queryset
