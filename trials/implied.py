"""What a word about a whole trial, or about a country, says of each site there.

That a whole trial, or a country, takes nobody is so at each of its sites. That it recruits is so somewhere:
of no site does it say anything. It then takes back what the same source had implied.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.dates import first_day

from . import statements
from .choices import Recruitment
from .models import StatusStatement, TrialSite
from .models.registry import FROM_FILES, whose

# Of what a source spoke, as statements that follow from it say in `implied_by`.
WHOLE_TRIAL, ALL_IN_BELGIUM = "the whole trial", "all centres in Belgium"
_IN_WORDS = {WHOLE_TRIAL: _("the whole trial"), ALL_IN_BELGIUM: _("all centres in Belgium")}
CARRIED = frozenset({*statements.CLOSED, Recruitment.SUSPENDED})
_ENDED = frozenset({Recruitment.COMPLETED, Recruitment.TERMINATED, Recruitment.WITHDRAWN})
_TAKES_BACK = frozenset({
    Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION, Recruitment.NOT_YET_RECRUITING,
})  # fmt: skip


def implied_in_words(text: str) -> str:
    """Of what a source spoke, in the active language; its own words as they are."""
    return str(_IN_WORDS[text]) if text in _IN_WORDS else f"“{text}”"


@dataclass(frozen=True)
class SaidOfMany:
    """A status of many sites at once. `day`: as it was said; `of`: of what, as `implied_by` has it.

    `signed`: who says so, as fields of a statement.
    """

    status: str
    day: str
    of: str
    signed: dict[str, Any]

    def is_by_the_same(self, one: StatusStatement) -> bool:
        """Whether whoever says this said `one`: a registry is known by its name, persons by their role."""
        return (one.role, whose(one.source)) == (self.signed["role"], whose(self._source))

    def has_implied(self, one: StatusStatement) -> bool:
        """Whether `one` follows from what the same source said before of the same sites.

        A record from a file may have lain there for long: what was said since does not go before it.
        """
        until = first_day(self.day) or dt.date.min
        is_since = self._source.endswith(FROM_FILES) and one.said_at > until
        return one.implied_by == self.of and self.is_by_the_same(one) and not is_since

    @property
    def _source(self) -> str:
        return self.signed.get("source", "")

    def of_site(self, site: TrialSite) -> StatusStatement:
        """What it says of `site`, to be stored."""
        return StatusStatement(
            pk=statements.LAST, site=site, status=self.status, said_at=first_day(self.day),
            said_on=statements.partial(self.day), implied_by=self.of, **self.signed,
        )  # fmt: skip


@dataclass
class Follows:
    """What follows for one site: a statement of it, or those that are taken back; and its columns then."""

    site: TrialSite
    statement: StatusStatement | None = None
    taken_back: list[StatusStatement] = field(default_factory=list)
    derived: dict[str, Any] = field(default_factory=dict)

    def __bool__(self):
        return bool(self.statement or self.taken_back)


def follows(said: SaidOfMany, site: TrialSite, before: Sequence[StatusStatement]) -> Follows:
    """What `said` changes at `site`, of which the statements `before` count. Nothing without a day."""
    found = Follows(site)
    if said.status in _TAKES_BACK:
        found.taken_back = list(filter(said.has_implied, before))
        found.derived = statements.derive(one for one in before if one not in found.taken_back)
    elif _is_news(said, site, before):
        found.statement = said.of_site(site)
        found.derived = statements.derive([*before, found.statement])
    names = ("status", "disputed", "disputed_by")
    if found.statement and all(found.derived[name] == getattr(site, name) for name in names):
        return Follows(site)  # whoever spoke since goes before
    return found  # what is taken back is so also where it stands for nothing now: nobody says it any more


def _is_news(said: SaidOfMany, site: TrialSite, before: Iterable[StatusStatement]) -> bool:
    """Whether it carries over, the site is not over by itself, and the same source did not say it before."""
    is_over = site.status in _ENDED and not (site.disputed or site.implied_by)
    if said.status not in CARRIED or not said.day or is_over:
        return False
    own = (one for one in before if said.is_by_the_same(one))
    last = max(own, key=lambda one: (one.said_at, one.pk), default=None)
    return last is None or (last.status != said.status and last.said_at <= first_day(said.day))


def store(several: Iterable[Follows], run: int | None) -> None:
    """Append and take back what follows. The columns of the sites are then to be settled."""
    several = list(several)
    new = [one.statement for one in several if one.statement]
    for one in new:
        one.pk, one.site = None, one.site  # the site has its number by now
    StatusStatement.objects.bulk_create(new, batch_size=500)
    if back := [said.pk for one in several for said in one.taken_back]:
        gone = StatusStatement.objects.filter(pk__in=back)
        gone.update(retracted_at=timezone.now(), retracted_run=run)
