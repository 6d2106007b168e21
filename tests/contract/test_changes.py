"""`changes/`: what changed in the lists, in order, with today's records; what is gone, without."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from centres import actions as people
from centres.models import Centre, Professional
from directory.api.v1.shapes_changes import RECORDS
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.models import Change, PublicUpdate, State
from directory.records import all_documents
from directory.search import service
from directory.search.follow import Follower
from tests import builders as b
from tests.support.recorded import add, edit, remove
from tests.support.worker import PATIENCE, wait_until
from trials import actions
from trials.models import Trial, TrialSite


@pytest.fixture
def told(api):
    """A trial with a named contact at a centre, and one that stands apart: in the log and in the index."""
    centre = add(Centre(code="uz-demo", name_en="Demo", country="BE", state=State.LISTED))
    person = b.a_professional("Anne Willing", consent=True, email="anne@example.org")
    trial = add(Trial(slug="boneone", acronym="BoneOne", title_en="Ewing", state=State.LISTED))
    add(TrialSite(trial=trial, centre=centre, contact_person=person))
    add(Trial(slug="apart", acronym="Apart", title_en="Apart", state=State.LISTED))
    service.rebuild()
    return api


def news(api, since, **query):
    """What the next answer says, caught up with the log."""
    service.catch_up()
    return api.json("changes/", since=since, **query)


def brief(answer):
    return [(one["kind"], one["key"], one["op"]) for one in answer["results"]]


def last(api):
    service.catch_up()
    return api.json("health/")["seq"]


# -- what is in it -----------------------------------------------------------------


def test_who_begins_at_nought_has_the_lists(told):
    answer = news(told, 0)
    copy = {(one["kind"], one["key"]): one["record"] for one in answer["results"]}
    lists = {"trials/": ("trial", "slug"), "centres/": ("centre", "code"), "networks/": ("network", "slug")}
    listed = {
        (kind, one[key]): one for path, (kind, key) in lists.items() for one in told.json(path)["results"]
    }
    assert copy == listed
    assert (answer["next"], answer["last_seq"]) == (None, last(told))
    assert told.json("changes/") == answer, "0 is where one begins"


def test_who_begins_with_the_lists_goes_on_from_the_number_that_they_had(told):
    since = told.json("health/")["index_seq"]
    add(Trial(slug="meanwhile", title_en="Meanwhile", state=State.LISTED))
    service.catch_up()
    listed = {one["slug"] for one in told.json("trials/")["results"]}
    edit(Trial.objects.get(slug="apart"), title_en="Newname")
    assert brief(news(told, since)) == [("trial", "meanwhile", "create"), ("trial", "apart", "update")]
    assert "meanwhile" in listed, "what comes twice does no harm"


def test_an_item_says_number_moment_record_and_what_happened(told):
    since = last(told)
    edit(Trial.objects.get(slug="apart"), title_en="Newname")
    (item,) = news(told, since)["results"]
    change = Change.objects.latest("seq")
    assert list(item) == ["seq", "at", "kind", "key", "op", "record"]
    assert (item["seq"], item["at"]) == (change.seq, change.at.isoformat().replace("+00:00", "Z"))
    assert (item["kind"], item["key"], item["op"]) == ("trial", "apart", "update")
    assert item["record"] == told.json("trials/apart/")
    assert (item["record"]["title"], item["record"]["updated_at"]) == ("Newname", item["at"])


def test_a_renamed_centre_brings_its_trials_and_not_the_others(told):
    since = last(told)
    edit(Centre.objects.get(), name_en="Newname")
    answer = news(told, since)
    assert brief(answer) == [("centre", "uz-demo", "update"), ("trial", "boneone", "update")]
    assert answer["results"][1]["record"]["sites"][0]["centre"]["name"] == "Newname"


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.DRAFT])
def test_what_is_listed_no_more_is_told_once_more_without_its_record(told, state):
    since = last(told)
    actions.set_state(records=Trial.objects.filter(slug="apart"), state=state, by=SYSTEM)
    (item,) = news(told, since)["results"]
    assert list(item) == ["seq", "at", "kind", "key", "op"]
    assert (item["key"], item["op"]) == ("apart", "delete")
    edit(Trial.objects.get(slug="apart"), title_en="Whatever")
    assert news(told, item["seq"])["results"] == []


def test_what_was_deleted_is_told_as_gone_in_every_change_it_had(told):
    edit(trial := Trial.objects.get(slug="apart"), title_en="Secret")
    remove(trial)
    answer = news(told, 0)
    assert [item["op"] for item in answer["results"] if item["key"] == "apart"] == ["delete"] * 3
    assert "Secret" not in str(answer)


def test_what_comes_back_is_there_in_the_end(told):
    apart = Trial.objects.filter(slug="apart")
    for state in (State.WITHDRAWN, State.LISTED):
        actions.set_state(records=apart, state=state, by=SYSTEM)
    items = [item for item in news(told, 0)["results"] if item["key"] == "apart"]
    assert [item["op"] for item in items] == ["create", "delete", "create"]
    assert ["record" in item for item in items] == [True, False, True]


def test_a_consent_that_is_withdrawn_is_an_update_without_the_person(told):
    since = last(told)
    assert "Anne Willing" in str(news(told, 0))
    people.withdraw_consent(professionals=Professional.objects.all(), by=SYSTEM)
    answer = news(told, since)
    assert sorted(brief(answer)) == [("centre", "uz-demo", "update"), ("trial", "boneone", "update")]
    for again in (answer, news(told, 0)):
        assert "Anne" not in str(again)
        assert "anne@" not in str(again)


def test_nothing_of_what_a_record_was_is_told(told):
    edit(Trial.objects.get(slug="apart"), title_en="Typed by mistake")
    edit(Trial.objects.get(slug="apart"), title_en="Apart")
    assert "mistake" not in str(news(told, 0))


def test_a_draft_is_told_from_the_day_it_is_listed(told):
    since = last(told)
    draft = add(Trial(slug="draft", title_en="Draft"))
    edit(draft, title_en="Edited")
    assert news(told, since) == {"last_seq": since, "next": None, "results": []}
    actions.set_state(records=[draft], state=State.LISTED, by=SYSTEM)
    assert brief(news(told, since)) == [("trial", "draft", "create")]
    assert [one for one in brief(news(told, 0)) if "draft" in one] == [("trial", "draft", "create")]


def test_every_kind_of_record_that_has_a_list_is_told_with_its_shape():
    assert set(RECORDS) == set(all_documents())


# -- paging ------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_pages_of_any_size_tell_the_same(told, limit, settings):
    edit(Centre.objects.get(), name_en="Newname")
    whole = news(told, 0)
    path, query, items = "changes/", {"since": "0", "limit": str(limit)}, []
    while True:
        page = told.json(path, **query)
        items += page["results"]
        assert len(page["results"]) <= limit
        if page["next"] is None:
            break
        assert page["last_seq"] == items[-1]["seq"]
        assert page["next"] == f"{settings.BASE_URL}/api/v1/changes/?limit={limit}&since={items[-1]['seq']}"
        query["since"] = str(page["last_seq"])
    assert (items, page["last_seq"]) == (whole["results"], whole["last_seq"])
    numbers = [item["seq"] for item in items]
    assert numbers == sorted(set(numbers))


def test_a_kind_passes_over_the_numbers_of_the_others(told):
    since = last(told)
    edit(Trial.objects.get(slug="apart"), title_en="Newname")
    answer = news(told, since, kind="network")
    assert (answer["results"], answer["next"]) == ([], None)
    assert answer["last_seq"] == last(told) > since
    both = news(told, 0, kind=["trial", "centre"])
    assert {kind for kind, _key, _op in brief(both)} == {"trial", "centre"}
    assert {kind for kind, _key, _op in brief(news(told, 0, kind="trial", limit=200))} == {"trial"}
    assert "kind=trial" in news(told, 0, kind="trial", limit=1)["next"]


# -- what cannot be asked ----------------------------------------------------------


@pytest.mark.parametrize(("query", "allowed"), [
    ({"since": "-1"}, "0..999999999999999999"), ({"since": "1.5"}, "0..999999999999999999"),
    ({"since": "now"}, "0..999999999999999999"), ({"since": "٣"}, "0..999999999999999999"),
    ({"since": "9" * 30}, "0..999999999999999999"),
    ({"limit": "0"}, "1..500"), ({"limit": "501"}, "1..500"), ({"limit": "many"}, "1..500"),
])  # fmt: skip
def test_a_number_that_is_none_is_named_with_what_is_allowed(told, query, allowed):
    (name, value) = next(iter(query.items()))
    (fault,) = told.problem("changes/", **query)["errors"]
    assert (fault["field"], fault["allowed"]) == (name, [allowed])
    assert f"“{value}”" in fault["message"]


def test_a_kind_that_is_not_told_is_named_with_those_that_are(told):
    (fault,) = told.problem("changes/", kind="professional")["errors"]
    assert (fault["field"], fault["allowed"]) == ("kind", ["trial", "centre", "network"])


def test_a_number_that_nothing_has_yet_is_refused_with_the_last_that_there_is(told):
    since = last(told)
    # Of a change that nobody is shown, too: the answer would tell of it.
    add(Trial(slug="draft", title_en="Draft"))
    service.catch_up()
    assert news(told, since)["results"] == []
    for later in (since + 1, Change.objects.latest("seq").seq, 999_999_999_999):
        (fault,) = told.problem("changes/", since=later)["errors"]
        assert (fault["field"], fault["allowed"]) == ("since", [f"0..{since}"])
        assert "since=0" in fault["message"]


@pytest.mark.parametrize("query", [{"since": ["1", "2"]}, {"cursor": "n1"}, {"since": "", "limit": "1"}])
def test_what_is_given_twice_empty_or_unknown_is_refused(told, query):
    assert told.problem("changes/", **query)["errors"]


# -- tags, and the index -----------------------------------------------------------


def test_its_tag_moves_with_what_it_says_and_with_nothing_else(told):
    since = last(told)
    tag = told.get("changes/", since=since)["ETag"]
    add(Trial(slug="draft", title_en="Draft"))
    service.catch_up()
    again = told.get("changes/", headers={"If-None-Match": tag}, since=since)
    assert (again.status_code, again["ETag"], again["Cache-Control"]) == (304, tag, "public, no-cache")
    edit(Trial.objects.get(slug="apart"), title_en="Newname")
    service.catch_up()
    again = told.get("changes/", headers={"If-None-Match": tag}, since=since)
    assert (again.status_code, len(again.json()["results"])) == (200, 1)


def test_it_goes_as_far_as_the_index_and_no_further(told):
    since = last(told)
    edit(Trial.objects.get(slug="apart"), title_en="Newname")
    assert told.json("changes/", since=since) == {"last_seq": since, "next": None, "results": []}
    health = told.json("health/")
    assert health["index_seq"] == since < health["seq"]
    # Another machine's index is further: who comes from there waits and is not sent back.
    answer = told.json("changes/", since=health["seq"])
    assert answer == {"last_seq": health["seq"], "next": None, "results": []}
    assert brief(news(told, since)) == [("trial", "apart", "update")]


def test_while_the_news_are_taken_up_it_tells_what_is_held_and_no_more(told, monkeypatch):
    since = last(told)
    held = service.snapshot.current()
    edit(Trial.objects.get(slug="apart"), title_en="Newname")
    service.catch_up()
    with monkeypatch.context() as patched:
        # As another thread has it that came a moment too early.
        patched.setattr(service.snapshot, "current", lambda: held)
        assert told.json("changes/", since=since)["results"] == []
    assert brief(news(told, since)) == [("trial", "apart", "update")]


def test_without_an_index_it_is_not_ready(api):
    assert api.problem("changes/", 503)["type"].endswith("not-ready")


def test_a_page_takes_two_queries_however_much_it_tells(told):
    for number in range(12):
        edit(Centre.objects.get(), name_en=f"Name {number}")
    since, all_of_them = last(told), PublicUpdate.objects.count()
    assert all_of_them > 24
    for query, most in (({"limit": "1"}, 1), ({"limit": "500"}, all_of_them), ({"since": since}, 0)):
        with CaptureQueriesContext(connection) as queries:
            answer = told.json("changes/", **query)
        assert (len(queries), len(answer["results"])) == (2, most)


# -- who writes at the same time ---------------------------------------------------

WRITERS, WRITES = 6, 12


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time")
@pytest.mark.django_db(transaction=True)
def test_a_partner_who_asks_while_many_write_misses_no_change_and_gets_no_older_record(index_dir):
    trials = [
        add(Trial(slug=f"t{n}", acronym=f"T{n}", title_en="T", state=State.LISTED)) for n in range(WRITERS)
    ]
    shared = add(Trial(slug="shared", acronym="S", title_en="S", sponsor="0", state=State.LISTED))
    service.rebuild()
    begun, failed = changes.last_seq(), []

    def write(own):
        try:
            for number in range(1, WRITES + 1):
                edit(own, sponsor=str(number))
                with changes.recording(SYSTEM) as log:
                    one = Trial.objects.select_for_update().get(pk=shared.pk)
                    log.watch(one)
                    one.sponsor = str(int(one.sponsor) + 1)
                    one.save()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[own]) for own in trials]
    follower, partner, since, items = Follower(), Client(), begun, []

    def ask():
        nonlocal since
        page = partner.get("/api/v1/changes/", {"since": since, "limit": 7}).json()
        items.extend(page["results"])
        since = page["last_seq"]
        return page["next"] is None and not any(one.is_alive() for one in writers) and since >= wanted()

    def wanted():
        return PublicUpdate.objects.last_of(10**9)

    for one in (follower, *writers):
        one.start()
    try:
        wait_until(ask)
    finally:
        for one in writers:
            one.join(PATIENCE)
        follower.stop()
    assert failed == []
    assert Trial.objects.get(slug="shared").sponsor == str(WRITERS * WRITES)
    log = {one.seq: one for one in Change.objects.filter(seq__gt=begun)}
    assert [item["seq"] for item in items] == sorted(log), "each change once, in the order of the commits"
    assert len(log) == 2 * WRITERS * WRITES
    for item, (number, change) in zip(items, sorted(log.items()), strict=True):
        assert (item["seq"], item["key"]) == (number, change.key)
        assert int(item["record"]["sponsor"]) >= int(change.after["sponsor"])
    newest = {item["key"]: item["record"] for item in items}
    assert {newest[one.slug]["sponsor"] for one in trials} == {str(WRITES)}
