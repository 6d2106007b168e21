"""The undo of a merge of trials (`trials.merging`): both, and all that hangs on them, are what they were.

It reads what the merge kept of its work. Where something that would be put back was changed since, nothing is
undone and it is told what; what came since and is in nobody's way stays where it is. Not so what only
followed for a site from a word on the other trial (`trials.implied`): it is taken back, and the records of
registries are read anew. Statuses are derived of the statements that each has then.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.models import Recorded

from . import statements
from .merging import DERIVED, for_json, held, only_editors, plain_rows, write
from .models import (
    RegistryRecord,
    StatusStatement,
    SuspectedDouble,
    Trial,
    TrialIdentifier,
    TrialMerge,
    TrialSite,
)
from .models.registry import FROM_FILES, SCHEME_OF

# Columns that are put back by a rule of their own, or that say nothing to a reader.
_NOT_COMPARED = DERIVED | {"formerly", "updated_at"}
_NEEDED = (TrialSite, TrialIdentifier, Trial)  # what an undo cannot do without


class ChangedSince(ValidationError):
    """A merge that cannot be undone, with what changed since in sentences."""


def undo_merge(*, merge: TrialMerge, by: changes.Actor) -> None:
    """Take apart what `merge` made one: both trials and all that hangs on them are what they were.

    What came since and does not touch it stays where it is: a statement with its site, a text with its trial.
    Undone already, nothing happens. Raises PermissionError for whoever is no editor, and `ChangedSince` where
    something that would be put back was changed.
    """
    only_editors(by)
    try:
        with changes.recording(by) as log:
            merge = TrialMerge.objects.select_for_update().get(pk=merge.pk)
            if merge.undone_at is None:
                _Parting(merge, log).do()
                merge.undone_at, merge.undone_by_id = timezone.now(), by.user_id
                merge.save(update_fields=["undone_at", "undone_by"])
    except IntegrityError:
        raise ChangedSince(
            _("The merged trial cannot be restored: its address or number is used by another record now.")
        ) from None


class _Parting:
    """The undo of one merge, inside `changes.recording`."""

    def __init__(self, merge: TrialMerge, log: changes.Recorder):
        self.merge, self.log = merge, log
        self.moved, self.columns = merge.work["moved"], merge.work["columns"]
        self.restated: set[int] = set()  # pks of trials of which the status was edited since
        self.stays, self.goes = held(merge.stays_id, merge.goes_id)
        self.both = (self.stays, self.goes)
        sites = TrialSite.objects.filter(trial__in=self.both).select_for_update(of=("self",))
        self.log.watch(*self.both, *sites.select_related("trial", "centre").order_by("pk"))

    def do(self) -> None:
        if changed := list(self._changed()):
            raise ChangedSince(changed)
        self._move_back()
        for label, pk, names in reversed(self.columns):  # of what changed twice, the first change is last
            self._put_back(apps.get_model(label), pk, names)
        self._take_back_implied()
        statements.settle(TrialSite.objects.filter(trial__in=self.both).order_by("pk"))
        for pk in self.restated | self._spoken_of_since():
            _derive(pk)
        for name in self.merge.work["links"]:
            getattr(self.stays, name).clear()
        RegistryRecord.objects.filter(trial__in=self.both).update(fingerprint="")

    def _take_back_implied(self) -> None:
        """What follows for a site from a word on the trial that it is no site of any more.

        At the sites that go back, all of it since the merge; at the others, what the registries of the
        numbers that go back said; and what the merge itself carried over.
        """
        numbers = [pk for label, pk, *_rest in self.moved if label == TrialIdentifier._meta.label]
        schemes = set(TrialIdentifier.objects.filter(pk__in=numbers).values_list("scheme", flat=True))
        sources = [one.label for one, scheme in SCHEME_OF.items() if scheme in schemes]
        theirs = Q(site__trial=self.stays, source__in=[*sources, *(one + FROM_FILES for one in sources)])
        since = Q(recorded_at__gte=self.merge.at) & ~Q(implied_by="") & (Q(site__trial=self.goes) | theirs)
        was_there = [pk for label, pk, *_rest in self.moved if label == StatusStatement._meta.label]
        carried = Q(pk__in=self.merge.work.get("carried", ()))
        gone = StatusStatement.objects.filter(carried | since, retracted_at=None).exclude(pk__in=was_there)
        pks = list(gone.values_list("pk", flat=True))
        StatusStatement.objects.filter(pk__in=pks).update(retracted_at=timezone.now(), retracted_run=None)

    def _spoken_of_since(self) -> set[int]:
        """The pks of trials of which somebody said something since the merge, or took it back."""
        since = Q(recorded_at__gte=self.merge.at) | Q(retracted_at__gte=self.merge.at)
        found = StatusStatement.objects.filter(since, trial__in=self.both)
        return set(found.values_list("trial", flat=True))

    def _changed(self) -> Iterator[str]:
        """What was changed since of that which would be put back, in sentences."""
        if self.stays.merged_into_id:
            yield _("“%(trial)s” was merged into another trial since then. Undo that merge first.") % {
                "trial": self.stays.slug
            }
        for label, pk, column, _before, after in self.moved:
            model = apps.get_model(label)
            row = model._base_manager.filter(pk=pk).first()
            if model in _NEEDED and (row is None or getattr(row, column) != after):
                name = row or f"{model._meta.verbose_name} {pk}"
                yield _("%(record)s was moved or removed since then.") % {"record": name}
        for label, pk, names in self.columns:
            yield from self._edited(apps.get_model(label), pk, names)
        for name, pks in self.merge.work["links"].items():
            if set(getattr(self.stays, name).values_list("pk", flat=True)) != set(pks):
                yield _edited_sentence(self.stays, name)

    def _edited(self, model, pk: int, names: dict[str, list]) -> Iterator[str]:
        if model in (SuspectedDouble, StatusStatement) or _NOT_COMPARED.issuperset(names):
            return  # nobody edits these
        record = model._base_manager.filter(pk=pk).first()
        if record is None:
            yield _("%(record)s was moved or removed since then.") % {
                "record": f"{model._meta.verbose_name} {pk}"
            }
            return
        for name, (_before, after) in names.items():
            if name not in _NOT_COMPARED and for_json(getattr(record, name)) != after:
                yield _edited_sentence(record, name)

    def _move_back(self) -> None:
        """What went elsewhere meanwhile, as a registry's record may, is left there."""
        for label, pk, column, before, after in self.moved:
            model = apps.get_model(label)
            rows = model._base_manager.filter(pk=pk, **{column: after})
            if issubclass(model, Recorded):
                self.log.watch(*rows)
            rows.update(**{column: before})

    def _put_back(self, model, pk: int, names: dict[str, list]) -> None:
        """Columns as they were; what was derived or noted otherwise since is left to its rule."""
        now = plain_rows(model, [pk]).get(pk, {})
        back = {name for name, (_before, after) in names.items() if now.get(name) == after}
        is_edited = not back.issuperset(names)
        if is_edited:
            back.discard("updated_at")
        values = {name: model._meta.get_field(name).to_python(names[name][0]) for name in back}
        if "formerly" in names.keys() - back:
            values["formerly"] = _without(now["formerly"], *names["formerly"])
        model._base_manager.filter(pk=pk).update(**values)
        if model is Trial and is_edited and not DERIVED.isdisjoint(names):
            self.restated.add(pk)


def _without(words: list[str], before: list[str], after: list[str]) -> list[str]:
    """`words` less those that came between `before` and `after`."""
    return [word for word in words if word in before or word not in after]


def _derive(pk: int) -> None:
    """The status of a trial, after its statements."""
    trial = Trial.objects.get(pk=pk)
    said = list(trial.statements.all())
    derived = statements.derive_of_trial(said)
    if said and any(getattr(trial, name) != value for name, value in derived.items()):
        write(trial, derived)


def _edited_sentence(record: models.Model, name: str) -> str:
    label = record._meta.get_field(name.removesuffix("_id")).verbose_name
    return _("%(field)s of %(record)s was changed since then.") % {"field": capfirst(label), "record": record}
