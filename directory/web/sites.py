"""A trial and its sites as a page shows them: what stands, what contradicts it, and whom to call."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from centres.models import Professional
from directory.core.dates import partial_text
from trials.as_of import keep_related
from trials.choices import Recruitment
from trials.models import StatusStatement, Trial, TrialSite
from trials.statements import disputing

from . import words


@dataclass
class SiteCard:
    """One site with the statements behind its status. The site's statements must be prefetched."""

    site: TrialSite
    statements: list[StatusStatement] = field(init=False)

    def __post_init__(self):
        self.statements = sorted(
            self.site.statements.all(), key=lambda one: (one.said_at, one.pk), reverse=True
        )

    @property
    def order(self) -> tuple:
        """Recruiting before closed, fresh before stale, then by what the centre is called."""
        return (
            words.STATUS_ORDER[self.site.status],
            words.FRESHNESS_ORDER[self.site.freshness],
            str(self.site.centre),
        )

    @property
    def standing(self) -> StatusStatement | None:
        """The statement the status comes from."""
        site = self.site
        said = (
            one for one in self.statements if (one.said_at, one.role) == (site.verified_at, site.verified_by)
        )
        return next((one for one in said if one.status == site.status), None)

    @property
    def contradiction(self) -> StatusStatement | None:
        """The newer statement that says otherwise, where there is one."""
        return disputing(self.site, self.statements)

    @property
    def people(self) -> list[Professional]:
        """Persons who may be named, each once. Without a consent on record nobody is."""
        both = (self.site.contact_person, self.site.investigator)
        return list(dict.fromkeys(one for one in both if one is not None and one.may_be_published))

    @property
    def has_contact(self) -> bool:
        site = self.site
        return bool(site.contact_email or site.contact_phone or self.people)

    @property
    def since(self) -> str:
        """From when the status holds, else when the site opened or is to open; empty where nobody said."""
        site = self.site
        if site.status == Recruitment.NOT_YET_RECRUITING and site.opened_on:
            return _("opening announced for %(day)s") % {"day": partial_text(site.opened_on)}
        if site.status_since:
            return _("this status since %(day)s") % {"day": partial_text(site.status_since)}
        return _("opened: %(day)s") % {"day": partial_text(site.opened_on)} if site.opened_on else ""

    @property
    def said_alike(self) -> tuple:
        """What sites have in common that are told of together: all that is said of their status."""
        site, standing = self.site, self.standing
        return (
            site.status, site.freshness, site.verified_at, site.verified_on, site.verified_by,
            site.status_source, standing.source_url if standing else "", site.implied_by,
            _said_by(self.contradiction),
        )  # fmt: skip


@dataclass(frozen=True)
class SiteBlock:
    """The sites of a trial that are told of together: of one status, stated on one day by one source."""

    places: list[SiteCard]

    @property
    def first(self) -> SiteCard:
        """Any of them: what the block says holds of each."""
        return self.places[0]

    @property
    def since(self) -> str:
        """From when the status holds (`SiteCard.since`), where that is one day for all; else empty."""
        return self.first.since if len({place.since for place in self.places}) == 1 else ""


def blocks_of(places: Iterable[SiteCard]) -> list[SiteBlock]:
    """Sites told of together, in the order of the first of each."""
    blocks: dict[tuple, list[SiteCard]] = {}
    for place in places:
        blocks.setdefault(place.said_alike, []).append(place)
    return [SiteBlock(several) for several in blocks.values()]


def _said_by(other: StatusStatement | None) -> tuple:
    """What of a statement is shown."""
    if other is None:
        return ()
    said = other.role, other.status, other.said_at, other.said_on
    return *said, other.source, other.source_url, other.implied_by


def add_statements(trials: Iterable[Trial]) -> None:
    """Read what counts of what was said of some trials and of their prefetched sites, in one query."""
    trials = list(trials)
    sites = [site for trial in trials for site in trial.sites.all()]
    of_trials: dict[int, list] = {one.pk: [] for one in trials}
    of_sites: dict[int, list] = {one.pk: [] for one in sites}
    found = StatusStatement.objects.filter(Q(trial__in=of_trials) | Q(site__in=of_sites), retracted_at=None)
    for one in found if trials else ():
        (of_trials[one.trial_id] if one.trial_id else of_sites[one.site_id]).append(one)
    for trial in trials:
        keep_related(trial, statements=of_trials[trial.pk])
    for site in sites:
        keep_related(site, statements=of_sites[site.pk])


def dispute_of(trial: Trial) -> StatusStatement | None:
    """The newer statement that says otherwise than the status of a whole trial, prefetched."""
    return disputing(trial, trial.statements.all())


def history_of(places: list[SiteCard], trial: Iterable[StatusStatement] = ()) -> list[StatusStatement]:
    """All that was said about the sites, and the whole `trial`, latest first; what is of no day, last.

    Each statement's `site` is set, not fetched: None for one about the trial.
    """
    said = list(trial)
    for place in places:
        for statement in place.statements:
            statement.site = place.site
            said.append(statement)
    return sorted(said, key=lambda one: (one.said_at or dt.date.min, one.pk), reverse=True)
