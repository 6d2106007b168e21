"""What a row says of a trial as a whole, or of it in a country, told and kept for each of its sites."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from directory.core.roles import Role
from directory.imports.rows.result import RowResult, yes_or_no

from ..choices import Recruitment
from ..implied import Follows, SaidOfMany, follows
from ..models import TrialSite

COUNTRY = "BE"
SITES = "sites"  # what a receipt calls the change of a site by a row that is about a trial


def imply(
    processor, result: RowResult, work, of: str, status: str, day: str,
    is_meant: Callable[[TrialSite], bool] = lambda _site: True,
) -> list[Follows]:  # fmt: skip
    """What the row's word on all the sites that are meant changes at each; set on them, told in the receipt.

    Nothing for a site of which the row speaks itself. A person who names no day says it today, a registry
    on no day at all.
    """
    if not day and processor.signed["role"] != Role.REGISTRY:
        day = processor.scope.day.isoformat()
    signed = processor.signed | ({"evidence": work.evidence[:500]} if work.evidence else {})
    said = SaidOfMany(status, day, of, signed)
    spoken_of = {id(one) for one in work.sites_moved}
    found = []
    for site, before in processor.sites.of(work.trial, getattr(work, "sites", ())):
        if id(site) in spoken_of or not is_meant(site):
            continue
        if one := follows(said, site, before):
            found.append(one)
            _tell(result, site, one)
    return found


def _tell(result: RowResult, site: TrialSite, one: Follows) -> None:
    """In the receipt; then on the site itself."""
    code, old, new = site.centre.code, site.status, one.derived["status"]
    said = one.statement.status if one.statement else new
    result.change(SITES, f"{code}: {old}" if site.pk else "", f"{code}: {said}")
    if one.derived["disputed"] != site.disputed:
        result.change("disputed", yes_or_no(site.disputed), yes_or_no(one.derived["disputed"]))
    if one.statement and one.derived["disputed"]:
        told = {
            "status": Recruitment(said).label, "centre": code, "stored": Recruitment(old).label,
            "role": Role(site.verified_by).label,
        }  # fmt: skip
        sentence = _("“%(status)s” is said of all centres; “%(stored)s” at %(centre)s, said in the role "
                     "%(role)s, stands and is shown as disputed.")  # fmt: skip
        result.note("status", sentence % told)
    result.touch(site)
    for name, value in one.derived.items():
        setattr(site, name, value)


def is_in_belgium(site: TrialSite) -> bool:
    return site.centre.country == COUNTRY
