from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VouchingConfig(AppConfig):
    """Coordinators are asked by mail whether their statuses are still right, and answer by a link."""

    name = "directory.vouching"
    verbose_name = _("Vouching")
