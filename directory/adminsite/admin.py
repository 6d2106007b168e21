"""The admin every other admin of the house is made of: who may see what, and each write recorded."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import attention, changelog
from .exports import ExportsSheet
from .forms import AgeField, CleanTextForm, RecordedForm, RecordedFormSet
from .recorded import ReadOnlyAdmin, RecordedAdmin, RecordedTabular, RecordsRows, actor_of
from .roles import EditorsOnly, ForRoles, ReadOnly
from .states import ListedAdmin

admin.site.site_header = admin.site.site_title = _("Directory of paediatric oncology trials")
admin.site.index_title = _("Registry")
admin.site.index_template = "adminsite/index.html"

__all__ = [
    "AgeField",
    "CleanTextForm",
    "EditorsOnly",
    "ExportsSheet",
    "ForRoles",
    "ListedAdmin",
    "ReadOnly",
    "ReadOnlyAdmin",
    "RecordedAdmin",
    "RecordedForm",
    "RecordedFormSet",
    "RecordedTabular",
    "RecordsRows",
    "actor_of",
    "attention",
    "changelog",
]
