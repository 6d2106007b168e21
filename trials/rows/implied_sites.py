"""What a row says of a trial as a whole, or of it in a country, told and kept for each of its sites."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from directory.core.places import HOME
from directory.core.roles import Role
from directory.imports.rows.result import RowResult, yes_or_no

from .. import statements
from ..choices import Recruitment
from ..implied import CARRIED, WHOLE_TRIAL, Follows, SaidOfMany, follows
from ..models import TrialSite

SITES = "sites"  # what a receipt calls the change of a site by a row that is about a trial


def imply_of_the_whole(processor, result: RowResult, work) -> None:
    """What follows for its sites of the status that a row states of a trial, added to its `work`."""
    if said := _said_of_the_whole(processor, result, work):
        work.implied = [*work.implied, *imply(processor, result, work, WHOLE_TRIAL, *said)]
    work.spoken_of = ()  # nobody asks after this, and there may be thousands


def _said_of_the_whole(processor, result: RowResult, work) -> tuple[str, str] | None:
    """The status that the row states of a trial, and its day.

    None for one that closes it, where a person's newer word says otherwise.
    """
    trial = work.trial
    if work.said is not None:
        return work.said if trial.disputed or work.said[0] not in CARRIED else None
    if not statements.OF_THE_STATUS.isdisjoint(work.attributes):
        return trial.status, trial.status_as_of
    # What is known of the trial may be news of a site that was not there.
    status, day = result.values.get("status"), result.values.get("status_as_of", "")
    return (status, day) if processor.registry and status in CARRIED and status == trial.status else None


def imply(
    processor, result: RowResult, work, of: str, status: str, day: str,
    is_meant: Callable[[TrialSite], bool] = lambda _site: True,
) -> list[Follows]:  # fmt: skip
    """What the row's word on all the sites that are meant changes at each; set on them, told in the receipt.

    Nothing for a site of which the row speaks itself, though there, too, it takes back what it had implied. A
    person who names no day says it today, a registry on no day at all.
    """
    if not day and processor.signed["role"] != Role.REGISTRY:
        day = processor.scope.day.isoformat()
    signed = processor.signed | ({"evidence": work.evidence[:500]} if work.evidence else {})
    said = SaidOfMany(status, day, of, signed)
    spoken_of = _spoken_of(work, status)
    found = []
    for site, before in processor.sites.of(work.trial, getattr(work, "sites", ())):
        if id(site) in spoken_of or not is_meant(site):
            continue
        if one := follows(said, site, before):
            found.append(one)
            _tell(result, site, one)
    return found


def _spoken_of(work, status: str) -> set[int]:
    """The `id` of each site to which a word on the whole trial does not come, since the row speaks of it."""
    more = work.spoken_of if status in CARRIED else ()
    return {id(one) for one in (*work.sites_moved, *more)}


def _tell(result: RowResult, site: TrialSite, one: Follows) -> None:
    """In the receipt; then on the site itself."""
    code, old, new = site.centre.code, site.status, one.derived["status"]
    said = one.statement.status if one.statement else new
    if one.taken_back and old == new:
        result.change("statement", f"{code}: {one.taken_back[-1].status}", "")
    else:
        result.change(SITES, f"{code}: {old}" if site.pk else "", f"{code}: {said}")
    if one.derived["disputed"] != site.disputed:
        result.change("disputed", yes_or_no(site.disputed), yes_or_no(one.derived["disputed"]))
    if one.statement and one.derived["disputed"]:
        told = {
            "status": Recruitment(said).label, "centre": code, "stored": Recruitment(old).label,
            "role": Role(site.verified_by).label,
        }  # fmt: skip
        sentence = _(
            "“%(status)s” is said of all centres; “%(stored)s” at %(centre)s (%(role)s) stays and is shown "
            "as disputed."
        )  # fmt: skip
        result.note("status", sentence % told)
    result.touch(site)
    for name, value in one.derived.items():
        setattr(site, name, value)


def is_in_belgium(site: TrialSite) -> bool:
    return site.centre.country == HOME
