"""What undoing an import asks of trials and sites.

Trials that are not listed are the editors' alone (see `rows.joining`). What a run stated of a site or a trial
is retracted, not deleted; undoing an undo revives it. A site's status is derived anew; the columns of a trial
go back to what they were.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core.dates import first_day
from directory.imports.models import ImportRun
from directory.imports.undo.rules import Beside, UndoRules

from . import statements
from .models import StatusStatement, Trial


@dataclass
class Restated:
    """Statements, by pk, that an undo takes back, and those that it revives."""

    retract: list[int] = field(default_factory=list)
    revive: list[int] = field(default_factory=list)


class Statements(Beside):
    """What was stated of some records; `about`: which field of a statement names them."""

    about = "site"

    def __init__(self, pks, undone):
        super().__init__(pks, undone)
        self._stated = defaultdict(list)
        self._works = defaultdict(Restated)
        self._by_others = set()
        keys = {pk: key for key, pk in pks.items()}
        # Runs that undid an undo of this one stated again what it had stated.
        again = set(ImportRun.objects.filter(undo_of__undo_of=undone).values_list("pk", flat=True))
        for one in StatusStatement.objects.filter(**{f"{self.about}__in": list(keys)}):
            key = keys[getattr(one, f"{self.about}_id")]
            self._stated[key].append(one)
            if one.run == undone.pk and one.retracted_at is None:
                self._works[key].retract.append(one.pk)
            elif one.retracted_run == undone.pk:
                self._works[key].revive.append(one.pk)
            elif one.retracted_at is None and one.run not in again:
                self._by_others.add(key)

    def work(self, key):
        return self._works.get(key)

    def is_by_others(self, key):
        return key in self._by_others


class StatementsOfSites(Statements):
    def derived(self, key, shot):
        work = self._works.get(key, Restated())
        left = [one for one in self._stated[key] if one.pk not in work.retract]
        for one in left:
            if one.pk in work.revive:
                one.retracted_at = None
        derived = {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in statements.derive(left).items()
            if name not in ("disputed_by", "implied_by")  # go with others, and say little to a reader
        }
        return {name: (shot[name], new) for name, new in derived.items() if shot[name] != new}


class StatementsOfTrials(Statements):
    about = "trial"


class InterventionUndo(UndoRules):
    """Other trials may have it by now, or one that a person left out of the undo."""

    may_stay = True


class TrialUndo(UndoRules):
    centre = ""  # drafts that came with rows of one's own centre
    decided_by_editors = True
    beside = StatementsOfTrials

    def told(self, keys, scope):
        return keys if scope.sees_all else set()

    def refused(self, keys):
        return _merged({key: key for key in keys})

    def store(self, scope, undone, works, made, records):
        """The status goes back to what it was; whose word disputes it is asked of those that count by now."""
        _restate(works, scope)
        StatusStatement.objects.bulk_create(
            StatusStatement(
                trial=trial, status=shot["status"], said_at=first_day(shot["status_as_of"]),
                said_on=statements.partial(shot["status_as_of"]), role=shot["status_by"],
                **_signed(scope, undone),
            )
            for trial, shot in made
            if shot.get("status_by")
        )  # fmt: skip
        statements.settle_disputes(records)


class SiteUndo(UndoRules):
    centre = "centre"
    beside = StatementsOfSites

    def told(self, keys, scope):
        if scope.sees_all:
            return keys
        slugs = self._visible({_slug(key) for key in keys}, scope)
        return {key for key in keys if _slug(key) in slugs}

    def hidden(self, keys, scope):
        slugs = {_slug(key) for key in keys if "@" in key}
        return bool(slugs - self._visible(slugs, scope))

    def refused(self, keys):
        return _merged({key: _slug(key) for key in keys})

    @staticmethod
    def _visible(slugs, scope):
        """Also of trials that the public saw and that are part of another one since: `refused` says so."""
        found = Trial.objects.filter(slug__in=slugs)
        seen = {slug for pk, slug in found.values_list("pk", "slug") if pk in scope.visible(Trial)}
        return seen | set(found.still_shown().values_list("slug", flat=True))

    def store(self, scope, undone, works, made, records):
        """Retract or revive what was stated; a site made again says what it said when it was removed."""
        _restate(works, scope)
        StatusStatement.objects.bulk_create(
            StatusStatement(
                site=site, status=shot["status"], since=shot["status_since"], said_at=shot["verified_at"],
                said_on=shot["verified_on"], role=shot["verified_by"], source=shot["status_source"],
                implied_by=shot.get("implied_by", ""),
                **_signed(scope, undone),
            )
            for site, shot in made
            if shot["verified_at"]
        )  # fmt: skip
        statements.settle(records)


def _restate(works, scope) -> None:
    """Retract and revive what `works` say."""
    every = StatusStatement.objects
    retract = [pk for one in works for pk in one.retract]
    every.filter(pk__in=retract).update(retracted_at=timezone.now(), retracted_run=scope.run)
    revive = [pk for one in works for pk in one.revive]
    every.filter(pk__in=revive).update(retracted_at=None, retracted_run=None)


def _signed(scope, undone) -> dict[str, object]:
    """Who says again what a record that is made again said."""
    evidence = _("import %(run)d, undone") % {"run": undone.pk}
    return {"run": scope.run, "user_id": scope.user_id, "evidence": evidence}


def _merged(slugs: dict[str, str]) -> dict[str, str]:
    """By key, that its trial (whose slug is given) was merged into another: what hung on it hangs there."""
    merged = Trial.objects.filter(slug__in=set(slugs.values())).exclude(merged_into=None)
    heirs = dict(merged.values_list("slug", "merged_into__slug"))
    sentence = _("“%(trial)s” was merged into “%(other)s” since then. Undo that merge first.")
    return {
        key: sentence % {"trial": slug, "other": heirs[slug]} for key, slug in slugs.items() if slug in heirs
    }


def _slug(key: str) -> str:
    """The trial's, of the key of a site."""
    return key.rsplit("@", 1)[0]
