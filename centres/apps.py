from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CentresConfig(AppConfig):
    """Centres, networks and the people who work there."""

    name = "centres"
    verbose_name = _("Centres and networks")

    def ready(self):
        from .registration import register

        register()
