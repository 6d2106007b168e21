"""Following a registry: what changed since the last time becomes an import, which applies itself or waits.

The last good data stay. A record that cannot be read, or a registry that does not answer, is told in the run,
and the others go on. Where more than a tenth of the records changed or vanished at once, the fault is sooner
the registry's or ours than the world's: nothing is taken over before an editor has looked.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from directory.core.roles import Role
from directory.imports import actions
from directory.imports.choices import Outcome, Status
from directory.imports.models import ImportRun
from directory.imports.waiting import finish
from directory.sheets.csv_files import as_csv

from ..identifiers import Identifier
from ..models import RegistryRecord, RegistrySync, TrialIdentifier
from ..models.registry import LEASE, SyncStatus
from ..registries import SPEAKER
from .errors import RegistryError
from .records import BadRecord, FetchedRecord, ReadRecord, Source
from .suggesting import suggest

log = logging.getLogger(__name__)
MOST_CHANGED = 0.1  # of the records known before, in one run
FEW = 10  # that many may always change
COUNTED = ("new", "filled", "disputed", "suggested", "unresolved", "unchanged", "faulty", "missing")
ROWS = 250  # of one import
_RENEWED_EVERY = 50  # records


@dataclass
class _Heard:
    """What a registry answered in one run, by number."""

    changed: dict[str, tuple[ReadRecord, FetchedRecord]] = field(default_factory=dict)
    unchanged: dict[str, FetchedRecord] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    faulty: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    away: str = ""
    speakers: set[str] = field(default_factory=set)
    fingerprints: dict[str, str] = field(default_factory=dict)


class _KnownRecords:
    """What is known of a registry's records: how they read the last time, and whose they are."""

    def __init__(self, source: Source):
        self.source = source
        found = RegistryRecord.objects.filter(registry=source.code)
        self.records = {_compact(source, one.number): one for one in found}
        numbers = TrialIdentifier.objects.filter(scheme=source.scheme).values_list("compact", "trial_id")
        self.trials = dict(numbers)

    def numbers(self) -> dict[str, FetchedRecord | None]:
        """The numbers of all trials at this registry, each with the answer before."""
        values = TrialIdentifier.objects.filter(scheme=self.source.scheme).values_list("value", flat=True)
        return {number: self._before(number) for number in values}

    def _before(self, number: str) -> FetchedRecord | None:
        one = self.records.get(_compact(self.source, number))
        is_read = one is not None and one.fingerprint and self.is_read(number)
        return FetchedRecord(number, None, one.etag, one.last_modified) if is_read else None

    def is_read(self, number: str) -> bool:
        """Whether all that is read of a record today was read of this one."""
        one = self.records.get(_compact(self.source, number))
        return one is not None and one.read_by >= self.source.reader

    def fingerprint(self, number: str) -> str:
        one = self.records.get(_compact(self.source, number))
        return one.fingerprint if one else ""


def follow(
    source: Source, answers: Iterable[FetchedRecord] | None = None, *, is_accepted: bool = False
) -> RegistrySync | None:
    """One run of following `source`; None where another is under way.

    `answers`: records from elsewhere than the registry itself, of whatever trials. `is_accepted`: an editor
    looked, and what changed may change.
    """
    run = _begin(source)
    if run is None:
        return None
    try:
        known = _KnownRecords(source)
        heard = _hear(source, known, source.fetch(known.numbers()) if answers is None else answers, run)
        _take_over(run, source, known, heard, is_accepted)
    except Exception:
        log.exception("sync failed", extra={"registry": source.code, "sync": run.pk})
        _end(run, SyncStatus.FAILED, ["The run broke off; nothing further was taken over."])
        raise
    return run


def _begin(source: Source) -> RegistrySync | None:
    """A run of `source`, unless another holds its lease."""
    now = timezone.now()
    RegistrySync.objects.filter(registry=source.code, status=SyncStatus.RUNNING, lease_until__lt=now).update(
        status=SyncStatus.FAILED, finished_at=now, problems=["It broke off."]
    )
    try:
        with transaction.atomic():
            return RegistrySync.objects.create(registry=source.code, lease_until=now + LEASE)
    except IntegrityError:
        return None


def _hear(
    source: Source, known: _KnownRecords, answers: Iterable[FetchedRecord], run: RegistrySync
) -> _Heard:
    """Read what the registry answers, until it is done or away."""
    heard = _Heard()
    try:
        for number, one in enumerate(answers):
            if number % _RENEWED_EVERY == 0:
                RegistrySync.objects.filter(pk=run.pk).update(lease_until=timezone.now() + LEASE)
            _read(source, known, one, heard)
    except RegistryError as error:
        heard.away = str(error)
    return heard


