"""Widgets of sheets: what is written into a cell is read back as it was, and what is refused says why."""

import datetime as dt
import re

import pytest
from django.core.validators import RegexValidator
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from centres.choices import CentreRole, Language
from centres.sheets import CentreSheet, NetworkSheet
from directory.core.ages import BadAge
from directory.sheets.cells import (
    NO,
    YES,
    Address,
    Day,
    Email,
    List,
    LongText,
    Number,
    PartialDay,
    Phone,
    Text,
    Word,
    YesNo,
)
from directory.sheets.sheet import Column
from directory.sheets.written_values import written_date
from trials.cells import AgeAsWritten, Conditions, Identifiers, Phases
from trials.choices import Phase, Recruitment, Scheme
from trials.identifiers import parse_identifier
from trials.sheets import SiteSheet, TrialSheet

SHEETS = (CentreSheet, NetworkSheet, TrialSheet, SiteSheet)
LANGUAGES = ("en", "nl", "fr", "de")
DAYS = st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2100, 12, 31))
PLAIN = st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1, max_size=20)


def tried(read, *cell):
    """`(value, "")`, or None and the sentence of the refusal."""
    try:
        return read(*cell), ""
    except ValueError as refused:
        return None, str(refused)


def refusal(widget, cell):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - what it says is the point
        widget.clean(cell)
    return str(refused.value)


# What is written is read back


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_to_the_last_digit(number):
    widget = Number()
    assert widget.clean(widget.render(number)) == number


@given(st.decimals(min_value=-180, max_value=180, places=4))
def test_a_comma_is_as_good_as_a_point_in_a_number(number):
    assert Number().clean(str(number).replace(".", ",")) == Number().clean(str(number))


@given(DAYS)
def test_a_day_reads_back(day):
    widget = Day()
    assert widget.clean(widget.render(day)) == day


@given(DAYS, st.sampled_from([4, 7, 10]))
def test_a_partial_day_reads_back_as_far_as_it_is_known(day, length):
    widget, known = PartialDay(), day.isoformat()[:length]
    assert widget.clean(widget.render(known)) == known


@given(
    DAYS,
    st.sampled_from(
        [
            "{0.day}/{0.month}/{0.year}",
            "{0.day:02}.{0.month:02}.{0.year}",
            "{0.day}-{0.month}-{0.year}",
            "{0.year}/{0.month}/{0.day}",
            "{0.year}-{0.month:02}-{0.day:02}T00:00:00",
            "{0.day} {0.month} {0.year}",
        ]
    ),
)
def test_every_day_is_read_in_each_order_of_its_parts_with_the_day_before_the_month(day, form):  # fmt: skip
    assert written_date(form.format(day)) == day.isoformat()


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_month_is_read_by_its_name_with_and_without_a_day(language):
    for number, name in enumerate(MONTHS[language].split(), start=1):
        assert written_date(f"{name} 2026") == f"2026-{number:02}"
        assert written_date(f"3 {name} 2026") == f"2026-{number:02}-03"
        assert written_date(f"3. {name.upper()} 2026") == f"2026-{number:02}-03"


@given(st.lists(st.sampled_from(Phase.values[:-1]), unique=True, min_size=1))
def test_phases_read_back_in_their_order(phases):
    widget = Phases()
    assert widget.clean(widget.render(phases)) == phases


@given(st.lists(PLAIN, unique=True, max_size=8))
def test_a_list_of_words_reads_back_in_its_order(words):
    widget = List()
    assert widget.clean(widget.render(words)) == words


@given(st.lists(st.from_regex(r"NCT[0-9]{8}", fullmatch=True), unique=True, min_size=1, max_size=5))
def test_identifiers_read_back_in_their_order(numbers):
    widget = Identifiers(Scheme.NCT)
    found = [parse_identifier(number) for number in numbers]
    assert widget.clean(widget.render(found)) == found


@given(st.booleans())
def test_yes_and_no_read_back(value):
    assert YesNo().clean(YesNo().render(value)) is value


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_a_line_of_text_that_was_cleaned_is_clean(text):
    widget = Text()
    clean = widget.clean(text)
    assert widget.clean(widget.render(clean)) == clean
    assert "  " not in clean


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_a_long_text_keeps_its_lines_however_they_end(lines):
    assert LongText().clean("\r\n".join(lines)) == LongText().clean("\n".join(lines)) == "\n".join(lines)


