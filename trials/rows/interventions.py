"""What a row says that a trial gives or does: interventions, which trials share, and its own arms."""

from collections.abc import Iterable, Iterator

from directory.core import bulk
from directory.imports.rows.checking import Write, unsaved
from directory.imports.rows.storing import ChangeRecorder
from directory.sheets.sheet import Sheet

from ..intervention_cells import Arm, Given
from ..models import Intervention, Trial, TrialArm, TrialIntervention
from ..models.trial import given_in

_SHARED = "interventions"  # rows that name the same one write the same record


class StoredInterventions:
    """What is stored of the trials of a chunk, where a sheet tells of it at all (`are_told`)."""

    def __init__(self, sheet: type[Sheet]) -> None:
        column = sheet.columns().get("interventions")
        self.are_told = column is not None and column.is_kept
        self._given: dict[int, list[Given]] = {}
        self._with_arms: set[int] = set()

    def look_up(self, pks: Iterable[int]) -> None:
        pks = list(pks)
        if pks and self.are_told:
            self._given |= {pk: [Given(**one) for one in some] for pk, some in given_in(pks).items()}
            arms = TrialArm.objects.filter(trial__in=pks).order_by()
            self._with_arms |= set(arms.values_list("trial_id", flat=True))

    def given(self, trial: Trial) -> list[Given]:
        return self._given.get(trial.pk, []) if trial.pk else []

    def has_arms(self, trial: Trial) -> bool:
        return trial.pk in self._with_arms

    def forget(self) -> None:
        self._given.clear()
        self._with_arms.clear()


def are_same(some: Iterable[Given], others: Iterable[Given]) -> bool:
    return {one.key for one in some} == {one.key for one in others}


def writes_of(work) -> Iterator[Write]:
    """The records of what a row newly says; an intervention that is stored already is no fault."""
    for one in work.given or ():
        name, kind = one.key
        made = unsaved(Intervention, name=one.name, type=kind, folded=name)
        yield Write(made, "interventions", shared=_SHARED, replaces=True)
    for place, arm in enumerate(work.arms or ()):
        yield Write(unsaved(TrialArm, trial=work.trial, **_values(arm), position=place), "arm_groups")


def store(works: Iterable, recorder: ChangeRecorder) -> None:
    """Write what rows say of their trials, which are stored; part of the trials' own changes."""
    works = list(works)
    _store_given([work for work in works if work.given is not None], recorder)
    with_arms = [work for work in works if work.arms is not None]
    if with_arms:
        TrialArm.objects.filter(trial__in=[work.trial.pk for work in with_arms]).delete()
    bulk.insert(
        TrialArm,
        ("trial", "position", "label", "type", "description", "interventions"),
        (
            (work.trial.pk, place, *_values(arm).values())
            for work in with_arms
            for place, arm in enumerate(work.arms)
        ),
    )


def _store_given(works: list, recorder: ChangeRecorder) -> None:
    if not works:
        return
    pks = _store_named([one for work in works for one in work.given], recorder)
    TrialIntervention.objects.filter(trial__in=[work.trial.pk for work in works]).delete()
    bulk.insert(
        TrialIntervention,
        ("trial", "intervention", "position"),
        ((work.trial.pk, pks[one.key], place) for work in works for place, one in enumerate(work.given)),
    )


def _store_named(several: list[Given], recorder: ChangeRecorder) -> dict[tuple[str, str], int]:
    """The pks of all by their keys; those that nobody had are made, as they are first written."""
    named = {one.key: one for one in reversed(several)}
    pks = Intervention.objects.pks_of(named)
    new = [_made(one) for key, one in named.items() if key not in pks]
    recorder.write(new)
    return pks | {(one.folded, one.type): one.pk for one in new}


def _made(one: Given) -> Intervention:
    name, kind = one.key
    made = Intervention(name=one.name, type=kind, folded=name)
    made.describe()
    return made


def _values(arm: Arm) -> dict[str, object]:
    return {
        "label": arm.label, "type": arm.type, "description": arm.description,
        "interventions": list(arm.interventions),
    }  # fmt: skip