def _read(source: Source, known: _KnownRecords, answer: FetchedRecord, heard: _Heard) -> None:
    if answer.is_unchanged:
        heard.unchanged[answer.number] = answer
        return
    if answer.content is None:
        heard.missing.append(answer.number)
        return
    heard.speakers.add(answer.resource or source.name)
    try:
        number, fingerprint = source.told_apart(answer.content)
        if fingerprint == known.fingerprint(number) and known.is_read(number):
            heard.unchanged[number] = answer
            return
        record = source.read(answer.content)
    except BadRecord as error:
        heard.faulty[answer.number] = str(error)[:500]
        return
    heard.unknown |= record.unknown
    heard.changed[number], heard.fingerprints[number] = (record, answer), fingerprint


def _take_over(
    run: RegistrySync, source: Source, known: _KnownRecords, heard: _Heard, is_accepted: bool
) -> None:
    counts = Counter(dict.fromkeys(COUNTED, 0))
    counts["unchanged"], counts["faulty"] = len(heard.unchanged), len(heard.faulty)
    counts["missing"] = len(heard.missing)
    problems = _problems(source, heard)
    run.counts, run.answered_by = counts, ", ".join(sorted(heard.speakers))[:100]
    if not is_accepted and (too_much := _too_much(known, heard)):
        _end(run, SyncStatus.WAITING, [too_much, *problems])
        return
    outcomes, failed = _import_all(run, source, heard, counts)
    known = _remember(source, heard, outcomes)
    counts["suggested"] = suggest(source, _of_trials(source, known, heard, outcomes))
    run.counts = counts
    is_whole = not heard.away and len(outcomes) == len(heard.changed)
    _end(run, SyncStatus.DONE if is_whole else SyncStatus.FAILED, [*failed, *problems])


def _import_all(
    run: RegistrySync, source: Source, heard: _Heard, counts: Counter
) -> tuple[dict[str, str], list[str]]:
    """Import what changed. By number, why a row was not taken over; and why an import as a whole was not."""
    outcomes: dict[str, str] = {}
    failed: list[str] = []
    for part in _in_parts(heard.changed.values(), ROWS):
        records = [record for record, _fetched in part]
        imported = _import(source, part[0][1].resource or source.name, records)
        run.imports.add(imported)
        if imported.status == Status.APPLIED:
            outcomes |= _outcomes(imported, [record.number for record in records], counts)
        else:
            told = [*imported.problems, *imported.open_questions]
            failed += [one["message"] for one in told] or ["An import was not applied."]
    return outcomes, failed


def _problems(source: Source, heard: _Heard) -> list[str]:
    """What a person should know of a run, in sentences."""
    told = [heard.away] if heard.away else []
    told += [f"{number}: {why}" for number, why in list(heard.faulty.items())[:20]]
    if heard.unknown:
        names = ", ".join(sorted(heard.unknown)[:20])
        told.append(f"{source.name} has fields that are not known here: {names}.")
    return told


def _too_much(known: _KnownRecords, heard: _Heard) -> str:
    """Why an editor should look first; empty where nobody needs to."""
    before = [one for one in known.records.values() if one.fingerprint]
    # One that is only read by a newer reader says what it said.
    said = heard.fingerprints
    changed = sum(known.fingerprint(number) not in ("", said[number]) for number in heard.changed)
    gone = sum(bool(known.fingerprint(number)) for number in heard.missing)
    if changed + gone <= max(FEW, MOST_CHANGED * len(before)):
        return ""
    return (
        f"Of {len(before)} records known before, {changed} changed and {gone} are gone. That is more than a "
        "run takes over by itself; look at the registry, then let it go on."
    )


def _import(source: Source, speaker: str, records: list[ReadRecord]) -> ImportRun:
    """An import of some records that changed, planned and applied here; `speaker`: who says so."""
    rows = ([record.cells[column] for column in source.header] for record in records)
    content = as_csv(chain([source.header], rows))
    name = f"{speaker} {timezone.localdate():%Y-%m-%d}.csv"
    with translation.override("en"):
        run = actions.receive(
            file=ContentFile(content), file_name=name, kind=source.kind, role=Role.REGISTRY,
            queue=False, choices={SPEAKER: speaker},
        )  # fmt: skip
        run = finish(run, here=True)
        if run.status == Status.PLANNED and not run.open_questions:
            actions.confirm(run=run, user=None, queue=False)
            run = finish(run, here=True)
    return run


