"""Which trials a page of results folds: those that are closed, and those without a known centre.

A trial stays in sight while one of its sites may take patients, now or again, or a newer source disputes what
is said of one; and whatever its sites, where the words asked for are its own acronym or number. Only sites of
the country that is meant count (`Ask.home`), those of any where a place is named.
"""

import numpy as np

from directory.core.text import squash
from trials.choices import Recruitment

from .facet_arrays import Trials
from .filters import Selection
from .query import Parsed
from .snapshot import Snapshot

CLOSED = (
    Recruitment.ACTIVE_NOT_RECRUITING, Recruitment.COMPLETED, Recruitment.TERMINATED, Recruitment.WITHDRAWN,
)  # fmt: skip
# As many words of a query may be an acronym: `EURO EWING 2012`.
_MOST_WORDS = 5


def folded_last(
    snapshot: Snapshot, selection: Selection, parsed: Parsed | None, ordered: np.ndarray
) -> tuple[np.ndarray, int]:
    """The ordinals `ordered` with those that are folded last, and how many these are; of all, none."""
    in_sight = _in_sight(selection)
    in_sight[_named(snapshot, parsed)] = True
    stays = in_sight[ordered]
    if not stays.any():
        return ordered, 0
    return np.concatenate([ordered[stays], ordered[~stays]]), int((~stays).sum())


def _in_sight(selection: Selection) -> np.ndarray:
    """A mask over trials: those with a site that may take patients, or that is disputed."""
    today, trials = selection.today, selection.trials
    sites = today.site_alive if selection.home is None else today.site_alive & selection.home
    closed = today.sites_with("status", CLOSED) | _of_closed_trials(selection)
    sites = sites & (~closed | trials.of_sites["disputed"].astype(bool))
    mask = np.zeros(trials.size, bool)
    mask[trials.site_trial[sites]] = True
    return mask


def _of_closed_trials(selection: Selection) -> np.ndarray:
    """A mask over sites: those of which nobody knows, while the whole trial is closed."""
    unknown = selection.today.sites_with("status", [Recruitment.UNKNOWN])
    return unknown & selection.trials.having("trial_status", CLOSED)[selection.trials.site_trial]


def _named(snapshot: Snapshot, parsed: Parsed | None) -> list[int]:
    """The trials whose acronym or number stands in the query, by itself or among other words."""
    if parsed is None:
        return []
    names = snapshot.once("trials by acronym and number", lambda: _names(snapshot.trials))
    words = [word.raw for word in parsed.words]
    runs = {
        squash(" ".join(words[start:end]))
        for start in range(len(words))
        for end in range(start + 1, min(start + _MOST_WORDS, len(words)) + 1)
    }
    numbers = {text for one in parsed.numbers for text in one.compact}
    asked = {squash(parsed.text), parsed.compact, *runs, *numbers}
    return [ordinal for text in asked if text for ordinal in names.get(text, ())]


def _names(trials: Trials) -> dict[str, list[int]]:
    """The ordinals of trials by squashed acronym, and by compact identifier."""
    names: dict[str, list[int]] = {}
    for ordinal, text in enumerate(trials.sorts):
        names.setdefault(text.replace(" ", ""), []).append(ordinal)
    compact, pairs = trials.codes["identifier"].words, trials.lists["identifier"]
    for ordinal, value in zip(pairs.owners.tolist(), pairs.values.tolist(), strict=True):
        names.setdefault(compact[value], []).append(ordinal)
    return names
