"""How a status is marked: a shape, its tone and words, the same on every page.

Full is the shape only of what the centre confirmed within its due time (`trials.freshness.confirmation`).
What is old, was never confirmed or is disputed has a shape, a tone and words of its own, so that it reads in
black and white, and aloud.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.core.dates import first_day, partial_text
from directory.core.places import HOME
from directory.core.roles import Role
from trials.choices import Recruitment
from trials.freshness import Confirmation, confirmation, freshness
from trials.gaps import KnownTrial
from trials.models import Trial, TrialSite
from trials.statements import day_as_said

from . import words

# By the number of characters of a day as it was said: `2024`, `2024-06`, `2024-06-03`.
_WHEN = {4: _("in %(year)s"), 7: _("in %(month)s"), 10: _("on %(day)s")}
_THEN = {
    Recruitment.NOT_YET_RECRUITING: _("Not yet recruiting %(when)s"),
    Recruitment.RECRUITING: _("Recruiting %(when)s"),
    Recruitment.ENROLLING_BY_INVITATION: _("Enrolling by invitation %(when)s"),
    Recruitment.ACTIVE_NOT_RECRUITING: _("Active, not recruiting %(when)s"),
}
_NOTES = {
    Confirmation.OLD: _("not confirmed since"),
    Confirmation.NEVER_CONFIRMED: _("not confirmed by a centre"),
    Confirmation.DISPUTED: _("disputed"),
}
# What is over stays so, and what is not known waits for no confirmation of that.
_SETTLED = (Recruitment.COMPLETED, Recruitment.TERMINATED, Recruitment.WITHDRAWN, Recruitment.UNKNOWN)
# Of several sites the first of these speaks.
_ORDER = tuple(Confirmation)


@dataclass(frozen=True)
class Mark:
    """A status with what stands behind it, of one site or of several that are alike (`sites`).

    `day`: ISO 8601 as far as it was said, empty for no day.
    """

    status: str
    state: Confirmation
    day: str = ""
    role: str = ""
    source: str = ""
    implied_by: str = ""
    or_later: bool = False
    sites: int = 1

    @property
    def classes(self) -> str:
        """What the stylesheet draws it by."""
        return f"status-{words.TONES.get(self.status, 'unknown')} mark-{self.state}"

    @property
    def label(self) -> str:
        """The status, with its day where that is not a confirmation: `Recruiting in June 2024`."""
        name = words.label(Recruitment, self.status)
        if not self.day or self.state == Confirmation.CONFIRMED_IN_TIME:
            return name
        if then := _THEN.get(self.status):
            return str(then) % {"when": self._when}
        return gettext("%(status)s, as reported %(when)s") % {"status": name, "when": self._when}

    @property
    def note(self) -> str:
        """What follows the label: `not confirmed since`; empty for what is over."""
        if not self.day:
            return (
                gettext("never confirmed")
                if self.status == Recruitment.UNKNOWN
                else gettext("no day recorded")
            )
        if self.state == Confirmation.CONFIRMED_IN_TIME:
            return gettext("confirmed %(when)s") % {"when": self._when}
        if self.state != Confirmation.DISPUTED and self.status in _SETTLED:
            return ""
        return str(_NOTES[self.state])

    @property
    def text(self) -> str:
        """The whole mark in words."""
        return ", ".join(filter(None, (self.label, self.note)))

    @property
    def who(self) -> str:
        """Who said it, and of how many: `according to the sponsor`; empty where nobody said anything."""
        is_named = self.source and self.role in ("", Role.REGISTRY)
        name = self.source if is_named else words.ROLES.get(self.role)
        if not name:
            return gettext("source not recorded") if self.day else ""
        is_confirmed = self.state == Confirmation.CONFIRMED_IN_TIME
        text = gettext("by %(role)s") if is_confirmed else gettext("according to %(role)s")
        return words.of_many(text % {"role": name}, self.implied_by)

    @property
    def _when(self) -> str:
        text = partial_text(self.day)
        when = str(_WHEN[len(self.day)]) % {"year": text, "month": text, "day": text}
        return gettext("%(when)s or later") % {"when": when} if self.or_later else when


def mark_of(one) -> Mark:
    """The mark of a site, of a whole trial, of a document of either, or of what has one of its own."""
    if isinstance(one, TrialSite):
        day = day_as_said(one.verified_at, one.verified_on)
        return Mark(one.status, one.confirmation, day, one.verified_by, one.status_source, one.implied_by)
    if isinstance(one, Trial):
        by, read_on = one.status_by, one.read_on or timezone.localdate()
        word = freshness(first_day(one.status_as_of), one.disputed, read_on)
        return Mark(one.status, confirmation(word, by), one.status_as_of, by, "" if by else one.source)
    if isinstance(one, KnownTrial):
        day, state = (
            day_as_said(one.verified_at, one.verified_on),
            confirmation(one.freshness, one.verified_by, one.implied_by),
        )
        return Mark(Recruitment.RECRUITING, state, day, one.verified_by, "", one.implied_by)
    if isinstance(one, Mapping):
        return _of_trial_document(one) if "sites" in one else _of_site_document(one)
    return one if isinstance(one, Mark) else one.mark


def _of_site_document(site: Mapping) -> Mark:
    by, implied_by = site["verified_by"] or "", site["implied_by"] or ""
    state = confirmation(site["freshness"], by, implied_by)
    return Mark(site["status"], state, site["verified_on"] or "", by, site["source"] or "", implied_by)


def _of_trial_document(trial: Mapping) -> Mark:
    day, by = trial["status_as_of"] or "", trial["status_by"] or ""
    word = freshness(first_day(day), trial["status_disputed"], timezone.localdate())
    return Mark(trial["status"], confirmation(word, by), day, by, "" if by else trial["source"] or "")


def mark_of_many(marks: Iterable[Mark]) -> Mark | None:
    """What several sites of one status come to: those speak that are confirmed best.

    Of several days the oldest, the cautious one to show, and who said it then. None for no site.
    """
    marks = sorted(marks, key=lambda one: (_ORDER.index(one.state), one.day))
    same = [one for one in marks if one.state == marks[0].state]
    is_several = len({one.day for one in same}) > 1
    return replace(same[0], or_later=is_several, sites=len(same)) if same else None


def here(document: Mapping, status: str = Recruitment.RECRUITING) -> Mark | None:
    """As `mark_of_many`, of the Belgian sites of a trial's document that have this status."""
    sites = (one for one in document["sites"] if one["centre"]["country"] == HOME and one["status"] == status)
    return mark_of_many(map(_of_site_document, sites))


def confirmed_trials(**where) -> int:
    """How many listed trials recruit at a site, narrowed by `where`, whose centre confirmed it in 90 days."""
    sites = TrialSite.objects.listed().recruiting().confirmed_lately(timezone.localdate())
    return sites.filter(**where).aggregate(number=Count("trial", distinct=True))["number"]
