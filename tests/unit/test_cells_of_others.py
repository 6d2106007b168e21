"""A cell of one column is never read as one of another: every column × what belongs to other columns.

What a column reads all the same is listed, with the reason; what is listed and not read fails as well.
"""

import datetime as dt

import pytest

from centres.sheets import Code, CountryCode
from directory.imports.kinds import all_kinds
from directory.imports.scope import Scope
from directory.imports.suggestions import Suggester
from directory.sheets.cells import (
    Address,
    Day,
    Email,
    List,
    Name,
    Number,
    PartialDay,
    Phone,
    PostalCode,
    Whole,
    Word,
    YesNo,
)
from trials.cells import AgeAsWritten, Conditions, Identifiers, Phases
from trials.choices import Scheme
from trials.ctgov import AgeRange
from trials.identifiers import FORMS
from trials.registry_files.cells import AgeGroups, DayFirst, PhasesInWords, RegistryAge, RegistryDay

SAMPLES = {
    "day": ["25/11/2026", "2024-09-17", "17.9.2024", "17 september 2024", "3 avril 2024"],
    "serial": ["45552", "45552.5"],
    "digits of a day": ["17092024", "20240917"],
    "phone": ["+32 9 332 21 11", "09 332 22 00", "0475 12 34 56", "09/332.22.00", "0032 9 332 21 11"],
    "email": ["someone@example.org"],
    "url": ["https://www.example.org/a", "www.example.org"],
    "ror": ["https://ror.org/00xmkp704"],
    "postal code": ["9000", "B-5000", "BE-5000", "9000.0"],
    "nct": ["NCT04307576"],
    "euct": ["2022-501454-11-00"],
    "eudract": ["2018-001795-38"],
    "isrctn": ["ISRCTN45535982"],
    "drks": ["DRKS00023783"],
    "bare isrctn": ["45535982"],
    "bare nct": ["03569241", "4404283"],
    "iban": ["BE68 5390 0754 7034", "BE68539007547034"],
    "age": ["18 months", "14y", "2 Years"],
    "ages": ["2 Years to 18 Years", "CHILD, ADULT"],
    "phase": ["Phase 1/2", "I/II", "PHASE2"],
    "roman": ["III"],
    "condition": ["VIIIc", "Ia1"],
    "status": ["recruiting", "Active, not recruiting", "suspendue"],
    "sex": ["female", "mannelijk"],
    "stage": ["relapsed", "newly_diagnosed"],
    "study type": ["interventional", "expanded access"],
    "role": ["satellite centre", "shared_care"],
    "language": ["nl", "French"],
    "country": ["BE", "France"],
    "yes or no": ["yes", "nee"],
    "degrees": ["51.0258", "3,7282"],
    "few": ["3"],
    "name": ["Prof. Example Person"],
    "code": ["uz-gent", "chc-montlegia"],
}
NUMBERS_OF_REGISTRIES = {"nct", "euct", "eudract", "isrctn", "drks"}
OF_WIDGET = {
    Phone: {"phone"}, PostalCode: {"postal code"}, Day: {"day", "serial"}, PartialDay: {"day", "serial"},
    AgeAsWritten: {"age"}, AgeRange: {"ages"}, Whole: {"few"}, Number: {"degrees"}, Email: {"email"},
    Address: {"url", "ror"}, YesNo: {"yes or no"}, Phases: {"phase", "roman"},
    Conditions: {"condition", "roman"}, Name: {"name"}, Code: {"code"}, CountryCode: {"country"},
    RegistryAge: {"age"}, AgeGroups: {"ages"}, DayFirst: {"day", "serial"}, RegistryDay: {"day", "serial"},
    PhasesInWords: {"phase", "roman"},
}  # fmt: skip
OF_WORDS = {
    "Recruitment": "status", "Sex": "sex", "Stage": "stage", "StudyType": "study type", "CentreRole": "role",
    "Language": "language", "AgeGroup": "ages",
}  # fmt: skip
# What is read all the same, by the columns' type: nothing in the cell itself tells it from their own.
READ_ALL_THE_SAME = {
    ("AgeAsWritten", "few"): "a number alone is years",
    ("RegistryAge", "few"): "a number alone is years",
    ("AgeAsWritten", "ages"): "a cell may say both the lowest and the highest age",
    ("Phases", "few"): "a number alone is a phase",
    ("PhasesInWords", "few"): "a number alone is a phase",
    ("RegistryDay", "digits of a day"): "registries write 20240917",
    ("DayFirst", "digits of a day"): "registries write 20240917",
    ("Number", "few"): "3 degrees are degrees; where they lie is asked of the whole row",
    ("CountryCode", "language"): "nl is a language and a country",
    ("Identifiers", "bare nct"): "eight digits are the number of the registry whose column it is",
    ("Code", "*"): "a word of letters and hyphens is a code, and must be a known one or come with a name",
    ("Name", "*"): "a word may be a name",
    ("Identifiers other", "*"): "a sponsor's number has any form",
}
WORDS = {
    "age", "phase", "roman", "condition", "status", "sex", "stage", "study type", "role", "language",
    "country", "yes or no",
}  # fmt: skip
ANY_TEXT_BUT = {"day", "email", "url", "ror"}  # of a column of other identifiers


