"""Whom a name or an address in a row means, and whose consent the row may speak of."""

import datetime as dt

import pytest

from centres.models import Affiliation, Professional
from tests.builders import a_centre, a_professional, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db

HERE = {"centre_code": "uz-gent", "acronym": "A"}
THERE = {"centre_code": "uza", "acronym": "A"}
NAMED = {"contact_name": "Demo Person"}
ADDRESS = {"contact_email": "demo@example.org"}


@pytest.fixture
def gent():
    centre = a_centre("uz-gent")
    a_trial("A", slug="a"), a_trial("B", slug="b")
    return centre


@pytest.fixture
def uza():
    return a_centre("uza")


def works_at(person, centre, **fields):
    Affiliation.objects.create(professional=person, centre=centre, function="trial contact", **fields)
    return person


def contact_of(acronym, centre="uz-gent"):
    return TrialSite.objects.get(trial__acronym=acronym, centre__code=centre).contact_person


# Whom a name means


@pytest.mark.parametrize("who_left", [0, 1], ids=["the first", "the second"])
def test_of_two_of_one_name_it_is_whoever_works_there(gent, who_left):
    both = [works_at(a_professional("Demo Person"), gent) for _one in range(2)]
    Affiliation.objects.filter(professional=both[who_left]).update(until=dt.date(2020, 1, 1))
    applied(a_csv(HERE | NAMED), user=an_editor())
    assert contact_of("A") == both[1 - who_left]


def test_whom_the_site_names_now_is_meant_by_that_name_though_not_known_at_the_centre(gent):
    person = a_professional("Demo Person")
    a_site(Trial.objects.get(acronym="A"), gent, contact_person=person)
    applied(a_csv(HERE | NAMED | {"contact_phone": "09 332 21 11"}), user=an_editor())
    assert contact_of("A") == Professional.objects.get() == person
    assert Professional.objects.get().phone == "+3293322111"


# Whom an address means


def test_a_person_whom_an_earlier_row_brings_is_meant_by_their_address_at_that_centre_only(gent, uza):
    rows = [HERE | NAMED | ADDRESS, HERE | ADDRESS | {"acronym": "B"}, THERE | ADDRESS]
    run = applied(a_csv(*rows), user=an_editor())
    assert outcomes(run) == {2: "new", 3: "new", 4: "invalid"}
    assert contact_of("A") == contact_of("B") == Professional.objects.get()


def test_an_address_that_an_earlier_row_gives_a_person_means_them(gent):
    person = works_at(a_professional("Demo Person", email="old@example.org"), gent)
    run = applied(a_csv(HERE | NAMED | ADDRESS, HERE | ADDRESS | {"acronym": "B"}), user=an_editor())
    assert outcomes(run) == {2: "new", 3: "new"}
    assert contact_of("B") == person


def test_an_address_that_two_of_a_centre_share_means_neither_but_whom_the_site_names(gent):
    one, other = (works_at(a_professional(name, email="demo@example.org"), gent) for name in "XY")
    a_site(Trial.objects.get(acronym="A"), gent, contact_person=other)
    phone = {"contact_phone": "09 332 21 11"}
    run = applied(a_csv(HERE | ADDRESS | phone, HERE | ADDRESS | {"acronym": "B"}), user=an_editor())
    assert outcomes(run) == {2: "update", 3: "invalid"}
    assert contact_of("A") == other
    assert Professional.objects.get(phone="+3293322111") == other != one


# Whose consent a row may speak of


@pytest.mark.parametrize(
    ("until", "is_heard"), [(None, True), ("2026-11-22", False), ("2026-11-23", True), ("2026-11-24", True)]
)
def test_a_yes_is_heard_through_a_centre_to_the_last_day_that_the_person_works_there(
    gent, time_machine, until, is_heard
):
    time_machine.move_to("2026-11-23 12:00", tick=False)
    works_at(a_professional("Demo Person"), gent, until=until)
    applied(a_csv(HERE | NAMED | {"consent_to_publish": "yes"}), user=an_editor())
    assert Professional.objects.publishable().exists() is is_heard


@pytest.mark.parametrize("said", [NAMED, {}], ids=["by name", "by an address alone"])
def test_a_no_is_heard_from_wherever_it_comes(gent, uza, said):
    person = works_at(a_professional("Demo Person", email="demo@example.org", consent=True), uza)
    a_site(Trial.objects.get(acronym="A"), gent, contact_person=person)
    applied(a_csv(HERE | ADDRESS | said | {"consent_to_publish": "no"}), user=an_editor())
    assert not Professional.objects.publishable().exists()


def test_a_yes_that_nobody_may_give_is_not_spoken_of_where_the_person_is_public_already(gent, uza):
    works_at(a_professional("Demo Person", email="demo@example.org", consent=True), uza)
    run = planned(a_csv(HERE | NAMED | ADDRESS | {"consent_to_publish": "yes"}), user=an_editor())
    assert messages(run) == []


def test_a_no_beside_other_details_withdraws_and_is_not_only_an_end(gent):
    """What only ended is given again by the next yes of a sheet; what was withdrawn is not."""
    person = works_at(a_professional("Demo Person", consent=True), gent)
    other = HERE | NAMED | {"contact_phone": "09 332 21 11"}
    applied(a_csv(other | {"consent_to_publish": "no"}), user=an_editor(), name="no.csv")
    applied(a_csv(other | {"consent_to_publish": "yes"}), user=an_editor(), name="yes.csv")
    person.refresh_from_db()
    assert (person.phone, person.may_be_published) == ("+3293322111", False)
    assert person.consent_withdrawn_on is not None
