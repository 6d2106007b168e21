"""Following the log gives the index that building it anew gives, whatever was changed; and builds no more."""

import datetime as dt

import pytest
from django.utils import timezone

from centres import actions as people
from centres.models import Affiliation, CentreAlias, Coordination, Membership, Network, Professional
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.models import PublicUpdate, State
from directory.search import dependencies, service
from directory.search.building import all_keys
from directory.search.service import Ask
from tests import builders as b
from trials import actions
from trials.models import Condition, Trial, TrialIdentifier, TrialSite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]

KINDS = ("trial", "centre", "network")
QUESTIONS = ("", "ewing", "neuroblastoma", "gent", "newname", "NCT00000001", "NCT00000009", "kiekenhof")


@pytest.fixture
def world(db, index_dir):
    """A trial with a sub-protocol at two centres of one network, and others that stand apart; not indexed."""
    ghent = b.a_centre("uz-gent", name="Ghent University Hospital")
    liege = b.a_centre("chc", name="Clinic of Liège", city="Liège", postal_code="4000")
    apart = b.a_centre("uza", name="Antwerp", city="Edegem", postal_code="2650")
    itcc = b.a_network("itcc", acronym="ITCC", members=[(ghent, "reference"), liege])
    b.a_network("ern", acronym="ERN", members=[apart])
    person = b.a_professional("Anne Willing", consent=True, email="anne@example.org")
    master = b.a_trial(
        "MASTER", slug="master", title_en="Ewing sarcoma", identifiers=["NCT00000001"], conditions=["VIIIc"]
    )
    site = b.a_site(master, ghent, said=40, contact_person=person, contact_role="secretariat")
    b.a_site(master, liege, status="suspended")
    b.a_trial("SUB", slug="sub", parent=master, title_en="Ewing sarcoma, part B")
    b.a_trial("OTHER", slug="other", title_en="Neuroblastoma", at=[apart])
    b.a_trial("DRAFT", slug="draft", state="draft", at=[ghent])
    return {
        "master": master, "site": site, "ghent": ghent, "liege": liege, "apart": apart, "itcc": itcc,
        "person": person, "sub": Trial.objects.get(slug="sub"), "draft": Trial.objects.get(slug="draft"),
        "member": Membership.objects.get(centre=ghent),
    }  # fmt: skip


@pytest.fixture
def indexed(world):
    service.rebuild()
    return world


def edit(record, **values):
    with changes.recording(SYSTEM) as log:
        log.watch(record)
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def add(*records):
    with changes.recording(SYSTEM) as log:
        for record in records:
            log.watch(record)
            record.save()


def remove(record, *with_it):
    with changes.recording(SYSTEM) as log:
        log.watch(record, *with_it)
        for one in (*with_it, record):
            one.delete()


def set_conditions(trial, *codes):
    with changes.recording(SYSTEM) as log:
        log.watch(trial)
        trial.conditions.set(Condition.objects.filter(code__in=codes))


def give_identifier(trial, value):
    with changes.recording(SYSTEM) as log:
        log.watch(trial)
        TrialIdentifier.objects.create(trial=trial, scheme="nct", value=value, compact=value.lower())


def give_alias(centre, text):
    with changes.recording(SYSTEM) as log:
        log.watch(centre)
        CentreAlias.objects.create(centre=centre, text=text)


def move(site, centre):
    edit(site, centre=centre)


def state(record, value):
    actions.set_state(records=[record], state=value, by=SYSTEM)


def remove_centre(world):
    ghent = world["ghent"]
    sites, members = TrialSite.objects.filter(centre=ghent), Membership.objects.filter(centre=ghent)
    remove(ghent, *sites, *members)


