"""No door of the admin shows or changes what is not this person's: model × view × role, with canaries.

The world holds one listed trial at two centres. Everything that belongs to the other centre, and every
draft, carries a canary; a coordinator of the own centre, a member of staff without a role and a visitor
must never see one, nor learn by asking whether it is there.
"""

import re
from functools import cache
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import reverse

from centres.models import Affiliation, Centre, Coordination, Membership, Network, Professional
from centres.rights import own_apps
from directory.core import changes
from directory.core.models import Change, Recorded
from directory.imports.models import ImportRun
from directory.partners.models import ApiKey
from tests import builders
from tests.support.admin_forms import admin_url
from trials.actions import state_status
from trials.models import (
    Condition,
    DiscoveredTrial,
    Intervention,
    RecruitmentEvent,
    RegistryDiscovery,
    RegistryRecord,
    RegistrySync,
    StatusStatement,
    SuspectedDouble,
    TextSuggestion,
    Trial,
    TrialMerge,
    TrialSite,
    UnresolvedPlace,
)

pytestmark = pytest.mark.django_db

CANARY = "zkanarie"
OWN_APPS = own_apps()
REGISTERED = [model for model in admin.site._registry if model._meta.app_label in OWN_APPS]
LABELS = sorted({model._meta.app_label for model in REGISTERED})
OURS = [
    Affiliation, Centre, Coordination, Intervention, Membership, Network, Professional, StatusStatement,
    Trial, TrialSite,
]  # fmt: skip
MINE, THEIRS = "own", "other"
DECIDED = (TextSuggestion, UnresolvedPlace)  # on their pages, by editors
FOR_EDITORS = (
    DiscoveredTrial, RecruitmentEvent, RegistryDiscovery, RegistryRecord, RegistrySync, SuspectedDouble,
    TrialMerge, *DECIDED,
)  # fmt: skip


@pytest.fixture
def world():
    """Own and other centre, one record of each model of each, all of the other's with canaries."""
    own = builders.a_centre("own", name="Own hospital")
    other = builders.a_centre(
        f"{CANARY}-centre", name=f"{CANARY} hospital", state="draft", aliases=[f"{CANARY} alias"],
        email=f"{CANARY}@example.org",
    )  # fmt: skip
    trial = builders.a_trial("Shared", title_en="A listed trial")
    hidden = builders.a_trial(
        f"{CANARY}-draft",
        state="draft",
        identifiers=[f"{CANARY}-77"],
        sponsor=f"{CANARY} sponsor",
        parent=trial,
    )
    hidden.interventions.add(Intervention.objects.create(name=f"{CANARY} drug", type="drug"))
    hidden.arm_groups.create(label=f"{CANARY} arm")
    RecruitmentEvent.objects.create(trial=hidden, happened="opened", facts={"acronym": CANARY})
    RegistryRecord.objects.create(registry="ctgov", number=CANARY, trial=hidden)
    RegistrySync.objects.create(registry="ctgov", status="waiting", problems=[CANARY])
    RegistryDiscovery.objects.create(registry="ctgov", status="waiting", problems=[CANARY])
    DiscoveredTrial.objects.create(registry="ctgov", scheme="nct", number=CANARY, title=CANARY)
    TextSuggestion.objects.create(trial=hidden, field="title_en", registry="ctgov", said=CANARY)
    UnresolvedPlace.objects.create(trial=hidden, registry="ctgov", text=CANARY, folded=CANARY)
    SuspectedDouble.objects.create(first=trial, second=hidden, why="number", evidence=CANARY)
    TrialMerge.objects.create(stays=trial, goes=hidden)
    colleague = builders.a_professional("Own colleague", email="colleague@example.org")
    stranger = builders.a_professional(f"{CANARY} person", email=f"{CANARY}@example.org", phone="+3290001111")
    Affiliation.objects.create(professional=colleague, centre=own)
    # A person of both houses: what they are elsewhere is not the own centre's to read.
    Affiliation.objects.create(professional=colleague, centre=other, function=f"{CANARY} function")
    Affiliation.objects.create(professional=stranger, centre=other)
    mine = builders.a_site(trial, own, said=50, contact_person=colleague)
    theirs = builders.a_site(
        trial, other, said=50, contact_person=stranger, contact_email=f"{CANARY}@example.org",
        contact_role=f"{CANARY} desk",
    )  # fmt: skip
    buried = builders.a_site(hidden, other, said=50)
    network = builders.a_network(f"{CANARY}-network", state="draft", members=[own, other])
    rival = builders.a_coordinator(other, username=f"{CANARY}-rival")
    for site in (theirs, buried):
        state_status(
            site=site, status="suspended", by=changes.Actor.of(rival), evidence=f"{CANARY} evidence",
            source=f"{CANARY} source",
        )  # fmt: skip
    state_status(site=mine, status="suspended", by=changes.Actor("editor"))
    run = ImportRun.objects.create(
        kind="sites", file_name=f"{CANARY}.csv", sha256="0" * 64, status="planned", created_by=rival,
        role="coordinator", centre=other, rows_total=1,
    )  # fmt: skip
    run.rows.create(number=2, outcome="update", record=f"{CANARY} record", values={"title": f"{CANARY} cell"})
    ApiKey.objects.create(name=f"{CANARY} key", prefix="zkzkzk", digest="0" * 64, centre=other)
    return SimpleNamespace(
        own=own, other=other, trial=trial, hidden=hidden, colleague=colleague, stranger=stranger, mine=mine,
        theirs=theirs, buried=buried, network=network, rival=rival,
    )  # fmt: skip


