from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EligibilityConfig(AppConfig):
    """A patient's profile judged against every listed trial; what editors should find out next."""

    name = "directory.eligibility"
    verbose_name = _("Eligibility")
