"""Where a person is: a Belgian postal code or a pair of coordinates, and how far that is from a centre.

The postal codes are `data/postcodes_be.csv`; its README names the sources and the licence.
"""

import csv
import math
import re
import unicodedata
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
# How many digits a postal code has, and the letters that stand before one; only those that are certain.
_DIGITS = {"BE": 4, "LU": 4, "AT": 4, "CH": 4, "FR": 5, "DE": 5, "ES": 5, "IT": 5}
_LETTERS = {
    "B": "BE", "BE": "BE", "L": "LU", "LU": "LU", "LUX": "LU", "F": "FR", "FR": "FR", "D": "DE", "DE": "DE",
    "NL": "NL", "A": "AT", "AT": "AT", "CH": "CH", "E": "ES", "ES": "ES", "I": "IT", "IT": "IT",
}  # fmt: skip
_WITH_LETTERS = re.compile(r"([A-Z]{1,3})\s*[-–\s]\s*(\d.*)|([A-Z]{1,3})(\d{4,5})")
_DUTCH = re.compile(r"([1-9]\d{3})\s?([A-Z]{2})?")
_ELSEWHERE = re.compile(r"(?=.*\d)[A-Z0-9](?:[A-Z0-9 -]{0,10}[A-Z0-9])?")
_DAY = re.compile(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}")
# South, north, west, east: wide enough for all of a country in Europe, and for Belgium to refuse the rest.
_BOXES = {
    "BE": (49.4, 51.6, 2.4, 6.5), "NL": (50.7, 53.7, 3.2, 7.3), "LU": (49.4, 50.2, 5.7, 6.6),
    "FR": (41.2, 51.2, -5.3, 9.7), "DE": (47.2, 55.2, 5.8, 15.1), "GB": (49.8, 61.0, -8.7, 1.9),
}  # fmt: skip
FARTHEST_KM = 30  # of a centre from the middle of its postal code
_NUMBER = r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?"
_COORDINATES = re.compile(rf"({_NUMBER})\s*[,;]\s*({_NUMBER})")

# The country of which pages speak where none is named.
HOME = "BE"
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
            _("%(code)s is not a Belgian postal code. Check the number, or use a neighbouring one.")
            % {"code": found[1]}
        )
    return place


def province_of(postal_code: str) -> str:
    """ISO 3166-2 code of the province of a Belgian postal code (`9000` → `BE-VOV`), empty where not known."""
    place = _of_postal_code(postal_code)
    return place.province if place else ""


def place_of(
    latitude: float | None, longitude: float | None, country: str, postal_code: str | None
) -> Place | None:
    """Where a centre is: its coordinates, else the middle of its Belgian postal code, else not known."""
    if latitude is not None and longitude is not None:
        return Place(latitude, longitude)
    return _of_postal_code(postal_code) if country == HOME else None


@lru_cache(maxsize=4_000)
def names_around(postal_code: str) -> tuple[str, ...]:
    """Municipality and province of a Belgian postal code in all languages, and the province's ISO code."""
    place = _of_postal_code(postal_code)
    if place is None:
        return ()
    names = [place.municipality_nl, place.municipality_fr, place.province]
    for language in LANGUAGE_CODES:
        with translation.override(language):
            names.append(str(Province(place.province).label))
    return tuple(dict.fromkeys(filter(None, names)))


def read_postal_code(text: str, country: str = HOME) -> str:
    """A postal code of `country` (ISO 3166-1) as it is written there, without a prefix: `B-5000` → `5000`.

    A 0 that a spreadsheet took away comes back (France, `1000` → `01000`). ValueError, with a sentence, for
    what is none, and for one that says another country than its row.
    """
    clean = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    said = {"code": clean[:40], "country": country}
    code = re.sub(r"^(\d+)[.,]0+$", r"\1", clean)
    found = _WITH_LETTERS.fullmatch(code)
    if found and (letters := _LETTERS.get(found[1] or found[3])):
        if letters != country:
            sentence = _(
                "“%(code)s” is a postal code in %(other)s, but the country is %(country)s. Correct one of "
                "them."
            )  # fmt: skip
            raise ValueError(sentence % (said | {"other": letters}))
        code = found[2] or found[4]
    if digits := _DIGITS.get(country):
        # No country has two zeros less; one is what a spreadsheet takes away.
        code = f"0{code}" if digits == 5 and re.fullmatch(r"[1-9]\d{3}", code, re.ASCII) else code
        is_one = bool(re.fullmatch(rf"\d{{{digits}}}", code, re.ASCII)) and (digits == 5 or code[0] != "0")
    elif country == "NL":
        found = _DUTCH.fullmatch(code)
        is_one, code = bool(found), " ".join(filter(None, found.groups())) if found else code
    else:
        is_one = bool(_ELSEWHERE.fullmatch(code)) and not _DAY.fullmatch(code)
    if not is_one:
        raise ValueError(
            _("“%(code)s” is not a postal code in %(country)s. Write only the code, and check the country.")
            % said
        )
    return code


def is_known(postal_code: str) -> bool:
    """Whether a Belgian postal code is one of a municipality; large organisations have some of their own."""
    return postal_code in _postcodes()


def misplaced(latitude: float, longitude: float, country: str, postal_code: str = "") -> str:
    """Why a point cannot be where something of that country and postal code is; empty where it can be."""
    box = _BOXES.get(country)
    said = {"latitude": latitude, "longitude": longitude, "country": country, "code": postal_code}
    if latitude == 0 and longitude == 0:
        return _("0,0 is a point in the sea. Leave latitude and longitude empty where they are not known.")
    if box and not _lies_in(box, latitude, longitude):
        if _lies_in(box, longitude, latitude):
            return _(
                "%(latitude)s,%(longitude)s is not in %(country)s, but %(longitude)s,%(latitude)s is. Swap "
                "latitude and longitude."
            ) % said  # fmt: skip
        if country == HOME:
            return (
                _("%(latitude)s,%(longitude)s is not in %(country)s. Correct the coordinates or the country.")
                % said
            )
    place = _postcodes().get(postal_code) if country == HOME else None
    if place and (km := distance_km(place, Place(latitude, longitude))) > FARTHEST_KM:
        sentence = _(
            "%(latitude)s,%(longitude)s is %(km)d km from %(place)s. Correct the coordinates or the postal "
            "code."
        )  # fmt: skip
        return sentence % (said | {"km": km, "place": place})
    return ""


def _lies_in(box: tuple[float, float, float, float], latitude: float, longitude: float) -> bool:
    south, north, west, east = box
    return south <= latitude <= north and west <= longitude <= east


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


def _of_postal_code(text: str | None) -> Place | None:
    found = _POSTAL_CODE.fullmatch((text or "").strip())
    return _postcodes().get(found[1]) if found else None


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