@pytest.mark.parametrize(
    "widget",
    [
        Text(),
        LongText(),
        Day(),
        AgeAsWritten("max"),
        YesNo(),
        List(),
        Phases(),
        Identifiers(),
        Number(),
        Phone(),
    ],
)
def test_nothing_is_written_as_an_empty_cell(widget):
    assert widget.render(None) == ""


# Lists


@pytest.mark.parametrize("separator", [";", "|", "\n", " ; ", "; ;", "||"])
def test_a_list_is_cut_at_any_of_its_separators_and_has_no_empty_parts(separator):
    assert List().clean(f"SIOPEN{separator}GPOH") == ["SIOPEN", "GPOH"]


def test_a_list_says_a_thing_once():
    assert List().clean("ALK; MYCN; ALK;") == ["ALK", "MYCN"]


def test_a_comma_belongs_to_the_text_of_a_list_but_cuts_codes():
    assert List().clean("leukaemia, acute; lymphoma") == ["leukaemia, acute", "lymphoma"]
    assert Conditions().clean("VIIIc, Ia") == ["VIIIc", "Ia"]


def test_one_bad_part_of_a_list_is_named_alone():
    said = refusal(TrialSheet.columns()["stages"].widget, "relapsed; sometimes; refractory")
    assert "“sometimes” is not a stage" in said
    assert "refractory;" not in said


# Yes and no


@pytest.mark.parametrize("word", sorted(YES))
def test_each_yes_is_a_yes_in_capitals_too(word):
    assert YesNo().clean(word) is YesNo().clean(word.upper()) is YesNo().clean(f" {word}. ") is True


@pytest.mark.parametrize("word", sorted(NO))
def test_each_no_is_a_no_in_capitals_too(word):
    assert YesNo().clean(word) is YesNo().clean(word.upper()) is YesNo().clean(f" {word}. ") is False


@pytest.mark.parametrize("cell", ["1", "0", "x", "y", "n", "✓", "yes and no", "nope", "yes?no", "j", "o"])
def test_nothing_in_between_counts_as_a_consent(cell):
    assert "is not yes or no" in refusal(YesNo(), cell)


def test_no_word_is_both_yes_and_no():
    assert not YES & NO


# Addresses, numbers, telephones


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("www.uzgent.be", "https://www.uzgent.be"),
        ("WWW.uzgent.be", "https://WWW.uzgent.be"),
        ("http://uzgent.be/kinderen", "http://uzgent.be/kinderen"),
        (" https://uzgent.be ", "https://uzgent.be"),
        ("https://uzgent.be\u200b", "https://uzgent.be"),
    ],
)
def test_a_web_address_as_people_write_it(cell, address):
    assert Address().clean(cell) == address


@pytest.mark.parametrize(
    "cell", ["uzgent", "ftp://uzgent.be", "data:text/html,x", "https://", "https://a b", "//uzgent.be",
             "file:///etc/passwd", "JaVaScRiPt:alert(1)", "mailto:a@example.org"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused_with_its_text(cell):
    said = refusal(Address(), cell)
    assert cell[:20] in said
    assert "https://www.example.org" in said


@pytest.mark.parametrize(
    "cell", ["a", "a@", "@example.org", "a@example", "a b@example.org", "a@example.org; b@example.org",
             "Anne <a@example.org>", "a@exam\nple.org"],
)  # fmt: skip
def test_what_is_not_one_mailbox_is_refused_with_its_form(cell):
    assert "Write it like trials@example.org" in refusal(Email(), cell)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+32 9 332 21 11", "+3293322111"), ("093322111", "+3293322111"), ("09/332.21.11", "+3293322111"),
        ("(09) 332 21 11", "+3293322111"), ("+32 (0)9 332 21 11", "+3293322111"),
        ("0032 9 332 21 11", "+3293322111"), ("+33 1 42 34 56 78", "+33142345678"),
        ("+49 30 123456", "+4930123456"), ("＋３２ ９ ３３２ ２１ １１", "+3293322111"),
    ],
)  # fmt: skip
def test_a_telephone_number_as_people_write_it(cell, number):
    assert Phone().clean(cell) == number
    assert Phone().clean(Phone().render(number)) == number


@pytest.mark.parametrize("cell", ["1", "00", "+", "secretariat", "9" * 30, "+999 1"])
def test_what_is_not_one_telephone_number_is_refused(cell):
    assert "is not a telephone number" in refusal(Phone(), cell)


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "nan", "NaN", "1e999"])
def test_a_number_is_finite(cell):
    assert f"“{cell}” is not a number" in refusal(Number(), cell)


# Words


