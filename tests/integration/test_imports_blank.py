"""Empty cells: they keep what is stored, or clear it where a person says so; some never clear anything."""

import pytest
from django.urls import reverse

from centres.models import Affiliation, Centre, CentreAlias, Membership, Professional
from directory.core import changes
from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.imports.plan import plan_run
from tests.builders import a_centre, a_coordinator, a_network, a_professional, a_site, a_trial, an_editor
from tests.sheets import a_csv, a_file, a_workbook, applied, messages, planned
from trials.models import Trial, TrialSite
from trials.sheets import SiteSheet

pytestmark = pytest.mark.django_db
CLEAR = {"blank": "clear"}


@pytest.fixture
def gent():
    return a_centre("uz-gent", city="Gent", phone="+3293322111", languages=["nl"], aliases=["UZG", "Gent"])


@pytest.fixture
def site(gent):
    parent = a_trial("Parent")
    trial = a_trial(
        "A", slug="a", identifiers=["NCT00000001"], conditions=["Ia"], phases=["phase1"], min_days=0,
        max_days=700, parent=parent, sponsor="Hospital",
    )  # fmt: skip
    people = [a_professional("One", consent=True, email="one@example.org"), a_professional("Two")]
    for person in people:
        Affiliation.objects.create(professional=person, centre=gent)
    return a_site(
        trial, gent, said=9, opened_on="2025", url="https://example.org", contact_person=people[0],
        investigator=people[1],
    )  # fmt: skip


def question(run):
    [found] = [one for one in run.questions if one["key"] == "blank"]
    return found


def changed(run):
    return {one["field"]: (one["old"], one["new"]) for row in run.rows.all() for one in row.changes}


