"""Every status on a page stands beside its day and who said it, or beside the word that nobody did.

The pages are walked, not listed by element: a new place where a status is shown is found by itself.
"""

import datetime as dt
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.core.roles import Role
from directory.search import service
from directory.web import urls
from tests.builders import a_centre, a_network, a_site, a_trial, an_editor, says

pytestmark = pytest.mark.django_db
# What holds a status and what is said of it; of the nearest one, all must be said inside.
BLOCKS = {"li", "tr", "dd", "p"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SAID = {"said", "fresh-never"}
# No page of one status: forms, small files, pages that show what is followed, the gallery of examples; pages
# behind a mailed link, which have tests of their own.
WITHOUT = {"trial-named", "trial-named-print",  # these lead to a trial
           "suggest", "match-suggest", "watch", "watch-asked", "watch-confirm", "watch-stop", "watch-manage",
           "components", "networks", "export", "gaps-csv", "feed", "trial-feed",
           "vouch", "vouch-sheet", "vouch-upload", "vouch-plan"}  # fmt: skip


class Statuses(HTMLParser):
    """How many statuses and how many words on them there are in each block; those that lack some."""

    def __init__(self, page):
        super().__init__()
        self.open, self.bad, self.found = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        classes = set((dict(attributes).get("class") or "").split())
        block = next((one for one in reversed(self.open) if one["tag"] in BLOCKS), None)
        if block is not None and "status" in classes:
            block["statuses"] += 1
            self.found += 1
        if SAID & classes:
            for one in self.open:
                one["said"] += 1
        if tag not in VOID:
            self.open.append({"tag": tag, "statuses": 0, "said": 0, "classes": classes, "text": ""})

    def handle_data(self, text):
        for one in self.open:
            one["text"] += text

    def handle_endtag(self, tag):
        while self.open:
            closed = self.open.pop()
            if closed["statuses"] > closed["said"] and "head-status" not in closed["classes"]:
                self.bad.append(" ".join(closed["text"].split()))
            if closed["tag"] == tag:
                return


@pytest.fixture
def world(index_dir):
    """A trial with a site of each freshness, said on a day, in a month and never; and its family."""
    ghent = a_centre("uz-gent")
    network = a_network("net", members=[ghent])
    parent = a_trial("Parent", conditions=["VIIIc"], at=[ghent])
    trial = a_trial(
        "Alpha", parent=parent, conditions=["VIIIc"], status_as_of="2026-04", source="ClinicalTrials.gov"
    )
    a_trial("Sister", parent=parent, conditions=["VIIIc"])
    for number, (said, role) in enumerate([(3, Role.COORDINATOR), (60, Role.SPONSOR), (400, Role.REGISTRY)]):
        a_site(trial, a_centre(f"uz-{number}"), said=said, by=role)
    said_in = timezone.localdate() - dt.timedelta(days=50)
    month = a_site(trial, ghent, status=None)
    says(month, "recruiting", said=50, said_on=f"{said_in:%Y-%m}")
    a_site(trial, a_centre("chu-never"), status=None)
    disputed = a_site(trial, a_centre("chu-disputed"), status="recruiting", said=9)
    says(disputed, "suspended", said=2, by=Role.REGISTRY, source="ISRCTN")
    service.rebuild()
    return {"trial": trial.slug, "trial-print": trial.slug, "centre": "chu-disputed", "network": network.slug}


def addresses(keys):
    """Every page that may show a status, today's and of a day."""
    named = [one.name for one in urls.urlpatterns if one.name not in WITHOUT]
    found = {name: reverse(f"web:{name}", args=[keys[name]] if name in keys else []) for name in named}
    found["compare"] += "?trial=alpha&trial=parent&trial=sister"
    found["parent"] = reverse("web:trial", args=["parent"])
    found["map"] = found["search"] + "?view=map"
    today = timezone.localdate()
    for name in ("trial", "centre"):
        found[f"{name} on a day"] = f"{found[name]}?as_of={today}"
    return found


# Where there is a status to see in this world; elsewhere numbers only, or none.
SHOWING = {"home", "search", "results-print", "compare", "trial", "parent", "trial-print", "centre",
           "trial on a day", "centre on a day", "quality"}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_no_page_shows_a_status_without_its_day_and_role(world, language):
    counted = {}
    for client in (Client(), Client()):
        if counted:
            client.force_login(an_editor())
        for name, address in addresses(world).items():
            page = Statuses(client.get(address.replace("/en/", f"/{language}/", 1)).content.decode())
            assert page.bad == [], name
            counted[name] = page.found
    assert {name for name, number in counted.items() if number} == SHOWING


def test_no_answer_to_a_profile_does(world):
    form = "application/x-www-form-urlencoded"
    page = Client().post(reverse("web:match"), "condition=VIIIc&near=9000", content_type=form)
    found = Statuses(page.content.decode())
    assert found.found
    assert found.bad == []


@pytest.mark.parametrize(
    ("page", "bad"),
    [
        ('<ul><li><span class="status status-open">Recruiting</span><br>X</li></ul>', ["RecruitingX"]),
        ('<li><span class="status">A</span><span class="note said">today, by X</span></li>', []),
        ('<li><span class="status">A</span><span class="fresh fresh-never">Never verified</span></li>', []),
        ('<tr><td><b class="status">A</b></td><td><p class="said">x</p></td></tr>', []),
        ('<tr><td><b class="status">A</b><b class="status">B</b><i class="said">x</i></td></tr>', ["ABx"]),
    ],
)  # fmt: skip
def test_this_guard_sees_what_it_is_for(page, bad):
    assert Statuses(page).bad == bad


def test_a_dispute_shows_both_statements_wherever_a_status_is_shown(world):
    """Who, when and what of both: on each page with the disputed site."""
    by = timezone.localdate() - dt.timedelta(days=9)
    against = timezone.localdate() - dt.timedelta(days=2)
    pages = addresses(world)
    for name in (
        "search",
        "results-print",
        "compare",
        "trial",
        "trial-print",
        "centre",
        "centre on a day",
        "quality",
    ):
        text = " ".join(Client().get(pages[name]).content.decode().split())
        for said in ("Suspended", "ISRCTN", "the centre&#x27;s coordinator", f"{by.day} {by:%B %Y}",
                     f"{against.day} {against:%B %Y}"):  # fmt: skip
            assert said in text, (name, said)
