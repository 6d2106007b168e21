"""What all mails that go out by the clock share: how one is made, when its day begins, that it goes out once.

See `docs/adr/0011`.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

LEASE = dt.timedelta(minutes=10)
# Local time at which the mails of a day are made.
HOUR = 7


class Handover(models.Model):
    """A mail on its way, settled once.

    ::

        (none) ─▶ claimed (lease) ─▶ settled
                     └─ lease over ─▶ claimed again

    A worker that dies between handing over the mail and settling leaves a lease behind; after it the mail is
    handed over again under the same `Message-ID`.
    """

    lease_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def claim(self, now: dt.datetime) -> bool:
        """Take the lease: True for the one of several who may send."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        mine = type(self)._default_manager.filter(free, pk=self.pk, settled_at=None)
        return mine.update(lease_until=now + LEASE) == 1

    def settle(self, **more: Any) -> None:
        """Nobody hands it over any more; `more` columns are written with it."""
        mine = type(self)._default_manager.filter(pk=self.pk)
        mine.update(settled_at=timezone.now(), lease_until=None, **more)


def mail_day(now: dt.datetime) -> dt.date:
    """The day whose mails are due at `now`: it begins at seven o'clock, local time."""
    local = timezone.localtime(now)
    return local.date() if local.hour >= HOUR else local.date() - dt.timedelta(days=1)


def absolute(view: str, *args: str) -> str:
    """The address of a page (`web:trial`), in the language that is spoken now."""
    return settings.BASE_URL + reverse(view, args=args)


def message_id(name: str) -> str:
    """The `Message-ID` of the mail `name`: the same for the same mail, however often it is handed over."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<{name}@{domain}>"


def letter(*, to: str, name: str, subject: str, template: str, context: dict) -> EmailMultiAlternatives:
    """A mail in the language that is spoken now: `template` as plain text, with its HTML twin.

    `name` tells it from all other mails (`message_id`).
    """
    context = context | {"language": get_language()}
    headers = {
        "Auto-Submitted": "auto-generated",
        "Content-Language": get_language(),
        "Message-ID": message_id(name),
    }
    text = render_to_string(f"{template}.txt", context)
    message = EmailMultiAlternatives(" ".join(subject.split()), text, to=[to], headers=headers)
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message
