"""Pages of a trial and of a centre as they were at the end of a day: `?as_of=2026-03-03`."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from trials import as_of

NAME = "as_of"


def dated(show: Callable[[HttpRequest, as_of.AsOf, str], HttpResponse | None]):
    """For a page of a record: with a day asked for, `show(request, then, key)` takes its place.

    `show` gives None where the public saw no such record that day. Without a day, the page is today's.
    """

    def decorator(page: Callable[..., HttpResponse]):
        @wraps(page)
        def wrapped(request: HttpRequest, *args: str, **named: str) -> HttpResponse:
            (key,) = (*args, *named.values())
            if NAME not in request.GET:
                return page(request, key)
            if not (text := request.GET[NAME].strip()):
                return redirect(request.path)
            try:
                then = as_of.AsOf(as_of.day_of(text))
            except ValueError as error:
                return _nothing(request, str(error), status=400)
            sentence = _("This page did not exist, or was not public, on %(day)s.")
            return show(request, then, key) or _nothing(
                request, sentence % {"day": as_of.in_words(then.day)}, status=404
            )

        return wrapped

    return decorator


def _nothing(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    """Why there is nothing to show of that day, with the way to another."""
    context = {"sentence": sentence, "until": timezone.localdate(), "as_of": None, "today_url": request.path}
    return render(request, "directory/not_then.html", context, status=status)


def context_of(request: HttpRequest, then: as_of.AsOf) -> dict:
    """What a page says of the day it is of."""
    return {"as_of": then.day, "until": timezone.localdate(), "today_url": request.path}


def same_day(address: str, then: as_of.AsOf) -> HttpResponse:
    """A redirect to `address`, of the same day."""
    return redirect(f"{address}?{urlencode({NAME: then.day.isoformat()})}")