@pytest.fixture(params=["coordinator", "staff without a role", "visitor"])
def outsider(request, world):
    return {
        "coordinator": lambda: builders.a_coordinator(world.own, username="jan"),
        "staff without a role": lambda: builders.a_user("staff", is_staff=True),
        "visitor": lambda: None,
    }[request.param]()


@pytest.fixture
def as_outsider(client, outsider):
    if outsider:
        client.force_login(outsider)
    return client


def records():
    """Every record of every registered model."""
    return [record for model in REGISTERED for record in model._default_manager.all()]


def everything() -> dict:
    """All rows of our models, to compare before and after."""
    models = [m for m in apps.get_models() if m._meta.app_label in OWN_APPS and m is not Condition]
    return {model: list(model._default_manager.order_by("pk").values()) for model in models}


def body(response) -> str:
    text = b"".join(response.streaming_content) if response.streaming else response.content
    return text.decode() + response.get("Location", "")


# -- reading ------------------------------------------------------------


def test_no_page_of_the_admin_shows_a_canary(as_outsider, world):
    addresses = [reverse("admin:index"), *[reverse("admin:app_list", args=[app]) for app in LABELS]]
    addresses += [admin_url(model, view) for model in REGISTERED for view in ("changelist", "add")]
    addresses += [admin_url(record, view) for record in records() for view in ("change", "history", "delete")]
    run = ImportRun.objects.get()
    addresses += [f"{reverse('admin:imports_importrun_changelist')}{run.pk}/progress/"]
    for address in addresses:
        response = as_outsider.get(address)
        assert response.status_code in (200, 302, 403, 404), address
        assert CANARY not in body(response), address


def test_the_same_pages_do_show_the_canaries_to_an_editor(client, world):
    """The guard above can fail: there is something to see."""
    client.force_login(builders.an_editor())
    for record in (world.other, world.hidden, world.stranger, world.theirs, world.network):
        for view in ("change", "delete"):
            assert CANARY in body(client.get(admin_url(record, view))), (record, view)
    assert CANARY in body(client.get(admin_url(world.trial, "history")))


def test_no_list_tells_by_search_whether_something_hidden_is_there(as_outsider, world):
    for model in REGISTERED:
        for word in (CANARY, f"{CANARY}-77", f"{CANARY}@example.org", "+3290001111"):
            response = as_outsider.get(admin_url(model), {"q": word})
            if response.status_code == 200:
                assert response.context["cl"].result_count == 0, (model, word)


