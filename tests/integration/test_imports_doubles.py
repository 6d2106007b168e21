"""Rows about the same record: one that is refused for a reason of its own holds no other back."""

import itertools

import pytest
from django.urls import reverse

from centres.models import Affiliation, Centre, Membership, Professional
from directory.imports import actions
from directory.imports.apply import apply_run
from tests.builders import a_centre, a_professional, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db

TRIAL = {"acronym": "T1", "title": "A title of a trial"}
SITE = {"centre_code": "uz-gent", "acronym": "A"}
CENTRE = {"code": "uz-gent", "name_en": "Ghent"}
MEMBER = {"network": "net", "network_name": "Net", "centre": "uz-gent", "since": "2020-01-01"}
NCT = {"NCT Number": "NCT01234567", "Study Title": "A title of a study", "Study Status": "COMPLETED"}
# Of each kind: a good row, and others about the same record that are refused, each for another reason.
KINDS = {
    "sites": (SITE | {"status": "suspended"}, [
        {"status": "sometimes"}, {"status": "recruiting", "status_date": "2099-01-01"},
        {"status": "recruiting", "contact_email": "x@example.org"}, {"status_date": "2026-01-01"},
        {"url": "nowhere"},
    ]),
    "sites of a new trial": (SITE | {"acronym": "NEW", "title": "Right", "status": "suspended"}, [
        {"acronym": "NEW", "title": "Wrong", "status": "sometimes"},
        {"acronym": "NEW", "title": "Wrong", "status": "recruiting", "status_date": "2099-01-01"},
        {"acronym": "NEW", "title": "Wrong", "contact_email": "x@example.org"},
    ]),
    "trials": (TRIAL | {"sponsor": "Right"}, [
        {"sponsor": "Wrong", "age_min": "20", "age_max": "2"}, {"sponsor": "Wrong", "status": "sometimes"},
        {"sponsor": "Wrong", "parent": "NOBODY"}, {"sponsor": "Wrong", "parent": "T1"},
    ]),
    "trials that are known": ({"acronym": "A", "sponsor": "Right"}, [
        {"acronym": "A", "age_min": "20", "age_max": "2"}, {"acronym": "A", "parent": "A"},
    ]),
    "centres": (CENTRE | {"city": "Right", "aliases": "one"}, [
        {"city": "Wrong", "latitude": "95"}, {"city": "Wrong", "email": "nobody", "aliases": "one"},
        {"city": "Wrong", "aliases": "taken"},
    ]),
    "networks": (MEMBER | {"until": "2021-01-01"}, [
        {"until": "2019-01-01", "network_name": "Wrong"}, {"until": "some day"},
    ]),
    "ctgov_csv": (NCT | {"Sponsor": "Right"}, [{"Sponsor": "Wrong", "Study Status": "SOMETIMES"}]),
}  # fmt: skip
BASES = {"sites": SITE, "trials": TRIAL, "centres": CENTRE, "networks": MEMBER, "ctgov_csv": NCT}


def cases():
    for name, (good, bad) in KINDS.items():
        kind = name.split()[0]
        for number, (one, first) in enumerate(itertools.product(bad, ("good first", "bad first"))):
            yield pytest.param(kind, good, BASES[kind] | one, first, id=f"{name} {number // 2} {first}")


@pytest.fixture
def world():
    gent = a_centre("uz-gent", aliases=["two"])
    a_centre("uza", aliases=["taken"])
    a_trial("A", slug="a")
    return gent


@pytest.mark.parametrize(("kind", "good", "bad", "first"), [*cases()])
def test_the_good_row_is_taken_as_if_the_other_were_not_there(world, kind, good, bad, first):
    rows = [good, bad] if first == "good first" else [bad, good]
    columns = list(dict.fromkeys([*good, *bad]))
    alone = planned(a_csv(good, columns=columns), kind=kind, user=an_editor(), name="alone.csv")
    [expected] = alone.rows.values_list("outcome", "record", "changes")
    run = applied(a_csv(*rows, columns=columns), kind=kind, user=an_editor())
    number = 2 + rows.index(good)
    assert outcomes(run) == {number: expected[0], 5 - number: "invalid"}
    assert expected[0] in ("new", "update")
    assert run.rows.values_list("outcome", "record", "changes").get(number=number) == expected
    for model in (Trial, TrialSite, Centre, Membership):
        assert "Wrong" not in str(model.snapshots(list(model.objects.values_list("pk", flat=True))))


@pytest.mark.parametrize("name", KINDS)
def test_two_good_rows_that_contradict_each_other_are_both_refused(world, name):
    good, _bad = KINDS[name]
    kind = name.split()[0]
    column = {"centres": "city", "networks": "until", "ctgov_csv": "Sponsor", "trials": "sponsor"}
    other = good | {
        column.get(kind, "status"): {"networks": "2022-01-01", "sites": "completed"}.get(kind, "B")
    }
    run = planned(a_csv(good, other), kind=kind, user=an_editor())
    assert outcomes(run) == {2: "duplicate", 3: "duplicate"}
    assert not any(run.rows.values_list("changes", flat=True))


