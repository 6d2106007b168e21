"""What a coordinator is asked about one centre: its sites in one order, each with what speaks against it.

The mail, the page and the sheet all take it from here, so that they count and order the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from directory.core.dates import partial_text
from directory.core.roles import Role
from directory.core.text import fold
from trials.choices import Recruitment
from trials.models import StatusStatement, TrialSite
from trials.statements import contradicting, day_as_said

from .models import ENDED, Enquiry

GOING_ON = (Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION, Recruitment.NOT_YET_RECRUITING)
CLOSED = (Recruitment.ACTIVE_NOT_RECRUITING, Recruitment.SUSPENDED, *ENDED)


@dataclass(frozen=True)
class AskedSite:
    """One site, and what a registry said later that speaks against it: of the site, or of the whole trial."""

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


def contradictions(sites: Sequence[TrialSite]) -> dict[int, StatusStatement]:
    """By site, the later word of a registry that is another one. Three queries at most."""
    found = {pk: said for pk, _centre, said in closings(_asked_again(sites))}
    disputed = {one.pk: one for one in sites if one.disputed}
    said = defaultdict(list)
    if disputed:
        for one in StatusStatement.objects.filter(site__in=disputed, role=Role.REGISTRY, retracted_at=None):
            said[one.site_id].append(one)
    of_sites = {pk: contradicting(said[pk], one.status) for pk, one in disputed.items()}
    return found | {pk: one for pk, one in of_sites.items() if one}


def closings(sites: QuerySet[TrialSite]) -> list[tuple[int, int, StatusStatement]]:
    """Of `sites` that go on, those whose trial a registry says is closed as a whole, later than what is known
    of the site: pk of the site, of its centre, and the registry's word."""
    of_trial = StatusStatement.objects.filter(trial=OuterRef("trial"), role=Role.REGISTRY, retracted_at=None)
    latest = of_trial.exclude(said_at=None).order_by("-said_at", "-pk").values("pk")[:1]
    # Where a person said later how the trial is, that stands.
    by_registry = Q(trial__disputed=True) | Q(trial__status_by=Role.REGISTRY)
    asked = sites.filter(by_registry, status__in=GOING_ON).order_by().annotate(closing=Subquery(latest))
    rows = list(asked.values_list("pk", "centre", "verified_at", "closing"))
    pks = {closing for *_site, closing in rows if closing}
    said = StatusStatement.objects.filter(status__in=CLOSED).in_bulk(pks) if pks else {}
    return [
        (pk, centre, said[closing]) for pk, centre, verified_at, closing in rows
        if closing in said and (verified_at is None or said[closing].said_at > verified_at)
    ]  # fmt: skip


def _asked_again(sites: Iterable[TrialSite]) -> QuerySet[TrialSite]:
    return TrialSite.objects.filter(pk__in=[one.pk for one in sites])


def told(against: StatusStatement) -> str:
    """`ClinicalTrials.gov says: Completed, since 1 June 2026 (12 November 2026)`, in the active language."""
    said = {
        "registry": against.source or _("A registry"), "status": against.get_status_display(),
        "day": partial_text(against.day_as_said), "since": partial_text(against.since),
    }  # fmt: skip
    if against.trial_id and against.since:
        sentence = _("%(registry)s says of the whole trial: %(status)s, since %(since)s (%(day)s)")
    elif against.trial_id:
        sentence = _("%(registry)s says of the whole trial: %(status)s (%(day)s)")
    elif against.since:
        sentence = _("%(registry)s says: %(status)s, since %(since)s (%(day)s)")
    else:
        sentence = _("%(registry)s says: %(status)s (%(day)s)")
    return sentence % said


def told_of(one: AskedSite) -> str:
    """What a registry says of a site, against it, or alone; empty where a person said it and none objects."""
    site = one.site
    if one.against:
        return told(one.against)
    if site.verified_by != Role.REGISTRY:
        return ""
    said = {
        "registry": site.status_source or _("a registry"),
        "day": partial_text(day_as_said(site.verified_at, site.verified_on)),
    }
    return _("%(registry)s says so (%(day)s), your centre has not confirmed it") % said
