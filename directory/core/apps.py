from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """The floor: bases, the change log, text, ages, dates. Knows no model of the two domains."""

    name = "directory.core"
    label = "core"
    verbose_name = _("Change log")
