"""What one can do to trials and sites: verbs, atomic, each recording what it changed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.dates import first_day
from directory.core.listing import set_state

from . import statements
from .choices import Recruitment
from .implied import WHOLE_TRIAL, SaidOfMany, follows, store
from .models import StatusStatement, TextSuggestion, Trial, TrialSite
from .models.suggestion import Suggested

__all__ = [
    "close_recruitment", "correct_site", "decide_suggestions", "set_state", "state_status",
    "state_status_of_trial",
]  # fmt: skip


def state_status(
    *,
    site: TrialSite,
    status: str,
    by: changes.Actor,
    said_at: dt.date | None = None,
    since: str = "",
    source: str = "",
    source_url: str = "",
    evidence: str = "",
) -> StatusStatement:
    """Append what `by` says about `site` and derive its status anew.

    Raises ValidationError for a status outside the vocabulary or a day in the future.
    """
    statement = StatusStatement(
        site=site, status=status, since=since, said_at=said_at or timezone.localdate(), role=by.role,
        user_id=by.user_id, run=by.run, source=source, source_url=source_url, evidence=evidence,
    )  # fmt: skip
    statement.full_clean(exclude=["user"])
    with changes.recording(by) as log:
        # What two people say at once is weighed one after the other, each with sight of all said before.
        site.refresh_from_db(fields=statements.DERIVED, from_queryset=TrialSite.objects.select_for_update())
        log.watch(site)
        statement.save()
        statements.settle([site])
    return statement


def state_status_of_trial(*, trial: Trial, by: changes.Actor) -> None:
    """Append that `by` says what the status columns of the stored `trial` are; see who disputes it, and
    what it says of each site.

    To be called with the write of the columns, inside `changes.recording`.
    """
    day = trial.status_as_of
    StatusStatement.objects.create(
        trial=trial, status=trial.status, said_at=first_day(day), said_on=statements.partial(day),
        role=by.role, user_id=by.user_id, run=by.run,
    )  # fmt: skip
    statements.settle_disputes([trial])
    trial.refresh_from_db(fields=["status_by", "disputed", "disputed_by"])
    _carry_to_sites(trial, by)


def _carry_to_sites(trial: Trial, by: changes.Actor) -> None:
    """State of each site what the status of the whole trial says of it."""
    signed = {"role": by.role, "user_id": by.user_id, "run": by.run}
    day = trial.status_as_of or timezone.localdate().isoformat()
    said = SaidOfMany(trial.status, day, WHOLE_TRIAL, signed)
    with changes.recording(by) as log:
        sites = list(_locked(trial.sites.all()))
        known = defaultdict(list)
        for one in StatusStatement.objects.filter(site__in=sites, retracted_at=None):
            known[one.site_id].append(one)
        found = list(filter(None, (follows(said, site, known[site.pk]) for site in sites)))
        moved = [one.site for one in found]
        log.watch(*moved)
        store(found, by.run)
        statements.settle(moved)


def _locked(sites: QuerySet[TrialSite]) -> QuerySet[TrialSite]:
    """`sites`, held until the transaction ends; in the order in which imports and merges hold them."""
    return sites.select_related("trial", "centre").order_by("pk").select_for_update(of=("self",))


def correct_site(*, site: TrialSite, by: changes.Actor, **values: Any) -> None:
    """Store `values` of columns that people may edit, such as the contact of that role.

    Raises ValidationError, by field, for a value that the column does not take.
    """
    with changes.recording(by) as log:
        log.watch(site)
        for name, value in values.items():
            setattr(site, name, value)
        others = {one.name for one in site._meta.concrete_fields} - set(values)
        site.clean_fields(exclude=others)
        site.save(update_fields=list(values))


def close_recruitment(*, trial: Trial, by: changes.Actor, reason: str) -> int:
    """Close `trial` at every site that still recruits. Returns the number of sites closed."""
    with changes.recording(by) as log:
        sites = list(_locked(trial.sites.recruiting()))
        log.watch(*sites)
        StatusStatement.objects.bulk_create(
            StatusStatement(
                site=site, status=Recruitment.ACTIVE_NOT_RECRUITING, role=by.role, user_id=by.user_id,
                run=by.run, evidence=reason,
            )
            for site in sites
        )  # fmt: skip
        statements.settle(sites)
    return len(sites)


def _set_text(suggestion: TextSuggestion, text: str, *, instead_of: str | None = None) -> None:
    """Write a text of the trial of a suggestion; with `instead_of` only where it still reads so."""
    trial = Trial.objects.get(pk=suggestion.trial_id)
    if instead_of is not None and getattr(trial, suggestion.field) != instead_of:
        raise ValidationError(
            _("The text was edited after it was accepted. Edit it on the page of the trial.")
        )
    setattr(trial, suggestion.field, text)
    trial.clean_fields(exclude={field.name for field in Trial._meta.fields} - {suggestion.field})
    trial.save(update_fields=[suggestion.field, "updated_at"])


def _decide(one: TextSuggestion, by: changes.Actor, *, take: bool, why: str) -> None:
    if take:
        _set_text(one, one.said)
    elif one.state == Suggested.TAKEN:
        _set_text(one, one.was, instead_of=one.said)
    one.state = Suggested.TAKEN if take else Suggested.DECLINED
    one.decided_at, one.decided_by, one.why = timezone.now(), by.role, why
    one.clean_fields(exclude={"trial", "said", "was"})
    one.save(update_fields=["state", "decided_at", "decided_by", "why"])


def decide_suggestions(
    *,
    suggestions: Iterable[TextSuggestion],
    by: changes.Actor,
    take: bool,
    why: str = "",
    again: bool = False,
) -> int:
    """Take the text of open suggestions into their trials, or decline them. Returns how many were decided.

    With `again` also those that were decided otherwise before: a text that is declined after it was taken
    gives way to the one before it. Raises ValidationError where whoever declines or decides again does not
    say why, or where the text was edited since it was taken.
    """
    if not why.strip() and (again or not take):
        raise ValidationError({"why": _("Give a reason for the next editor.")})
    states = {Suggested.OPEN, Suggested.DECLINED if take else Suggested.TAKEN} if again else {Suggested.OPEN}
    with changes.recording(by) as log:
        found = TextSuggestion.objects.filter(state__in=states, pk__in=[one.pk for one in suggestions])
        decided = list(found.select_related("trial").order_by("pk").select_for_update(of=("self",)))
        log.watch(*{one.trial_id: one.trial for one in decided}.values())
        for one in decided:
            _decide(one, by, take=take, why=why.strip())
    return len(decided)
