"""Two trials that are one become one; `trials.parting` takes them apart again.

What the trial that stays lacks is filled from the other one, and nothing of it is overwritten. All that hangs
on the other one follows: identifiers, sites, statements, events, suggestions, records of registries,
sub-protocols, and trials merged into it before. Where both have a site at a centre, what was said of the two
is kept under the one that stays, and the one rule derives its status (`trials.statements`). The other trial
stays as it is, merged; its address leads on (docs/adr/0026).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.models import Recorded, State
from directory.core.roles import Role

from . import statements
from .carrying import carry
from .choices import Recruitment
from .models import (
    RegistryRecord,
    StatusStatement,
    SuspectedDouble,
    Trial,
    TrialArm,
    TrialIntervention,
    TrialMerge,
    TrialSite,
)
from .models.criteria import WITHOUT_LIMIT, WithCriteria
from .models.double import DoubleDecision

_Row = TypeVar("_Row", bound=models.Model)
# What the trial that stays keeps, whatever the other one has.
OWN = frozenset(
    {"id", "slug", "state", "sex", "merged_into", "formerly", "created_at", "updated_at", "trial", "centre"}
)
# Each of these says something only together with the others: they are filled together or not at all.
TOGETHER = (
    ("min_days", "max_days", "age_min_text", "age_max_text"), ("lines_min", "lines_max"),
    ("criteria_source", "criteria_as_of"), ("source", "source_url"),
    (
        "contact_role", "contact_email", "contact_phone", "contact_person_id", "contact_source",
        "contact_as_of",
    ),
)  # fmt: skip
# Lists of which one record's are whole, and two records' say things twice.
WHOLE = (TrialArm, TrialIntervention)
DERIVED = frozenset((*statements.DERIVED, *statements.DERIVED_OF_TRIAL))


def is_lacking(value: object) -> bool:
    """Whether nothing is recorded: `False` and 0 are something."""
    return value in (None, "", [], {})


def filled(stays: _Row, goes: _Row) -> dict[str, Any]:
    """The columns of `stays` that are filled from `goes`, with their values; both of one model."""
    names = [one.attname for one in stays._meta.concrete_fields if one.name not in OWN | DERIVED]
    empty = _empty_columns(stays, set(names))
    found = {name: value for name in names if name in empty and not is_lacking(value := getattr(goes, name))}
    return _within_limits(found, stays)


def _empty_columns(row: _Row, names: set[str]) -> set[str]:
    """Those of `names` in which nothing is said; of columns that belong together all or none."""
    empty = {name for name in names if is_lacking(getattr(row, name))}
    for group in map(names.intersection, TOGETHER):
        if not empty.issuperset(group):
            empty.difference_update(group)
    return empty


def _within_limits(found: dict[str, Any], stays: _Row) -> dict[str, Any]:
    """`found` without what contradicts: a bound of what `stays` has no limit of, and the reverse."""
    if not isinstance(stays, WithCriteria):
        return found
    for limit, (without, _sentence) in WITHOUT_LIMIT.items():
        if limit in stays.no_limits:
            found = {name: value for name, value in found.items() if name not in without}
    if "no_limits" in found:
        kept = [one for one in found["no_limits"] if _leaves_open(stays, WITHOUT_LIMIT.get(one))]
        found = {**found, "no_limits": kept}
        if not kept:
            del found["no_limits"]
    return found


def _leaves_open(trial: _Row, without: tuple[dict[str, Any], Any] | None) -> bool:
    return without is None or all(getattr(trial, name) == value for name, value in without[0].items())


def status_after(stays: Trial, goes: Trial) -> dict[str, Any]:
    """What the columns of the status of `stays` become, after what was said of both; empty: they stay.

    A status that stands without a statement is from before there were any: it is not lost.
    """
    mine, theirs = list(stays.statements.all()), list(goes.statements.all())
    if not theirs or not (mine or stays.status == Recruitment.UNKNOWN):
        return {}
    return statements.derive_of_trial([*mine, *theirs])


def obstacles(stays: Trial, goes: Trial) -> Iterator[str]:
    """Why `goes` cannot be merged into `stays`, each with the way out; none where it can."""
    if stays.pk == goes.pk:
        yield _("These are the same record. Choose another trial.")
        return
    for one in (stays, goes):
        said = {"trial": one.slug, "other": one.merged_into and one.merged_into.slug}
        if one.merged_into:
            yield _("“%(trial)s” is merged into “%(other)s”. Choose that one, or undo that merge.") % said
        elif one.state == State.WITHDRAWN:
            yield _("“%(trial)s” is withdrawn. Put it back to draft first, or leave it withdrawn.") % said
    if goes.is_listed and not stays.is_listed:
        yield _("“%(goes)s” is public and “%(stays)s” is not. Keep “%(goes)s”, or list the other first.") % {
            "goes": goes.slug, "stays": stays.slug,
        }  # fmt: skip
    if stays.pk in _above(goes) or goes.pk in _above(stays):
        yield _("One is a sub-protocol of the other: each has its own sites and stays a separate record.")


def _above(trial: Trial) -> set[int]:
    """The pks of its parent, and of that one's."""
    found: set[int] = set()
    while trial.parent and trial.parent_id not in found:
        found.add(trial.parent_id)
        trial = trial.parent
    return found


