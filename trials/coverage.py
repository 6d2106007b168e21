"""The certificate of coverage: of the trials that a registry lists for children in Belgium, which are here.

What a registry lists is of the day on which it last answered to the end; what is here is of now. A trial that
both registries list counts at each. A draft is not shown here yet: to readers it waits as a candidate does.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from .models import DiscoveredTrial, RegistryDiscovery
from .models.discovery import CandidateState
from .models.registry import Registry, SyncStatus

_WAITING = (CandidateState.PROPOSED, CandidateState.TAKEN, CandidateState.DRAFT)
_IN_VAIN = (SyncStatus.FAILED, SyncStatus.WAITING)


@dataclass(frozen=True)
class RegistryCoverage:
    """What became of the trials that one registry lists for children in Belgium.

    `answered_by`: the registry, or who answers in its place. `asked_at`: when it last answered to the end,
    None where it never did; then nothing is counted. `tried_at`: when it was asked in vain since. `proposed`:
    those that wait for an editor.
    """

    registry: Registry
    answered_by: str = ""
    asked_at: dt.datetime | None = None
    tried_at: dt.datetime | None = None
    here: int = 0
    withdrawn: int = 0
    proposed: list[DiscoveredTrial] = field(default_factory=list)
    declined: list[DiscoveredTrial] = field(default_factory=list)

    @property
    def listed(self) -> int:
        return self.here + self.withdrawn + len(self.proposed) + len(self.declined)

    @property
    def stands_in(self) -> bool:
        """Whether another answered than the registry itself."""
        return bool(self.answered_by) and self.answered_by != self.registry.label


def certificate() -> list[RegistryCoverage]:
    """One for each registry that is followed, in three queries."""
    whole = {one.registry: one for one in RegistryDiscovery.objects.filter(is_whole=True).latest_ones()}
    last = {one.registry: one for one in RegistryDiscovery.objects.latest_ones()}
    rows = DiscoveredTrial.objects.listed().with_trials().order_by("acronym", "title", "number")
    by_registry: dict[str, list[DiscoveredTrial]] = defaultdict(list)
    for one in rows:
        by_registry[one.registry].append(one)
    return [
        _of(registry, whole.get(registry), last.get(registry), by_registry[registry]) for registry in Registry
    ]


def _of(registry, whole, last, rows) -> RegistryCoverage:
    tried_at = last.started_at if last and last != whole and last.status in _IN_VAIN else None
    if whole is None:
        return RegistryCoverage(registry, tried_at=tried_at)
    by_state: dict[CandidateState, list[DiscoveredTrial]] = defaultdict(list)
    for one in rows:
        by_state[one.found].append(one)
    return RegistryCoverage(
        registry,
        whole.answered_by,
        whole.finished_at,
        tried_at,
        here=len(by_state[CandidateState.HERE]),
        withdrawn=len(by_state[CandidateState.WITHDRAWN]),
        proposed=[one for one in rows if one.found in _WAITING],
        declined=by_state[CandidateState.DECLINED],
    )
