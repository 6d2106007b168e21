"""Why a row means something else than in its plan: the registry was changed, or somebody's rights.

A plan keeps what it was made on: the last change it knew and the rights it was made with. What is told of a
row that means something else by now is told of that alone, never of a guess.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from directory.core import changes
from directory.core.models import Change

from .messages import problem
from .rows.result import RowResult
from .scope import Scope

RIGHTS, REGISTRY, OTHERWISE = "rights", "registry", "otherwise"
_SHOWN = 20


def basis_of(scope: Scope) -> dict:
    """What a plan is made on, as runs keep it. Taken before the first row is judged."""
    return {"seq": changes.last_seq(), "rights": _rights(scope)}


def _rights(scope: Scope) -> dict:
    """Whose sites may be written, and whether everything may be seen."""
    own = None if scope.centres is None else sorted(scope.centres)
    return {"centres": own, "sees_all": scope.sees_all}


def problems(basis: Mapping, scope: Scope, moved: Iterable[tuple[RowResult, str]]) -> list[dict]:
    """A problem for each reason, with its rows. `moved`: results of now, with the record of the plan."""
    rights_changed = basis.get("rights", _rights(scope)) != _rights(scope)
    edited = set(Change.objects.filter(seq__gt=basis.get("seq", 0)).values_list("key", flat=True))
    rows = defaultdict(list)
    for result, record in moved:
        about = _parts(record) | _parts(result.record)
        if rights_changed and (result.is_others or not about & edited):
            why = RIGHTS
        else:
            why = REGISTRY if edited else OTHERWISE
        rows[why].append(result.number)
    return [_told(why, numbers) for why, numbers in rows.items()]


def _parts(record: str) -> set[str]:
    """A record's key and those of what it is of: a site's trial and centre, a membership's network."""
    return {record, *record.rsplit("@", 1), record.split("/")[0]} - {""}


def _told(why: str, numbers: list[int]) -> dict:
    shown = ", ".join(map(str, numbers[:_SHOWN])) + ("…" if len(numbers) > _SHOWN else "")
    return problem("moved", why=why, rows=shown, number=len(numbers))
