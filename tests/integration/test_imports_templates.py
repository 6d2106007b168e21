"""Templates as workbooks: headers in four languages, drop-downs, notes, formats, an example."""

import datetime as dt
import io

import openpyxl
import pytest
from django.urls import reverse
from django.utils import translation

from centres.sheets import CentreSheet
from directory.core import changes
from directory.core.fields import LANGUAGE_CODES
from directory.imports.kinds import all_kinds
from directory.sheets.templates import template, words_of, workbook
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from tests.sheets import a_csv, messages, outcomes, planned
from trials.sheets import SiteSheet

KINDS = ["centres", "networks", "trials", "sites"]
EXAMPLE = "This is the example row of the template; it is ignored."


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rules(book):
    """`(type, allowed words or None, whether anything else is stopped)` by header."""
    sheet = book.worksheets[0]
    heads = {cell.column_letter: cell.value for cell in sheet[1]}
    found = {}
    for rule in sheet.data_validations.dataValidation:
        words = None
        if rule.type == "list":
            first, last = rule.formula1.removeprefix("Lists!").replace("$", "").split(":")
            words = [row[0].value for row in book["Lists"][f"{first}:{last}"]]
        letter = str(rule.sqref).split(":")[0].rstrip("0123456789")
        found[heads[letter]] = (rule.type, words, bool(rule.showErrorMessage))
    return found


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_the_headers_of_its_language_each_with_a_note(kind, language):
    sheet = all_kinds()[kind].sheet
    book = opened(template(sheet, language))
    assert (book.sheetnames, book["Lists"].sheet_state) == ([kind, "Notes", "Lists"], "hidden")
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == [column.header(language) for column in sheet.in_order()]
    assert all(cell.comment and cell.comment.text for cell in page[1])
    filled = {cell.value: cell.fill.fgColor.rgb for cell in page[1]}
    for name in (*sheet.required, *sheet.one_of):
        assert filled[sheet.columns()[name].header(language)] == "FFFFE699"
    assert page.freeze_panes == "A2"


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_drop_down_offers_is_read(kind, language):
    sheet = all_kinds()[kind].sheet
    for name, column in sheet.columns().items():
        for word, shown in words_of(sheet, name, language).items():
            assert column.widget.clean(shown) == column.widget.clean(word), (name, shown)


def test_notes_are_in_the_language_of_the_template():
    page = opened(template(SiteSheet, "nl")).worksheets[0]
    assert page["A1"].comment.text.startswith("Verplicht.\nde code van het centrum")
    assert "één e-mailadres" in {cell.comment.text for cell in page[1]}
    notes = [row[0].value for row in opened(template(SiteSheet, "fr"))["Notes"].iter_rows()]
    assert notes[0].startswith("Remplissez la feuille «\u00a0sites\u00a0»")


def test_words_are_chosen_from_a_list_and_dates_are_dates():
    centres = [("uz-gent", "Ghent University Hospital"), ("uza", "Antwerp University Hospital")]
    book = opened(template(SiteSheet, lists={"centre_code": centres}))
    found = rules(book)
    assert found["status"][0] == "list"
    assert "recruiting" in found["status"][1]
    assert found["status"][2]
    assert found["consent_to_publish"] == ("list", ["yes", "no"], True)
    assert found["centre_code"] == ("list", ["uz-gent", "uza"], False)
    assert found["phase"][1:] == (["early_phase1", "phase1", "phase2", "phase3", "phase4", "na"], False)
    assert found["status_date"][0] == "date"
    assert [row[2].value for row in book["Notes"].iter_rows()][-2:] == [name for _code, name in centres]
    columns = {cell.value: cell.column_letter for cell in book.worksheets[0][1]}
    example = {name: book.worksheets[0][f"{letter}2"] for name, letter in columns.items()}
    assert example["status_date"].value == dt.datetime(2026, 6, 13)
    assert example["status_date"].number_format == "dd/mm/yyyy"
    assert example["contact_phone"].number_format == example["nct_number"].number_format == "@"
    assert example["status"].font.i
    assert example["status"].font.color.rgb == "FF808080"


