"""Numbers of registries as people paste and type them, one or several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.search.numbers import read_numbers
from directory.search.query import parse
from trials.choices import Scheme
from trials.identifiers import FORMS, parse_identifier, read_identifier, with_lost_zero


def numbers(text):
    return [one.text for one in read_numbers(text).numbers]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("https://clinicaltrials.gov/study/NCT04307576", "NCT04307576"),
        ("https://clinicaltrials.gov/study/NCT04307576?cond=leukemia&rank=3#locations", "NCT04307576"),
        ("http://www.clinicaltrials.gov/ct2/show/NCT04307576", "NCT04307576"),
        ("https://clinicaltrials.gov/ct2/show/results/NCT04307576?view=results", "NCT04307576"),
        ("https://classic.clinicaltrials.gov/ct2/show/record/NCT04307576", "NCT04307576"),
        ("https://clinicaltrials.gov/ct2/results?term=NCT04307576", "NCT04307576"),
        ("https://beta.clinicaltrials.gov/study/nct04307576", "NCT04307576"),
        ("clinicaltrials.gov/study/NCT04307576", "NCT04307576"),
        ("www.clinicaltrials.gov/show/NCT04307576", "NCT04307576"),
        ("https://euclinicaltrials.eu/ctis-public/view/2022-501454-11-00", "2022-501454-11-00"),
        ("https://euclinicaltrials.eu/ctis-public/view/2022-501454-11-00?lang=nl", "2022-501454-11-00"),
        ("https://euclinicaltrials.eu/app/#/view/2022-501454-11-00", "2022-501454-11-00"),
        (
            "https://euclinicaltrials.eu/search-for-clinical-trials/?lang=en&EUCT=2022-501454-11-00",
            "2022-501454-11-00",
        ),
        ("https://www.clinicaltrialsregister.eu/ctr-search/trial/2012-004053-88/BE", "2012-004053-88"),
        ("https://www.clinicaltrialsregister.eu/ctr-search/trial/2012-004053-88/results", "2012-004053-88"),
        ("https://www.clinicaltrialsregister.eu/ctr-search/search?query=2012-004053-88", "2012-004053-88"),
        (
            "https://www.clinicaltrialsregister.eu/ctr-search/search?query=eudract_number:2012-004053-88",
            "2012-004053-88",
        ),
        ("https://www.isrctn.com/ISRCTN45535982", "ISRCTN45535982"),
        ("https://www.isrctn.com/ISRCTN45535982?q=rms&page=1", "ISRCTN45535982"),
        ("https://doi.org/10.1186/ISRCTN45535982", "ISRCTN45535982"),
        ("https://drks.de/search/en/trial/DRKS00023783", "DRKS00023783"),
        ("https://trialsearch.who.int/Trial2.aspx?TrialID=EUCTR2012-004053-88-BE", "2012-004053-88"),
        ("https://example.org/x?id=2012%2D004053%2D88", "2012-004053-88"),
    ],
)
def test_an_address_of_a_registry_is_the_number_in_it(text, number):
    assert numbers(text) == [number]


@pytest.mark.parametrize("scheme", [Scheme.NCT, Scheme.EUCT, Scheme.EUDRACT, Scheme.ISRCTN, Scheme.DRKS])
def test_each_address_that_we_write_ourselves_is_read(scheme):
    identifier = parse_identifier(FORMS[scheme])
    assert numbers(identifier.url) == [identifier.value]


@pytest.mark.parametrize("between", [" ", ", ", ",", ";", "\n", " / ", "\t", " and ", " en ", " OR "])
def test_several_are_read_in_their_order_whatever_stands_between(between):
    typed = ["NCT04625907", "2022-501454-11-00", "NCT04307576", "2012-004053-88", "ISRCTN45535982"]
    assert numbers(between.join(typed)) == typed


def test_two_that_a_browser_put_together_are_two():
    assert numbers("NCT04307576NCT04625907") == ["NCT04307576", "NCT04625907"]


def test_a_number_that_stands_there_twice_is_one():
    assert numbers("NCT04307576 nct 0430 7576") == ["NCT04307576"]


def test_the_names_of_registries_beside_numbers_ask_for_nothing_more():
    assert numbers("ClinicalTrials.gov NCT04307576, EudraCT no. 2018-001795-38") == [
        "NCT04307576",
        "2018-001795-38",
    ]


@pytest.mark.parametrize("text", ["NCT4307576", "nct 4307576", "NCT: 4307576", "Nct-4307576"])
def test_a_zero_that_was_lost_comes_back(text):
    assert numbers(text) == ["NCT04307576"]


def test_the_zero_comes_back_by_the_rule_of_sheets():
    assert with_lost_zero("4404283") == "04404283"
    assert read_identifier("4404283", Scheme.NCT).value == "NCT04404283"
    assert numbers("NCT4404283") == ["NCT04404283"]
    # Six digits have ten readings and more, nine are one too many.
    for digits in ("404283", "044042830", "", "x404283"):
        assert with_lost_zero(digits) == ""


@pytest.mark.parametrize("text", ["NTC04307576", "CNT04307576", "NCTO4307576"])
def test_letters_in_the_wrong_order_or_for_a_figure_are_read_as_in_sheets(text):
    assert numbers(text) == [read_identifier(text, Scheme.NCT).value] == ["NCT04307576"]


def test_digits_alone_may_be_a_number_of_clinicaltrials_gov_or_anything_else():
    (one,) = read_numbers("1006346").numbers
    assert one.compact == ("nct01006346", "1006346")
    assert read_numbers("04307576").numbers[0].compact[0] == "nct04307576"


@pytest.mark.parametrize("text", ["EWING 2008", "LBL 2018", "phase 3", "9000 Gent", "12345678", "t(9;22)"])
def test_other_figures_are_no_number(text):
    assert read_numbers(text) == ((), text)


def test_beside_words_a_number_is_one_word():
    read = read_numbers("2018-001795-38 leukaemia Gent")
    assert read.numbers == ()
    assert read.text.split() == ["201800179538", "leukaemia", "Gent"]
    assert [word.stem for word in parse("NCT04307576: leukaemia").words] == ["nct04307576", "leukaemia"]


def test_an_address_of_this_directory_is_the_name_in_it():
    for address in (
        "https://trials.example.org/en/trials/alltogether1/",
        "http://x.be/nl/trials/alltogether1",
    ):
        assert [word.stem for word in parse(address).words] == ["alltogether1"]


def test_the_address_of_a_search_elsewhere_is_what_was_typed_there():
    asked = parse("https://clinicaltrials.gov/search?cond=Ewing%20Sarcoma&locn=Belgium&viewType=Card")
    assert [word.raw for word in asked.words] == ["Ewing", "Sarcoma", "Belgium"]


NUMBERS = st.one_of(
    st.integers(0, 9_999_999).map(lambda number: f"NCT0{number:07}"),
    st.tuples(st.integers(2004, 2026), st.integers(0, 99_999), st.integers(0, 99)).map(
        lambda parts: "{}-0{:05}-{:02}".format(*parts)
    ),
    st.tuples(st.integers(2021, 2026), st.integers(0, 99_999), st.integers(0, 99)).map(
        lambda parts: "{}-5{:05}-{:02}-00".format(*parts)
    ),
    st.integers(0, 99_999_999).map(lambda number: f"ISRCTN{number:08}"),
)


@given(st.lists(NUMBERS, min_size=1, max_size=6, unique=True), st.sampled_from([" ", ", ", "\n", ";"]))
def test_any_numbers_side_by_side_are_all_read(typed, between):
    assert numbers(between.join(typed)) == typed


@given(st.text(max_size=60))
def test_any_text_is_read(text):
    read = read_numbers(text)
    assert isinstance(read.text, str)
    assert all(one.compact for one in read.numbers)
