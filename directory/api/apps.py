from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """The published contracts. What a version promises here stays true while the version lives."""

    name = "directory.api"
    label = "api"
    verbose_name = _("API")