@pytest.mark.parametrize("choices", [Recruitment, CentreRole, Language, Phase])
def test_a_word_is_known_by_its_value_whatever_its_case_and_spaces(choices):
    widget = Word(choices, what="a word")
    for value in choices.values:
        assert widget.clean(value) == widget.clean(value.upper()) == value
        assert widget.clean(value.replace("_", " ")) == widget.clean(f" {value} ") == value


@given(st.text(max_size=200))
def test_any_text_is_a_word_of_the_vocabulary_or_refused_with_all_of_it(text):
    value, said = tried(Word(Recruitment, what="a status").clean, text)
    if value is None:
        assert all(word in said for word in Recruitment.values)
        assert len(said) < 300
    else:
        assert value in Recruitment.values


# Sentences


REFUSED = [
    (Number(), "north", "north"),
    (PartialDay(), "soon", "soon"),
    (Day(), "2027", "2027"),
    (AgeAsWritten("min"), "old soon", "old soon"),
    (Phone(), "call me", "call me"),
    (Email(), "nobody", "nobody"),
    (Address(), "nowhere", "nowhere"),
    (YesNo(), "perhaps", "perhaps"),
    (TrialSheet.columns()["status"].widget, "sometimes", "sometimes"),
    (TrialSheet.columns()["sex"].widget, "perhaps", "perhaps"),
    (TrialSheet.columns()["study_type"].widget, "perhaps", "perhaps"),
    (TrialSheet.columns()["phase"].widget, "phase 9", "phase 9"),
    (TrialSheet.columns()["conditions"].widget, "XX", "XX"),
    (TrialSheet.columns()["nct_number"].widget, "NCT1", "NCT1"),
    (TrialSheet.columns()["other_ids"].widget, "---", "---"),
    (NetworkSheet.columns()["role"].widget, "boss", "boss"),
    (CentreSheet.columns()["languages"].widget, "Klingon", "Klingon"),
]


@pytest.mark.parametrize(("widget", "cell", "named"), REFUSED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_names_the_value_and_the_way_out_in_each_language(widget, cell, named, language):
    with translation.override(language):
        said = refusal(widget, cell)
    assert named in said
    assert "%(" not in said
    # A first sentence says what is wrong, a second what to write.
    assert len(re.findall(r"[.?](?:\s|$)", said)) >= 2


@pytest.mark.parametrize(("widget", "cell", "_named"), REFUSED)
def test_a_refusal_shows_no_more_than_the_beginning_of_a_long_cell(widget, cell, _named):
    long = cell + " and so on" * 500
    assert len(refusal(widget, long)) < 400


def test_an_age_is_refused_as_an_age():
    with pytest.raises(BadAge):
        AgeAsWritten("min").clean("old")


# Columns


def test_a_column_without_a_translation_keeps_its_name():
    column = Column("code", nl="kode")
    column.column_name = "code"
    assert [column.header(language) for language in LANGUAGES] == ["code", "kode", "code", "code"]


def test_a_column_knows_its_headers_without_case_space_or_accent():
    column = Column("phone", nl="telefoon", fr="téléphone", also=("Tel. nr",))
    column.column_name = "phone"
    assert column.headers() == {"phone", "telefoon", "telephone", "telnr"}


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_column_needed_is_a_column_of_the_sheet(sheet):
    assert set(sheet.required) | set(sheet.one_of) <= set(sheet.columns())


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_column_is_described_once_and_in_the_template(sheet):
    assert set(sheet.columns()) == set(sheet._meta.fields)
    assert list(sheet._meta.export_order) == list(sheet._meta.fields)


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_text_longer_than_its_column_in_the_database_is_refused_before_it(sheet):
    limited = {
        name: field.max_length
        for name in sheet.columns()
        if (field := sheet.model_field(name)) is not None
        and getattr(field, "max_length", None)
        and type(sheet.columns()[name].widget) in (Text, LongText)
    }
    assert limited or sheet in (NetworkSheet, SiteSheet)
    for name, most in limited.items():
        if not any(isinstance(one, RegexValidator) for one in sheet.model_field(name).validators):
            assert sheet.read(name, "x" * most) == "x" * most
        with pytest.raises(ValueError, match=str(most)):
            sheet.read(name, "x" * (most + 1))


@pytest.mark.parametrize("sheet", SHEETS)
@given(cell=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_cell_is_a_value_or_a_sentence(sheet, cell):
    for name in sheet.columns():
        value, said = tried(sheet.read, name, cell)
        assert said == "" or (value is None and len(said) > 10), name
