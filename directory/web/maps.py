"""Belgium's provinces and neighbours with centres on them, as shapes for an inline SVG.

Drawn from `directory/core/data/belgium.json`; nothing is fetched from anywhere. A centre is a circle with its
number of trials, or a dot where none is counted. Circles that would hide each other are moved apart and keep
a line to a dot where they belong. A table beside the map says the same.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centres.models import Centre
from directory.core.places import Place, Province

from . import words

OUTLINES = Path(settings.BASE_DIR) / "directory" / "core" / "data" / "belgium.json"
WEST, NORTH, EAST, SOUTH = 2.25, 51.75, 6.65, 49.35
WIDTH = 800.0
_STRETCH = math.cos(math.radians(50.5))
_SCALE = WIDTH / ((EAST - WEST) * _STRETCH)
HEIGHT = round((NORTH - SOUTH) * _SCALE)
SMALLEST, LARGEST, MOST_ROUNDS, GAP = 20.0, 36.0, 80, 3.0
UNCOUNTED = 12.0
# Where a province's name may stand, `(longitude, latitude)`: the first place that no circle takes.
_NAMES_AT = {
    "BE-VAN": ((4.85, 51.30), (4.95, 51.17)),
    "BE-VOV": ((3.68, 51.15), (3.75, 50.87), (3.73, 50.80), (3.82, 51.20)),
    "BE-VBR": ((4.98, 50.94), (5.0, 50.83), (5.12, 50.87), (4.15, 50.80)),
    "BE-VLI": ((5.50, 51.02), (5.3, 50.87)),
    "BE-VWV": ((2.98, 50.93), (3.05, 51.05)),
    "BE-BRU": ((4.36, 50.80), (4.36, 50.92), (4.36, 50.74)),
    "BE-WHT": ((3.90, 50.48), (4.2, 50.3)),
    "BE-WLG": ((5.95, 50.45), (6.0, 50.58), (5.4, 50.45)),
    "BE-WLX": ((5.53, 49.93), (5.5, 50.1)),
    "BE-WNA": ((4.88, 50.28), (4.95, 50.1)),
    "BE-WBR": ((4.60, 50.62), (4.3, 50.62), (4.8, 50.64)),
}
# Where the province's own name is too long for a map.
_SHORT = {"BE-BRU": _("Brussels"), "BE-WLX": pgettext_lazy("province", "Luxembourg")}
# What a letter and a line of a name take on a telephone.
_LETTER, _LINE = 13.0, 25.0
# The part of a name that may be hidden before it is left out; a link's own name says the province then.
_COVERED = 0.2


@dataclass(frozen=True)
class Shape:
    """A province: its path, and where its name stands. No `lines`: circles leave it no room."""

    code: str
    name: str
    path: str
    x: float
    y: float
    url: str = ""
    count: int | None = None
    lines: tuple[tuple[str, float], ...] = ()  # of the name, each with its y


@dataclass
class Dot:
    """A centre to put on a map; no `place` where that is not known.

    `map_of` finds its `anchor`, where it is, and draws its circle at `x`, `y`; `number` is its
    place in the order.
    """

    name: str
    url: str
    place: Place | None
    count: int | None = None
    distance: float | None = None
    lately: tuple[int, str] | None = None  # of `count`, how many verified lately, and their address
    count_url: str = ""  # where those of `count` are listed, if not at `url`
    number: int = 0
    anchor: tuple[float, float] = (0.0, 0.0)
    radius: float = 0.0
    x: float = 0.0
    y: float = 0.0

    @property
    def is_old(self) -> bool:
        """Whether trials recruit there of which none was verified lately."""
        return bool(self.count) and self.lately is not None and not self.lately[0]

    @property
    def is_moved(self) -> bool:
        return math.hypot(self.x - self.anchor[0], self.y - self.anchor[1]) > 1


@dataclass
class Map:
    """What a map shows. `unplaced` are the centres whose place is not known, or that lie beyond its edge.

    `is_alone`: no table beside it says the same.
    """

    provinces: list[Shape]
    countries: list[str]
    spots: list[Dot]
    unplaced: list[Dot] = field(default_factory=list)
    here: tuple[float, float] | None = None
    is_alone: bool = False
    width: int = round(WIDTH)
    height: int = HEIGHT

    @property
    def rows(self) -> list[Dot]:
        """All centres, as the table beside the map lists them."""
        return [*self.spots, *self.unplaced]

    @property
    def says_counts(self) -> bool:
        """Whether the table says how many trials recruit at each."""
        return any(one.count is not None for one in self.rows)

    @property
    def says_lately(self) -> bool:
        """Whether the table says how many were verified lately."""
        return any(one.lately is not None for one in self.rows)


def point(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees as places of the drawing (equirectangular, true at 50.5° north)."""
    x = (longitude - WEST) * _STRETCH * _SCALE
    return round(x, 1), round((NORTH - latitude) * _SCALE, 1)


