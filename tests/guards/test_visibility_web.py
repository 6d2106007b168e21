"""No page shows what is not public: every address × kind of visitor, with canaries.

The walk covers every address of `directory.web`, so a page added later is walked too, or fails for lack of
arguments.
"""

import io
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.http import urlencode

from centres.models import Affiliation, Membership
from directory.search import service
from directory.web import root_urls, urls
from directory.web.views import files
from tests.builders import (
    a_centre,
    a_coordinator,
    a_network,
    a_professional,
    a_site,
    a_trial,
    a_user,
    an_editor,
    says,
)

pytestmark = pytest.mark.django_db
# What is hidden has both words; visitors type the first, so an echo of theirs is no leak.
TYPED, CANARY = "zkanarie", "zkanarie-verborgen"
STATES = ("draft", "withdrawn")
# Every name of `directory.web.urls` that takes an argument, with the keys of records there.
KEYED = {
    "trial": [f"{CANARY}-{state}" for state in STATES],
    "trial-print": [f"{CANARY}-{state}" for state in STATES],
    "trial-named": [f"{CANARY}-{state}" for state in STATES],
    "trial-named-print": [f"{CANARY}-{state}" for state in STATES],
    "centre": [f"{CANARY}-centre-{state}" for state in STATES],
    "network": [f"{CANARY}-network-{state}" for state in STATES],
}
# A token is needed for these: they show what its owner follows or keeps, and nothing without one.
BY_TOKEN = (
    "watch-confirm", "watch-stop", "watch-manage", "vouch", "vouch-sheet", "vouch-upload", "vouch-plan",
)  # fmt: skip
PLAIN = (
    "home",
    "suggest",
    "search",
    "match",
    "results-print",
    "compare",
    "centres",
    "networks",
    "gaps",
    "gaps-csv",
    "quality",
    "feed",
    "watch",
    "watch-asked",
)
FILES = ("csv", "xlsx", "ris")
# Those that take what the search takes.
ASKED = ("web:search", "web:suggest", "web:results-print", "web:feed", "web:watch")
PUBLIC = {
    "trial": "shown",
    "trial-print": "shown",
    "trial-named": "shown",
    "trial-named-print": "shown",
    "trial-feed": "shown",
    "centre": "uz-shown",
    "network": "net-shown",
}


@pytest.fixture
def world(index_dir):
    """One public record of each kind, and beside it everything the public must not see."""
    centre, trial = a_centre("uz-shown"), a_trial("Shown", conditions=["VIIIc"])
    network = a_network("net-shown", members=[centre])
    silent = a_professional(f"{CANARY} person", email=f"{CANARY}@example.org", phone="+3290001111")
    Affiliation.objects.create(professional=silent, centre=centre, function=f"{CANARY} function")
    site = a_site(trial, centre, contact_person=silent, investigator=silent)
    says(site, "recruiting", evidence=f"{CANARY} note", user=a_user(f"{CANARY}-user"))
    for state in STATES:
        hidden = a_centre(f"{CANARY}-centre-{state}", name=f"{CANARY} hospital", state=state, city=CANARY)
        kept = a_trial(
            f"{CANARY} {state}", state=state, parent=trial, conditions=["VIIIc"], sponsor=CANARY,
            identifiers=[f"{CANARY}-{state}-7"],
        )  # fmt: skip
        a_site(trial, hidden)
        a_site(kept, centre)
        secret = a_network(
            f"{CANARY}-network-{state}", members=[centre], state=state, name_en=f"{CANARY} net"
        )
        Membership.objects.create(network=network, centre=hidden, care=[CANARY])
        Membership.objects.create(network=secret, centre=hidden)
    service.rebuild()
    return centre


def visitors(centre):
    """Everybody who is not an editor; a coordinator only of a centre that is public anyway."""
    return {"the public": None, "a user without a role": a_user(), "a coordinator": a_coordinator(centre)}


def client_of(user):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def test_every_address_of_the_pages_is_walked_here():
    assert {one.name for one in urls.urlpatterns} == {
        *PLAIN, *KEYED, *BY_TOKEN, "export", "trial-feed", "components", "match-suggest",
    }  # fmt: skip
    assert {one.name for one in root_urls.urlpatterns} == {"robots", "sitemap", "favicon", "touch-icon"}


