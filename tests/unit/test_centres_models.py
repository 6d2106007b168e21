"""Centres, networks and people: what the database refuses, with its sentence, and how they are asked for."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from centres.models import Affiliation, Centre, CentreAlias, Coordination, Membership, Network, Professional
from tests import builders

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def refused(record, message, **fields):
    """`record` with `fields` is refused by its own rules with `message`, and by the database too."""
    for name, value in fields.items():
        setattr(record, name, value)
    with pytest.raises(ValidationError, match=message):
        record.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save()


class TestCentre:
    @pytest.mark.parametrize(("latitude", "longitude"), [(51.0, None), (None, 3.7)])
    def test_has_both_coordinates_or_neither(self, latitude, longitude):
        refused(
            builders.a_centre(), "Give both latitude and longitude, or neither", latitude=latitude,
            longitude=longitude,
        )  # fmt: skip

    @pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (-91, 0), (0, 181), (0, -181)])
    def test_lies_on_earth(self, latitude, longitude):
        refused(builders.a_centre(), "Ensure this value is", latitude=latitude, longitude=longitude)

    def test_has_a_code_of_its_own(self):
        builders.a_centre("uz-gent")
        refused(builders.a_centre(), "already exists", code="uz-gent")

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("country", "Belgium", "at most 2 characters|two capital letters"),
            ("country", "be", "two capital letters"),
            ("phone", "09 332 21 11", "Write it like \\+3293322111"),
            ("ror_id", "00xmkp704", "Write it like https://ror.org"),
            ("languages", ["en", "xx"], "“xx” is not one of: nl, fr, de, en"),
            ("code", "UZ Gent", "valid “slug”"),
            ("name_en", "", "cannot be blank"),
            ("street", "a\x00b", r"U\+0000"),
        ],
    )
    def test_refuses_what_its_fields_cannot_hold(self, field, value, message):
        centre = builders.a_centre()
        setattr(centre, field, value)
        with pytest.raises(ValidationError, match=message):
            centre.full_clean()

    def test_is_seen_by_the_public_when_listed_and_by_its_coordinator_always(self):
        listed, draft, other = (
            builders.a_centre(),
            builders.a_centre(state="draft"),
            builders.a_centre(state="draft"),
        )
        assert set(Centre.objects.visible_to(None)) == {listed}
        assert set(Centre.objects.visible_to(builders.a_coordinator(draft))) == {listed, draft}
        assert set(Centre.objects.visible_to(builders.an_editor())) == {listed, draft, other}

    def test_is_edited_by_its_coordinator_and_by_editors(self):
        own, other = builders.a_centre(), builders.a_centre()
        assert set(Centre.objects.editable_by(builders.a_coordinator(own))) == {own}
        assert set(Centre.objects.editable_by(builders.an_editor())) == {own, other}
        assert not Centre.objects.editable_by(builders.a_user(is_staff=True)).exists()


class TestAlias:
    @pytest.mark.parametrize("text", ["UZ Gent", "uz-gent", " Uz  GENT ", "ÚZ Gént"])
    def test_means_one_centre_however_it_is_written(self, text):
        builders.a_centre("uz-gent", aliases=["UZ Gent"])
        with pytest.raises(ValidationError, match=r"is already a name of uz-gent\. Remove it there first"):
            CentreAlias(centre=builders.a_centre(), text=text).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            CentreAlias.objects.create(centre=builders.a_centre(), text=text)

    @pytest.mark.parametrize("text", ["---", "…", "\u200b"])
    def test_has_a_letter_or_digit(self, text):
        with pytest.raises(ValidationError, match="at least one letter or digit"):
            CentreAlias(centre=builders.a_centre(), text=text).full_clean()

    def test_as_it_is_stored_and_beside_another_is_good(self):
        centre = builders.a_centre("uz-gent", aliases=["UZ Gent"])
        centre.aliases.get().full_clean()
        CentreAlias(centre=builders.a_centre(), text="UZ Antwerpen").full_clean()

    @pytest.mark.parametrize("text", ["Gent\x00", "Gent\x01"])
    def test_has_no_control_character(self, text):
        with pytest.raises(ValidationError, match=r"control character|Null characters"):
            CentreAlias(centre=builders.a_centre(), text=text).full_clean()


class TestMembership:
    @pytest.fixture
    def member(self):
        network = builders.a_network("n", members=[(builders.a_centre("chc"), "satellite")])
        return network.memberships.get()

    def test_does_not_end_before_it_begins(self, member):
        refused(member, "cannot end before it begins", since=dt.date(2027, 1, 2), until=dt.date(2027, 1, 1))

    def test_may_last_one_day(self, member):
        member.since = member.until = dt.date(2027, 1, 1)
        member.full_clean()

    @pytest.mark.parametrize("since", [None, dt.date(2027, 1, 1)])
    def test_is_there_once_even_with_an_unknown_first_day(self, member, since):
        Membership.objects.update(since=since)
        again = Membership(network=member.network, centre=member.centre, role="satellite")
        refused(again, "already has this role in this network from that day", since=since)

    def test_another_role_or_another_first_day_is_another_membership(self, member):
        for fields in ({"role": "reference"}, {"role": "satellite", "since": dt.date(2027, 1, 1)}):
            Membership(network=member.network, centre=member.centre, **fields).full_clean()

    def test_counts_both_its_first_and_its_last_day(self, member):
        Membership.objects.update(since=dt.date(2027, 1, 1), until=dt.date(2027, 12, 31))
        on = Membership.objects.on
        days = [dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2027, 12, 31), dt.date(2028, 1, 1)]
        assert [on(day).exists() for day in days] == [False, True, True, False]

    def test_of_tomorrow_is_not_yet_current(self, member):
        Membership.objects.update(since=TODAY + dt.timedelta(days=1))
        assert not Membership.objects.current().exists()

    def test_is_public_when_both_its_network_and_its_centre_are(self, member):
        assert Membership.objects.visible_to(None).exists()
        for record in (member.network, member.centre):
            type(record).objects.filter(pk=record.pk).update(state="draft")
            assert not Membership.objects.visible_to(None).exists()
            assert Membership.objects.visible_to(builders.an_editor()).exists()
            type(record).objects.filter(pk=record.pk).update(state="listed")


class TestProfessional:
    @pytest.mark.parametrize(("given", "withdrawn"), [(TODAY, TODAY - dt.timedelta(days=1)), (None, TODAY)])
    def test_cannot_withdraw_before_consenting(self, given, withdrawn):
        person = builders.a_professional()
        person.consent_given_on, person.consent_withdrawn_on = given, withdrawn
        with pytest.raises(ValidationError, match="cannot be withdrawn before it is given"):
            person.full_clean()

    def test_the_database_refuses_a_withdrawal_before_the_consent(self):
        person = builders.a_professional(consent=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            Professional.objects.filter(pk=person.pk).update(consent_withdrawn_on=dt.date(2000, 1, 1))

    def test_is_named_in_public_with_a_consent_that_stands(self):
        named = builders.a_professional(consent=True)
        builders.a_professional()
        builders.a_professional(consent=True, consent_withdrawn_on=TODAY)
        assert list(Professional.objects.publishable()) == [named]
        assert list(Professional.objects.visible_to(None)) == [named]
        assert named.may_be_published

    def test_is_seen_by_the_coordinators_of_their_centres_consent_or_not(self):
        own, person = builders.a_centre(), builders.a_professional()
        Affiliation.objects.create(professional=person, centre=own)
        builders.a_professional(consent=True)
        assert list(Professional.objects.visible_to(builders.a_coordinator(own))) == [person]

    def test_has_one_function_at_a_centre_once(self):
        person, centre = builders.a_professional(), builders.a_centre()
        Affiliation.objects.create(professional=person, centre=centre, function="nurse")
        again = Affiliation(professional=person, centre=centre, function="nurse")
        refused(again, "already has this function at this centre")

    def test_does_not_leave_a_centre_before_coming(self):
        one = Affiliation(professional=builders.a_professional(), centre=builders.a_centre())
        refused(one, "cannot end before it begins", since=TODAY, until=TODAY - dt.timedelta(days=1))


class TestCoordination:
    def test_is_there_once(self):
        centre = builders.a_centre()
        user = builders.a_coordinator(centre)
        refused(Coordination(user=user, centre=centre), "already coordinates this centre")


class TestNetwork:
    def test_is_seen_by_the_public_when_listed(self):
        listed = builders.a_network("one")
        for state in ("draft", "withdrawn"):
            builders.a_network(state, state=state)
        assert list(Network.objects.visible_to(None)) == [listed]
        assert Network.objects.visible_to(builders.an_editor()).count() == 3
        assert Network.objects.drafts().count() == 1


def test_names_in_the_log_are_lasting_and_readable():
    centre = builders.a_centre("chc")
    network = builders.a_network("suhopl", members=[(centre, "satellite")])
    person = builders.a_professional()
    user = builders.a_coordinator(centre)
    affiliation = Affiliation.objects.create(professional=person, centre=centre, function="nurse")
    assert centre.change_key == "chc"
    assert network.change_key == "suhopl"
    assert network.memberships.get().change_key == "suhopl/chc/satellite/"
    assert person.change_key == str(person.pk)
    assert affiliation.change_key == f"{person.pk}/chc/nurse"
    assert user.coordinations.get().change_key == f"{user.pk}/chc"
