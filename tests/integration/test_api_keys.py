"""Keys: made, recognised, revoked, and what the change log and the shell say of it."""

import datetime as dt
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone

from centres.models import Coordination
from directory.core import changes
from directory.core.models import Change
from directory.core.roles import is_coordinator, is_editor, own_centre_ids
from directory.partners import keys
from directory.partners.models import ApiKey
from tests.builders import a_centre, an_editor

pytestmark = pytest.mark.django_db


def a_key(*scopes, name="Demo partner", **fields):
    return keys.make(name=name, scopes=scopes or ["read"], by=changes.SYSTEM, **fields)


def test_a_key_is_recognised_by_its_text():
    key, text = a_key()
    assert keys.recognise(text) == key


def test_the_text_of_a_key_is_nowhere_in_the_database():
    _key, text = a_key("read", "imports", centre=a_centre())
    secret = text.partition(".")[2]
    stored = [str(row) for row in ApiKey.objects.values()] + [str(row) for row in Change.objects.values()]
    assert stored
    assert not any(secret in row for row in stored)


def test_the_digest_is_not_in_the_change_log():
    key, _text = a_key()
    assert not any(key.digest in str(row) for row in Change.objects.values())


def test_the_log_keeps_what_a_key_may_do_and_not_who_uses_it():
    key, _text = a_key("read", "imports", centre=a_centre("uz-gent"))
    [made] = changes.history("key", key.prefix)
    assert made.after == {
        "name": key.name, "prefix": key.prefix, "scopes": ["read", "imports"], "centre": "uz-gent",
        "expires_at": None, "revoked_at": None,
    }  # fmt: skip


def test_a_digest_is_of_no_use_without_the_secret_key(settings):
    _key, text = a_key()
    settings.SECRET_KEY = "another-secret-key-of-another-house-entirely"
    with pytest.raises(keys.BadKey):
        keys.recognise(text)


def test_a_key_outlives_a_rotation_of_the_secret_key(settings):
    _key, text = a_key()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-key-of-the-same-house-newer"
    assert keys.recognise(text)


@pytest.mark.parametrize("spoil", [
    lambda text: text[:-1],
    lambda text: text[:-1] + ("a" if text[-1] != "a" else "b"),
    lambda text: text.replace(".", ""),
    lambda text: text + "\x00",
    lambda text: "",
    lambda text: "a" * 10_000,
])  # fmt: skip
def test_a_key_that_is_not_whole_is_not_known(spoil):
    _key, text = a_key()
    with pytest.raises(keys.BadKey, match="not known"):
        keys.recognise(spoil(text))


def test_a_revoked_key_says_when_it_was_revoked():
    key, text = a_key()
    assert keys.revoke(key=key, by=changes.SYSTEM)
    # Half an hour before midnight in Greenwich it is the next day in Brussels.
    ApiKey.objects.filter(pk=key.pk).update(revoked_at=dt.datetime(2026, 11, 26, 23, 30, tzinfo=dt.UTC))
    with pytest.raises(keys.BadKey, match="revoked on 2026-11-27"):
        keys.recognise(text)


def test_an_expired_key_says_so():
    key, text = a_key(expires_at=timezone.now() + dt.timedelta(hours=1))
    assert keys.recognise(text)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=dt.datetime(2026, 5, 31, 22, 30, tzinfo=dt.UTC))
    with pytest.raises(keys.BadKey, match="expired on 2026-06-01"):
        keys.recognise(text)


def test_a_key_is_in_force_until_the_moment_it_expires(time_machine):
    noon = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
    time_machine.move_to(noon - dt.timedelta(days=1), tick=False)
    key, text = a_key(expires_at=noon)
    time_machine.move_to(noon - dt.timedelta(seconds=1), tick=False)
    assert key.in_force
    assert keys.recognise(text) == key
    time_machine.move_to(noon, tick=False)
    assert not key.in_force
    with pytest.raises(keys.BadKey, match="expired"):
        keys.recognise(text)


def test_a_scope_that_is_given_twice_is_one():
    key, _text = a_key("imports", "read", "imports")
    assert sorted(key.scopes) == ["imports", "read"]


