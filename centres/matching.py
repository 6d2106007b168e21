"""Which centre a text means: its code, an alias or a name for certain; near spellings only as a question."""

from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from directory.core.text import fold

from .models import Centre, CentreAlias

NEAR = 78  # of 100; below it a suggestion puzzles more than it helps
SUGGESTIONS = 3


@dataclass(frozen=True)
class Place:
    """The little of a centre that matching needs."""

    id: int
    code: str
    name: str


@dataclass(frozen=True)
class Match:
    """`centre` where the text means one for certain; else who it might mean.

    `how`: `code`, `name`, `alias`, `several` (certain, but of more than one) or `none`.
    """

    centre: Place | None
    how: str
    near: tuple[Place, ...] = field(default=())


class Matcher:
    """All centres and their names, read once (two queries) and asked often."""

    def __init__(self):
        self.places: dict[int, Place] = {}
        self._codes: dict[str, Place] = {}
        self._means: dict[str, dict[int, str]] = {}
        self._answers: dict[str, Match] = {}
        names = ("name_en", "name_nl", "name_fr", "name_de")
        for row in Centre.objects.order_by("pk").values("pk", "code", *names):
            place = Place(row["pk"], row["code"], row["name_en"])
            self.places[place.id] = self._codes[place.code] = place
            for name in names:
                self._add(row[name], place.id, "name")
        for centre_id, folded in CentreAlias.objects.values_list("centre_id", "folded"):
            self._add(folded, centre_id, "alias")

    def _add(self, text, centre_id, how):
        if folded := fold(text):
            self._means.setdefault(folded, {}).setdefault(centre_id, how)

    def match(self, text: str) -> Match:
        """What `text` means. Never a near spelling as if it were certain."""
        if text not in self._answers:
            self._answers[text] = self._match(text)
        return self._answers[text]

    def _match(self, text: str) -> Match:
        if place := self._codes.get(text.strip().lower()):
            return Match(place, "code")
        folded = fold(text)
        by_code = self._codes.get(folded.replace(" ", "-"))
        if by_code and set(self._means.get(folded, {by_code.id: ""})) == {by_code.id}:
            return Match(by_code, "code")
        meant = self._means.get(folded, {})
        if len(meant) == 1:
            [(centre_id, how)] = meant.items()
            return Match(self.places[centre_id], how)
        if meant:
            return Match(None, "several", tuple(self.places[one] for one in meant))
        return Match(None, "none", self._near(folded))

    def _near(self, folded: str) -> tuple[Place, ...]:
        if len(folded) < 3:
            return ()
        names = {
            **{code.replace("-", " "): {place.id: ""} for code, place in self._codes.items()},
            **self._means,
        }
        found = process.extract(folded, names.keys(), scorer=fuzz.WRatio, score_cutoff=NEAR, limit=10)
        ids = dict.fromkeys(centre_id for name, _score, _index in found for centre_id in names[name])
        return tuple(self.places[one] for one in ids)[:SUGGESTIONS]
