"""Pages: whoever follows `next` to the end, and `previous` back, meets each record once."""

import itertools

import pytest

from directory.api import pagination, parameters
from directory.search import cursors
from tests.builders import a_centre, a_network, a_site, a_trial

# As long as the registry takes them, in letters of four bytes that fold to plain ones, and to none.
WIDE, GONE = "\U0001d504\U0001d505" * 300, "\U0001f9ec" * 600
ORDERINGS = {
    "trials": ("relevance", "acronym", "updated", "opened", "distance"),
    "sites": ("acronym", "updated", "distance"),
    "centres": ("relevance", "acronym", "updated", "distance"),
    "networks": ("relevance", "acronym", "updated"),
}
WALKS = [(kind, ordering) for kind, orderings in ORDERINGS.items() for ordering in orderings]


@pytest.fixture
def long_names(api, indexed):
    """Five of each kind, most alike in far more letters than take part in the order."""
    alike = ("a" * 591 + "b", "a" * 592, WIDE, f"{WIDE[:-9]}z")
    titles = [*(f"Sarcoma {text}"[:600] for text in alike), GONE]
    codes = [f"{letter * 39}x" for letter in "edcba"]
    centres = [a_centre(code, name=title[:200]) for code, title in zip(codes, titles, strict=True)]
    for letter, title in zip("vwxyz", titles, strict=True):
        trial = a_trial("", slug=letter * 80, title_en=title, opened_in_belgium="2024")
        a_site(trial, centres[0])
        a_network(letter * 60, name_en=title[:200], members=centres)
    indexed()
    return api


def follow(api, address, direction):
    """The urls of the records on each page, in the order of the list."""
    pages = []
    while address:
        answer = api.client.get(address)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        pages.append([one.get("url") or one["trial"] for one in body["results"]])
        first_or_last, address = address, body[direction]
    if direction == "previous":
        pages.reverse()
    return list(itertools.chain(*pages)), first_or_last


@pytest.mark.parametrize(("kind", "ordering"), WALKS)
@pytest.mark.parametrize("words", ["", "&q=sarcoma"])
def test_long_names_are_walked_forth_and_back_one_by_one(long_names, kind, ordering, words):
    start = f"/api/v1/{kind}/?page_size=1&ordering={ordering}{words}"
    start += "&near=4000" if ordering == "distance" else ""
    forth, last = follow(long_names, start, "next")
    # What has no letter in its name is not found by a word; a network is by the names of its centres, but no
    # trial is for the disease that one is called after.
    assert len(forth) == len(set(forth)) == (5 if not words or kind == "networks" else 4)
    back, _first = follow(long_names, last, "previous")
    assert back == forth


def test_the_order_is_that_of_the_first_eighty_letters_and_then_of_the_slug(long_names):
    slugs = [one["slug"][0] for one in long_names.json("trials/", ordering="acronym")["results"]]
    assert slugs == ["v", "w", "x", "y", "z"]


def test_the_longest_cursor_fits_into_a_parameter():
    longest = (-(10**9), -99, *cursors.label("a" * 2000, "s" * 80), "c" * 40)
    made = pagination.FORWARD + cursors.make("network", "relevance", longest)
    assert len(made) <= parameters.MAX_LENGTH