def test_a_key_cannot_expire_before_it_is_made():
    with pytest.raises(ValidationError, match="before it is made"):
        a_key(expires_at=timezone.now() - dt.timedelta(minutes=1))


def test_revoking_twice_is_recorded_once():
    key, _text = a_key()
    assert keys.revoke(key=key, by=changes.SYSTEM) is True
    assert keys.revoke(key=key, by=changes.SYSTEM) is False
    assert [one.op for one in changes.history("key", key.prefix)] == ["update", "create"]


def test_the_log_names_who_made_and_who_revoked():
    editor = an_editor("erik")
    key, _text = keys.make(name="Hospital", scopes=["read"], by=changes.Actor.of(editor))
    keys.revoke(key=key, by=changes.SYSTEM)
    revoked, made = changes.history("key", key.prefix)
    assert (made.actor, made.actor_role) == (editor, "editor")
    assert (revoked.actor, revoked.actor_role) == (None, "system")
    assert [name for name, _old, _new in revoked.fields()] == ["revoked_at"]


def test_a_reading_key_acts_as_nobody():
    key, _text = a_key("read")
    assert key.user is None


def test_an_importing_key_of_a_centre_coordinates_that_centre_and_no_other():
    own, _other = a_centre("own"), a_centre("other")
    key, _text = a_key("imports", centre=own)
    assert is_coordinator(key.user)
    assert own_centre_ids(key.user) == {own.pk}


def test_an_importing_key_without_a_centre_is_an_editor():
    key, _text = a_key("imports")
    assert is_editor(key.user)


def test_nobody_signs_in_as_a_key(client):
    key, text = a_key("imports")
    assert not key.user.has_usable_password()
    assert not key.user.is_staff
    assert not key.user.check_password(text)


def test_the_account_of_a_revoked_key_has_no_rights_left():
    own = a_centre()
    key, _text = a_key("imports", centre=own)
    keys.revoke(key=key, by=changes.SYSTEM)
    assert own_centre_ids(ApiKey.objects.get(pk=key.pk).user) == frozenset()


def test_the_coordination_of_a_key_is_recorded_too():
    key, _text = a_key("imports", centre=a_centre("own"))
    assert changes.history("coordination", f"{key.user_id}/own").count() == 1


@pytest.mark.parametrize(("scopes", "sentence"), [
    ([], "Choose at least one"),
    (["write"], "“write” is not one of: read, imports"),
])  # fmt: skip
def test_scopes_are_of_the_vocabulary(scopes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        keys.make(name="x", scopes=scopes, by=changes.SYSTEM)
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", ["", "n\x00l", "a\x1b[2Jb", "two\nlines", "\udcff", "n" * 81])
def test_a_key_has_a_name_that_fits(name):
    with pytest.raises(ValidationError):
        a_key(name=name)
    assert not Coordination.objects.exists()


def made_in_shell(*arguments):
    out = io.StringIO()
    call_command("make_key", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_make_key_prints_the_key_alone_on_its_last_line():
    a_centre("uz-demo")
    lines = made_in_shell("Demo hospital", "--scopes", "read,imports", "--centre", "uz-demo")
    key = keys.recognise(lines[-1])
    assert (key.name, key.scopes, key.centre.code) == ("Demo hospital", ["read", "imports"], "uz-demo")


def test_make_key_reads_only_unless_told():
    assert keys.recognise(made_in_shell("Reader")[-1]).scopes == ["read"]


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["x", "--scopes", "read,write"], "“write” is not a scope. Use one or more of: read, imports."),
    (["x", "--scopes", ""], "Choose at least one of: read, imports"),
    (["x", "--centre", "nowhere"], "“nowhere” is not the code of a centre. Known are: uz-demo."),
    (["n" * 90], "at most 80 characters"),
    (["a\x07b"], "The name contains the control character U\\+0007. Remove it."),
    (["a\nb"], "The name contains the control character U\\+000A. Remove it."),
])  # fmt: skip
def test_make_key_says_what_is_wrong(arguments, sentence):
    a_centre("uz-demo")
    with pytest.raises(CommandError, match=sentence):
        made_in_shell(*arguments)
    assert not ApiKey.objects.exists()
