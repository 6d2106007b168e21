from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchingConfig(AppConfig):
    """Searches and trials that somebody follows, and the mails that tell what changed."""

    name = "directory.watching"
    verbose_name = _("Watching")