@pytest.mark.parametrize(
    "again",
    [
        {"acronym": "a", "status": "opgeschort", "status_date": "01/06/2026"},
        {"nct_number": "NCT01234567", "status": "suspended", "status_date": "2026-06-01"},
        {"centre_code": "UZ-GENT", "acronym": "A", "status": "on hold", "status_date": "1 juni 2026"},
    ],
)
def test_two_rows_that_say_the_same_in_other_writing_are_one(world, again):
    Trial.objects.get().identifiers.create(scheme="nct", value="NCT01234567")
    row = SITE | {"status": "suspended", "status_date": "2026-06-01"}
    columns = [*row, "nct_number"]
    run = planned(a_csv(row, {"centre_code": "uz-gent"} | again, columns=columns), user=an_editor())
    assert outcomes(run) == {2: "new", 3: "duplicate"}
    assert messages(run)[-1].endswith("The same as row 2 (a@uz-gent), which is used.")


def test_a_row_like_one_that_is_held_back_is_not_said_to_be_taken(world):
    a_trial("iEuroEwing", slug="ieuroewing")
    near = SITE | {"acronym": "iEuroEwng", "status": "suspended"}
    run = planned(a_csv(near, near), user=an_editor())
    assert outcomes(run) == {2: "duplicate", 3: "duplicate"}
    assert "The same as row 2 (ieuroewng@uz-gent): what becomes of that row is" in messages(run)[-1]


def test_a_row_that_is_refused_is_not_said_to_become_a_draft(world):
    rows = [
        SITE | {"acronym": "NEW-1", "status": "sometimes"},
        SITE | {"acronym": "NEW-2", "title": "one"},
        SITE | {"acronym": "NEW-2", "title": "two"},
    ]
    run = planned(a_csv(*rows, columns=["centre_code", "acronym", "title", "status"]), user=an_editor())
    assert outcomes(run) == {2: "invalid", 3: "duplicate", 4: "duplicate"}
    assert {"2 acronym: “NEW-1” is not a known trial.", "3 acronym: “NEW-2” is not a known trial."} <= {
        *messages(run)
    }
    assert not any("a draft is made" in said for said in messages(run))


def test_what_is_told_of_a_number_stands_at_the_column_that_has_it(world):
    Trial.objects.get().identifiers.create(scheme="eudract", value="2018-000515-24")
    number = {"eu_ct_number": "2018-000515-24"}
    rows = [
        {"centre_code": "uz-gent", "eu_ct_number": "2022-501454-11-00", "status": "suspended"},
        {"centre_code": "uz-gent", "status": "suspended"} | number,
        {"centre_code": "uz-gent", "acronym": "A", "status": "completed"},
    ]
    columns = ["centre_code", "nct_number", "eu_ct_number", "acronym", "status"]
    run = planned(a_csv(*rows, columns=columns), user=an_editor())
    assert outcomes(run) == {2: "new", 3: "duplicate", 4: "duplicate"}
    for row in run.rows.filter(number__lt=4):
        assert {said["column"] for said in row.messages} == {"eu_ct_number"}


def test_a_name_or_an_alias_of_a_refused_row_is_free_for_another(world):
    rows = [
        CENTRE | {"aliases": "mine", "latitude": "95"},
        {"code": "uza", "name_en": "A", "aliases": "mine"},
    ]
    assert outcomes(planned(a_csv(*rows), kind="centres", user=an_editor())) == {2: "invalid", 3: "update"}
    rows = [MEMBER | {"until": "2019-01-01"}, MEMBER | {"centre": "uza", "network_name": "Another"}]
    assert outcomes(planned(a_csv(*rows), kind="networks", user=an_editor())) == {2: "invalid", 3: "new"}


@pytest.mark.parametrize("why", ["contradicted", "left out"])
def test_what_a_row_that_is_not_stored_says_of_a_person_is_not_stored_by_another(world, why):
    a_trial("B", slug="b"), a_trial("C", slug="c")
    person, other = (a_professional(name, email=f"{name}@example.org") for name in ("one", "two"))
    for one in (person, other):
        Affiliation.objects.create(professional=one, centre=world, function="trial contact")
    wrong = SITE | {"contact_name": "one", "contact_phone": "+3290000001", "pi_name": "new one"}
    rows = [
        wrong,
        SITE | {"acronym": "B", "contact_name": "one", "consent_to_publish": "yes"},
        SITE | {"acronym": "C", "contact_name": "two", "contact_phone": "+3290000002"},
    ]
    if why == "contradicted":
        rows.insert(1, wrong | {"contact_phone": "+3290000003"})
    user = an_editor()
    run = planned(a_csv(*rows), user=user)
    if why == "left out":
        actions.decide(run=run, user=user, decision="leave", numbers=[2])
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    person.refresh_from_db(), other.refresh_from_db(), run.refresh_from_db()
    assert run.status == "applied"
    assert (person.phone, person.may_be_published, other.phone) == ("", True, "+3290000002")
    assert not Professional.objects.filter(name="new one").exists()


def test_the_page_of_a_plan_with_such_rows_opens(world, admin_client):
    good, bad = KINDS["sites"]
    run = planned(a_csv(good, SITE | bad[0]), user=an_editor())
    assert admin_client.get(reverse("admin:imports_importrun_change", args=[run.pk])).status_code == 200
