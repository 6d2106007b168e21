"""How a benchmark is measured and told.

A module of this package registers what it measures:

    @measure
    def search(report):
        ours, plain = medians(lambda: p95(with_index), lambda: p95(with_sql))
        report("search p95", value=ours, unit="ms", baseline=plain, floor=10, lower_is_better=True)

`ratio` says how many times better `value` is than `baseline`; it holds when it is at least `floor`. A time
has for its baseline another time of the same run: what a machine can do is no matter of ours.
"""

import importlib
import json
import pkgutil
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import bench

RESULTS = Path(__file__).parent / "results.json"
AT_LEAST = 5


@dataclass(frozen=True)
class Result:
    """One line of the table and of `bench/results.json`."""

    name: str
    value: float
    unit: str
    baseline: float
    ratio: float
    floor: float
    holds: bool


class Report:
    """Collects results; calling it adds one."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def __call__(
        self,
        name: str,
        *,
        value: float,
        unit: str,
        baseline: float,
        floor: float,
        lower_is_better: bool = False,
    ) -> Result:
        ratio = baseline / value if lower_is_better else value / baseline
        result = Result(name, _short(value), unit, _short(baseline), _short(ratio), floor, ratio >= floor)
        self.results.append(result)
        print(line(result), flush=True)
        return result


Measure = Callable[[Report], None]
MEASURES: list[Measure] = []


def measure(function: Measure) -> Measure:
    """Register `function(report)`; it is run by `make bench`."""
    MEASURES.append(function)
    return function


def median(run: Callable[[], float], times: int = AT_LEAST) -> float:
    """The median of at least five values of `run()`."""
    return statistics.median(run() for _ in range(max(times, AT_LEAST)))


def medians(*runs: Callable[[], float], times: int = AT_LEAST) -> list[float]:
    """The median of each of `runs`, taken in turns, so that a busy moment of the machine hits all alike."""
    rounds = [[run() for run in runs] for _ in range(max(times, AT_LEAST))]
    return [statistics.median(values) for values in zip(*rounds, strict=True)]


def timed(run: Callable[[], object]) -> float:
    """Seconds that `run()` takes."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def line(result: Result) -> str:
    verdict = "holds" if result.holds else "BELOW ITS FLOOR"
    return (
        f"{result.name:<58} {result.value:>12,.4g} {result.unit:<10} baseline {result.baseline:>10,.4g}"
        f"   ratio {result.ratio:>8,.3g} (floor {result.floor:g}) {verdict}"
    )


def _short(number: float) -> float:
    return float(f"{number:.4g}")


def run(only: list[str], results: Path) -> None:
    """Run all measures, or those of the modules in `only`; their results go to the file `results`."""
    for module in pkgutil.iter_modules(bench.__path__):
        if module.name not in ("harness", "here", "__main__") and (not only or module.name in only):
            importlib.import_module(f"bench.{module.name}")
    report = Report()
    for one in MEASURES:
        # A module that is only borrowed from measures nothing.
        if not only or one.__module__.removeprefix("bench.") in only:
            one(report)
    results.write_text(json.dumps([asdict(result) for result in report.results]))


def told(results: list[dict]) -> int:
    """Write all results down and say how many hold; 1 when one is below its floor."""
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    below = [one["name"] for one in results if not one["holds"]]
    print(f"{len(results)} measures, {len(below)} below their floor; written to bench/{RESULTS.name}.")
    for name in below:
        print(f"below its floor: {name}")
    return 1 if below else 0
