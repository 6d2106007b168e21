"""What the public could see of trials and their sites, at any number of the change log."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.db.models import Case, F, Value, When
from django.db.models.functions import Left, StrIndex

from centres.models import Centre
from directory.core.fields import LANGUAGE_CODES
from directory.core.models import Change, Op, State
from directory.imports.models import ImportRun
from trials.models import StatusStatement, Trial, TrialSite


@dataclass(frozen=True)
class PublicChange:
    """One record's change as the public saw it: None before it was shown and after it was taken away.

    `code` is a site's centre, called `names` by language, empty for a trial; `corrects`: by an undo;
    `against`: what a newer source had said of a record that is disputed.
    """

    seq: int
    at: dt.datetime
    slug: str
    code: str
    before: dict | None
    after: dict | None
    corrects: bool = False
    against: StatusStatement | None = None
    names: dict[str, str] = field(default_factory=dict)

    @property
    def disputed_by(self) -> int | None:
        """The number of the statement that the record is disputed by."""
        return self.after.get("disputed_by") if self.after and self.after.get("disputed") else None


class Past:
    """The log after number `since`, read for the trials `slugs`."""

    def __init__(self, slugs: Collection[str], *, since: int = 0, until: int | None = None):
        self.slugs, self.since = list(slugs), since
        self._log = Change.objects.filter(seq__gt=since)
        if until is not None:
            self._log = self._log.filter(seq__lte=until)
        self._renamed: dict[str, str] = {}
        self._turns: dict[tuple[str, str], list[tuple[int, object, str, str]]] = defaultdict(list)
        # When a centre was listed, or was no more: the number of the change, its time, what it was before.
        self._turned: dict[str, list[tuple[int, object, bool]]] = defaultdict(list)
        self._read_centres()
        centres = list(Centre.objects.all())
        self._called = {centre.code: centre.called() for centre in centres}
        self._listed = {("centre", centre.code) for centre in centres if centre.is_listed}
        trials = Trial.objects.listed().filter(slug__in=self.slugs)
        self.listed_trials = dict(trials.values_list("slug", "pk"))
        self._listed |= {("trial", slug) for slug in self.listed_trials}
        turns = self._log.filter(kind="trial", key__in=self.slugs).order_by("seq")
        for seq, at, key, *states in turns.values_list("seq", "at", "key", "before__state", "after__state"):
            self._turns["trial", key].append((seq, at, *states))

    def _read_centres(self) -> None:
        columns = ("seq", "at", "key", "before__code", "after__code", "before__state", "after__state")
        rows = list(self._log.filter(kind="centre").order_by("seq").values_list(*columns))
        for _seq, _at, _key, old, new, *_states in rows:
            if old and new and old != new:
                self._renamed[old] = new
        for seq, at, key, old, new, *states in rows:
            code = self.code_now(new or old or key)
            self._turns["centre", code].append((seq, at, *states))
            was_listed, is_listed = (state == State.LISTED for state in states)
            if was_listed != is_listed:
                self._turned[code].append((seq, at, was_listed))

    def code_now(self, code: str) -> str:
        """What the centre that was called `code` is called now."""
        seen = set()
        while code in self._renamed and code not in seen:
            seen.add(code)
            code = self._renamed[code]
        return code

    def was_listed(self, kind: str, key: str, seq: int) -> bool:
        """Whether the public saw the trial or centre right after change `seq`."""
        turns = self._turns[kind, key]
        for number, _at, before, _after in turns:
            if number > seq:
                return before == State.LISTED
        return turns[-1][3] == State.LISTED if turns else (kind, key) in self._listed

    def steps(self, *, most: int | None = None) -> list[PublicChange]:
        """The public changes of the trials and their sites, the latest first, among `most` of the log."""
        # A site is named `slug@code`.
        slug = Case(When(kind="site", then=Left("key", StrIndex("key", Value("@")) - 1)), default=F("key"))
        rows = self._log.filter(kind__in=("trial", "site")).alias(slug=slug).filter(slug__in=self.slugs)
        rows = list(rows.order_by("-seq")[:most])
        undos = self._undos(row.run for row in rows)
        found = [step for row in rows for step in self._of(row, row.run in undos)]
        found += self._of_listings(rows)
        seen = [replace(one, names=self._names(one.code)) for one in found if one.before or one.after]
        return sorted(_with_disputes(seen), key=lambda one: -one.seq)

    def _names(self, code: str) -> dict[str, str]:
        """What a centre is called; one that is deleted, what it was called last."""
        if code and code not in self._called:
            gone = Change.objects.filter(kind="centre", key=code, op=Op.DELETE).order_by("-seq").first()
            content = gone.before if gone else {}
            names = {
                one: content.get(f"short_name_{one}") or content.get(f"name_{one}") for one in LANGUAGE_CODES
            }
            self._called[code] = {one: name for one, name in names.items() if name} or {"en": code}
        return self._called.get(code, {})

    def _undos(self, runs: Iterable[int | None]) -> set[int]:
        undos = ImportRun.objects.filter(pk__in={run for run in runs if run}, undo_of__isnull=False)
        return set(undos.values_list("pk", flat=True))

    def _of(self, row: Change, corrects: bool) -> Iterator[PublicChange]:
        slug, _at, key = row.key.partition("@")
        if not self.was_listed("trial", slug, row.seq):
            return
        if row.kind == "trial":
            yield PublicChange(row.seq, row.at, slug, "", row.before, row.after, corrects)
            return
        old, new = (self.code_now((side or {}).get("centre", key)) for side in (row.before, row.after))
        before = row.before if self.was_listed("centre", old, row.seq - 1) else None
        after = row.after if self.was_listed("centre", new, row.seq) else None
        if old != new:
            yield PublicChange(row.seq, row.at, slug, old, before, None, corrects)
            yield PublicChange(row.seq, row.at, slug, new, None, after, corrects)
        else:
            yield PublicChange(row.seq, row.at, slug, new, before, after, corrects)

    def _of_listings(self, rows: list[Change]) -> Iterator[PublicChange]:
        """A centre that is listed or withdrawn comes to, or leaves, all of its trials at once."""
        for (slug, code), history in self._sites_at(self._turned, rows).items():
            for seq, at, was_listed in self._turned[code]:
                site = _content(history, seq)
                if site and self.was_listed("trial", slug, seq):
                    before, after = (site, None) if was_listed else (None, site)
                    yield PublicChange(seq, at, slug, code, before, after)

    def _sites_at(self, codes: Iterable[str], rows: list[Change]) -> dict[tuple[str, str], list]:
        """By slug and code, `(seq, before, after)` of a site's changes, then what it is now as its last."""
        stored = TrialSite.objects.filter(trial__slug__in=self.slugs, centre__code__in=codes)
        shots = TrialSite.snapshots(list(stored.values_list("pk", flat=True))).values()
        now = {(shot["trial"], shot["centre"]): shot for shot in shots}
        found: dict[tuple[str, str], list] = {key: [] for key in now}
        for row in reversed(rows):
            slug, _at, code = row.key.partition("@")
            if row.kind == "site" and self.code_now(code) in codes:
                found.setdefault((slug, self.code_now(code)), []).append((row.seq, row.before, row.after))
        return {key: [*history, (None, now.get(key), None)] for key, history in found.items()}


def _with_disputes(steps: list[PublicChange]) -> list[PublicChange]:
    """With what a newer source had said by then, where a step leaves a record disputed."""
    numbers = {one.disputed_by for one in steps} - {None}
    said = StatusStatement.objects.in_bulk(numbers) if numbers else {}
    return [replace(one, against=said.get(one.disputed_by)) for one in steps]


def _content(history: list, seq: int) -> dict | None:
    """What a site was right after change `seq`: what the next change of it found."""
    return next((before for number, before, _after in history if number is None or number > seq), None)


def merged(steps: Iterable[PublicChange]) -> list[PublicChange]:
    """One step for each record, from its first state to its last; the oldest first."""
    found: dict[tuple[str, str], list[PublicChange]] = defaultdict(list)
    for step in sorted(steps, key=lambda one: one.seq):
        found[step.slug, step.code].append(step)
    return [
        replace(last, before=first.before)
        for first, last in ((several[0], several[-1]) for several in found.values())
    ]
