"""Keys in the admin."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from directory.core import changes
from directory.partners import keys
from directory.partners.models import ApiKey
from tests.builders import a_centre, a_coordinator, an_editor

pytestmark = pytest.mark.django_db
LIST, ADD = "admin:partners_apikey_changelist", "admin:partners_apikey_add"


@pytest.fixture
def editor(client):
    user = an_editor("erik")
    client.force_login(user)
    return user


def made(client, **fields):
    return client.post(reverse(ADD), {"name": "Hospital program", "scopes": ["read"], **fields})


def test_making_a_key_shows_it_once(client, editor):
    answer = made(client)
    text = re.search(r'<code id="key">([^<]+)</code>', answer.content.decode())[1]
    assert keys.recognise(text).name == "Hospital program"
    assert "no-store" in answer["Cache-Control"]
    listed = client.get(reverse(LIST)).content.decode()
    assert "Hospital program" in listed
    assert text not in listed


def test_the_text_of_a_new_key_is_in_no_session_and_no_cookie(client, editor):
    answer = made(client)
    secret = re.search(r'<code id="key">\w+\.([^<]+)</code>', answer.content.decode())[1]
    assert not any(secret in str(one.get_decoded()) for one in Session.objects.all())
    assert not any(secret in cookie.value for cookie in client.cookies.values())


def test_making_and_revoking_are_recorded_with_the_editor(client, editor):
    made(client)
    key = ApiKey.objects.get()
    client.post(reverse(LIST), {"action": "revoke", "_selected_action": [key.pk]})
    assert [(one.op, one.actor) for one in changes.history("key", key.prefix)] == [
        ("update", editor),
        ("create", editor),
    ]


def test_a_revoked_key_is_refused_from_then_on(client, editor):
    key, text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    client.post(reverse(LIST), {"action": "revoke", "_selected_action": [key.pk]})
    with pytest.raises(keys.BadKey):
        keys.recognise(text)


@pytest.mark.parametrize(("fields", "sentence"), [
    ({"scopes": []}, "Choose at least one of: read, imports."),
    ({"name": "n\x00l"}, "control character"),
    ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, "A key cannot expire before it is created."),
    ({"centre": "999999"}, "Select a valid choice"),
])  # fmt: skip
def test_a_key_that_cannot_be_made_is_explained(client, editor, fields, sentence):
    answer = made(client, **fields)
    assert sentence in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_is_looked_at_but_not_changed_or_deleted(client, editor):
    key, _text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    page = reverse("admin:partners_apikey_change", args=[key.pk])
    shown = client.get(page).content.decode()
    assert key.prefix in shown
    assert key.digest not in shown
    assert client.post(page, {"name": "y"}).status_code == 403
    assert (
        client.post(reverse("admin:partners_apikey_delete", args=[key.pk]), {"post": "yes"}).status_code
        == 403
    )


def test_the_history_of_a_key_holds_no_digest(client, editor):
    key, _text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    page = client.get(reverse("admin:partners_apikey_history", args=[key.pk])).content.decode()
    assert key.prefix in page
    assert key.digest not in page


def test_a_coordinator_has_nothing_to_do_with_keys(client):
    own = a_centre("own")
    client.force_login(a_coordinator(own))
    keys.make(name="CANARY", scopes=["imports"], centre=own, by=changes.SYSTEM)
    for address in (reverse(LIST), reverse(ADD)):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "CANARY" not in answer.content.decode()
