"""A patient's profile judged against all trials: arrays of the index against plain Python over the rows."""

import tempfile
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from bench import synthetic
from bench.harness import Report, measure, medians, percentile, timed
from directory.core.places import locate
from directory.search import reading, service
from directory.search.service import Profile
from trials.models import TrialSite

CEILING_MS = 25.0
TRIALS = 20_000
PROFILES = [
    Profile(text="relapsed neuroblastoma", days=944, alterations=("ALK",), near=locate("4000"), within=150),
    Profile(conditions=("Ia",), days=2_000, stage="newly_diagnosed", sex="female"),
    Profile(text="hooggradig glioom, recidief", days=4_000, near=locate("9000")),
    Profile(text="Ewing sarcoma", lines=2, countries=("BE",)),
    Profile(),
]


@measure
def profiles(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, override_settings(INDEX_DIR=Path(folder)):
        call_command("migrate", verbosity=0)
        synthetic.fill(TRIALS)
        service.rebuild()
        for one in PROFILES:
            with_index(one)
        ours, theirs = medians(lambda: p95(with_index, 8), lambda: p95(one_by_one, 1))
        name = f"profile matching p95, {TRIALS:,} trials"
        report(f"{name}, ceiling", value=ours, unit="ms", baseline=CEILING_MS, floor=1, lower_is_better=True)
        report(f"{name}, plain Python", value=ours, unit="ms", baseline=theirs, floor=5, lower_is_better=True)
        synthetic.empty()
        reading.forget()


def p95(run, times: int) -> float:
    return percentile([timed(lambda one=one: run(one)) * 1000 for one in PROFILES * times], 95)


def with_index(profile: Profile) -> int:
    return service.match(profile, language="en").matches.count


def one_by_one(profile: Profile) -> int:
    """Age, sex, stage and recruitment only, of every site and trial as the database has them."""
    columns = (
        "trial_id", "status", "centre__latitude", "centre__longitude", "trial__min_days", "trial__max_days",
        "trial__sex", "trial__stages", "trial__disease_terms",
    )  # fmt: skip
    fitting = set()
    for row in TrialSite.objects.listed().values(*columns):
        low, high = row["trial__min_days"], row["trial__max_days"]
        if row["status"] != "recruiting":
            continue
        if profile.days is not None and not (low or 0) <= profile.days <= (high or 99_999):
            continue
        if profile.sex and row["trial__sex"] not in ("all", profile.sex):
            continue
        if profile.stage and row["trial__stages"] and profile.stage not in row["trial__stages"]:
            continue
        fitting.add(row["trial_id"])
    return len(fitting)
