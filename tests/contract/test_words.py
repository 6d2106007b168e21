"""What became of the words of `q`; addresses with a slash."""

import pytest

from directory.search import service
from tests.builders import a_trial

NOTHING = {"partial": False, "without": [], "excluded": [], "not_understood": []}


def words(api, q, path="trials/"):
    return api.json(path, q=q)["words"]


def test_only_a_list_that_was_asked_for_words_tells_of_them_and_at_its_end(world):
    assert "words" not in world.json("trials/")
    assert "words" not in world.json("trials/", q="")
    assert list(world.json("trials/", q="ewing")) == [
        "count", "next", "previous", "facets", "results", "words",
    ]  # fmt: skip
    assert words(world, "ewing") == NOTHING


@pytest.mark.parametrize("path", ["trials/", "sites/", "centres/", "networks/"])
def test_every_list_that_takes_words_tells_of_them(world, path):
    assert words(world, "demo", path).keys() == NOTHING.keys()


def test_a_partial_answer_is_marked_and_each_record_says_what_it_lacks(world):
    found = world.json("trials/", q="ewing xyzzyq", include="match")
    assert found["words"] == NOTHING | {"partial": True, "without": ["xyzzyq"]}
    assert [one["match"]["without"] for one in found["results"]] == [["xyzzyq"]] * found["count"]
    whole = world.json("trials/", q="ewing", include="match")
    assert [one["match"]["without"] for one in whole["results"]] == [[]] * whole["count"]
    assert list(whole["results"][0]["match"]) == ["score", "distance_km", "why", "without"]


def test_what_is_excluded_and_what_is_not_understood_is_said(world):
    assert words(world, "-ewing") == NOTHING | {"excluded": ["ewing"]}
    assert words(world, '"ewing"') == NOTHING | {"not_understood": ['"…"']}
    assert "boneone" not in world.slugs(q="-ewing")
    assert set(world.slugs(q="ewing OR neuroblastoma")) == {"boneone", "nervethree"}


def test_a_place_among_the_words_orders_and_filters_nothing(world):
    assert world.slugs(q="leukaemia Gent") == ["bloodtwo"]
    found = world.json("trials/", q="leukaemia Gent", include="match")
    assert found["words"] == NOTHING | {"without": ["Gent"]}


def test_several_numbers_and_an_address_find_their_trials_in_their_order(world):
    assert world.slugs(q="2022-501454-11-00 NCT1234567") == ["bloodtwo", "boneone"]
    assert world.slugs(q="https://clinicaltrials.gov/study/NCT01234567?rank=1") == ["boneone"]


@pytest.fixture
def slashed(api, indexed):
    a_trial("HR-NBL2/SIOPEN", identifiers=["2019/2894"])
    a_trial("HIDDEN/ONE", state="draft")
    indexed()
    return api


@pytest.mark.parametrize("name", ["HR-NBL2%2FSIOPEN", "HR-NBL2/SIOPEN", "2019%2F2894", "hr%2Fnbl2siopen"])
def test_a_name_with_a_slash_leads_to_the_trial_with_what_was_asked(slashed, name):
    answer = slashed.client.get(f"/api/v1/trials/{name}/?fields=slug")
    assert answer.status_code == 302
    assert answer["Location"].endswith("/api/v1/trials/hr-nbl2siopen/?fields=slug")
    assert "Content-Type" not in answer
    assert slashed.client.get(answer["Location"]).json() == {"slug": "hr-nbl2siopen"}


@pytest.mark.parametrize("name", ["NO%2FBODY", "HIDDEN%2FONE", "hr-nbl2siopen/print", "a%2F%00b"])
def test_an_unknown_or_hidden_one_is_a_problem(slashed, name):
    answer = slashed.client.get(f"/api/v1/trials/{name}/")
    assert answer.status_code in (400, 404)
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.status_code == 404 or "%00" in name


def test_the_index_names_a_draft_by_nothing(slashed):
    assert service.slug_of("HIDDEN/ONE") is None