def test_no_autocomplete_offers_what_is_hidden(as_outsider, world):
    url = reverse("admin:autocomplete")
    for model in OURS:
        for field in model._meta.get_fields():
            if not (field.many_to_one or field.many_to_many) or field.auto_created:
                continue
            names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            for term in ("", CANARY[:4]):
                response = as_outsider.get(url, names | {"field_name": field.name, "term": term})
                assert response.status_code in (200, 302, 403), (model, field.name)
                assert CANARY not in response.content.decode(), (model, field.name)


def test_no_filter_of_a_list_names_what_is_hidden(as_outsider, world):
    for model in REGISTERED:
        for query in ("_facets=True", "all=", "_popup=1", "_to_field=id"):
            assert CANARY not in body(as_outsider.get(f"{admin_url(model)}?{query}")), (model, query)


# -- asking by address ------------------------------------------------------------


@cache
def paths(model, depth=3) -> tuple[str, ...]:
    """Every field of `model` and, through relations in both directions, of its neighbours."""
    found = []
    for field in model._meta.get_fields():
        found.append(field.name)
        if field.is_relation and depth > 1 and field.related_model._meta.app_label in (*OWN_APPS, "auth"):
            found += [f"{field.name}__{rest}" for rest in paths(field.related_model, depth - 1)]
    return tuple(found)


def test_a_coordinator_can_ask_lists_only_about_what_they_show(world):
    """What an address may ask of each list; anything else is refused before the database is asked."""
    request = RequestFactory().get("/")
    request.user = builders.a_coordinator(world.own)
    allowed = {
        model.__name__: {path for path in paths(model) if model_admin.lookup_allowed(path, "x", request)}
        for model, model_admin in admin.site._registry.items()
        if model in (Trial, TrialSite, Centre, Professional)
    }
    assert allowed == {
        "Trial": {"state", "status", "disputed", "study_type", "source", "created_at"},
        "TrialSite": {
            "status",
            "centre",
            "trial",
            "trial__state",
            "status_source",
            "verified_at",
        },
        "Centre": {"state", "country", "memberships__role"},
        "Professional": set(),
    }


@pytest.mark.parametrize(
    ("model", "query"),
    [
        (TrialSite, "centre__code={other.code}"),
        (TrialSite, "trial__sites__contact_email__startswith=z"),
        (TrialSite, "contact_person__email__startswith=z"),
        (Trial, "sites__centre__code={other.code}"),
        (Trial, "sites__centre__id__exact={other.pk}"),
        (Trial, "sites__contact_role__startswith=z"),
        (Trial, "subprotocols__acronym__startswith=z"),
        (Trial, "sites={theirs.pk}"),
        (Centre, "sites__trial__slug={hidden.slug}"),
        (Centre, "coordinations__user__username=x"),
        (Professional, "affiliations__centre__code={other.code}"),
        (Professional, "affiliations__centre__id__exact={other.pk}"),
        (Professional, "contact_for__centre={other.pk}"),
        (Professional, "email__startswith=z"),
    ],
)
def test_an_address_that_asks_about_another_centre_is_refused(client, world, model, query):
    client.force_login(builders.a_coordinator(world.own))
    assert client.get(f"{admin_url(model)}?{query.format(**vars(world))}").status_code == 400


def test_a_filter_on_the_other_centre_answers_as_for_a_centre_that_is_not_there(client, world):
    client.force_login(builders.a_coordinator(world.own))
    counts = {
        client.get(admin_url(TrialSite), {"centre__id__exact": pk}).context["cl"].result_count
        for pk in (world.other.pk, 999_999)
    }
    assert len(counts) == 1


def test_a_hidden_record_and_one_that_never_was_give_the_same_answer(client, world):
    client.force_login(builders.a_coordinator(world.own))
    for record in (world.other, world.hidden, world.stranger, world.theirs, world.buried):
        for view in ("change", "history", "delete"):
            address = admin_url(record, view)
            hidden = answer(client, address, record.pk)
            nothing = answer(client, address.replace(f"/{record.pk}/", "/999999/"), 999999)
            assert hidden == nothing, address


