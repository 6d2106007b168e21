"""`sites/`, `centres/`, `networks/`, `conditions/`, `suggest/`."""

import pytest
from django.conf import settings

from tests.builders import a_centre, a_network, a_site, a_trial
from trials import conditions

LIST = {"count", "next", "previous", "facets", "results"}


def keys(answer):
    return {f"{one['trial']}@{one['centre']['code']}" for one in answer["results"]}


ALL_SITES = {"boneone@uz-demo", "boneone@chc-demo", "bloodtwo@chc-demo"}


@pytest.mark.parametrize(("query", "found"), [
    ({}, ALL_SITES),
    ({"trial": "boneone"}, {"boneone@uz-demo", "boneone@chc-demo"}),
    ({"trial": "NCT01234567"}, {"boneone@uz-demo", "boneone@chc-demo"}),
    ({"centre": "chc-demo"}, {"boneone@chc-demo", "bloodtwo@chc-demo"}),
    ({"network": "demo-net"}, ALL_SITES),
    ({"province": "BE-WLG"}, {"boneone@chc-demo", "bloodtwo@chc-demo"}),
    ({"country": "BE"}, ALL_SITES),
    ({"status": "recruiting"}, {"boneone@uz-demo", "bloodtwo@chc-demo"}),
    ({"status": ["suspended", "recruiting"], "centre": "uz-demo"}, {"boneone@uz-demo"}),
    ({"freshness": "ageing"}, {"boneone@chc-demo"}),
    ({"near": "9000", "within": "20"}, {"boneone@uz-demo"}),
    ({"updated_since": "2020-01-01"}, ALL_SITES),
    ({"updated_since": "2099-01-01"}, set()),
])  # fmt: skip
def test_each_filter_of_sites_narrows_the_list(world, query, found):
    answer = world.json("sites/", **query)
    assert set(answer) == LIST
    assert keys(answer) == found
    assert answer["count"] == len(found)


def test_sites_of_a_trial_that_is_not_listed_are_refused(world):
    assert world.problem("sites/", trial="nothing")["errors"][0]["field"] == "trial"


def test_a_site_in_the_list_is_the_site_in_its_trial(world):
    listed = world.json("sites/", trial="boneone")["results"]
    assert listed == world.json("trials/boneone/")["sites"]


def test_sites_come_in_pages(world):
    first = world.json("sites/", page_size=2)
    second = world.get(first["next"].removeprefix(f"{settings.BASE_URL}/api/v1/")).json()
    assert keys(first) | keys(second) == ALL_SITES
    assert second["next"] is None


def test_fields_of_sites(world):
    assert all(
        set(one) == {"status", "trial"} for one in world.json("sites/", fields="trial,status")["results"]
    )


@pytest.mark.parametrize(("query", "found"), [
    ({}, {"uz-demo", "chc-demo"}),
    ({"q": "liege"}, {"chc-demo"}),
    ({"network": "demo-net"}, {"uz-demo", "chc-demo"}),
    ({"province": "BE-VOV"}, {"uz-demo"}),
    ({"country": "BE"}, {"uz-demo", "chc-demo"}),
    ({"near": "4000", "within": "10"}, {"chc-demo"}),
])  # fmt: skip
def test_each_filter_of_centres_narrows_the_list(world, query, found):
    answer = world.json("centres/", **query)
    assert {one["code"] for one in answer["results"]} == found
    assert answer["count"] == len(found)


def test_a_centre_shows_its_networks_and_how_many_trials_recruit(world):
    centre = world.json("centres/chc-demo/")
    assert centre["trials"] == {"total": 2, "recruiting": 1}
    assert [(one["network"], one["role"]) for one in centre["memberships"]] == [("demo-net", "satellite")]


@pytest.mark.parametrize("address", ["centres/UZ-Demo/", "networks/DEMO-NET/"])
def test_an_address_is_found_whatever_its_case(world, address):
    assert world.json(address) == world.json(address.lower())


def test_a_slug_that_is_no_acronym_is_found_whatever_its_case(api, indexed):
    a_trial("", slug="no-acronym", title_en="Something else")
    indexed()
    assert api.json("trials/No-Acronym/")["slug"] == "no-acronym"


