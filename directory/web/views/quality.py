"""How true and how whole the directory is: what was verified lately, which trials of registries are here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directory.search import service
from trials import coverage, quality
from trials.quality import MonthTally, Quality

# Of the chart: the width of a month, the height of all, and where its words stand.
STEP, BAR, TALL, TOP, FOOT = 56, 34, 160, 22, 24
MOST_SHOWN = 100


@dataclass(frozen=True)
class QualityBar:
    """A month of the chart, in its units: how high both shares are, from the foot."""

    month: MonthTally
    x: int
    fresh: float
    lately: float

    @property
    def middle(self) -> int:
        return self.x + BAR // 2

    @property
    def fresh_top(self) -> float:
        return TOP + TALL - self.fresh

    @property
    def lately_top(self) -> float:
        return TOP + TALL - self.lately


@dataclass(frozen=True)
class QualityChart:
    """The picture of the table over time: a bar a month."""

    bars: list[QualityBar]
    width: int
    height: int = TOP + TALL + FOOT
    bar: int = BAR
    tall: int = TALL
    top: int = TOP
    floor: int = TOP + TALL


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The same for everybody: of what the public sees."""
    found = _figures()
    context = {
        "quality": found,
        "centres": sorted(found.centres, key=lambda pair: pair[0].name),  # named in the page's language
        "chart": chart_of(found.months),
        "disputed": found.disputed[:MOST_SHOWN],
        "disputed_more": len(found.disputed[MOST_SHOWN:]),
        "behind": found.behind[:MOST_SHOWN],
        "behind_more": len(found.behind[MOST_SHOWN:]),
        "coverage": coverage.certificate(),
    }
    return render(request, "directory/quality.html", context)


def chart_of(months: Sequence[MonthTally]) -> QualityChart | None:
    """None where there is nothing to compare: one month, or none."""
    if len(months) < 2:
        return None
    bars = [
        QualityBar(one, at * STEP + (STEP - BAR) // 2, _high(one.all.fresh, one), _high(one.all.lately, one))
        for at, one in enumerate(months)
    ]
    return QualityChart(bars, STEP * len(bars))


def _high(part: int, month: MonthTally) -> float:
    return round(TALL * part / month.all.total, 1) if month.all.total else 0.0


def _figures() -> Quality:
    if service.ready():
        return quality.measure()
    return _kept(service.version(), quality.latest_statement())


@lru_cache(maxsize=1)
def _kept(version: str, statement: tuple) -> Quality:
    """The figures of one state of the directory, which the index's version and the last statement name."""
    return quality.measure()
