"""Found trials as a list shows them, made from the stored documents: no query a trial."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from directory.core import places
from directory.core.places import Place, distance_km
from directory.core.roles import Role
from directory.search import service
from trials import conditions
from trials.freshness import confirmation

from . import words
from .marks import Mark, here


@dataclass(frozen=True)
class SitePlace:
    """A centre in a line of sites, with its distance where one was asked for."""

    code: str
    name: str
    distance: float | None = None
    language: str = ""  # of the name, where it is not the page's


@dataclass
class SiteLine:
    """The sites of one trial that share a status, a freshness, who stated it and what disputes it."""

    status: str
    freshness: str
    role: str
    source: str
    implied_by: str
    dispute: tuple[tuple[str, str | None], ...]
    places: list[SitePlace] = field(default_factory=list)
    verified: list[tuple[str, str]] = field(default_factory=list)

    @property
    def mark(self) -> Mark:
        """What all its sites have in common; of several days the oldest."""
        state = confirmation(self.freshness, self.role, self.implied_by)
        days = set(self.verified)
        day = min(days)[1] if days else ""
        return Mark(self.status, state, day, self.role, self.source, self.implied_by, len(days) > 1)

    @property
    def otherwise(self) -> tuple[str, str, str] | None:
        """What a newer source says (`words.otherwise`)."""
        return words.otherwise(dict(self.dispute))


@dataclass
class Result:
    """One found trial, ready to show."""

    document: dict
    near: object = None
    distance: float | None = None
    why: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    first: frozenset[str] = frozenset()  # codes of the centres that were asked for

    @property
    def slug(self) -> str:
        return self.document["slug"]

    @property
    def label(self) -> str:
        """The acronym, else the title in the page's language."""
        return self.document["acronym"] or words.in_page_language(self.document["titles"])[0]

    @property
    def here(self) -> Mark | None:
        """Of the Belgian sites that recruit, together."""
        return here(self.document)

    @property
    def otherwise(self) -> tuple[str, str, str] | None:
        """What a newer source says of the whole trial (`words.otherwise`)."""
        return words.otherwise(self.document["dispute"])

    @property
    def conditions(self) -> list[str]:
        return [condition_name(one["code"]) for one in self.document["conditions"]]

    @property
    def lines(self) -> list[SiteLine]:
        """The sites grouped by all that is said of them: recruiting first, the nearest first in each.

        What was asked for is before all others.
        """
        lines: dict[tuple, SiteLine] = {}
        for site in self.document["sites"]:
            key = _said_alike(site)
            line = lines.setdefault(key, SiteLine(*key))
            line.places.append(self.place(site["centre"]))
            if site["verified_at"]:
                line.verified.append((site["verified_at"], site["verified_on"]))
        for line in lines.values():
            line.places.sort(
                key=lambda place: (
                    place.code not in self.first, place.distance is None, place.distance or 0, place.name
                )
            )  # fmt: skip
        return sorted(
            lines.values(),
            key=lambda line: (
                line.places[0].code not in self.first,
                words.STATUS_ORDER[line.status],
                words.FRESHNESS_ORDER[line.freshness],
            ),
        )

    def place(self, centre: dict) -> SitePlace:
        """The centre of a site of this trial, by what it is called in the page's language."""
        distance = None
        if self.near is not None and (place := place_of(centre)) is not None:
            distance = distance_km(self.near, place)
        names = self.document["_show"]["called"].get(centre["code"], {})
        name, language = words.in_page_language(names)
        return SitePlace(centre["code"], name or centre["name"], distance, language)


def results_of(hits: Iterable, near=None, place: service.PlaceAsked | None = None) -> list[Result]:
    """The trials of `hits`, in their order. One that left the index in between is left out.

    The sites of each begin where its `place`, a word of the search, says.
    """
    hits, first = list(hits), place.centres if place else frozenset()
    near = near or (place.point if place else None)
    documents = {one["slug"]: one for one in service.documents("trial", [hit.key for hit in hits])}
    return [
        Result(documents[hit.key], near, hit.distance_km, hit.why, hit.without, first)
        for hit in hits
        if hit.key in documents
    ]


def parts_of(answer: service.Answer, offset: int, near=None) -> dict:
    """The results of a page that begins at `offset`: those `in_sight`, and those that are `folded`.

    `first`, `folded_first`: the numbers of the first of each, among all.
    """
    at = max(0, answer.count - answer.folded - offset)
    folded = {hit.key for hit in answer.hits[at:]}
    results = results_of(answer.hits, near, answer.place)
    return {
        "results": results,
        "in_sight": [one for one in results if one.slug not in folded],
        "folded": [one for one in results if one.slug in folded],
        "first": offset + 1,
        "folded_first": max(offset, answer.count - answer.folded) + 1,
    }


def _said_alike(site: dict) -> tuple:
    """What the sites of one line have in common."""
    role, other = site["verified_by"] or "", site["dispute"]
    return (
        site["status"],
        site["freshness"],
        role,
        (site["source"] or "") if role == Role.REGISTRY else "",
        site["implied_by"] or "",
        tuple(other.items()) if other else (),
    )


def place_of(centre: dict) -> Place | None:
    """Where the centre of a document is."""
    return places.place_of(centre["lat"], centre["lon"], centre["country"], centre["postal_code"])


def condition_name(code: str) -> str:
    """What a physician calls an ICCC-3 class, in the page's language; its code if it is not of the tree."""
    return conditions.common_name(code, words.page_language())


def class_name(code: str) -> str:
    """The name that ICCC-3 gives a class, in the page's language, where the classification is meant."""
    return conditions.name(code, words.page_language())


@cache
def diagnoses(language: str) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The tree of ICCC-3 to choose from: main groups as `(code, name, [(code, name, level below)])`."""
    groups: list[tuple[str, str, list[tuple[str, str, int]]]] = []
    for code in conditions.codes():
        level, name = len(conditions.path_to(code)) - 1, conditions.common_name(code, language)
        if not level:
            groups.append((code, name, []))
        else:
            groups[-1][2].append((code, name, level))
    return groups
