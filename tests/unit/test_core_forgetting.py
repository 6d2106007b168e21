"""Faults that quote nothing."""

import traceback

import pytest

from directory.core.forgetting import Forgotten, quotes_nothing


@quotes_nothing(LookupError)
def answer(text):
    if text == "lost":
        raise KeyError("our own sentence")
    try:
        return int(text)
    except ValueError as error:
        raise RuntimeError(f"what about {text}?") from error


def everything_said_of(error):
    return "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__cause__)


def test_a_fault_names_its_kind_and_its_place_and_quotes_nothing():
    typed = "zkanarie"
    with pytest.raises(Forgotten) as caught:
        answer(typed)
    said = everything_said_of(caught.value)
    assert typed not in said
    assert str(caught.value) == "RuntimeError"
    assert "in answer" in said


def test_exceptions_of_our_own_pass_and_answers_are_as_they_were():
    with pytest.raises(KeyError, match="our own sentence"):
        answer("lost")
    assert answer("7") == 7
