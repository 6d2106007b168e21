"""What happens to a watch: asked for, confirmed, changed, ended; and the mails of a period, once each."""

import datetime as dt
import logging

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from directory.core import changes
from directory.core.mailing import mail_day
from directory.search import service
from trials.models import Trial

from . import mails
from .models import KEPT_DELIVERIES, Delivery, Frequency, Watch, WatchKind
from .news import news_of
from .questions import TooManyTrials, slugs_found

log = logging.getLogger(__name__)
MOST_OF_AN_ADDRESS = 20
MOST_ASKED_AN_HOUR = 5


def ask(*, email: str, kind: str, question: str, language: str, frequency: str) -> bool:
    """Note the wish and send the mail that asks to confirm it. Says nothing of whether the address is known.

    True where a mail was sent: one an hour for the same, a few an hour for an address, none for what it
    follows just so. What was asked for last is what the link confirms, also where no other mail was sent.
    """
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    mine = Watch.objects.of(email)
    is_full = mine.filter(created_at__gt=hour_ago).count() >= MOST_ASKED_AN_HOUR
    watch = mine.filter(kind=kind, question=question).first()
    if watch is None:
        if is_full or mine.count() >= MOST_OF_AN_ADDRESS:
            return False
        try:
            with transaction.atomic():
                watch = Watch.objects.create(
                    email=email, kind=kind, question=question, language=language, frequency=frequency
                )
        except IntegrityError:  # asked for twice at once: the other one sends the mail
            return False
        mails.send_confirmation(watch)
        return True
    wanted = {"frequency": frequency, "language": language}
    if watch.confirmed_at and wanted == {"frequency": watch.frequency, "language": watch.language}:
        Watch.objects.filter(pk=watch.pk).update(wanted={})
        return False
    Watch.objects.filter(pk=watch.pk).update(wanted=wanted)
    # Of two at once one sends it.
    due = Watch.objects.filter(pk=watch.pk, created_at__lte=hour_ago)
    if is_full or not due.update(created_at=timezone.now()):
        return False
    watch.refresh_from_db()
    mails.send_confirmation(watch)
    return True


def confirm(watch: Watch) -> None:
    """From now on changes are told, as was asked for last. Confirming twice is confirming once."""
    if watch.wanted:
        Watch.objects.filter(pk=watch.pk).update(**watch.wanted, wanted={})
        watch.refresh_from_db()
    if watch.confirmed_at is None:
        seen = _slugs(watch) or []
        Watch.objects.filter(pk=watch.pk, confirmed_at=None).update(
            confirmed_at=timezone.now(), seen=seen, seq=changes.last_seq()
        )


def end(watch: Watch) -> None:
    """Delete the watch, and with it the address."""
    watch.delete()


def end_all(watch: Watch) -> int:
    """Delete every watch of the same address. Returns how many."""
    return Watch.objects.of(watch.email).delete()[1].get("watching.Watch", 0)


def set_frequency(watch: Watch, frequency: str) -> None:
    Watch.objects.filter(pk=watch.pk).update(frequency=Frequency(frequency))


def clean_up(now: dt.datetime | None = None) -> int:
    """Delete what was never confirmed within 48 hours, and old receipts. Returns how many watches went."""
    now = now or timezone.now()
    Delivery.objects.filter(settled_at__lt=now - KEPT_DELIVERIES).delete()
    return Watch.objects.never_confirmed(now).delete()[1].get("watching.Watch", 0)


def period_of(frequency: str, now: dt.datetime) -> str:
    """The period that is due at `now`: a day from seven o'clock on, a week from Monday seven o'clock on.

    After days without a worker the period of today is due, and its mail tells of all of them.
    """
    day = mail_day(now)
    if frequency == Frequency.WEEKLY:
        year, week, _weekday = day.isocalendar()
        return f"{year}-W{week:02}"
    return day.isoformat()


def send_due(now: dt.datetime | None = None) -> int:
    """Settle every watch whose period is due. Returns how many mails were handed over."""
    now = now or timezone.now()
    if reason := service.ready():
        log.warning("watches wait for the index: %s", reason)
        return 0
    sent = 0
    for watch in Watch.objects.confirmed().order_by("pk").iterator(500):
        period = period_of(watch.frequency, now)
        # What was confirmed within the period has nothing to tell of it.
        if period_of(watch.frequency, watch.confirmed_at) == period:
            continue
        try:
            sent += deliver(watch, period)
        except (Watch.DoesNotExist, IntegrityError):  # who ends a watch meanwhile holds up nobody else's
            log.info("watch ended while its news was looked for", extra={"watch": watch.pk})
        except OSError:  # the mail server is away: the lease ends and it is tried again
            log.exception("mail not handed over", extra={"watch": watch.pk})
    return sent


def deliver(watch: Watch, period: str) -> bool:
    """The mail of `watch` for `period`, unless it is settled or somebody else is at it. True when sent."""
    delivery, _made = Delivery.objects.get_or_create(watch=watch, period=period)
    if not delivery.claim(timezone.now()):
        return False
    watch.refresh_from_db()
    until = changes.last_seq()
    now, seen = _slugs(watch), _today(watch.seen)
    if now is None:
        now = seen
    if watch.kind == WatchKind.TRIAL and now and seen:
        seen = now  # one trial, by whatever name it went
    with translation.override(watch.language):
        news = [] if _is_told_elsewhere(watch, now) else news_of(seen, now, since=watch.seq, until=until)
    if news:
        mails.news_mail(watch, news, period).send()
    with transaction.atomic():
        delivery.settle(was_sent=bool(news))
        Watch.objects.filter(pk=watch.pk).update(seen=now, seq=until)
    return bool(news)


def _today(slugs: list[str]) -> list[str]:
    """The same trials by the names of today: one that was merged since is the one that it is part of."""
    heirs = Trial.objects.heirs(slugs) if slugs else {}
    return list(dict.fromkeys(heirs.get(slug, slug) for slug in slugs))


def _is_told_elsewhere(watch: Watch, slugs: list[str]) -> bool:
    """Whether the same address follows a merged trial also by the name of today: one mail tells it."""
    if watch.kind != WatchKind.TRIAL or not slugs or slugs == [watch.question]:
        return False
    mine = Watch.objects.of(watch.email).confirmed()
    return mine.filter(kind=WatchKind.TRIAL, question__in=slugs).exists()


def _slugs(watch: Watch) -> list[str] | None:
    """The trials that are followed now; None where the search can no longer be asked."""
    if watch.kind == WatchKind.TRIAL:
        [slug] = _today([watch.question])
        return [slug] if service.body("trial", slug) else []
    try:
        return slugs_found(watch.question, watch.language)
    except TooManyTrials:
        return None
    except ValueError:
        log.warning("a watched search has become unusable", extra={"watch": watch.pk})
        return None