def test_what_looks_like_markup_is_text():
    markup = "<r><t>a</t></r>"
    book = opened(template(SiteSheet, lists={"centre_code": [(markup, markup)]}))
    assert rules(book)["centre_code"] == ("list", [markup], False)
    assert [row[2].value for row in book["Notes"].iter_rows()][-1] == markup
    cells = [markup if name == "city" else "" for name in CentreSheet.columns()]
    assert markup in [cell.value for cell in opened(workbook(CentreSheet, "en", [cells])).worksheets[0][2]]


def test_words_are_in_the_language_of_the_template():
    found = rules(opened(template(SiteSheet, "fr")))
    assert found["accord de publication"][1] == ["oui", "non"]
    assert "recruiting" not in found["statut"][1]


# Handed in


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_example_left_in_is_skipped_and_said(kind, language):
    a_centre("uz-gent")
    seq = changes.last_seq()
    for content, name in (
        (template(all_kinds()[kind].sheet, language), "t.xlsx"),
        (all_kinds()[kind].sheet.template(language), "t.csv"),
    ):
        run = planned(content, kind=kind, user=an_editor(), name=name)
        assert (outcomes(run), run.warnings, run.problems) == ({2: "unchanged"}, [], [])
        assert messages(run) == [f"2 : {EXAMPLE}"]
        assert run.has_stored_nothing
    assert changes.last_seq() == seq


@pytest.mark.django_db
def test_a_filled_in_template_is_read_below_its_example():
    a_centre("uz-gent"), a_trial("A")
    book = opened(template(SiteSheet, "nl"))
    page = book.worksheets[0]
    for header, cell in {"centrumcode": "uz-gent", "acroniem": "A", "status": "suspended"}.items():
        place = next(one.column for one in page[1] if one.value == header)
        page.cell(3, place, cell)
    page.cell(3, next(one.column for one in page[1] if one.value == "statusdatum"), dt.datetime(2026, 2, 1))
    run = planned(saved(book), user=an_editor(), name="t.xlsx")
    assert outcomes(run) == {2: "unchanged", 3: "new"}
    assert {"field": "status_date", "old": "", "new": "2026-02-01"} in run.rows.get(number=3).changes


@pytest.mark.django_db
def test_a_row_that_only_resembles_the_example_is_judged():
    a_centre("uz-gent")
    rows = [
        SiteSheet.example | {"acronym": "REAL-1"},
        {"centre_code": "uz-gent", "nct_number": "NCT01234567"},
    ]
    run = planned(a_csv(*rows, columns=list(SiteSheet.columns())), user=an_editor())
    assert EXAMPLE not in str(messages(run))


# The page


@pytest.mark.django_db
def test_the_page_offers_both_forms_in_four_languages(client):
    gent = a_centre("uz-gent")
    a_centre("uza"), a_centre("hidden", state="draft")
    client.force_login(a_coordinator(gent))
    page = client.get(reverse("admin:imports_importrun_add")).content.decode()
    xlsx, csv = (reverse("admin:imports_importrun_template", args=["sites", end]) for end in ("xlsx", "csv"))
    for language in LANGUAGE_CODES:
        for address in (xlsx, csv):
            assert f'href="{address}?language={language}"' in page
    answer = client.get(xlsx, {"language": "nl"})
    assert answer["Content-Disposition"] == 'attachment; filename="sites-nl.xlsx"'
    assert rules(opened(answer.content))["centrumcode"][1] == ["uz-gent"]
    assert client.get(csv, {"language": "nl"}).content == SiteSheet.template("nl")
    assert client.get(xlsx, {"language": "xx"}).status_code == 404
    other = reverse("admin:imports_importrun_template", args=["trials", "xlsx"])
    assert client.get(other).status_code == 404
    client.force_login(an_editor())
    assert client.get(other).status_code == 200
    assert rules(opened(client.get(xlsx).content))["centre_code"][1] == ["hidden", "uz-gent", "uza"]


def test_making_a_template_leaves_the_language_as_it_was():
    with translation.override("en"):
        template(SiteSheet, "de")
        assert translation.get_language() == "en"
