"""Identifiers of trials in the spellings that were seen in real sheets and registries."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.choices import Scheme
from trials.identifiers import MAX_LENGTH, Identifier, parse_identifier, read_identifier


@pytest.mark.parametrize(
    ("text", "scheme", "value"),
    [
        ("NCT05327894", "nct", "NCT05327894"),
        (" NCT04527991", "nct", "NCT04527991"),
        ("NCT04104776 ", "nct", "NCT04104776"),
        ("NCT 05329766", "nct", "NCT05329766"),
        ("nct05329766", "nct", "NCT05329766"),
        ("nct 0430-7576", "nct", "NCT04307576"),
        ("/NCT06295731", "nct", "NCT06295731"),
        ("NCT\u00a004307576", "nct", "NCT04307576"),
        ("NCT04307576\u200b", "nct", "NCT04307576"),
        ("2022-501454-11-00", "euct", "2022-501454-11-00"),
        ("2022-501454-11-01", "euct", "2022-501454-11-01"),
        ("2022-501454-11", "euct", "2022-501454-11"),
        ("EUCT 2022-501454-11-00", "euct", "2022-501454-11-00"),
        ("2022 501454 11 00", "euct", "2022-501454-11-00"),
        ("2022–501454–11–00", "euct", "2022-501454-11-00"),  # dashes as a word processor makes them
        ("2018-001795-38", "eudract", "2018-001795-38"),
        ("EUCTR2013-002766-39-NL", "eudract", "2013-002766-39"),
        ("EudraCT 2018-001795-38", "eudract", "2018-001795-38"),
        ("ISRCTN45535982", "isrctn", "ISRCTN45535982"),
        ("isrctn 45535982", "isrctn", "ISRCTN45535982"),
        ("DRKS00023783", "drks", "DRKS00023783"),
        ("drks-00023783", "drks", "DRKS00023783"),
        ("1006346", "other", "1006346"),
        ("AALL1631", "other", "AALL1631"),
        ("ITCC-057", "other", "ITCC-057"),
        ("ET13-002", "other", "ET13-002"),
        ("CCTL019G2201J", "other", "CCTL019G2201J"),
        ("SIOPENRNET003", "other", "SIOPENRNET003"),
        ("NL12345", "other", "NL12345"),
    ],
)
def test_an_identifier_is_recognised_and_written_as_its_registry_does(text, scheme, value):
    assert parse_identifier(text) == Identifier(scheme, value)


@pytest.mark.parametrize(
    "text", ["03569241", "4404283", "NTC05358249", "NCT0574817", "NCT05255653-2", "NON APPLICABLE", "NCT"]
)
def test_what_has_no_one_reading_is_not_guessed(text):
    assert parse_identifier(text).scheme == Scheme.OTHER
    with pytest.raises(ValueError, match=r"of ClinicalTrials\.gov\. Write it like NCT04307576"):
        parse_identifier(text, Scheme.NCT)


@pytest.mark.parametrize("text", ["", " ", "---", "\u200b", "x" * (MAX_LENGTH + 1)])
def test_what_is_no_identifier_at_all_is_refused(text):
    with pytest.raises(ValueError, match="is not an identifier"):
        parse_identifier(text)


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("NCT04307576", Scheme.EUCT),
        ("2022-501454-11", Scheme.EUDRACT),
        ("2018-001795-38", Scheme.EUCT),
        ("ISRCTN45535982", Scheme.DRKS),
    ],
)
def test_an_identifier_said_to_be_another_registrys_is_refused_naming_its_own(text, scheme):
    own = str(parse_identifier(text).scheme.label)
    with pytest.raises(
        ValueError, match=f"is an identifier of {re.escape(own)}, not of .* Choose {re.escape(own)}"
    ):
        parse_identifier(text, scheme)
    assert read_identifier(text, scheme) == parse_identifier(text)


def test_what_is_no_registrys_is_refused_with_the_form_wanted():
    with pytest.raises(
        ValueError, match=r"is not an identifier of ClinicalTrials\.gov. Write it like NCT04307576"
    ):
        parse_identifier("ITCC-057", Scheme.NCT)


def test_under_other_a_known_registry_is_still_recognised():
    assert parse_identifier("nct04307576", Scheme.OTHER) == Identifier(Scheme.NCT, "NCT04307576")


def test_a_resubmitted_trial_is_the_same_trial():
    first, second = parse_identifier("2022-501454-11-00"), parse_identifier("2022-501454-11-01")
    assert first.compact == second.compact == parse_identifier("2022-501454-11").compact


def test_other_identifiers_compare_without_punctuation_and_case():
    assert parse_identifier("ITCC-057").compact == parse_identifier("itcc 057").compact


@pytest.mark.parametrize("read", [parse_identifier, read_identifier])
@pytest.mark.parametrize("text", ["nct 0430 7576", "NCT04307576"])
def test_what_the_who_lists_stays_its_number_in_its_column_written_as_its_registry_does(read, text):
    assert read(text, Scheme.ICTRP) == Identifier(Scheme.ICTRP, "NCT04307576")


@pytest.mark.parametrize("read", [parse_identifier, read_identifier])
def test_an_identifier_of_no_registry_has_no_spaces_around_it(read):
    assert read("  ITCC 057 ") == Identifier(Scheme.OTHER, "ITCC 057")


@pytest.mark.parametrize("text", ["NCT04307576@example.org", "nct@04307576"])
def test_an_address_of_mail_is_no_number(text):
    with pytest.raises(ValueError, match="is not an identifier"):
        read_identifier(text, Scheme.NCT)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("NCT04307576", "https://clinicaltrials.gov/study/NCT04307576"),
        ("ISRCTN45535982", "https://www.isrctn.com/ISRCTN45535982"),
        ("ITCC-057", None),
    ],
)
def test_a_registry_with_pages_gives_an_address(text, url):
    assert parse_identifier(text).url == url


NUMBERS = st.one_of(
    st.from_regex(r"NCT\d{8}", fullmatch=True).filter(str.isascii),
    st.from_regex(r"20[0-9]{2}-5[0-9]{5}-[0-9]{2}(-[0-9]{2})?", fullmatch=True),
    st.from_regex(r"20[0-9]{2}-0[0-9]{5}-[0-9]{2}", fullmatch=True),
    st.from_regex(r"ISRCTN[0-9]{8}", fullmatch=True),
)


@given(NUMBERS, st.sampled_from(["", " ", "  ", "\u00a0"]), st.booleans())
def test_spaces_and_case_never_matter(number, space, lower):
    dirty = space + (number.lower() if lower else number) + space
    assert parse_identifier(dirty) == parse_identifier(number)


@given(NUMBERS)
def test_a_canonical_identifier_is_its_own_reading(number):
    found = parse_identifier(number)
    assert found.value == number
    assert parse_identifier(found.value) == found


@given(st.text(max_size=80))
def test_any_text_is_an_identifier_that_fits_its_column_or_refused(text):
    try:
        found = parse_identifier(text)
    except ValueError:
        return
    assert 0 < len(found.value) <= MAX_LENGTH
    assert 0 < len(found.compact) <= MAX_LENGTH


def test_the_spellings_collected_from_real_lists_are_read_or_left_alone(shared_data):
    """Every example of the collected formats is recognised as of the registry beside it."""
    import csv

    schemes = {
        "ClinicalTrials.gov": "nct", "EU CT (CTIS)": "euct", "EudraCT": "eudract", "ISRCTN": "isrctn",
        "DRKS": "drks",
    }  # fmt: skip
    with (shared_data / "vocabulary" / "registry_id_formats.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["registry"] in schemes]
    assert {row["registry"] for row in rows} == set(schemes)
    for row in rows:
        assert parse_identifier(row["example_seen"]).scheme == schemes[row["registry"]]
        assert re.match(row["regex_strict"], parse_identifier(row["example_seen"]).value)


# Repaired


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NCT 05329766", "NCT05329766"), ("03569241", "NCT03569241"), ("4404283", "NCT04404283"),
        ("NTC05358249", "NCT05358249"), ("/NCT06295731", "NCT06295731"), ("NCTO4307576", "NCT04307576"),
        (" nct04527991", "NCT04527991"), ("https://clinicaltrials.gov/study/NCT04307576", "NCT04307576"),
        ("https://clinicaltrials.gov/study/NCT04307576?term=NCT04307576", "NCT04307576"),
    ],
)  # fmt: skip
def test_a_spoilt_identifier_with_one_reading_is_repaired(text, value):
    assert read_identifier(text, Scheme.NCT) == Identifier(Scheme.NCT, value)


@pytest.mark.parametrize(
    "text",
    [
        "NCT0574817", "NCT05255653-2", "NCT123456789", "35692412", "123456", "NTC0535824", "NXT05358249",
        "https://clinicaltrials.gov/study/NCT04307576/NCT04307577", "CT05358249",
    ],
)  # fmt: skip
def test_a_spoilt_identifier_with_several_readings_is_refused(text):
    with pytest.raises(ValueError, match=r"is not an identifier of ClinicalTrials\.gov"):
        read_identifier(text, Scheme.NCT)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://clinicaltrials.gov/study/NCT04307576", "NCT04307576"),
        ("https://www.isrctn.com/ISRCTN45535982", "ISRCTN45535982"),
        ("https://drks.de/search/en/trial/DRKS00023783", "DRKS00023783"),
        ("www.clinicaltrialsregister.eu/ctr-search/trial/2018-001795-38/BE", "2018-001795-38"),
        ("https://euclinicaltrials.eu/ctis-public/view/2022-501454-11-00", "2022-501454-11-00"),
    ],
)
@pytest.mark.parametrize("scheme", [None, *Scheme.values])
def test_an_address_holds_its_number_in_any_column(scheme, text, value):
    if scheme != Scheme.ICTRP:
        assert read_identifier(text, scheme).value == value


DAYS = [
    "17/09/2024",
    "03/04/2026",
    "13/4/2026",
    "2024-09-17",
    "17.09.2024",
    "17092024",
    "03042026",
    "20240917",
]


@pytest.mark.parametrize("scheme", [Scheme.NCT, Scheme.EUCT, Scheme.EUDRACT, Scheme.ISRCTN, Scheme.DRKS])
@pytest.mark.parametrize("text", [*DAYS, "4553598.0", "09 332 22 00", "+20 11 0012 3438", "a@example.org"])
def test_a_day_or_a_telephone_number_is_no_identifier_of_a_registry(text, scheme):
    if text == "4553598.0" and scheme == Scheme.NCT:
        assert read_identifier(text, scheme).value == "NCT04553598"
        return
    with pytest.raises(ValueError, match="is not an identifier of"):
        read_identifier(text, scheme)


@pytest.mark.parametrize("text", [*DAYS[:5], "17 september 2024", "a@example.org"])
def test_a_day_or_an_address_is_no_identifier_at_all(text):
    with pytest.raises(ValueError, match="is not an identifier of a trial"):
        read_identifier(text)


def test_a_bare_number_is_repaired_in_the_column_of_its_registry_only():
    assert read_identifier("45535982", Scheme.ISRCTN).value == "ISRCTN45535982"
    assert read_identifier("03569241") == Identifier(Scheme.OTHER, "03569241")
    with pytest.raises(ValueError, match="is not an identifier"):
        read_identifier("03569241", Scheme.EUCT)
