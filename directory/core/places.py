"""Where a person is: a Belgian postal code or a pair of coordinates, and how far that is from a centre.

The postal codes are `data/postcodes_be.csv`; its README names the sources and the licence.
"""

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from django.db import models
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .fields import LANGUAGE_CODES

POSTCODES = Path(__file__).with_name("data") / "postcodes_be.csv"
EARTH_RADIUS_KM = 6371.0088

_POSTAL_CODE = re.compile(
    r"(?:B(?:E)?[\s-]*)?([1-9][0-9]{3})(?!\d)(?:[\s,-]+(?P<name>[^\d\x00-\x1f]{1,60}))?", re.IGNORECASE
)
_NUMBER = r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?"
_COORDINATES = re.compile(rf"({_NUMBER})\s*[,;]\s*({_NUMBER})")

# Where a patient of a Belgian centre may be sent: Belgium, its neighbours and what lies across the sea.
COUNTRIES = {
    "BE": gettext_lazy("Belgium"),
    "NL": gettext_lazy("Netherlands"),
    "FR": gettext_lazy("France"),
    "DE": gettext_lazy("Germany"),
    "LU": gettext_lazy("Luxembourg"),
    "GB": gettext_lazy("United Kingdom"),
}


class Province(models.TextChoices):
    """The ten provinces and the Brussels-Capital Region, by their ISO 3166-2:BE code."""

    ANTWERP = "BE-VAN", gettext_lazy("Antwerp")
    EAST_FLANDERS = "BE-VOV", gettext_lazy("East Flanders")
    FLEMISH_BRABANT = "BE-VBR", gettext_lazy("Flemish Brabant")
    LIMBURG = "BE-VLI", gettext_lazy("Limburg")
    WEST_FLANDERS = "BE-VWV", gettext_lazy("West Flanders")
    BRUSSELS = "BE-BRU", gettext_lazy("Brussels-Capital Region")
    HAINAUT = "BE-WHT", gettext_lazy("Hainaut")
    LIEGE = "BE-WLG", gettext_lazy("Liège")
    LUXEMBOURG = "BE-WLX", gettext_lazy("Luxembourg (province)")
    NAMUR = "BE-WNA", gettext_lazy("Namur")
    WALLOON_BRABANT = "BE-WBR", gettext_lazy("Walloon Brabant")


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees (WGS 84). Bare coordinates have no postal code and no province."""

    latitude: float
    longitude: float
    postal_code: str = ""
    province: str = ""
    municipality_nl: str = ""
    municipality_fr: str = ""
    localities: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`4000 Liège` in French, `4000 Luik` in Dutch, both in other languages; else the coordinates."""
        if not self.postal_code:
            return f"{self.latitude:.4f}, {self.longitude:.4f}"
        by_language = {"nl": self.municipality_nl, "fr": self.municipality_fr}
        both = dict.fromkeys((self.municipality_nl, self.municipality_fr))
        return f"{self.postal_code} {by_language.get((get_language() or '')[:2]) or ' / '.join(both)}"

    def __str__(self) -> str:
        return self.name


def locate(text: str) -> Place:
    """The place `text` names: `4000`, `B-4000`, `4000 Liège` or `50.63,5.57` (latitude first).

    The name behind a postal code is not checked. ValueError, with a sentence for the person, for all else.
    """
    tidy = text.strip()
    if found := _COORDINATES.fullmatch(tidy):
        return _point(float(found[1]), float(found[2]))
    found = _POSTAL_CODE.fullmatch(tidy)
    if not found:
        raise ValueError(
            _("“%(text)s” is not a place. Write a Belgian postal code (4000) or coordinates (50.63,5.57).")
            % {"text": tidy[:40]}
        )
    place = _postcodes().get(found[1])
    if place is None:
        raise ValueError(
            _("%(code)s is not a Belgian postal code. Check the number or take a neighbouring one.")
            % {"code": found[1]}
        )
    return place


def province_of(postal_code: str) -> str:
    """ISO 3166-2 code of the province of a Belgian postal code (`9000` → `BE-VOV`), empty where not known."""
    found = _POSTAL_CODE.fullmatch((postal_code or "").strip())
    place = _postcodes().get(found[1]) if found else None
    return place.province if place else ""


@lru_cache(maxsize=4_000)
def names_around(postal_code: str) -> tuple[str, ...]:
    """Municipality and province of a Belgian postal code in all languages, and the province's ISO code."""
    found = _POSTAL_CODE.fullmatch((postal_code or "").strip())
    place = _postcodes().get(found[1]) if found else None
    if place is None:
        return ()
    names = [place.municipality_nl, place.municipality_fr, place.province]
    for language in LANGUAGE_CODES:
        with translation.override(language):
            names.append(str(Province(place.province).label))
    return tuple(dict.fromkeys(filter(None, names)))


def distance_km(a, b) -> float:
    """Great-circle distance in kilometres between two things with `latitude` and `longitude` (haversine)."""
    lat_a, lon_a, lat_b, lon_b = (
        math.radians(float(degrees)) for degrees in (a.latitude, a.longitude, b.latitude, b.longitude)
    )
    half = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


def postal_codes() -> Iterator[Place]:
    """Every Belgian postal code, ascending."""
    return iter(_postcodes().values())


def _point(latitude: float, longitude: float) -> Place:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError(
            _("%(latitude)s,%(longitude)s is not on the map. Write latitude (±90), then longitude (±180).")
            % {"latitude": latitude, "longitude": longitude}
        )
    return Place(latitude, longitude)


@cache
def _postcodes() -> dict[str, Place]:
    with POSTCODES.open(encoding="utf-8", newline="") as lines:
        return {row["postal_code"]: _place(row) for row in csv.DictReader(lines)}


def _place(row: dict[str, str]) -> Place:
    return Place(
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        postal_code=row["postal_code"],
        province=row["province"],
        municipality_nl=row["municipality_nl"],
        municipality_fr=row["municipality_fr"],
        localities=tuple(row["localities"].split("; ")) if row["localities"] else (),
    )
