"""Contacts and investigators of a sheet: who they are, and that nobody is public without a yes."""

import pytest
from django.utils import timezone

from centres.models import Affiliation, Professional
from directory.core import changes
from directory.imports import actions
from directory.imports.apply import apply_run
from tests.builders import a_centre, a_coordinator, a_professional, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db

ROW = {
    "centre_code": "uz-gent",
    "acronym": "A",
    "contact_name": "Demo Person",
    "contact_email": "demo@example.org",
}


@pytest.fixture
def gent():
    centre = a_centre("uz-gent")
    a_trial("A", slug="a"), a_trial("B", slug="b")
    return centre


def works_at(person, centre, function="trial contact"):
    Affiliation.objects.create(professional=person, centre=centre, function=function)
    return person


def test_contact_and_investigator_are_made_with_their_affiliations(gent):
    row = ROW | {"contact_phone": "09 332 21 11", "pi_name": "Prof. Invented"}
    run = applied(a_csv(row), user=an_editor())
    site = TrialSite.objects.get()
    assert (site.contact_person.name, site.contact_person.phone) == ("Demo Person", "+3293322111")
    assert site.investigator.name == "Prof. Invented"
    assert set(Affiliation.objects.values_list("professional__name", "function")) == {
        ("Demo Person", "trial contact"), ("Prof. Invented", "principal investigator"),
    }  # fmt: skip
    assert run.stored["professional"] == {"create": 2, "update": 0}
    assert changes.history("professional", str(site.contact_person.pk)).get().run == run.pk


@pytest.mark.parametrize("cell", ["", "no", "nee", "NON"])
def test_without_an_explicit_yes_nobody_is_public(gent, cell):
    applied(a_csv(ROW | {"consent_to_publish": cell, "pi_name": "Prof. Invented"}), user=an_editor())
    assert Professional.objects.count() == 2
    assert not Professional.objects.publishable().exists()


def test_an_explicit_yes_is_recorded_with_day_role_and_evidence(gent):
    row = ROW | {"consent_to_publish": "Oui", "pi_name": "Prof. Invented"}
    applied(a_csv(row), user=a_coordinator(gent), name="ours.csv")
    person = Professional.objects.publishable().get()
    assert (person.name, person.consent_given_on) == ("Demo Person", timezone.localdate())
    assert (person.consent_recorded_by, person.consent_evidence) == ("coordinator", "row 2 of ours.csv")


def test_a_yes_that_is_no_yes_is_refused(gent):
    run = applied(a_csv(ROW | {"consent_to_publish": "perhaps"}), user=an_editor())
    assert outcomes(run) == {2: "invalid"}
    assert not Professional.objects.exists()


def test_a_no_withdraws_and_no_sheet_gives_it_back(gent):
    user = a_coordinator(gent)
    applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="1.csv")
    run = applied(a_csv(ROW | {"consent_to_publish": "no"}), user=user, name="2.csv")
    assert {one["field"] for one in run.rows.get().changes} == {"consent_to_publish"}
    assert not Professional.objects.publishable().exists()
    run = applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="3.csv")
    assert outcomes(run) == {2: "unchanged"}
    assert "was withdrawn. A sheet does not renew it" in messages(run)[0]
    assert not Professional.objects.publishable().exists()


def test_one_no_in_a_sheet_outweighs_a_yes_in_another_row(gent):
    rows = [ROW | {"consent_to_publish": "no"}, ROW | {"acronym": "B", "consent_to_publish": "yes"}]
    applied(a_csv(*rows), user=an_editor())
    assert Professional.objects.count() == 1
    assert not Professional.objects.publishable().exists()


def test_a_person_is_one_record_by_address_and_name_or_by_name_at_the_centre(gent):
    rows = [ROW, ROW | {"acronym": "B", "contact_name": "demo  PERSON", "contact_email": ""}]
    applied(a_csv(*rows), user=an_editor())
    assert Professional.objects.count() == 1
    assert TrialSite.objects.filter(contact_person__name="Demo Person").count() == 2


def test_a_new_address_of_a_known_person_is_an_update_shown_field_by_field(gent):
    works_at(a_professional("Demo Person", email="old@example.org"), gent)
    run = applied(a_csv(ROW), user=an_editor())
    assert {
        "field": "contact_email",
        "old": "old@example.org",
        "new": "demo@example.org",
    } in run.rows.get().changes
    assert Professional.objects.get().email == "demo@example.org"


