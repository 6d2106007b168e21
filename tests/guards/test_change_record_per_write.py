"""Every door of the admin through which a record is written leaves exactly one change for each record.

Each registered admin is walked: add, change, delete, and every action it offers. A new admin or action fails
here until it says how it is tried. Whatever is only read must write nothing at all.
"""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.models import Affiliation, Centre, Coordination, Network, Professional
from centres.rights import own_apps
from directory.adminsite.recorded import ReadOnlyAdmin
from directory.core.models import Change, Recorded
from tests import builders
from tests.support.admin_forms import act, admin_url, errors, save
from trials.models import Intervention, Trial, TrialIntervention, TrialSite

pytestmark = pytest.mark.django_db

OWN_APPS = own_apps()
# Parts above the domains try their own doors in their own tests.
WALKED = ("core", "centres", "trials")
ADMINS = {m: a for m, a in admin.site._registry.items() if m._meta.app_label in OWN_APPS}
WRITTEN = [m for m, a in ADMINS.items() if m._meta.app_label in WALKED and not isinstance(a, ReadOnlyAdmin)]
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|SAVEPOINT.*SET)\b", re.IGNORECASE)


@pytest.fixture
def editor(client):
    user = builders.an_editor("mieke")
    client.force_login(user)
    return user


@pytest.fixture
def world(editor):
    """One record of everything, each the other's neighbour."""
    centre = builders.a_centre("chc", aliases=["CHC"], state="draft")
    person = builders.a_professional(consent=True)
    Affiliation.objects.create(professional=person, centre=centre, function="coordinator")
    trial = builders.a_trial("A", state="draft", identifiers=["NCT04307576"], conditions=["VIIIc"])
    trial.interventions.add(Intervention.objects.create(name="Radiotherapy"))
    trial.arm_groups.create(label="Arm A", interventions=["Radiotherapy"])
    builders.a_trial("B", parent=trial)
    builders.a_site(trial, centre, said=50, contact_person=person)
    builders.a_network("n", members=[(centre, "satellite")], state="draft")
    builders.a_coordinator(centre, username="jan")
    return centre