def test_nobody_but_an_editor_opens_a_record_that_is_not_listed(world):
    for who, user in visitors(world).items():
        client = client_of(user)
        for name, keys in KEYED.items():
            for key in keys:
                answer = client.get(reverse(f"web:{name}", args=[key]))
                assert answer.status_code == 404, (who, name, key)


def test_nobody_at_all_gets_a_feed_of_a_trial_that_is_not_listed_or_follows_it(world):
    for key in KEYED["trial"]:
        client = client_of(an_editor())
        assert client.get(reverse("web:trial-feed", args=[key])).status_code == 404
        assert client.get(reverse("web:watch"), {"trial": key}).status_code == 404


@pytest.mark.parametrize("kind", ["NCT", "acronym", "identifier"])
def test_no_spelling_leads_to_a_draft(world, kind):
    spelling = {"NCT": "NCT01234567", "acronym": f"{CANARY} draft", "identifier": f"{CANARY}-draft-7"}[kind]
    for who, user in visitors(world).items():
        assert client_of(user).get(f"/en/trials/{spelling}/").status_code == 404, who


def test_no_page_holds_a_canary(world):
    queries = ["", f"?q={TYPED}", "?condition=VIIIc", "?near=9000", "?q=shown", f"?q={TYPED}+draft"]
    paths = [reverse(f"web:{name}") for name in PLAIN]
    paths += [reverse(name) + query for name in ASKED for query in queries]
    paths += [reverse(f"web:{name}", args=[key]) for name, key in PUBLIC.items()]
    for who, user in visitors(world).items():
        client = client_of(user)
        for path in paths:
            answer = client.get(path)
            # A feed of a place is refused, whoever asks: it may describe a patient.
            refused = path == reverse("web:feed") + "?near=9000"
            assert answer.status_code == (400 if refused else 200), (who, path)
            assert CANARY not in answer.content.decode(), (who, path)


def test_no_answer_to_a_profile_holds_a_canary(world):
    """With all that is hidden in it, and asked for more of each band than there is."""
    form = "application/x-www-form-urlencoded"
    for who, user in visitors(world).items():
        for asked in ("condition=VIIIc", f"text={TYPED}", "country=BE&more=excluded", "near=9000&within=50"):
            page = client_of(user).post(reverse("web:match"), asked, content_type=form).content.decode()
            assert 'id="answer-title"' in page, (who, asked)
            assert CANARY not in page, (who, asked)
        asked = {"q": TYPED, "kind": "disease"}
        found = client_of(user).post(reverse("web:match-suggest"), urlencode(asked), content_type=form)
        assert found.json()["found"] == [], who


def test_no_comparison_holds_a_canary(world):
    spellings = [*KEYED["trial"], f"{CANARY} draft", f"{CANARY}-draft-7", "shown"]
    for who, user in visitors(world).items():
        page = client_of(user).get(reverse("web:compare"), {"trial": spellings}).content.decode()
        shown = page.partition("<thead>")[2]
        assert "Shown" in shown, who
        assert CANARY not in shown, who


def test_no_file_of_results_holds_a_canary(world):
    for kind in FILES:
        for query in ("", f"?q={TYPED}", "?condition=VIIIc", "?q=shown"):
            answer = client_of(an_editor()).get(reverse("web:export", args=[kind]) + query)
            assert answer.status_code == 200, (kind, query)
            assert CANARY not in readable(kind, answer.content), (kind, query)


def readable(kind, content):
    """The text of a file; of a workbook all its parts."""
    if kind != "xlsx":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_the_sitemap_names_no_record_that_is_not_listed(world, rf):
    page = files.sitemap(rf.get("/sitemap.xml")).content.decode()
    assert "/en/trials/shown/" in page
    assert CANARY not in page


def test_an_editor_opens_them_all_and_is_told(world):
    client = client_of(an_editor())
    for name, keys in KEYED.items():
        for key in keys:
            page = client.get(reverse(f"web:{name}", args=[key]))
            assert page.status_code == 200, (name, key)
            assert "The public does not see this page." in page.content.decode(), (name, key)


def test_an_editor_is_not_shown_a_person_without_consent_either(world):
    page = client_of(an_editor()).get("/en/trials/shown/").content.decode()
    assert f"{CANARY} person" not in page
    assert f"{CANARY}@example.org" not in page