def answer(client, address, number) -> tuple[int, str]:
    """Status and page, without the number that was asked for and what differs from page to page."""
    response = client.get(address, follow=True)
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body(response))
    return response.status_code, text.replace(f"/{number}/", "/N/").replace(f"“{number}”", "“N”")


# -- the matrix ------------------------------------------------------------

# list, then of an own and of the other's record: view, history, change, delete; and add.
# Rows: what a coordinator may. An editor may all of it, others nothing.
COORDINATOR_MAY = {
    Centre: {"list", "view own", "history own"},
    Trial: {"list", "view own"},
    TrialSite: {"list", "view own", "history own", "change own"},
    Professional: {"list", "view own"},
    Network: set(),
    Coordination: set(),
    StatusStatement: set(),
    Condition: set(),
    Change: set(),
    Intervention: set(),
    **{model: set() for model in FOR_EDITORS},
}
EDITOR_MAY_NOT = {
    StatusStatement: {"add", "change", "delete", "history"},
    Condition: {"add", "change", "delete", "history"},
    Change: {"add", "change", "delete", "history"},
    **{model: {"add", "change", "delete", "history"} for model in FOR_EDITORS},
    **{model: {"add", "delete", "history"} for model in DECIDED},
}


def test_the_matrix_names_every_model_of_the_registry():
    others = {model for model in REGISTERED if model._meta.app_label in ("imports", "partners")}
    assert set(COORDINATOR_MAY) == set(REGISTERED) - others


def may(client, record, what) -> bool:
    """Whether the admin lets this client do `what`; a change is tried by posting to the form."""
    address = admin_url(type(record)) if what == "list" else admin_url(type(record), "add")
    if what not in ("list", "add"):
        address = admin_url(record, "change" if what in ("view", "change") else what)
    posts = what in ("change", "add", "delete")
    response = client.post(address, {}) if posts else client.get(address)
    if what == "history" and response.status_code == 302:
        return False
    return response.status_code == 200


def pairs(world):
    """For each model a record of the own and one of the other centre."""
    statement = StatusStatement.objects.filter
    return {
        Centre: (world.own, world.other),
        Trial: (world.trial, world.hidden),
        TrialSite: (world.mine, world.theirs),
        Professional: (world.colleague, world.stranger),
        Network: (world.network, world.network),
        Coordination: (Coordination.objects.get(user=world.rival),) * 2,
        StatusStatement: (statement(site=world.mine).first(), statement(site=world.theirs).first()),
        Condition: (Condition.objects.first(),) * 2,
        Change: (Change.objects.first(),) * 2,
        Intervention: (Intervention.objects.first(),) * 2,
        **{model: (model.objects.first(),) * 2 for model in FOR_EDITORS},
    }


@pytest.mark.parametrize("model", COORDINATOR_MAY, ids=lambda model: model.__name__)
def test_each_role_may_exactly_what_the_matrix_says(client, world, model):
    own, other = pairs(world)[model]
    roles = {
        "coordinator": builders.a_coordinator(world.own),
        "staff": builders.a_user("staff", is_staff=True),
        "editor": builders.an_editor(),
        "visitor": AnonymousUser(),
    }
    done = {}
    for role, user in roles.items():
        client.logout()
        if user.is_authenticated:
            client.force_login(user)
        done[role] = {what for what in ("list", "add") if may(client, own, what)}
        for what in ("view", "history", "change", "delete"):
            done[role] |= {
                f"{what} {whose}" for whose, one in (("own", own), ("other", other)) if may(client, one, what)
            }
    every = {"list", "add"} | {
        f"{w} {x}" for w in ("view", "history", "change", "delete") for x in ("own", "other")
    }
    refused = EDITOR_MAY_NOT.get(model, set())
    assert done == {
        "coordinator": COORDINATOR_MAY[model],
        "staff": set(),
        "visitor": set(),
        "editor": {what for what in every if what.split()[0] not in refused},
    }


# -- writing ------------------------------------------------------------


