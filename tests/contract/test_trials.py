"""`trials/` and `trials/{slug}/`: the shapes, each filter, facets, fields, pages."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import timezone

from tests.builders import a_centre, a_professional, a_site, a_trial
from trials.models import Trial

LIST = {"count", "next", "previous", "facets", "results"}
TRIAL = {
    "slug", "url", "acronym", "title", "titles", "summary", "identifiers", "status", "status_as_of",
    "phases", "study_type", "conditions", "disease_terms", "stages", "sex", "age", "sponsor", "groups",
    "age_groups", "interventions", "arm_groups", "contact", "no_limits", "criteria_source", "criteria_as_of",
    "age_as_written",
    "parent", "sites", "opened_in_belgium", "source", "status_by", "status_disputed", "dispute", "updated_at",
}  # fmt: skip
SITE = {
    "trial", "centre", "status", "status_since", "verified_at", "verified_by", "source", "freshness",
    "next_due", "contact", "cohort_open", "verified_on", "dispute", "implied_by",
}  # fmt: skip


def test_a_list_has_the_contracts_names(world):
    assert set(world.json("trials/")) == LIST


def test_a_trial_has_the_contracts_names(world):
    trial = world.json("trials/boneone/")
    assert set(trial) == TRIAL
    assert set(trial["age"]) == {"min_days", "max_days", "text"}
    assert set(trial["identifiers"][0]) == {"scheme", "value", "url"}
    assert set(trial["conditions"][0]) == {"code", "name"}


def test_a_site_in_a_trial_has_the_contracts_names(world):
    site = world.json("trials/boneone/")["sites"][0]
    assert set(site) == SITE
    assert set(site["centre"]) == {"code", "name", "city", "postal_code", "country", "lat", "lon"}


def test_a_list_and_a_single_trial_show_the_same(world):
    listed = {one["slug"]: one for one in world.json("trials/")["results"]}
    assert listed["boneone"] == world.json("trials/boneone/")


def test_what_was_said_about_a_site_is_shown_with_a_role(world):
    site = world.json("trials/boneone/")["sites"][1]
    day = timezone.localdate()
    assert (site["centre"]["code"], site["status"], site["verified_by"]) == (
        "uz-demo",
        "recruiting",
        "coordinator",
    )
    assert site["verified_at"] == str(day - dt.timedelta(days=5))
    assert (site["freshness"], site["next_due"]) == ("fresh", str(day + dt.timedelta(days=25)))


@pytest.mark.parametrize("address", [
    "boneone", "NCT01234567", "nct01234567", "NCT 0123-4567", "BoneOne", "bone one",
])  # fmt: skip
def test_a_trial_is_found_by_slug_or_identifier_in_any_spelling(world, address):
    assert world.json(f"trials/{address}/")["slug"] == "boneone"


@pytest.mark.parametrize("address", ["2022-501454-11-00", "2022-501454-11", "EUCT2022-501454-11-00"])
def test_a_trial_is_found_by_its_eu_number(world, address):
    assert world.json(f"trials/{address}/")["slug"] == "bloodtwo"


@pytest.mark.parametrize("address", ["nothing", "NCT99999999", "0", "%F0%9F%8E%97", "a" * 300])
def test_an_unknown_trial_is_a_problem(world, address):
    assert world.problem(f"trials/{address}/", 404)["type"].endswith("#problem-not-found")


@pytest.mark.parametrize(("query", "slugs"), [
    ({"q": "ewing"}, {"boneone"}),
    ({"q": "NCT01234567"}, {"boneone"}),
    ({"q": "leucemie"}, {"bloodtwo"}),
    ({"status": "suspended"}, {"bloodtwo"}),
    ({"status": ["suspended", "completed"]}, {"bloodtwo", "nervethree"}),
    ({"phase": "phase2"}, {"bloodtwo"}),
    ({"phase": ["phase2", "phase3"]}, {"bloodtwo", "boneone"}),
    ({"condition": "VIIIc"}, {"boneone"}),
    ({"condition": "VIII"}, {"boneone"}),
    ({"condition": ["I", "IV"]}, {"bloodtwo", "nervethree"}),
    ({"age": "6m"}, {"boneone", "nervethree"}),
    ({"age": "30 ans"}, {"bloodtwo", "nervethree"}),
    ({"stage": "relapsed"}, {"bloodtwo"}),
    ({"sex": "male"}, {"boneone", "nervethree"}),
    ({"study_type": "interventional"}, {"boneone"}),
    ({"centre": "uz-demo"}, {"boneone"}),
    ({"centre": ["uz-demo", "chc-demo"]}, {"boneone", "bloodtwo"}),
    ({"centre": "chc-demo", "status": "recruiting"}, {"bloodtwo"}),
    ({"network": "demo-net"}, {"boneone", "bloodtwo"}),
    ({"province": "BE-VOV"}, {"boneone"}),
    ({"country": "BE"}, {"boneone", "bloodtwo"}),
    ({"near": "9000", "within": "20"}, {"boneone"}),
    ({"near": "50.64,5.57", "within": "5"}, {"boneone", "bloodtwo"}),
    ({"freshness": "stale"}, {"bloodtwo"}),
    ({"freshness": ["fresh", "stale"]}, {"boneone", "bloodtwo"}),
    ({"identifier": "nct 0123 4567"}, {"boneone"}),
    ({"updated_since": "2020-01-01"}, {"boneone", "bloodtwo", "nervethree"}),
    ({"updated_since": "2099-01-01T00:00:00Z"}, set()),
    ({"phase": "phase1", "status": "recruiting"}, set()),
])  # fmt: skip
def test_each_filter_narrows_the_list(world, query, slugs):
    assert set(world.slugs(**query)) == slugs
    assert world.json("trials/", **query)["count"] == len(slugs)


@pytest.mark.parametrize(("ordering", "slugs"), [
    ("acronym", ["bloodtwo", "boneone", "nervethree"]),
    ("updated", ["nervethree", "bloodtwo", "boneone"]),
])  # fmt: skip
def test_a_list_is_ordered_as_asked(world, ordering, slugs, indexed):
    for minutes, slug in enumerate(reversed(slugs)):
        Trial.objects.filter(slug=slug).update(updated_at=timezone.now() + dt.timedelta(minutes=minutes + 1))
    indexed()
    assert world.slugs(ordering=ordering) == slugs


def test_the_nearest_comes_first(world):
    assert world.slugs(ordering="distance", near="4000")[0] in ("bloodtwo", "boneone")
    assert world.slugs(ordering="distance", near="9000")[0] == "boneone"


def test_facets_are_counted_only_when_asked_for(world):
    assert world.json("trials/")["facets"] == {}
    facets = world.json("trials/", facets="1")["facets"]
    by_status = {one["value"]: one["count"] for one in facets["status"]}
    assert by_status == {"recruiting": 1, "suspended": 1, "completed": 1}
    assert {"status", "phase", "condition", "stage", "centre", "province", "network", "freshness"} <= set(
        facets
    )


def test_fields_leaves_only_what_was_asked_for(world):
    answer = world.json("trials/", fields="slug,status")
    assert all(set(one) == {"slug", "status"} for one in answer["results"])
    assert world.json("trials/boneone/", fields="acronym") == {"acronym": "BoneOne"}


def test_include_match_says_how_far_the_nearest_site_is(world):
    results = world.json("trials/", include="match", near="9000", ordering="distance")["results"]
    assert results[0]["match"]["distance_km"] < 10
    assert set(results[0]) == TRIAL | {"match"}
    assert set(world.json("trials/", include="match", fields="slug")["results"][0]) == {"slug", "match"}


def test_a_person_without_consent_is_not_shown_but_the_role_is(api, indexed):
    person = a_professional("Jane Canary", email="canary@example.org")
    trial = a_trial("Consent")
    a_site(trial, a_centre(), contact_person=person, contact_role="trial secretariat")
    indexed()
    contact = api.json("trials/consent/")["sites"][0]["contact"]
    assert contact == {"name": None, "role": "trial secretariat", "email": None, "phone": None}


def test_a_person_with_consent_is_shown(api, indexed):
    person = a_professional("Jane Willing", consent=True, email="willing@example.org")
    a_site(a_trial("Consent"), a_centre(), contact_person=person)
    indexed()
    contact = api.json("trials/consent/")["sites"][0]["contact"]
    assert (contact["name"], contact["email"]) == ("Jane Willing", "willing@example.org")


def test_a_sub_protocol_names_its_parent(api, indexed):
    parent = a_trial("Parent")
    a_trial("Child", parent=parent)
    indexed()
    assert api.json("trials/child/")["parent"] == {"slug": "parent", "acronym": "Parent"}


# --- Pages --------------------------------------------------------------------------------------------


def walk(api, direction="next", start=None, **query):
    """All slugs, page by page."""
    answer = start or api.json("trials/", **query)
    slugs = [one["slug"] for one in answer["results"]]
    while answer[direction]:
        address = answer[direction].removeprefix(f"{settings.BASE_URL}/api/v1/")
        answer = api.get(address).json()
        page = [one["slug"] for one in answer["results"]]
        slugs = slugs + page if direction == "next" else page + slugs
    return slugs, answer


@pytest.fixture
def twelve(api, indexed):
    for number in range(12):
        a_trial(f"T{number:02}", title_en="A study of sarcoma")
    indexed()
    return api


@pytest.mark.parametrize("query", [{}, {"ordering": "acronym"}, {"ordering": "updated"}, {"q": "sarcoma"}])
def test_pages_show_each_trial_once(twelve, query):
    slugs, last = walk(twelve, page_size=5, **query)
    assert sorted(slugs) == sorted(f"t{number:02}" for number in range(12))
    assert last["count"] == 12


def test_the_way_back_shows_the_same(twelve):
    forth, last = walk(twelve, page_size=5, ordering="acronym")
    back, first = walk(twelve, "previous", start=last)
    assert back == forth
    assert first["previous"] is None


def test_the_links_keep_what_was_asked(twelve):
    link = twelve.json("trials/", page_size=5, q="sarcoma", status="recruiting")["next"]
    assert link.startswith(f"{settings.BASE_URL}/api/v1/trials/?")
    assert "page_size=5" in link
    assert "q=sarcoma" in link
    assert "status=recruiting" in link


def test_a_page_is_not_shifted_by_what_was_added_before_it(twelve, indexed):
    first = twelve.json("trials/", page_size=5, ordering="acronym")
    a_trial("A-newcomer")
    Trial.objects.get(slug="t11").delete()
    indexed()
    slugs, _last = walk(twelve, start=first)
    assert slugs == [f"t{number:02}" for number in range(11)]


def test_one_page_has_no_neighbours(world):
    answer = world.json("trials/")
    assert (answer["next"], answer["previous"]) == (None, None)


def test_a_page_holds_as_many_as_asked(twelve):
    assert len(twelve.json("trials/", page_size=200)["results"]) == 12
    assert len(twelve.json("trials/", page_size=1)["results"]) == 1


def test_recruiting_in_a_country_is_of_its_sites_and_status_keeps_its_meaning(api, indexed):
    ghent, utrecht = a_centre("uz-gent"), a_centre("utrecht", country="NL", postal_code="3584")
    a_trial("Here", status="completed", at=[(ghent, "recruiting"), (utrecht, "completed")])
    a_trial("There", status="recruiting", at=[(ghent, "completed"), (utrecht, "recruiting")])
    indexed()
    assert api.slugs(recruiting_in="BE") == api.slugs(recruiting_in="be", centre="utrecht") == ["here"]
    assert sorted(api.slugs(recruiting_in=["BE", "NL"])) == ["here", "there"]
    assert api.slugs(status="recruiting") == api.slugs(trial_status="recruiting") == ["there"]
    assert api.slugs(trial_status="completed", country="BE") == ["here"]
    facets = api.json("trials/", facets=1, recruiting_in="BE")["facets"]
    counted = {one["value"]: one["count"] for one in facets["recruiting_in"]}
    assert counted == {"BE": 1, "NL": 1}


@pytest.mark.parametrize("value", ["FR", "Belgium", "b"])
def test_a_country_without_a_centre_is_refused_with_those_that_have_one(api, indexed, value):
    a_centre("uz-gent")
    indexed()
    [error] = api.problem("trials/", recruiting_in=value)["errors"]
    assert (error["field"], error["allowed"]) == ("recruiting_in", ["BE"])
    assert value in error["message"]
