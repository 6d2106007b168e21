"""Who is asked when, and the mails about it, once each; what editors do to an enquiry."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from centres.models import Centre, Coordination
from directory.core import changes
from directory.core.fields import LANGUAGE_CODES
from directory.core.mailing import mail_day
from directory.core.roles import Role
from trials.actions import correct_site
from trials.models import StatusStatement, TrialSite

from . import mails
from .models import (
    KEPT,
    OVERDUE_AFTER_DAYS,
    OVERHANG_DAYS,
    REMIND_AFTER_DAYS,
    ContactAnswer,
    ContactState,
    Enquiry,
    Letter,
    LetterKind,
    Reason,
    asked_sites,
)

log = logging.getLogger(__name__)
# Who does not answer is not asked anew for every move of a registry.
SOONEST_DAYS = 7
# A centre is asked so much of the period sooner, at most, until its mails come on days of its own.
SOONER = 1 / 3
_GOLDEN = 0.618034  # its multiples lie apart, however many there are
# A mail server that is away, an address that is none, an account that was deleted meanwhile.
NOT_SENT = (OSError, ValueError, MessageError, IntegrityError)


@dataclass
class SentCounts:
    """How many were asked, how many reminded, and how many mails could not be handed over."""

    asked: int = 0
    reminded: int = 0
    failed: int = 0


def send_due(now: dt.datetime | None = None) -> SentCounts:
    """Ask and remind all of whom that is due. Bears being run twice, at once, and being killed."""
    now = now or timezone.now()
    open_due(now)
    sent = SentCounts()
    for letter in _letters_due(now):
        try:
            done = deliver(letter, now)
        except NOT_SENT as error:  # the lease ends, and it is tried again
            # Its text may hold the address.
            log.warning("mail not sent: %s", type(error).__name__, extra={"enquiry": letter.enquiry_id})
            sent.failed += 1
            continue
        sent.asked += done and letter.kind == LetterKind.ASKED
        sent.reminded += done and letter.kind != LetterKind.ASKED
    return sent


def open_due(now: dt.datetime) -> None:
    """Make an enquiry for every coordinator of whom one is due; what two make at once is made once."""
    asked = set(asked_sites().values_list("centre", flat=True))
    moved = _last_moves()
    last = {(one.user_id, one.centre_id): one for one in Enquiry.objects.latest_of_each()}
    found = Coordination.objects.acting().filter(centre__in=asked).exclude(user__email="")
    made = []
    for one in found.select_related("centre").order_by("pk"):
        before = last.get((one.user_id, one.centre_id))
        if reason := reason_to_ask(before, moved.get(one.centre_id), now):
            made.append(_new(one, before, reason, now))
    Enquiry.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)


def reason_to_ask(before: Enquiry | None, moved: dt.datetime | None, now: dt.datetime) -> str:
    """Why a coordinator is to be asked now, after the enquiry `before`; empty where it is too early.

    `moved`: when a registry, or somebody of a whole trial, last said something that speaks against a status
    of the centre, or made it.
    """
    day = mail_day(now)
    if before is None or day >= due_on(before):
        return Reason.DUE
    heard = before.answered_at or before.asked_at
    waited = day >= before.asked_on + dt.timedelta(days=SOONEST_DAYS)
    return Reason.MOVED if moved and moved > heard and (before.answered_at or waited) else ""


def due_on(before: Enquiry) -> dt.date:
    """When the next enquiry comes: a period after `before`, or sooner until that is the centre's own day.

    Each centre has one day of the period, the same for good: were all asked on one day, their statuses would
    all grow old on one day. Who is asked for the first time is asked at once. Who does not answer is told to
    the editors first.
    """
    every = settings.VOUCH_EVERY_DAYS
    own = int(before.centre_id * _GOLDEN % 1 * every)
    past = (before.asked_on.toordinal() - own) % every
    most = int(every * SOONER) if before.answered_at else every - OVERDUE_AFTER_DAYS - 1
    return before.asked_on + dt.timedelta(days=every - min(past, most))


def deliver(letter: Letter, now: dt.datetime) -> bool:
    """The mail `letter`, unless it is settled, somebody else is at it, or it is needed no more."""
    if not letter.claim(timezone.now()):
        return False
    is_first = letter.kind == LetterKind.ASKED
    still = Enquiry.objects.alive(now).filter(pk=letter.enquiry_id).select_related("user", "centre")
    enquiry = (still if is_first else still.owing()).first()
    if enquiry is None:
        return False
    mails.compose(enquiry, letter.kind).send()
    with transaction.atomic():
        letter.settle()
        if is_first:
            # From now on counts how long nobody answers, however long the mail server was away.
            Enquiry.objects.filter(pk=enquiry.pk).update(**_asked_since(now))
    return True


def ask_now(*, coordination: Coordination) -> bool:
    """Ask at once, whatever was asked before; False where the mail could not be handed over yet."""
    now = timezone.now()
    mine = Enquiry.objects.filter(user=coordination.user_id, centre=coordination.centre_id)
    made = _new(coordination, mine.order_by("-number").first(), Reason.EDITOR, now)
    Enquiry.objects.bulk_create([made], ignore_conflicts=True)
    letter, _made = Letter.objects.get_or_create(enquiry=mine.latest("number"), kind=LetterKind.ASKED)
    try:
        return deliver(letter, now)
    except NOT_SENT as error:
        log.warning("mail not sent: %s", type(error).__name__, extra={"enquiry": letter.enquiry_id})
        return False


def revoke(*, enquiry: Enquiry) -> bool:
    """From now on its links open nothing and nobody is reminded; False where that was so before."""
    mine = Enquiry.objects.filter(pk=enquiry.pk, revoked_at=None)
    return mine.update(revoked_at=timezone.now()) == 1


def decide_contacts(*, sent: QuerySet[ContactAnswer], by: changes.Actor, take: bool) -> int:
    """Let contact details that coordinators sent be shown, or leave what is. Returns how many were decided.

    Raises ValidationError for what a site does not take; then nothing is decided.
    """
    with transaction.atomic():
        pks = list(sent.values_list("pk", flat=True))
        found = ContactAnswer.objects.filter(state=ContactState.OPEN, pk__in=pks).order_by("said_at", "pk")
        decided = list(found.select_related("site__trial", "site__centre").select_for_update(of=("self",)))
        for one in decided:
            if take:
                correct_site(site=TrialSite.objects.get(pk=one.site_id), by=by, **one.values)
            one.state = ContactState.TAKEN if take else ContactState.DECLINED
            one.decided_at, one.decided_by = timezone.now(), by.role
            one.save(update_fields=["state", "decided_at", "decided_by"])
    return len(decided)


def clean_up(now: dt.datetime | None = None) -> int:
    """Delete enquiries that are long over. Returns how many. What was answered stays, as statements."""
    old = Enquiry.objects.filter(asked_at__lt=(now or timezone.now()) - KEPT)
    return old.delete()[1].get("vouching.Enquiry", 0)


def _new(one: Coordination, before: Enquiry | None, reason: str, now: dt.datetime) -> Enquiry:
    """The next enquiry, in the language in which the coordinator answered last, else the centre's first."""
    number, language = (before.number + 1, before.language) if before else (1, language_of(one.centre))
    return Enquiry(
        user_id=one.user_id, centre_id=one.centre_id, number=number, reason=reason, language=language,
        **_asked_since(now),
    )  # fmt: skip