def merge_trials(*, stays: Trial, goes: Trial, by: changes.Actor) -> TrialMerge:
    """Make `goes` a part of `stays`. Merged already by somebody else just now, it is that merge.

    Raises PermissionError for whoever is no editor, and ValidationError, with sentences, where it cannot be.
    """
    only_editors(by)
    with changes.recording(by) as log:
        stays, goes = held(stays.pk, goes.pk)
        if goes.merged_into_id == stays.pk:
            return TrialMerge.objects.standing().get(goes=goes)
        if why_not := list(obstacles(stays, goes)):
            raise ValidationError(why_not)
        work = _Joining(stays, goes, log).done()
        _decide(SuspectedDouble.objects.of(stays, goes), DoubleDecision.MERGED, by, work)
        return TrialMerge.objects.create(stays=stays, goes=goes, by_id=by.user_id, work=work.as_json())


def decline_double(*, one: Trial, other: Trial, by: changes.Actor) -> None:
    """Keep that the two are not the same: they are not proposed again.

    Raises PermissionError for whoever is no editor.
    """
    only_editors(by)
    low, high = sorted((one, other), key=lambda trial: trial.pk)
    with transaction.atomic():
        SuspectedDouble.objects.get_or_create(first=low, second=high)
        open_ones = SuspectedDouble.objects.of(one, other).filter(decision=DoubleDecision.OPEN)
        open_ones.update(decision=DoubleDecision.DECLINED, decided_at=timezone.now(), decided_by=by.user_id)


def only_editors(by: changes.Actor) -> None:
    if by.role != Role.EDITOR:
        raise PermissionError(_("Only editors merge trials."))


