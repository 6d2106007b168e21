from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """The pages people read, in four languages. Knows nothing of the API."""

    name = "directory.web"
    label = "web"
    verbose_name = _("Pages")
