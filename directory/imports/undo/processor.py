"""What undoing a run means for each record that it changed, and the way back into the tables.

The change log says what each record was and became. A field that still is what the run made it goes back to
what it was. One that was edited since is shown, and its record is held back: a person says whether it goes
back all the same. A record that the run made is removed, unless others hang on it. What is asked beyond that
of records of one kind, they say themselves (`rules`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core.models import Change, Recorded
from directory.core.roles import Role
from directory.records import Record, all_records, dependents_of

from ..choices import Outcome, Status
from ..messages import day_first, problem
from ..models import ImportRun, centres
from ..rows.processor import RowProcessor
from ..rows.result import RowResult
from ..rows.storing import ChangeRecorder, Counts, batches
from ..scope import Scope
from .plan_text import RECORD, field_label
from .rules import rules_for


@dataclass(frozen=True)
class Group:
    """All that a run did to one record: what it was before (None: not there) and after."""

    number: int
    kind: str
    key: str
    before: dict | None
    after: dict | None


@dataclass
class Step:
    """One record's way back. `values`: what it is put back to; None: it is removed."""

    kind: str
    key: str
    pk: int | None
    values: dict | None
    beside: object = None


class InTheWay(Exception):
    """Something else hangs on a record that is to be removed."""


class UndoProcessor(RowProcessor):
    """Judges the records that `undone` changed, as other processors do rows of a sheet."""

    def __init__(self, scope: Scope, undone: ImportRun):
        super().__init__(scope)
        self.undone = undone
        self._touched = self._told(self._log().values_list("kind", "key"))
        own = None if scope.centres is None else centres().filter(pk__in=scope.centres)
        self._own_codes = None if own is None else set(own.values_list("code", flat=True))

    def _log(self):
        return Change.objects.filter(run=self.undone.pk)

    def _told(self, keys: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the `(kind, key)` of records of which whoever undoes may be told.

        What went to the editors stays with them, until one of them undoes it: whether the run made a record,
        or found it there, is not to be known.
        """
        by_kind = defaultdict(set)
        for kind, key in keys:
            by_kind[kind].add(key)
        return {
            (kind, key)
            for kind, several in by_kind.items()
            for key in rules_for(all_records()[kind]).told(several, self.scope)
        }

    def warnings(self) -> Iterator[dict]:
        """That rows went to the editors, where some did; by what the receipts of the run say."""
        if self.scope.sees_all:
            return
        made = list(self.undone.rows.filter(outcome=Outcome.NEW).values_list("record", flat=True))
        if any(rules_for(one).hidden(made, self.scope) for one in all_records().values()):
            yield problem("with_editors")

    def _may_name(self, record: Record, one: Recorded) -> bool:
        """Whether what hangs on a record is of a centre of whoever undoes, and theirs to see."""
        if self._own_codes is None:
            return True
        codes = set(one.change_key.replace("@", "/").split("/"))
        return bool(codes & self._own_codes and record.found([one.change_key], self.scope.user))

    @property
    def total(self) -> int:
        return len(self._touched)

    def groups(self) -> Iterator[Group]:
        """The records one by one; of several changes of one, the first `before` and the last `after`."""
        number, held = 0, None
        log = self._log().order_by("kind", "key", "seq").values_list("kind", "key", "before", "after")
        for kind, key, before, after in log.iterator(1_000):
            if (kind, key) not in self._touched:
                continue
            if held and (held.kind, held.key) == (kind, key):
                held = Group(held.number, kind, key, held.before, after)
                continue
            if held:
                yield held
            number += 1
            held = Group(number, kind, key, before, after)
        if held:
            yield held

    def process(self, groups: list[Group]) -> list[RowResult]:
        results = {}
        by_kind = defaultdict(list)
        for one in groups:
            by_kind[one.kind].append(one)
        for kind, several in by_kind.items():
            now = _Now(all_records()[kind], several, self.undone, self._touched)
            beyond = now.rules.beyond(now.pks, self.scope)
            refused = now.rules.refused([one.key for one in several])
            for one in several:
                result = results[one.number] = RowResult(one.number, cells={"kind": kind}, record=one.key)
                if one.key in beyond or not self._may_touch(one, now):
                    said = _("This belongs to a centre that is not yours. Ask an editor to undo it.")
                    result.refuse_others(RECORD, said)
                elif one.key in refused:
                    result.refuse(RECORD, refused[one.key])
                else:
                    self._resolve(result, one, now)
                if result.is_rejected:
                    result.work, result.changes = None, []
        return [results[one.number] for one in groups]

    def release(self, results: list[RowResult], *, stores: bool) -> None:
        for result in results:
            result.forget(("kind",))
            if not stores:
                result.work = None

    def _resolve(self, result: RowResult, group: Group, now: "_Now") -> None:
        if group.before is None:
            self._remove(result, group, now)
        elif group.after is None:
            self._make_again(result, group, now)
        else:
            self._put_back(result, group, now)

    def _may_touch(self, group: Group, now: "_Now") -> bool:
        if self._own_codes is None or now.rules.centre == "":
            return True
        shot = group.after or group.before or {}
        return now.rules.centre is not None and shot.get(now.rules.centre) in self._own_codes

    def _flag_for_review(self, result: RowResult, now: "_Now", sentence: str) -> None:
        """For a person to decide; perhaps an editor only: an editor has looked at it meanwhile."""
        result.flag_for_review(Outcome.CONFLICT, RECORD, sentence)
        if self.scope.role == Role.COORDINATOR and now.rules.decided_by_editors:
            result.may_be_taken = False

    def _remove(self, result, group, now) -> None:
        shot = now.shots.get(group.key)
        if shot is None:
            result.note(RECORD, _("It no longer exists."))
            return
        if hanging := now.hanging.get(group.key):
            self._keep(result, group, now, hanging)
            return
        result.change(RECORD, group.key, "")
        result.work = Step(group.kind, group.key, now.pks[group.key], None)
        result.outcome = Outcome.UPDATE
        edited = [name for name in now.own_names(group.after) if shot.get(name) != group.after[name]]
        if edited or now.beside.is_by_others(group.key):
            self._flag_for_review(result, now, now.edited_since(group.key, edited))

    def _keep(self, result, group, now, hanging) -> None:
        """What others have by now stays: as it may, or a person undoes those first."""
        named = [str(one) for record, one in hanging if self._may_name(record, one)]
        others = {"others": ", ".join(named[:3]) or _("something that belongs to others")}
        if now.rules.may_stay:
            result.note(RECORD, _("It stays, because of what was added to it since: %(others)s.") % others)
            return
        result.change(RECORD, group.key, "")
        sentence = _(
            "It cannot be removed, because of what was added to it since: %(others)s. Undo or remove that "
            "first."
        )
        result.refuse(RECORD, sentence % others)

    def _make_again(self, result, group, now) -> None:
        if group.key in now.shots:
            result.note(RECORD, _("It exists again."))
            return
        result.change(RECORD, "", group.key)
        result.work, result.outcome = Step(group.kind, group.key, None, group.before), Outcome.NEW

    def _put_back(self, result, group, now) -> None:
        shot = now.shots.get(group.key)
        if shot is None:
            result.refuse(RECORD, _("It was removed since then. There is nothing to undo."))
            return
        values = self._values_before(result, group, now)
        edited = [name for name in values if shot.get(name) != group.after[name]]
        beside = now.beside.work(group.key)
        for name, (old, new) in now.beside.derived(group.key, shot).items():
            result.change(name, _as_text(old), _as_text(new))
        if not (result.changes or beside):
            return
        result.work = Step(group.kind, group.key, now.pks[group.key], values, beside)
        result.outcome = Outcome.UPDATE
        if edited:
            self._flag_for_review(result, now, now.edited_since(group.key, edited))
        elif doubt := now.rules.doubt(shot, shot | values):
            self._flag_for_review(result, now, doubt)

    def _values_before(self, result, group, now) -> dict:
        """What the run changed and is not as it was already, as it was; each told as a change."""
        values, shot = {}, now.shots[group.key]
        for name in now.own_names(group.after):
            was = group.before.get(name)
            if was not in (group.after[name], shot.get(name)):
                values[name] = was
                result.change(name, _as_text(shot.get(name)), _as_text(was))
        return values

    # Storing

    def asked(self):
        return []

    def touched(self, works):
        found = defaultdict(list)
        for step in works:
            if step.pk:
                found[all_records()[step.kind].model].append(step.pk)
        return found

    def store(self, works) -> Counts:
        """Put back and make again, in the order of the records; then remove, the other way round."""
        recorder = ChangeRecorder(self.scope.actor)
        back, gone = defaultdict(list), defaultdict(list)
        for step in works:
            (gone if step.values is None else back)[step.kind].append(step)
        for kind, record in all_records().items():
            for batch in batches(back[kind]):
                self._store(record, batch, recorder)
        for kind, record in reversed(all_records().items()):
            for batch in batches(gone[kind]):
                _delete(record, batch, recorder)
        self._settle()
        return recorder.counts

    def _store(self, record: Record, steps: list[Step], recorder: ChangeRecorder) -> None:
        held = record.stored().in_bulk([step.pk for step in steps if step.pk])
        old = [(held[step.pk], step.values) for step in steps if step.pk]
        made = [(record.new(step.key, step.values), step.values) for step in steps if not step.pk]
        attributes = {name for one, values in old for name in record.set(one, values)}
        records = [one for one, _values in (*old, *made)]
        with recorder.writing(records, attributes):
            if record.put_beside:
                record.put_beside([*old, *made])
            works = [step.beside for step in steps if step.beside]
            rules_for(record).store(self.scope, self.undone, works, made, records)

    def _settle(self) -> None:
        """The run is undone; a run that it had undone itself is applied again."""
        runs = ImportRun.objects
        runs.filter(pk=self.undone.pk, status=Status.UNDOING).update(status=Status.UNDONE)
        if self.undone.undo_of_id:
            runs.filter(pk=self.undone.undo_of_id, status=Status.UNDONE).update(status=Status.APPLIED)


class _Now:
    """Some records of one kind as they are, and what happened to them since the run."""

    def __init__(self, record: Record, groups: list[Group], undone: ImportRun, touched: set):
        self.record, self.undone, self.touched = record, undone, touched
        keys = [one.key for one in groups]
        self.kind = record.kind
        self.pks = record.find(keys)
        shots = record.model.snapshots(list(self.pks.values()))
        self.shots = {key: shots[pk] for key, pk in self.pks.items() if pk in shots}
        made = {one.key: self.pks[one.key] for one in groups if one.before is None and one.key in self.pks}
        self.hanging = self._hanging(made)
        self._later = self._since(keys)
        self.rules = rules_for(record)
        self.beside = self.rules.beside(self.pks, undone)

    def own_names(self, shot: dict) -> list[str]:
        return [name for name in shot if name not in self.record.derived]

    def _hanging(self, made: dict[str, int]) -> dict[str, list[tuple[Record, Recorded]]]:
        """By key, what hangs on it and was not touched by the run itself."""
        found, keys = defaultdict(list), {pk: key for key, pk in made.items()}
        for other, relation in dependents_of(self.record) if made else ():
            hanging = other.stored().annotate(hangs_on=F(relation)).filter(hangs_on__in=list(keys))
            for one in hanging:
                if (other.kind, one.change_key) not in self.touched:
                    found[keys[one.hangs_on]].append((other, one))
        return found

    def _since(self, keys: list[str]) -> dict[str, list[Change]]:
        """By key, the changes after the run's own."""
        last = (
            Change.objects.filter(run=self.undone.pk).order_by("-seq").values_list("seq", flat=True).first()
        )
        later = Change.objects.filter(kind=self.kind, key__in=keys, seq__gt=last or 0).order_by("seq")
        found = defaultdict(list)
        for one in later:
            found[one.key].append(one)
        return found

    def edited_since(self, key: str, names: list[str]) -> str:
        """Who edited one of `names` last, or the status where none is given."""
        wanted = set(names) or self.record.derived
        of_these = [one for one in self._later[key] if wanted & {name for name, *_values in one.fields()}]
        later = of_these[-1] if of_these else None
        fields = [field_label(self.kind, name) for name in names]
        words = {"fields": ", ".join(fields) or _("status"), "role": "", "day": ""}
        if later is None:
            return _("Edited since then: %(fields)s. Accept the row to undo that as well.") % words
        day = day_first(timezone.localdate(later.at).isoformat())
        words |= {"role": Role(later.actor_role).label, "day": day}
        return (
            _("Edited since then (%(role)s, %(day)s): %(fields)s. Accept the row to undo that as well.")
            % words
        )


def _delete(record: Record, steps: list[Step], recorder: ChangeRecorder) -> None:
    pks = [step.pk for step in steps]
    for other, relation in dependents_of(record):
        # What was left out by a person still hangs on it; a delete would take it along, or cut it off.
        # A sub-protocol that goes with its parent is not in the way.
        going = pks if other is record else []
        hanging = other.stored().filter(**{f"{relation}__in": pks}).exclude(pk__in=going)
        held = set(hanging.order_by().values_list(relation, flat=True))
        if held and not rules_for(record).may_stay:
            raise InTheWay
        pks = [pk for pk in pks if pk not in held]
    recorder.watch(record.model, pks)
    keys = [(one.pk, one.change_key) for one in record.stored().filter(pk__in=pks)]
    record.model._default_manager.filter(pk__in=pks).delete()
    recorder.record_removed(record.model, keys)


def _as_text(value):
    """A value of a snapshot as text, for the plan."""
    if isinstance(value, list):
        return "; ".join(_as_text(one) for one in value)
    if isinstance(value, dict):
        names = ("value", "text", "name", "label")
        return str(next((value[name] for name in names if value.get(name)), ""))
    if value is True or value is False:
        return "yes" if value else "no"
    return "" if value is None else str(value)
