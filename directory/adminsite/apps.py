from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AdminSiteConfig(AppConfig):
    """What the admin does for any record: recorded writes, history, states, exports, what needs attention."""

    name = "directory.adminsite"
    label = "adminsite"
    verbose_name = _("Administration")
