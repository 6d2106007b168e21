"""When a key was last used, by the day: noted in the cache with each request, kept by the clock.

A request that reads writes nothing into the database. Where the cache lost a note, or did not answer, the
day stays what it was: a key without one is "not known" to have been used, never "never used".
"""

import datetime as dt

from django.core.cache import cache
from django.utils import timezone

from directory.core.counting import CACHE_DOWN

from .models import ApiKey

# Longer than a worker is ever away for.
NOTED_FOR = 14 * 24 * 60 * 60


def note(key: ApiKey) -> None:
    """`key` is used now."""
    today = timezone.localdate().toordinal()
    try:
        if cache.get(_name(key.pk)) != today:
            cache.set(_name(key.pk), today, NOTED_FOR)
    except CACHE_DOWN:
        return


def keep() -> int:
    """Write what was noted since the last time; how many keys have a later day. Bears being run twice."""
    stored = dict(ApiKey.objects.values_list("pk", "last_used"))
    try:
        noted = cache.get_many([_name(pk) for pk in stored])
    except CACHE_DOWN:
        return 0
    later = 0
    for pk, day in stored.items():
        if number := noted.get(_name(pk)):
            used = dt.date.fromordinal(number)
            if day is None or used > day:
                later += ApiKey.objects.filter(pk=pk).update(last_used=used)
    return later


def _name(pk: int) -> str:
    return f"partners.used.{pk}"
