"""Whatever changes a public document moves its `updated_at`: made from the models, field by field."""

import datetime as dt

import pytest
from django.db import models
from django.urls import reverse

from centres import actions as people
from centres.models import Centre, CentreAlias, Membership, Network, Professional
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.dates import PartialDateField
from directory.core.fields import WordsField
from directory.core.models import Recorded, Shown, State
from directory.search import service
from directory.search.service import Ask
from tests import builders as b
from tests.sheets import a_csv, applied
from trials.models import Condition, Trial, TrialIdentifier, TrialSite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]

LONG_AGO, SINCE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), "2021-01-01T00:00:00+00:00"
KINDS = ("trial", "centre", "network")
# What is in documents: records, and the rows that are part of one.
SHOWN = (Trial, TrialSite, Centre, Network, Membership, Professional, TrialIdentifier, CentreAlias)
FIELDS = [
    (model, field)
    for model in SHOWN
    for field in model._meta.concrete_fields
    if not field.primary_key and field.name not in ("updated_at", "created_at", "compact", "folded")
]
WORDS = {
    "age_min_text": "3 years", "age_max_text": "9 years",
    "country": "NL", "ror_id": "https://ror.org/00xmkp704", "value": "NCT00000009",
    "phone": "+3293322111", "contact_phone": "+3293322112",
}  # fmt: skip


@pytest.fixture
def world(db, index_dir):
    """One of each, shown in each other, untouched for years; and others to point at."""
    centre = b.a_centre("uz-gent", aliases=["Kiekenhof"])
    b.a_network("itcc", acronym="ITCC", members=[(centre, "reference")])
    b.a_network("ern", acronym="ERN")
    person = b.a_professional("Anne Willing", consent=True, email="anne@example.org")
    b.a_professional("Bert Other", consent=True)
    b.an_editor("somebody")
    b.a_trial("OTHER", slug="other", at=[b.a_centre("uza")])
    trial = b.a_trial("MASTER", slug="master", identifiers=["NCT00000001"], conditions=["VIIIc"])
    b.a_site(trial, centre, status=None, contact_person=person, contact_role="secretariat")
    b.a_trial("SUB", slug="sub", parent=trial)
    for model in SHOWN:
        if issubclass(model, Recorded):
            model.objects.update(updated_at=LONG_AGO)
    service.rebuild()
    assert not moved()


def moved():
    """The documents that partners are told of, who ask what changed since."""
    found = set()
    for kind in KINDS:
        keys = [hit.key for hit in service.find(Ask(kind=kind, ordering="acronym"), limit=200).hits]
        found |= {(kind, one.get("slug") or one["code"]) for one in service.documents(kind, keys)
                  if one["updated_at"] > SINCE}  # fmt: skip
    since = {"updated_since": (SINCE,)}
    listed = {("trial", hit.key) for hit in service.find(Ask(filters=since), limit=200).hits}
    assert listed == {one for one in found if one[0] == "trial"}
    return found


def documents():
    shown = {}
    for kind in KINDS:
        keys = [hit.key for hit in service.find(Ask(kind=kind, ordering="acronym"), limit=200).hits]
        for one in service.documents(kind, keys):
            del one["updated_at"]
            shown[kind, one.get("slug") or one["code"]] = one
    return shown


def another(record, field):
    """A value of `field` other than the one it has, that the database takes."""
    value = getattr(record, field.attname)
    if field.is_relation:
        same = record.pk if field.related_model is type(record) else 0
        return field.related_model._base_manager.exclude(pk__in=[value or 0, same]).first().pk
    if field.choices:
        return next(choice for choice, _label in field.choices if choice != value)
    if field.name in WORDS:
        return WORDS[field.name]
    if isinstance(field, WordsField):
        return [field.words.values[-1]] if field.words else ["Something"]
    for kinds, other in (
        (PartialDateField, "2024-05"), (models.DateTimeField, LONG_AGO),
        (models.DateField, dt.date(2019, 3, 4)),
        (models.BooleanField, not value), (models.FloatField, 4.5), (models.IntegerField, 5),
        (models.URLField, "https://example.org/new"), (models.EmailField, "new@example.org"),
        (models.SlugField, "newname"),
    ):  # fmt: skip
        if isinstance(field, kinds):
            return other
    return "Newname"


