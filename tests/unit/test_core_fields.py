"""Fields that the domains share."""

import pytest
from django.core.exceptions import ValidationError

from directory.core.fields import MAX_WORD, MAX_WORDS, WordsField, by_language
from trials.choices import Phase
from trials.models import Trial


@pytest.fixture
def field():
    return WordsField("groups")


@pytest.fixture
def phases():
    return WordsField("phases", words=Phase)


@pytest.mark.parametrize("value", [[], ["SIOPEN"], ["SIOPEN", "ITCC"], ["é" * MAX_WORD]])
def test_a_list_of_short_texts_passes(field, value):
    field.validate(value, None)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("SIOPEN", "Give a list of texts"),
        ({"a": 1}, "Give a list of texts"),
        ([1], "Give a list of texts"),
        ([["SIOPEN"]], "Give a list of texts"),
        (["x"] * (MAX_WORDS + 1), "201 entries are too many. Give at most 200."),
        (["x" * (MAX_WORD + 1)], "is longer than 300 characters"),
        (["a\x00b"], r"U\+0000"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(field, value, message):
    with pytest.raises(ValidationError, match=message):
        field.validate(value, None)


def test_a_word_outside_its_vocabulary_is_refused_with_those_allowed(phases):
    phases.validate(["phase1"], None)
    with pytest.raises(ValidationError, match=r"“phase9” is not one of: early_phase1, phase1"):
        phases.validate(["phase9"], None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", []), (None, []), ("SIOPEN", ["SIOPEN"]), ("SIOPEN\r\nITCC\n", ["SIOPEN", "ITCC"]),
        ("  two   words \n\n\n x ", ["two words", "x"]),
    ],
)  # fmt: skip
def test_a_text_area_holds_one_entry_a_line(field, typed, words):
    assert field.formfield().clean(typed) == words


def test_the_text_area_shows_a_list_one_entry_a_line(field):
    assert field.formfield().prepare_value(["SIOPEN", "ITCC"]) == "SIOPEN\nITCC"


@pytest.mark.parametrize(
    ("initial", "data", "changed"),
    [(["a"], "a", False), (["a"], " a \r\n", False), (["a"], "b", True), ([], "", False), (None, "a", True)],
)
def test_only_another_list_counts_as_changed(field, initial, data, changed):
    assert field.formfield().has_changed(initial, data) is changed


def test_a_vocabulary_is_ticked(phases):
    form_field = phases.formfield()
    assert form_field.clean(["phase1", "phase2"]) == ["phase1", "phase2"]
    with pytest.raises(ValidationError):
        form_field.clean(["phase9"])


def test_a_migration_does_not_repeat_what_is_fixed(field):
    _name, _path, _args, kwargs = field.deconstruct()
    assert "default" not in kwargs
    assert "blank" not in kwargs


def test_a_title_falls_back_to_any_language_that_has_one():
    trial = Trial(title_en="", title_fr="Une étude")
    assert trial.title == "Une étude"
    assert by_language(trial, "title") == {"fr": "Une étude"}
