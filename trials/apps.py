from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrialsConfig(AppConfig):
    """Trials, the conditions they study, and where they recruit."""

    name = "trials"
    verbose_name = _("Trials")

    def ready(self):
        from directory.core import changes

        from .events import raise_events
        from .models.condition import load_conditions

        changes.with_each(raise_events)
        post_migrate.connect(load_conditions, sender=self, dispatch_uid="trials.load_conditions")
