"""Follow a registry now, as the clock does every night: `sync_registry ctgov`, also from a folder."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from trials.models.registry import Registry, RegistrySync, SyncStatus
from trials.sources.folder import answers_from, files_in
from trials.sources.following import source_of
from trials.sources.sync import COUNTED, follow

EXIT_NOT_WHOLE = 3


class Command(BaseCommand):
    help = "Ask a registry what changed in its records of our trials, and take that over."

    def add_arguments(self, parser):
        parser.add_argument("registry", choices=Registry.values)
        parser.add_argument(
            "--from", dest="folder", metavar="DIR", type=Path, help="a folder of JSON records, one a file"
        )
        parser.add_argument(
            "--accept", action="store_true", help="take over also what a run would leave to an editor"
        )

    def handle(self, registry, folder, accept, **options):
        if folder is not None and not folder.is_dir():
            raise CommandError(f"{folder} is not a folder. Give one that holds JSON records, one a file.")
        if folder is not None and not files_in(folder):
            raise CommandError(f"There is no JSON file in {folder}. Give a folder of records, one a file.")
        answers = answers_from(folder) if folder else None
        run = follow(source_of(registry), answers, is_accepted=accept, is_partial=folder is not None)
        if run is None:
            raise CommandError("This registry is being followed at this moment; wait until that has ended.")
        self.tell(run)
        if run.status != SyncStatus.DONE or run.counts.get("faulty"):
            sys.exit(EXIT_NOT_WHOLE)

    def tell(self, run: RegistrySync) -> None:
        self.stdout.write(f"{run.get_registry_display()}: {run.get_status_display()}.")
        for name in COUNTED:
            self.stdout.write(f"  {name.replace('_', ' '):<16} {run.counts.get(name, 0):>6}")
        for problem in run.problems:
            self.stdout.write(f"  {problem}")
