"""`OR`, `NOT` and signs in a query: what is joined, what is excluded, what is not understood."""

import pytest

from directory.search.query import parse


def read(text):
    """The units of a query: words and terms, those joined by OR in one list; and what is excluded."""
    parsed = parse(text)
    starts, units = {span.start: span.end for span in parsed.spans}, []
    place = 0
    while place < len(parsed.words):
        end = starts.get(place, place + 1)
        unit = " ".join(word.stem for word in parsed.words[place:end])
        if place in parsed.either:
            units[-1].append(unit)
        else:
            units.append([unit])
        place = end
    return units, [one.label for one in parsed.excluded]


@pytest.mark.parametrize("word", ["OR", "or", "OF", "OU", "ou", "ODER", "oder"])
def test_or_joins_what_is_on_both_sides_in_four_languages(word):
    assert read(f"ewing {word} osteosarcoma") == ([["ewing", "osteosarcoma"]], [])


def test_or_joins_terms_whole_and_leaves_the_rest():
    assert read("relapsed Ewing sarcoma OR low-grade glioma Gent") == (
        [["relapsed"], ["ewing sarcoma", "low grade glioma"], ["gent"]],
        [],
    )
    assert read("ewing OR osteosarcoma OR chordoma") == ([["ewing", "osteosarcoma", "chordoma"]], [])


def test_or_in_capitals_takes_a_term_apart_that_has_it_and_a_small_one_does_not():
    assert read("relapsed OR refractory ALL") == ([["relapsed", "refractory"], ["all"]], [])
    assert read("relapsed or refractory ALL") == ([["relapsed or refractory"], ["all"]], [])


@pytest.mark.parametrize(
    "text", ["treatment of leukaemia", "cancer du foie ou", "or ewing", "OR", "ewing OR"]
)
def test_or_without_two_sides_and_the_english_of_join_nothing(text):
    assert parse(text).either == ()


@pytest.mark.parametrize("text", ["CANCER OF THE LIVER", "GREFFE PAS AVANT"])
def test_where_all_is_in_capitals_a_common_word_is_no_operator(text):
    parsed = parse(text)
    assert (parsed.either, parsed.excluded) == ((), ())


@pytest.mark.parametrize("word", ["NOT", "NIET", "PAS", "NICHT", "not", "niet", "nicht", "AND NOT"])
def test_not_excludes_what_is_behind_it_in_four_languages(word):
    assert read(f"leukemia {word} AML") == ([["leukemia"]], ["AML"])


@pytest.mark.parametrize("minus", ["-", "\u2212", "\u2013"])
def test_a_minus_before_a_word_excludes_it(minus):
    assert read(f"neuroblastoma {minus}relapsed") == ([["neuroblastoma"]], ["relapsed"])
    assert read(f"{minus}relapsed neuroblastoma") == ([["neuroblastoma"]], ["relapsed"])


def test_a_term_is_excluded_whole():
    assert read("glioma NOT diffuse midline glioma") == ([["glioma"]], ["diffuse midline glioma"])
    assert read("leukemia PAS de LAL") == ([["leukemia"]], ["LAL"])


@pytest.mark.parametrize(
    "text",
    [
        "Hochrisiko-Neuroblastom", "HR-NBL2", "ewing - gent", "AML -7", "Ph- ALL", "ALK- lymphoma",
        "non-hodgkin", "niet-hodgkin lymfoom", "Nicht-Kleinzeller", "niet-gemetastaseerd",
        "not yet recruiting", "pas gediagnosticeerd", "ewing NOT",
    ],
)  # fmt: skip
def test_other_hyphens_and_denials_exclude_nothing(text):
    assert parse(text).excluded == ()


def test_a_denial_with_nothing_behind_it_is_a_word_that_is_left_to_be_named():
    assert read("ewing NOT") == ([["ewing"], ["not"]], [])


def test_two_are_excluded_by_two():
    assert read("sarcoma NOT ewing NOT osteosarcoma") == ([["sarcoma"]], ["ewing", "osteosarcoma"])


def test_a_query_of_nothing_but_what_is_not_wanted_is_one():
    parsed = parse("-neuroblastoma")
    assert not parsed.is_empty
    assert parsed.words == ()
    assert [one.label for one in parsed.excluded] == ["neuroblastoma"]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ('"ewing sarcoma"', ('"…"',)), ("“ewing sarcoma”", ('"…"',)), ("« ewing »", ('"…"',)),
        ("„Ewing-Sarkom“", ('"…"',)), ("ewing*", ("*",)), ("ewing~2", ("*",)),
        ("(ewing OR chordoma) relapsed", ("(…)",)), ("ewing (localised)", ()), ("t(9;22)", ()),
        ("Ewing's sarcoma", ()), ("sarcome d’Ewing", ()), ("neuroblastoma -relapsed", ()),
    ],
)  # fmt: skip
def test_signs_that_are_not_understood_are_named(text, signs):
    assert parse(text).ignored == signs


def test_an_excluded_phrase_in_quotes_excludes_its_term():
    assert read('sarcoma -"ewing sarcoma"') == ([["sarcoma"]], ["ewing sarcoma"])
