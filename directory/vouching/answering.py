"""What a coordinator answers by the mailed link: all of it is stored in one transaction, each of it once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from centres.models import Coordination
from directory.core import changes
from directory.core.dates import first_day, last_day
from directory.core.roles import Role
from trials.actions import correct_site, state_status
from trials.choices import Recruitment
from trials.models import TrialSite

from .asked import AskedSite, contradictions
from .models import ContactAnswer, ContactState, Enquiry

EVIDENCE = "answered by the mailed link (enquiry %d)"
SAME = "same"  # the status that the page showed is still right
# What else may be said of a site: the page has a word for each.
SAID = (
    Recruitment.RECRUITING,
    Recruitment.ACTIVE_NOT_RECRUITING,
    Recruitment.SUSPENDED,
    Recruitment.NOT_YET_RECRUITING,
)


class Closed(StrEnum):
    """Why a link opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    NOT_COORDINATOR = "not_coordinator"
    CENTRE_HIDDEN = "centre_hidden"


@dataclass(frozen=True)
class SiteAnswer:
    """What is said of one site. `seen`: what the page showed (`AskedSite.seen`); `day`: ISO 8601, perhaps a
    month; `values`: columns to be stored; `contact`: those that an editor looks at first; `at_once`: said of
    all others, not of this site itself."""

    site_id: int
    said: str = ""
    seen: str = ""
    day: str = ""
    values: dict[str, object] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    at_once: bool = False

    @property
    def says_something(self) -> bool:
        return bool(self.said or self.values or self.contact)


@dataclass
class Stored:
    """The sites of which something new was stored; those that were not confirmed, since they are not what the
    page showed, or a registry contradicts them; and how many this link does not ask about."""

    stored: list[TrialSite] = field(default_factory=list)
    moved: list[TrialSite] = field(default_factory=list)
    gone: int = 0


def why_closed(enquiry: Enquiry | None) -> Closed | None:
    """Why the link of `enquiry` opens nothing; None where it is open."""
    if enquiry is None:
        return Closed.UNKNOWN
    if enquiry.revoked_at:
        return Closed.REVOKED
    if enquiry.is_expired:
        return Closed.EXPIRED
    mine = Coordination.objects.acting().filter(user=enquiry.user_id, centre=enquiry.centre_id)
    if not mine.exists():
        return Closed.NOT_COORDINATOR
    return None if enquiry.centre.is_listed else Closed.CENTRE_HIDDEN


def status_said(site: TrialSite, said: str, day: str) -> str:
    """The status that an answer means, empty for none.

    Raises ValidationError, with a sentence, where `day` (ISO 8601, perhaps a month) cannot be the day of it.
    """
    status, today = site.status if said == SAME else said, timezone.localdate()
    if said in ("", SAME) and not day:
        return status
    if not said:
        raise ValidationError(_("Say what happens on that day: choose one of the answers above."))
    if status == Recruitment.NOT_YET_RECRUITING:
        if not day:
            raise ValidationError(_("Give the day or month on which it opens, like 15/03/2027 or 03/2027."))
        if last_day(day) <= today:
            sentence = _("“%(day)s” has passed. Give a later day, or answer that it is open.")
            raise ValidationError(sentence, params={"day": day})
    elif day and first_day(day) > today:
        sentence = _("“%(day)s” is in the future. Give the day since when this is so, or leave it empty.")
        raise ValidationError(sentence, params={"day": day})
    return status


def answer(
    *, enquiry: Enquiry, answers: Iterable[SiteAnswer], note: str, language: str, request_id: str = ""
) -> Stored:
    """Store what the coordinator of `enquiry` says; said twice, it is stored once.

    A status that became another since the page was shown is not confirmed. Raises ValidationError for what a
    site does not take, and PermissionError where the link was closed meanwhile; then nothing is stored.
    """
    by = changes.Actor(Role.COORDINATOR, enquiry.user_id, request_id=request_id)
    with changes.recording(by):
        # Two answers at once take turns here.
        held = Enquiry.objects.select_for_update(of=("self",)).select_related("centre").get(pk=enquiry.pk)
        if why_closed(held):
            raise PermissionError
        sites = {one.pk: one for one in held.sites().select_for_update(of=("self",))}
        against = contradictions(list(sites.values()))
        found, given = Stored(), list(answers)
        for one in given:
            if one.site_id not in sites:
                found.gone += 1
            else:
                asked = AskedSite(sites[one.site_id], against.get(one.site_id))
                _take(asked, one, by, held, found)
        if found.gone < len(given) or note != held.note:
            held.answered_at, held.language = timezone.now(), language
        if note != held.note:
            held.note, held.note_read_at = note, None
        held.clean_fields(exclude=["user", "centre"])
        held.save(update_fields=["answered_at", "language", "note", "note_read_at"])
    return found


def _take(asked: AskedSite, one: SiteAnswer, by: changes.Actor, enquiry: Enquiry, found: Stored) -> None:
    """Store one answer, unless it is what the site says already."""
    site = asked.site
    if one.said == SAME and not _is_as_seen(asked, one):
        found.moved.append(site)
        return
    status = status_said(site, one.said, one.day)
    changed = _changed(site, one.values | _opening(site, status, one.day))
    since = "" if status == Recruitment.NOT_YET_RECRUITING else one.day
    is_new = bool(status) and not _stands(asked, status, since)
    if changed:
        correct_site(site=site, by=by, **changed)
    if is_new:
        state_status(site=site, status=status, by=by, since=since, evidence=EVIDENCE % enquiry.pk)
    is_sent = _send_contact(site, one.contact, enquiry)
    if changed or is_new or is_sent:
        found.stored.append(site)


def _is_as_seen(asked: AskedSite, one: SiteAnswer) -> bool:
    """Whether it can be still right: what the page showed, and known; with all others only uncontradicted."""
    may_be = asked.may_be_confirmed if one.at_once else asked.site.status != Recruitment.UNKNOWN
    return may_be and one.seen == asked.seen


def _send_contact(site: TrialSite, contact: dict[str, str], enquiry: Enquiry) -> bool:
    """Let the editors see what was said of the contact; False where it says what is stored, or sent, already.

    To say again what is stored takes back what was sent before.
    """
    sent = ContactAnswer.objects.filter(enquiry=enquiry, site=site, state=ContactState.OPEN)
    if not contact:
        return False
    before = sent.first()
    values = _changed(site, (before.values if before else {}) | contact)
    if before and not values:
        before.delete()
        return True
    if not values or (before and before.values == values):
        return False
    said = {"values": values, "said_at": timezone.now()}
    sent.update_or_create(enquiry=enquiry, site=site, state=ContactState.OPEN, defaults=said)
    return True


def _changed(site: TrialSite, values: dict) -> dict:
    return {name: value for name, value in values.items() if getattr(site, name) != value}


def _opening(site: TrialSite, status: str, day: str) -> dict:
    """The day on which the site opens, where it is announced, or is no longer to come."""
    if status == Recruitment.NOT_YET_RECRUITING:
        return {"opened_on": day} if day else {}
    announced = first_day(site.opened_on)
    is_wrong = status == Recruitment.RECRUITING and announced and announced > timezone.localdate()
    return {"opened_on": day} if is_wrong else {}


def _stands(asked: AskedSite, status: str, since: str) -> bool:
    """Whether a coordinator said just this today, and nothing speaks against it."""
    site = asked.site
    is_said = (site.status, site.verified_by) == (status, Role.COORDINATOR) and not asked.against
    today: dt.date = timezone.localdate()
    return is_said and site.verified_at == today and not site.verified_on and since in ("", site.status_since)
