"""Each number of recruiting trials that a page of the demo registry shows is that of the list it leads to."""

import re
from html.parser import HTMLParser

import pytest
from django.db import transaction
from django.test import Client

from centres.models import Centre, Network
from directory.core.fields import LANGUAGE_CODES
from directory.search import service
from tests.builders import a_centre, a_site
from tests.relevance import judging
from trials.choices import Recruitment
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db
FIRST_NUMBER = re.compile(r"\d+")


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo registry, and a Dutch centre that recruits for some of its trials."""
    with django_db_blocker.unblock(), transaction.atomic():
        with judging.demo_registry():
            abroad()
            yield
        transaction.set_rollback(True)


def abroad():
    """The demo has Belgian centres alone: with these, what counts all sites would count too many."""
    utrecht = a_centre("utrecht", country="NL", postal_code="3584")
    for trial in Trial.objects.listed().order_by("slug")[::3]:
        a_site(trial, utrecht)
    service.rebuild()


class Links(HTMLParser):
    """The links of a page with their visible text."""

    def __init__(self, page):
        super().__init__()
        self.found, self.href, self.hidden = [], None, 0
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "a":
            self.href, self.hidden = given.get("href", ""), 0
            # The number of a province stands in its name alone.
            self.found.append([self.href, (given.get("aria-label") or "").rpartition(":")[2]])
        elif tag == "span" and self.href and "hidden" in (given.get("class") or "").split():
            self.hidden += 1

    def handle_endtag(self, tag):
        if tag == "a":
            self.href = None

    def handle_data(self, text):
        if self.href is not None and not self.hidden:
            self.found[-1][1] += text


def text_of(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def count_of(client, url):
    """How many trials the list at an address says that it has."""
    return int(re.search(r'id="count"[^>]*>(\d+)', text_of(client, url))[1])


def pages(language):
    """Every page that says how many trials recruit."""
    yield from (f"/{language}/", f"/{language}/centres/", f"/{language}/gaps/", f"/{language}/gaps/?show=all")
    for centre in Centre.objects.listed():
        yield f"/{language}/centres/{centre.code}/"
    for network in Network.objects.listed():
        yield f"/{language}/networks/{network.slug}/"
    for query in ("view=map", "view=map&q=leukemia", "view=map&status=recruiting&province=BE-VOV"):
        yield f"/{language}/trials/?{query}"


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_each_number_of_recruiting_trials_is_that_of_the_list_it_leads_to(demo, language):
    client, counted = Client(), {}
    for path in pages(language):
        for url, text in Links(text_of(client, path)).found:
            number = FIRST_NUMBER.search(text)
            if not number or f"/{language}/trials/?" not in url or "status=recruiting" not in url:
                continue
            if url not in counted:
                counted[url] = count_of(client, url)
            assert int(number[0]) == counted[url], (path, url, text)
    kinds = {"condition=": 15, "centre=": 9, "network=": 1, "province=": 3}
    for name, least in kinds.items():
        assert sum(name in url for url in counted) >= least, name
    assert f"/{language}/trials/?status=recruiting" in counted


def test_the_numbers_are_of_belgian_sites_and_the_whole_trials_status_is_a_filter_of_its_own(demo):
    client = Client()
    here = TrialSite.objects.listed().filter(status=Recruitment.RECRUITING, centre__country="BE")
    truth = here.values("trial").distinct().count()
    anywhere = TrialSite.objects.listed().filter(status=Recruitment.RECRUITING).values("trial").distinct()
    whole = Trial.objects.listed().filter(status=Recruitment.RECRUITING)
    assert truth not in (anywhere.count(), whole.count())
    assert count_of(client, "/en/trials/?status=recruiting") == truth
    assert count_of(client, "/en/trials/?recruiting_in=BE") == truth
    assert count_of(client, "/en/trials/?status=recruiting&country=BE") == truth
    assert count_of(client, "/en/trials/?trial_status=recruiting") == whole.count()
    listed = client.get("/api/v1/trials/?recruiting_in=BE&page_size=1&facets=1").json()
    assert (listed["count"], client.get("/api/v1/trials/?status=recruiting").json()["count"]) == (
        truth,
        whole.count(),
    )


QUERIES = ["", "q=leukemia", "freshness=fresh&freshness=stale", "condition=VIII", "near=9000"]
OPTION = re.compile(
    r'name="(\w+)" value="([^"]+)"(?: checked)?><label[^>]*>.*?<span class="count">(\d+)</span>'
)


@pytest.mark.parametrize("query", QUERIES)
def test_each_number_beside_a_filter_is_that_of_a_click_on_it(demo, query):
    client = Client()
    options = OPTION.findall(text_of(client, f"/en/trials/?{query}"))
    asked = {name for name, _value, _count in options}
    assert {"status", "trial_status", "centre"} <= asked
    for name, value, count in options:
        if name in ("status", "trial_status", "country", "centre", "freshness", "province"):
            kept = "&".join(part for part in query.split("&") if not part.startswith(f"{name}="))
            assert int(count) == count_of(client, f"/en/trials/?{kept}&{name}={value}"), (query, name, value)
