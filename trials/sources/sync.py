"""Following a registry: what changed since the last time becomes an import, which applies itself or waits.

The last good data stay. A record that cannot be read, or a registry that does not answer, is told in the run,
and the others go on. Where more than a tenth of the records changed or vanished at once, the fault is sooner
the registry's or ours than the world's: nothing is taken over before an editor has looked.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby, islice
from operator import itemgetter

from django.core.files.base import ContentFile
from django.utils import timezone, translation

from directory.core.roles import Role
from directory.imports import actions
from directory.imports.choices import Outcome, Status
from directory.imports.models import ImportRun
from directory.imports.waiting import finish
from directory.sheets.csv_files import as_csv

from ..models import RegistryRecord, RegistrySync
from ..models.registry import FROM_FILES, SyncStatus
from ..places import keep_unresolved
from ..registries import SPEAKER
from .errors import RegistryError
from .known import KnownRecords
from .records import BadRecord, FetchedRecord, ReadRecord, Source
from .suggesting import suggest

log = logging.getLogger(__name__)
MOST_CHANGED = 0.1  # of the records known before, in one run
FEW = 10  # that many may always change
# Records, but for the last two: sites that were made, and new places that may be a centre of ours.
COUNTED = (
    "new", "filled", "disputed", "suggested", "unresolved", "unchanged", "faulty", "missing", "new_sites",
    "unresolved_sites",
)  # fmt: skip
ROWS = 250  # of one import
PLACES = "Locations"  # the column of a registry that names places
# Records, or as long: one slow answer may take minutes, and many of them longer than a lease.
_RENEWED_EVERY, _RENEWED_AFTER = 50, dt.timedelta(minutes=1)
_TOLD = 20  # faults of one run, by number; of further ones how many


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
    files: dict[str, str] = field(default_factory=dict)  # in which file it stood, where nobody was asked
    replaced: list[str] = field(default_factory=list)  # files of which a later one tells the same record

    def seen(self, number: str, answer: FetchedRecord) -> None:
        """A record has come; of several about one number the last counts."""
        if not answer.file:
            return
        if number in self.files:
            self.replaced.append(self.files[number])
        self.files[number] = answer.file
        for before in (self.changed, self.unchanged, self.faulty):
            before.pop(number, None)


def follow(
    source: Source, answers: Iterable[FetchedRecord] | None = None, *, is_accepted: bool = False,
    is_partial: bool = False,
) -> RegistrySync | None:  # fmt: skip
    """One run of following `source`; None where another is under way.

    `answers`: records from elsewhere than the registry itself, of whatever trials. `is_accepted`: an editor
    looked, and what changed may change. `is_partial`: they are not those of all trials here, so another run
    that waits for an editor goes on waiting.
    """
    run = RegistrySync.objects.begin(source.code, is_partial=is_partial)
    if run is None:
        return None
    try:
        known = KnownRecords(source)
        heard = _hear(source, known, source.fetch(known.numbers()) if answers is None else answers, run)
        _take_over(run, source, known, heard, is_accepted)
    except Exception:
        log.exception("sync failed", extra={"registry": source.code, "sync": run.pk})
        run.end(SyncStatus.FAILED, ["The run broke off; nothing further was taken over."])
        raise
    return run


def _hear(source: Source, known: KnownRecords, answers: Iterable[FetchedRecord], run: RegistrySync) -> _Heard:
    """Read what the registry answers, until it is done or away."""
    heard, renewed = _Heard(), timezone.now()
    try:
        for number, one in enumerate(answers):
            if number % _RENEWED_EVERY == 0 or timezone.now() - renewed >= _RENEWED_AFTER:
                run.renew()
                renewed = timezone.now()
            _read(source, known, one, heard)
    except RegistryError as error:
        heard.away = str(error)
    return heard


def _read(source: Source, known: KnownRecords, answer: FetchedRecord, heard: _Heard) -> None:
    if answer.is_unchanged:
        heard.unchanged[answer.number] = answer
        return
    if answer.content is None and not answer.fault:
        heard.missing.append(answer.number)
        return
    heard.speakers.add(_speaker(source, answer))
    number = answer.number
    try:
        if answer.fault:
            raise BadRecord(answer.fault)
        number, fingerprint = source.told_apart(answer.content)
        heard.seen(number, answer)
        if fingerprint == known.fingerprint(number) and known.is_read(number):
            heard.unchanged[number] = answer
            return
        record = source.read(answer.content)
    except BadRecord as error:
        heard.seen(number, answer)
        heard.faulty[number] = str(error)[:500]
        return
    heard.unknown |= record.unknown
    heard.changed[number], heard.fingerprints[number] = (record, answer), fingerprint


def _take_over(
    run: RegistrySync, source: Source, known: KnownRecords, heard: _Heard, is_accepted: bool
) -> None:
    counts = Counter(dict.fromkeys(COUNTED, 0))
    counts["unchanged"], counts["faulty"] = len(heard.unchanged), len(heard.faulty)
    counts["missing"] = len(heard.missing)
    problems = _problems(source, heard)
    run.counts, run.answered_by = counts, _answered_by(source, heard)
    if not is_accepted and (too_much := _too_much(known, heard)):
        run.end(SyncStatus.WAITING, [too_much, *problems])
        return
    outcomes, failed = _import_all(run, source, heard, counts)
    known = _remember(source, heard, outcomes)
    taken_over = list(_of_trials(source, known, heard, outcomes))
    counts["suggested"] = suggest(source, taken_over)
    if PLACES in source.header:
        places = {pk: record.cells.get(PLACES, "").split("|") for record, pk in taken_over}
        counts["unresolved_sites"] = keep_unresolved(source.code, places)
    run.counts = counts
    is_whole = not heard.away and len(outcomes) == len(heard.changed)
    run.end(SyncStatus.DONE if is_whole else SyncStatus.FAILED, [*failed, *problems])


def _answered_by(source: Source, heard: _Heard) -> str:
    """Who answered. An answer without a record names nobody: it is of whoever answered the run before."""
    if heard.speakers or not (heard.unchanged or heard.missing):
        return ", ".join(sorted(heard.speakers))[:100]
    whole = RegistrySync.objects.filter(registry=source.code, is_partial=False).exclude(answered_by="")
    before = whole.exclude(answered_by__endswith=FROM_FILES)
    return before.values_list("answered_by", flat=True).first() or ""


def _import_all(
    run: RegistrySync, source: Source, heard: _Heard, counts: Counter
) -> tuple[dict[str, str], list[str]]:
    """Import what changed. By number, why a row was not taken over; and why an import as a whole was not."""
    outcomes: dict[str, str] = {}
    failed: list[str] = []
    for speaker, records in _by_speaker(source, heard):
        run.renew()
        imported = _import(source, speaker, records)
        run.imports.add(imported)
        if imported.status == Status.APPLIED:
            outcomes |= _outcomes(imported, [record.number for record in records], counts)
        else:
            told = [*imported.problems, *imported.open_questions]
            failed += [one["message"] for one in told] or ["An import was not applied."]
    return outcomes, failed


def _by_speaker(source: Source, heard: _Heard) -> Iterator[tuple[str, list[ReadRecord]]]:
    """What changed, in parts of one import, each with who says so."""
    said = [(_speaker(source, answer), record) for record, answer in heard.changed.values()]
    for speaker, group in groupby(sorted(said, key=itemgetter(0)), key=itemgetter(0)):
        for part in _in_parts(group, ROWS):
            yield speaker, [record for _speaker_again, record in part]


def _speaker(source: Source, answer: FetchedRecord) -> str:
    """Who says so: the registry or what answers in its place, and that nobody was asked."""
    return (answer.resource or source.name)[:80] + (FROM_FILES if answer.file else "")


def _problems(source: Source, heard: _Heard) -> list[str]:
    """What a person should know of a run, in sentences."""
    told = [heard.away] if heard.away else []
    told += [_fault(source, heard, number) for number in list(heard.faulty)[:_TOLD]]
    if (more := len(heard.faulty) - _TOLD) > 0:
        told.append(f"{more} more cannot be read either.")
    if heard.replaced:
        names = ", ".join(heard.replaced[:_TOLD]) + (" …" if len(heard.replaced) > _TOLD else "")
        told.append(f"Of several files about one record the last by name counts; not read: {names}.")
    if heard.unknown:
        names = ", ".join(sorted(heard.unknown)[:20])
        told.append(f"{source.name} has fields that are not known here: {names}.")
    return told


def _fault(source: Source, heard: _Heard, number: str) -> str:
    """What is wrong with a record, where, and what to do."""
    why = heard.faulty[number]
    if not (file := heard.files.get(number)):
        return f"{number}: {why}"
    return (
        f"{file}: {why.rstrip('.')}. Download this record from {source.name} again, or take the file out of "
        "the folder, and run the command again; the other records do not wait for it."
    )


def _too_much(known: KnownRecords, heard: _Heard) -> str:
    """Why an editor should look first; empty where nobody needs to."""
    before = [one for one in known.records.values() if one.fingerprint]
    # One that is only read by a newer reader says what it said.
    said = heard.fingerprints
    changed = sum(known.fingerprint(number) not in ("", said[number]) for number in heard.changed)
    gone = sum(bool(known.fingerprint(number)) for number in heard.missing)
    if changed + gone <= max(FEW, MOST_CHANGED * len(before)):
        return ""
    way_out = "look at the registry, then let it go on"
    if heard.files:
        way_out = "look at the files, then run the command with --accept"
    return (
        f"Of {len(before)} records known before, {changed} changed and {gone} are gone. That is more than a "
        f"run takes over by itself; {way_out}."
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
        if not is_bad:
            new = (one["new"].split("; ") for one in changes if one["field"] == "locations")
            counts["new_sites"] += sum(map(len, new))
    return found


def _counted_as(outcome: str, is_disputed: bool) -> str:
    if outcome == Outcome.NEW:
        return "new"
    if outcome == Outcome.UPDATE:
        return "disputed" if is_disputed else "filled"
    return "unchanged" if outcome == Outcome.UNCHANGED else "unresolved"


def _remember(source: Source, heard: _Heard, outcomes: dict[str, str]) -> KnownRecords:
    """How each record reads now, and when the registry last answered for it."""
    known, now = KnownRecords(source), timezone.now()
    told: dict[int, RegistryRecord] = {}  # of which more is known now than that they are the same

    def record(number: str) -> RegistryRecord:
        one = _record(source, known, number)
        return told.setdefault(id(one), one)

    for number, problem in outcomes.items():
        one = record(number)
        _read_anew(one, heard.fingerprints[number], now)
        one.read_by, one.problem = source.reader, problem
        _answered(one, heard.changed[number][1], now)
    for number, why in _faults(heard, known):
        record(number).fault = why
    for number in heard.missing:
        one = record(number)
        one.missing_since = one.missing_since or now
    same = []
    for number, answer in heard.unchanged.items():
        one = _record(source, known, number)
        is_so = (one.etag, one.last_modified) == (answer.etag, answer.last_modified)
        if is_so and one.pk and one.trial_id == known.trials.get(known.compact(number)):
            same.append(one.pk)
        else:
            _answered(record(number), answer, now)
    _store(source, known, told.values())
    for pks in _in_parts(same, 500):
        RegistryRecord.objects.filter(pk__in=pks).update(checked_at=now, missing_since=None, fault="")
    return known


def _faults(heard: _Heard, known: KnownRecords) -> Iterator[tuple[str, str]]:
    """What could not be read, by number. A file that holds no record is no record of the registry."""
    for number, why in heard.faulty.items():
        if number not in heard.files or known.knows(number):
            yield number, why


def _store(source: Source, known: KnownRecords, records: Iterable[RegistryRecord]) -> None:
    records = list(records)
    for one in records:
        one.trial_id = known.trials.get(known.compact(one.number))
    RegistryRecord.objects.bulk_create([one for one in records if one.pk is None], batch_size=500)
    fields = [
        "trial", "fingerprint", "read_by", "etag", "last_modified", "checked_at", "changed_at",
        "missing_since", "fault", "problem",
    ]  # fmt: skip
    RegistryRecord.objects.bulk_update([one for one in records if one.pk], fields, batch_size=500)


def _of_trials(
    source: Source, known: KnownRecords, heard: _Heard, outcomes: dict[str, str]
) -> Iterator[tuple[ReadRecord, int]]:
    """The records that were taken over, each with the pk of its trial."""
    for number, problem in outcomes.items():
        if not problem and (pk := known.trials.get(known.compact(number))):
            yield heard.changed[number][0], pk


def _record(source: Source, known: KnownRecords, number: str) -> RegistryRecord:
    new = RegistryRecord(registry=source.code, number=number)
    return known.records.setdefault(known.compact(number), new)


def _read_anew(one: RegistryRecord, fingerprint: str, now) -> None:
    """One that is only read by a newer reader has not changed."""
    if one.fingerprint != fingerprint:
        one.fingerprint, one.changed_at = fingerprint, now


def _answered(one: RegistryRecord, answer: FetchedRecord, now) -> None:
    one.checked_at, one.missing_since, one.fault = now, None, ""
    one.etag, one.last_modified = answer.etag, answer.last_modified


def _in_parts(several: Iterable, size: int) -> Iterator[list]:
    several = iter(several)
    while part := list(islice(several, size)):
        yield part
