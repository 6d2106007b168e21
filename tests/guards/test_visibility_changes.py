"""What nobody is shown leaves no trace in what partners follow: answers stay the same to the last byte."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from centres.models import Affiliation, Centre, CentreAlias, Coordination, Membership, Network, Professional
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.models import Change, PublicUpdate, State
from directory.partners import keys
from directory.search import service
from tests import builders as b
from tests.support.recorded import add, beside, edit, remove
from trials import actions
from trials.models import Condition, Trial, TrialIdentifier, TrialSite

pytestmark = pytest.mark.django_db

WORD, NUMBER = "Zyxqcanary", "NCT09999999"
PATHS = ["changes/", "changes/?since=0&limit=500", "health/", "trials/", "centres/", "networks/", "sites/"]


@pytest.fixture
def world(index_dir):
    """Something listed of each kind, beside something of each kind that is not; all in the log."""
    draft = {"state": State.DRAFT}
    listed = {"state": State.LISTED}
    world = {
        "centre": add(Centre(code="open", name_en="Open", country="BE", **listed)),
        "hidden": add(Centre(code=f"{WORD}-c", name_en=WORD, country="BE", **draft)),
        "network": add(Network(slug="open-net", name_en="Open", **listed)),
        "hidden network": add(Network(slug=f"{WORD}-n", name_en=WORD, **draft)),
        "trial": add(Trial(slug="open-trial", title_en="Open", **listed)),
        "draft": add(Trial(slug=f"{WORD}-d", title_en=WORD, **draft)),
        "withdrawn": add(Trial(slug="was-open", title_en="Was open", **listed)),
        "person": add(Professional(name=f"{WORD} Silent", email="canary@example.org")),
        "named": add(Professional(name="Anne Willing", consent_given_on=timezone.localdate())),
    }
    actions.set_state(records=[world["withdrawn"]], state=State.WITHDRAWN, by=SYSTEM)
    world["site"] = add(
        TrialSite(trial=world["trial"], centre=world["centre"], contact_person=world["person"])
    )
    world["hidden site"] = add(
        TrialSite(trial=world["draft"], centre=world["centre"], contact_person=world["named"])
    )
    world["site there"] = add(TrialSite(trial=world["trial"], centre=world["hidden"]))
    world["member"] = add(Membership(network=world["hidden network"], centre=world["centre"]))
    world["member there"] = add(Membership(network=world["network"], centre=world["hidden"]))
    service.rebuild()
    return world


HIDDEN = {
    "a draft": lambda w: add(Trial(slug=f"{WORD}-x", title_en=WORD, parent=w["trial"])),
    "a draft's title": lambda w: edit(w["draft"], title_en=f"{WORD} new"),
    "a draft's address": lambda w: edit(w["draft"], slug=f"{WORD}-e"),
    "a draft's identifier": lambda w: beside(
        w["draft"],
        lambda: TrialIdentifier.objects.create(trial=w["draft"], scheme="nct", value=NUMBER),
    ),
    "a draft's condition": lambda w: beside(
        w["draft"], lambda: w["draft"].conditions.set(Condition.objects.filter(code="IVa"))
    ),
    "a draft's parent": lambda w: edit(w["draft"], parent=w["trial"]),
    "a draft less": lambda w: remove(w["hidden site"], w["draft"]),
    "a draft that is withdrawn": lambda w: actions.set_state(
        records=[w["draft"]], state=State.WITHDRAWN, by=SYSTEM
    ),
    "a withdrawn trial's title": lambda w: edit(w["withdrawn"], title_en=WORD),
    "a withdrawn trial less": lambda w: remove(w["withdrawn"]),
    "a site of a draft": lambda w: edit(w["hidden site"], contact_role=WORD),
    "a status of a draft's site": lambda w: actions.state_status(
        site=w["hidden site"], status="recruiting", by=SYSTEM
    ),
    "a site of a draft more": lambda w: add(TrialSite(trial=w["withdrawn"], centre=w["centre"])),
    "a site of a draft less": lambda w: remove(w["hidden site"]),
    "a site at a hidden centre": lambda w: edit(w["site there"], contact_role=WORD),
    "a site at a hidden centre less": lambda w: remove(w["site there"]),
    "a hidden centre's name": lambda w: edit(w["hidden"], name_en=f"{WORD} new"),
    "a hidden centre's code": lambda w: edit(w["hidden"], code=f"{WORD}-new"),
    "a hidden network's name": lambda w: edit(w["hidden network"], name_en=f"{WORD} new"),
    "a role in a hidden network": lambda w: edit(w["member"], role="satellite"),
    "a role of a hidden centre": lambda w: edit(w["member there"], role="satellite"),
    "a membership of a hidden network less": lambda w: remove(w["member"]),
    "a silent person's name": lambda w: edit(w["person"], name=f"{WORD} Else"),
    "a silent person's mailbox": lambda w: edit(w["person"], email="canary2@example.org"),
    "another silent person": lambda w: add(Professional(name=WORD)),
    "a person named only at a draft": lambda w: edit(w["named"], name="Anne Renamed"),
    "a note about a consent": lambda w: edit(w["named"], consent_evidence=WORD),
    "an investigator": lambda w: edit(w["site"], investigator=w["person"]),
    "where somebody works": lambda w: add(Affiliation(professional=w["person"], centre=w["centre"])),
    "who coordinates": lambda w: add(Coordination(user=b.a_user(), centre=w["centre"])),
    "a key": lambda w: keys.make(name=WORD, scopes=["read"], by=SYSTEM, centre=w["centre"]),
    "a spelling learned": lambda w: beside(
        w["centre"], lambda: CentreAlias.objects.create(centre=w["centre"], text=WORD, kind="learned")
    ),
}


def answers(headers=None):
    client = Client(headers=headers)
    return {path: client.get(f"/api/v1/{path}").content for path in PATHS}


@pytest.mark.parametrize("what", HIDDEN)
def test_what_is_hidden_changes_no_byte_of_what_partners_are_told(world, what):
    before, logged, tags = answers(), Change.objects.count(), tag("changes/") + tag("health/")
    HIDDEN[what](world)
    service.catch_up()
    assert Change.objects.count() > logged, "it is in the log"
    assert answers() == before
    assert tag("changes/") + tag("health/") == tags
    # Built anew it says the same.
    service.rebuild()
    assert answers() == before


def tag(path):
    return Client().get(f"/api/v1/{path}")["ETag"]


def test_nothing_hidden_is_in_it_after_all_of_it_and_no_key_sees_more(world):
    done = 0
    for what, change in HIDDEN.items():
        if not what.endswith("less") and what not in ("a draft that is withdrawn", "a draft's address"):
            change(world)
            done += 1
    edit(world["centre"], name_en="Open again")
    edit(world["trial"], title_en="Open again")
    service.catch_up()
    assert done > 20
    public = answers()
    told = b" ".join(public.values()).decode().casefold()
    for secret in (WORD.casefold(), NUMBER.casefold(), "canary", "silent", "anne"):
        assert secret not in told, secret
    for scopes, centre in ((["read"], None), (["read", "imports"], None), (["imports"], world["centre"])):
        _key, text = keys.make(name="x", scopes=scopes, centre=centre, by=changes.SYSTEM)
        service.catch_up()
        assert answers({"Authorization": f"Api-Key {text}"}) == public


def test_a_record_s_past_is_in_no_row_of_it(world):
    """Only names of documents that are, or were, public; and no more than that."""
    names = {(one.kind, one.key) for one in PublicUpdate.objects.all()}
    assert names == {
        ("centre", "open"), ("network", "open-net"), ("trial", "open-trial"), ("trial", "was-open"),
    }  # fmt: skip
    assert {one.name for one in PublicUpdate._meta.fields} == {"seq", "change", "at", "kind", "key", "op"}


def test_what_was_listed_and_is_no_more_is_told_by_its_key_alone(world):
    found = json.loads(answers()["changes/"])["results"]
    gone = [item for item in found if item["key"] == "was-open"]
    assert [set(item) for item in gone] == [{"seq", "at", "kind", "key", "op"}] * 2
    assert {item["op"] for item in gone} == {"delete"}
