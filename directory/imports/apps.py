from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    """Spreadsheets in: received, planned, confirmed by a person, applied, with a receipt for each row."""

    name = "directory.imports"
    verbose_name = _("Imports")

    def ready(self):
        from . import kinds

        kinds.discover()
