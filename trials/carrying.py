"""What words on a trial as a whole say of sites that were not there when they were said: those of a merge."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from directory.core.roles import Role

from . import statements
from .implied import WHOLE_TRIAL, SaidOfMany, follows, store
from .models import StatusStatement, Trial, TrialSite

_SIGNED = ("role", "user_id", "source", "source_url", "evidence")


def words_on(trial: Trial) -> list[StatusStatement]:
    """The word that stands on a stored trial, then the one that disputes it, where there are such.

    None where its status is from before there were statements.
    """
    said = list(trial.statements.filter(retracted_at=None).order_by("-pk"))
    derived = statements.derive_of_trial(said)
    if not said or derived["status"] != trial.status:
        return []
    stands = tuple(derived[name] for name in ("status", "status_as_of", "status_by"))
    found = [next(one for one in said if (one.status, one.day_as_said, one.role) == stands)]
    return found + [one for one in said if one.pk == derived["disputed_by"]]


def carry(trial: Trial, sites: Iterable[TrialSite]) -> list[int]:
    """State of `sites`, stored and locked, what the words on the whole trial say of each.

    Returns the pks of the statements. What a site heard before is no news to it.
    """
    sites, made = list(sites), []
    for word in words_on(trial):
        signed = {name: getattr(word, name) for name in _SIGNED}
        said = SaidOfMany(word.status, _day_of(word), WHOLE_TRIAL, signed)
        known = defaultdict(list)
        for one in StatusStatement.objects.filter(site__in=sites, retracted_at=None):
            known[one.site_id].append(one)
        found = list(filter(None, (follows(said, site, known[site.pk]) for site in sites)))
        store(found, None)
        statements.settle([one.site for one in found])
        made += [one.statement.pk for one in found if one.statement]
    return made


def _day_of(word: StatusStatement) -> str:
    """A person who names no day says it when it is recorded, a registry on no day at all."""
    if word.role == Role.REGISTRY:
        return word.day_as_said
    return word.day_as_said or timezone.localdate(word.recorded_at).isoformat()