def answered(run, value):
    """The plan after its question was answered."""
    actions.answer(run=run, user=run.created_by, answers={"blank": value}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    return run


CENTRE = {
    "code": "uz-gent",
    "street": "New street 1",
    "city": "",
    "phone": "",
    "languages": "",
    "aliases": "",
}


def test_by_itself_an_empty_cell_keeps_what_is_stored(gent):
    run = applied(a_csv(CENTRE), kind="centres", user=an_editor())
    assert changed(run) == {"street": ("", "New street 1")}
    assert Centre.objects.get().city == "Gent"


def test_the_plan_asks_what_they_mean_and_how_many_there_are(gent):
    asked = question(planned(a_csv(CENTRE), kind="centres", user=an_editor()))
    assert (asked["code"], asked["needed"], asked["suggested"]) == ("blank", False, "keep")
    assert asked["message"] == (
        "4 cells are empty where values are stored (city: 1, phone: 1, languages: 1, aliases: 1). "
        "What does that mean?"
    )
    keep, clear = asked["options"]
    assert (keep["value"], clear["value"], clear["reason"]) == (
        "keep",
        "clear",
        "4 stored values would be cleared.",
    )


@pytest.mark.parametrize("as_file", [a_csv, a_workbook])
def test_answered_they_clear_what_is_stored(gent, as_file):
    name = "c.xlsx" if as_file is a_workbook else "c.csv"
    run = planned(as_file(CENTRE), kind="centres", user=an_editor(), name=name)
    run = answered(run, "clear")
    assert question(run)["params"]["number"] == 4
    assert changed(run) == {
        "street": ("", "New street 1"), "city": ("Gent", ""), "phone": ("+3293322111", ""),
        "languages": ("nl", ""), "aliases": ("UZG; Gent", ""),
    }  # fmt: skip
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    centre = Centre.objects.get()
    assert (centre.city, centre.phone, centre.languages) == ("", "", [])
    assert not CentreAlias.objects.exists()
    [change] = Change.objects.filter(kind="centre")
    assert {name for name, _old, _new in change.fields()} == {
        "street",
        "city",
        "phone",
        "languages",
        "aliases",
    }


def test_answered_they_keep_it_again(gent):
    run = answered(planned(a_csv(CENTRE), kind="centres", user=an_editor()), "clear")
    assert changed(answered(run, "keep")) == {"street": ("", "New street 1")}


def test_what_names_a_record_or_must_be_there_is_never_cleared(gent, site):
    user = an_editor()
    cells = {"code": "uz-gent", "name_en": "", "country": ""}
    run = planned(a_csv(cells), kind="centres", user=user, choices=CLEAR)
    assert (run.status, run.questions) == ("applied", [])
    trial = {
        "acronym": "",
        "nct_number": "NCT00000001",
        "title": "",
        "eu_ct_number": "",
        "status": "",
        "sex": "",
    }
    run = planned(a_csv(trial), kind="trials", user=user, choices=CLEAR)
    assert (run.status, run.questions, changed(run)) == ("applied", [], {})


def test_a_column_that_is_not_in_the_sheet_clears_nothing(gent):
    run = planned(a_csv({"code": "uz-gent", "city": ""}), kind="centres", user=an_editor(), choices=CLEAR)
    assert changed(run) == {"city": ("Gent", "")}


def test_a_trial_s_lists_numbers_and_parent_are_cleared(site):
    names = ("conditions", "phase", "age_min", "age_max", "parent", "sponsor")
    cells = {"acronym": "A", "nct_number": ""} | dict.fromkeys(names, "")
    run = applied(a_csv(cells), kind="trials", user=an_editor(), choices=CLEAR)
    assert changed(run) == {
        "conditions": ("Ia", ""), "phase": ("phase1", ""), "age_min": ("0 years", ""),
        "age_max": ("700 days", ""), "parent": ("Parent", ""), "sponsor": ("Hospital", ""),
    }  # fmt: skip
    trial = Trial.objects.get(slug="a")
    assert (trial.phases, trial.min_days, trial.max_days, trial.parent, trial.sponsor) == (
        [],
        None,
        None,
        None,
        "",
    )
    assert not trial.conditions.exists()
    assert trial.identifiers.count() == 1


def test_a_membership_s_end_and_care_are_cleared_its_role_is_its_name(gent):
    a_network("net", members=[(gent, "reference")])
    Membership.objects.update(care=["radiotherapy"], until="2030-01-01")
    cells = {
        "network": "net",
        "network_name": "",
        "centre": "uz-gent",
        "role": "reference",
        "until": "",
        "care": "",
    }
    run = applied(a_csv(cells), kind="networks", user=an_editor(), choices=CLEAR)
    assert changed(run) == {"until": ("2030-01-01", ""), "care": ("radiotherapy", "")}
    assert list(Membership.objects.values_list("until", "care", "role")) == [(None, [], "reference")]


SITE = dict.fromkeys(SiteSheet.columns(), "") | {"centre_code": "uz-gent", "acronym": "A"}


def test_a_site_loses_its_people_but_people_keep_what_is_theirs(site):
    run = applied(a_csv(SITE), user=an_editor(), choices=CLEAR)
    assert changed(run) == {
        "start_date": ("2025", ""), "url": ("https://example.org", ""), "contact_name": ("One", ""),
        "pi_name": ("Two", ""),
    }  # fmt: skip
    stored = TrialSite.objects.get()
    assert (stored.contact_person, stored.investigator, stored.url, stored.status) == (
        None,
        None,
        "",
        "recruiting",
    )
    one = Professional.objects.get(name="One")
    assert (one.email, one.may_be_published) == ("one@example.org", True)


@pytest.mark.parametrize("said", [{"contact_email": "new@example.org"}, {"consent_to_publish": "no"}])
def test_a_row_that_speaks_of_the_contact_does_not_remove_them(site, said):
    run = planned(a_csv(SITE | said), user=an_editor(), choices=CLEAR)
    assert "contact_name" not in changed(run)


def test_a_coordinator_does_not_clear_whom_they_are_not_shown(gent, site):
    Affiliation.objects.filter(professional__name="One").delete()
    run = planned(a_csv(SITE), user=a_coordinator(gent), choices=CLEAR)
    assert "pi_name" in changed(run)
    assert "contact_name" not in changed(run)
    assert "One" not in str(messages(run)) + str(changed(run))


def test_a_row_that_is_refused_is_not_counted(gent):
    rows = [CENTRE, {"code": "new", "city": ""}, CENTRE | {"code": "uza", "phone": "x"}]
    a_centre("uza")
    asked = question(planned(a_csv(*rows), kind="centres", user=an_editor()))
    assert asked["params"]["number"] == 4


def test_a_plan_with_nothing_else_ends_by_itself_and_still_says_what_it_kept(gent):
    seq = changes.last_seq()
    run = planned(a_csv({"code": "uz-gent", "city": ""}), kind="centres", user=an_editor())
    assert run.has_stored_nothing
    assert question(run)["params"] == {"number": 1, "columns": {"city": 1}}
    assert changes.last_seq() == seq


def test_it_may_be_said_when_the_sheet_is_handed_in(client, gent):
    user = an_editor()
    client.force_login(user)
    content = a_csv({"code": "uz-gent", "city": ""})
    address = reverse("admin:imports_importrun_add")
    assert "Empty cells" in client.get(address).content.decode()
    for form in ({}, {"blank": "clear"}):
        client.post(address, {"kind": "centres", "file": a_file(content)} | form)
    run = ImportRun.objects.get()
    assert run.choices == CLEAR
    plan_run(run)
    run.refresh_from_db()
    assert (run.status, changed(run)) == ("planned", {"city": ("Gent", "")})
