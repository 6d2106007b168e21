"""What the records of this app are to the change log, to undo and to the documents."""

from directory.records import Documents, Record, put_rows

from .documents import counts_at_centres, on_day, trials, version
from .filters import TrialFilterSet
from .identifiers import Identifier
from .models import Condition, Trial, TrialIdentifier, TrialSite
from .statements import DERIVED
from .undo import SiteUndo, TrialUndo


def _put_trials(changed):
    """Put back what lies beside the columns of trials."""
    slugs = {values["parent"] for _trial, values in changed if values.get("parent")}
    parents = dict(Trial.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    for trial, values in changed:
        if "parent" in values:
            parent = values["parent"] and parents[values["parent"]]
            Trial.objects.filter(pk=trial.pk).update(parent=parent)
    identifiers = {trial.pk: values["identifiers"] for trial, values in changed if "identifiers" in values}
    put_rows(TrialIdentifier, "trial", identifiers, compact=lambda one: Identifier(**one).compact)
    _put_conditions([(trial, values["conditions"]) for trial, values in changed if "conditions" in values])


def _put_conditions(wanted):
    through, pks = Trial.conditions.through, [trial.pk for trial, _codes in wanted]
    numbers = dict(Condition.objects.values_list("code", "pk")) if wanted else {}
    through.objects.filter(trial__in=pks).delete()
    through.objects.bulk_create(
        through(trial_id=trial.pk, condition_id=numbers[code]) for trial, codes in wanted for code in codes
    )


TRIAL = Record(
    Trial, key="slug", beside=frozenset({"parent", "merged_into", "identifiers", "conditions"}),
    put_beside=_put_trials, undo=TrialUndo(),
    documents=Documents(trials, TrialFilterSet, on_day, version), shown_with=("parent",),
)  # fmt: skip


def _public_site(side):
    """The documents of trials name no investigator; pages do, where that person consented."""
    return {name: value for name, value in side.items() if name != "investigator_id"}


# A centre's document names no contact, but its `updated_at` tells partners that one is to be read again.
SITE = Record(
    TrialSite, derived=frozenset(DERIVED), undo=SiteUndo(), shown_with=("trial", "centre", "contact_person"),
    public=_public_site, adds={"centre": counts_at_centres},
)  # fmt: skip
RECORDS = (TRIAL, SITE)