def recorded(record, field):
    """One field changed, through the log; the owner of a row that is part of it is what the log names."""
    owner = {TrialIdentifier: "trial", CentreAlias: "centre"}.get(type(record))
    with changes.recording(SYSTEM) as log:
        log.watch(getattr(record, owner) if owner else record)
        if owner and field.name == owner:
            log.watch(field.related_model._base_manager.get(pk=another(record, field)))
        if field.name == "consent_withdrawn_on":
            record.consent_given_on = dt.date(2019, 1, 1)
        if field.name == "merged_into":
            record.state = State.WITHDRAWN
        setattr(record, field.attname, another(record, field))
        record.save()
    service.catch_up()


@pytest.mark.parametrize(
    ("model", "field"), FIELDS, ids=lambda one: getattr(one, "__name__", None) or one.name
)
def test_a_field_that_shows_moves_what_shows_it(world, model, field):
    before = documents()
    recorded(model._base_manager.order_by("pk").exclude(pk=None).filter(**_main(model)).first(), field)
    after = documents()
    changed = {key for key in after if after[key] != before.get(key)}
    assert changed <= moved()
    # What the index says, it says after it was built anew too.
    told = moved()
    service.rebuild()
    assert moved() == told


def _main(model):
    return {"slug": "master"} if model is Trial else {"trial__slug": "master"} if model is TrialSite else {}


def test_the_fields_above_are_those_of_all_that_is_shown():
    assert len(FIELDS) > 90
    assert {model for model, _field in FIELDS} == set(SHOWN)


TOLD = {("trial", "master"), ("centre", "uz-gent")}


def withdraw(client):
    people.withdraw_consent(professionals=Professional.objects.filter(name__startswith="Anne"), by=SYSTEM)


def delete(client):
    client.force_login(b.an_editor("mieke"))
    person = Professional.objects.get(name__startswith="Anne")
    client.post(reverse("admin:centres_professional_delete", args=[person.pk]), {"post": "yes"})


def give_alias(client):
    with changes.recording(SYSTEM) as log:
        centre = Centre.objects.get(code="uz-gent")
        log.watch(centre)
        CentreAlias.objects.create(centre=centre, text="Another")


def import_statuses(client):
    row = {"centre_code": "uz-gent", "acronym": "MASTER", "status": "suspended", "status_date": "2026-05-13"}
    applied(a_csv(row), kind="sites", user=b.an_editor())


def remove_site(client):
    with changes.recording(SYSTEM) as log:
        site = TrialSite.objects.get(trial__slug="master")
        log.watch(site)
        site.delete()


def set_conditions(client):
    with changes.recording(SYSTEM) as log:
        trial = Trial.objects.get(slug="master")
        log.watch(trial)
        trial.conditions.set(Condition.objects.filter(code="IVa"))


@pytest.mark.parametrize("door", [withdraw, delete, give_alias, import_statuses, remove_site, set_conditions])
def test_every_door_moves_a_site_s_trial_and_its_centre(world, client, door):
    door(client)
    service.catch_up()
    assert moved() >= TOLD


def test_what_changed_nothing_moves_nothing(world):
    with changes.recording(SYSTEM) as log:
        trial = Trial.objects.get(slug="master")
        log.watch(trial)
    service.catch_up()
    assert (moved(), Shown.objects.count()) == (set(), 0)


def test_a_change_that_is_rolled_back_moves_nothing(world):
    def refused():
        with changes.recording(SYSTEM) as log:
            trial = Trial.objects.get(slug="master")
            log.watch(trial)
            trial.title_en = "Newname"
            trial.save()
            raise LookupError

    with pytest.raises(LookupError):
        refused()
    assert not Shown.objects.exists()
