from celery.signals import worker_ready, worker_shutdown
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    """Finding trials, centres and networks: documents, the index beside them, the questions (`service`)."""

    name = "directory.search"
    verbose_name = _("Search")

    def ready(self):
        from directory.core import changes
        from directory.records import shown

        changes.with_each(shown.note)
        worker_ready.connect(self._start, dispatch_uid="directory.search.start", weak=False)
        worker_shutdown.connect(self._stop, dispatch_uid="directory.search.stop", weak=False)

    def _start(self, **kwargs):
        """The worker keeps the index of its machine up to date, beside its tasks."""
        from .follow import Follower

        self._follower = Follower()
        self._follower.start()

    def _stop(self, **kwargs):
        if follower := getattr(self, "_follower", None):
            follower.stop()
