"""Texts by their beginning: the best of many, as if all were sorted."""

import random

import pytest

from directory.search.beginnings import Beginning, Beginnings
from directory.search.offers import texts_of


def some(chance, number):
    return [
        Beginning("".join(chance.choices("ab", k=chance.randint(1, 8))), chance.randrange(6), at, at % 3 == 0)
        for at in range(number)
    ]


@pytest.mark.parametrize("number", [0, 1, 5, 400])
def test_the_best_are_those_that_sorting_everything_gives(number):
    chance = random.Random(number)
    entries = some(chance, number)
    made = Beginnings(entries)
    for text in ("a", "b", "ab", "abba", "c"):
        begun = [one for one in entries if one.text.startswith(text)]
        orders = sorted((one.rank, one.inner, len(one.text)) for one in begun)
        for most in (1, 3, 1_000):
            found = [entries[item] for _order, item in made.best(text, most)]
            assert [(one.rank, one.inner, len(one.text)) for one in found] == orders[:most]
            assert all(one.text.startswith(text) for one in found)


def test_nothing_but_the_text_comes_before_what_is_longer_of_the_same_rank():
    made = Beginnings(
        [Beginning("alka", 1, "alka"), Beginning("alk", 1, "alk"), Beginning("alkb", 0, "alkb")]
    )
    assert [item for _order, item in made.best("alk", 9)] == ["alkb", "alk", "alka"]


def test_what_is_spelt_almost_alike_is_found_by_its_errors_and_never_by_what_stands_inside():
    made = Beginnings(
        [
            Beginning("neuroblastoma", 3, "disease"),
            Beginning("neuroblastome", 0, "other"),
            Beginning("neuroblastom", 0, "inside", inner=True),
        ]
    )
    assert [item for _order, item in sorted(made.near("neuroblastoma", 9))] == ["disease", "other"]
    assert made.near("abc", 9) == []
    assert made.near("12345678", 9) == []


@pytest.mark.parametrize(
    ("label", "whole", "inner"),
    [
        ("HEM-iSMART", ["hem ismart", "hemismart"], ["ismart", "smart"]),
        ("iEuroEwing", ["ieuroewing"], ["euroewing", "ewing"]),
        ("ALLTogether1", ["alltogether1"], ["together1"]),
        ("LOGGIC/FIREFLY-2", ["loggic firefly 2", "loggicfirefly2"], ["firefly 2"]),
        ("EWING 2008", ["ewing 2008", "ewing2008"], []),
        ("RADAR", ["radar"], []),
        ("A trial without an acronym is found by how its title begins", None, []),
    ],
)
def test_an_acronym_is_found_by_each_word_in_it(label, whole, inner):
    texts = texts_of(label)
    expected = whole or [label.lower()]
    assert [text for text, is_inner in texts if not is_inner] == expected
    assert [text for text, is_inner in texts if is_inner] == inner
