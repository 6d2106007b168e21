"""How fast registries are followed, and the statuses of all sites are derived.

Records come from memory: the registry's own pace, one question a second, is no matter of ours.
"""

import hashlib
import json
from itertools import count

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from bench import synthetic
from bench.harness import Report, measure, medians, timed
from directory.core.models import Change
from tests.builders import a_centre
from tests.support.studies import CTGOV, GENT, a_study
from trials import statements
from trials.models import StatusStatement, Trial, TrialSite
from trials.sources.records import FetchedRecord
from trials.sources.sync import follow

RECORDS, CHANGED, SITES = 2_000, 500, 3_000
FLOOR_SAME, FLOOR_CHANGED, FLOOR_STATUSES = 0.1, 0.3, 3


def records(turn: int, changed: int = 0) -> list[FetchedRecord]:
    """All records; the first `changed` are of another status and month at each turn."""
    found = []
    for number in range(RECORDS):
        status = "RECRUITING"
        verified = "2026-01"
        if number < changed:
            status = ("COMPLETED", "RECRUITING")[turn % 2]
            verified = f"{2000 + turn // 12}-{1 + turn % 12:02}"
        criteria = {"eligibilityCriteria": f"Inclusion {number}: " + "* a criterion of the study\n" * 60}
        study = a_study(
            f"NCT{number + 1:08}", status=status, verified=verified, places=[GENT], eligibility=criteria
        )
        found.append(FetchedRecord(f"NCT{number + 1:08}", json.dumps(study).encode()))
    return found


def read_plainly(answers: list[FetchedRecord]) -> None:
    """The least that anybody does to see whether records changed: parse each, and hash it."""
    for one in answers:
        plain = json.loads(one.content)
        hashlib.sha256(json.dumps(plain["protocolSection"], sort_keys=True).encode()).hexdigest()


def save_plainly(answers: list[FetchedRecord]) -> None:
    """The same, and what changed is saved as Django saves it, each with a line in a log."""
    read_plainly(answers)
    with transaction.atomic():
        for trial in Trial.objects.order_by("slug")[:CHANGED]:
            trial.status_as_of = "2026-01"
            trial.full_clean()
            trial.save()
            shot = Trial.snapshots([trial.pk])[trial.pk]
            Change.objects.create(kind="bench", key=trial.slug, op="update", actor_role="system", after=shot)


@measure
def following(report: Report) -> None:
    call_command("migrate", verbosity=0)
    synthetic.empty()
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    first = records(0)
    assert follow(CTGOV, first).counts["new"] == RECORDS
    turns = count(1)

    def same() -> float:
        before = Change.objects.count()
        seconds = timed(lambda: follow(CTGOV, first))
        assert Change.objects.count() == before
        return RECORDS / seconds

    def changed() -> float:
        answers = records(next(turns) + 400, CHANGED)
        before = Change.objects.filter(kind="trial").count()
        seconds = timed(lambda: follow(CTGOV, answers, is_accepted=True))
        assert Change.objects.filter(kind="trial").count() == before + CHANGED
        return RECORDS / seconds

    ours, plain = medians(same, lambda: RECORDS / timed(lambda: read_plainly(first)))
    report(f"{RECORDS:,} unchanged records followed, against parsing and hashing them", value=ours,
           unit="records/s", baseline=plain, floor=FLOOR_SAME)  # fmt: skip
    ours, plain = medians(changed, lambda: RECORDS / timed(lambda: save_plainly(first)))
    report(f"{CHANGED} of {RECORDS:,} records changed, against saving them one by one", value=ours,
           unit="records/s", baseline=plain, floor=FLOOR_CHANGED)  # fmt: skip
    synthetic.empty()


@measure
def current_statuses(report: Report) -> None:
    """All statuses derived anew, of sites with four statements each."""
    call_command("migrate", verbosity=0)
    synthetic.empty()
    centre, now = a_centre("uz-gent"), timezone.localdate()
    trials = Trial.objects.bulk_create(
        Trial(slug=f"t{number}", title_en=f"Trial {number}") for number in range(SITES)
    )
    sites = TrialSite.objects.bulk_create(TrialSite(trial=trial, centre=centre) for trial in trials)
    StatusStatement.objects.bulk_create(
        StatusStatement(site=site, status=status, role=role, said_at=now)
        for site in sites
        for status, role in (
            ("recruiting", "registry"), ("recruiting", "coordinator"), ("completed", "registry"),
            ("recruiting", "coordinator"),
        )
    )  # fmt: skip

    def each() -> None:
        for site in sites:
            statements.derive(StatusStatement.objects.filter(site=site))

    ours, plain = medians(lambda: timed(lambda: statements.settle(sites, save=False)), lambda: timed(each))
    report(f"current statuses of {SITES:,} sites, against one by one", value=ours, unit="s", baseline=plain,
           floor=FLOOR_STATUSES, lower_is_better=True)  # fmt: skip
    synthetic.empty()
