"""Whatever is written into an address: a sentence or a page, never our error and never an empty page."""

import pytest
from django.test import Client

from directory.search import service
from tests.builders import a_centre, a_network, a_trial

pytestmark = pytest.mark.django_db

TEXTS = {
    "ten thousand characters": "x" * 10_000,
    "a per cent sign": "%25",
    "half an escape": "%2",
    "NUL": "a%00b",
    "quotes": "%22%27%60",
    "operators": "AND+OR+NOT+%28%28%28",
    "a right-to-left mark": "%E2%80%AEabc",
    "bytes that are no UTF-8": "%FF%FE",
    "half a character": "%ED%A0%80",
    "markup": "%3Cscript%3Ealert(1)%3C/script%3E",
    "a path": "../../etc/passwd",
    "a minus": "-1",
    "a huge number": "9" * 30,
    "a line break": "a%0D%0Ab",
    "nothing": "",
}
PAGES = {
    "search": ("/en/trials/", "q age near within status condition ordering page view centre age_band"),
    "results on paper": ("/nl/trials/results.html", "q age near"),
    "a file": ("/en/trials/results.csv", "q age condition"),
    "suggestions": ("/fr/suggest/", "q"),
    "comparison": ("/en/trials/compare/", "trial"),
    "matching": ("/de/match/", "condition stage age near text"),
    "gaps": ("/en/gaps/", "age stage show"),
    "gaps as a file": ("/en/gaps/gaps.csv", "age stage"),
    "a feed": ("/en/trials/feed.atom", "q status"),
    "following": ("/nl/watch/", "q trial status age"),
    "centres": ("/en/centres/", "x"),
    "a centre": ("/en/centres/uz-gent/", "x"),
    "a trial": ("/en/trials/shown/", "x"),
    "a network": ("/en/networks/net/", "x"),
}


@pytest.fixture
def client_of_a_world(index_dir):
    ghent = a_centre("uz-gent")
    a_trial("Shown", conditions=["VIIIc"], at=[ghent])
    a_network("net", members=[ghent])
    service.rebuild()
    return Client(raise_request_exception=True)


@pytest.mark.parametrize("page", PAGES)
def test_no_text_in_an_address_breaks_a_page_or_empties_it(client_of_a_world, page):
    path, names = PAGES[page]
    for name in names.split():
        for what, text in TEXTS.items():
            answer = client_of_a_world.get(f"{path}?{name}={text}&{name}={text}")
            assert answer.status_code in (200, 302, 400, 404), (page, name, what, answer.status_code)
            if answer.status_code != 302:
                assert answer.content.strip(), (page, name, what)
            if answer["Content-Type"].startswith("text/html"):
                assert b"<script>alert" not in answer.content, (page, name, what)
            assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("what", [one for one in TEXTS if one not in ("nothing", "a path")])
def test_no_text_as_an_address_breaks_a_page(client_of_a_world, what):
    for path in ("/en/trials/{}/", "/en/centres/{}/", "/en/networks/{}/", "/en/watch/stop/{}/", "/en/{}/"):
        answer = client_of_a_world.get(path.format(TEXTS[what]))
        assert answer.status_code in (200, 302, 400, 404, 410), (path, answer.status_code)
        assert answer.status_code == 302 or answer.content.strip()


@pytest.mark.parametrize(
    ("name", "text"), [("age", "abc"), ("near", "0000"), ("within", "far"), ("status", "x")]
)
def test_a_bad_filter_is_named_and_the_words_are_kept(client_of_a_world, name, text):
    page = client_of_a_world.get(f"/en/trials/?q=ewing&near=9000&{name}={text}").content.decode()
    assert f"“{text}”" in page
    assert 'value="ewing"' in page
    assert 'class="error-summary"' in page
