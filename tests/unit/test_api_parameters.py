"""What a client may write in the query string of the API: read as meant, or refused by name."""

import pytest
from django.http import HttpRequest, QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from directory.api import conditional, parameters
from directory.api.errors import Problem
from directory.core.text import control_character_in

ALLOWED = ("slug", "status", "acronym")
VALUES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50)
NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)


def a_query(*pairs) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query


def faults(read, *arguments):
    with pytest.raises(Problem) as refused:
        read(*arguments)
    return [(one["field"], one["message"], one.get("allowed")) for one in refused.value.errors]


# Names of parameters


def test_what_is_allowed_passes():
    parameters.check(a_query(("status", "recruiting"), ("status", "suspended"), ("slug", "a")), ALLOWED)


@given(st.lists(NAMES.filter(lambda name: name not in ALLOWED), min_size=1, max_size=5, unique=True))
def test_every_unknown_name_is_told_at_once_with_those_that_are_known(names):
    told = faults(parameters.check, a_query(*((name, "1") for name in names)), ALLOWED)
    assert [field for field, _message, _allowed in told] == names
    assert all("slug, status, acronym" in message for _field, message, _allowed in told)


@pytest.mark.parametrize(("name", "shown"), [("x" * 500, "x" * 40), ("a\x00b", "?"), ("\x1b[2J", "?")])
def test_a_strange_name_is_not_repeated_as_it_is(name, shown):
    [(field, message, _allowed)] = faults(parameters.check, a_query((name, "1")), ALLOWED)
    assert field == shown
    assert control_character_in(message) is None
    assert len(message) < 200


@pytest.mark.parametrize("value", ["", " ", "\u00a0"])
def test_an_empty_value_is_refused_but_for_the_search(value):
    assert parameters.unusable("status", value).field == "status"
    assert parameters.unusable("q", value) is None


PLAIN = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], exclude_characters="\ufffd"),
    max_size=50,
)


@given(PLAIN)
def test_whatever_a_person_types_on_one_line_is_searched_for(value):
    assert parameters.unusable("q", value) is None


@given(PLAIN, st.sampled_from("\x00\x01\x08\x0b\x1b\x1f\x7f\x85\x9f\uffff"), PLAIN)
def test_a_control_character_anywhere_in_a_value_is_named(before, character, after):
    fault = parameters.unusable("q", before + character + after)
    assert f"U+{ord(character):04X}" in fault.message


@pytest.mark.parametrize(("length", "passes"), [(400, True), (401, False)])
def test_a_value_has_as_many_characters_as_are_read(length, passes):
    assert (parameters.unusable("q", "x" * length) is None) is passes


# Single values


@pytest.mark.parametrize("text", ["1", "25", "200", "007"])
def test_a_page_has_from_one_to_two_hundred(text):
    assert parameters.page_size(a_query(("page_size", text))) == int(text)


@given(VALUES.filter(lambda text: not (text.isascii() and text.isdigit())))
def test_what_is_no_number_is_no_page_size(text):
    [(field, _message, allowed)] = faults(parameters.page_size, a_query(("page_size", text)))
    assert (field, list(allowed)) == ("page_size", ["1..200"])


@given(st.one_of(st.integers(max_value=0), st.integers(min_value=201)))
def test_no_other_number_is_a_page_size(number):
    assert faults(parameters.page_size, a_query(("page_size", str(number))))


def test_without_a_word_a_page_has_twenty_five():
    assert parameters.page_size(a_query()) == 25


@pytest.mark.parametrize("read", [parameters.page_size, lambda query: parameters.switch(query, "page_size")])
def test_what_is_said_once_is_not_said_twice(read):
    [(field, message, _allowed)] = faults(read, a_query(("page_size", "1"), ("page_size", "1")))
    assert field == "page_size"
    assert "given 2 times" in message


@pytest.mark.parametrize(("text", "on"), [("0", False), ("1", True)])
def test_a_switch_is_on_or_off(text, on):
    assert parameters.switch(a_query(("facets", text)), "facets") is on


@pytest.mark.parametrize("text", ["true", "yes", "2", "01", "", "on"])
def test_a_switch_knows_no_other_words(text):
    [(_field, message, allowed)] = faults(parameters.switch, a_query(("facets", text)), "facets")
    assert list(allowed) == ["0", "1"]
    assert "0, 1" in message


# Several values


@given(st.lists(st.sampled_from(ALLOWED), min_size=1, max_size=6), st.booleans())
def test_names_come_in_the_order_of_the_shape_however_they_are_given(wanted, joined):
    query = a_query(("fields", ",".join(wanted))) if joined else a_query(*(("fields", one) for one in wanted))
    assert parameters.names(query, "fields", ALLOWED) == tuple(one for one in ALLOWED if one in wanted)


def test_every_name_that_is_none_is_told():
    told = faults(parameters.names, a_query(("fields", "slug, colour ,size")), "fields", ALLOWED)
    assert [message.split("”")[0] for _field, message, _allowed in told] == ["“colour", "“size"]


def test_repeated_values_are_kept_in_their_order():
    query = a_query(("status", "b"), ("status", "a"))
    assert parameters.several(query, "status", ["a", "b"]) == ["b", "a"]
    assert [one[0] for one in faults(parameters.several, query, "status", ["a"])] == ["status"]


# Tags


def asked(path="/api/v1/trials/", **headers) -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=5), st.randoms())
def test_the_order_of_parameters_makes_no_difference_to_a_tag(pairs, random):
    shuffled = pairs.copy()
    random.shuffle(shuffled)
    one, other = asked(), asked()
    one.GET, other.GET = a_query(*pairs), a_query(*shuffled)
    assert conditional.etag_of(one, "v1") == conditional.etag_of(other, "v1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("/api/v1/trials/?q=a", "v1"), ("/api/v1/trials/?q=b", "v1")),
        (("/api/v1/trials/?q=a", "v1"), ("/api/v1/sites/?q=a", "v1")),
        (("/api/v1/trials/?q=a", "v1"), ("/api/v1/trials/?q=a", "v2")),
        (("/api/v1/trials/?q=a&q=b", "v1"), ("/api/v1/trials/?q=a", "v1")),
        (("/api/v1/trials/?a=bc", "v1"), ("/api/v1/trials/?ab=c", "v1")),
    ],
)
def test_what_shows_something_else_has_another_tag(one, other):
    assert conditional.etag_of(asked(one[0]), one[1]) != conditional.etag_of(asked(other[0]), other[1])


@pytest.mark.parametrize(
    ("held", "known"),
    [
        ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ('"b"', False), ("a", False), ("", False),
        ('"A"', False), ('"a', False),
    ],
)  # fmt: skip
def test_a_tag_is_known_when_it_is_among_those_held(held, known):
    assert conditional.is_known(asked(**{"If-None-Match": held}), '"a"') is known


@pytest.mark.parametrize(("held", "star"), [("*", True), (" * ", True), ('"*"', False), ("", False)])
def test_a_star_is_any_tag(held, star):
    assert conditional.holds_any(asked(**{"If-None-Match": held})) is star


# Who is counted
