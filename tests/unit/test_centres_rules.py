"""Rules of networks, memberships, people and coordinators; each is kept by the form and by the database."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from centres.actions import withdraw_consent
from centres.models import (
    Affiliation,
    Centre,
    CentreAlias,
    Coordination,
    Membership,
    Network,
    Professional,
)
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.roles import own_centre_ids, role_of
from tests.builders import a_centre, a_coordinator, a_network, a_professional, a_user, an_editor

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.date(2027, 1, 1)
DAY = dt.timedelta(days=1)
DATES = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


def refused_by_the_database(record):
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()
    return True


def faults(record):
    with pytest.raises(ValidationError) as refused:
        record.full_clean()
    return " ".join(refused.value.messages)


@pytest.fixture
def member():
    network = a_network("net", members=[(a_centre("uz-gent"), "reference")])
    return Membership.objects.get(network=network)


# Memberships in time


@pytest.mark.parametrize(
    ("since", "until", "day", "counts"),
    [
        (None, None, NEW_YEAR, True),
        (NEW_YEAR, None, NEW_YEAR - DAY, False),
        (NEW_YEAR, None, NEW_YEAR, True),
        (None, NEW_YEAR, NEW_YEAR, True),
        (None, NEW_YEAR, NEW_YEAR + DAY, False),
        (NEW_YEAR, NEW_YEAR, NEW_YEAR, True),
        (NEW_YEAR, NEW_YEAR, NEW_YEAR + DAY, False),
    ],
)
def test_a_membership_counts_from_its_first_to_its_last_day(member, since, until, day, counts):
    Membership.objects.update(since=since, until=until)
    assert Membership.objects.on(day).exists() is counts


def test_a_role_of_tomorrow_is_not_current(member, time_machine):
    time_machine.move_to("2026-12-31 12:00", tick=False)
    Membership.objects.update(since=NEW_YEAR)
    assert not Membership.objects.current().exists()
    time_machine.move_to("2027-01-01 12:00", tick=False)
    assert Membership.objects.current().exists()


def test_a_membership_cannot_end_before_it_begins(member):
    member.since, member.until = NEW_YEAR, NEW_YEAR - DAY
    assert "cannot end before it begins" in faults(member)
    assert refused_by_the_database(member)


@pytest.mark.parametrize("since", [None, NEW_YEAR])
def test_the_same_role_from_the_same_day_is_stated_once(member, since):
    Membership.objects.update(since=since)
    double = Membership(network=member.network, centre=member.centre, role=member.role, since=since)
    assert "already has this role" in faults(double)
    assert refused_by_the_database(double)


def test_a_centre_may_have_two_roles_and_one_role_twice_in_time(member):
    again = {"network": member.network, "centre": member.centre}
    Membership.objects.create(role="satellite", **again)
    Membership.objects.create(role=member.role, since=NEW_YEAR, **again)
    assert Membership.objects.count() == 3


@pytest.mark.parametrize("hidden", ["network", "centre"])
def test_the_public_sees_a_membership_only_when_both_ends_are_listed(member, hidden):
    nobody, editor = AnonymousUser(), an_editor()
    assert Membership.objects.visible_to(nobody).exists()
    record = getattr(member, hidden)
    record.state = "draft"
    record.save()
    assert not Membership.objects.visible_to(nobody).exists()
    assert Membership.objects.visible_to(editor).exists()


@pytest.mark.parametrize(
    ("since", "until", "is_left_out", "begins_later"),
    [
        (None, None, False, False),
        (None, NEW_YEAR - DAY, True, False),
        (None, NEW_YEAR, False, False),
        (NEW_YEAR, None, False, False),
        (NEW_YEAR + DAY, None, False, True),
    ],
)
def test_a_membership_is_shown_on_its_last_day_and_before_its_first(
    member, time_machine, since, until, is_left_out, begins_later
):
    time_machine.move_to("2027-01-01 12:00", tick=False)
    member.since, member.until = since, until
    member.full_clean()
    member.save()
    assert Membership.objects.not_over().exists() is not is_left_out
    assert member.begins_later is begins_later


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("year", [1, 9999])
def test_a_membership_is_of_a_year_that_a_sheet_may_say(member, name, year):
    setattr(member, name, dt.date(year, 1, 1))
    with pytest.raises(ValidationError) as refused:
        member.full_clean()
    assert name in refused.value.message_dict


def test_a_membership_is_named_lastingly_in_the_log(member):
    assert member.change_key == "net/uz-gent/reference/"
    member.role, member.since = "", NEW_YEAR
    assert member.change_key == "net/uz-gent/member/2027-01-01"


# Networks


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"acronym": "ITCC", "name_en": "Innovative therapies"}, "ITCC"),
        ({"name_en": "Innovative therapies"}, "Innovative therapies"),
        ({"name_en": "", "name_fr": "Thérapies"}, "Thérapies"),
        ({"name_en": ""}, "itcc"),
    ],
)
def test_a_network_is_called_by_its_acronym_else_by_a_name(fields, shown):
    assert str(a_network("itcc", **fields)) == shown


@pytest.mark.parametrize("slug", ["with space", "é", "a/b", "", "x" * 61])
def test_a_network_has_an_address_that_fits(slug):
    with pytest.raises(ValidationError) as refused:
        Network(slug=slug, name_en="A").full_clean()
    assert "slug" in refused.value.message_dict


# Consent


@pytest.mark.parametrize(
    ("given_on", "withdrawn_on", "public"),
    [
        (None, None, False), (NEW_YEAR, None, True), (NEW_YEAR, NEW_YEAR, False),
        (NEW_YEAR, NEW_YEAR + DAY, False),
    ],
)  # fmt: skip
def test_only_a_consent_that_stands_makes_public(given_on, withdrawn_on, public):
    person = Professional.objects.create(
        name="Demo", consent_given_on=given_on, consent_withdrawn_on=withdrawn_on
    )
    assert person.may_be_published is public
    assert Professional.objects.publishable().exists() is public
    assert Professional.objects.visible_to(AnonymousUser()).exists() is public


def test_a_consent_is_not_withdrawn_before_it_is_given():
    person = a_professional()
    person.consent_given_on, person.consent_withdrawn_on = NEW_YEAR, NEW_YEAR - DAY
    assert "cannot be withdrawn before it is given" in faults(person)
    assert refused_by_the_database(person)


@pytest.mark.parametrize(
    ("given_on", "withdrawn_on", "is_refused"),
    [
        (NEW_YEAR, None, False),
        (NEW_YEAR, NEW_YEAR, False),
        (NEW_YEAR + DAY, None, True),
        (NEW_YEAR, NEW_YEAR + DAY, True),
    ],
)
def test_a_consent_begins_and_ends_on_a_day_that_has_come(time_machine, given_on, withdrawn_on, is_refused):
    time_machine.move_to("2027-01-01 12:00", tick=False)
    person = Professional(name="Demo", consent_given_on=given_on, consent_withdrawn_on=withdrawn_on)
    if is_refused:
        assert "is in the future" in faults(person)
    else:
        person.full_clean()


def test_what_was_never_given_is_not_withdrawn():
    person = a_professional()
    person.consent_withdrawn_on = NEW_YEAR
    assert "cannot be withdrawn before it is given" in faults(person)


def test_a_withdrawal_is_recorded_once_and_touches_nobody_else():
    willing, never = a_professional("A", consent=True), a_professional("B")
    assert withdraw_consent(professionals=[willing, never], by=SYSTEM) == 1
    assert withdraw_consent(professionals=[willing, never], by=SYSTEM) == 0
    assert changes.history("professional", str(willing.pk)).count() == 1
    assert changes.history("professional", str(never.pk)).count() == 0


@given(given_on=DATES)
def test_a_consent_ends_today_but_never_before_it_began(given_on):
    person = Professional(name="Demo", consent_given_on=given_on)
    person.save()
    withdraw_consent(professionals=[person], by=SYSTEM)
    person.refresh_from_db()
    assert person.consent_withdrawn_on == max(timezone.localdate(), given_on)
    person.delete()


# Who sees and edits what


def test_a_coordination_without_the_group_gives_no_right():
    centre, user = a_centre(), a_user()
    Coordination.objects.create(user=user, centre=centre)
    assert own_centre_ids(user) == frozenset()
    assert not Centre.objects.editable_by(user).exists()
    assert role_of(user) is None


@pytest.mark.parametrize("make", [an_editor, a_coordinator])
def test_an_account_that_was_closed_has_no_right_left(make):
    user, centre = make(), a_centre()
    Coordination.objects.create(user=user, centre=centre)
    user.is_active = False
    assert role_of(user) is None
    assert not Centre.objects.editable_by(user).exists()


def test_nobody_in_particular_has_no_right():
    a_centre()
    assert not Centre.objects.editable_by(AnonymousUser()).exists()
    assert role_of(None) is role_of(AnonymousUser()) is None


def test_an_editor_sees_everybody_with_a_consent_or_without():
    a_professional("A", consent=True), a_professional("B")
    assert Professional.objects.visible_to(an_editor()).count() == 2


def test_a_coordinator_sees_the_people_of_their_centres_and_no_others():
    mine, other = a_centre("mine"), a_centre("other")
    for name, centre in [("Here", mine), ("There", other)]:
        Affiliation.objects.create(professional=a_professional(name), centre=centre)
    seen = Professional.objects.visible_to(a_coordinator(mine))
    assert list(seen.values_list("name", flat=True)) == ["Here"]


def test_the_same_person_with_two_functions_is_seen_once():
    mine, person = a_centre("mine"), a_professional("Here")
    for function in ("nurse", "contact"):
        Affiliation.objects.create(professional=person, centre=mine, function=function)
    assert Professional.objects.visible_to(a_coordinator(mine)).count() == 1


@pytest.mark.parametrize("make", [
    lambda one, user: Affiliation(professional=one["person"], centre=one["centre"], function="nurse"),
    lambda one, user: Coordination(user=user, centre=one["centre"]),
])  # fmt: skip
def test_the_same_thing_is_not_said_twice(make):
    one, user = {"person": a_professional(), "centre": a_centre()}, a_user()
    make(one, user).save()
    assert "already" in faults(make(one, user))
    assert refused_by_the_database(make(one, user))


def test_an_affiliation_cannot_end_before_it_begins():
    late = Affiliation(professional=a_professional(), centre=a_centre(), since=NEW_YEAR, until=NEW_YEAR - DAY)
    assert "cannot end before it begins" in faults(late)
    assert refused_by_the_database(late)


# Aliases


@pytest.mark.parametrize("text", ["UZ Gent", "uz  gent", "UZ_GENT", "ÚZ-Gent"])
def test_an_alias_means_one_centre_whatever_its_writing(text):
    a_centre("uz-gent", aliases=["UZ Gent"])
    other = CentreAlias(centre=a_centre("uza"), text=text)
    assert "is already a name of uz-gent" in faults(other)
    assert refused_by_the_database(other)


@pytest.mark.parametrize("text", ["---", "…", "   "])
def test_an_alias_has_a_letter_or_a_digit(text):
    assert faults(CentreAlias(centre=a_centre(), text=text))
