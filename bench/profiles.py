"""A patient's profile judged against all trials: arrays of the index against plain Python over the rows."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from bench import synthetic
from bench.baselines.profiles import Row, band, judge, rows
from bench.harness import Report, measure, medians, percentile, timed
from directory.core.places import locate
from directory.eligibility.service import Profile, match
from directory.search import service, snapshot

FLOOR = 6.5
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
        held = rows()
        ours, theirs = medians(lambda: p95(with_index, 8), lambda: p95(lambda one: one_by_one(held, one), 1))
        name = f"profile matching p95, {TRIALS:,} trials, plain Python"
        report(name, value=ours, unit="ms", baseline=theirs, floor=FLOOR, lower_is_better=True)
        synthetic.empty()
        snapshot.forget()


def p95(run, times: int) -> float:
    return percentile([timed(lambda one=one: run(one)) * 1000 for one in PROFILES * times], 95)


def with_index(profile: Profile) -> int:
    return match(profile, language="en").matches.count


def one_by_one(held: Mapping[str, Row], profile: Profile) -> int:
    """The same question, judged trial by trial over rows that are in memory already."""
    return sum(band(judge(row, profile)) == "matches" for row in held.values())
