"""“Did you mean …?” of a word of a vocabulary: for a slip of the keyboard only, and never the opposite."""

import pytest
from rapidfuzz import fuzz

from directory.imports.kinds import all_kinds
from directory.sheets.cells import List, Word
from trials.sheets import STATUSES

DENIALS = (
    "not {}",
    "non {}",
    "no longer {}",
    "never {}",
    "un{}",
    "in{}",
    "{} ended",
    "{} stopped",
    "niet {}",
    "niet meer {}",
    "nooit {}",
    "{} afgelopen",
    "pas {}",
    "plus {}",
    "{} terminé",
    "{} arrêté",
    "nicht {}",
    "nicht mehr {}",
    "{} beendet",
)


def vocabularies():
    """The vocabulary of each column that has one, once."""
    found = {}
    for kind, processor in all_kinds().items():
        for name, column in processor.sheet.columns().items():
            widget = column.widget.one if isinstance(column.widget, List) else column.widget
            if isinstance(widget, Word):
                found.setdefault(
                    (widget.choices, len(widget.known)), pytest.param(widget, id=f"{kind}-{name}")
                )
    return list(found.values())


def spelt(widget):
    return (widget.labels | widget.known).items()


def is_read(widget, text):
    try:
        return widget.clean(text)
    except ValueError:
        return ""


@pytest.mark.parametrize("widget", vocabularies())
def test_what_is_denied_is_never_suggested(widget):
    for spelling, word in spelt(widget):
        for denial in DENIALS:
            text = denial.format(spelling)
            if not is_read(widget, text):
                assert widget.nearest(text) != word, text


@pytest.mark.parametrize("widget", vocabularies())
def test_the_beginning_of_one_spelling_before_the_end_of_another_does_not_suggest_the_first(widget):
    """But where the whole is all but a spelling of it: `satelliet centre`."""
    for spelling, word in spelt(widget):
        for other, another in spelt(widget):
            text = " ".join([*spelling.split()[:1], *other.split()[1:]])
            if word == another or " " not in other or is_read(widget, text):
                continue
            if hint := widget.nearest(text):
                likest = max(fuzz.ratio(text, one) for one, its_word in spelt(widget) if its_word == hint)
                assert hint == another or likest > 93, text


@pytest.mark.parametrize("widget", vocabularies())
def test_a_slip_of_the_keyboard_is_read_as_no_other_word(widget):
    told = 0
    for spelling, word in spelt(widget):
        for place in range(1, len(spelling) - 1):
            swapped = f"{spelling[:place]}{spelling[place + 1]}{spelling[place]}{spelling[place + 2 :]}"
            for text in (spelling[:place] + spelling[place + 1 :], swapped):
                if not is_read(widget, text):
                    assert widget.nearest(text) in ("", word), text
                    told += widget.nearest(text) == word
    assert told > 3


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Authorised, recruiting", "recruiting"),
        ("recrutement terminé", "active_not_recruiting"),
        ("Ongoing, recruitment ended", "active_not_recruiting"),
        ("Prematurely Ended", "terminated"),
        ("Recruiting complete, study continuing", "active_not_recruiting"),
        ("Halted", "suspended"),
        ("No longer recruiting", "active_not_recruiting"),
        ("Not Recruiting", "active_not_recruiting"),
        ("Authorised, recruitment pending", "not_yet_recruiting"),
        ("Stopped", "terminated"),
        ("rekrutering afgesloten", "active_not_recruiting"),
        ("Rekrutierung läuft", "recruiting"),
    ],
)
def test_a_registrys_phrase_is_read_for_what_it_says(text, word):
    assert STATUSES.clean(text) == word


@pytest.mark.parametrize(
    "text",
    [
        "inactive, not recruiting",
        "not open",
        "niet open",
        "ongoing",
        "authorised",
        "recruitment",
        "beëindigd",
        "pas ouvert",
    ],
)
def test_a_phrase_that_may_mean_another_word_is_refused_without_a_hint(text):
    with pytest.raises(ValueError, match=r"is not a status\. Use one of"):
        STATUSES.clean(text)


@pytest.mark.parametrize("text", ["recruting", "Recruiitng", "suspnded", "actve, not recruiting", "ouvrete"])
def test_a_slip_is_answered_with_its_word(text):
    assert "Did you mean" in STATUSES.refusal(text)
