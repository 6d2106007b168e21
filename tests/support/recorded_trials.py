"""Columns of trials of which only the diseases are recorded, without a database."""

from collections.abc import Iterable, Sequence

import orjson

from directory.eligibility.profile_text import Read
from directory.search.facet_arrays import Trials
from directory.search.recorded_diseases import recorded_diseases
from directory.search.store import Facts


def trials_for(recorded: Iterable[tuple[Sequence[str], Sequence[str], Sequence[str]]]) -> Trials:
    """One trial for each `(disease terms, titles, classes)`, in that order."""
    rows = []
    for number, (listed, titles, codes) in enumerate(recorded):
        named, within = recorded_diseases(listed, titles, codes)
        facts = {"named": sorted(named), "within": sorted(within), "class": list(codes)}
        rows.append(Facts(number, f"trial-{number}", orjson.dumps(facts)))
    return Trials.empty().with_changed(range(len(rows)), lambda start, end: rows[start:end])


def patient(*names: str, codes: Sequence[str] = ()) -> Read:
    """A patient of whom these concepts are said, and these classes given."""
    return Read(
        codes=tuple(codes),
        named=frozenset(names),
        stages=frozenset(),
        alterations=(),
        terms=(),
        unread=(),
        given=tuple(codes),
    )
