"""Telephone numbers: of the country they say, of that of their row, or none."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from centres.models.centre import validate_phone
from directory.core.phones import read_phone
from directory.sheets.cells import Phone
from tests.unit.test_cells_of_others import SAMPLES

COUNTRIES = ("BE", "FR", "DE", "NL", "LU", "GB", "ES", "IT", "CH")


def an_example(country):
    return phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.FIXED_LINE)


def written(number, form):
    return phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, form))


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_national_number_is_one_of_the_country_of_its_row(country):
    number = an_example(country)
    assert read_phone(written(number, "NATIONAL"), country) == (written(number, "E164"), "")


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("of_row", COUNTRIES)
def test_a_number_that_says_its_country_keeps_it_in_any_row(country, of_row):
    number = an_example(country)
    e164 = written(number, "E164")
    spelt = (
        e164,
        written(number, "INTERNATIONAL"),
        f"00{e164[1:]}",
        f"{country} {written(number, 'NATIONAL')}",
    )
    for text in spelt:
        assert read_phone(text, of_row) == (e164, ""), text


@pytest.mark.parametrize(
    ("text", "phone", "rest"),
    [
        ("09 332 22 00 ext. 123", "+3293322200", "ext. 123"),
        ("09 332 22 00 x12", "+3293322200", "x12"),
        ("09 332 22 00 poste 12", "+3293322200", "poste 12"),
        ("09/332.22.00 (toestel 12)", "+3293322200", "toestel 12"),
        ("+49 30 450 566 0 Durchwahl 3", "+49304505660", "Durchwahl 3"),
        ("09 332 22 00 / 0475 12 34 56", "+3293322200", "0475 12 34 56"),
        ("09/332.22.00/0475.12.34.56", "+3293322200", "0475.12.34.56"),
        ("0475 12 34 56 of 09 332 22 00", "+32475123456", "09 332 22 00"),
        ("+32 9 332 22 00 ou +33 3 20 44 59 62", "+3293322200", "+33 3 20 44 59 62"),
        ("09 332 22 00; 09 332 22 01", "+3293322200", "09 332 22 01"),
        ("09 332 22 00 ext 12 / 0475 12 34 56", "+3293322200", "ext 12 0475 12 34 56"),
        ("09 332 22 00 (secretariaat)", "+3293322200", "secretariaat"),
        ("09 332 22 00 (8u-12u)", "+3293322200", "8u-12u"),
        ("09 332 22 00 - 09 332 22 01", "+3293322200", "09 332 22 01"),
        ("09 332 22 00 fax 09 332 22 01", "+3293322200", "09 332 22 01"),
        ("09/332.22.00/12", "+3293322200", "12"),
        ("09 332 22 00, bip 4444", "+3293322200", "bip 4444"),
    ],
)
def test_what_there_is_no_room_for_is_told_and_the_number_kept(text, phone, rest):
    assert read_phone(text) == (phone, rest)
    assert f"Only {phone} is stored, not “{rest}”" in Phone().remark(text, phone)


@pytest.mark.parametrize(
    "text",
    [
        "tel:+3293322111", "Tél. 09 332 21 11", "+32 (0)9 332 21 11", "09-332-21-11", "(+32) 9 332 21 11",
        "+(32) 9 332 21 11", "(0032) 9 332 21 11", "tel. (+32) 9 332 21 11", "(09) 332 21 11",
    ],
)  # fmt: skip
def test_a_number_is_read_without_a_word(text):
    assert Phone().clean(text) == "+3293322111"
    assert Phone().remark(text, "+3293322111") == ""


@pytest.mark.parametrize(("text", "country"), [("(215) 590-1000", "US"), ("416-813-1500", "CA")])
def test_a_prefix_without_a_zero_is_dialled_and_not_written(text, country):
    assert read_phone(text, country) == ("+1" + "".join(filter(str.isdigit, text)), "")


def test_a_number_without_its_first_zero_is_read_and_told():
    assert Phone().clean("93322111") == "+3293322111"
    assert Phone().remark("93322111", "+3293322111") == "“93322111” is read as +3293322111."


@pytest.mark.parametrize("text", ["+4300000", "+430000 0", "0043 00000"])
def test_a_number_that_is_too_short_once_it_is_written_is_none(text):
    with pytest.raises(ValueError, match="is not a telephone number"):
        read_phone(text, "AT")


@pytest.mark.parametrize("text", ["03 20 44 59 62", "33 3 20 44 59 62", "DRKS00005678", "25/11/2026", "2555"])
def test_what_is_no_number_of_its_row_is_refused_with_the_way_out(text):
    with pytest.raises(ValueError, match=rf"“{text}” is not a telephone number\. Write it with .* in BE\."):
        read_phone(text, "BE")


@given(
    st.text(max_size=40) | st.from_regex(r"[0-9 ./+()-]{1,24}", fullmatch=True), st.sampled_from(COUNTRIES)
)
def test_any_text_is_a_number_that_a_field_takes_or_refused(text, country):
    try:
        number, _rest = read_phone(text, country)
    except ValueError:
        return
    assert validate_phone(number) is None


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize(
    "sample", ["day", "digits of a day", "serial", "postal code", "isrctn", "euct", "eudract"]
)
def test_dates_and_numbers_of_registries_are_telephones_in_no_country(sample, country):
    for text in SAMPLES[sample]:
        with pytest.raises(ValueError, match="is not a telephone number"):
            read_phone(text, country)


@pytest.mark.parametrize("text", ["1 / " * 8000, "1" * 32_000, "09 332 22 00 ext " * 1500, "(" * 32_000])
def test_a_cell_as_long_as_a_cell_can_be_is_refused_at_once(text, monkeypatch):
    asked = []
    monkeypatch.setattr("directory.core.phones._number", lambda *said: asked.append(said))
    with pytest.raises(ValueError, match="is not a telephone number"):
        read_phone(text)
    assert asked == []