TODAY = timezone.localdate()
# What is done, and the documents it touches: every one of them is built anew, and no other.
AT_MASTER = {"trial": ["master", "sub"], "centre": ["chc", "uz-gent"], "network": []}
AT_SITE = {"trial": ["master"], "centre": ["uz-gent"], "network": []}
AT_GHENT = {"trial": ["draft", "master"], "centre": ["uz-gent"], "network": ["itcc"]}
AT_ITCC = {"trial": [], "centre": ["chc", "uz-gent"], "network": ["itcc"]}
OF_PERSON = AT_SITE  # the centre, for its `updated_at`
NOTHING = {"trial": [], "centre": [], "network": []}
DONE = {
    "a title": (lambda w: edit(w["master"], title_en="Newname"), AT_MASTER),
    "a title in Dutch": (lambda w: edit(w["master"], title_nl="Newname in het Nederlands"), AT_MASTER),
    "an acronym": (lambda w: edit(w["master"], acronym="NEWNAME"), AT_MASTER),
    "a status of the trial": (lambda w: edit(w["master"], status="completed"), AT_MASTER),
    "ages": (lambda w: edit(w["master"], min_days=365, max_days=6574), AT_MASTER),
    "phases": (lambda w: edit(w["master"], phases=["phase1"], stages=["relapsed"]), AT_MASTER),
    "conditions": (lambda w: set_conditions(w["master"], "IVa", "Ia"), AT_MASTER),
    "an identifier": (lambda w: give_identifier(w["master"], "NCT00000009"), AT_MASTER),
    "a trial withdrawn": (lambda w: state(w["master"], State.WITHDRAWN), AT_MASTER),
    "a sub-protocol withdrawn": (
        lambda w: state(w["sub"], State.WITHDRAWN), {"trial": ["sub"], "centre": [], "network": []},
    ),
    "a sub-protocol without its parent": (
        lambda w: edit(w["sub"], parent=None), {"trial": ["sub"], "centre": [], "network": []},
    ),
    "a draft listed": (
        lambda w: state(w["draft"], State.LISTED), {"trial": ["draft"], "centre": ["uz-gent"], "network": []},
    ),
    "an address of a trial": (
        lambda w: edit(w["master"], slug="newname"), AT_MASTER | {"trial": ["master", "newname", "sub"]},
    ),
    "a trial": (
        lambda w: add(Trial(slug="newname", acronym="NEWNAME", title_en="Newname", state="listed")),
        {"trial": ["newname"], "centre": [], "network": []},
    ),
    "a status of a site": (
        lambda w: actions.state_status(site=w["site"], status="completed", by=SYSTEM), AT_SITE,
    ),
    "a closed recruitment": (
        lambda w: actions.close_recruitment(trial=w["master"], by=SYSTEM, reason="full"), AT_SITE,
    ),
    "a contact of a site": (lambda w: edit(w["site"], contact_role="nobody", contact_person=None), AT_SITE),
    "a site": (
        lambda w: add(TrialSite(trial=w["master"], centre=w["apart"])),
        {"trial": ["master"], "centre": ["uza"], "network": []},
    ),
    "a site less": (lambda w: remove(w["site"]), AT_SITE),
    "a site of another centre": (
        lambda w: move(w["site"], w["apart"]),
        {"trial": ["master"], "centre": ["uz-gent", "uza"], "network": []},
    ),
    "a name of a centre": (lambda w: edit(w["ghent"], name_en="Newname"), AT_GHENT),
    "a place of a centre": (lambda w: edit(w["ghent"], postal_code="4000", city="Kiekenhof"), AT_GHENT),
    "a centre withdrawn": (lambda w: state(w["ghent"], State.WITHDRAWN), AT_GHENT),
    "a centre that becomes a draft": (lambda w: state(w["ghent"], State.DRAFT), AT_GHENT),
    "an alias of a centre": (lambda w: give_alias(w["ghent"], "Kiekenhof"), AT_GHENT),
    "a code of a centre": (
        lambda w: edit(w["ghent"], code="newname"), AT_GHENT | {"centre": ["newname", "uz-gent"]},
    ),
    "a centre that is gone": (
        remove_centre, {"trial": ["draft", "master"], "centre": ["uz-gent"], "network": ["itcc"]},
    ),
    "a name of a network": (lambda w: edit(w["itcc"], acronym="NEWNAME"), AT_ITCC),
    "a network withdrawn": (lambda w: state(w["itcc"], State.WITHDRAWN), AT_ITCC),
    "an address of a network": (
        lambda w: edit(w["itcc"], slug="newname"), AT_ITCC | {"network": ["itcc", "newname"]},
    ),
    "a network": (
        lambda w: add(Network(slug="newname", name_en="Newname", state="listed")),
        {"trial": [], "centre": [], "network": ["newname"]},
    ),
    "a role in a network": (
        lambda w: edit(w["member"], role="satellite"),
        {"trial": [], "centre": ["uz-gent"], "network": ["itcc"]},
    ),
    "a membership that has ended": (
        lambda w: edit(w["member"], until=TODAY - dt.timedelta(days=1)),
        {"trial": [], "centre": ["uz-gent"], "network": ["itcc"]},
    ),
    "a membership": (
        lambda w: add(Membership(network=w["itcc"], centre=w["apart"])),
        {"trial": [], "centre": ["uza"], "network": ["itcc"]},
    ),
    "a membership less": (
        lambda w: remove(w["member"]), {"trial": [], "centre": ["uz-gent"], "network": ["itcc"]},
    ),
    "a membership of another centre": (
        lambda w: move(w["member"], w["apart"]),
        {"trial": [], "centre": ["uz-gent", "uza"], "network": ["itcc"]},
    ),
    "a name of a person": (lambda w: edit(w["person"], name="Newname"), OF_PERSON),
    "a telephone of a person": (lambda w: edit(w["person"], phone="+3293322111"), OF_PERSON),
    "a consent withdrawn": (
        lambda w: people.withdraw_consent(professionals=[w["person"]], by=SYSTEM), OF_PERSON,
    ),
    "a person": (lambda w: add(Professional(name="Newname")), NOTHING),
    "an affiliation": (
        lambda w: add(Affiliation(professional=w["person"], centre=w["ghent"], function="nurse")), NOTHING,
    ),
    "a coordinator": (lambda w: add(Coordination(user=b.a_user(), centre=w["ghent"])), NOTHING),
}  # fmt: skip