def kind_of(column):
    """What a column's cells are, as this matrix names it; empty where any text may stand."""
    widget = column.widget
    if isinstance(widget, Identifiers):
        # What a registry itself calls an identifier (`other`) is one.
        return {None: "Identifiers other", Scheme.OTHER: ""}.get(widget.scheme, "Identifiers")
    one = widget.one if isinstance(widget, List) and type(widget) is List else widget
    if isinstance(one, Word):
        return one.choices.__name__
    return type(one).__name__ if type(one) in OF_WIDGET else ""


def own(column):
    widget = column.widget
    if isinstance(widget, Identifiers):
        return NUMBERS_OF_REGISTRIES | ({f"bare {widget.scheme}"} if widget.scheme in FORMS else set())
    if name := OF_WORDS.get(kind_of(column)):
        return {name}
    return next((mine for kind, mine in OF_WIDGET.items() if kind.__name__ == kind_of(column)), set())


def formed():
    """Every column of every sheet whose cells have a form."""
    return [
        pytest.param(processor.sheet, name, id=f"{kind}-{name}")
        for kind, processor in all_kinds().items()
        for name, column in processor.sheet.columns().items()
        if kind_of(column)
    ]


def is_listed(kind, sample):
    if (kind, "*") not in READ_ALL_THE_SAME:
        return (kind, sample) in READ_ALL_THE_SAME
    known = {
        "Code": WORDS | {"iban", "postal code"},
        "Name": WORDS | {"ages", "code"},
        "Identifiers other": set(SAMPLES) - ANY_TEXT_BUT,
    }
    return sample in known[kind]


def is_read(sheet, name, cell):
    try:
        return sheet.read(name, cell) not in (None, "", [])
    except ValueError:
        return False


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize(("sheet", "name"), formed())
def test_a_cell_that_belongs_elsewhere_is_not_read(sheet, name, sample):
    column = sheet.columns()[name]
    if sample in own(column) or is_listed(kind_of(column), sample):
        return
    for cell in SAMPLES[sample]:
        assert not is_read(sheet, name, cell), (cell, sheet.read(name, cell))


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_is_read_by_a_column_of_its_own(sample):
    homes = [
        (sheet, name)
        for sheet, name in (one.values for one in formed())
        if sample in own(sheet.columns()[name])
    ]
    for cell in SAMPLES[sample] if sample not in ("digits of a day", "iban") else ():
        assert any(is_read(sheet, name, cell) for sheet, name in homes), cell


@pytest.mark.parametrize(("kind", "sample"), [key for key in READ_ALL_THE_SAME if key[1] != "*"])
def test_what_is_said_to_be_read_all_the_same_is(kind, sample):
    columns = [one.values for one in formed() if kind_of(one.values[0].columns()[one.values[1]]) == kind]
    assert any(is_read(*column, cell) for column in columns for cell in SAMPLES[sample])


@pytest.mark.django_db
@pytest.mark.parametrize("sample", [one for one in SAMPLES if one not in ("code", "name", "few")])
@pytest.mark.parametrize("kind", ["centres", "networks", "trials", "sites"])
def test_a_column_is_suggested_for_what_stands_below_its_header(kind, sample):
    processor = all_kinds()[kind]
    scope = Scope(run=1, file_name="a.csv", role="editor", day=dt.date(2026, 11, 28))
    sheet = processor.sheet
    found = Suggester(processor, scope).suggest("qqq", SAMPLES[sample], list(sheet.columns()))
    if found and kind_of(sheet.columns()[found[0].column]) not in ("Code", "CountryCode"):
        assert sample in own(sheet.columns()[found[0].column]), found[0]
