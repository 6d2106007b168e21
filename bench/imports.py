"""Plan and apply of 10,000 rows, with receipts and change records, against django-import-export as it comes.

Half of the rows are new, a quarter change something, a quarter say what is stored. The baseline is a
`ModelResource` with default settings over the same file, table and database: its dry run and its run, on a
sample of the same mixture, since it needs minutes for the whole. It writes neither receipts nor a change log.
"""

import csv
import io
import random

import tablib
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from import_export import fields, resources, widgets

from bench import synthetic
from bench.harness import Report, measure, median, timed
from centres.models import Centre
from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun, RowOutcome
from directory.imports.plan import plan_run
from trials.models import Condition, Trial, TrialSite
from trials.sheets import SiteSheet, TrialSheet

ROWS, SAMPLE = 10_000, 200
# By kind, against the library as it comes, and as a careful reader of its documentation sets it up. A row of
# trials writes more than the library's: ADR 28.
FLOORS = {"trials": (10, 8), "sites": (12, 8)}


class StockTrials(resources.ModelResource):
    """What one writes from the documentation: columns of the model, conditions by code."""

    conditions = fields.Field("conditions", "conditions", widgets.ManyToManyWidget(Condition, "; ", "code"))
    title = fields.Field("title_en", "title")
    summary = fields.Field("summary_en", "summary")

    class Meta:
        model = Trial
        import_id_fields = ("acronym",)
        fields = (
            "acronym", "title", "title_nl", "title_fr", "title_de", "summary", "study_type", "sponsor", "sex",
            "status", "status_as_of", "opened_in_belgium", "url", "conditions",
        )  # fmt: skip

    def before_save_instance(self, instance, row, **kwargs):
        instance.slug = instance.slug or instance.acronym.lower()


class StockSites(resources.ModelResource):
    """Trial and centre looked up by name, as the documentation has it."""

    trial = fields.Field("trial", "acronym", widgets.ForeignKeyWidget(Trial, "acronym"))
    centre = fields.Field("centre", "centre_code", widgets.ForeignKeyWidget(Centre, "code"))
    opened_on = fields.Field("opened_on", "start_date")

    class Meta:
        model = TrialSite
        import_id_fields = ("trial", "centre")
        fields = ("trial", "centre", "status", "opened_on", "url")


def trials_world() -> list[dict]:
    """A registry of 5,000 trials, and 10,000 rows about them and 5,000 others."""
    synthetic.fill(ROWS)
    trials = (
        Trial.objects.order_by("pk").prefetch_related("identifiers", "conditions").select_related("parent")
    )
    rows = exported(TrialSheet, trials)
    forget_trials(Trial.objects.order_by("pk").values_list("pk", flat=True)[::2])
    for number, row in enumerate(rows):
        if number % 4 == 1:
            row["status"] = "suspended" if row["status"] != "suspended" else "recruiting"
            row["sponsor"] = "Another sponsor"
    return rows


def sites_world() -> list[dict]:
    """A registry of 6,000 trials with 5,000 sites, and 10,000 rows: 5,000 of them about other sites."""
    synthetic.fill(7_000)
    sites = TrialSite.objects.order_by("pk").select_related(
        "trial", "centre", "contact_person", "investigator"
    )
    rows = exported(SiteSheet, sites.prefetch_related("trial__identifiers")[:ROWS])
    kept = list(TrialSite.objects.order_by("pk").values_list("pk", flat=True))
    TrialSite.objects.update(disputed=False)
    gone = [*kept[:ROWS:2], *kept[ROWS:]]
    for start in range(0, len(gone), 500):
        some = gone[start : start + 500]
        TrialSite.objects.get_queryset().model.statements.rel.related_model.objects.filter(
            site__in=some
        )._raw_delete("default")
        TrialSite.objects.filter(pk__in=some)._raw_delete("default")
    chance = random.Random(4)
    for number, row in enumerate(rows):
        row |= {"contact_name": "", "contact_email": "", "contact_phone": ""}
        if number % 2 == 0:
            person = chance.randrange(400)
            row |= {"contact_name": f"Person {person}", "contact_email": f"person{person}@example.org"}
        if number % 4 == 1:
            row |= {"status": "suspended" if row["status"] != "suspended" else "recruiting"}
            row |= {"status_date": timezone.localdate().isoformat(), "url": f"https://example.org/{number}"}
    return rows


