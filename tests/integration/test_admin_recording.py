"""Whatever an editor saves, deletes or does in bulk in the admin is in the change log, once per record."""

import datetime as dt

import pytest
from django.utils import timezone

from centres.models import Affiliation, Centre, CentreAlias, Coordination, Membership, Network, Professional
from directory.core.models import Change
from tests import builders
from tests.support.admin_forms import act, admin_url, errors, save, shown
from trials.models import Condition, StatusStatement, Trial, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = builders.an_editor("mieke")
    client.force_login(user)
    return user


def log():
    """`kind key op` of each change, oldest first."""
    return [f"{one.kind} {one.key} {one.op}" for one in Change.objects.order_by("seq")]


def the_change():
    return Change.objects.get()


def test_a_new_trial_with_identifiers_and_conditions_is_one_creation(client, editor):
    response = save(
        client,
        admin_url(Trial, "add"),
        acronym="iEuroEwing",
        title_en="Ewing sarcoma",
        rows=[("identifiers", {"value": "nct 0430-7576"}), ("identifiers", {"value": "2022-501454-11"})],
    )
    assert errors(response) == ""
    trial = Trial.objects.get(slug="ieuroewing")
    assert sorted(one.value for one in trial.identifiers.all()) == ["2022-501454-11", "NCT04307576"]
    assert log() == ["trial ieuroewing create"]
    assert the_change().after["identifiers"] == [
        {"scheme": "euct", "value": "2022-501454-11"},
        {"scheme": "nct", "value": "NCT04307576"},
    ]
    assert (the_change().actor_role, the_change().actor) == ("editor", editor)


def test_a_change_says_field_by_field_what_was_and_what_is(client, editor):
    trial = builders.a_trial("A", sponsor="UZ Gent", conditions=["VIIIc"])
    save(client, admin_url(trial, "change"), sponsor="SIOPEN")
    assert the_change().fields() == [("sponsor", "UZ Gent", "SIOPEN")]


def test_conditions_are_part_of_the_trials_change(client, editor):
    trial = builders.a_trial("A", conditions=["VIIIc"])
    wanted = Condition.objects.get(code="IVa")
    save(client, admin_url(trial, "change"), conditions=[wanted.pk])
    assert the_change().fields() == [("conditions", ["VIIIc"], ["IVa"])]


def test_the_change_carries_the_number_of_the_request(client, editor):
    trial = builders.a_trial("A")
    response = save(client, admin_url(trial, "change"), sponsor="X")
    assert the_change().request_id == response["X-Request-ID"] != ""


def test_saving_without_a_change_records_nothing_and_keeps_the_day(client, editor):
    trial = builders.a_trial("A", at=[builders.a_centre()])
    save(client, admin_url(trial, "change"))
    assert log() == []
    assert Trial.objects.get().updated_at == trial.updated_at


def test_a_refused_form_records_nothing(client, editor):
    trial = builders.a_trial("A")
    response = save(client, admin_url(trial, "change"), title_en="")
    assert "required" in errors(response)
    assert log() == []


def test_members_of_a_network_each_have_their_change(client, editor):
    ghent, liege = builders.a_centre("uz-gent"), builders.a_centre("chc")
    network = builders.a_network("suhopl")
    response = save(
        client,
        admin_url(network, "change"),
        rows=[
            ("memberships", {"centre": ghent.pk, "role": "reference", "since": "2027-01-01"}),
            ("memberships", {"centre": liege.pk, "role": "satellite", "care": "blood tests\nfollow-up"}),
        ],
    )
    assert errors(response) == ""
    assert log() == [
        "membership suhopl/uz-gent/reference/2027-01-01 create",
        "membership suhopl/chc/satellite/ create",
    ]
    assert Membership.objects.get(centre=liege).care == ["blood tests", "follow-up"]
    assert Membership.objects.get(centre=ghent).since == dt.date(2027, 1, 1)


def test_a_member_removed_below_its_network_is_recorded_as_deleted(client, editor):
    network = builders.a_network("suhopl", members=[(builders.a_centre("chc"), "satellite")])
    response = save(client, admin_url(network, "change"), **{"memberships-0-DELETE": "on"})
    assert errors(response) == ""
    assert log() == ["membership suhopl/chc/satellite/ delete"]
    assert not Membership.objects.exists()