def _asked_since(now: dt.datetime) -> dict:
    days = settings.VOUCH_EVERY_DAYS + OVERHANG_DAYS
    return {"asked_at": now, "asked_on": mail_day(now), "expires_at": now + dt.timedelta(days=days)}


def language_of(centre: Centre) -> str:
    """The first language of a centre that is one of ours."""
    return next((code for code in centre.languages if code in LANGUAGE_CODES), LANGUAGE_CODES[0])


def _last_moves() -> dict[int, dt.datetime]:
    """By centre, when a registry last said what contradicts a person there, or what alone is known.

    What anybody said of a whole trial is such a word, too.
    """
    told = Q(site__disputed=True) | Q(site__verified_by=Role.REGISTRY) | ~Q(site__implied_by="")
    not_of_site = Q(role=Role.REGISTRY) | ~Q(implied_by="")
    found = StatusStatement.objects.filter(told, not_of_site, site__in=asked_sites(), retracted_at=None)
    return dict(found.order_by().values_list("site__centre").annotate(Max("recorded_at")))


def _letters_due(now: dt.datetime) -> Iterator[Letter]:
    """The mails that are due, of each enquiry at most one."""
    day = mail_day(now)
    alive = Enquiry.objects.latest_of_each().of_acting().alive(now)
    settled: dict[int, set[str]] = defaultdict(set)
    done = Letter.objects.filter(enquiry__in=alive).exclude(settled_at=None)
    for pk, kind in done.values_list("enquiry", "kind"):
        settled[pk].add(kind)
    owing = set(alive.owing().values_list("pk", flat=True))
    kinds = {pk: kind_due((day - on).days, settled[pk]) for pk, on in alive.values_list("pk", "asked_on")}
    due = {pk: kind for pk, kind in kinds.items() if kind == LetterKind.ASKED or (kind and pk in owing)}
    # What two make at once is made once.
    Letter.objects.bulk_create(
        [Letter(enquiry_id=pk, kind=kind) for pk, kind in due.items()], ignore_conflicts=True, batch_size=500
    )
    waiting = Letter.objects.filter(enquiry__in=alive, settled_at=None).order_by("enquiry_id")
    yield from (one for one in waiting if due.get(one.enquiry_id) == one.kind)


def kind_due(days: int, settled: set[str]) -> str:
    """Which mail is due `days` after somebody was asked; of two reminders at once only the second."""
    if LetterKind.ASKED not in settled:
        return LetterKind.ASKED
    first, second = REMIND_AFTER_DAYS
    if LetterKind.REMINDED_AGAIN in settled or days < first:
        return ""
    if days >= second:
        return LetterKind.REMINDED_AGAIN
    return "" if LetterKind.REMINDED in settled else LetterKind.REMINDED