def exported(sheet, queryset) -> list[dict]:
    """Rows of `queryset` as the sheet has them, by the same description that reads them."""
    resource = sheet()
    names = [field.column_name for field in resource.get_export_fields()]
    return [dict(zip(names, resource.export_resource(one), strict=True)) for one in queryset]


def as_csv(rows: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def ours(kind: str, content: bytes) -> float:
    """Rows a second from the stored upload to the applied run."""
    file = io.BytesIO(content)
    editor, _made = get_user_model().objects.get_or_create(username="bench", is_superuser=True)
    run = actions.receive(file=file, file_name=f"{kind}.csv", kind=kind, user=editor, queue=False)

    def plan_and_apply():
        plan_run(run)
        actions.confirm(run=run, user=editor, queue=False)
        apply_run(run)

    seconds = timed(plan_and_apply)
    assert run.status == "applied", run.problems
    counts = run.counts
    assert (counts["new"], counts["update"], counts["unchanged"]) == (ROWS // 2, ROWS // 4, ROWS // 4), counts
    return ROWS / seconds


def stock(resource, rows: list[dict], *, transactions: bool) -> float:
    """Rows a second of a dry run and a run of the library's own import."""
    dataset = tablib.Dataset(headers=list(rows[0]))
    dataset.extend([list(row.values()) for row in rows])

    def dry_run_and_run():
        for dry_run in (True, False):
            result = resource().import_data(dataset, dry_run=dry_run)
            assert not result.has_errors(), result.row_errors()[:1]

    with override_settings(IMPORT_EXPORT_USE_TRANSACTIONS=transactions):
        return len(rows) / timed(dry_run_and_run)


def forget_trials(pks) -> None:
    """Take trials away, with what hangs on them."""
    for start in range(0, len(pks), 500):
        some = list(pks[start : start + 500])
        for relation in Trial._meta.related_objects:
            if relation.name in ("identifiers", "sites"):
                if relation.name == "sites":
                    statements = TrialSite._meta.get_field("statements").related_model
                    statements.objects.filter(site__trial__in=some)._raw_delete("default")
                relation.related_model.objects.filter(trial__in=some)._raw_delete("default")
        Trial.conditions.through.objects.filter(trial__in=some)._raw_delete("default")
        Trial.objects.filter(pk__in=some)._raw_delete("default")


def settle_down() -> None:
    """Earlier rounds' receipts go; the change log stays, it cannot be emptied."""
    RowOutcome.objects.all()._raw_delete("default")
    ImportRun.objects.all().delete()


@measure
def imports(report: Report) -> None:
    call_command("migrate", verbosity=0)
    for kind, world, resource in (
        ("trials", trials_world, StockTrials),
        ("sites", sites_world, StockSites),
    ):
        found: dict[str, list[float]] = {"default": [], "transaction": []}

        def round_of_ours(kind=kind, world=world, resource=resource, found=found) -> float:
            rows = world()
            settle_down()
            before = Change.objects.count()
            speed = ours(kind, as_csv(rows))
            assert Change.objects.count() - before >= ROWS * 3 // 4
            rows = world()
            found["default"].append(stock(resource, rows[:SAMPLE], transactions=False))
            found["transaction"].append(stock(resource, rows[SAMPLE : 2 * SAMPLE], transactions=True))
            return speed

        value = median(round_of_ours)
        for setting, name, floor in (
            ("default", "stock, default settings", FLOORS[kind][0]),
            ("transaction", "stock, one transaction", FLOORS[kind][1]),
        ):
            values = sorted(found[setting])
            report(
                f"import of {ROWS:,} {kind}, {connection.vendor} ({name})",
                value=value, unit="rows/s", baseline=values[len(values) // 2],
                floor=floor,
            )  # fmt: skip