def test_a_changed_role_is_filed_under_the_name_it_had(client, editor):
    network = builders.a_network("suhopl", members=[(builders.a_centre("chc"), "satellite")])
    save(client, admin_url(network, "change"), **{"memberships-0-role": "reference"})
    assert log() == ["membership suhopl/chc/satellite/ update"]
    assert the_change().fields() == [("role", "satellite", "reference")]


def test_an_alias_is_part_of_its_centres_change(client, editor):
    centre = builders.a_centre("uz-gent", aliases=["UZ Gent"])
    save(client, admin_url(centre, "change"), rows=[("aliases", {"text": "Gand CHU", "kind": "name"})])
    assert log() == ["centre uz-gent update"]
    assert [one["text"] for one in the_change().after["aliases"]] == ["Gand CHU", "UZ Gent"]


def test_rows_below_move_the_version_of_the_page(client, editor):
    network = builders.a_network("suhopl")
    save(client, admin_url(network, "change"), rows=[("memberships", {"centre": builders.a_centre().pk})])
    assert Network.objects.get().updated_at > network.updated_at


def test_a_deleted_trial_takes_its_sites_with_it_and_all_are_recorded(client, editor):
    trial = builders.a_trial("A", at=[builders.a_centre("uz-gent"), builders.a_centre("chc")])
    response = client.post(admin_url(trial, "delete"), {"post": "yes"})
    assert response.status_code == 302, response.content.decode()
    assert sorted(log()) == ["site a@chc delete", "site a@uz-gent delete", "trial a delete"]
    assert Change.objects.get(kind="trial").before["acronym"] == "A"


def test_a_deleted_person_leaves_a_change_at_each_site_that_named_them(client, editor):
    person = builders.a_professional("Demo Person")
    site = builders.a_site(builders.a_trial("A"), builders.a_centre("chc"), contact_person=person)
    Affiliation.objects.create(professional=person, centre=site.centre)
    client.post(admin_url(person, "delete"), {"post": "yes"})
    assert sorted(log()) == [
        f"affiliation {person.pk}/chc/ delete",
        f"professional {person.pk} delete",
        "site a@chc update",
    ]
    assert Change.objects.get(kind="site").fields() == [("contact_person_id", person.pk, None)]


def test_the_bulk_deletion_of_the_list_is_recorded_too(client, editor):
    one, two = builders.a_trial("A", at=[builders.a_centre("chc")]), builders.a_trial("B")
    response = act(client, Trial, "delete_selected", one, two, post="yes")
    assert response.status_code == 302
    assert sorted(log()) == ["site a@chc delete", "trial a delete", "trial b delete"]


def test_a_centre_with_sites_is_not_deleted_and_nothing_is_recorded(client, editor):
    centre = builders.a_site(centre=builders.a_centre("chc")).centre
    response = client.post(admin_url(centre, "delete"), {"post": "yes"})
    assert response.status_code == 200
    assert Centre.objects.filter(pk=centre.pk).exists()
    assert log() == []


def test_a_coordination_is_recorded(client, editor):
    user, centre = builders.a_coordinator(username="jan"), builders.a_centre("chc")
    save(client, admin_url(Coordination, "add"), user=user.pk, centre=centre.pk)
    assert log() == [f"coordination {user.pk}/chc create"]


def test_consent_is_signed_with_the_role_of_who_records_it(client, editor):
    response = save(client, admin_url(Professional, "add"), name="Demo Person", consent_given_on="2026-11-01")
    assert errors(response) == ""
    assert Professional.objects.get().consent_recorded_by == "editor"
    assert the_change().after["consent_recorded_by"] == "editor"


def test_a_renamed_draft_takes_its_sites_along_in_the_log(client, editor):
    trial = builders.a_trial("A", state="draft", at=[builders.a_centre("chc")])
    response = save(client, admin_url(trial, "change"), slug="better")
    assert errors(response) == ""
    assert sorted(log()) == ["site a@chc update", "trial a update"]
    assert Change.objects.get(kind="site").fields() == [("trial", "a", "better")]


def test_two_identifiers_that_are_one_in_two_spellings_are_refused_with_a_sentence(client, editor):
    response = save(
        client,
        admin_url(Trial, "add"),
        acronym="A",
        title_en="A",
        rows=[("identifiers", {"value": "NCT04307576"}), ("identifiers", {"value": "nct 0430 7576"})],
    )
    assert "“NCT04307576” is here twice" in errors(response)
    assert not Trial.objects.exists()


