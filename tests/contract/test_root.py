"""Where a program begins: the address that lists all others."""

import re

from directory.api.v1 import urls


def of_the_code():
    """The addresses of the code, as templates."""
    routes = (str(one.pattern) for one in urls.urlpatterns)
    return {re.sub(r"<\w+:(\w+)>", r"{\1}", route) for route in routes}


def test_every_address_is_listed_with_what_can_be_done_there(world, settings):
    body = world.json("")
    start = f"{settings.BASE_URL}/api/v1/"
    assert (body["version"], body["docs"], body["schema"]) == ("1", f"{start}docs/", f"{start}schema/")
    listed = {one["url"].removeprefix(start) for one in body["addresses"]}
    assert listed == of_the_code() - {"docs/"}


def test_whatever_is_listed_without_a_part_to_fill_in_answers_and_allows_its_method(world, settings):
    for one in world.json("")["addresses"]:
        path = one["url"].removeprefix(settings.BASE_URL)
        if "{" not in path:
            allowed = world.client.options(path)
            refused = allowed.status_code == 401
            assert one["needs_key"] is refused, path
            assert refused or one["method"] in allowed["Allow"].split(", "), path


def test_it_takes_no_parameter(world):
    assert world.problem("", page="1")["errors"][0]["field"] == "page"


def test_without_its_slash_it_leads_there(world):
    answer = world.client.get("/api/v1")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/")


def test_an_address_that_leads_nowhere_says_where_the_addresses_are(world):
    assert world.problem("nothing/", 404)["detail"].endswith("The addresses are listed at /api/v1/.")
