"""Found trials as a list shows them, made from the stored documents: no query a trial."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from directory.core import places
from directory.core.places import Place, distance_km
from directory.search import service
from trials import conditions

from . import words


@dataclass(frozen=True)
class SitePlace:
    """A centre in a line of sites, with its distance where one was asked for."""

    code: str
    name: str
    distance: float | None = None
    language: str = ""  # of the name, where it is not the page's


@dataclass
class SiteLine:
    """The sites of one trial that share a status and a freshness."""

    status: str
    freshness: str
    places: list[SitePlace] = field(default_factory=list)
    verified: list[tuple[str, str]] = field(default_factory=list)

    @property
    def oldest(self) -> str:
        """The day, or the month, since which no one of them has been verified: the cautious one to show."""
        return min(self.verified, default=("", ""))[1]


@dataclass
class Result:
    """One found trial, ready to show."""

    document: dict
    near: object = None
    distance: float | None = None
    why: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        return self.document["slug"]

    @property
    def label(self) -> str:
        """The acronym, else the title in the page's language."""
        return self.document["acronym"] or words.in_page_language(self.document["titles"])[0]

    @property
    def conditions(self) -> list[str]:
        return [condition_name(one["code"]) for one in self.document["conditions"]]

    @property
    def lines(self) -> list[SiteLine]:
        """The sites grouped by status and freshness: recruiting first, the nearest first in each."""
        lines: dict[tuple[str, str], SiteLine] = {}
        for site in self.document["sites"]:
            key = (site["status"], site["freshness"])
            line = lines.setdefault(key, SiteLine(*key))
            line.places.append(self.place(site["centre"]))
            if site["verified_at"]:
                said = self.document["_show"]["said_in"].get(site["centre"]["code"], site["verified_at"])
                line.verified.append((site["verified_at"], said))
        for line in lines.values():
            line.places.sort(key=lambda place: (place.distance is None, place.distance or 0, place.name))
        return sorted(
            lines.values(),
            key=lambda line: (words.STATUS_ORDER[line.status], words.FRESHNESS_ORDER[line.freshness]),
        )

    def place(self, centre: dict) -> SitePlace:
        """The centre of a site of this trial, by its name in the page's language."""
        distance = None
        if self.near is not None and (place := place_of(centre)) is not None:
            distance = distance_km(self.near, place)
        names = self.document["_show"]["centres"].get(centre["code"], {})
        name, language = words.in_page_language(names)
        return SitePlace(centre["code"], name or centre["name"], distance, language)


def results_of(hits: Iterable, near=None) -> list[Result]:
    """The trials of `hits`, in their order. One that left the index in between is left out."""
    hits = list(hits)
    documents = {one["slug"]: one for one in service.documents("trial", [hit.key for hit in hits])}
    return [
        Result(documents[hit.key], near, hit.distance_km, hit.why) for hit in hits if hit.key in documents
    ]


def place_of(centre: dict) -> Place | None:
    """Where the centre of a document is."""
    return places.place_of(centre["lat"], centre["lon"], centre["country"], centre["postal_code"])


def condition_name(code: str) -> str:
    """The name of an ICCC-3 class in the page's language; the code itself for one not of the tree."""
    return conditions.name(code, words.page_language())


@cache
def diagnoses(language: str) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The tree of ICCC-3 to choose from: main groups as `(code, name, [(code, name, level below)])`."""
    groups: list[tuple[str, str, list[tuple[str, str, int]]]] = []
    for code in conditions.codes():
        level, name = len(conditions.path_to(code)) - 1, conditions.name(code, language)
        if not level:
            groups.append((code, name, []))
        else:
            groups[-1][2].append((code, name, level))
    return groups
