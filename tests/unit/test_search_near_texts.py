"""Near spellings: what is told apart by its letters is the same as comparing every text."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from directory.search.near_texts import NearTexts

LETTERS = st.text("abcdé1 ñ", max_size=9)


@given(st.lists(LETTERS, max_size=40), LETTERS, st.sampled_from([1, 2]))
def test_it_finds_exactly_what_comparing_every_text_finds(texts, text, most):
    found = NearTexts(texts).near(text, most, limit=100)
    errors = [OSA.distance(text, other) for other in texts]
    assert sorted(found) == sorted((few, at) for at, few in enumerate(errors) if few <= most)
    assert [few for few, _at in found] == sorted(few for few, _at in found)


@pytest.mark.parametrize("typed", ["ieuroewin", "ieuroeiwng", "xieuroewing", "ieuroewang"])
def test_one_error_of_each_sort(typed):
    assert NearTexts(["rhabdoid", "ieuroewing"]).near(typed, 1, 5) == [(1, 1)]


def test_no_more_than_asked_for_and_the_nearest_first():
    texts = ["ewing", "ewings", "ewingss", "ewin"]
    assert [few for few, _at in NearTexts(texts).near("ewing", 2, 3)] == [0, 1, 1]


def test_a_near_one_among_many_is_found():
    chance = random.Random(1)
    texts = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=10)) for _ in range(5_000)]
    spellings = NearTexts([*texts, "larotrectinib"])
    assert spellings.near("larotrectinb", 2, 5)[0] == (1, 5_000)
