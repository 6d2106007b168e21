"""What a coordinator sees is the same whether the editors have a draft of that name or number, or not."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import QueryDict

from directory.api.v1.imports import row_body
from directory.core import changes
from directory.imports import actions, report
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.imports.plan import plan_run
from directory.imports.plan_page import PlanPage
from directory.partners import keys
from directory.search import service
from tests.builders import a_centre, a_coordinator, a_professional, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import Trial, TrialIdentifier, TrialSite

pytestmark = pytest.mark.django_db

NUMBERS = ["NCT07777777", "2029-577777-11-00"]
ROW = {"centre_code": "uz-gent", "status": "recruiting"}
SHEETS = {
    "acronym": [{"acronym": "SECRET7"}],
    "as the slug is written": [{"acronym": "secret7"}],
    "number": [{"nct_number": "NCT07777777"}],
    "number and another acronym": [{"nct_number": "NCT07777777", "acronym": "Mine"}],
    "number and an acronym that is listed": [{"nct_number": "NCT07777777", "acronym": "OPEN"}],
    "acronym and another number": [{"acronym": "SECRET7", "nct_number": "NCT00000001"}],
    "numbers of two drafts": [{"nct_number": "NCT07777777; NCT06666666"}],
    "an acronym of two drafts": [{"acronym": "TWICE"}],
    "nearly": [{"acronym": "SECRET"}, {"acronym": "SECRET8"}],
    "two names of one": [
        {"acronym": "SECRET7"},
        {"nct_number": "NCT07777777", "url": "https://example.org/"},
    ],
    "the same twice": [{"acronym": "SECRET7"}, {"acronym": "SECRET7"}],
    "contradicting rows": [{"acronym": "SECRET7"}, {"acronym": "SECRET7", "status": "suspended"}],
    "with all that is known": [
        {"acronym": "SECRET7", "title": "My title", "phase": "2", "disease": "x", "contact_name": "Demo"}
    ],
    "older than what the editors know": [{"acronym": "SECRET7", "status_date": "2020-01-05"}],
    "a person with it": [{"acronym": "SECRET7", "contact_name": "Demo", "consent_to_publish": "yes"}],
    "an old export": [{"acronym": "secret7", "record_version": "1"}],
}


def coordinator_of(centre):
    return {"user": a_coordinator(centre)}


def key_of(centre):
    key, _text = keys.make(name="Hospital", scopes=["imports"], centre=centre, by=changes.SYSTEM)
    return {"user": key.user, "centre": centre}


def the_secrets(gent, other):
    """Drafts of the editors, one with a site at our own centre, and one that was withdrawn."""
    person = a_professional("Canary Person", email="canary@example.org")
    secret = a_trial("SECRET7", slug="secret7", state="draft", at=[other], identifiers=NUMBERS)
    a_site(
        secret, gent, status="suspended", said=40, url="https://canary.example.org/", contact_person=person
    )
    a_trial("TWICE", slug="twice", state="draft"), a_trial("Twice", slug="twice-2", state="draft")
    a_trial("SECRETGONE", slug="secretgone", state="withdrawn", identifiers=["NCT06666666"])


@pytest.fixture
def world():
    gent, other = a_centre("uz-gent"), a_centre("uza")
    a_trial("OPEN", slug="open", identifiers=["NCT04444444"])
    return gent, other


def read(run: ImportRun, number=None) -> list:
    """Everything that whoever handed in the sheet can read of it, without the numbers of runs."""
    page = PlanPage(run, QueryDict(), run.created_by)
    about = [run.status, run.counts, run.stored, run.taken, run.problems, run.warnings, run.questions]
    shown = [
        (one.record_name, one.record_url, one.differences, one.said, one.may_be_decided) for one in page.page
    ]
    source = report._source(run)
    pages = report._pages(run, source, only_bad=False)
    cells = [(line.number, line.cells) for line in pages[0].lines]
    source.close()
    found = [*about, *(row_body(one).decode() for one in run.rows.all()), *shown, *cells]
    return [str(one).replace(f"import {number}", "import N") for one in found]


def told_of(rows, who) -> list:
    """What is read of the plan, of what is stored, of the undo and its effect, and of the sheet again."""
    sheet = a_csv(*(ROW | row for row in rows))
    run = planned(sheet, **who)
    found = [read(run)]
    if run.status != "planned":
        return found
    _apply(run)
    again = planned(a_csv(*(ROW | row for row in rows)) + b"\n", **who)
    found += [read(run), read(again, run.pk)]
    undo = actions.undo(run=run, user=who["user"], queue=False)
    plan_run(undo)
    undo.refresh_from_db()
    page = PlanPage(undo, QueryDict(), undo.created_by).page
    shown = [(one.outcome, one.values, [said["label"] for said in one.differences]) for one in page]
    return [*found, undo.status, undo.warnings, undo.counts, undo.rows_total, shown]


def _apply(run):
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied", run.problems


@pytest.mark.parametrize("who", [coordinator_of, key_of])
@pytest.mark.parametrize("name", SHEETS)
def test_nothing_that_is_read_depends_on_a_hidden_trial(world, who, name):
    told, who = [], who(world[0])
    for with_secrets in (False, True):
        with transaction.atomic():
            if with_secrets:
                the_secrets(*world)
            told.append(told_of(SHEETS[name], who))
            transaction.set_rollback(True)
    assert told[0] == told[1]
    assert "canary" not in str(told[1]).casefold()


def test_no_trial_is_stored_twice_and_the_site_is_there_for_the_editors(world):
    the_secrets(*world)
    gent, _other = world
    before = {trial.pk: Trial.snapshots([trial.pk]) for trial in Trial.objects.all()}
    for name in (
        "acronym",
        "number",
        "an acronym of two drafts",
        "numbers of two drafts",
        "two names of one",
    ):
        applied(a_csv(*(ROW | row for row in SHEETS[name])), user=a_coordinator(gent), name=f"{name}.csv")
        applied(a_csv(*(ROW | row for row in SHEETS[name])), user=a_coordinator(gent), name=f"{name}.csv")
    assert {trial.pk: Trial.snapshots([trial.pk]) for trial in Trial.objects.all()} == before
    site = TrialSite.objects.get(trial__slug="secret7", centre=gent)
    assert (site.status, site.verified_by) == ("recruiting", "coordinator")
    assert site.url == "https://example.org/"


def test_another_number_is_another_trial_until_an_editor_says_otherwise(world):
    the_secrets(*world)
    applied(a_csv(*(ROW | row for row in SHEETS["acronym and another number"])), user=a_coordinator(world[0]))
    assert TrialIdentifier.objects.get(value="NCT00000001").trial.slug != "secret7"


def test_what_went_to_the_editors_before_is_unchanged_until_the_row_says_something_else(world):
    user = a_coordinator(world[0])
    first = applied(a_csv(ROW | {"acronym": "NEW1"}), user=user)
    again = applied(a_csv(ROW | {"acronym": "NEW1"}), user=user)
    assert (outcomes(again), again.has_stored_nothing) == ({2: "unchanged"}, True)
    assert f"This went to the editors with import {first.pk} on " in messages(again)[0]
    other = applied(a_csv(ROW | {"acronym": "NEW1", "status": "suspended"}), user=user)
    assert outcomes(other) == {2: "new"}
    assert TrialSite.objects.get().status == "suspended"
    assert Trial.objects.filter(acronym="NEW1").count() == 1
    somebody_else = planned(a_csv(ROW | {"acronym": "NEW1"}), user=a_coordinator(world[0]))
    assert outcomes(somebody_else) == {2: "new"}


def test_an_editor_is_told_all_and_undoes_all(world):
    the_secrets(*world)
    editor = an_editor()
    assert planned(a_csv(ROW | {"acronym": "SECRET7"}), user=editor).rows.get().record == "secret7@uz-gent"
    run = applied(a_csv(ROW | {"acronym": "NEW1"}), user=a_coordinator(world[0]))
    undo = actions.undo(run=run, user=editor, queue=False)
    plan_run(undo)
    assert set(undo.rows.values_list("record", flat=True)) == {"new1", "new1@uz-gent"}
    assert undo.warnings == []
    with pytest.raises(PermissionDenied):
        actions.undo(run=run, user=a_coordinator(world[1]), queue=False)


def test_what_went_to_the_editors_is_not_the_coordinator_s_to_undo(world):
    user = a_coordinator(world[0])
    run = applied(a_csv(ROW | {"acronym": "NEW1"}, ROW | {"acronym": "OPEN"}), user=user)
    undo = actions.undo(run=run, user=user, queue=False)
    plan_run(undo)
    undo.refresh_from_db()
    assert list(undo.rows.values_list("record", flat=True)) == ["open@uz-gent"]
    assert [one["code"] for one in undo.warnings] == ["with_editors"]


def test_a_centre_that_is_not_listed_reads_as_unknown(world):
    user, told = a_coordinator(world[0]), []
    for with_secret in (False, True):
        with transaction.atomic():
            if with_secret:
                a_centre("canary-centre", name="Canary Hospital", state="draft", aliases=["Canaryziekenhuis"])
            rows = [
                {"centre_code": text, "acronym": "OPEN", "Onbekend": text}
                for text in ("canary-centre", "Canary Hospital", "Canaryziekenhuis")
            ]
            run = planned(a_csv(*rows), user=user)
            told.append(read(run))
            transaction.set_rollback(True)
    assert told[0] == told[1]


@pytest.mark.parametrize("address", ["/api/v1/trials/{}/", "/en/trials/{}/"])
def test_a_hidden_trial_is_not_found_in_the_words_of_one_that_is_not_there(world, client, index_dir, address):
    said = []
    for with_secrets in (False, True):
        if with_secrets:
            the_secrets(*world)
        service.rebuild()
        answers = [client.get(address.format(name)) for name in ("secret7", *NUMBERS)]
        said.append([(one.status_code, one.content.count(b"canary")) for one in answers])
    assert said[0] == said[1] == [(404, 0)] * 3
