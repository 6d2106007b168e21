"""What the records of this app are to the change log, to undo and to the documents."""

from directory.core import changes
from directory.records import Documents, Record, put_rows

from .documents import counts_at_centres, on_day, trials, version
from .filters import TrialFilterSet
from .identifiers import Identifier
from .models import (
    Condition,
    Intervention,
    Trial,
    TrialArm,
    TrialIdentifier,
    TrialIntervention,
    TrialSite,
)
from .models.intervention import folded
from .statements import DERIVED
from .undo import InterventionUndo, SiteUndo, TrialUndo


def _put_trials(changed):
    """Put back what lies beside the columns of trials."""
    slugs = {values["parent"] for _trial, values in changed if values.get("parent")}
    parents = dict(Trial.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    for trial, values in changed:
        if "parent" in values:
            parent = values["parent"] and parents[values["parent"]]
            Trial.objects.filter(pk=trial.pk).update(parent=parent)
    identifiers = _of_each(changed, "identifiers")
    put_rows(TrialIdentifier, "trial", identifiers, compact=lambda one: Identifier(**one).compact)
    _put_conditions(_of_each(changed, "conditions"))
    _put_interventions(_of_each(changed, "interventions"))
    arms = _of_each(changed, "arm_groups")
    put_rows(TrialArm, "trial", {pk: _in_order(some) for pk, some in arms.items()})


def _of_each(changed, name):
    """What snapshots have under `name`, by pk, of those that have it."""
    return {record.pk: values[name] for record, values in changed if name in values}


def _in_order(rows):
    return [{**one, "position": place} for place, one in enumerate(rows)]


def _put_interventions(wanted):
    """One that was deleted meanwhile is made again by the house."""
    named = {(folded(one["name"]), one["type"]): one["name"] for some in wanted.values() for one in some}
    pks = Intervention.objects.pks_of(named)
    with changes.recording(changes.SYSTEM) as log:
        for key in named.keys() - pks.keys():
            made = Intervention(name=named[key], type=key[1])
            made.describe()
            log.watch(made)
            made.save()
            pks[key] = made.pk
    links = {
        pk: _in_order({"intervention_id": pks[folded(one["name"]), one["type"]]} for one in some)
        for pk, some in wanted.items()
    }
    put_rows(TrialIntervention, "trial", links)


def _put_conditions(wanted):
    through = Trial.conditions.through
    numbers = dict(Condition.objects.values_list("code", "pk")) if wanted else {}
    through.objects.filter(trial__in=list(wanted)).delete()
    through.objects.bulk_create(
        through(trial_id=pk, condition_id=numbers[code]) for pk, codes in wanted.items() for code in codes
    )


INTERVENTION = Record(Intervention, key="pk", undo=InterventionUndo())
TRIAL = Record(
    Trial, key="slug", put_beside=_put_trials, undo=TrialUndo(),
    beside=frozenset({"parent", "merged_into", "identifiers", "conditions", "interventions", "arm_groups"}),
    documents=Documents(trials, TrialFilterSet, on_day, version), shown_with=("parent", "interventions"),
)  # fmt: skip


def _public_site(side):
    """The documents of trials name no investigator; pages do, where that person consented."""
    return {name: value for name, value in side.items() if name != "investigator_id"}


# A centre's document names no contact, but its `updated_at` tells partners that one is to be read again.
SITE = Record(
    TrialSite, derived=frozenset(DERIVED), undo=SiteUndo(), shown_with=("trial", "centre", "contact_person"),
    public=_public_site, adds={"centre": counts_at_centres},
)  # fmt: skip
RECORDS = (INTERVENTION, TRIAL, SITE)
