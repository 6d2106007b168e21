import time

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from directory.search import service


class Command(BaseCommand):
    help = "Build this machine's search index anew. Searches go on in the old one meanwhile."

    def handle(self, *args, **options):
        began = time.monotonic()
        count = service.rebuild() + service.catch_up()
        self.stdout.write(
            _("%(count)d documents indexed in %(seconds).1f s.")
            % {"count": count, "seconds": time.monotonic() - began}
        )
