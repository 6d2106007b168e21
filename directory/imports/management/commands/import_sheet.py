"""`manage.py import_sheet FILE [--kind K] [--sheet NAME] [--answer KEY=VALUE] [--apply] [--user U] …`."""

import json
import sys
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from directory.core.roles import role_of
from directory.imports import actions
from directory.imports.choices import NOT_TAKEN, Status
from directory.imports.kinds import all_kinds
from directory.imports.messages import problem
from directory.imports.models import ImportRun, RowOutcome
from directory.imports.waiting import NobodyWorks, finish

GOOD, SOME_BAD, REFUSED = 0, 3, 4
# What is told of a run, and of a file that was refused.
TOLD = (
    "file_name", "kind", "status", "rows_total", "counts", "stored", "rows_stored", "warnings", "questions",
)  # fmt: skip
IN_ORDER = (*TOLD[:7], "problems", *TOLD[7:], "bad_rows")


class Command(BaseCommand):
    help = (
        "Plan a sheet, print the counts and every bad row; store only with --apply. "
        "Exit code: 0 all rows good, 3 some rows bad, 4 file refused or a question to be answered first."
    )
    rows: list[dict] | None = None  # those that are bad, of a run that is no longer there

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--kind", choices=list(all_kinds()), default="", help="recognised by its header if left out"
        )
        parser.add_argument(
            "--sheet", default="", help="of a workbook; else the first whose columns are known"
        )
        parser.add_argument(
            "--answer", action="append", default=[], metavar="KEY=VALUE",
            help="to a question that the plan asks, as it prints it; may be given several times",
        )  # fmt: skip
        parser.add_argument("--apply", action="store_true", help="store what was planned")
        parser.add_argument("--user", help="on whose behalf; else the first superuser")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, file, kind, sheet, answer, apply, user, json, **options):
        who, answers, stores = self._user(user), self._answers(answer), False
        try:
            run = self._planned(file, kind, sheet, who)
            run = self._answered(run, who, answers)
            stores = apply and not run.open_questions
            if run.status == Status.PLANNED and stores:
                run = finish(actions.confirm(run=run, user=who, queue=False), here=True)
        except actions.Refused as refused:
            sys.exit(self._tell(None, refused.problems, json))
        except PermissionDenied:
            raise CommandError(f"{who} may not apply this import.") from None
        except NobodyWorks:
            raise CommandError("Another process holds this import and does not end it. Try again.") from None
        finally:
            self._drop(locals().get("run"), stores)
        sys.exit(self._tell(run, run.problems, json))

    def _user(self, name):
        users = get_user_model().objects
        user = (
            users.filter(username=name).first()
            if name
            else users.filter(is_superuser=True, is_active=True).first()
        )
        if user is None:
            raise CommandError(
                f"There is no user “{name}”."
                if name
                else "There is no superuser yet. Name somebody with --user."
            )
        if role_of(user) is None:
            raise CommandError(f"“{user}” is neither an editor nor a coordinator and may not import.")
        return user

    def _planned(self, file, kind, sheet, user) -> ImportRun:
        try:
            with file.open("rb") as opened:
                run = actions.receive(
                    file=opened, file_name=file.name, kind=kind, sheet=sheet, user=user, queue=False
                )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=REFUSED) from None
        return finish(run, here=True)

    def _answers(self, given: list[str]) -> dict[str, str]:
        found = dict(one.partition("=")[::2] for one in given)
        if wrong := [one for one in given if "=" not in one]:
            raise CommandError(f"“{wrong[0]}” is no answer. Write --answer KEY=VALUE.")
        return found

    def _answered(self, run, user, answers) -> ImportRun:
        """`run` planned anew with the answers; one that it does not ask for is refused."""
        if not answers or run.status not in (Status.PLANNED, Status.APPLIED):
            return run
        if run.status == Status.APPLIED:
            raise actions.Refused([problem("no_question", key=next(iter(answers)))])
        return finish(actions.answer(run=run, user=user, answers=answers, queue=False), here=True)

    def _drop(self, run, apply):
        """A dry run leaves nothing behind; a plan that somebody else waits for is theirs."""
        if (
            run is not None
            and not apply
            and (run.status in (Status.PLANNED, Status.FAILED) or run.has_stored_nothing)
            and not run.was_there
        ):
            run.path.unlink(missing_ok=True)
            self.rows = list(_bad_rows(run))
            ImportRun.objects.filter(pk=run.pk).delete()

    def _tell(self, run, problems, as_json) -> int:
        """Print what became of the file and its rows; returns the exit code."""
        # Of a file that was refused there is no run: it tells what a new one has.
        about = run or ImportRun(status="refused")
        self.rows = list(_bad_rows(about)) if self.rows is None else self.rows
        told = {name: getattr(about, name) for name in TOLD}
        told |= {"problems": problems, "bad_rows": self.rows}
        if as_json:
            told = {name: told[name] for name in IN_ORDER}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        else:
            self._print(told, about)
        is_open = about.status == Status.PLANNED and about.open_questions
        if is_open or about.status in ("refused", Status.FAILED, Status.CANCELLED):
            return REFUSED
        return SOME_BAD if self.rows else GOOD

    def _print(self, told, run):
        for one in told["problems"]:
            self.stderr.write(one["message"])
        for one in told["warnings"]:
            self.stdout.write(one["message"])
        for one in told["questions"]:
            self._print_question(one, run)
        for row in told["bad_rows"]:
            self._print_row(row)
        if told["counts"]:
            self._print_counts(run)

    def _print_counts(self, run):
        counts = ", ".join(f"{number} {outcome}" for outcome, number in run.counts.items() if number)
        what = "applied" if run.rows_stored else "nothing to store"
        what = what if run.status == Status.APPLIED else "planned, nothing stored"
        self.stdout.write(f"{run.file_name} ({run.kind}): {what}: {counts or 'no rows'}.")

    def _print_row(self, row):
        for said in row["messages"]:
            place = f"Row {row['number']}" + (f", “{said['column']}”" if said["column"] else "")
            self.stdout.write(f"{place} ({row['outcome']}): {said['message']}")

    def _print_question(self, asked, run):
        """What is asked, with its answers; to stderr where nothing is stored before it is answered."""
        if asked["key"] in run.choices:
            return
        out = self.stderr if asked["needed"] else self.stdout
        out.write(asked["message"])
        for option in asked["options"]:
            reason = f" ({option['reason']})" if option["reason"] else ""
            out.write(f"  --answer '{asked['key']}={option['value']}'   {option['label']}{reason}")


def _bad_rows(run):
    rows = RowOutcome.objects.filter(run=run.pk, outcome__in=NOT_TAKEN).order_by("number")
    return rows.values("number", "outcome", "record", "messages").iterator(1_000)
