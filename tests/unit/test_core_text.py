"""Text made comparable, and text refused."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from directory.core.text import (
    control_character_in,
    fold,
    refuse_control_characters,
    squash,
    strip_marks,
    tidy,
    whole_number,
)

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("CHC - MontLégia (Liège)", "chc montlegia liege"),
        ("Leucémie aiguë", "leucemie aigue"),
        ("Straße", "strasse"),
        ("Cœur et œdème", "coeur et oedeme"),
        ("Łódź", "lodz"),
        ("Ærø", "aero"),
        ("ＵＺ Ｇｅｎｔ", "uz gent"),  # full-width letters, as some sheets have
        ("uz\u00adgent", "uzgent"),  # a soft hyphen is not there
        ("UZ\u00a0Gent", "uz gent"),
        ("e\u0301", "e"),  # decomposed
        ("İstanbul", "istanbul"),
        ("", ""),
        ("…–!", ""),
        ("H.U.D.E.R.F.", "h u d e r f"),
    ],
)
def test_text_is_folded_to_words_to_compare_by(typed, folded):
    assert fold(typed) == folded


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(ANY_TEXT)
def test_what_is_folded_holds_only_plain_letters_digits_and_single_spaces(text):
    folded = fold(text)
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert folded == " ".join(folded.split())


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzàâçéèêëîïôûùüäöß ", max_size=40))
def test_case_makes_no_difference(text):
    assert fold(text.upper()) == fold(text)


@given(ANY_TEXT)
def test_squashing_is_folding_without_spaces(text):
    assert squash(text) == fold(text).replace(" ", "")


def test_marks_are_stripped_but_punctuation_stays():
    assert strip_marks("Hôpital, É.") == "hopital, e."


def test_tidy_text_has_single_plain_spaces_and_nothing_invisible():
    assert tidy("  UZ\u00a0 \t Gent\u200b\n") == "UZ Gent"


@given(ANY_TEXT)
def test_tidying_twice_is_tidying_once(text):
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a\x00b", "U+0000"), ("\x1b[0m", "U+001B"), ("\x7f", "U+007F"), ("\x85", "U+0085"),
        ("\x9f", "U+009F"), ("\ud800", "U+D800"), ("\uffff", "U+FFFF"), ("\x0b", "U+000B"),
    ],
)  # fmt: skip
def test_a_control_character_is_named(text, named):
    assert control_character_in(text) == named
    with pytest.raises(ValidationError, match=named.replace("+", r"\+")):
        refuse_control_characters(text)


@pytest.mark.parametrize("text", ["", "plain", "two\nlines\r\n", "a\ttab", "é", "👩‍⚕️", "\u200b"])
def test_what_people_type_is_not_refused(text):
    assert control_character_in(text) is None
    refuse_control_characters(text)


@pytest.mark.parametrize("value", [None, 3, ["\x00"], b"\x00"])
def test_only_text_is_looked_at(value):
    refuse_control_characters(value)


@given(ANY_TEXT)
def test_text_that_is_not_refused_can_be_stored_as_utf_8_without_nul(text):
    if control_character_in(text) is None:
        assert b"\x00" not in text.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("999", 999),
        ("1000", None),
        ("", None),
        ("-1", None),
        ("1.0", None),
        ("٣", None),
    ],
)
def test_a_whole_number_is_plain_digits_and_no_more_than_are_read(text, number):
    assert whole_number(text, most_digits=3) == number