def test_a_shared_mailbox_does_not_rename_the_person_who_had_it(gent):
    works_at(a_professional("Somebody Else", email="demo@example.org", consent=True), gent)
    applied(a_csv(ROW), user=an_editor())
    assert set(Professional.objects.values_list("name", flat=True)) == {"Somebody Else", "Demo Person"}
    assert TrialSite.objects.get().contact_person.may_be_published is False


def test_an_address_typed_by_a_coordinator_opens_nobody_s_record_elsewhere(gent):
    other = a_centre("uza")
    works_at(
        a_professional("Demo Person", email="demo@example.org", phone="+3238213000", consent=True), other
    )
    run = applied(a_csv(ROW), user=a_coordinator(gent))
    assert Professional.objects.filter(name="Demo Person").count() == 2
    site = TrialSite.objects.get()
    assert (site.contact_person.phone, site.contact_person.may_be_published) == ("", False)
    assert "+3238213000" not in str(list(run.rows.values()))
    assert Affiliation.objects.filter(centre=other).count() == 1


def test_an_address_without_a_name_is_refused_unless_it_is_known(gent):
    nameless = {"centre_code": "uz-gent", "acronym": "A", "contact_email": "demo@example.org"}
    run = planned(a_csv(nameless), user=an_editor())
    assert messages(run) == ["2 contact_email: No name is given with this. Fill in contact_name."]
    works_at(a_professional("Demo Person", email="Demo@example.org"), gent)
    applied(a_csv(nameless), user=an_editor(), name="again.csv")
    assert TrialSite.objects.get().contact_person.name == "Demo Person"


def test_what_a_refused_row_says_of_a_person_does_not_reach_them(gent):
    person = works_at(a_professional("Demo Person", email="right@example.org"), gent)
    rows = [
        ROW | {"contact_email": "wrong@example.org", "status": "sometimes"},
        ROW | {"acronym": "B", "contact_email": "", "contact_phone": "09 332 21 11"},
    ]
    applied(a_csv(*rows), user=an_editor())
    person.refresh_from_db()
    assert (person.email, person.phone) == ("right@example.org", "+3293322111")


def test_a_blank_contact_keeps_the_one_who_is_there(gent):
    site = a_site(a_trial("C", slug="c"), gent, contact_person=a_professional("Stays"))
    applied(a_csv({"centre_code": "uz-gent", "acronym": "C", "url": "https://example.org"}), user=an_editor())
    site.refresh_from_db()
    assert site.contact_person.name == "Stays"


# A consent is for what was known when it was given


@pytest.mark.parametrize(
    "cells",
    [{"contact_email": "private@example.org"}, {"contact_phone": "09 332 21 11"}],
    ids=["mail", "phone"],
)
def test_other_details_without_a_yes_are_taken_and_end_the_consent(gent, cells):
    user = a_coordinator(gent)
    applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="first.csv")
    run = planned(a_csv(ROW | cells), user=user, name="second.csv")
    assert {"field": "consent_to_publish", "old": "yes", "new": ""} in run.rows.get().changes
    assert "the contact is hidden until consent is given again" in messages(run)[0]
    assert Professional.objects.publishable().exists()
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    person = Professional.objects.get()
    assert (person.email, person.phone) in [("private@example.org", ""), ("demo@example.org", "+3293322111")]
    assert (person.may_be_published, person.consent_evidence) == (False, "")
    kept = changes.history("professional", str(person.pk)).latest("seq").before
    assert (kept["consent_evidence"], kept["email"]) == ("row 2 of first.csv", "demo@example.org")


def test_other_details_with_a_yes_renew_the_consent(gent):
    user = a_coordinator(gent)
    applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="first.csv")
    cells = {"contact_email": "new@example.org", "consent_to_publish": "yes"}
    applied(a_csv(ROW | cells), user=user, name="second.csv")
    person = Professional.objects.publishable().get()
    assert (person.email, person.consent_evidence) == ("new@example.org", "row 2 of second.csv")


def test_a_consent_that_ended_is_given_again_by_a_sheet(gent):
    user = a_coordinator(gent)
    applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="1.csv")
    applied(a_csv(ROW | {"contact_phone": "09 332 21 11"}), user=user, name="2.csv")
    assert not Professional.objects.publishable().exists()
    applied(
        a_csv(ROW | {"contact_phone": "09 332 21 11", "consent_to_publish": "yes"}), user=user, name="3.csv"
    )
    assert Professional.objects.publishable().get().phone == "+3293322111"


