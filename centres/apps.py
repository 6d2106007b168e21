from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CentresConfig(AppConfig):
    """Centres, networks and the people who work there."""

    name = "centres"
    verbose_name = _("Centres and networks")

    def ready(self):
        from .rights import make_groups

        post_migrate.connect(make_groups, dispatch_uid="centres.rights.make_groups")