@pytest.mark.parametrize("path", ["trials/", "centres/", "networks/"])
def test_empty_words_are_as_none(world, path):
    assert world.json(path, q="")["count"] == world.json(path)["count"]


@pytest.mark.parametrize("code", ["nowhere", "UZ-DEMO!", "demo-net"])
def test_an_unknown_centre_is_a_problem(world, code):
    world.problem(f"centres/{code}/", 404)


def test_a_network_shows_its_members(world):
    network = world.json("networks/demo-net/")
    assert [(one["centre"], one["role"]) for one in network["members"]] == [
        ("chc-demo", "satellite"),
        ("uz-demo", "reference"),
    ]
    assert world.json("networks/")["count"] == 1


def test_networks_are_searched(api, indexed):
    a_network("suhopl-demo", name_en="Southern paediatric network")
    a_network("itcc-demo", name_en="Innovative therapies")
    indexed()
    assert [one["slug"] for one in api.json("networks/", q="innovative")["results"]] == ["itcc-demo"]


def test_an_unknown_network_is_a_problem(world):
    world.problem("networks/nothing/", 404)


def test_the_conditions_are_the_whole_tree_parents_first(api):
    answer = api.json("conditions/")
    assert set(answer) == LIST
    assert answer["count"] == len(conditions.rows())
    seen = set()
    for one in answer["results"]:
        assert set(one) == {"code", "parent", "level", "name", "names"}
        assert one["parent"] is None or one["parent"] in seen
        seen.add(one["code"])


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_conditions_are_named_in_the_language_asked_for(api, language):
    one = next(one for one in api.json("conditions/", lang=language)["results"] if one["code"] == "VIIIc")
    assert one["name"] == one["names"].get(language, one["names"]["en"])


def test_suggestions_lead_to_what_they_name(world):
    found = world.json("suggest/", q="bone")["results"]
    trial = next(one for one in found if one["kind"] == "trial")
    assert (trial["key"], trial["url"]) == ("boneone", f"{settings.BASE_URL}/api/v1/trials/boneone/")


def test_a_suggested_trial_says_how_it_stands_as_a_whole_and_in_belgium(world):
    found = world.json("suggest/", q="bone")["results"]
    trial = next(one for one in found if one["kind"] == "trial")
    assert list(trial)[5:] == ["status", "status_in_belgium", "centres_in_belgium"]
    shown = world.json("trials/boneone/")
    recruiting = [
        site for site in shown["sites"]
        if (site["status"], site["centre"]["country"]) == ("recruiting", "BE")
    ]  # fmt: skip
    assert (trial["status"], trial["status_in_belgium"]) == (shown["status"], "recruiting")
    assert trial["centres_in_belgium"] == len(recruiting) > 0
    others = [one for one in found if one["kind"] != "trial"]
    assert {(one["status"], one["status_in_belgium"], one["centres_in_belgium"]) for one in others} <= {
        (None, None, None)
    }


def test_a_number_that_is_begun_suggests_its_trial(world):
    identifier = world.json("trials/boneone/")["identifiers"][0]["value"]
    [one] = world.json("suggest/", q=identifier[:-2])["results"]
    assert (one["key"], one["detail"]) == ("boneone", identifier)


def test_suggestions_speak_the_language_asked_for(world):
    labels = [one["label"].casefold() for one in world.json("suggest/", q="neurobl", lang="fr")["results"]]
    assert any("neuroblastome" in label for label in labels)


def test_nothing_typed_suggests_nothing(world):
    assert world.json("suggest/", q="") == {"results": []}


def test_a_suggestion_without_q_says_what_to_send(world):
    assert world.problem("suggest/")["errors"][0]["field"] == "q"


def test_a_centre_that_is_not_listed_takes_its_sites_with_it(api, indexed):
    a_site(a_trial("Listed"), a_centre("hidden", state="draft"))
    indexed()
    assert api.json("sites/")["count"] == 0
    assert api.json("trials/listed/")["sites"] == []