def test_the_same_address_in_capitals_is_no_other_address(gent):
    user = a_coordinator(gent)
    applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="1.csv")
    applied(a_csv(ROW | {"contact_email": "Demo@Example.org"}), user=user, name="2.csv")
    assert Professional.objects.publishable().exists()


def test_a_consent_that_covers_only_the_contact_is_said_so(gent):
    row = ROW | {"consent_to_publish": "yes", "pi_name": "Prof. Invented"}
    run = planned(a_csv(row), user=a_coordinator(gent))
    assert messages(run)[-1] == (
        "2 consent_to_publish: The consent in this row is for the contact; the investigator (Prof. Invented) "
        "stays hidden."
    )
    alone = planned(
        a_csv(ROW | {"consent_to_publish": "yes", "pi_name": "Demo Person"}), user=a_coordinator(gent)
    )
    assert messages(alone) == []


# A consent is given by name, and through a centre where the person works


@pytest.mark.parametrize("who", [an_editor, "coordinator"])
def test_a_yes_beside_an_address_alone_is_no_consent(gent, who):
    user = a_coordinator(gent) if who == "coordinator" else who()
    works_at(a_professional("Demo Person", email="demo@example.org"), gent)
    nameless = {name: cell for name, cell in ROW.items() if name != "contact_name"}
    run = applied(a_csv(nameless | {"consent_to_publish": "yes"}), user=user)
    assert TrialSite.objects.get().contact_person.name == "Demo Person"
    assert "An address alone gives no consent" in messages(run)[0]
    assert not Professional.objects.publishable().exists()
    applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=user, name="named.csv")
    assert Professional.objects.publishable().exists()


def test_a_yes_beside_nobody_is_said_to_count_for_nobody(gent):
    run = planned(
        a_csv({"centre_code": "uz-gent", "acronym": "A", "consent_to_publish": "yes"}), user=an_editor()
    )
    assert messages(run) == ["2 consent_to_publish: No name is given with this. Fill in contact_name."]


def test_an_editor_s_row_of_a_centre_where_nobody_knows_them_records_no_consent(gent):
    person = works_at(a_professional("Demo Person", email="demo@example.org"), a_centre("uza"))
    run = applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=an_editor())
    assert TrialSite.objects.get().contact_person == person
    assert (
        "We have no record that Demo Person works at uz-gent, so this row records no consent"
        in messages(run)[0]
    )
    assert not Professional.objects.publishable().exists()
    applied(a_csv(ROW | {"consent_to_publish": "no"}), user=an_editor(), name="no.csv")


def test_an_address_alone_means_nobody_of_another_centre(gent):
    works_at(a_professional("Demo Person", email="demo@example.org"), a_centre("uza"))
    mine = works_at(a_professional("Mine", email="mine@example.org"), gent)
    a_site(a_trial("C", slug="c"), gent, contact_person=mine)
    for acronym in ("A", "C"):
        nameless = {"centre_code": "uz-gent", "acronym": acronym, "contact_email": "demo@example.org"}
        run = planned(
            a_csv(nameless | {"consent_to_publish": "yes"}), user=an_editor(), name=acronym + ".csv"
        )
        assert messages(run) == ["2 contact_email: No name is given with this. Fill in contact_name."]


def test_who_worked_at_a_centre_once_gives_no_consent_through_it(gent):
    person = works_at(a_professional("Demo Person", email="demo@example.org"), gent)
    Affiliation.objects.update(until="2020-01-01")
    run = applied(a_csv(ROW | {"consent_to_publish": "yes"}), user=a_coordinator(gent))
    assert "works at uz-gent, so this row records no consent" in messages(run)[0]
    person.refresh_from_db()
    assert not person.may_be_published


