"""What one row of a sheet comes to: what is told of it, what is held back, and what is taken back again."""

import pytest

from centres.models import Centre
from directory.imports.choices import Outcome
from directory.imports.rows.result import MOST_MESSAGES, RowResult, Written, in_parts, several, shown


def a_row(**fields):
    return RowResult(2, **{"cells": {"name": "A cell"}} | fields)


def told(row):
    return [one["message"] for one in row.messages]


# What is told


def test_a_note_names_its_column_and_cell_and_is_told_once():
    row = a_row(cells={"name": "x" * 100})
    for _turn in range(2):
        row.note("name", "Odd.")
    row.note("other", "Odd.")
    assert row.messages == [
        {"column": "name", "value": "x" * 80, "message": "Odd."},
        {"column": "other", "value": "", "message": "Odd."},
    ]
    assert (row.outcome, row.is_bad) == (Outcome.UNCHANGED, False)


@pytest.mark.parametrize(
    ("length", "kept"), [(1000, "x" * 1000), (1001, "x" * 999 + "…"), (5000, "x" * 999 + "…")]
)
def test_a_message_is_of_a_thousand_letters_at_most(length, kept):
    row = a_row()
    row.note("name", "x" * length)
    assert told(row) == [kept]


def test_beyond_twenty_messages_they_are_counted():
    row = a_row()
    for number in range(MOST_MESSAGES + 1):
        row.note("name", f"Message {number}.")
    assert (len(row.messages), told(row)[-1]) == (MOST_MESSAGES + 1, "… and 1 more message on this row.")
    row.refuse("name", "One more.")
    assert (len(row.messages), told(row)[-1]) == (MOST_MESSAGES + 1, "… and 2 more messages on this row.")
    assert (told(row)[MOST_MESSAGES - 1], row.outcome) == ("Message 19.", Outcome.INVALID)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "“t0”"),
        (5, "“t0”, “t1”, “t2”, “t3”, “t4”"),
        (6, "“t0”, “t1”, “t2”, “t3”, “t4” and 1 more"),
        (9, "“t0”, “t1”, “t2”, “t3”, “t4” and 4 more"),
    ],
)
def test_several_texts_are_told_in_quotes_and_the_rest_counted(number, said):
    assert several([f"t{one}" for one in range(number)]) == said
    assert several(["a", "b", "c"], most=2) == "“a”, “b” and 1 more"


def test_a_cell_is_shown_in_eighty_letters_on_one_line():
    assert shown(" a \n b ") == "a b"
    assert (shown("x" * 80), shown("x" * 81)) == ("x" * 80, "x" * 79 + "…")


def test_texts_are_parted_into_pieces_that_a_message_holds_and_none_is_lost():
    texts = [f"{number}" + "x" * 300 for number in range(7)]
    parts = list(in_parts(texts))
    assert "; ".join(parts).split("; ") == texts
    assert [part.count("; ") + 1 for part in parts] == [2, 2, 2, 1]
    assert (list(in_parts([])), list(in_parts(["x" * 2000, "y"]))) == ([], ["x" * 2000, "y"])
    assert list(in_parts(["x" * 400, "y" * 400])) == [f"{'x' * 400}; {'y' * 400}"], "just as many as fit"
    assert len(list(in_parts(["x" * 400, "y" * 401]))) == 2


# What is held back


def test_what_is_doubted_holds_a_row_back_that_has_something_to_store_and_else_is_only_said():
    for is_new, outcome in ((True, "conflict"), (False, "conflict"), (None, "unchanged")):
        row = a_row()
        if is_new is not None:
            row.accept("work", is_new=is_new)
        row.doubt(Outcome.CONFLICT, "name", "It may be another.", "Take it.")
        row.weigh_doubts()
        assert (row.outcome, row.may_be_taken) == (outcome, is_new is not None)
        assert told(row) == ["It may be another. Take it." if is_new is not None else "It may be another."]
        assert not row.doubts


def test_the_first_reason_to_hold_a_row_back_stands_and_all_are_told():
    row = a_row()
    row.accept("work", is_new=True)
    row.doubt(Outcome.DUPLICATE, "name", "One.", "Take it.")
    row.doubt(Outcome.CONFLICT, "name", "Two.", "Take it.")
    row.weigh_doubts()
    assert (row.outcome, told(row)) == (Outcome.DUPLICATE, ["One. Take it.", "Two. Take it."])
    assert (row.is_bad, row.is_rejected, row.is_refused) == (True, False, False)


