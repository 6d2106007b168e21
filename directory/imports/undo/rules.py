"""What undoing asks of records of one kind, beyond putting back their columns."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import models

from directory.records import Record

from ..models import ImportRun
from ..scope import Scope


class Beside:
    """What a run wrote beside the columns of some records, in a table of its own; `pks` by their keys."""

    def __init__(self, pks: Mapping[str, int], undone: ImportRun):
        self.pks, self.undone = pks, undone

    def work(self, key: str) -> object | None:
        """What has to be stored to put it back; None for nothing."""
        return None

    def derived(self, key: str, shot: dict) -> dict[str, tuple[object, object]]:
        """What becomes of the fields of the snapshot `shot` that are derived of it: old and new."""
        return {}

    def is_by_others(self, key: str) -> bool:
        """Whether others than the run wrote there, too."""
        return False


class UndoRules:
    """`centre`: the field of a snapshot that says whose record it is; empty: of anybody whose run touched it,
    None: of the editors alone. `decided_by_editors`: where it was edited since, only they say what becomes
    of it. `may_stay`: what a run made stays, without a word against the undo, where others have it too."""

    centre: str | None = None
    decided_by_editors = False
    may_stay = False
    beside: type[Beside] = Beside

    def told(self, keys: set[str], scope: Scope) -> set[str]:
        """Those of `keys` of which whoever undoes may be told."""
        return keys

    def hidden(self, keys: Iterable[str], scope: Scope) -> bool:
        """Whether one of the records that receipts name went to the editors, who alone see it."""
        return False

    def beyond(self, pks: Mapping[str, int], scope: Scope) -> set[str]:
        """Keys of those that by now are none of whoever undoes: neither shown nor touched."""
        return set()

    def refused(self, keys: Collection[str]) -> dict[str, str]:
        """By key, in a sentence with the way out, why a record cannot be put back."""
        return {}

    def doubt(self, before: dict, after: dict) -> str:
        """Why a person should look before a record goes from one snapshot to the other; else empty."""
        return ""

    def store(
        self, scope: Scope, undone: ImportRun, works: Sequence[object],
        made: Sequence[tuple[models.Model, dict]], records: Sequence[models.Model],
    ) -> None:  # fmt: skip
        """Write what `Beside.work` said, and what lies beside `records` that were made again."""


def rules_for(record: Record) -> UndoRules:
    return record.undo or UndoRules()
