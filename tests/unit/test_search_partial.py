"""Who has some of what is asked: the rarest word weighs most, and a disease stays."""

import numpy as np
import pytest

from directory.search.engine import WordQuery
from directory.search.partial import Presence
from directory.search.ranking import Unit

ANY = WordQuery("title", "x", 1.0)


def presence(rows, diseases=(), score=10.0):
    """`rows`: by label, the records that have it, as a string of 1 and 0."""
    has = np.array([[sign == "1" for sign in signs] for signs in rows.values()], bool)
    units = [Unit(label, ANY, ANY if label in diseases else None) for label in rows]
    return Presence(units, has, has * score)


def order(found):
    scores = found.some()
    return [int(at) for at in np.argsort(-scores, kind="stable") if scores[at] > 0]


def test_what_has_the_rarer_word_comes_first():
    assert order(presence({"many": "11110000", "one": "00001000"}))[0] == 4


def test_what_has_less_than_half_of_the_weight_of_the_best_is_not_shown():
    few = presence({"one": "1000000000000000", "two": "1000000000000000", "many": "0111111111111111"})
    assert order(few) == [0]


def test_of_equally_much_what_fits_better_comes_first():
    found = presence({"one": "110", "two": "001"})
    found.scores[0, 1] = 30.0
    assert order(found).index(1) < order(found).index(0)


def test_who_asks_for_a_disease_wants_no_other_for_the_rest():
    found = presence({"ewing": "1100", "hypnosis": "0010", "relapsed": "0101"}, diseases=["ewing"])
    assert order(found) == [1, 0]


def test_of_two_diseases_that_nothing_has_together_each_is_shown():
    found = presence({"ewing": "1100", "glioma": "0010", "relapsed": "0001"}, diseases=["ewing", "glioma"])
    assert set(order(found)) == {0, 1, 2}


def test_a_disease_that_nothing_has_keeps_nothing_else_away():
    assert order(presence({"ewing": "000", "hypnosis": "010"}, diseases=["ewing"])) == [1]


@pytest.mark.parametrize("rows", [{"one": "000"}, {"one": "000", "two": "000"}])
def test_nothing_is_nothing(rows):
    assert order(presence(rows)) == []


def test_what_a_record_lacks_and_what_all_lack_is_named_in_the_order_typed():
    found = presence({"b": "110", "a": "100", "c": "000"})
    assert [found.lacking(at) for at in range(3)] == [("c",), ("a", "c"), ("b", "a", "c")]
    assert found.lacking_everywhere(np.array([0, 1])) == ("c",)
    assert found.lacking_everywhere(np.array([1])) == ("a", "c")


def test_numbers_come_in_the_order_typed_and_one_trial_of_two_by_its_first():
    scores = presence({"second": "0010", "first": "1010", "third": "0001"}).in_their_order()
    assert [int(at) for at in np.argsort(-scores, kind="stable") if scores[at]] == [2, 0, 3]
