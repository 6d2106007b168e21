"""Home, centres, networks, the files at the root, and the ways from one language to another."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from centres.models import Membership
from directory.search import service
from tests.builders import a_centre, a_coordinator, a_network, a_site, a_trial
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "nl", "fr", "de")
PAGES = (
    "", "trials/", "trials/ieuroewing/", "trials/ieuroewing/print/", "centres/", "centres/uz-gent/",
    "networks/", "networks/suhopl/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def text(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("nl-BE,nl;q=0.9,en;q=0.5", "nl"), ("fr-BE", "fr"), ("de", "de"), ("pt-PT", "en"), ("", "en")],
)
def test_the_root_leads_to_the_visitors_language(client, accepted, language):
    answer = client.get("/", headers={"accept-language": accepted})
    assert (answer.status_code, answer.url) == (302, f"/{language}/")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_in_every_language(client, language, page):
    belgium()
    assert f'<html lang="{language}">' in text(client, f"/{language}/{page}")


def test_the_language_switcher_keeps_the_page_and_its_question(client):
    belgium()
    page = text(client, "/en/trials/?q=ewing&phase=phase3")
    assert 'href="/nl/trials/?q=ewing&amp;phase=phase3" lang="nl" hreflang="nl"' in page


def test_each_page_names_itself_in_the_other_languages_without_what_was_typed(client):
    belgium()
    page = text(client, "/fr/trials/?q=secret")
    assert '<link rel="alternate" hreflang="x-default" href="http://testserver/en/' in page
    alternates = re.findall(r'<link rel="alternate" hreflang="(\w\w)" href="([^"]+)">', page)
    assert alternates == [(code, f"http://testserver/{code}/trials/") for code in LANGUAGES]


def test_titles_and_descriptions_differ_from_page_to_page(client):
    belgium()
    paths = [
        "/en/",
        "/en/trials/",
        "/en/trials/ieuroewing/",
        "/en/centres/",
        "/en/centres/uz-gent/",
        "/en/networks/",
    ]
    titles = [re.search("<title>(.+?)</title>", text(client, path))[1] for path in paths]
    assert len(set(titles)) == len(titles)
    assert "iEuroEwing" in titles[2]


@pytest.mark.parametrize("page", [*PAGES, "nothing/"])
def test_no_page_has_inline_script_or_style_or_asks_another_host(client, page):
    belgium()
    page = client.get(f"/en/{page}").content.decode()
    assert not re.search(
        r'<style|\sstyle=|\son\w+=|<script(?! type="application/ld\+json"|[^>]*\ssrc=)', page
    )
    assert all(
        url.startswith("/static/")
        for url in re.findall(r'(?:src|<link rel="stylesheet" href)="([^"]+)"', page)
    )


def test_home_counts_by_disease_what_recruits_in_belgium(client):
    belgium()
    page = text(client, "/en/")
    assert re.search(
        r"condition=VIII\">Bone tumours</a>.*?status=recruiting[^>]*><strong>1</strong> recruiting"
        r"<span class=\"hidden\"> – Bone tumours</span></a> of 2",
        page,
    )
    assert re.search(
        r"<strong>\d</strong> trials recruited in Belgium when last heard of</a>; "
        r"<strong>\d</strong> confirmed in the last 90 days",
        page,
    )
    assert "Liver tumours" in page


def test_home_shows_what_was_verified_last_once_a_trial(client):
    belgium()
    part = text(client, "/en/").partition('id="latest"')[2].partition("</section>")[0]
    assert part.count("/en/trials/ieuroewing/") == 1
    assert "Ghent University Hospital" in part


def test_a_centre_says_where_it_is_and_how_to_ring_it(client):
    belgium()
    page = text(client, "/en/centres/uz-gent/")
    for wanted in ("C. Heymanslaan 10", "9000 Ghent", "East Flanders", 'href="tel:+3293322111"'):
        assert wanted in page


def test_a_centres_open_trials_stand_by_disease_and_closed_ones_do_not(client):
    centre = a_centre("uz-gent")
    a_trial("Bone", conditions=["VIIIc"], at=[centre])
    a_trial("Blood", conditions=["Ia"], at=[(centre, "not_yet_recruiting")])
    a_trial("Loose", at=[centre])
    a_trial("Closed", conditions=["Ia"], at=[(centre, "completed")])
    a_trial("Elsewhere", conditions=["Ia"], at=[a_centre()])
    a_trial("Hidden", conditions=["Ia"], at=[centre], state="draft")
    page = text(client, "/en/centres/uz-gent/")
    order = [
        "Leukaemia and MDS",
        ">Blood<",
        "Bone tumours",
        ">Bone<",
        "Not classified by disease",
        ">Loose<",
    ]
    assert [page.index(word) for word in order] == sorted(page.index(word) for word in order)
    for hidden in ("Closed", "Elsewhere", "Hidden"):
        assert f">{hidden}<" not in page


def test_a_trial_of_two_groups_stands_once_with_both(client):
    centre = a_centre("uz-gent")
    a_trial("Both", conditions=["VIIIc", "IXd", "IXa"], at=[centre])
    a_trial("Bone", conditions=["VIIIc"], at=[centre])
    page = text(client, "/en/centres/uz-gent/")
    assert page.count(">Both<") == 1
    order = ["For several groups of diseases", ">Both<", "For: Malignant bone tumours; Soft tissue", ">Bone<"]
    assert [page.index(word) for word in order] == sorted(page.index(word) for word in order)
    assert "2 trials that recruit" in page


def test_a_role_that_begins_later_is_told_with_its_day(client):
    belgium()
    assert "from 1 January 2127" in text(client, "/en/networks/suhopl/")
    assert "reference centre, <strong>from 1 January 2127</strong>" in text(client, "/en/centres/uz-gent/")
    assert "centre de référence, <strong>à partir du 1 janvier 2127</strong>" in text(
        client, "/fr/centres/uz-gent/"
    )


def test_a_role_that_has_ended_is_not_shown(client):
    centre, network = a_centre("uz-gent"), a_network("net", name_en="Old network")
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    Membership.objects.create(network=network, centre=centre, until=yesterday)
    assert "Old network" not in text(client, "/en/centres/uz-gent/")
    assert "No members today." in text(client, "/en/networks/net/")


def test_care_near_home_is_told_for_each_member(client):
    centre, network = a_centre("uz-gent"), a_network("net")
    Membership.objects.create(network=network, centre=centre, role="shared_care", care=["blood tests"])
    assert "blood tests" in text(client, "/en/networks/net/")
    assert "blood tests" in text(client, "/en/centres/uz-gent/")


def test_networks_count_the_listed_members_of_today(client):
    network = a_network("net", members=[a_centre(), a_centre(), a_centre(state="draft")])
    Membership.objects.create(network=network, centre=a_centre(), since=dt.date(2127, 1, 1))
    assert "2 members" in text(client, "/en/networks/")


def test_a_coordinator_sees_the_draft_page_of_their_own_centre_only(client):
    own, other = a_centre("own", state="draft"), a_centre("other", state="draft")
    a_site(a_trial("Alpha"), own)
    client.force_login(a_coordinator(own))
    assert "The public does not see this page." in text(client, "/en/centres/own/")
    assert client.get(f"/en/centres/{other.code}/").status_code == 404


def test_names_of_centres_are_in_the_pages_language(client):
    belgium()
    assert "Hôpital universitaire de Gand" in text(client, "/fr/trials/?q=ewing")
    assert "Universitair Ziekenhuis Gent" in text(client, "/nl/centres/")


def test_dates_and_words_are_in_the_pages_language(client):
    a_trial("Alpha", status_as_of="2026-04-28")
    assert "28 april 2026" in text(client, "/nl/trials/alpha/")
    assert "28 avril 2026" in text(client, "/fr/trials/alpha/")
    assert "28. April 2026" in text(client, "/de/trials/alpha/")
    assert "28 April 2026" in text(client, "/en/trials/alpha/")


def test_the_sitemap_holds_what_is_listed_in_four_languages(client, settings):
    belgium()
    a_trial("Hidden", state="draft")
    page = text(client, "/sitemap.xml")
    for language in LANGUAGES:
        assert f"<loc>{settings.BASE_URL}/{language}/trials/ieuroewing/</loc>" in page
    assert "hidden" not in page


def test_crawlers_are_kept_out_of_the_filters(client):
    page = client.get("/robots.txt").content.decode()
    assert "Disallow: /admin/\n" in page
    for language in LANGUAGES:
        # Files, comparisons, and the links of a patient's profile that somebody put on a page.
        for part in ("trials/?", "trials/results.", "trials/compare/", "match/?", "vouch/"):
            assert f"Disallow: /{language}/{part}\n" in page
        assert f"Disallow: /{language}/trials/\n" not in page
    assert "Sitemap: " in page


def test_reading_pages_writes_nothing(client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    belgium()
    service.ready()
    with CaptureQueriesContext(connection) as queries:
        for path in ("/en/", "/en/trials/?q=ewing", "/en/trials/ieuroewing/", "/en/centres/uz-gent/"):
            text(client, path)
    assert all(query["sql"].lstrip().upper().startswith("SELECT") for query in queries)
