"""A sentence with its right answer, and whether it is read rightly, wrongly or not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from directory.core.ages import parse_age
from directory.eligibility.profile_text import Read
from directory.eligibility.service import Profile

RIGHT, WRONG, UNREAD = OUTCOMES = ("right", "wrong", "unread")


@dataclass(frozen=True)
class Sentence:
    """A text with its right answer: all that is to be read in it, and whether something must stay unread.

    `diseases` are concepts, `absent` and `present` genes, `age` as `parse_age` takes it.
    """

    language: str
    kind: str
    text: str
    diseases: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    age: str = ""
    sex: str = ""
    lines: int | None = None
    leaves_unread: bool = False


@dataclass
class Tally:
    """By language how many sentences came out how; the wrong and the unread, with what was read."""

    counts: Counter = field(default_factory=Counter)
    texts: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: {WRONG: [], UNREAD: []})


def judge(sentence: Sentence) -> tuple[str, str]:
    """Whether it is read rightly, wrongly or (a part of it) not at all; and what was read."""
    said = Read.of(Profile(text=sentence.text), sentence.language)
    expected, got = dict(_expected(sentence)), dict(_got(said))
    shown = f"{ {name: sorted(map(str, one)) for name, one in got.items() if one} } unread {said.unread}"
    if any(got[name] - expected[name] for name in got):
        return WRONG, shown
    if got == expected:
        return (RIGHT if said.unread or not sentence.leaves_unread else WRONG), shown
    # What is not read must be shown.
    return (UNREAD if said.unread else WRONG), shown


def tally(sentences: Iterable[Sentence]) -> Tally:
    found = Tally()
    for one in sentences:
        outcome, shown = judge(one)
        found.counts[one.language, outcome] += 1
        if outcome != RIGHT:
            found.texts[outcome].append((one.language, one.text, shown))
    return found


def _expected(sentence: Sentence) -> Iterator[tuple[str, frozenset]]:
    for name in ("diseases", "stages", "absent", "present"):
        yield name, getattr(sentence, name)
    yield "days", frozenset({parse_age(sentence.age)} if sentence.age else ())
    yield "sex", frozenset({sentence.sex} - {""})
    yield "lines", frozenset({sentence.lines} - {None})


def _got(said: Read) -> Iterator[tuple[str, frozenset]]:
    yield "diseases", frozenset(said.named)
    yield "stages", frozenset(map(str, said.stages))
    for name, negative in (("absent", True), ("present", False)):
        genes = (one.genes for one in said.alterations if one.negative is negative)
        yield name, frozenset().union(*genes)
    yield "days", frozenset({said.days} - {None})
    yield "sex", frozenset({said.sex} - {""})
    yield "lines", frozenset({said.lines} - {None})
