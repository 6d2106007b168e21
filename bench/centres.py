"""How many spellings of hospitals are matched for certain, and how many of those rightly."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from bench import synthetic
from bench.harness import Report, measure
from tests.relevance import judging, spellings

SHARED = Path(settings.BASE_DIR).parent / "shared" / "data"


@measure
def centre_names(report: Report) -> None:
    call_command("migrate", verbosity=0)
    synthetic.empty()
    with judging.demo_registry():
        told = {"our own": spellings.judge(spellings.our_own())}
        if SHARED.is_dir():
            told["seen in registries"] = spellings.judge(spellings.registered(SHARED))
    synthetic.empty()
    for name, got in told.items():
        for text, expected in got.missed:
            print(f"  not certain: {text} ({expected})", flush=True)
        for text, found, expected in got.wrong:
            print(f"  WRONG: {text}: {found}, not {expected or 'one of ours'}", flush=True)
        number = len(got.tried)
        report(
            f"centre names, precision, {number} spellings {name}", value=got.precision, unit="share",
            baseline=spellings.PRECISION, floor=1,
        )  # fmt: skip
        report(
            f"centre names, recall, {number} spellings {name}", value=got.recall, unit="share",
            baseline=spellings.RECALL, floor=1,
        )  # fmt: skip
