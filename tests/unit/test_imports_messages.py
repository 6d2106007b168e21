"""What can be wrong with a file or a cell has a sentence: the value, the place, the way out."""

import ast
import re

import pytest
from django.utils import translation

from config.env import BASE_DIR
from directory.imports import messages
from directory.imports.changed_since_plan import OTHERWISE, REGISTRY, RIGHTS
from directory.imports.messages import problem, sentence

PARTS = (BASE_DIR / "directory" / "imports", BASE_DIR / "directory" / "sheets" / "reading")
LANGUAGES = ("en", "nl", "fr", "de")
# One example of each parameter that a sentence may ask for.
PARAMS = {
    "rule": "trial_ages_in_order", "said": "The minimum age must not exceed the maximum age.",
    "size": "12.3", "name": "list.numbers", "kind": "patients", "kinds": ["sites", "trials"], "row": 7,
    "columns": ["acronym", "status"], "what": "PDF", "why": "path", "unpacked": 300 * 2**20,
    "most": 64 * 2**20, "seconds": 60, "sheet": "Blad2", "sheets": ["Blad1"], "byte": "0xE9",
    "first": "Status", "second": "statut", "column": "status", "place": "H", "wanted": ["nct_number"],
    "others": ["Notes"], "run": 5, "rows": "2, 9", "cells": 3, "length": 40_000, "character": "U+0000",
    "other": "Trials", "needed": "status date", "cell": "04/13/2026",
    "shown": "#DIV/0!", "key": "column:x", "answer": "no", "question": "Which column is it?",
    "questions": ["Which column is it?"], "header": "Who", "day": "03/04/2026",
    "decision": "perhaps", "number": 3, "registry": "ISRCTN", "status": "planned", "line": 3,
    "constant": "NaN",
}  # fmt: skip


def codes_raised():
    """Codes that the code of the imports gives to `Unreadable`, `problem`, or to a fault of a cell."""
    for file in (file for part in PARTS for file in part.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name not in ("Unreadable", "problem") or len(node.args) > 1:
                continue  # a second argument is a message of its own
            first = node.args[0]
            for one in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
                if isinstance(one, ast.Constant):
                    yield one.value, {word.arg for word in node.keywords}, file.name


RAISED = sorted(codes_raised(), key=lambda one: (one[0], one[2]))


def placeholders(text):
    return set(re.findall(r"%\((\w+)\)", text))


def test_the_codes_are_found_in_the_code():
    assert {"empty", "header_twice", "open_quote", "bomb"} <= {code for code, _params, _file in RAISED}


@pytest.mark.parametrize(("code", "given", "file"), RAISED)
def test_each_code_has_a_sentence_of_its_own_with_what_it_asks_for(code, given, file):
    if code in ("too_many_rows", "moved", "unreadable"):
        return  # said by plurals, and by the sentence for whatever has none
    found = messages._sentences()
    assert code in found, f"{file} raises {code}"
    if None not in given:  # **params
        assert placeholders(found[code]) <= given, file


@pytest.mark.parametrize("code", messages._sentences())
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_sentence_can_be_said_in_each_language(code, language):
    with translation.override(language):
        said = sentence(code, PARAMS)
    assert "%(" not in said
    assert said.rstrip("”").endswith((".", "?"))
    for name in placeholders(messages._sentences()[code]) - {"unpacked", "most"}:
        value = PARAMS[name]
        assert (", ".join(value) if isinstance(value, list) else str(value)) in said


@pytest.mark.parametrize("code", messages._sentences())
def test_no_sentence_asks_for_what_nobody_gives(code):
    assert placeholders(messages._sentences()[code]) <= set(PARAMS)


def test_no_two_codes_say_the_same():
    said = list(messages._sentences().values())
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("most", "said"),
    [(1, "The sheet has more than 1 row. Split it."),
     (60_000, "The sheet has more than 60000 rows. Split it into several files.")],
)  # fmt: skip
def test_too_many_rows_are_told_with_the_number_that_fits(most, said):
    assert sentence("too_many_rows", {"most": most}) == said


@pytest.mark.parametrize(
    ("rows", "number", "said"),
    [("3", 1, ": row 3 now means something else."), ("3, 9", 2, ": rows 3, 9 now mean something else.")],
)
def test_rows_that_moved_are_told_with_the_verb_that_fits(rows, number, said):
    assert said in sentence("moved", {"why": "registry", "rows": rows, "number": number})


def test_each_reason_for_which_rows_moved_has_a_sentence_of_its_own_in_one_and_in_many():
    whys, numbers = (RIGHTS, REGISTRY, OTHERWISE), (1, 2)
    told = {sentence("moved", {"why": why, "rows": "2", "number": n}) for why in whys for n in numbers}
    assert len(told) == len(whys) * len(numbers)
    assert not any("somebody else" in one for one in told)


def test_sizes_are_told_in_megabytes():
    assert "has 300 MB when unpacked; the maximum is 64 MB" in sentence("bomb", PARAMS)


def test_lists_are_told_with_commas():
    said = sentence("missing_one_of", {"wanted": ["a", "b"], "columns": ["c", "d"]})
    assert "a, b" in said
    assert "c, d" in said


def test_a_code_that_nobody_foresaw_still_says_what_to_do():
    assert sentence("of tomorrow", {}) == "The file could not be read. Save it again as XLSX or CSV UTF-8."


def test_a_problem_keeps_its_code_and_its_values_for_programs():
    assert problem("open_quote", row=7) == {
        "code": "open_quote",
        "message": "Row 7: a quotation mark is not closed. Close it or remove it.",
        "row": 7,
    }


def test_a_problem_with_a_message_of_its_own_keeps_it():
    assert problem("empty", "Nothing in it.")["message"] == "Nothing in it."


@pytest.mark.parametrize("text", ["100 %", "%(row)s", "%s", "50%d"])
def test_a_percent_sign_in_a_value_is_text(text):
    assert text in sentence("not_read", {"columns": [text]})
