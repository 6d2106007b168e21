"""The directory as it was at the end of a day: trials and centres put together from the change log.

Of what the public saw that day **and** sees today. What was taken from the directory since is shown for no
day: neither a trial or a centre that was withdrawn, nor a person whose consent was. A person is shown as they
are today, and only where they were the contact then and might be named then.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Max, Model, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from centres.documents import in_order
from centres.models import Centre, CentreAlias, Membership, Network, Professional
from directory.core import changes
from directory.core.dates import day_after
from directory.core.models import Change, Recorded, State

from .merges_since import MergesSince
from .models import (
    Condition,
    Intervention,
    StatusStatement,
    Trial,
    TrialArm,
    TrialIdentifier,
    TrialIntervention,
    TrialMerge,
    TrialSite,
)
from .models.intervention import KNOWN_OF_INTERVENTION
from .statements import derive, derive_of_trial

# A primary key, None for a record that is no more, and what the change log has of it; several by key.
Shot = tuple[int | None, dict]
Shots = dict[str, Shot]
_ISO_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)


def first_day() -> dt.date:
    """The day on which the change log begins; today while it is empty."""
    begun = changes.begun_at()
    return timezone.localdate(begun) if begun else timezone.localdate()


def day_of(text: str) -> dt.date:
    """The day that `text` says: YYYY-MM-DD. Raises ValueError with a sentence where it cannot be shown."""
    today, first = timezone.localdate(), first_day()
    day = None
    if _ISO_DAY.match(text.strip()):
        with suppress(ValueError):
            day = dt.date.fromisoformat(text.strip())
    if day is None:
        words = {"text": text[:40], "day": today.isoformat()}
        raise ValueError(_("“%(text)s” is not a day. Write it like %(day)s.") % words)
    named = {"day": in_words(day), "first": in_words(first), "today": in_words(today)}
    if day < today == first:
        raise ValueError(_("Nothing is known of %(day)s: only %(today)s can be shown so far.") % named)
    if day > today == first:
        raise ValueError(_("%(day)s is in the future. Only %(today)s can be shown so far.") % named)
    if day > today:
        raise ValueError(_("%(day)s is in the future. Give a day from %(first)s to %(today)s.") % named)
    if day < first:
        raise ValueError(
            _(
                "The record of this directory begins on %(first)s: nothing is known of %(day)s. "
                "Give a day from %(first)s to %(today)s."
            )
            % named
        )
    return day


def in_words(day: dt.date) -> str:
    """`3 March 2026`, in the active language."""
    return date_format(day, "DATE_FORMAT")


@dataclass
class TrialThen:
    """A trial at the end of a day, its sites and their statements, as records that were never stored.

    They have the primary keys of today's, and their relations are read already; saving one is an error. Its
    `updated_at` is when what it shows had last changed.
    """

    trial: Trial
    sites: Sequence[TrialSite]


@dataclass
class CentreThen:
    """A centre at the end of a day: its memberships of that time, and its sites of listed trials."""

    centre: Centre
    memberships: list[Membership]
    sites: list[TrialSite]


@dataclass
class AsOf:
    """What the directory showed at the end of `day`."""

    day: dt.date
    moment: dt.datetime = field(init=False)
    _merges: MergesSince = field(init=False, default_factory=MergesSince)

    def __post_init__(self):
        self.moment = day_after(self.day)

    def trial(self, slug: str) -> TrialThen | None:
        """None for a trial that is not listed, was not then, or was not there. In a dozen queries."""
        found = self._listed(Trial, "slug", {slug})
        if slug not in found:
            return None
        trial, (pk, shot) = _trials(found)[slug], found[slug]
        keys = self._site_keys(Q(trial=pk), slug=slug)
        of_it = Q(key__startswith=f"{slug}@") & ~Q(key__in=self._merges.came)
        shots = self._shots(TrialSite, keys, of_it)
        centres = self._listed(Centre, "code", {site["centre"] for _pk, site in shots.values()})
        made = {code: _made(Centre, *one) for code, one in centres.items()}
        sites = self._sites({key: one for key, one in shots.items() if one[1]["centre"] in made})
        for site, (_pk, one) in sites:
            site.trial, site.centre = trial, made[one["centre"]]
        self._add_people(sites)
        self._add_drugs(trial)
        said = self._said_of_trial(pk)
        keep_related(trial, sites=[site for site, _shot in sites], statements=said)
        if "disputed_by" not in shot:  # the log did not have it yet
            trial.disputed_by = derive_of_trial(said, self.moment)["disputed_by"]
        if parent := shot["parent"]:
            trial.parent = Trial.objects.listed().filter(slug=parent).first()
        trial.updated_at = self._changed(Q(kind="trial", key=slug) | (Q(kind="site") & of_it))
        return TrialThen(trial, trial.sites.all())

    def centre(self, code: str) -> CentreThen | None:
        """None for a centre that is not listed, was not then, or was not there. In a dozen queries."""
        found = self._listed(Centre, "code", {code})
        if code not in found:
            return None
        centre, keys = _made(Centre, *found[code]), self._site_keys(Q(centre=found[code][0]))
        of_it = Q(key__endswith=f"@{code}") & ~Q(key__in=self._merges.came)
        shots = self._shots(TrialSite, keys, of_it)
        slugs = {site["trial"] for _pk, site in shots.values()}
        trials = _trials(self._listed(Trial, "slug", slugs, snapshots=Trial.brief_snapshots))
        sites = self._sites({key: one for key, one in shots.items() if one[1]["trial"] in trials})
        for site, (_pk, one) in sites:
            site.trial, site.centre = trials[one["trial"]], centre
        self._add_people(sites)
        about = Q(kind="centre", key=code) | Q(kind="membership", key__contains=f"/{code}/")
        centre.updated_at = self._changed(about | (Q(kind="site") & of_it))
        return CentreThen(centre, self._memberships(centre), [site for site, _shot in sites])

    def _shots(self, model: type[Recorded], stored: Mapping[str, int], which: Q, snapshots=None) -> Shots:
        """What each record was: of those stored, by key, and of those deleted since that `which` finds.

        `snapshots`: how those are taken that did not change since, if not as the change log does.
        """
        changed = changes.found_by_the_next(model.change_kind, self.moment, which)
        same = (snapshots or model.snapshots)([pk for key, pk in stored.items() if key not in changed])
        then = {key: same.get(pk) for key, pk in stored.items()} | changed
        return {key: (stored.get(key), shot) for key, shot in sorted(then.items()) if shot is not None}

    def _site_keys(self, which: Q, slug: str = "") -> dict[str, int]:
        """The sites by the keys that they had then: what a merge moved since was another trial's.

        `slug`: of this trial alone. One query, unless trials were merged since.
        """
        is_merged = Exists(TrialMerge.objects.since(self.moment))
        sites = TrialSite.objects.select_related("trial", "centre")
        here = list(sites.filter(which).annotate(is_merged=is_merged))
        if not here or here[0].is_merged:
            self._merges = MergesSince(self.moment)
            here += sites.filter(pk__in=self._merges.sites_of(slug)) if self._merges.came else []
        keys = {self._merges.key_of(one): one.pk for one in here}
        return {key: pk for key, pk in keys.items() if not slug or key.startswith(f"{slug}@")}

    def _listed(self, model, key: str, keys: Iterable[str], snapshots=None) -> Shots:
        """Records as they were, by key, of those that are listed today and were then.

        A trial that was merged since is shown today as part of another one.
        """
        shown = model.objects.still_shown() if model is Trial else model.objects.listed()
        now = dict(shown.filter(**{f"{key}__in": keys}).values_list(key, "pk"))
        shots = self._shots(model, now, Q(key__in=list(now)), snapshots)
        return {name: one for name, one in shots.items() if one[1]["state"] == State.LISTED}

    def _sites(self, shots: Shots) -> list[tuple[TrialSite, Shot]]:
        """Sites with what had been said about them; trial, centre and persons are still to be set."""
        made = [(_made(TrialSite, *one), one) for one in shots.values()]
        said: dict[int, list[StatusStatement]] = {site.pk: [] for site, _shot in made}
        moved = self._merges.statements
        about = Q(site__in=said) | Q(pk__in=[pk for pk, site in moved.items() if site in said])
        for one in self._said(about):
            if (site := moved.get(one.pk, one.site_id)) in said:
                said[site].append(one)
        for site, shot in made:
            site.read_on = self.day
            if "disputed_by" not in shot[1]:  # the log did not have it yet
                site.disputed_by = derive(said[site.pk], self.moment)["disputed_by"]
            keep_related(site, statements=said[site.pk])
        return made

    def _said(self, about: Q) -> list[StatusStatement]:
        """Of some statements, those that had been made and not been taken back."""
        known = Q(retracted_at=None) | Q(retracted_at__gte=self.moment)
        return list(StatusStatement.objects.filter(known, about, recorded_at__lt=self.moment))

    def _said_of_trial(self, pk: int) -> list[StatusStatement]:
        moved = self._merges.trial_statements
        about = Q(trial=pk) | Q(pk__in=[one for one, trial in moved.items() if trial == pk])
        return [one for one in self._said(about) if moved.get(one.pk, one.trial_id) == pk]

    def _add_drugs(self, trial: Trial) -> None:
        """What was known of that which it gave, as far as it still has that name."""
        given = [link.intervention for link in trial.intervention_links.all()]
        if not given:
            return
        pks = Intervention.objects.pks_of(one.key for one in given)
        numbers = {str(pk): pk for pk in pks.values()}
        shots = self._shots(Intervention, numbers, Q(key__in=list(numbers)))
        for one in given:
            _pk, shot = shots.get(str(pks.get(one.key)), (None, {}))
            for name in KNOWN_OF_INTERVENTION:
                setattr(one, name, shot.get(name, getattr(one, name)))

    def _add_people(self, sites: list[tuple[TrialSite, Shot]]) -> None:
        """The persons who were named then and may be named today."""
        names = ("contact_person", "investigator")
        pks = {pk for _site, (_pk, shot) in sites for name in names if (pk := shot.get(f"{name}_id"))}
        people = self._named(pks)
        for site, (_pk, shot) in sites:
            for name in names:
                setattr(site, name, people.get(shot.get(f"{name}_id")))

    def _named(self, pks: Iterable[int]) -> dict[int, Professional]:
        """Those who consent today and did then, as they are today."""
        people = {one.pk: one for one in Professional.objects.publishable().filter(pk__in=pks)}
        keys = Q(key__in=[str(pk) for pk in people])
        then = changes.found_by_the_next(Professional.change_kind, self.moment, keys)
        return {
            pk: one for pk, one in people.items() if str(pk) not in then or _could_be_named(then[str(pk)])
        }

    def _memberships(self, centre: Centre) -> list[Membership]:
        """The memberships in networks that are listed today and were then, as they were recorded."""
        shots = self._membership_shots(centre)
        networks = self._listed(Network, "slug", {shot["network"] for shot in shots})
        made = {slug: _made(Network, *one) for slug, one in networks.items()}
        found = [
            (_made(Membership, None, shot), shot["network"]) for shot in shots if shot["network"] in made
        ]
        for one, slug in found:
            one.network, one.centre = made[slug], centre
        return in_order(one for one, _slug in found)

    def _membership_shots(self, centre: Centre) -> list[dict]:
        """A change of a membership may change its key: so the log is followed back, one by one."""
        stored = Membership.objects.filter(centre=centre.pk).select_related("network", "centre")
        now = Membership.snapshots([one.pk for one in stored])
        shots = {one.change_key: now[one.pk] for one in stored if one.pk in now}
        about = Q(key__contains=f"/{centre.code}/") | Q(after__centre=centre.code)
        later = Change.objects.filter(about, kind=Membership.change_kind, at__gte=self.moment)
        for key, before, after in later.order_by("-seq").values_list("key", "before", "after"):
            shots.pop(_membership_key(after) if after else key, None)
            if before:
                shots[key] = before
        return [shot for shot in shots.values() if shot["centre"] == centre.code]

    def _changed(self, which: Q) -> dt.datetime:
        """When what was shown that day had last changed; the end of the day where the log does not say."""
        last = Change.objects.filter(which, at__lt=self.moment).aggregate(last=Max("at"))["last"]
        return last or min(timezone.now(), self.moment)


def _membership_key(shot: Mapping) -> str:
    return "/".join([shot["network"], shot["centre"], shot["role"] or "member", shot["since"] or ""])


def _could_be_named(shot: dict | None) -> bool:
    return bool(shot and shot.get("consent_given_on") and not shot.get("consent_withdrawn_on"))


def _made(model: type[Model], pk: int | None, shot: Mapping) -> Any:
    """An unsaved record with the columns of a snapshot; what a snapshot did not have yet is not known."""
    record = model(pk=pk or 0)  # 0 is nobody's: without a key, Django lets nothing be asked of it
    for column in model._meta.concrete_fields:
        if column.attname in shot and not column.is_relation:
            setattr(record, column.attname, column.to_python(shot[column.attname]))
    if "aliases" in shot:
        keep_related(record, aliases=[CentreAlias(**one) for one in shot["aliases"]])
    return record


def keep_related(record: Any, **related: list) -> None:
    """Let `record` have these on its relations, as if they had been prefetched."""
    record._prefetched_objects_cache = {**getattr(record, "_prefetched_objects_cache", {}), **related}


def _trials(shots: Shots) -> dict[str, Trial]:
    """Trials with their numbers and their classes, by slug."""
    codes = {code for _pk, shot in shots.values() for code in shot["conditions"]}
    classes = {one.code: one for one in Condition.objects.filter(code__in=codes)}
    made = {}
    for slug, (pk, shot) in shots.items():
        made[slug] = trial = _made(Trial, pk, shot)
        numbers = [TrialIdentifier(**one) for one in shot["identifiers"]]
        known = [classes[code] for code in shot["conditions"] if code in classes]
        keep_related(trial, identifiers=numbers, conditions=known, subprotocols=[], sites=[])
        _keep_given(trial, shot)
    return made


def _keep_given(trial: Trial, shot: Mapping) -> None:
    """What the trial gave, as far as a snapshot says."""
    given = [Intervention(**one) for one in shot.get("interventions", ())]
    arms = [TrialArm(**one) for one in shot.get("arm_groups", ())]
    links = [TrialIntervention(intervention=one) for one in given]
    keep_related(trial, intervention_links=links, arm_groups=arms)
