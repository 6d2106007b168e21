"""The judged set, and how the index does on it; the test and `bench` use the same."""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.core.management import call_command
from django.test import override_settings

from directory.search import service, snapshot

FILE = Path(__file__).parent / "judgements.csv"
COLUMNS = ["query", "lang", "kind", "relevant", "note"]
KINDS = {
    "acronym", "title", "disease", "alteration", "drug", "sponsor", "group", "centre", "city", "identifier",
    "typo", "mixed", "risk", "care", "symbol", "operator", "place",
}  # fmt: skip
# What must be reached; a little below what is.
FLOORS = {"success_1": 0.955, "success_3": 0.985, "mrr": 0.97}
MOST_NOTHING = 0.005
# A physician between two patients looks no further than the first page.
LOOKED_AT = 25

Find = Callable[["Judgement"], service.Answer]


@dataclass(frozen=True)
class Judgement:
    """What somebody types, and the slugs of which any is right as the first result, best first."""

    query: str
    lang: str
    kind: str
    relevant: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Verdict:
    """What came of one query. `found`: slugs of the first page, in order."""

    judgement: Judgement
    found: tuple[str, ...]
    relaxed: bool

    @cached_property
    def rank(self) -> int | None:
        """The place of the first right result, from 1; None where the first page has none."""
        places = (at for at, slug in enumerate(self.found, 1) if slug in self.judgement.relevant)
        return next(places, None)

    @property
    def why(self) -> str:
        """What went wrong, in a line."""
        if not self.found:
            return "nothing is found"
        some = " (only some of the words)" if self.relaxed else ""
        place = f"first right one at {self.rank}" if self.rank else "no right one on the first page"
        return f"{place}; {self.found[0]} comes first{some}"


@dataclass(frozen=True)
class Figures:
    """Shares of the queries, from 0 to 1. `mrr`: the mean of 1/rank of the first right result."""

    success_1: float
    success_3: float
    mrr: float
    nothing: float


@contextmanager
def demo_registry() -> Iterator[None]:
    """The demo registry's sheets, loaded through the import pipeline into the database and an index apart."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with override_settings(INDEX_DIR=folder / "index", DEMO_MARKER=folder / "demo.loaded"):
            call_command("load_demo", "--in-process", verbosity=0)
            service.rebuild()
            yield
        snapshot.forget()


def read() -> list[Judgement]:
    """The judged set."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Judgement(row["query"], row["lang"], row["kind"], tuple(row["relevant"].split(";")), row["note"])
            for row in csv.DictReader(file, strict=True)
        ]


def ask(judgement: Judgement) -> service.Answer:
    """What the search page asks when somebody types the query."""
    return service.find(service.Ask(q=judgement.query, language=judgement.lang), limit=LOOKED_AT)


def judge(judgements: Iterable[Judgement], find: Find = ask) -> list[Verdict]:
    """Each query put to the index."""
    verdicts = []
    for one in judgements:
        answer = find(one)
        verdicts.append(Verdict(one, tuple(hit.key for hit in answer.hits), answer.relaxed))
    return verdicts


def figures(verdicts: Sequence[Verdict]) -> Figures:
    """Of at least one verdict."""
    ranks, count = [verdict.rank for verdict in verdicts], len(verdicts)
    return Figures(
        success_1=sum(rank == 1 for rank in ranks) / count,
        success_3=sum(rank is not None and rank <= 3 for rank in ranks) / count,
        mrr=sum(1 / rank for rank in ranks if rank) / count,
        nothing=sum(not verdict.found for verdict in verdicts) / count,
    )


def worst(verdicts: Iterable[Verdict], most: int = 10) -> list[Verdict]:
    """The queries that do worst: nothing right first, then the right one furthest down."""
    wrong = [verdict for verdict in verdicts if verdict.rank != 1]
    return sorted(wrong, key=lambda verdict: -(verdict.rank or LOOKED_AT + 1))[:most]


def table(verdicts: Sequence[Verdict]) -> str:
    """Figures, and the worst queries with why, for people."""
    got = figures(verdicts)
    lines = [
        f"{len(verdicts)} judged queries: success@1 {got.success_1:.3f}, success@3 {got.success_3:.3f}, "
        f"MRR {got.mrr:.3f}, without any result {got.nothing:.3f}"
    ]
    lines += [
        f"  {one.judgement.query} ({one.judgement.lang}, {one.judgement.kind}): {one.why}; "
        f"expected {', '.join(one.judgement.relevant[:3])}"
        for one in worst(verdicts)
    ]
    return "\n".join(lines)
