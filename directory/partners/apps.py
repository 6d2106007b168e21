from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """Programs of other organisations: the keys by which the API knows them."""

    name = "directory.partners"
    label = "partners"
    verbose_name = _("Partners")
