"""Who coordinates which centre is said on the user's own page, and recorded like everything else."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from centres.models import Coordination
from directory.core.models import Change
from tests import builders
from tests.support.admin_forms import admin_url, errors, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = builders.a_user("boss", is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def may_change_accounts(user):
    wanted = Permission.objects.filter(codename__in=["change_user", "view_user", "add_coordination"])
    user.user_permissions.add(*wanted)
    return user


def save_account(client, user, rows=(), **fields):
    """Saves the page of `user`; its date of joining is two fields."""
    joined = {"date_joined_0": "2026-01-02", "date_joined_1": "10:00:00"}
    return save(client, admin_url(user, "change"), rows=rows, **joined, **fields)


def log():
    return [f"{one.kind} {one.key} {one.op}" for one in Change.objects.order_by("seq")]


def test_a_centre_is_given_to_a_user_on_their_page_and_recorded(client, boss):
    jan, centre = builders.a_coordinator(username="jan"), builders.a_centre("chc")
    answer = save_account(client, jan, rows=[("coordinations", {"centre": centre.pk})])
    assert errors(answer) == ""
    assert Coordination.objects.get().user == jan
    assert log() == [f"coordination {jan.pk}/chc create"]
    assert Change.objects.get().actor == boss


def test_a_centre_taken_from_a_user_is_recorded_too(client, boss):
    jan = builders.a_coordinator(builders.a_centre("chc"), username="jan")
    save_account(client, jan, **{"coordinations-0-DELETE": "on"})
    assert not Coordination.objects.exists()
    assert log() == [f"coordination {jan.pk}/chc delete"]


def test_the_same_centre_twice_is_told_and_nothing_is_stored(client, boss):
    jan, centre = builders.a_coordinator(username="jan"), builders.a_centre("chc")
    twice = [("coordinations", {"centre": centre.pk})] * 2
    assert "correct the duplicate data" in errors(save_account(client, jan, rows=twice))
    assert not Coordination.objects.exists()
    assert log() == []


def test_a_change_of_the_account_alone_writes_nothing_in_the_log(client, boss):
    jan = builders.a_coordinator(builders.a_centre("chc"), username="jan")
    save_account(client, jan, first_name="Jan")
    assert get_user_model().objects.get(username="jan").first_name == "Jan"
    assert log() == []


def test_the_page_of_a_user_explains_the_groups(client, boss):
    page = client.get(admin_url(builders.a_coordinator(username="jan"), "change")).content.decode()
    assert "Coordinators keep the sites and contacts of the centres under “Coordinates”" in page
    assert 'id="coordinations-group"' in page


def test_an_editor_with_the_right_to_accounts_may_do_it(client):
    client.force_login(may_change_accounts(builders.an_editor("mieke")))
    jan, centre = builders.a_coordinator(username="jan"), builders.a_centre("chc")
    save_account(client, jan, rows=[("coordinations", {"centre": centre.pk})])
    assert log() == [f"coordination {jan.pk}/chc create"]


@pytest.mark.parametrize("who", [lambda: builders.a_coordinator(), lambda: builders.a_user(is_staff=True)])
def test_nobody_else_gives_centres_away_not_even_with_djangos_rights(client, who):
    client.force_login(may_change_accounts(who()))
    jan, centre = builders.a_coordinator(username="jan"), builders.a_centre("chc")
    assert "coordinations-group" not in client.get(admin_url(jan, "change")).content.decode()
    typed = {
        "coordinations-TOTAL_FORMS": 1,
        "coordinations-INITIAL_FORMS": 0,
        "coordinations-0-centre": centre.pk,
    }
    answer = save_account(client, jan, first_name="Jan", **typed)
    assert answer.status_code == 302
    assert not Coordination.objects.exists()
    assert get_user_model().objects.get(username="jan").first_name == "Jan"


def test_a_new_account_is_made_as_before(client, boss):
    password = "a long enough secret 9"
    answer = save(
        client, admin_url(get_user_model(), "add"), username="new", password1=password, password2=password,
        usable_password="true",
    )  # fmt: skip
    assert errors(answer) == ""
    assert get_user_model().objects.filter(username="new").exists()
