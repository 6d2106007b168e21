from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from . import changelog  # noqa: F401 - the change log is registered there

admin.site.site_header = admin.site.site_title = _("Directory of paediatric oncology trials")
admin.site.index_title = _("Directory")
admin.site.index_template = "adminsite/index.html"
