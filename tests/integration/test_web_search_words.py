"""What the search page says of the words, and names with a slash as addresses."""

import re
from urllib.parse import quote

import pytest
from django.utils import timezone

from directory.search import service
from tests import builders as b

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _registry(index_dir):
    liege = b.a_centre("chu-liege", name="Liège University Hospital", city="Liège", postal_code="4000",
                       latitude=50.572, longitude=5.565)  # fmt: skip
    ghent = b.a_centre("uz-gent", name="Ghent University Hospital")
    a_hospital = b.a_centre("a-clinic", name="A Clinic in Antwerp", city="Antwerpen", postal_code="2000",
                            latitude=51.22, longitude=4.40)  # fmt: skip
    b.a_trial("HR-NBL2/SIOPEN", title_en="High-risk neuroblastoma", conditions=["IVa"],
              identifiers=["NCT04221035", "2019/2894"],
              at=[a_hospital, ghent, (liege, "completed")])  # fmt: skip
    b.a_trial("HYP", title_en="Hypnosis for children with cancer", at=[ghent])
    service.rebuild()


def page(client, query, language="en"):
    answer = client.get(f"/{language}/trials/", query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Without: xyzzyq"),
        ("nl", "Zonder: xyzzyq"),
        ("fr", "Sans : xyzzyq"),
        ("de", "Ohne: xyzzyq"),
    ],
)
def test_words_left_out_are_named_above_the_results_and_at_each(client, language, said):
    text = page(client, {"q": "hypnosis xyzzyq"}, language)
    assert text.count(said) == 2
    assert re.search(rf'<p class="banner">[^<]*{said}', text)
    assert re.search(rf'<p class="why">{said}', text)


def test_a_result_that_lacks_nothing_says_nothing(client):
    assert "Without:" not in page(client, {"q": "hypnosis"})


def test_the_centre_asked_for_comes_first_in_a_card_whatever_its_status(client):
    for place, first in (("Gent", "Ghent"), ("Liège", "Liège"), ("4000", "A Clinic"), ("", "A Clinic")):
        text = page(client, {"q": f"neuroblastoma {place}"})
        card = text[text.index('<article class="result">') :]
        assert re.search(r"#site-[^>]*>([^<]*)", card)[1].startswith(first), place


def test_the_page_says_that_a_place_orders_and_hides_nothing(client):
    text = page(client, {"q": "hypnosis Liège"})
    assert "Trials with a centre in “Liège” first, then those recruiting nearest to it." in text
    assert text.count("Without: Liège") == 2
    assert "Trials recruiting nearest to “5000” first." in page(client, {"q": "hypnosis 5000"})


def test_the_page_says_what_was_excluded_and_what_is_not_understood(client):
    assert "Left out, as you asked: neuroblastoma." in page(client, {"q": "cancer NOT neuroblastoma"})
    assert "Not understood and ignored: &quot;…&quot;" in page(client, {"q": '"hypnosis"'})


@pytest.mark.parametrize("name", ["HR-NBL2/SIOPEN", "hr-nbl2/siopen", "2019/2894", "HR/NBL2/SIOPEN"])
@pytest.mark.parametrize("behind", ["", "print/"])
def test_a_name_with_a_slash_leads_to_the_page_of_its_trial(client, name, behind):
    for written in (quote(name, safe=""), name):
        answer = client.get(f"/nl/trials/{written}/{behind}")
        assert (answer.status_code, answer["Location"]) == (302, f"/nl/trials/hr-nbl2siopen/{behind}")


@pytest.mark.parametrize(
    "path", ["NO%2FBODY/", "NO%2FBODY/print/", "hr-nbl2siopen/nothing/", "a//b/", "%2F/"]
)
def test_an_unknown_name_with_a_slash_is_404(client, path):
    assert client.get(f"/en/trials/{path}").status_code == 404


def test_other_addresses_below_trials_stay_what_they_are(client):
    for path in ("compare/", "results.html", "feed.atom", "hr-nbl2siopen/", "hr-nbl2siopen/print/"):
        assert client.get(f"/en/trials/{path}").status_code == 200, path
    assert client.get("/en/trials/hr-nbl2siopen/feed.atom").status_code == 200


def test_a_name_with_a_slash_of_a_day_keeps_its_day(client):
    day = timezone.localdate().isoformat()
    answer = client.get("/en/trials/HR-NBL2%2FSIOPEN/", {"as_of": day})
    assert (answer.status_code, answer["Location"]) == (302, f"/en/trials/hr-nbl2siopen/?as_of={day}")