@pytest.mark.parametrize("function", ["trial contact", "principal investigator", "nurse"])
@pytest.mark.parametrize("column", ["contact_name", "pi_name"])
def test_who_left_a_centre_is_not_brought_back_by_naming_them_twice(gent, column, function):
    person = a_professional("Demo Person", email="demo@example.org", phone="+3216000000")
    works_at(person, gent, function)
    Affiliation.objects.update(until="2020-01-01")
    works_at(person, a_centre("uz-leuven"))
    user, site = a_coordinator(gent), {"centre_code": "uz-gent", "acronym": "A"}
    said = {"status": "recruiting", "status_date": "2026-01-05", "consent_to_publish": "yes"}
    named = {column: "Demo Person"}
    address = {"contact_email": "demo@example.org", "contact_phone": "+32 9 999 99 99"}
    run = applied(a_csv(site | said | named), user=user, name="1.csv")
    assert "Demo Person no longer works at uz-gent: nothing is stored of them." in str(messages(run))
    applied(
        a_csv(site | said | named | (address if column == "contact_name" else {})), user=user, name="2.csv"
    )
    planned(a_csv(site | said | address), user=user, name="3.csv")
    person.refresh_from_db()
    assert (person.phone, person.consent_given_on) == ("+3216000000", None)
    assert (TrialSite.objects.get().contact_person, TrialSite.objects.get().investigator) == (None, None)
    assert Affiliation.objects.filter(centre=gent).count() == 1


def test_a_contact_who_has_left_is_taken_off_their_site_and_no_more(gent):
    person = works_at(a_professional("Demo Person", email="demo@example.org", phone="+3216000000"), gent)
    Affiliation.objects.update(until="2020-01-01")
    a_site(Trial.objects.get(slug="a"), gent, contact_person=person)
    run = applied(a_csv(ROW | {"contact_phone": "+32 9 999 99 99", "consent_to_publish": "yes"}),
                  user=a_coordinator(gent))  # fmt: skip
    assert outcomes(run) == {2: "unchanged"}
    person.refresh_from_db()
    assert (person.phone, person.consent_given_on) == ("+3216000000", None)
    new = works_at(a_professional("Demo Person", email="new@example.org"), gent)
    applied(a_csv({"centre_code": "uz-gent", "acronym": "B", "contact_name": "Demo Person"}),
            user=a_coordinator(gent, username="other"))  # fmt: skip
    assert TrialSite.objects.get(trial__slug="b").contact_person == new


def test_a_row_that_is_refused_reaches_no_investigator_either(gent):
    person = works_at(a_professional("Prof. Invented"), gent)
    rows = [
        {"centre_code": "uz-gent", "acronym": "A", "contact_email": "x@example.org",
         "pi_name": "Prof. Invented", "consent_to_publish": "yes"},
        {"centre_code": "uz-gent", "acronym": "B", "pi_name": "Prof. Invented"},
    ]  # fmt: skip
    run = applied(a_csv(*rows), user=an_editor())
    assert outcomes(run) == {2: "invalid", 3: "new"}
    person.refresh_from_db()
    assert not person.may_be_published


def test_the_sheet_of_one_centre_never_opens_a_person_of_another(gent):
    """A row of the other centre above it is refused, and what it would have looked up stays shut."""
    leuven = a_centre("uz-leuven")
    person = works_at(
        a_professional("Canary Person", email="canary@example.org", phone="+3216000000"), leuven
    )
    a_site(Trial.objects.get(slug="a"), leuven, contact_person=person)
    a_site(Trial.objects.get(slug="a"), gent)
    ours = {"centre_code": "uz-gent", "acronym": "A", "status": "recruiting", "status_date": "28/11/2026"}
    said = {
        "contact_email": "canary@example.org",
        "contact_phone": "+32 9 999 99 99",
        "consent_to_publish": "yes",
    }
    rows = [ours | {"centre_code": "uz-leuven"}, ours | said]
    run = applied(a_csv(*rows), user=a_coordinator(gent))
    assert outcomes(run) == {2: "invalid", 3: "invalid"}
    for secret in ("Canary", "+3216000000"):
        assert secret not in str(list(run.rows.values("record", "changes", "messages")))
    person.refresh_from_db()
    assert (person.phone, person.consent_given_on) == ("+3216000000", None)


def test_a_sheet_handed_in_twice_gives_no_consent_through_a_centre_where_the_person_does_not_work(gent):
    person = works_at(a_professional("Demo Person", email="demo@example.org"), a_centre("uza"))
    row = ROW | {"contact_phone": "+32 9 332 21 11", "consent_to_publish": "yes"}
    for name in ("first.csv", "second.csv"):
        applied(a_csv(row), user=an_editor(), name=name)
        person.refresh_from_db()
        assert person.consent_given_on is None
        assert [one.centre.code for one in person.affiliations.all()] == ["uza"]
