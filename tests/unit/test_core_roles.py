"""Who is an editor, a coordinator, or the public."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from centres.rights import COORDINATOR_PERMISSIONS
from directory.core.roles import (
    COORDINATORS,
    EDITORS,
    Role,
    is_coordinator,
    is_editor,
    own_centre_ids,
    role_of,
)
from tests import builders

pytestmark = pytest.mark.django_db


def test_the_public_has_no_role():
    for user in (None, AnonymousUser(), builders.a_user(), builders.a_user(is_staff=True)):
        assert role_of(user) is None
        assert own_centre_ids(user) == frozenset()


def test_a_superuser_is_an_editor():
    assert role_of(builders.a_user(is_superuser=True)) == Role.EDITOR


def test_whoever_is_both_is_an_editor():
    user = builders.a_coordinator(builders.a_centre())
    user.groups.add(Group.objects.get(name=EDITORS))
    assert is_editor(user)
    assert not is_coordinator(user)


@pytest.mark.parametrize("make", [builders.an_editor, builders.a_coordinator])
def test_an_account_that_was_closed_has_no_role(make):
    user = make()
    user.is_active = False
    assert role_of(user) is None


def test_an_assignment_without_the_role_gives_nothing():
    centre = builders.a_centre()
    user = builders.a_coordinator(centre)
    user.groups.clear()
    assert own_centre_ids(user) == frozenset()


def test_a_request_asks_once_for_groups_and_centres(django_assert_num_queries):
    user = builders.a_coordinator(builders.a_centre())
    with django_assert_num_queries(2):
        for _turn in range(3):
            assert role_of(user) == Role.COORDINATOR
            assert len(own_centre_ids(user)) == 1


def test_coordinators_look_on_but_for_their_sites_and_their_sheets():
    more = {one for one in COORDINATOR_PERMISSIONS if ".view_" not in one}
    assert more == {"trials.change_trialsite", "imports.add_importrun"}


def test_both_groups_have_their_permissions_after_migration():
    def permissions(name):
        found = Group.objects.get(name=name).permissions.select_related("content_type")
        return {f"{one.content_type.app_label}.{one.codename}" for one in found}

    assert permissions(COORDINATORS) == set(COORDINATOR_PERMISSIONS)
    assert {"trials.delete_trial", "centres.add_centre", "core.view_change"} <= permissions(EDITORS)
    assert not {one for one in permissions(EDITORS) if one.startswith("auth.")}
    assert "core.delete_change" not in permissions(EDITORS)
