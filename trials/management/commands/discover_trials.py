"""Look for new trials in a registry now, as the clock does every week: `discover_trials ctgov`."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from trials.models import RegistryDiscovery
from trials.models.registry import Registry, SyncStatus
from trials.sources.discovering import COUNTED, discover
from trials.sources.folder import answers_from
from trials.sources.following import source_of

EXIT_NOT_WHOLE = 3


class Command(BaseCommand):
    help = (
        "Ask a registry which trials it lists for children in Belgium, and propose those that are not here."
    )

    def add_arguments(self, parser):
        parser.add_argument("registry", choices=Registry.values)
        parser.add_argument(
            "--from", dest="folder", metavar="DIR", type=Path, help="a folder of JSON records, one a file"
        )
        parser.add_argument(
            "--accept", action="store_true", help="take over also that more is gone than a run may take over"
        )
        parser.add_argument("--json", action="store_true", help="the counts as JSON")

    def handle(self, registry, folder, accept, **options):
        if folder is not None and not any(folder.glob("*.json")):
            raise CommandError(
                f"There is no JSON file in {folder}. Give a folder of JSON records, one a file."
            )
        pages = None if folder is None else [list(answers_from(folder))]
        run = discover(source_of(registry), pages, is_accepted=accept, is_partial=folder is not None)
        if run is None:
            raise CommandError("This registry is being asked at this moment; wait until that has ended.")
        if options["json"]:
            self.stdout.write(json.dumps({"status": run.status, **run.counts}))
        else:
            self.tell(run)
        if run.status != SyncStatus.DONE:
            sys.exit(EXIT_NOT_WHOLE)

    def tell(self, run: RegistryDiscovery) -> None:
        self.stdout.write(f"{run.get_registry_display()}: {run.get_status_display()}.")
        for name in COUNTED:
            self.stdout.write(f"  {name:<10} {run.counts.get(name, 0):>6}")
        for problem in run.problems:
            self.stdout.write(f"  {problem}")
