"""Records as they were at the end of a day: `as_of=2026-03-03` (docs/api.md)."""

import datetime as dt
from collections.abc import Iterable, Iterator

import orjson
from django.utils import timezone

from centres.documents import centre_body
from directory.search.building import moment
from trials import as_of
from trials.choices import Recruitment
from trials.documents import body_of, site_body
from trials.models import TrialSite

from .. import parameters
from ..errors import Fault, Problem, bad_parameters, not_found

NAME = "as_of"
# What may be asked of the sites of a day; the index, which answers all else, knows today only.
OF_SITES = (NAME, "trial", "centre", "status", "fields")
MOST = 10  # trials, or centres
# Of lists that know today only: what can be asked instead.
INSTEAD = (
    f"“{NAME}” is not a parameter of this list, which is of today only. Ask for one record of that day, "
    f"“trials/{{key}}/?{NAME}=…” or “centres/{{code}}/?{NAME}=…”, or for the sites of trials or of centres, "
    f"“sites/?{NAME}=…&centre=…”."
)


def day(query) -> dt.date | None:
    """The day asked for, None for today. Problem 400, with the days there are, for any other."""
    text = parameters.one(query, NAME)
    if not text:
        return None
    try:
        return as_of.day_of(text)
    except ValueError as error:
        days = f"{as_of.first_day().isoformat()}..{timezone.localdate().isoformat()}"
        raise bad_parameters([Fault(NAME, str(error), [days])]) from None


def shown_then(slug: str, on: dt.date) -> bool:
    """Whether the public saw a trial of this slug that day."""
    return as_of.AsOf(on).trial(slug) is not None


def trial(slug: str, on: dt.date) -> bytes:
    """The document of a trial. Problem 404 where the public saw none."""
    then = as_of.AsOf(on).trial(slug)
    if then is None:
        raise _not_then("trial", slug, on)
    return orjson.dumps(body_of(then.trial, then.sites) | {"updated_at": moment(then.trial.updated_at)})


def centre(code: str, on: dt.date) -> bytes:
    """The document of a centre, with what its trials were. Problem 404 where the public saw none."""
    then = as_of.AsOf(on).centre(code)
    if then is None:
        raise _not_then("centre", code, on)
    recruiting = sum(site.status == Recruitment.RECRUITING for site in then.sites)
    return orjson.dumps(
        centre_body(then.centre, then.memberships)
        | {"trials": {"total": len(then.sites), "recruiting": recruiting}}
        | {"updated_at": moment(then.centre.updated_at)}
    )


def sites(slugs: Iterable[str], codes: Iterable[str], statuses: Iterable[str], on: dt.date) -> list[bytes]:
    """The documents of the sites of these trials, or of these centres, or of the ones at the others.

    Where `statuses` are named, only of those that had one of them.
    """
    codes, statuses = list(codes), set(statuses)
    shown = (site_body(one, one.trial.slug) for one in _sites_then(list(slugs), codes, as_of.AsOf(on)))
    return [orjson.dumps(one) for one in shown if not statuses or one["status"] in statuses]


def _sites_then(slugs: list[str], codes: list[str], then: as_of.AsOf) -> Iterator[TrialSite]:
    whole = map(then.trial, slugs) if slugs else map(then.centre, codes)
    for one in filter(None, whole):
        yield from (site for site in one.sites if not codes or site.centre.code in codes)


def check_sites(query) -> None:
    """Problem 400 for what cannot be asked of another day's sites."""
    faults = [
        Fault(name, f"“{name}” cannot be used with “{NAME}”. Use: {', '.join(OF_SITES[1:])}.", OF_SITES)
        for name in query
        if name not in OF_SITES
    ]
    if not faults and not (query.getlist("trial") or query.getlist("centre")):
        sentence = f"With “{NAME}”, say of which trial or centre: give “trial” or “centre” as well."
        faults = [Fault("trial", sentence)]
    faults += [
        Fault(name, f"With “{NAME}”, at most {MOST} values of “{name}” are read at once.")
        for name in ("trial", "centre")
        if len(query.getlist(name)) > MOST
    ]
    if faults:
        raise bad_parameters(faults)


def _not_then(kind: str, key: str, on: dt.date) -> Problem:
    return not_found(f"“{key[:80]}” was not listed as a {kind} on {on.isoformat()}, or is no more.")
