"""Asking a registry for all its trials for children in Belgium: those that are not here become candidates.

Nothing of the directory changes by it. A registry that broke off proposes what it named; what it did not name
is gone only where it answered to the end. Where more than a tenth of what it listed is gone at once, nothing
is taken over before an editor has looked.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from ..identifiers import Identifier
from ..models import DiscoveredNumber, DiscoveredTrial, RegistryDiscovery, TrialIdentifier
from ..models.discovery import LONGEST_REASON, CandidateDecision, CandidateState
from ..models.registry import SyncStatus
from .errors import RegistryError
from .paediatric import ListedTrial, judge
from .records import BadRecord, FetchedRecord, Source

log = logging.getLogger(__name__)
COUNTED = ("listed", "here", "proposed", "again", "declined", "outside", "gone", "faulty")
EVERY = dt.timedelta(days=7)
RETRY = dt.timedelta(days=1)  # a registry that did not answer to the end
MOST_GONE = 0.1  # of those listed before, in one run
FEW = 10  # that many may always be gone
_OF_THE_LIST = ("number", "title", "acronym", "status", "is_open", "ages")
_WRITTEN = (
    *_OF_THE_LIST, "sites", "conditions", "stamp", "reason", "last_seen", "gone_since",
)  # fmt: skip

Pages = Iterable[Sequence[FetchedRecord]]


@dataclass
class _Answer:
    """What a registry listed in one run, by number: what fits the rule, and what was said of the rest."""

    listed: dict[str, tuple[ListedTrial, str]] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    faulty: dict[str, str] = field(default_factory=dict)
    speakers: set[str] = field(default_factory=set)
    away: str = ""


def is_due(code: str, now: dt.datetime) -> bool:
    """Whether a registry is to be asked: a week after it answered, a day after it did not, or never asked."""
    last = RegistryDiscovery.objects.filter(registry=code, is_partial=False).order_by("-pk").first()
    if last is None:
        return True
    # An hour less: what is asked by the hour would else come an hour later each time.
    wait = EVERY if last.status in (SyncStatus.DONE, SyncStatus.WAITING) else RETRY
    return now - last.started_at >= wait - dt.timedelta(hours=1)


def discover(
    source: Source, pages: Pages | None = None, *, is_accepted: bool = False, is_partial: bool = False
) -> RegistryDiscovery | None:
    """Ask `source` for all its trials for children in Belgium; None where another run does so now.

    `pages`: from elsewhere than the registry itself, so never all that it lists. `is_accepted`: an editor
    looked, and so much may be gone. `is_partial`: the pages are not what the registry lists, so another run
    that waits for an editor goes on waiting.
    """
    run = RegistryDiscovery.objects.begin(source.code, is_partial=is_partial)
    if run is None:
        return None
    try:
        answer = _hear(source, source.pages() if pages is None else pages, run)
        _complete(source, answer, run)
        _take_over(run, source, answer, is_all=pages is None and not answer.away, is_accepted=is_accepted)
    except Exception:
        log.exception("discovery failed", extra={"registry": source.code, "discovery": run.pk})
        run.end(SyncStatus.FAILED, ["The run broke off; nothing was taken over."])
        raise
    return run


def _hear(source: Source, pages: Pages, run: RegistryDiscovery) -> _Answer:
    """Read and judge what the registry lists, until it is done or away."""
    answer = _Answer()
    try:
        for page in pages:
            run.renew()
            for one in page:
                _judge(source, one, answer)
    except RegistryError as error:
        answer.away = str(error)
    return answer


def _judge(source: Source, one: FetchedRecord, answer: _Answer) -> None:
    answer.speakers.add(one.resource or source.name)
    try:
        trial = source.listed(one.content)
    except BadRecord as error:
        answer.faulty[one.number] = str(error)[:500]
        return
    judgement = judge(trial)
    if judgement.fits:
        answer.listed[trial.key] = trial, judgement.reason
    else:
        answer.listed.pop(trial.key, None)
        answer.outside.add(trial.key)


def _complete(source: Source, answer: _Answer, run: RegistryDiscovery) -> None:
    """Ask for the records of what a list tells in one line: whose numbers it has, at which hospitals."""
    lines = _only_told_in_a_line(source, answer)
    try:
        for one in source.fetch({trial.number: None for trial in lines.values()}) if lines else ():
            run.renew()
            if one.content is not None:
                _judge(source, one, answer)
    except RegistryError as error:
        answer.away = answer.away or str(error)
    for key, line in lines.items():
        trial, reason = answer.listed.get(key, (line, ""))
        if not trial.is_brief:
            answer.listed[key] = replace(trial, stamp=line.stamp), reason


def _only_told_in_a_line(source: Source, answer: _Answer) -> dict[str, ListedTrial]:
    """Not what the same line told before, nor a trial that is here by its number at this registry."""
    known = {key: one.stamp for key, one in _known(source).items()}
    here = set(TrialIdentifier.objects.filter(scheme=source.scheme).values_list("compact", flat=True))
    brief = {key: trial for key, (trial, _reason) in answer.listed.items() if trial.is_brief}
    return {key: trial for key, trial in brief.items() if key not in here and trial.stamp != known.get(key)}


def _known(source: Source) -> dict[str, DiscoveredTrial]:
    """What was listed before, by key."""
    found = DiscoveredTrial.objects.filter(registry=source.code)
    return {Identifier(source.scheme, one.number).compact: one for one in found}


# --- What becomes of it ---------------------------------------------------------------------------------


def _take_over(
    run: RegistryDiscovery, source: Source, answer: _Answer, *, is_all: bool, is_accepted: bool
) -> None:
    known = _known(source)
    before = [one for one in known.values() if one.gone_since is None]
    gone = _gone(source, known, answer) if is_all else []
    run.answered_by = ", ".join(sorted(answer.speakers))[:100]
    run.counts = dict.fromkeys(COUNTED, 0) | {
        "listed": len(answer.listed), "outside": len(answer.outside), "gone": len(gone),
        "faulty": len(answer.faulty),
    }  # fmt: skip
    if not is_accepted and len(gone) > max(FEW, MOST_GONE * len(before)):
        too_much = (
            f"Of {len(before)} trials that it listed before, {len(gone)} are gone. That is more than a run "
            "takes over by itself; look at the registry, then let it go on."
        )
        run.end(SyncStatus.WAITING, [too_much, *_problems(answer)])
        return
    _store(run, source, answer, known, gone)
    run.is_whole = is_all
    run.end(SyncStatus.FAILED if answer.away else SyncStatus.DONE, _problems(answer))


def _gone(source: Source, known: dict[str, DiscoveredTrial], answer: _Answer) -> list[DiscoveredTrial]:
    """What is listed no more; nothing of which that is certain where a record told no number."""
    if "" in answer.faulty:
        return []
    unread = {Identifier(source.scheme, number).compact for number in answer.faulty}
    named = answer.listed.keys() | unread
    return [one for key, one in known.items() if one.gone_since is None and key not in named]


def _problems(answer: _Answer) -> list[str]:
    told = [answer.away] if answer.away else []
    faulty = list(answer.faulty.items())[:20]
    return [*told, *(f"{number or 'A trial without a number'}: {why}" for number, why in faulty)]


def _store(
    run: RegistryDiscovery, source: Source, answer: _Answer, known: dict[str, DiscoveredTrial],
    gone: list[DiscoveredTrial],
) -> None:  # fmt: skip
    """How the registry lists each trial now, and which are proposed, or proposed again.

    What an editor decided since `known` was read stays as it is.
    """
    now = timezone.now()
    new, old, retold = [], list(known.values()), []
    for key, (trial, reason) in answer.listed.items():
        one = known.get(key)
        if one is None:
            one = DiscoveredTrial(registry=source.code, scheme=source.scheme, first_seen=now)
            new.append(one)
        if not (one.pk and trial.is_brief and one.stamp == trial.stamp):
            _retell(one, trial, f"{run.answered_by} lists it {reason}.")
            retold.append((one, trial))
        one.last_seen, one.gone_since = now, None
    for one in gone:
        one.gone_since = now
    with transaction.atomic():
        DiscoveredTrial.objects.bulk_create(new, batch_size=500)
        DiscoveredTrial.objects.bulk_update(old, _WRITTEN, batch_size=500)
        _store_numbers(retold)
        again = sum(_propose_again(known[key]) for key in answer.listed.keys() & known.keys())
    run.counts |= _counts(source, new) | {"again": again}


def _counts(source: Source, new: list[DiscoveredTrial]) -> dict[str, int]:
    """Of what the registry lists now: what is here, declined, and proposed for the first time."""
    listed = DiscoveredTrial.objects.filter(registry=source.code).listed().with_trials()
    found = Counter(one.found for one in listed)
    proposed = DiscoveredTrial.objects.candidates().filter(pk__in=[one.pk for one in new])
    here = (CandidateState.HERE, CandidateState.DRAFT, CandidateState.WITHDRAWN)
    return {
        "here": sum(found[one] for one in here), "declined": found[CandidateState.DECLINED],
        "proposed": proposed.count(),
    }  # fmt: skip


def _retell(one: DiscoveredTrial, trial: ListedTrial, reason: str) -> None:
    for name in _OF_THE_LIST:
        setattr(one, name, getattr(trial, name))
    one.sites, one.conditions = list(trial.sites), list(trial.conditions)
    # A line without its record is asked for again the next time.
    one.stamp = "" if trial.is_brief else trial.stamp
    one.reason = reason if len(reason) <= LONGEST_REASON else f"{reason[: LONGEST_REASON - 1]}…"


def _propose_again(one: DiscoveredTrial) -> bool:
    """Whether a declined trial changed so that it is to be decided anew; that is then stored, with why.

    Not where it was decided otherwise, or anew, since it was read.
    """
    if one.decision != CandidateDecision.DECLINED or not (changed := one.differs):
        return False
    with override("en"):
        day = date_format(timezone.localdate(one.decided_at), "j F Y")
    why = f"Declined on {day}; since then {', and '.join(changed)}."[:LONGEST_REASON]
    as_read = DiscoveredTrial.objects.filter(pk=one.pk, decision=one.decision, decided_at=one.decided_at)
    return as_read.update(decision=CandidateDecision.OPEN, again=why) == 1


def _store_numbers(retold: list[tuple[DiscoveredTrial, ListedTrial]]) -> None:
    DiscoveredNumber.objects.filter(discovered__in=[one.pk for one, _trial in retold]).delete()
    DiscoveredNumber.objects.bulk_create(
        [
            DiscoveredNumber(discovered=one, scheme=number.scheme, value=number.value, compact=number.compact)
            for one, trial in retold
            for number in {(each.scheme, each.compact): each for each in trial.identifiers}.values()
        ],
        batch_size=500,
    )
