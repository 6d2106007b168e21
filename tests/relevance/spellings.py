"""Spellings of hospitals with the centre each names, and how the matching does on them; also for `bench`."""

import csv
from dataclasses import dataclass
from pathlib import Path

from centres.matching import Match, Matcher

OURS = Path(__file__).parent / "centre_names.csv"
# What the issue asks of certain matches.
PRECISION, RECALL = 0.995, 0.9


@dataclass(frozen=True)
class Tried:
    """A spelling, the code of the centre it names (empty: none of ours), and what the matching made of it."""

    text: str
    expected: str
    match: Match

    @property
    def found(self) -> str:
        return self.match.centre.code if self.match.centre else ""


@dataclass(frozen=True)
class Figures:
    tried: list[Tried]

    @property
    def wrong(self) -> list[tuple[str, str, str]]:
        """Certain and wrong: the text, what it was taken for, what it names."""
        return [
            (one.text, one.found, one.expected) for one in self.tried if one.found not in ("", one.expected)
        ]

    @property
    def missed(self) -> list[tuple[str, str]]:
        return [(one.text, one.expected) for one in self.tried if one.expected and not one.found]

    @property
    def precision(self) -> float:
        certain = [one for one in self.tried if one.found]
        return 1 - len(self.wrong) / len(certain) if certain else 0.0

    @property
    def recall(self) -> float:
        named = [one for one in self.tried if one.expected]
        return sum(one.found == one.expected for one in named) / len(named) if named else 0.0


def our_own() -> list[tuple[str, str]]:
    """`(text, code)` of the cases kept here."""
    with OURS.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["centre"]) for row in csv.DictReader(file)]


def registered(folder: Path) -> list[tuple[str, str]]:
    """`(text, code)` of the 372 spellings seen in registries; `folder` is that of the shared data."""
    text = (folder / "vocabulary/centre_name_variants.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [
        (row["location_string_as_registered"], row["centre_code"].lower().replace("_", "-")) for row in rows
    ]


def judge(cases: list[tuple[str, str]]) -> Figures:
    """Ask the matching of the registry as it is."""
    matcher = Matcher()
    return Figures([Tried(text, expected, matcher.match(text)) for text, expected in cases])
