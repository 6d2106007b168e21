import signal
import threading

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from directory.search.follow import Follower


class Command(BaseCommand):
    help = "Keep this machine's search index up to date where web processes run but no worker."

    def handle(self, *args, **options):
        stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_args: stopped.set())
        follower = Follower()
        follower.start()
        self.stdout.write(_("Following the change log. Ctrl-C stops it."))
        stopped.wait()
        follower.stop(timeout=None)
