"""What a person typed, before it meets the index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.core.places import Place
from directory.search.query import Ask, ask_from, parse


def stems(text):
    return [word.stem for word in parse(text).words]


def test_words_that_say_nothing_are_left_out():
    assert stems("a trial for children with Ewing sarcoma") == ["ewing", "sarcoma"]
    assert stems("studies voor kinderen met neuroblastoom") == ["neuroblastoom"]
    assert stems("le cancer des os") == ["cancer", "des", "os"]
    assert stems("essais pour enfants après rechute") == ["rechute"]
    assert stems("Studien für Kinder mit Ewing-Sarkom nach Rezidiv") == ["ewing", "sarkom", "rezidiv"]
    assert stems("onvruchtbaarheid na chemo à Gent") == ["onvruchtbaarheid", "chemo", "gent"]


def test_a_query_of_such_words_alone_is_kept():
    assert stems("the") == ["the"]


@pytest.mark.parametrize("text", ["all trials", "studies for children", "tous les essais", "alle Studien"])
def test_a_query_of_words_said_of_every_trial_asks_for_all_of_them(text):
    assert parse(text).is_empty


@pytest.mark.parametrize("text", ["all", "trial", "Kinder"])
def test_such_a_word_alone_may_be_a_name_and_is_searched_for(text):
    assert stems(text) != []


def test_all_in_small_letters_is_put_aside_in_case_it_is_the_leukaemia():
    parsed = parse("all relapse")
    assert [word.stem for word in parsed.words] == ["relapse"]
    assert [word.stem for word in parsed.asides] == ["all"]
    assert parse("children relapse").asides == ()


def test_concepts_keep_their_place_when_words_are_left_out():
    parsed = parse("children with the acute lymphoblastic leukaemia")
    (span,) = parsed.spans
    assert [word.stem for word in parsed.words[span.start : span.end]] == [
        "acute",
        "lymphoblastic",
        "leukaemia",
    ]


@pytest.mark.parametrize(
    ("text", "compact"),
    [
        ("nct 0430-7576", "nct04307576"),
        ("EUCTR2018-001795-38-BE", "201800179538"),
        ("2022-501454-11-00", "202250145411"),
        ("CTIS 2022-501454-11-00", "202250145411"),
        ("EudraCT 2019-001068-31", "201900106831"),
        ("iEuroEwing", "ieuroewing"),
    ],
)
def test_an_identifier_is_recognised_in_any_spelling(text, compact):
    assert parse(text).compact == compact


def test_nothing_typed_is_not_the_same_as_nothing_understood():
    assert parse("  ").is_empty
    assert not parse("€€").is_empty


def test_a_text_too_long_is_refused_with_its_length():
    with pytest.raises(ValueError, match=r"401 characters.*400"):
        parse("a" * 401)


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J", "\ud800"])
def test_a_control_character_is_refused_and_named(text):
    with pytest.raises(ValueError, match=r"control character U\+"):
        parse(text)


def test_a_pasted_paragraph_is_searched_by_its_first_words():
    assert len(parse("word " * 80).words) == 24


@given(st.text(max_size=450))
def test_any_text_is_parsed_or_refused_with_a_sentence(text):
    try:
        parsed = parse(text)
    except ValueError as error:
        parsed, refusal = None, str(error)
    if parsed is None:
        assert refusal[0].isupper()
        assert refusal.endswith(".")
        return
    places = [place for span in parsed.spans for place in range(span.start, span.end)]
    assert len(places) == len(set(places))
    assert all(0 <= place < len(parsed.words) for place in places)


def test_a_form_becomes_a_question_in_canonical_words():
    ghent = Place(51.03, 3.73)
    cleaned = {
        "q": "ewing",
        "status": ["recruiting"],
        "age": [730],
        "near": ghent,
        "within": 30.0,
        "phase": [],
    }
    ask = ask_from(cleaned, "nl")
    assert ask == Ask(
        q="ewing",
        filters={"status": ("recruiting",), "age": ("730",)},
        near=ghent,
        within=30.0,
        language="nl",
    )


def test_a_form_with_nothing_in_it_asks_for_everything():
    assert ask_from({"q": None, "status": [], "ordering": None}, "en") == Ask()
