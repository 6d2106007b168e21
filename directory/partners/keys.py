"""Making, revoking and recognising keys.

A key reads `prefix.secret`. The prefix finds the row, the rest is compared by its digest: HMAC-SHA-256 with
a pepper drawn from SECRET_KEY, so that a copy of the database alone does not let anybody try keys. A random
secret of 40 letters and digits needs no slow hash.
"""

import datetime as dt
import re
from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _

from centres.models import Centre, Coordination
from directory.core import changes
from directory.core.roles import COORDINATORS, EDITORS

from .models import ApiKey, KeyScope

PREFIX_LENGTH, SECRET_LENGTH = 8, 40
_FORM = re.compile(rf"[A-Za-z0-9]{{{PREFIX_LENGTH}}}\.[A-Za-z0-9]{{{SECRET_LENGTH}}}")


class BadKey(Exception):
    """A key that opens nothing; the message says why."""


def make(
    *,
    name: str,
    scopes: Iterable[str],
    by: changes.Actor,
    centre: Centre | None = None,
    expires_at: dt.datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, which is stored nowhere. Raises ValidationError."""
    prefix, secret = get_random_string(PREFIX_LENGTH), get_random_string(SECRET_LENGTH)
    text = f"{prefix}.{secret}"
    key = ApiKey(
        name=name, scopes=list(dict.fromkeys(scopes)), centre=centre, expires_at=expires_at, prefix=prefix,
        digest=_digest(text, settings.SECRET_KEY),
    )  # fmt: skip
    key.full_clean(exclude=["user"])
    with changes.recording(by) as log:
        if KeyScope.IMPORTS in key.scopes:
            key.user = _account(key, log)
        log.watch(key)
        key.save()
    return key, text


def revoke(*, key: ApiKey, by: changes.Actor) -> bool:
    """Take the key out of force, and its account with it. False where it was revoked before."""
    with changes.recording(by) as log:
        log.watch(key)
        now = timezone.now()
        if not ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now, updated_at=now):
            return False
        if key.user_id:
            get_user_model().objects.filter(pk=key.user_id).update(is_active=False)
    key.refresh_from_db()
    return True


def recognise(text: str) -> ApiKey:
    """The key in force that `text` is. Raises BadKey, in the same words for all that cannot be told apart."""
    wrong = _("This key is not known. Check that you copied all of it.")
    if not _FORM.fullmatch(text):
        raise BadKey(wrong)
    key = ApiKey.objects.select_related("centre", "user").filter(prefix=text[:PREFIX_LENGTH]).first()
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if key is None or not any(constant_time_compare(key.digest, _digest(text, secret)) for secret in secrets):
        raise BadKey(wrong)
    if key.revoked_at is not None:
        day = timezone.localdate(key.revoked_at)
        raise BadKey(_("This key was revoked on %(day)s. Ask for a new one.") % {"day": day})
    if key.expires_at and not key.in_force:
        day = timezone.localdate(key.expires_at)
        raise BadKey(_("This key expired on %(day)s. Ask for a new one.") % {"day": day})
    return key


def _account(key: ApiKey, log: changes.Recorder):
    """The account an importing key acts as: no password, no way into the admin."""
    users = get_user_model().objects
    user = users.create_user(f"key-{key.prefix}", password=None, first_name=key.name)
    user.groups.add(Group.objects.get(name=COORDINATORS if key.centre else EDITORS))
    if key.centre:
        coordination = Coordination(user=user, centre=key.centre)
        log.watch(coordination)
        coordination.save()
    return user


def _digest(text: str, secret: str | bytes) -> str:
    return salted_hmac("directory.partners.keys", text, secret=secret, algorithm="sha256").hexdigest()
