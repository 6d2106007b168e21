"""What a physician types, in four languages: nothing is read that is not said; the unread is shown."""

import pytest

from tests.sentences.__main__ import main
from tests.sentences.judging import OUTCOMES, RIGHT, UNREAD, WRONG, Sentence, judge, tally
from tests.sentences.made import LANGUAGES, sentences

# How many of a language may be shown as unread, though a person understands them; it may only shrink.
MAY_BE_UNREAD = {"en": 2, "nl": 0, "fr": 0, "de": 0}


@pytest.fixture(scope="module")
def found():
    return tally(sentences())


def test_no_sentence_is_read_wrongly(found):
    assert found.texts[WRONG] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_sentence_of_a_language_is_read(found, language):
    unread = [text for one, text, _shown in found.texts[UNREAD] if one == language]
    assert len(unread) == MAY_BE_UNREAD[language], unread
    assert found.counts[language, RIGHT] > 250


def test_the_sentences_are_many_and_of_every_kind():
    made = list(sentences())
    kinds = {(one.language, one.kind) for one in made}
    assert len(made) == len({(one.language, one.text) for one in made}) > 1_000
    assert len(kinds) == 4 * 14
    assert all(sum(one.language == language for one in made) > 250 for language in LANGUAGES)


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"text": "neuroblastoma", "diseases": {"neuroblastoma"}}, RIGHT),
        ({"text": "neuroblastoma", "diseases": {"ewingsarcoma"}}, WRONG),
        ({"text": "neuroblastoma"}, WRONG),
        ({"text": "neuroblastoma, 5 years", "diseases": {"neuroblastoma"}}, WRONG),
        ({"text": "neuroblastoma, 5 years", "diseases": {"neuroblastoma"}, "age": "6y"}, WRONG),
        ({"text": "neuroblastoma, weird", "diseases": {"neuroblastoma"}, "age": "6y"}, UNREAD),
        # What is lost without a word of it.
        ({"text": "neuroblastoma", "diseases": {"neuroblastoma"}, "sex": "male"}, WRONG),
        ({"text": "neuroblastoma", "diseases": {"neuroblastoma"}, "leaves_unread": True}, WRONG),
    ],
)
def test_the_table_tells_right_from_wrong_and_from_unread(fields, outcome):
    fields = {name: frozenset(one) if isinstance(one, set) else one for name, one in fields.items()}
    assert judge(Sentence("en", "one", **fields))[0] == outcome


def test_the_table_is_printed_by_language(capsys, found):
    assert main([]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == ["language", *OUTCOMES]
    rows = {line.split()[0]: [int(number) for number in line.split()[1:]] for line in printed[1:]}
    assert list(rows) == [*LANGUAGES, "all"]
    assert rows["fr"] == [found.counts["fr", one] for one in OUTCOMES]
    assert rows["all"] == [sum(rows[language][at] for language in LANGUAGES) for at in range(3)]