def everything():
    """All that the index shows: documents, lists, facets, suggestions."""
    shown = {}
    for kind in KINDS:
        found = service.find(Ask(kind=kind, ordering="acronym"), limit=200)
        keys = [hit.key for hit in found.hits]
        shown[kind] = service.documents(kind, keys)
        assert len(shown[kind]) == found.count == len(keys)
    for question in QUESTIONS:
        found = service.find(Ask(q=question, ordering="acronym"), limit=200, facets=True)
        shown["trials", question] = [hit.key for hit in found.hits], found.facets
        shown["named", question] = service.slug_of(question)
        if question:
            shown["suggested", question] = service.suggest(question, "en")
    shown["sites"] = [hit.key for hit in service.find(Ask(kind="site"), limit=200).hits]
    return shown


@pytest.mark.parametrize("what", DONE)
def test_following_the_log_gives_what_building_anew_gives(indexed, what):
    change, touched = DONE[what]
    before = everything()
    change(indexed)
    service.catch_up()
    followed = everything()
    assert (followed != before) == (touched != NOTHING)
    service.rebuild()
    assert followed == everything()


@pytest.mark.parametrize("what", DONE)
def test_a_change_touches_the_documents_that_show_it_and_no_other(world, what):
    change, touched = DONE[what]
    seq, seq_at = dependencies.last_change()
    change(world)
    assert dependencies.documents_of(dependencies.news_since(seq, seq_at, 100).mentions) == touched


def listed():
    """The documents that the public sees, by kind and key."""
    return {(kind, key) for kind in KINDS for key in all_keys(kind)}


@pytest.mark.parametrize("what", DONE)
def test_partners_are_told_of_each_document_that_shows_it_and_is_or_was_listed(world, what):
    change, touched = DONE[what]
    before = listed()
    change(world)
    after = listed()
    names = {(kind, key) for kind, keys in touched.items() for key in keys} & (before | after)
    ops = {(True, True): "update", (False, True): "create", (True, False): "delete"}
    told = PublicUpdate.objects.values_list("kind", "key", "op")
    assert sorted(told) == sorted((*name, ops[name in before, name in after]) for name in names)


def test_all_changes_one_after_the_other_are_followed_as_if_they_were_one(indexed):
    for what in (
        "a title",
        "a status of a site",
        "a name of a centre",
        "a role in a network",
        "a consent withdrawn",
    ):
        DONE[what][0](indexed)
    service.catch_up()
    followed = everything()
    service.rebuild()
    assert followed == everything()


def test_what_was_followed_is_no_news(indexed):
    DONE["a title"][0](indexed)
    assert service.catch_up() > 0
    assert service.catch_up() == 0


def test_a_change_taken_back_leaves_everything_as_it_was(indexed):
    before = everything()
    edit(indexed["ghent"], name_en="Newname")
    service.catch_up()
    assert everything() != before
    edit(indexed["ghent"], name_en="Ghent University Hospital")
    service.catch_up()
    after = everything()
    for shown in (before, after):
        for document in (one for kind in KINDS for one in shown[kind]):
            del document["updated_at"]
    assert after == before


def test_the_last_change_is_known_by_number_and_moment(world):
    edit(world["master"], title_en="Newname")
    seq, at = dependencies.last_change()
    assert dependencies.is_in_log(seq, at)
    assert not dependencies.is_in_log(seq, "2020-01-01T00:00:00+00:00")
    assert not dependencies.is_in_log(seq + 1, at)


def test_an_empty_log_has_no_last_change(db):
    assert dependencies.last_change() == (0, "")
    assert dependencies.is_in_log(0, "")
    assert dependencies.documents_of(dependencies.news_since(0, "", 10).mentions) == NOTHING


def test_news_come_in_portions_that_miss_nothing(world):
    seq, at = dependencies.last_change()
    for number in range(5):
        edit(world["master"], title_en=f"Title {number}")
        edit(world["liege"], name_en=f"Name {number}")
    named, portions = [], 0
    while (news := dependencies.news_since(seq, at, 3)).mentions:
        seq, at, portions = news.seq, news.seq_at, portions + 1
        named += [(one.kind, one.key) for one in news.mentions]
    assert portions == 4
    assert named == [("trial", "master"), ("centre", "chc")] * 5
    assert (seq, at) == dependencies.last_change()
