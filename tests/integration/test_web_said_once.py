"""On the demo registry: a trial's page says each source and day once, a centre's page each trial once."""

import html
import re
from collections import Counter

import pytest
from django.db import transaction
from django.test import Client

from centres.models import Centre
from tests.relevance import judging
from trials.models import Trial

# Without the mark there is no database when only these tests are run.
pytestmark = pytest.mark.django_db
BLOCK = re.compile(r'<section class="site-block">(.*?)</section>', re.DOTALL)
LINE = re.compile(r'<li id="site-([^"]+)">(.*?)</li>\s*(?=<li id|</ul>)', re.DOTALL)


def page(path):
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def words(part):
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo registry, loaded once: the blocks of sites of each trial's page, by slug."""
    with django_db_blocker.unblock(), transaction.atomic():
        with judging.demo_registry():
            yield {one.slug: BLOCK.findall(page(f"/en/trials/{one.slug}/")) for one in Trial.objects.listed()}
        transaction.set_rollback(True)


def test_no_trial_page_says_a_status_with_its_day_and_source_twice(demo):
    assert sum(len(blocks) for blocks in demo.values()) > 50
    for slug, blocks in demo.items():
        said = Counter(words(block.partition('<ul class="block-sites"')[0]) for block in blocks)
        assert [text for text, times in said.items() if times > 1] == [], slug


def test_a_block_has_all_sites_of_its_status_day_and_source(demo):
    for slug, blocks in demo.items():
        served = Client().get(f"/api/v1/trials/{slug}/").json()["sites"]
        said = ("status", "verified_on", "verified_by", "source", "implied_by", "dispute")
        told_alike = {}
        for site in served:
            told_alike.setdefault(str([site[name] for name in said]), set()).add(site["centre"]["code"])
        shown = [{code for code, _line in LINE.findall(block)} for block in blocks]
        assert sorted(map(sorted, shown)) == sorted(map(sorted, told_alike.values())), slug


def test_every_site_is_on_its_trial_s_page_with_whom_to_call(demo):
    for trial in Trial.objects.listed().prefetch_related("sites__centre"):
        lines = [line for block in demo[trial.slug] for line in LINE.findall(block)]
        sites = {site.centre.code: site for site in trial.sites.all()}
        assert sorted(code for code, _line in lines) == sorted(sites), trial.slug
        for code, line in lines:
            site = sites[code]
            reached = site.contact_email or site.contact_phone or site.centre.phone or site.centre.website
            assert not reached or re.search(r'href="(tel:|mailto:|https?:)', line), (trial.slug, code)


def test_a_centre_s_page_has_each_trial_once(demo):
    several = 0
    for centre in Centre.objects.filter(state="listed"):
        listed = page(f"/en/centres/{centre.code}/").partition('aria-labelledby="open"')[2]
        trials = re.findall(rf'href="/en/trials/([^/]+)/#site-{re.escape(centre.code)}"', listed)
        assert sorted(trials) == sorted(set(trials)), centre.code
        several += len(trials) > 1
    assert several > 3
