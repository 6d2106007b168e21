"""Listing, withdrawing and taking back to draft: the same for trials, centres and networks."""

from collections.abc import Iterable

from . import changes
from .models import Change, Listed, State


def set_state(*, records: Iterable[Listed], state: State, by: changes.Actor) -> int:
    """Give all `records` (of one or several models) the `state`. Returns how many changed."""
    with changes.recording(by) as log:
        moved = [record for record in records if record.state != state]
        log.watch(*moved)
        for record in moved:
            record.state = state
            record.save(update_fields=["state"])
    return len(moved)


def ever_listed(record: Listed) -> bool:
    """Whether the public may know `record` by its address: it is not a draft, or was none once."""
    if record.state != State.DRAFT:
        return True
    seen = Change.objects.filter(kind=record.change_kind, key=record.change_key)
    return seen.filter(after__state=State.LISTED).exists() or seen.filter(before__state=State.LISTED).exists()
