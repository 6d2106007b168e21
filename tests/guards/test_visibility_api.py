"""What is not public is at no address of the API: in no list, count, facet, suggestion or error."""

import datetime as dt
import itertools

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from centres.models import Membership
from directory.core import changes
from directory.core.models import Change, State
from directory.imports.models import ImportRun
from directory.partners import keys
from directory.search import service
from tests.builders import (
    a_centre,
    a_coordinator,
    a_network,
    a_professional,
    a_site,
    a_trial,
    an_editor,
)
from trials.models import Trial

pytestmark = pytest.mark.django_db

WORD = "Zyxqcanary"
LISTS = ["trials/", "sites/", "centres/", "networks/"]
QUERIES = [
    {}, {"facets": "1"}, {"include": "match"}, {"q": WORD}, {"q": WORD.casefold()[:6]}, {"q": "NCT09999999"},
    {"q": "canary@example.org"}, {"page_size": "200"}, {"ordering": "updated"},
]  # fmt: skip
ADDRESSES = [
    "trials/zyxqcanary-draft/", "trials/zyxqcanary-withdrawn/", "trials/NCT09999999/", "trials/NCT09999998/",
    "trials/Zyxqcanary draft/", "centres/zyxqcanary-centre/", "networks/zyxqcanary-network/",
    "trials/public/", "trials/child/", "centres/public-centre/", "networks/public-network/",
    "", f"suggest/?q={WORD[:4]}", f"suggest/?q={WORD}", "suggest/?q=NCT0999999", "suggest/?q=nct",
    "conditions/", "changes/", "changes/?since=0&kind=trial", "health/",
]  # fmt: skip


@pytest.fixture
def canaries(index_dir):
    """A public trial, and around it everything that is not public, each with the word in it."""
    public_centre, hidden = (
        a_centre("public-centre"),
        a_centre(f"{WORD.lower()}-centre", name=WORD, state="draft"),
    )
    gone = a_centre(f"{WORD.lower()}-gone", name=f"{WORD} gone", state="withdrawn", aliases=[f"{WORD} alias"])
    public = a_trial("Public", title_en="A public study")
    draft = a_trial(f"{WORD} draft", identifiers=["NCT09999999"], state="draft", title_en=f"{WORD} title")
    withdrawn = a_trial(f"{WORD} withdrawn", identifiers=["NCT09999998"], state="withdrawn", sponsor=WORD)
    a_trial("Child", parent=draft)
    silent = a_professional(f"{WORD} Silent", email="canary@example.org", phone="+3290000001")
    took_back = a_professional(
        f"{WORD} Withdrew", consent=True, email="canary2@example.org",
        consent_withdrawn_on=timezone.localdate() + dt.timedelta(days=0),
    )  # fmt: skip
    a_site(public, public_centre, contact_person=silent, investigator=took_back)
    a_site(public, hidden)
    a_site(public, gone, contact_person=took_back)
    a_site(draft, public_centre, url=f"https://example.org/{WORD}")
    a_site(withdrawn, public_centre)
    network = a_network("public-network", members=[public_centre, hidden])
    a_network(f"{WORD.lower()}-network", name_en=WORD, members=[public_centre], state="draft")
    Membership.objects.create(network=network, centre=gone, care=[WORD])
    service.rebuild()
    return Client()


def tell(answer):
    """All that an answer says, its headers included."""
    return (answer.content.decode() + str(dict(answer.headers))).casefold()


def secrets():
    return [WORD.casefold(), "nct0999999", "canary@", "canary2@", "+3290000001"]


def leaks(path, answer):
    """The secrets in `answer` that were not in the question."""
    return [secret for secret in secrets() if secret in tell(answer) and secret not in path.casefold()]


@pytest.mark.parametrize(("path", "query"), list(itertools.product(LISTS, QUERIES)))
def test_no_list_shows_or_counts_what_is_not_public(canaries, path, query):
    answer = canaries.get(f"/api/v1/{path}", query)
    if answer.status_code == 400:
        return
    asked = str(query)
    assert leaks(asked, answer) == []
    results = answer.json()["results"]
    assert answer.json()["count"] == len(results)
    for facet in answer.json()["facets"].values():
        assert all(one["count"] <= 2 for one in facet)


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_address_shows_what_is_not_public(canaries, path):
    assert leaks(path, canaries.get(f"/api/v1/{path}")) == []


