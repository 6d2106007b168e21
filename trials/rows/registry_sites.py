"""What a registry says of sites: where a trial runs, and whether it recruits there."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from centres.matching import CentreRef
from centres.models import Centre
from directory.core.dates import first_day
from directory.core.roles import Role
from directory.imports.rows.result import RowResult, shown, yes_or_no
from directory.imports.rows.storing import ChangeRecorder, update
from directory.imports.scope import Scope

from .. import implied, statements
from ..choices import Recruitment
from ..models import StatusStatement, Trial, TrialSite
from ..models.registry import FROM_FILES, whose


class RegistrySites:
    """The sites of the trials at hand, and what was stated of them; `registry`: who speaks.

    A registry says a status without a day. One that it said before and still says is no news. What is new is
    of the day on which it was first seen changed; at the first sight, of the day of the record itself. A
    record from a file may have lain there for long: what it says is always of its own day.
    """

    column = "location_statuses"

    def __init__(self, scope: Scope, registry: str):
        self.scope, self.registry = scope, registry
        self.is_from_files = registry.endswith(FROM_FILES)
        self.sites: dict[int, dict[int, TrialSite]] = defaultdict(dict)  # by trial and centre
        self.said: dict[int, list[StatusStatement]] = defaultdict(list)
        self._looked_up: set[int] = set()

    def look_up(self, trials: Iterable[int]) -> None:
        """Fetch the sites of some trials: three queries."""
        self._looked_up |= (trials := set(trials))
        # Centres are few: each is made once, not once a site.
        found = TrialSite.objects.filter(trial__in=trials).prefetch_related("centre")
        fresh = {}
        for one in found:
            self.sites[one.trial_id][one.centre_id] = fresh[one.pk] = one
        for said in StatusStatement.objects.filter(site__in=list(fresh), retracted_at=None):
            self.said[said.site_id].append(said)

    def forget(self) -> None:
        self.sites.clear()
        self.said.clear()
        self._looked_up.clear()

    def at(self, trial: Trial) -> set[int]:
        """The centres at which a trial has a site."""
        return set(self._stored(trial))

    def of(self, trial: Trial, new: Iterable[TrialSite]) -> Iterator[tuple[TrialSite, list[StatusStatement]]]:
        """The sites of a trial, stored and new, each with what was stated of it."""
        for one in (*self._stored(trial).values(), *new):
            one.trial = trial
            yield one, self.said.get(one.pk, []) if one.pk else []

    def _stored(self, trial: Trial) -> dict[int, TrialSite]:
        """Of a trial, by centre; none of one that is new itself."""
        if trial.pk and trial.pk not in self._looked_up:
            self.look_up([trial.pk])
        return self.sites.get(trial.pk, {})

    def site(self, trial: Trial, place: CentreRef) -> TrialSite:
        """The site as it is stored, or one that is yet to be."""
        stored = self._stored(trial).get(place.id)
        if stored is not None:
            stored.trial = trial
            return stored
        return TrialSite(trial=trial, centre=Centre(pk=place.id, code=place.code))

    def state(self, result: RowResult, site: TrialSite, status: str, day: str) -> StatusStatement | None:
        """What the registry states of a site, where it is news; told on the row, and set on the site."""
        said = self.said.get(site.pk, [])
        last = self._last(said, first_day(day) if self.is_from_files else None)
        is_of_the_record = last is None or self.is_from_files
        if is_of_the_record and not day:
            sentence = _("“%(status)s” at %(centre)s is not stored, because its date is not known.")
            told = {"status": Recruitment(status).label, "centre": site.centre.code}
            result.note(self.column, sentence % told)
            return None
        if last is not None and last.status == status:
            return None
        statement = self._statement(site, status, day if is_of_the_record else self.scope.day.isoformat())
        derived = statements.derive([*said, statement])
        self._tell(result, site, statement, derived, last)
        result.touch(site)
        for name, value in derived.items():
            setattr(site, name, value)
        return statement

    def _last(self, said: Iterable[StatusStatement], until: dt.date | None) -> StatusStatement | None:
        """What this registry said last of the site itself, also in a file; with `until`, by that day."""
        name = whose(self.registry)
        own = [one for one in said if one.role == Role.REGISTRY and whose(one.source) == name]
        own = [one for one in own if not one.implied_by]
        own = [one for one in own if until is None or one.said_at <= until]
        return max(own, key=lambda one: (one.said_at, one.pk), default=None)

    def _statement(self, site: TrialSite, status: str, day: str) -> StatusStatement:
        return StatusStatement(
            pk=statements.LAST, site=site, status=status, said_at=first_day(day),
            said_on=statements.partial(day), role=Role.REGISTRY, source=self.registry,
            source_url=site.trial.source_url or site.trial.url, run=self.scope.run,
            user_id=self.scope.user_id,
        )  # fmt: skip

    def _tell(self, result, site, statement, derived, last) -> None:
        code, old = site.centre.code, last.status if last else ""
        result.change(self.column, f"{code}: {old}" if old else "", f"{code}: {statement.status}")
        if derived["disputed"] == site.disputed:
            return
        result.change("disputed", yes_or_no(site.disputed), yes_or_no(derived["disputed"]))
        if derived["disputed"]:
            sentence = _(
                "%(registry)s says “%(status)s” for %(centre)s; “%(stored)s” (%(role)s) stays and is shown "
                "as disputed."
            )  # fmt: skip
            told = {
                "registry": self.registry, "status": Recruitment(statement.status).label,
                "centre": shown(code), "stored": Recruitment(site.status).label,
                "role": Role(site.verified_by).label,
            }  # fmt: skip
            result.note(self.column, sentence % told)


def store_sites(
    sites: list[TrialSite],
    stated: list[StatusStatement],
    recorder: ChangeRecorder,
    follows: Sequence[implied.Follows] = (),
) -> None:
    """Write new sites, and what was stated of those and of others; the rule decides their statuses."""
    for one in sites:
        one.trial_id = one.trial.pk
    with recorder.writing(sites, statements.DERIVED):
        for one in stated:
            one.pk, one.site = None, one.site  # the site has its number by now
        StatusStatement.objects.bulk_create(stated, batch_size=500)
        implied.store(follows, recorder.actor.run)
        of_these = {one.site_id for one in stated} | {one.site.pk for one in follows}
        settled = statements.settle([one for one in sites if one.pk in of_these], save=False)
        update(settled, statements.DERIVED)
