"""Cursors: a place in a list that others write in."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.search import cursors

KEYS = st.tuples(st.integers(-(2**40), 2**40), st.text(max_size=30), st.text(max_size=30))


@given(KEYS)
def test_a_cursor_gives_back_what_it_was_made_of(key):
    assert cursors.read(cursors.make("trial", "relevance", key), "trial", "relevance") == key


@given(st.text(max_size=60))
def test_anything_else_is_refused_with_a_way_out(text):
    with pytest.raises(cursors.BadCursor, match="next or previous"):
        cursors.read(text, "trial", "relevance")


def test_a_cursor_whose_inside_was_changed_is_refused():
    made = cursors.make("trial", "acronym", ("ewing", "ieuroewing"))
    whole = bytearray(base64.urlsafe_b64decode(made + "=" * (-len(made) % 4)))
    whole[-3] ^= 1
    with pytest.raises(cursors.BadCursor):
        cursors.read(base64.urlsafe_b64encode(bytes(whole)).decode(), "trial", "acronym")


def test_a_cursor_belongs_to_its_ordering_and_kind():
    made = cursors.make("trial", "acronym", ("a", "a"))
    with pytest.raises(cursors.BadCursor, match="ordering “acronym”"):
        cursors.read(made, "trial", "updated")
    with pytest.raises(cursors.BadCursor):
        cursors.read(made, "centre", "acronym")


@given(st.lists(st.integers(0, 50), unique=True), st.integers(1, 7))
def test_walking_forward_meets_everything_once(numbers, limit):
    ordered, seen, after = sorted(numbers), [], None
    while True:
        start, end = cursors.page(
            len(ordered), lambda at: (ordered[at],), limit=limit, offset=0, after=after, before=None
        )
        seen += ordered[start:end]
        if end >= len(ordered):
            break
        after = (ordered[end - 1],)
    assert seen == ordered


@given(st.sets(st.integers(0, 100)), st.sets(st.integers(0, 100)), st.sets(st.integers(0, 100)))
def test_a_record_that_stays_is_met_once_whatever_comes_and_goes(numbers, come, gone):
    before, after = sorted(numbers), sorted((numbers | come) - gone)
    if not before:
        return
    first = before[: len(before) // 2 + 1]
    start, end = cursors.page(
        len(after), lambda at: (after[at],), limit=1000, offset=0, after=(first[-1],), before=None
    )
    rest = after[start:end]
    assert not set(first) & set(rest)
    assert (numbers - gone) <= set(first) | set(rest)


def test_walking_back_gives_the_page_before():
    numbers = [1, 3, 5, 7, 9]
    start, end = cursors.page(5, lambda at: (numbers[at],), limit=2, offset=0, after=None, before=(7,))
    assert numbers[start:end] == [3, 5]
