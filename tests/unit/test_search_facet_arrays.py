"""Columns: what filters and counts read."""

import datetime as dt

import numpy as np
import orjson
from hypothesis import given
from hypothesis import strategies as st

from centres.filters import CentreFilterSet
from directory.records.facets import facets_of
from directory.search.daily_facets import ListedPlaces
from directory.search.facet_arrays import BLOCK, Bitmaps, Codes, Trials, packed
from directory.search.store import Facts
from trials.choices import Freshness
from trials.freshness import freshness, freshness_numbers

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@given(st.lists(st.tuples(st.none() | DAYS, st.booleans()), min_size=1), DAYS)
def test_freshness_of_an_array_is_the_rule_of_one_site(sites, today):
    verified = np.array([day.toordinal() if day else 0 for day, _disputed in sites])
    disputed = np.array([int(one) for _day, one in sites])
    numbers = freshness_numbers({"verified": verified, "disputed": disputed}, today)
    assert [Freshness.values[number] for number in numbers] == [
        freshness(*site, today).value for site in sites
    ]


def test_a_code_keeps_its_number_and_an_unknown_word_selects_nothing():
    codes = Codes(["a"])
    assert [codes.number(word) for word in ("b", "a", "b")] == [1, 0, 1]
    assert codes.selected(["b", "never seen"]).tolist() == [False, True]


@given(st.sets(st.tuples(st.integers(0, 127), st.integers(0, 2))), st.sets(st.integers(0, 127)))
def test_bits_count_what_sets_count(pairs, matched):
    owners, values = np.array(sorted(pairs), int).reshape(-1, 2).T
    mask = np.zeros(128, bool)
    mask[sorted(matched)] = True
    bitmaps = Bitmaps.of(["a", "b", "c"], owners, values, 128)
    has = [{owner for owner, value in pairs if value == number} for number in range(3)]
    counted = [(word, len(has[number] & matched)) for number, word in enumerate("abc")]
    assert bitmaps.counts(packed(mask)) == counted
    either = [(word, len((has[number] | has[1]) & matched)) for number, word in enumerate("abc")]
    assert bitmaps.also("b").counts(packed(mask)) == either


def row(ordinal, **facts):
    facts = {"label": f"T{ordinal}", "sort": f"t{ordinal}", "status": ["recruiting"]} | facts
    return Facts(ordinal, f"t{ordinal}", orjson.dumps(facts))


class Stored:
    """Rows as the store gives them, counting what is read."""

    def __init__(self, *rows):
        self.rows = {one.ordinal: one for one in rows}
        self.read = []

    def __call__(self, start, end):
        self.read.append(start)
        return [one for ordinal, one in self.rows.items() if start <= ordinal < end]


def test_only_the_block_of_a_changed_document_is_read_again():
    stored = Stored(row(0), row(BLOCK), row(2 * BLOCK))
    trials = Trials.empty().with_changed(stored.rows, stored)
    assert stored.read == [0, BLOCK, 2 * BLOCK]
    stored.rows[BLOCK] = row(BLOCK, status=["completed"])
    later = trials.with_changed([BLOCK], stored)
    assert stored.read[3:] == [BLOCK]
    assert later.values("status", BLOCK) == ["completed"]
    assert trials.values("status", BLOCK) == ["recruiting"]


def test_a_document_that_is_gone_is_no_longer_alive():
    stored = Stored(row(0), row(1))
    trials = Trials.empty().with_changed([0, 1], stored)
    del stored.rows[0]
    later = trials.with_changed([0], stored)
    assert later.alive[:2].tolist() == [False, True]
    assert later.keys[:2] == ["", "t1"]


def test_a_membership_counts_from_its_first_to_its_last_day():
    centre = {"networks": [["itcc", "2027-01-01", "2027-12-31"], ["hidden", "", ""]]}
    places = ListedPlaces({"centre": {"uz-gent": centre}, "network": {"itcc": {}}})
    facet = facets_of(CentreFilterSet)["network"]
    days = [dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 12, 31), dt.date(2028, 1, 1)]
    assert [places.values(facet, centre, day) for day in days] == [[], ["itcc"], ["itcc"], []]
