"""`manage.py load_demo`: the demo registry, by importing its spreadsheets as anybody's would be."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from directory.core.roles import Role
from directory.imports import actions, tasks
from directory.imports.choices import Status
from directory.imports.kinds import all_kinds
from directory.imports.models import ImportRun
from directory.imports.waiting import NobodyWorks, finish

DEMO = Path(__file__).resolve().parents[2] / "demo"


class Command(BaseCommand):
    help = "Load the demo registry through the import pipeline and its worker. A second time changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("--in-process", action="store_true", help="do the worker's part here")

    def handle(self, *, in_process, verbosity, **options):
        # Kinds are registered in this order: centres before what lies in them, trials before their sites.
        sheets = [(kind, path.name) for kind in all_kinds() for path in DEMO.glob(f"{kind}.*")]
        for kind, name in sheets:
            run = self._load(kind, name, in_process)
            if verbosity > 1:
                counts = ", ".join(f"{number} {outcome}" for outcome, number in run.counts.items() if number)
                self.stdout.write(f"{name}: {counts}")
        settings.DEMO_MARKER.parent.mkdir(parents=True, exist_ok=True)
        settings.DEMO_MARKER.touch()

    def _load(self, kind, name, here) -> ImportRun:
        try:
            with (DEMO / name).open("rb") as file:
                run = actions.receive(
                    file=file, file_name=name, kind=kind, role=Role.REGISTRY, queue=not here
                )
            run = finish(self._taken_up(run, here), here=here)
            self._refuse_bad_rows(run)
            if run.status == Status.PLANNED:
                run = finish(actions.confirm(run=run, user=None, queue=not here), here=here)
        except actions.Refused as refused:
            raise CommandError(f"{name}: {refused}") from None
        except NobodyWorks:
            raise CommandError(f"{name}: no worker took it. Start one, or use --in-process.") from None
        if run.status != Status.APPLIED:
            raise CommandError(f"{name}: {run.status}. {' '.join(one['message'] for one in run.problems)}")
        return run

    def _taken_up(self, run, here) -> ImportRun:
        """A run left by a load that was cut off is queued again; that harms nobody who works on it."""
        if run.was_there and run.is_busy and not here:
            tasks.send(tasks.apply if run.status == Status.APPLYING else tasks.plan, run.pk)
        return run

    def _refuse_bad_rows(self, run):
        """The demo is ours: a bad row is a mistake to be seen, not to be left out."""
        bad = run.rows.exclude(outcome__in=("new", "update", "unchanged")).order_by("number").first()
        if bad:
            said = " ".join(one["message"] for one in bad.messages)
            raise CommandError(f"{run.file_name}, row {bad.number}: {said}")
