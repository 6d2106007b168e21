"""The freshness of a centre over time, ready to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from .past_freshness import MonthsFreshness

WIDTH, HEIGHT, LEFT, TOP = 640, 220, 40, 10
BOTTOM = 30


@dataclass(frozen=True)
class Bar:
    """One month as a column of the chart, where anything recruited then (`is_known`)."""

    month: MonthsFreshness
    x: float
    y: float
    width: float
    height: float

    @property
    def is_known(self) -> bool:
        return self.month.share is not None

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def percent(self) -> int:
        return round(100 * (self.month.share or 0))


@dataclass(frozen=True)
class Chart:
    """All that the template draws, in units of its `viewBox`."""

    bars: list[Bar]
    lines: list[tuple[int, float]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def chart_of(months: Sequence[MonthsFreshness]) -> Chart:
    """A column a month from 0 to 100 %."""
    room, step = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / max(1, len(months))
    bars = []
    for number, month in enumerate(months):
        height = round(room * (month.share or 0), 1)
        x = round(LEFT + step * number + step * 0.15, 1)
        bars.append(Bar(month, x, round(TOP + room - height, 1), round(step * 0.7, 1), height))
    return Chart(bars, [(percent, round(TOP + room * (1 - percent / 100), 1)) for percent in (0, 50, 100)])
