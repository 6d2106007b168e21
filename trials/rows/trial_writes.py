"""What a row of trials writes: the trial, its new identifiers, its conditions; to be checked, and stored."""

from collections.abc import Iterator, Mapping
from operator import attrgetter

from django.utils import timezone

from directory.core import bulk
from directory.core.dates import first_day
from directory.imports.rows.checking import Write, unsaved
from directory.imports.rows.result import RowResult
from directory.imports.rows.storing import ChangeRecorder, attributes_of, update

from .. import statements
from ..models import StatusStatement, Trial, TrialIdentifier
from . import interventions

_NOT_SAID = dict.fromkeys(("since", "source", "source_url", "evidence", "implied_by"), "")


def writes_of(
    work, result: RowResult, sheet, conditions: dict[str, int], *, shared=None, joins: bool = False
) -> Iterator[Write]:
    """The records of a trial: itself, the identifiers that are new to it, its conditions.

    `joins`: where it is stored already, unseen by whoever handed in the sheet, it becomes that one.
    """
    values = result.values
    columns = [name for name in ("acronym", *sheet.identifier_columns) if name in values]
    yield Write(work.trial, columns[0], work.attributes, shared=shared, replaces=joins)
    for one in work.identifiers:
        said = (name for name in columns if name != "acronym" and one in values[name])
        number = unsaved(
            TrialIdentifier, trial=work.trial, scheme=one.scheme, value=one.value, compact=one.compact
        )
        yield Write(number, next(said, columns[0]), shared=shared, replaces=joins)
    for code in work.conditions or ():
        link = unsaved(Trial.conditions.through, trial=work.trial, condition_id=conditions[code])
        yield Write(link, "conditions", shared=shared, replaces=True)
    yield from interventions.writes_of(work)


def store_trials(
    works, recorder: ChangeRecorder, conditions: dict[str, int], *, signed: Mapping[str, object]
) -> None:
    """Write trials with their identifiers, conditions and statuses, and their changes. Parents come first.

    `signed`: who states the statuses, as fields of a statement.
    """
    old = [work for work in works if work.trial.pk]
    stored = [work.trial for work in old]
    recorder.watch(Trial, [trial.pk for trial in stored])
    _create([work.trial for work in works if not work.trial.pk])
    _point_to_parents(stored)
    update(stored, attributes_of(old))
    bulk.insert(
        TrialIdentifier,
        ("trial", "scheme", "value", "compact"),
        ((work.trial.pk, one.scheme, one.value, one.compact) for work in works for one in work.identifiers),
    )
    _store_conditions(works, conditions)
    interventions.store(works, recorder)
    _store_statements(works, signed)
    _settle_disputes(old)
    recorder.record([work.trial for work in works])


def _settle_disputes(works) -> None:
    statements.settle_disputes(work.trial for work in works if work.said)


def _point_to_parents(trials: list[Trial]) -> None:
    for trial in trials:
        trial.parent_id = trial.parent and trial.parent.pk


def _create(trials: list[Trial]) -> None:
    """A parent that is new itself is stored before its sub-protocols."""
    while trials:
        ready = [trial for trial in trials if trial.parent is None or trial.parent.pk]
        if not ready:
            raise RuntimeError("A sub-protocol is to be stored whose parent is not.")
        _point_to_parents(ready)
        _insert(ready)
        trials = [trial for trial in trials if not trial.pk]


def _insert(trials: list[Trial]) -> None:
    now = timezone.now()
    for one in trials:
        one.created_at = one.updated_at = now
    fields = [field for field in Trial._meta.concrete_fields if not field.primary_key]
    values_of = attrgetter(*(field.attname for field in fields))
    bulk.insert(Trial, [field.name for field in fields], map(values_of, trials))
    pks = dict(Trial.objects.filter(slug__in=[one.slug for one in trials]).values_list("slug", "pk"))
    for one in trials:
        one.pk, one._state.adding = pks[one.slug], False


def _store_statements(works, signed: Mapping[str, object]) -> None:
    now, signed = timezone.now(), _NOT_SAID | signed
    rows = (_statement_of(work, now, signed) for work in works if work.said)
    bulk.insert(StatusStatement, ("trial", "status", "said_at", "said_on", "recorded_at", *signed), rows)


def _statement_of(work, now, signed: Mapping[str, object]) -> tuple:
    status, day = work.said
    signed = {**signed, "evidence": work.evidence or signed["evidence"]}
    return work.trial.pk, status, first_day(day), statements.partial(day), now, *signed.values()


def _store_conditions(works, conditions):
    through = Trial.conditions.through
    changed = [work for work in works if work.conditions is not None]
    through.objects.filter(trial__in=[work.trial.pk for work in changed]).delete()
    bulk.insert(
        through,
        ("trial", "condition"),
        ((work.trial.pk, conditions[code]) for work in changed for code in work.conditions),
    )
