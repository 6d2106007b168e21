"""How the plan of an undo reads: headers, names, words and days, in the reader's language."""

import re

import pytest
from django.db.models import DateField
from django.http import QueryDict
from django.utils import timezone, translation

from centres.models import Professional
from directory.core import changes
from directory.imports import actions, kinds
from directory.imports.plan import plan_run
from directory.imports.plan_page import PlanPage
from directory.imports.undo import plan_text
from directory.records import all_records
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied
from trials.choices import Recruitment
from trials.sheets import SiteSheet

pytestmark = pytest.mark.django_db
SITE = {"centre_code": "uz-gent", "acronym": "A", "status": "recruiting"}


@pytest.fixture
def editor():
    return an_editor()


@pytest.fixture
def gent():
    return a_centre("uz-gent")


def reverse_of(run, user):
    """The undo of `run`, planned."""
    found = actions.undo(run=run, user=user, queue=False)
    plan_run(found)
    found.refresh_from_db()
    return found


def page_of(plan, language="en"):
    """The rows of a plan as its page shows them."""
    with translation.override(language):
        return list(PlanPage(plan, QueryDict(), plan.created_by).page.object_list)


def differences(rows, kind):
    return {
        one["label"]: (one["old"], one["new"])
        for row in rows
        if row.values["kind"] == kind
        for one in row.differences
    }


@pytest.fixture
def plan_of_a_site(editor, gent):
    a_site(a_trial("A", slug="a"), gent, status="suspended", said=30)
    row = SITE | {
        "contact_name": "Demo Person", "contact_email": "demo@example.org", "start_date": "2026-05",
        "consent_to_publish": "yes", "status_date": timezone.localdate().isoformat(),
    }  # fmt: skip
    return reverse_of(applied(a_csv(row), user=editor), editor)


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_an_undo_s_plan_reads_in_headers_names_and_words(plan_of_a_site, language):
    site = differences(page_of(plan_of_a_site, language), "site")
    header = SiteSheet.columns()["contact_name"].header(language)
    with translation.override(language):
        said = tuple(str(Recruitment(one).label) for one in ("recruiting", "suspended"))
    assert site[header] == ("Demo Person", "")
    assert site[SiteSheet.columns()["status"].header(language)] == said
    assert site[SiteSheet.columns()["start_date"].header(language)] == ("05/2026", "")
    today = timezone.localdate()
    assert site[SiteSheet.columns()["status_date"].header(language)][0] == f"{today:%d/%m/%Y}"


def test_an_undo_s_plan_names_records_and_not_their_numbers(plan_of_a_site):
    rows = page_of(plan_of_a_site)
    assert {row.record_name for row in rows} == {
        "Trial site: A · Hospital uz-gent",
        "Professional: Demo Person",
        "Affiliation: Demo Person · Hospital uz-gent",
    }
    for row in rows:
        for one in row.differences:
            assert not {str(one["old"]), str(one["new"])} & {"recruiting", "suspended", "yes", "a@uz-gent"}
            assert not re.search(r"\d{4}-\d\d", f"{one['old']} {one['new']}")
            assert not str(one["old"]).isdecimal()


@pytest.mark.parametrize("kind", all_records())
def test_each_field_of_each_record_has_a_name_and_a_text(kind):
    """Whatever the change log keeps of a record, an undo shows it without a code or an underscore."""
    columns = {one.attname for one in all_records()[kind].model._meta.concrete_fields}
    rows = kinds.of_record(kind)
    sheet = rows.sheet.columns() if rows else {}
    for name in (columns | all_records()[kind].beside) - {"id", "updated_at", "created_at"}:
        with translation.override("nl"):
            label = plan_text.field_label(kind, name)
        assert label
        assert "_" not in label or label in sheet, (name, label)
    for field in all_records()[kind].model._meta.concrete_fields:
        for word, shown in getattr(field, "flatchoices", None) or ():
            assert word == "" or plan_text.reads(kind, field.attname, word, {}) == str(shown)
        for word, shown in getattr(getattr(field, "words", None), "choices", ()):
            assert plan_text.reads(kind, field.attname, word, {}) == str(shown)
        if isinstance(field, DateField):
            assert plan_text.reads(kind, field.attname, "2026-04-03", {}) == "03/04/2026"


def test_a_person_whom_the_reader_may_not_see_is_not_named(plan_of_a_site):
    change = {"field": "contact_person_id", "old": str(Professional.objects.get().pk), "new": ""}
    stranger = a_coordinator(a_centre("uza"))
    Professional.objects.update(consent_given_on=None)
    names = plan_text.mentioned("site", [change], stranger)
    assert plan_text.difference("site", change, "", names)["old"] == "a person"


def test_what_was_edited_since_is_told_by_the_sheet_s_headers(editor, gent):
    trial = a_trial("OLD", slug="old", opened_in_belgium="")
    run = applied(a_csv({"acronym": "OLD", "opened_in_belgium": "2026-05"}), kind="trials", user=editor)
    with changes.recording(changes.Actor.of(editor)) as log:
        trial.refresh_from_db()
        log.watch(trial)
        trial.opened_in_belgium = "2026-06"
        trial.save()
    with translation.override("fr"):
        plan = reverse_of(run, editor)
    assert "ouvert en Belgique" in plan.rows.get().messages[0]["message"]