def stored() -> dict:
    """`(kind, pk)` → `(key, content)` of every recorded row there is."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, Recorded):
            keys = {one.pk: one.change_key for one in model._base_manager.select_related()}
            shots = model.snapshots(list(keys))
            found |= {(model.change_kind, pk): (keys[pk], shots[pk]) for pk in keys}
    return found


def differences(before: dict, after: dict) -> list:
    """What the log should hold: `(kind, key, before, after)` of each row that is not what it was."""
    nothing = (None, None)
    rows = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}
    return sorted(
        (
            (kind, before.get((kind, pk), after.get((kind, pk)))[0], before.get((kind, pk), nothing)[1],
             after.get((kind, pk), nothing)[1])
            for kind, pk in rows
        ),
        key=str,
    )  # fmt: skip


class Watch:
    """Compares what changed in the tables with what the log says changed."""

    def __enter__(self):
        self.before, self.seq = stored(), Change.objects.count()
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            changes = Change.objects.order_by("seq")[self.seq :]
            said = sorted(((one.kind, one.key, one.before, one.after) for one in changes), key=str)
            self.wrote = said
            assert said == differences(self.before, stored())


ADD = {
    Centre: {"code": "uza", "name_en": "UZA"},
    Network: {"slug": "itcc", "name_en": "ITCC"},
    Professional: {"name": "Somebody", "consent_given_on": "2026-11-01"},
    Trial: {"acronym": "C", "title_en": "A study"},
    TrialSite: {"new_status": "recruiting"},
    Coordination: {},
    Intervention: {"name": "Imatinib", "type": "drug"},
}
CHANGE = {
    Centre: {"city": "Liège", "aliases-0-text": "Clinique", "memberships-0-role": "reference"},
    Network: {"acronym": "N", "memberships-0-care": "blood tests"},
    Professional: {"phone": "+3243223333", "affiliations-0-function": "nurse"},
    Trial: {
        "slug": "renamed",
        "identifiers-0-value": "NCT01234567",
        "conditions": [],
        "age_min_text": "2 years",
    },
    TrialSite: {"new_status": "suspended", "contact_role": "desk"},
    Intervention: {"name": "Proton therapy", "type": "radiation"},
}
ACTION_MORE = {
    "close_at_all_sites": {"confirmed": "yes", "reason": "full"},
    "delete_selected": {"post": "yes"},
}


def needed(model, world) -> dict:
    """References that the form of `model` cannot do without."""
    if model is TrialSite:
        return {"trial": Trial.objects.get(slug="b").pk, "centre": world.pk}
    if model is Coordination:
        return {"user": builders.a_coordinator(username="piet").pk, "centre": world.pk}
    return {}


def unprotect(model) -> None:
    """Sites protect their centre from being deleted, sub-protocols their trial, trials what they give."""
    if model is Intervention:
        TrialIntervention.objects.all().delete()
    if model is Centre:
        TrialSite.objects.all().delete()
    if model is Trial:
        Trial.objects.filter(slug="b").update(parent=None)


def test_every_admin_that_writes_is_walked_here():
    # Both fields of a coordination are fixed: there is nothing to change.
    assert set(WRITTEN) == set(ADD) == {*CHANGE, Coordination}


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_what_is_added_is_recorded_once(client, world, model):
    fields = ADD[model] | needed(model, world)
    with Watch() as watch:
        assert errors(save(client, admin_url(model, "add"), **fields)) == ""
    assert [after is not None for _kind, _key, _before, after in watch.wrote] == [True]


@pytest.mark.parametrize("model", CHANGE, ids=lambda model: model.__name__)
def test_what_is_changed_is_recorded_once_with_all_that_changed_with_it(client, world, model):
    record = model.objects.order_by("pk").first()
    with Watch() as watch:
        assert errors(save(client, admin_url(record, "change"), **CHANGE[model])) == ""
    assert watch.wrote


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_what_is_deleted_is_recorded_with_all_that_falls_with_it(client, world, model):
    unprotect(model)
    record = model.objects.order_by("pk").first()
    with Watch() as watch:
        assert client.post(admin_url(record, "delete"), {"post": "yes"}).status_code == 302
    assert watch.wrote
    assert not model.objects.filter(pk=record.pk).exists()


def actions():
    return [
        (model, action) for model in WRITTEN for action in ("delete_selected", *(ADMINS[model].actions or ()))
    ]


@pytest.mark.parametrize(("model", "action"), actions(), ids=lambda part: getattr(part, "__name__", part))
def test_what_an_action_changes_is_recorded_once_for_each_record(client, world, model, action):
    if action == "delete_selected":
        unprotect(model)
    with Watch() as watch:
        response = act(client, model, action, *model.objects.all(), **ACTION_MORE.get(action, {}))
        assert response.status_code == 302
    changed_nothing = action == "back_to_draft" and not model.objects.filter(state="listed").exists()
    assert watch.wrote or changed_nothing


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__name__)
def test_saving_what_nobody_touched_changes_and_records_nothing(client, world, model):
    for record in model.objects.all():
        with Watch() as watch:
            assert errors(save(client, admin_url(record, "change"))) == ""
        assert watch.wrote == []


def test_an_account_is_closed_not_deleted_so_no_coordination_vanishes_unrecorded(client, world):
    client.force_login(builders.a_user(is_staff=True, is_superuser=True))
    user = Coordination.objects.get().user
    assert client.post(admin_url(user, "delete"), {"post": "yes"}).status_code == 403
    act(client, type(user), "delete_selected", user, post="yes")
    assert Coordination.objects.filter(user=user).exists()


def test_what_fails_halfway_leaves_neither_data_nor_record(client, world, monkeypatch):
    """The last step of a save breaks: all of it is undone."""

    def broken(*args, **kwargs):
        raise RuntimeError("broken")

    before = stored()
    monkeypatch.setattr(ADMINS[Network].__class__, "log_change", broken)
    client.raise_request_exception = False
    response = save(
        client, admin_url(Network.objects.get(), "change"), acronym="X", **{"memberships-0-role": ""}
    )
    assert response.status_code == 500
    assert stored() == before
    assert not Change.objects.exists()


def addresses():
    """Every address of the admin that a GET can reach."""
    yield reverse("admin:index")
    yield reverse("admin:jsi18n")
    for model in ADMINS:
        yield admin_url(model)
        yield admin_url(model) + "?q=a"
        yield admin_url(model, "add")
        for record in model._base_manager.all()[:2]:
            for view in ("change", "history", "delete"):
                yield admin_url(record, view)
    for field in ("trial", "centre", "contact_person", "investigator"):
        names = f"app_label=trials&model_name=trialsite&field_name={field}"
        yield f"{reverse('admin:autocomplete')}?{names}&term=a"


def test_no_page_that_is_only_read_writes(client, world):
    act(client, Trial, "list_records", Trial.objects.get(slug="a"))
    for address in addresses():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            if hasattr(response, "render"):
                response.render()
        written = [one["sql"] for one in queries if WRITES.match(one["sql"])]
        assert written == [], address


def test_the_watch_notices_a_write_past_the_log(world):
    with pytest.raises(AssertionError), Watch():
        Trial.objects.filter(slug="a").update(sponsor="behind the log's back")
