"""Which facts that nobody recorded would decide most, for patients as they typically come.

The typical patients are `typical_profiles.csv`: common diagnoses of children, each with its usual ages and
stages. They were made up for this list; none is a patient.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from directory.core.ages import parse_age
from directory.search import snapshot

from .criteria import Judged
from .profile import Profile
from .profile_text import Read
from .recorded import AGE_GROUP, DECIDING, NOT_RECORDED, RecordedCriteria
from .verdicts import UNKNOWN

TYPICAL = Path(__file__).parent / "typical_profiles.csv"


@dataclass(frozen=True)
class MissingFact:
    """What is not recorded of a trial: `criterion` of the trial `slug`.

    `decides`: for how many typical patients it alone is open; `helps`: for how many with one thing more.
    """

    slug: str
    criterion: str
    decides: int
    helps: int


@cache
def typical() -> tuple[tuple[Profile, Read], ...]:
    """The typical patients, read."""
    with TYPICAL.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    profiles = [
        Profile(text=row["text"], days=parse_age(row["age"]), age_text=row["age"], stage=row["stage"])
        for row in rows
    ]
    return tuple((one, Read.of(one, "en")) for one in profiles)


def missing_facts(most: int) -> list[MissingFact]:
    """The `most` facts that would decide for most typical patients, the first the most.

    `IndexNotReady` without an index. Counted once for each state of the index and each day.
    """
    held = snapshot.current()
    today = held.today()
    return held.once(f"missing facts {today.day}", lambda: _ranked(today))[:most]


def _ranked(today) -> list[MissingFact]:
    recorded = RecordedCriteria(today.trials)
    alone: Counter[tuple[int, str]] = Counter()
    with_another: Counter[tuple[int, str]] = Counter()
    for profile, said in typical():
        judged = Judged(today, profile, said, recorded)
        waits = judged.alive & (judged.unmet == 0) & ~recorded.apart
        for name in DECIDING:
            basis = recorded.basis[name]
            missing = waits & (judged.verdicts[name] == UNKNOWN)
            missing &= (basis == NOT_RECORDED) | (basis == AGE_GROUP)
            for counter, unknown in ((alone, 1), (with_another, 2)):
                found = np.flatnonzero(missing & (judged.unknown == unknown)).tolist()
                counter.update((ordinal, name) for ordinal in found)
    facts = [
        MissingFact(today.trials.keys[ordinal], name, alone[ordinal, name], with_another[ordinal, name])
        for ordinal, name in {*alone, *with_another}
    ]
    return sorted(facts, key=lambda one: (-one.decides, -one.helps, one.slug, one.criterion))
