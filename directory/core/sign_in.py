"""Guessing passwords: so many failures from an address, so many for a name, counted before any hashing.

A handler of django-axes, which asks it before a password is looked at, whatever the door. It keeps its
counts in the cache alone: no table holds who tried from where. An attempt is counted when it begins, so that
many at once are not more than may be, and given back when it succeeds or was never tried.
"""

import logging

from axes.handlers.base import AxesHandler
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import counting
from .turns import turns

PER_ADDRESS_SECONDS = 10 * 60
PER_NAME_SECONDS = 15 * 60
TOO_MANY = _("Too many attempts to sign in have failed.")

logger = logging.getLogger(__name__)


class Failures(AxesHandler):
    """`is_allowed` counts an attempt, or raises TooMany; success gives it back."""

    def is_allowed(self, request, credentials=None):
        check_address(request, request.axes_ip_address)
        try:
            check_name(request, (credentials or {}).get("username") or "")
        except counting.TooMany:
            # Nothing was tried: who insists on a locked name does not lock a whole hospital out.
            give_back(request)
            raise
        return True

    def is_locked(self, request, credentials=None):
        return False

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        logger.warning("A sign-in failed.")

    def user_logged_in(self, sender, request, user, **kwargs):
        give_back(request)
        reset(name=user.get_username())

    def reset_attempts(self, *, ip_address=None, username=None, ip_or_username=False):
        return reset(address=ip_address, name=username)


def check_door(address: str) -> None:
    """TooMany for whoever would be refused anyway: before a form is read, and for as good as nothing."""
    turns().check()
    limit = settings.SIGN_IN_FAILURES_PER_ADDRESS
    counting.check_used(_of_address(address), limit, PER_ADDRESS_SECONDS, str(TOO_MANY))


def check_address(request, address: str) -> None:
    """Count an attempt from `address`."""
    _check(request, _of_address(address), settings.SIGN_IN_FAILURES_PER_ADDRESS, PER_ADDRESS_SECONDS)


def check_name(request, name: str) -> None:
    """Count an attempt for the account `name`, whether or not there is one."""
    _check(request, _of_name(name), settings.SIGN_IN_FAILURES_PER_NAME, PER_NAME_SECONDS)


def _check(request, client: str, limit: int, seconds: int) -> None:
    counting.check(client, limit, seconds, why=str(TOO_MANY))
    request.sign_in_counted = [*getattr(request, "sign_in_counted", []), client]


def give_back(request) -> None:
    """What `request` was counted for was no failure."""
    for client in getattr(request, "sign_in_counted", []):
        counting.give_back(client)
    request.sign_in_counted = []


def reset(*, address: str | None = None, name: str | None = None) -> int:
    """Let somebody try again at once; how many counts were dropped."""
    clients = [_of_address(address)] if address else []
    clients += [_of_name(name)] if name else []
    return sum(counting.forget(client) for client in clients)


def _of_address(address: str) -> str:
    return f"sign-in.from.{address}"


def _of_name(name: str) -> str:
    return f"sign-in.as.{name.strip().casefold()[:200]}"
