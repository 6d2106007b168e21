"""A row that stems from an export (`record_version`): what was edited since is not overwritten unseen.

Of a column that the row has as it was exported, nobody edited the cell: what is stored by now stays, and the
other edits of the row are taken. Else both sides edited it, and a person decides.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import chain

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.models import Change
from directory.sheets.sheet import VERSION, seq_of

from ..choices import Outcome
from .result import RowResult

Place = tuple[str, str, str]  # kind, key and field of a change


def flag_edited(
    results: list[RowResult],
    *,
    logged: Callable[[RowResult, str], list[Place]],
    says: Callable[[str, object, object], bool],
) -> None:
    """Hold back each update that would write over what was edited after its export.

    Rows that change nothing are not asked about. Two queries, whatever the number of rows. `logged`, `says`:
    of the processor (`RowProcessor.logged`, `RowProcessor.says`).
    """
    asked = [one for one in results if one.outcome == Outcome.UPDATE and VERSION in one.cells]
    if not asked:
        return  # before the last change is asked for
    since = _since(asked)
    written = list(_written([one for one in asked if one.number in since], logged))
    edits = _edits(set(chain.from_iterable(places for *_of, places in written)), since)
    for result, column, places in written:
        later = chain.from_iterable(edits[place] for place in places)
        if later := [edit for edit in later if edit.seq > since[result.number]]:
            _weigh(result, column, places[0], sorted(later, key=lambda edit: edit.seq), says)


def _written(results: list[RowResult], logged: Callable) -> Iterator[tuple[RowResult, str, list[Place]]]:
    """Each column that the rows write, with where the change log has it."""
    for one in results:
        for change in one.changes:
            yield one, change["field"], logged(one, change["field"])


def _since(asked: list[RowResult]) -> dict[int, int]:
    """By row, the last change that its export knew."""
    last, since = changes.last_seq(), {}
    for result in asked:
        seq = seq_of(result.cells[VERSION])
        if seq is None or seq > last:
            result.note(
                VERSION, _("This version is not known here, so edits after the export cannot be detected.")
            )
        else:
            since[result.number] = seq
    return since


def _weigh(result: RowResult, column: str, place: Place, later: list[Change], says: Callable) -> None:
    """What becomes of a column that the row writes and that was edited `later`."""
    if _is_as_exported(result, column, place, later[0], says):
        result.take_back(column)
        result.note(column, _as_it_is(later[-1]))
    else:
        result.flag_for_review(Outcome.CONFLICT, column, _edited_by_both(later[-1]))


def _is_as_exported(result: RowResult, column: str, place: Place, first: Change, says: Callable) -> bool:
    """Whether the cell says what the record said before its `first` edit after the export."""
    written = result.written.get(column)
    return written is not None and says(column, (first.before or {}).get(place[2]), written.new)


def _edits(places: set[Place], since: dict[int, int]) -> dict[Place, list[Change]]:
    """The changes of each of `places` after the oldest export."""
    found: dict[Place, list[Change]] = defaultdict(list)
    if not places:
        return found
    keys = defaultdict(set)
    for kind, key, _field in places:
        keys[kind].add(key)
    for kind, of_kind in keys.items():
        later = Change.objects.filter(kind=kind, key__in=of_kind, seq__gt=min(since.values()))
        for change in later.order_by("seq").iterator():
            for name, _before, _after in change.fields():
                if (kind, change.key, name) in places:
                    found[kind, change.key, name].append(change)
    return found


def _edited_by_both(edit: Change) -> str:
    return _(
        "Edited after this row was exported (%(role)s, %(when)s%(run)s). Accept the row to overwrite that "
        "edit, or leave the row out."
    ) % _who(edit)


def _as_it_is(edit: Change) -> str:
    return _(
        "This cell is as it was exported; the directory was edited after that (%(role)s, %(when)s%(run)s) "
        "and keeps the edit."
    ) % _who(edit)


def _who(edit: Change) -> dict[str, str]:
    return {
        "role": edit.get_actor_role_display(),
        "when": f"{timezone.localtime(edit.at):%d/%m/%Y %H:%M}",
        "run": _(", import %d") % edit.run if edit.run else "",
    }