def map_of(dots: Iterable[Dot], *, provinces: dict[str, tuple[str, int]] | None = None, near=None) -> Map:
    """A map with `dots`, most first. `provinces`: by code `(address, count)`; `near`: where one asks from."""
    ordered = sorted(dots, key=lambda one: (-(one.count or 0), one.name))
    most = max((one.count or 0 for one in ordered), default=0)
    placed, unplaced = [], []
    for number, dot in enumerate(ordered, start=1):
        dot.number, dot.radius = number, _radius(dot.count, most)
        if dot.place is None or not _is_on(dot.place):
            unplaced.append(dot)
            continue
        dot.x, dot.y = dot.anchor = point(dot.place.latitude, dot.place.longitude)
        placed.append(dot)
    _apart(placed)
    here = point(near.latitude, near.longitude) if near and _is_on(near) else None
    return Map(
        _provinces(provinces or {}, placed), list(_outlines()["countries"].values()), placed, unplaced, here
    )


def dot_of(
    centre: Centre, count: int | None = None, count_url: str = "", lately: tuple[int, str] | None = None
) -> Dot:
    """A centre that leads to its page, by what it is called in the page's language."""
    name, url = words.in_page_language(centre.called())[0], reverse("web:centre", args=[centre.code])
    return Dot(name, url, centre.place, count, lately=lately, count_url=count_url if count else "")


def map_of_centres(centres: Iterable[Centre], *, is_alone: bool = False) -> Map | None:
    """Where `centres` are; None where none of them has a place on the map."""
    made = map_of({one.code: dot_of(one) for one in centres}.values())
    made.is_alone = is_alone
    return made if made.spots else None


def _radius(count: int | None, most: int) -> float:
    if count is None:
        return UNCOUNTED
    if not count:
        return SMALLEST
    # The area, not the radius, grows with the number.
    return round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(count / most), 1)


def _is_on(place: Place) -> bool:
    return SOUTH < place.latitude < NORTH and WEST < place.longitude < EAST


def _apart(spots: list[Dot]) -> None:
    """Move circles until none hides another, each as little as may be."""
    for _round in range(MOST_ROUNDS):
        moved = False
        for place, one in enumerate(spots):
            for other in spots[place + 1 :]:
                moved |= _push(one, other)
        for one in spots:
            one.x = min(max(one.x, one.radius), WIDTH - one.radius)
            one.y = min(max(one.y, one.radius), HEIGHT - one.radius)
        if not moved:
            return


def _push(one: Dot, other: Dot) -> bool:
    across, down = other.x - one.x, other.y - one.y
    distance, wanted = math.hypot(across, down), one.radius + other.radius + GAP
    if distance >= wanted - 0.05:
        return False
    if distance < 0.5:  # the same place: some direction, the same each time
        across, down = math.cos(other.number), math.sin(other.number)
        distance = 1.0
    step = (wanted - min(distance, wanted)) / 2
    one.x, one.y = one.x - across / distance * step, one.y - down / distance * step
    other.x, other.y = other.x + across / distance * step, other.y + down / distance * step
    return True


@cache
def _outlines() -> dict[str, dict[str, str]]:
    """By kind and code, the path of each shape."""
    with OUTLINES.open(encoding="utf-8") as file:
        kinds = json.load(file)
    return {
        kind: {code: _path(rings) for code, rings in shapes.items() if rings}
        for kind, shapes in kinds.items()
    }


def _path(rings: list[list[list[float]]]) -> str:
    return "".join(
        "M" + "L".join("{:g} {:g}".format(*point(lat, lon)) for lon, lat in ring) + "Z" for ring in rings
    )


def _provinces(wanted: dict[str, tuple[str, int]], spots: list[Dot]) -> list[Shape]:
    taken = [
        (one.x - one.radius, one.y - one.radius, one.x + one.radius, one.y + one.radius) for one in spots
    ]
    made = []
    for code, path in _outlines()["provinces"].items():
        name = words.label(Province, code)
        split = _lines(str(_SHORT.get(code, name)))
        places = [point(lat, lon) for lon, lat in _NAMES_AT[code]]
        x, y = min(places, key=lambda at, split=split: sum(_shared(_box(split, at), one) for one in taken))
        box = _box(split, (x, y))
        if sum(_shared(box, one) for one in taken) > _COVERED * _shared(box, box):
            split = ()
        else:
            taken.append(box)
        lines = tuple((word, y + (row - (len(split) - 1) / 2) * _LINE) for row, word in enumerate(split))
        made.append(Shape(code, name, path, x, y, *wanted.get(code, ("", None)), lines))
    return made


def _lines(name: str) -> tuple[str, ...]:
    """A name of two words on two lines; a hyphen stays at the end of the first."""
    first, hyphen, last = name.partition("-")
    return (first + hyphen, last) if hyphen else tuple(name.split(" ", 1))


def _box(lines: tuple[str, ...], at: tuple[float, float]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a name around a point."""
    wide, high = max(map(len, lines)) * _LETTER / 2, len(lines) * _LINE / 2
    return at[0] - wide, at[1] - high, at[0] + wide, at[1] + high


def _shared(one: tuple, other: tuple) -> float:
    """The area that two boxes share."""
    wide, high = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return wide * high if wide > 0 and high > 0 else 0.0
