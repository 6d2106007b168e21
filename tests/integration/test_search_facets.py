"""Every declared filter, with each of its values, finds and counts what plain Python says of stored records.

A filter is named here only where its declaration does not say what a record has of it: a new one is tried
without a line.
"""

import pytest
from django.http import QueryDict
from django.utils import timezone

from bench import synthetic
from centres.models import Centre
from directory.core.fields import LANGUAGE_CODES
from directory.core.models import State
from directory.records.facets import (
    AgeFacet,
    FactsFacet,
    RecordFacet,
    SiteFacet,
    SomeSiteFacet,
    facets_of,
)
from directory.search import building, service
from tests import builders as b
from trials.conditions import path_to
from trials.filters import TrialFilterSet
from trials.models import Trial, TrialSite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]

FACETS = facets_of(TrialFilterSet)
COUNTED = {name: facet for name, facet in FACETS.items() if facet.counted}
OF_TRIALS = RecordFacet | AgeFacet | SomeSiteFacet
# What the document of a trial makes itself.
MADE = {
    "condition": lambda trial: {above for one in trial.conditions.all() for above in path_to(one.code)},
    "identifier": lambda trial: {one.compact for one in trial.identifiers.all()},
}


class Registry:
    """The listed trials and sites as they are stored, and what a filter says of each in plain Python."""

    def __init__(self):
        self.trials = list(Trial.objects.listed().prefetch_related("conditions", "identifiers"))
        self.sites = list(TrialSite.objects.listed().select_related("trial", "centre"))
        centres = building.build("centre", building.all_keys("centre"))
        self.facts = {one.key: one.facts | {"key": one.key} for one in centres}

    def of_trial(self, name, trial) -> set[str]:
        facet = FACETS[name]
        if isinstance(facet, SomeSiteFacet):
            given, value = facet.given
            there = [one for one in self.sites if one.trial == trial and value in self.of_site(given, one)]
            return set().union(*(self.of_site(facet.of, one) for one in there))
        if name in MADE:
            return MADE[name](trial)
        return set(facet.of_record(trial))

    def of_site(self, name, site) -> set[str]:
        facet = FACETS[name]
        if isinstance(facet, FactsFacet):
            return set(facet.values(self.facts[site.centre.code], timezone.localdate()))
        return {facet.of_site(site) if facet.of_site else getattr(site, name)}

    def takes(self, name, trial, value) -> bool:
        """Whether a filter on trials lets `trial` through."""
        facet = FACETS[name]
        if isinstance(facet, SomeSiteFacet):
            return value in self.of_trial(name, trial)
        if isinstance(facet, RecordFacet):
            return bool(self.of_trial(name, trial) & {value, facet.for_all or value})
        first, last = facet.days(value)
        return (trial.min_days is None or trial.min_days <= last) and (
            trial.max_days is None or trial.max_days >= first
        )

    def values(self, name) -> list[str]:
        """The vocabulary; where there is none, what the records have."""
        facet = FACETS[name]
        if facet.order:
            return list(facet.order)
        if isinstance(facet, AgeFacet):
            bounds = {bound for one in self.trials for bound in (one.min_days, one.max_days)} - {None}
            return [str(days) for bound in sorted(bounds) for days in (bound, bound + 1)]
        of_sites = isinstance(facet, SiteFacet | FactsFacet)
        found = (
            [self.of_site(name, one) for one in self.sites]
            if of_sites
            else [self.of_trial(name, one) for one in self.trials]
        )
        return sorted(set().union(*found) - {""})

    def trials_with(self, name, value) -> set[str]:
        """The slugs of the trials that the filter finds."""
        if isinstance(FACETS[name], OF_TRIALS):
            return {one.slug for one in self.trials if self.takes(name, one, value)}
        return {one.trial.slug for one in self.sites if value in self.of_site(name, one)}

    def sites_with(self, name, value) -> set[str]:
        """The keys of the sites that the filter finds; the trial is judged where sites have none of it."""
        if isinstance(FACETS[name], OF_TRIALS) and not FACETS[name].of_site:
            return {one.change_key for one in self.sites if self.takes(name, one.trial, value)}
        return {one.change_key for one in self.sites if value in self.of_site(name, one)}


@pytest.fixture
def registry():
    """Forty synthetic trials, one of them withdrawn, one centre a draft, and one of another country."""
    synthetic.fill(40)
    Trial.objects.filter(pk=Trial.objects.first().pk).update(state=State.WITHDRAWN)
    Centre.objects.filter(code="chu-liege").update(state=State.DRAFT)
    b.a_site(Trial.objects.listed().first(), b.a_centre("utrecht", country="NL", postal_code="3584"))
    service.rebuild()
    return Registry()


def keys(kind, name, value) -> set[str]:
    return {hit.key for hit in service.find(service.Ask(kind=kind, filters={name: (value,)}), limit=500).hits}


def test_each_value_finds_what_plain_python_finds(registry):
    for name in FACETS:
        values = registry.values(name)
        assert values, name
        for value in values:
            assert keys("trial", name, value) == registry.trials_with(name, value), (name, value)
            assert keys("site", name, value) == registry.sites_with(name, value), (name, value)


def test_each_value_is_counted_as_plain_python_counts_in_the_order_of_its_vocabulary(registry):
    counted = service.find(service.Ask(), facets=True).facets
    assert list(counted) == list(COUNTED)
    for name, facet in COUNTED.items():
        numbers = {value: len(registry.trials_with(name, value)) for value in registry.values(name)}
        some = [(value, number) for value, number in numbers.items() if number]
        expected = some if facet.order else sorted(some, key=lambda one: (-one[1], one[0]))
        assert [(one.value, one.count) for one in counted[name]] == expected, name


def test_each_value_has_a_name_in_each_language(registry):
    for language in LANGUAGE_CODES:
        counted = service.find(service.Ask(language=language), facets=True).facets
        for name, several in counted.items():
            assert not [one for one in several if str(one.label) in ("", one.value)], (name, language)


def test_each_value_is_taken_in_an_address_and_another_is_refused_with_the_way_out(registry):
    for name in COUNTED:
        for value in registry.values(name):
            assert not TrialFilterSet(QueryDict(f"{name}={value}")).form.errors, (name, value)
        refused = " ".join(TrialFilterSet(QueryDict(f"{name}=no-such-value")).form.errors[name])
        assert "“no-such-value” is not" in refused
        assert registry.values(name)[0] in refused