def _outcomes(run: ImportRun, numbers: list[str], counts: Counter) -> dict[str, str]:
    """Why a row was not taken over, by number; empty for one that was."""
    found = {}
    receipts = run.rows.order_by("number").values_list("outcome", "changes", "messages", "may_be_taken")
    for number, (outcome, changes, messages, waits) in zip(numbers, receipts, strict=True):
        is_disputed = any(one["field"] == "disputed" and one["new"] == "yes" for one in changes)
        counts[_counted_as(outcome, is_disputed)] += 1
        is_bad = waits or outcome in (Outcome.INVALID, Outcome.ERROR, Outcome.CONFLICT, Outcome.DUPLICATE)
        # What holds a row back is said last, after what stays as it is.
        found[number] = messages[-1]["message"][:500] if is_bad and messages else ""
    return found


def _counted_as(outcome: str, is_disputed: bool) -> str:
    if outcome == Outcome.NEW:
        return "new"
    if outcome == Outcome.UPDATE:
        return "disputed" if is_disputed else "filled"
    return "unchanged" if outcome == Outcome.UNCHANGED else "unresolved"


def _remember(source: Source, heard: _Heard, outcomes: dict[str, str]) -> _KnownRecords:
    """How each record reads now, and when the registry last answered for it."""
    known, now = _KnownRecords(source), timezone.now()
    told: dict[int, RegistryRecord] = {}  # of which more is known now than that they are the same

    def record(number: str) -> RegistryRecord:
        one = _record(source, known, number)
        return told.setdefault(id(one), one)

    for number, problem in outcomes.items():
        one = record(number)
        _read_anew(one, heard.fingerprints[number], now)
        one.read_by, one.problem = source.reader, problem
        _answered(one, heard.changed[number][1], now)
    for number, why in heard.faulty.items():
        record(number).fault = why
    for number in heard.missing:
        one = record(number)
        one.missing_since = one.missing_since or now
    same = []
    for number, answer in heard.unchanged.items():
        one = _record(source, known, number)
        is_so = (one.etag, one.last_modified) == (answer.etag, answer.last_modified)
        if is_so and one.pk and one.trial_id == known.trials.get(_compact(source, number)):
            same.append(one.pk)
        else:
            _answered(record(number), answer, now)
    _store(source, known, told.values())
    for pks in _in_parts(same, 500):
        RegistryRecord.objects.filter(pk__in=pks).update(checked_at=now, missing_since=None, fault="")
    return known


def _store(source: Source, known: _KnownRecords, records: Iterable[RegistryRecord]) -> None:
    records = list(records)
    for one in records:
        one.trial_id = known.trials.get(_compact(source, one.number))
    RegistryRecord.objects.bulk_create([one for one in records if one.pk is None], batch_size=500)
    fields = [
        "trial", "fingerprint", "read_by", "etag", "last_modified", "checked_at", "changed_at",
        "missing_since", "fault", "problem",
    ]  # fmt: skip
    RegistryRecord.objects.bulk_update([one for one in records if one.pk], fields, batch_size=500)


def _of_trials(
    source: Source, known: _KnownRecords, heard: _Heard, outcomes: dict[str, str]
) -> Iterator[tuple[ReadRecord, int]]:
    """The records that were taken over, each with the pk of its trial."""
    for number, problem in outcomes.items():
        if not problem and (pk := known.trials.get(_compact(source, number))):
            yield heard.changed[number][0], pk


def _record(source: Source, known: _KnownRecords, number: str) -> RegistryRecord:
    new = RegistryRecord(registry=source.code, number=number)
    return known.records.setdefault(_compact(source, number), new)


def _read_anew(one: RegistryRecord, fingerprint: str, now) -> None:
    """One that is only read by a newer reader has not changed."""
    if one.fingerprint != fingerprint:
        one.fingerprint, one.changed_at = fingerprint, now


def _answered(one: RegistryRecord, answer: FetchedRecord, now) -> None:
    one.checked_at, one.missing_since, one.fault = now, None, ""
    one.etag, one.last_modified = answer.etag, answer.last_modified


def _compact(source: Source, number: str) -> str:
    """The same for every spelling of a number, and every resubmission of it."""
    return Identifier(source.scheme, number).compact


def _end(run: RegistrySync, status: str, problems: list[str]) -> None:
    run.status, run.finished_at, run.lease_until = status, timezone.now(), None
    run.problems = problems
    run.save()


def _in_parts(several: Iterable, size: int) -> Iterator[list]:
    several = iter(several)
    while part := list(islice(several, size)):
        yield part