def test_what_is_refused_is_not_to_be_taken_whatever_is_doubted_besides():
    row = a_row()
    row.flag_for_review(Outcome.CONFLICT, "name", "Look.")
    row.refuse("name", "No.")
    row.flag_for_review(Outcome.CONFLICT, "name", "Look again.")
    assert (row.outcome, row.may_be_taken, row.is_refused) == (Outcome.INVALID, False, True)
    assert told(row) == ["Look.", "No.", "Look again."]
    assert not row.is_others
    row.refuse_others("name", "Not yours.")
    assert row.is_others


def test_a_duplicate_is_rejected_and_not_refused_in_itself():
    row = a_row(outcome=Outcome.DUPLICATE)
    assert (row.is_bad, row.is_rejected, row.is_refused) == (True, True, False)


def test_what_the_models_own_rule_refuses_is_told_once_a_column():
    row = a_row(cells={})
    centre = Centre(code="uz-gent", name_en="Ghent", latitude=51.0)
    row.validate(centre, {}, "latitude")
    assert [one["column"] for one in row.messages] == ["latitude"]
    before = told(row)
    row.validate(centre, {}, "latitude")
    assert (told(row), row.outcome) == (before, Outcome.INVALID)
    fine = a_row(cells={})
    fine.note("latitude", "Rounded.")
    fine.validate(centre, {}, "latitude")
    assert len(fine.messages) == 2, "what was only noted does not stand for it"


# What is taken back


def test_a_row_that_is_not_taken_leaves_what_it_touched_as_it_was():
    centre, row, called = Centre(code="uz-gent", city="Gent"), a_row(), []
    row.touch(centre)
    row.on_refusal(lambda: called.append(1))
    centre.city = "Ghent"
    row.touch(centre)  # the first look counts
    row.put_back()
    assert (centre.city, called) == ("Gent", [1])
    row.put_back()
    assert called == [1]


def test_what_others_may_have_built_on_is_not_undone_with_it():
    centre, row, called = Centre(city="Gent"), a_row(), []
    row.touch(centre)
    row.on_refusal(lambda: called.append(1))
    centre.city = "Ghent"
    row.put_back(wholly=False)
    assert (centre.city, called) == ("Gent", [])


def test_a_message_of_what_comes_of_the_row_is_another_where_nothing_does():
    row = a_row(instead=("A draft is made.", "Not known."))
    row.note("name", "A draft is made.")
    row.note("name", "Something else.")
    row.put_back()
    assert told(row) == ["Not known.", "Something else."]


def test_a_row_that_contradicts_an_earlier_one_is_judged_by_what_was_before_that():
    centre, first = Centre(city="Gent"), a_row()
    first.touch(centre)
    centre.city = "Ghent"
    second = RowResult(3, cells={}, contradicts=(first, "name"))
    second.touch(centre)
    assert centre.city == "Gent"
    second.put_back()
    assert centre.city == "Ghent"


def test_without_a_column_the_row_is_what_the_others_make_of_it():
    centre, row = Centre(city="Ghent", phone="+3293322111"), a_row()
    attributes = ["city", "phone"]
    row.accept("work", is_new=False)
    for name, old in (("city", "Gent"), ("phone", "")):
        row.change(name, old, getattr(centre, name))
        row.written[name] = Written(centre, name, old, getattr(centre, name), attributes)
    row.take_back("city")
    assert (centre.city, attributes, row.outcome, row.work) == ("Gent", ["phone"], Outcome.UPDATE, "work")
    assert row.changes == [{"field": "phone", "old": "", "new": "+3293322111"}]
    row.take_back("phone")
    assert (centre.phone, attributes, row.outcome, row.work) == ("", [], Outcome.UNCHANGED, None)


def test_what_a_row_means_is_its_outcome_its_record_and_its_changes():
    row = a_row(record="uz-gent")
    row.accept("work", is_new=True)
    row.change("city", "", "Gent")
    assert row.meaning() == ("new", "uz-gent", [{"field": "city", "old": "", "new": "Gent"}])
    row.note("name", "Odd.")
    row.forget(("name",))
    assert (row.cells, row.messages[0]["value"], row.record, row.work) == (
        {"name": "A cell"}, "A cell", "uz-gent", "work",
    )  # fmt: skip
    assert not any((row.changes, row.values, row.written, row.faults))
