"""What a coordinator is asked about one centre: its sites in one order, each with what speaks against it.

The mail, the page and the sheet all take it from here, so that they count and order the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.core.dates import partial_text
from directory.core.roles import Role
from directory.core.text import fold
from trials.choices import Recruitment
from trials.implied import implied_in_words
from trials.models import StatusStatement, TrialSite
from trials.statements import day_as_said

from .models import Enquiry


@dataclass(frozen=True)
class AskedSite:
    """One site, and what was said later that speaks against it: of the site, or of the whole trial."""

    site: TrialSite
    against: StatusStatement | None = None

    @property
    def seen(self) -> str:
        """What a form sends back, so that nothing is confirmed that it did not show."""
        return f"{self.site.status}!{self.against.pk}" if self.against else self.site.status

    @property
    def may_be_confirmed(self) -> bool:
        """With all others at once: a contradiction is looked at by itself, and unknown cannot be right."""
        return may_be_confirmed(self.seen)

    @property
    def order(self) -> tuple:
        """What a registry contradicts first; then by acronym, and what has none last, by its title."""
        trial = self.site.trial
        return self.against is None, not trial.acronym, fold(trial.acronym or str(trial)), self.site.pk


def may_be_confirmed(seen: str) -> bool:
    """The same of what a form sends back."""
    return seen not in ("", Recruitment.UNKNOWN) and "!" not in seen


def asked_about(enquiry: Enquiry, *columns: str) -> list[AskedSite]:
    """All sites that `enquiry` asks about today, in their order; with `columns` no others are read."""
    found = enquiry.sites()
    if columns:
        found = found.select_related(None).select_related("trial").only(*columns)
    sites = list(found)
    against = contradictions(sites)
    return sorted((AskedSite(one, against.get(one.pk)) for one in sites), key=lambda one: one.order)


def contradictions(sites: Iterable[TrialSite]) -> dict[int, StatusStatement]:
    """By site, the later word that disputes its status."""
    disputed = {one.pk: one.disputed_by for one in sites if one.disputed}
    said = StatusStatement.objects.in_bulk(disputed.values()) if disputed else {}
    return {pk: said[by] for pk, by in disputed.items() if by in said}


def told(against: StatusStatement) -> str:
    """`ClinicalTrials.gov says: Completed, since 1 June 2026 (12 November 2026)`, in the active language."""
    said = {
        "registry": against.source or _speaker(against), "status": against.get_status_display(),
        "day": partial_text(against.day_as_said), "since": partial_text(against.since),
        "many": implied_in_words(against.implied_by),
    }  # fmt: skip
    if against.implied_by and against.since:
        sentence = _("%(registry)s says of %(many)s: %(status)s, since %(since)s (%(day)s)")
    elif against.implied_by:
        sentence = _("%(registry)s says of %(many)s: %(status)s (%(day)s)")
    elif against.since:
        sentence = _("%(registry)s says: %(status)s, since %(since)s (%(day)s)")
    else:
        sentence = _("%(registry)s says: %(status)s (%(day)s)")
    return sentence % said


def _speaker(said: StatusStatement) -> str:
    speakers = {Role.REGISTRY: _("A registry"), Role.EDITOR: _("An editor")}
    return speakers.get(said.role) or said.get_role_display()


def told_of(one: AskedSite) -> str:
    """Who says of a site what speaks against its status, or what alone is known of it: a registry, or whoever
    spoke of the whole trial; empty where a person said it of the site and none objects."""
    site = one.site
    if one.against:
        return told(one.against)
    if site.verified_by != Role.REGISTRY and not site.implied_by:
        return ""
    speakers = {Role.REGISTRY: _("a registry"), Role.EDITOR: _("an editor")}
    said = {
        "registry": site.status_source or speakers.get(site.verified_by) or site.get_verified_by_display(),
        "day": partial_text(day_as_said(site.verified_at, site.verified_on)),
        "many": implied_in_words(site.implied_by),
    }
    if site.implied_by:
        return _("%(registry)s says so of %(many)s (%(day)s); your centre has not confirmed it") % said
    return _("%(registry)s says so (%(day)s); your centre has not confirmed it") % said
