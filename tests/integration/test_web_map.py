"""The map of a search's results, of centres, a centre and a network."""

import re

import pytest

from directory.search import service
from tests.builders import a_centre, a_network, a_site, a_trial, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent University Hospital")
    leuven = a_centre("uz-leuven", name="Leuven", latitude=50.88, longitude=4.67, postal_code="3000")
    lyon = a_centre("lyon", name="Lyon", country="FR", postal_code="69008", latitude=45.7, longitude=4.8)
    a_trial("Ewing one", conditions=["VIIIc"], at=[ghent, leuven])
    a_trial("Ewing two", conditions=["VIIIc"], at=[ghent, (leuven, "completed"), lyon])
    a_trial("Leukaemia", conditions=["Ia"], at=[leuven])
    service.rebuild()
    return ghent


def page(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_number_equals_what_its_link_finds(client, world):
    text = page(client, "/en/trials/?q=ewing&condition=VIIIc&view=map")
    links = re.findall(r'<td[^>]*><a href="([^"]+)">([^<]+)</a></td><td[^>]*>(\d+)</td>', text)
    assert {name for _url, name, _count in links} == {"Ghent University Hospital", "Leuven", "Lyon"}
    for url, name, count in links:
        found = page(client, url.replace("&amp;", "&"))
        assert re.search(rf'id="count"[^>]*>{count} trials?<', found), name


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", {"Ghent University Hospital": "1", "Leuven": "0"}),
        ("&freshness=stale", {"Ghent University Hospital": "0"}),
        ("&freshness=fresh&freshness=stale", {"Ghent University Hospital": "1"}),
    ],
)
def test_what_was_verified_lately_is_counted_apart_and_leads_to_just_that(client, index_dir, asked, expected):
    ghent, leuven = (
        a_centre("uz-gent", name="Ghent University Hospital"),
        a_centre("uz-leuven", name="Leuven"),
    )
    says(a_site(a_trial("New"), ghent, status=None), "recruiting", said=3)
    says(a_site(a_trial("Old"), ghent, status=None), "recruiting", said=200)
    a_trial("Silent", at=[(leuven, "recruiting")]).sites.update(verified_at=None, verified_by="")
    service.rebuild()
    text = page(client, f"/en/trials/?view=map{asked}")
    row = r'<td[^>]*><a href="[^"]+">([^<]+)</a></td><td[^>]*>\d+</td><td[^>]*>(?:<a href="([^"]+)">)?(\d+)'
    rows = re.findall(row, text)
    assert {name: count for name, _url, count in rows} == expected
    for _name, url, count in rows:
        assert bool(url) == (count != "0")
        if url:
            found = page(client, url.replace("&amp;", "&"))
            assert re.search(rf'id="count"[^>]*>{count} trials?<', found)
            assert "/trials/new/" in found


def test_a_province_equals_what_its_link_finds(client, world):
    text = page(client, "/en/trials/?q=ewing&view=map")
    links = re.findall(r'<a href="([^"]+)" aria-label="([^":]+): (\d+)"><path', text)
    assert {(name, count) for _url, name, count in links} == {
        ("East Flanders", "2"),
        ("Flemish Brabant", "1"),
    }
    for url, name, count in links:
        assert re.search(rf'id="count"[^>]*>{count} trials?<', page(client, url.replace("&amp;", "&"))), name


def test_the_view_keeps_the_question_and_leads_back(client, world):
    text = page(client, "/en/trials/?q=ewing&near=9000&view=map")
    assert 'href="/en/trials/?q=ewing&amp;near=9000"' in text
    assert "3 km" in text
    assert '<input type="hidden" name="view" value="map">' in text
    assert "view=map" in page(client, "/en/trials/?q=ewing")


def test_a_centre_beyond_the_edge_is_named_beneath(client, world):
    text = page(client, "/en/trials/?q=ewing&view=map")
    assert "lies beyond its edge: Lyon" in " ".join(text.split())


def test_results_that_recruit_nowhere_are_said_to(client, world):
    a_trial("Closed", title_en="Nothing open", at=[(world, "completed")])
    service.rebuild()
    assert "None of these trials is known to recruit" in page(client, "/en/trials/?q=closed&view=map")


@pytest.mark.parametrize("view", ["list", "x", ""])
def test_any_other_view_is_the_list(client, world, view):
    assert 'class="map"' not in page(client, f"/en/trials/?q=ewing&view={view}")


def test_centres_a_centre_and_a_network_have_their_map(client, world):
    a_network("net", members=[world])
    for path in ("/en/centres/", "/fr/centres/uz-gent/", "/nl/networks/net/"):
        assert 'class="map"' in page(client, path), path
    assert 'class="map"' not in page(client, "/en/centres/lyon/")