def test_the_same_membership_twice_on_one_page_is_refused_with_a_sentence(client, editor):
    network, centre = builders.a_network("suhopl"), builders.a_centre("chc")
    rows = [("memberships", {"centre": centre.pk, "role": "satellite"})] * 2
    assert "is here twice" in errors(save(client, admin_url(network, "change"), rows=rows))
    assert not Membership.objects.exists()


def test_an_identifier_of_another_trial_names_that_trial(client, editor):
    builders.a_trial("First", identifiers=["NCT04307576"])
    other = builders.a_trial("Second")
    response = save(
        client, admin_url(other, "change"), rows=[("identifiers", {"value": "nct04307576", "scheme": "nct"})]
    )
    assert "NCT04307576 already identifies the trial “First”" in errors(response)


def test_a_number_that_is_not_of_the_chosen_registry_shows_how_it_is_written(client, editor):
    response = save(
        client,
        admin_url(builders.a_trial(), "change"),
        rows=[("identifiers", {"value": "NCT123", "scheme": "nct"})],
    )
    assert "“NCT123” is not an identifier of ClinicalTrials.gov. Write it like NCT04307576." in errors(
        response
    )


def test_an_alias_that_means_another_centre_names_it(client, editor):
    builders.a_centre("uz-gent", aliases=["Gand"])
    centre = builders.a_centre("chc")
    response = save(
        client, admin_url(centre, "change"), rows=[("aliases", {"text": "GAND!", "kind": "name"})]
    )
    assert "is already a name of uz-gent" in errors(response)
    assert CentreAlias.objects.count() == 1


def test_a_site_and_its_first_statement_are_one_creation(client, editor):
    trial, centre = builders.a_trial("A"), builders.a_centre("chc")
    response = save(
        client, admin_url(TrialSite, "add"), trial=trial.pk, centre=centre.pk, new_status="recruiting",
        new_evidence="telephone",
    )  # fmt: skip
    assert errors(response) == ""
    assert log() == ["site a@chc create"]
    assert the_change().after["status"] == "recruiting"
    assert StatusStatement.objects.get().evidence == "telephone"


def test_contact_and_new_statement_saved_together_are_one_change(client, editor):
    site = builders.a_site(builders.a_trial("A"), builders.a_centre("chc"), status="recruiting", said=40)
    response = save(
        client, admin_url(site, "change"), contact_role="trial secretariat", new_status="suspended",
        new_said_at="2026-01-05", new_since="2026-01",
    )  # fmt: skip
    assert "is in the future" not in errors(response)
    assert len(log()) == 1
    assert ("contact_role", "", "trial secretariat") in the_change().fields()
    assert StatusStatement.objects.count() == 2


def test_a_statement_without_a_status_is_asked_for_it(client, editor):
    site = builders.a_site()
    assert "Choose the status" in errors(save(client, admin_url(site, "change"), new_evidence="telephone"))
    assert StatusStatement.objects.count() == 1


def test_a_statement_of_a_day_to_come_is_refused_beside_its_field(client, editor):
    site = builders.a_site()
    day = (timezone.localdate() + dt.timedelta(days=2)).isoformat()
    response = save(client, admin_url(site, "change"), new_status="recruiting", new_said_at=day)
    assert "is in the future" in str(response.context["adminform"].form.errors["new_said_at"])


def test_a_trial_cannot_be_a_subprotocol_of_its_own_subprotocol(client, editor):
    top = builders.a_trial("Top")
    middle = builders.a_trial("Middle", parent=top)
    low = builders.a_trial("Low", parent=middle)
    assert "is itself a sub-protocol" in errors(save(client, admin_url(top, "change"), parent=low.pk))


def test_the_name_that_a_rival_took_between_check_and_write_is_an_error_of_its_field(
    client, editor, monkeypatch
):
    url = admin_url(Trial, "add")
    data = shown(client.get(url)) | {"acronym": "A", "title_en": "A", "slug": "taken"}
    builders.a_trial("Rival", slug="taken")
    checks, check = [], Trial.validate_unique

    def blind_at_first(self, exclude=None):
        checks.append(self.slug)
        return check(self, exclude) if len(checks) > 1 else None

    monkeypatch.setattr(Trial, "validate_unique", blind_at_first)
    response = client.post(url, data)
    assert checks == ["taken", "taken"]
    assert "already exists" in errors(response)
    assert log() == []