def test_a_draft_is_told_apart_from_nothing_by_no_answer(canaries):
    for hidden, nothing in [
        ("trials/zyxqcanary-draft/", "trials/zyxqnothing-draft/"),
        ("trials/NCT09999999/", "trials/NCT08888888/"),
        ("centres/zyxqcanary-centre/", "centres/zyxqnothing-centre/"),
        ("networks/zyxqcanary-network/", "networks/zyxqnothing-network/"),
        ("sites/?trial=NCT09999999", "sites/?trial=NCT08888888"),
        ("trials/?centre=zyxqcanary-centre", "trials/?centre=zyxqnothing-centre"),
        ("trials/?network=zyxqcanary-network", "trials/?network=zyxqnothing-network"),
        ("trials/?identifier=NCT09999999", "trials/?identifier=NCT08888888"),
    ]:
        one, other = canaries.get(f"/api/v1/{hidden}"), canaries.get(f"/api/v1/{nothing}")
        assert one.status_code == other.status_code
        same = one.content.decode().replace("zyxqcanary", "zyxqnothing").replace("NCT09999999", "NCT08888888")
        assert same == other.content.decode()


@pytest.mark.parametrize(
    "query", [{"stauts": "1"}, {"centre": "nowhere"}, {"network": "nowhere"}, {"country": "XX"}]
)
def test_no_error_lists_what_is_not_public(canaries, query):
    answer = canaries.get("/api/v1/trials/", query)
    assert answer.status_code == 400
    assert leaks("", answer) == []


def test_a_key_sees_no_more_than_the_public(canaries):
    _key, text = keys.make(name="Editors", scopes=["read", "imports"], by=changes.SYSTEM)
    headers = {"Authorization": f"Api-Key {text}"}
    for path in (*LISTS, "trials/zyxqcanary-draft/", "centres/zyxqcanary-centre/"):
        answer = canaries.get(f"/api/v1/{path}", headers=headers)
        assert leaks(path, answer) == []


RUNS = ["", "?status=planned&kind=sites", "?page_size=1", "?cursor=n99999999", "?cursor=p0"]
OF_A_RUN = ["", "rows/", "questions/", "report.xlsx"]


@pytest.mark.parametrize("whose", ["another key", "a coordinator", "an editor", "the house"])
def test_a_key_of_a_centre_sees_no_run_but_its_own(canaries, whose):
    centre = a_centre("key-centre")
    key, text = keys.make(name="Own", scopes=["imports"], centre=centre, by=changes.SYSTEM)
    other, _text = keys.make(name="Other", scopes=["imports"], centre=centre, by=changes.SYSTEM)
    makers = {
        "another key": other.user, "a coordinator": a_coordinator(centre), "an editor": an_editor(),
        "the house": None,
    }  # fmt: skip
    asked = {"key": f"{WORD}:x", "code": "date", "message": WORD, "options": [], "suggested": ""}
    hidden = ImportRun.objects.create(
        sha256="1", kind="sites", status="planned", file_name=f"{WORD}.csv", created_by=makers[whose],
        role="editor", centre=centre, warnings=[{"code": WORD, "message": WORD}],
        questions=[asked | {"needed": True, "examples": []}],
    )  # fmt: skip
    hidden.rows.create(number=2, outcome="new", record=WORD, values={"title": WORD})
    own = ImportRun.objects.create(sha256="2", kind="sites", file_name="own.csv", created_by=key.user)
    headers = {"Authorization": f"Api-Key {text}"}
    for query in RUNS:
        answer = canaries.get(f"/api/v1/imports/{query}", headers=headers)
        assert leaks(query, answer) == []
        assert {one["id"] for one in answer.json()["results"]} <= {own.pk}
        assert answer.json()["count"] <= 1
    for path in OF_A_RUN:
        answer = canaries.get(f"/api/v1/imports/{hidden.pk}/{path}", headers=headers)
        assert (answer.status_code, leaks(path, answer)) == (404, [])


def test_a_withdrawn_trial_is_gone_from_every_address_with_the_index(canaries):
    Trial.objects.filter(slug="public").update(state=State.WITHDRAWN)
    service.rebuild()
    assert canaries.get("/api/v1/trials/public/").status_code == 404
    assert canaries.get("/api/v1/trials/", {"q": "public"}).json()["count"] == 0
    assert canaries.get("/api/v1/sites/").json()["count"] == 0


WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "DROP", "ALTER")


@pytest.mark.parametrize(
    "path",
    [*LISTS, *ADDRESSES, "schema/", "docs/", "nothing/", "imports/", "imports/1/", "imports/1/report.xlsx"],
)
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_writes_nothing(canaries, path, method):
    before = Change.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        getattr(canaries, method)(f"/api/v1/{path}")
    assert [one["sql"] for one in captured if one["sql"].lstrip().upper().startswith(WRITES)] == []
    assert Change.objects.count() == before