def held(*pks: int) -> list[Trial]:
    """The trials in the order of `pks`, locked: of two who merge at once, the second sees what was done."""
    found = {one.pk: one for one in Trial.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    if len(found) < len(set(pks)):
        raise ValidationError(_("One of the two trials no longer exists."))
    return [found[pk] for pk in pks]


def _decide(doubles, decision: str, by: changes.Actor, work: "MergeWork") -> None:
    pks = list(doubles.values_list("pk", flat=True))
    with work.changing(SuspectedDouble, pks):
        doubles.update(decision=decision, decided_at=timezone.now(), decided_by=by.user_id)


# --- What was done, to be undone ----------------------------------------------------------------------


@dataclass
class MergeWork:
    """`moved`: `(model, pk, column, before, after)` of rows that hang on another record now; `columns`: by
    model and pk, what changed of a record, `{column: [before, after]}`; `links`: by relation, what was added;
    `carried`: pks of statements of sites that follow from the words on both trials.
    """

    moved: list[tuple[str, int, str, int, int]] = field(default_factory=list)
    columns: list[tuple[str, int, dict[str, list]]] = field(default_factory=list)
    links: dict[str, list[int]] = field(default_factory=dict)
    carried: list[int] = field(default_factory=list)

    def changing(self, model: type[models.Model], pks: Iterable[int]) -> "_Changing":
        """Within this, columns of the records `pks` change."""
        return _Changing(self, model, list(pks))

    def as_json(self) -> dict:
        return {
            "moved": self.moved, "columns": self.columns, "links": self.links, "carried": self.carried,
        }  # fmt: skip


class _Changing:
    def __init__(self, work: MergeWork, model: type[models.Model], pks: list[int]):
        self.work, self.model, self.pks = work, model, pks

    def __enter__(self) -> None:
        self.before = plain_rows(self.model, self.pks)

    def __exit__(self, kind, error, trace) -> None:
        for pk, now in plain_rows(self.model, self.pks).items():
            was = self.before[pk]
            if changed := {name: [was[name], now[name]] for name in now if was[name] != now[name]}:
                self.work.columns.append((self.model._meta.label, pk, changed))


def plain_rows(model: type[models.Model], pks: Iterable[int]) -> dict[int, dict]:
    """All columns of some rows, as JSON has them."""
    rows = model._base_manager.filter(pk__in=list(pks)).values()
    return {row["id"]: {name: for_json(value) for name, value in row.items()} for row in rows}


def for_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


# --- Merging ------------------------------------------------------------------------------------------


class _Joining:
    """One merge, under way inside `changes.recording`."""

    def __init__(self, stays: Trial, goes: Trial, log: changes.Recorder):
        self.stays, self.goes, self.log = stays, goes, log
        self.work = MergeWork()
        sites = TrialSite.objects.filter(trial__in=(stays, goes)).select_for_update(of=("self",))
        sites = list(sites.select_related("trial", "centre").order_by("pk"))
        self.mine = {one.centre_id: one for one in sites if one.trial_id == stays.pk}
        self.theirs = [one for one in sites if one.trial_id == goes.pk]
        log.watch(stays, goes, *sites)

    def done(self) -> MergeWork:
        derived = status_after(self.stays, self.goes)
        self._join_sites()
        whole = [one for one in WHOLE if one._base_manager.filter(trial=self.stays).exists()]
        self._follow(Trial, self.goes, self.stays, but=(TrialSite, TrialMerge, *whole))
        with self.work.changing(Trial, (self.stays.pk, self.goes.pk)):
            self._fill(self.stays, self.goes, formerly=self._formerly())
            gone = State.WITHDRAWN if self.goes.is_listed else self.goes.state
            write(self.goes, {"state": gone, "merged_into_id": self.stays.pk})
            if derived:
                write(self.stays, derived)
        self._link()
        self._carry()
        return self.work

    def _carry(self) -> None:
        """Sites hear what was said of the trial that is theirs now; records of registries are read anew."""
        sites = list(TrialSite.objects.filter(trial=self.stays).select_related("centre").order_by("pk"))
        pks = [site.pk for site in sites]
        said = StatusStatement.objects.filter(site__in=pks).values_list("pk", flat=True)
        with self.work.changing(TrialSite, pks), self.work.changing(StatusStatement, said):
            self.work.carried = carry(self.stays, sites)
        RegistryRecord.objects.filter(trial=self.stays).update(fingerprint="")

    def _formerly(self) -> list[str]:
        """The names by which the trial is found from now on, too; not an address that was never public."""
        slug = self.goes.slug if self.goes.is_listed else ""
        words = (*self.stays.formerly, slug, self.goes.acronym, *self.goes.formerly)
        return list(dict.fromkeys(filter(None, words)))

    def _fill(self, stays: Recorded, goes: Recorded, **more: Any) -> None:
        values = filled(stays, goes)
        if values.get("parent_id") in (stays.pk, goes.pk):
            del values["parent_id"]
        write(stays, values | more)

    def _join_sites(self) -> None:
        """A site goes over as it is, or joins the one that is there."""
        twins = [(one, self.mine[one.centre_id]) for one in self.theirs if one.centre_id in self.mine]
        self._move(TrialSite, "trial_id", [one for one in self.theirs if one.centre_id not in self.mine])
        both = [site for pair in twins for site in pair]
        with self.work.changing(TrialSite, [site.pk for site in both]):
            for gone, kept in twins:
                self._follow(TrialSite, gone, kept)
                if values := filled(kept, gone):
                    write(kept, values)
            statements.settle(both)

    def _follow(self, model: type[_Row], goes: _Row, stays: _Row, but: tuple = ()) -> None:
        """All that hangs on `goes` hangs on `stays` from now on; what has a double there is left behind."""
        for relation in model._meta.related_objects:
            if relation.many_to_many or relation.related_model in but:
                continue
            column, other = relation.field.attname, relation.related_model
            rows = list(other._base_manager.filter(**{column: goes.pk}).order_by("pk"))
            if rows:
                self._move(other, column, rows, stays.pk)

    def _move(self, model, column: str, rows: list, to: int | None = None) -> None:
        to = to or self.stays.pk
        if issubclass(model, Recorded):
            self.log.watch(*rows)
        for row in rows:
            before = getattr(row, column)
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=row.pk).update(**{column: to})
            except IntegrityError:  # the one that stays has such a row: one open suggestion of a text
                continue
            self.work.moved.append((model._meta.label, row.pk, column, before, to))

    def _link(self) -> None:
        """Conditions and the like, where the trial that stays has none."""
        for relation in Trial._meta.many_to_many:
            mine, theirs = getattr(self.stays, relation.name), getattr(self.goes, relation.name)
            pks = list(theirs.order_by("pk").values_list("pk", flat=True))
            if pks and not mine.exists():
                mine.set(pks)
                self.work.links[relation.name] = pks


def write(record: Recorded, values: dict[str, Any]) -> None:
    """Set columns of a stored record, and when it was written."""
    for name, value in values.items():
        setattr(record, name, value)
    record.updated_at = timezone.now()
    type(record)._base_manager.filter(pk=record.pk).update(**values, updated_at=record.updated_at)
