"""Records by what the change log calls them: found by key, put back to a snapshot, made again, removed.

A snapshot is what `Recorded.snapshots` says of a record. What lies beside its own columns (identifiers,
aliases, conditions) is put back by a function of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Model

from centres.models import Affiliation, Centre, CentreAlias, Membership, Network, Professional
from directory.core.models import Recorded
from directory.core.text import fold
from trials import statements
from trials.identifiers import Identifier
from trials.models import Condition, Trial, TrialIdentifier, TrialSite


@dataclass(frozen=True)
class Records:
    """How records of one kind are found and put back.

    `beside`: names of a snapshot that are no column of the table; `derived`: columns made of something else;
    `named_by`: relations that a new record is given by name. `dependents`: what hangs on a record and must
    not go with it, as `(model, relation)`.
    """

    model: type[Recorded]
    find: Callable[[list[str]], dict[str, int]]
    beside: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    named_by: dict[str, tuple[str, type[Model], str]] = field(default_factory=dict)
    dependents: tuple[tuple[type[Recorded], str], ...] = ()
    related: tuple[str, ...] = ()

    def set(self, record: Model, values: dict) -> list[str]:
        """Set columns of `record` to what a snapshot says of them; returns the attributes set."""
        names = [name for name in values if name not in self.beside | self.derived]
        for name in names:
            column = self.model._meta.get_field(name)
            setattr(record, column.attname, column.to_python(values[name]))
        return names

    def new(self, key: str, shot: dict) -> Model:
        """An unsaved record of a snapshot."""
        record = self.model()
        self.set(record, shot)
        for name, (attribute, model, by) in self.named_by.items():
            setattr(record, attribute, model._default_manager.get(**{by: shot[name]}))
        if self.model is Professional:
            record.pk = int(key)  # a person is called by it in the log and in other records
        return record


def _by(model, name):
    return lambda keys: dict(model.objects.filter(**{f"{name}__in": keys}).values_list(name, "pk"))


def _sites(keys):
    pairs = [key.rsplit("@", 1) for key in keys if "@" in key]
    wanted = set(keys)
    found = TrialSite.objects.filter(
        trial__slug__in={slug for slug, _code in pairs}, centre__code__in={code for _slug, code in pairs}
    )
    known = found.values_list("pk", "trial__slug", "centre__code")
    return {key: pk for pk, slug, code in known if (key := f"{slug}@{code}") in wanted}


def _members(keys):
    wanted = set(keys)
    found = Membership.objects.filter(network__slug__in={key.split("/")[0] for key in keys})
    return {
        key: one.pk for one in found.select_related("network", "centre") if (key := one.change_key) in wanted
    }


def _people(keys):
    return {str(pk): pk for pk in Professional.objects.filter(pk__in=keys).values_list("pk", flat=True)}


def _affiliations(keys):
    wanted = set(keys)
    found = Affiliation.objects.filter(professional__in={key.split("/")[0] for key in keys})
    return {key: one.pk for one in found.select_related("centre") if (key := one.change_key) in wanted}


# In the order in which they are made; they are removed the other way round.
RECORDS: dict[str, Records] = {
    "centre": Records(
        Centre, _by(Centre, "code"), frozenset({"aliases"}),
        dependents=((TrialSite, "centre"), (Membership, "centre"), (Affiliation, "centre")),
    ),
    "network": Records(Network, _by(Network, "slug"), dependents=((Membership, "network"),)),
    "professional": Records(
        Professional, _people,
        dependents=(
            (Affiliation, "professional"), (TrialSite, "contact_person"), (TrialSite, "investigator"),
        ),
    ),
    "trial": Records(
        Trial, _by(Trial, "slug"), frozenset({"parent", "identifiers", "conditions"}),
        dependents=((TrialSite, "trial"), (Trial, "parent")),
    ),
    "membership": Records(
        Membership, _members, frozenset({"network", "centre"}),
        named_by={"network": ("network", Network, "slug"), "centre": ("centre", Centre, "code")},
        related=("network", "centre"),
    ),
    "affiliation": Records(
        Affiliation, _affiliations, frozenset({"professional", "centre"}),
        named_by={"professional": ("professional", Professional, "pk"), "centre": ("centre", Centre, "code")},
        related=("professional", "centre"),
    ),
    "site": Records(
        TrialSite, _sites, frozenset({"trial", "centre"}), frozenset(statements.DERIVED),
        named_by={"trial": ("trial", Trial, "slug"), "centre": ("centre", Centre, "code")},
        related=("trial", "centre"),
    ),
}  # fmt: skip


def put_beside(kind: str, changed: Iterable[tuple[Model, dict]]) -> None:
    """Put back what lies beside the columns of `(record, values)`: of a trial and of a centre."""
    if kind == "trial":
        _put_trials(list(changed))
    elif kind == "centre":
        _put_aliases([(record, values["aliases"]) for record, values in changed if "aliases" in values])


def _put_trials(changed):
    slugs = {values["parent"] for _trial, values in changed if values.get("parent")}
    parents = dict(Trial.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    for trial, values in changed:
        if "parent" in values:
            parent = values["parent"] and parents[values["parent"]]
            Trial.objects.filter(pk=trial.pk).update(parent=parent)
    _put_identifiers([(trial, values["identifiers"]) for trial, values in changed if "identifiers" in values])
    _put_conditions([(trial, values["conditions"]) for trial, values in changed if "conditions" in values])


def _put_identifiers(wanted):
    known = defaultdict(dict)
    for one in TrialIdentifier.objects.filter(trial__in=[trial.pk for trial, _values in wanted]):
        known[one.trial_id][one.scheme, one.value] = one.pk
    said = {trial.pk: {(one["scheme"], one["value"]) for one in values} for trial, values in wanted}
    gone = [pk for trial, held in known.items() for one, pk in held.items() if one not in said[trial]]
    TrialIdentifier.objects.filter(pk__in=gone).delete()
    TrialIdentifier.objects.bulk_create(
        TrialIdentifier(trial_id=pk, scheme=scheme, value=value, compact=Identifier(scheme, value).compact)
        for pk, several in said.items()
        for scheme, value in sorted(several - set(known[pk]))
    )


def _put_conditions(wanted):
    through, pks = Trial.conditions.through, [trial.pk for trial, _codes in wanted]
    numbers = dict(Condition.objects.values_list("code", "pk")) if wanted else {}
    through.objects.filter(trial__in=pks).delete()
    through.objects.bulk_create(
        through(trial_id=trial.pk, condition_id=numbers[code]) for trial, codes in wanted for code in codes
    )


def _put_aliases(wanted):
    known = defaultdict(dict)
    for one in CentreAlias.objects.filter(centre__in=[centre.pk for centre, _values in wanted]):
        known[one.centre_id][one.text, one.kind] = one.pk
    said = {centre.pk: {(one["text"], one["kind"]) for one in values} for centre, values in wanted}
    gone = [pk for centre, held in known.items() for one, pk in held.items() if one not in said[centre]]
    CentreAlias.objects.filter(pk__in=gone).delete()
    CentreAlias.objects.bulk_create(
        CentreAlias(centre_id=pk, text=text, folded=fold(text), kind=kind)
        for pk, several in said.items()
        for text, kind in sorted(several - set(known[pk]))
    )