def test_no_post_of_an_outsider_changes_anything_that_is_not_theirs(as_outsider, outsider, world):
    before = everything()
    for record in records():
        if record == world.mine:
            continue
        for view in ("change", "delete"):
            response = as_outsider.post(admin_url(record, view), {
                "post": "yes", "name_en": "x", "name": "x", "decision": "take", "why": "x", "centre": "none",
            })  # fmt: skip
            assert response.status_code in (302, 403, 404), (record, view)
            assert CANARY not in body(response)
    for step in ("confirm", "cancel"):
        run = f"{reverse('admin:imports_importrun_changelist')}{ImportRun.objects.get().pk}/{step}/"
        assert as_outsider.post(run).status_code in (302, 403, 404)
    for model in REGISTERED:
        as_outsider.post(admin_url(model, "add"), {"name": "x", "title_en": "x", "name_en": "x", "slug": "x"})
    assert everything() == before


def test_no_action_of_an_outsider_touches_what_is_not_theirs(as_outsider, outsider, world):
    before = everything()
    for model, model_admin in admin.site._registry.items():
        if model not in REGISTERED:
            continue
        chosen = [record.pk for record in model._default_manager.all() if record != world.mine]
        for action in {"delete_selected", *(model_admin.actions or ())}:
            name = action if isinstance(action, str) else action.__name__
            data = {
                "action": name, "_selected_action": chosen, "select_across": "0", "post": "yes",
                "confirmed": "yes", "reason": "x",
            }  # fmt: skip
            response = as_outsider.post(admin_url(model), data)
            assert CANARY not in body(response), (model, name)
    assert everything() == before


def test_choosing_all_reaches_no_further_than_the_list(client, world):
    client.force_login(builders.a_coordinator(world.own))
    data = {"action": "confirm_today", "_selected_action": [world.theirs.pk], "select_across": "1"}
    client.post(admin_url(TrialSite), data)
    assert set(Change.objects.filter(actor_role="coordinator").values_list("key", flat=True)) == {
        world.mine.change_key, world.theirs.change_key, world.buried.change_key,
    }  # fmt: skip
    by_me = Change.objects.exclude(actor=world.rival).filter(actor_role="coordinator")
    assert {one.key for one in by_me} == {world.mine.change_key}


def test_a_coordinator_cannot_name_a_stranger_as_contact_nor_move_the_site(client, world):
    client.force_login(builders.a_coordinator(world.own))
    url = admin_url(world.mine, "change")
    form = client.get(url).context["adminform"].form
    data = {
        "version": form.initial["version"], "contact_person": world.stranger.pk, "centre": world.other.pk,
        "trial": world.hidden.pk, "statements-TOTAL_FORMS": 0, "statements-INITIAL_FORMS": 0,
    }  # fmt: skip
    response = client.post(url, data)
    assert "contact_person" in response.context["adminform"].form.errors
    assert CANARY not in body(response)
    del data["contact_person"]
    client.post(url, data)
    world.mine.refresh_from_db()
    assert (world.mine.centre, world.mine.trial) == (world.own, world.trial)


def test_a_contact_whom_an_editor_chose_from_elsewhere_stays_when_a_coordinator_saves(client, world):
    TrialSite.objects.filter(pk=world.mine.pk).update(contact_person=world.stranger)
    client.force_login(builders.a_coordinator(world.own))
    url = admin_url(world.mine, "change")
    data = {
        "version": client.get(url).context["adminform"].form.initial["version"],
        "contact_person": world.stranger.pk, "contact_role": "desk",
        "statements-TOTAL_FORMS": 0, "statements-INITIAL_FORMS": 0,
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    world.mine.refresh_from_db()
    assert (world.mine.contact_person, world.mine.contact_role) == (world.stranger, "desk")


def test_who_loses_the_role_loses_the_sight_at_once(client, world):
    user = builders.a_coordinator(world.own)
    client.force_login(user)
    assert client.get(admin_url(world.mine, "change")).status_code == 200
    user.groups.clear()
    assert client.get(admin_url(world.mine, "change")).status_code in (302, 403)


def test_every_recorded_model_of_ours_is_in_this_world():
    recorded = {model for model in apps.get_models() if issubclass(model, Recorded)}
    assert {model for model in recorded if model._meta.app_label in ("centres", "trials")} <= set(OURS)
