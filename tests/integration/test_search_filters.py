"""Filters and facet counts: the index and plain SQL give the same answer to the same address."""

import datetime as dt
import random

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from bench import synthetic
from bench.baselines import filters as sql
from centres.filters import CentreFilterSet, NetworkFilterSet
from centres.models import Centre, Network
from directory.core.places import Province
from directory.search import service
from directory.search.query import ask_from
from tests import builders as b
from trials.choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType
from trials.filters import SiteFilterSet, TrialFilterSet
from trials.models import Trial, TrialSite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]

PIECES = {
    "status": Recruitment.values,
    "phase": Phase.values,
    "stage": Stage.values,
    "age_band": AgeBand.values,
    "sex": Sex.values,
    "study_type": StudyType.values,
    "freshness": Freshness.values,
    "province": Province.values,
    "condition": ["I", "Ia", "III", "IIIb", "IVa", "VIII", "VIIIc", "XII"],
    "centre": [*(code for code, *_rest in synthetic.CENTRES), "utrecht"],
    "network": ["itcc"],
    "country": ["BE", "NL"],
    "trial_status": Recruitment.values,
    "recruiting_in": ["BE", "NL"],
    "age": ["0", "6m", "3", "17y", "40"],
    "near": ["4000", "9000", "50.85,4.35"],
    "identifier": ["NCT10000003", "nct 1000 0007"],
}
SINGLE = {"near"}


@pytest.fixture
def registry(db, index_dir):
    """Sixty synthetic trials, one of them withdrawn, some with a Dutch site; one centre is not listed."""
    synthetic.fill(60)
    utrecht = b.a_centre("utrecht", country="NL", postal_code="3584")
    statuses = 4 * ["recruiting", "completed", "unknown"]
    for trial, status in zip(Trial.objects.order_by("slug")[:12], statuses, strict=True):
        b.a_site(trial, utrecht, status=status)
    Trial.objects.filter(pk=Trial.objects.first().pk).update(state="withdrawn")
    Centre.objects.filter(code="chu-liege").update(state="draft")
    service.rebuild()
    if connection.vendor == "postgresql":
        # The planner otherwise knows the tables as other tests left them, and may take minutes for one query.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def an_address(chance: random.Random) -> str:
    """One to four filters with one to three values each, as a browser sends them."""
    pairs = []
    for name in chance.sample(sorted(PIECES), chance.randint(1, 4)):
        listed = [value for value in PIECES[name] if value != "chu-liege"]
        some = chance.sample(listed, 1 if name in SINGLE else min(chance.randint(1, 3), len(listed)))
        pairs += [f"{name}={value}" for value in some]
        if name == "near" and chance.random() < 0.7:
            pairs.append(f"within={chance.choice((5, 40, 90))}")
    return "&".join(pairs)


def trials(address: str) -> TrialFilterSet:
    filters = TrialFilterSet(QueryDict(address), Trial.objects.listed())
    assert filters.is_valid(), (address, filters.errors)
    return filters


def asked(filters, kind="trial", home="", **more) -> service.Answer:
    return service.find(ask_from(filters.form.cleaned_data, "en", kind, home), limit=200, **more)


def in_sql(address: str, home: str = ""):
    """The trials that plain SQL finds."""
    return sql.trials(trials(address).form.cleaned_data, home)


def slugs(address: str, home: str = "") -> set[str]:
    return {hit.key for hit in asked(trials(address), home=home).hits}


# As the API asks, and as the pages do.
HOMES = pytest.mark.parametrize("home", ["", "BE"])


@HOMES
@pytest.mark.usefixtures("registry")
def test_whatever_is_filtered_by_the_index_finds_what_sql_finds(home):
    chance = random.Random(timezone.localdate().toordinal())
    for _ in range(120):
        address = an_address(chance)
        filters = trials(address)
        found, truth = asked(filters, home=home), in_sql(address, home)
        assert {hit.key for hit in found.hits} == set(truth.values_list("slug", flat=True)), address
        assert found.count == len(found.hits), address


@HOMES
@pytest.mark.usefixtures("registry")
def test_a_facet_counts_what_a_click_on_its_value_gives(home):
    chance = random.Random(timezone.localdate().toordinal() + 1)
    for _ in range(12):
        address = an_address(chance)
        facets = asked(trials(address), home=home, facets=True).facets
        for name in facets:
            kept = "&".join(pair for pair in address.split("&") if not pair.startswith(f"{name}="))
            counted = {one.value: one.count for one in facets[name]}
            for value in chance.sample(PIECES[name], min(4, len(PIECES[name]))):
                if value == "chu-liege":
                    continue
                clicked = in_sql(f"{kept}&{name}={value}", home).count()
                assert counted.get(value, 0) == clicked, (address, name, value)


@pytest.mark.usefixtures("registry")
def test_sites_are_filtered_as_in_sql():
    chance = random.Random(timezone.localdate().toordinal() + 2)
    for _ in range(60):
        address = an_address(chance)
        filters = SiteFilterSet(QueryDict(address), TrialSite.objects.listed())
        assert filters.is_valid()
        found = sql.sites(filters.form.cleaned_data).select_related("trial", "centre")
        truth = {site.change_key for site in found}
        assert {hit.key for hit in asked(filters, "site").hits} == truth, address


@pytest.mark.usefixtures("registry")
def test_centres_are_filtered_as_in_sql():
    for address in (
        "",
        "province=BE-VOV",
        "network=itcc",
        "near=4000&within=20",
        "country=BE&province=BE-WLG",
    ):
        filters = CentreFilterSet(QueryDict(address), Centre.objects.listed())
        assert filters.is_valid()
        found = {hit.key for hit in asked(filters, "centre").hits}
        assert found == set(sql.centres(filters.form.cleaned_data).values_list("code", flat=True)), address
    filters = NetworkFilterSet(QueryDict("centre=uz-gent"), Network.objects.listed())
    assert filters.is_valid()
    truth = list(sql.networks(filters.form.cleaned_data).values_list("slug", flat=True))
    assert [hit.key for hit in asked(filters, "network").hits] == truth == ["itcc"]


class TestMeaning:
    def test_values_of_a_filter_widen_and_filters_narrow(self):
        b.a_trial("A", phases=["phase1"], status="recruiting")
        b.a_trial("B", phases=["phase2"], status="recruiting")
        b.a_trial("C", phases=["phase2"], status="completed")
        service.rebuild()
        assert slugs("phase=phase1&phase=phase2&status=recruiting") == {"a", "b"}

    def test_status_is_the_trials_own_until_a_place_is_named(self):
        ghent, leuven = b.a_centre("uz-gent"), b.a_centre("uz-leuven")
        b.a_trial("ELSEWHERE", status="recruiting", at=[(ghent, "completed"), (leuven, "recruiting")])
        b.a_trial("HERE", status="unknown", at=[(ghent, "recruiting")])
        service.rebuild()
        assert slugs("status=recruiting") == {"elsewhere"}
        assert slugs("status=recruiting&centre=uz-gent") == {"here"}
        assert slugs("status=recruiting&near=9000") == {"elsewhere", "here"}

    def test_with_a_home_the_status_is_of_a_site_there_until_another_place_is_named(self):
        ghent, utrecht = b.a_centre("uz-gent"), b.a_centre("utrecht", country="NL", postal_code="3584")
        b.a_trial("ABROAD", status="recruiting", at=[(ghent, "completed"), (utrecht, "recruiting")])
        b.a_trial("HERE", status="unknown", at=[(ghent, "recruiting")])
        b.a_trial("NOWHERE", status="recruiting")
        service.rebuild()
        assert slugs("status=recruiting", "BE") == slugs("status=recruiting&near=9000", "BE") == {"here"}
        assert slugs("status=completed", "BE") == slugs("trial_status=recruiting&status=completed", "BE")
        assert slugs("status=completed", "BE") == {"abroad"}
        assert slugs("status=recruiting&country=NL", "BE") == {"abroad"}
        assert slugs("status=recruiting&centre=utrecht", "BE") == {"abroad"}
        assert slugs("trial_status=recruiting", "BE") == {"abroad", "nowhere"}
        assert slugs("", "BE") == {"abroad", "here", "nowhere"}

    def test_recruiting_in_a_country_is_of_the_trial_whatever_else_is_asked_of_its_sites(self):
        ghent, utrecht = b.a_centre("uz-gent"), b.a_centre("utrecht", country="NL", postal_code="3584")
        b.a_trial("BOTH", status="unknown", at=[(ghent, "recruiting"), (utrecht, "completed")])
        b.a_trial("DUTCH", status="recruiting", at=[(ghent, "completed"), (utrecht, "recruiting")])
        service.rebuild()
        for home in ("", "BE"):
            assert slugs("recruiting_in=BE", home) == {"both"}
            assert slugs("recruiting_in=BE&centre=utrecht", home) == {"both"}
            assert slugs("recruiting_in=be&recruiting_in=NL", home) == {"both", "dutch"}
            assert slugs("recruiting_in=BE&status=recruiting&country=NL", home) == set()
            assert slugs("recruiting_in=BE&trial_status=recruiting", home) == set()

    def test_with_a_home_status_and_freshness_are_of_one_and_the_same_site_there(self):
        trial = b.a_trial("T")
        b.a_site(trial, b.a_centre("utrecht", country="NL", postal_code="3584"), status="recruiting", said=1)
        b.a_site(trial, b.a_centre(), status="recruiting", said=200)
        service.rebuild()
        assert slugs("freshness=fresh&status=recruiting") == slugs("freshness=fresh") == {"t"}
        assert slugs("freshness=fresh&status=recruiting", "BE") == slugs("freshness=fresh", "BE") == set()
        assert slugs("freshness=stale&status=recruiting", "BE") == {"t"}

    def test_freshness_and_status_are_of_the_same_site(self):
        trial = b.a_trial("T")
        b.a_site(trial, b.a_centre(), status="recruiting", said=200)
        b.a_site(trial, b.a_centre(), status="completed", said=1)
        service.rebuild()
        assert slugs("freshness=fresh") == {"t"}
        assert slugs("freshness=fresh&status=recruiting") == set()
        assert slugs("freshness=stale&status=recruiting") == {"t"}

    def test_a_class_finds_the_classes_below_it(self):
        b.a_trial("BONE", conditions=["VIIIc"])
        b.a_trial("LEUKAEMIA", conditions=["Ia"])
        service.rebuild()
        assert slugs("condition=VIII") == slugs("condition=viiic") == {"bone"}
        assert slugs("condition=I") == {"leukaemia"}

    def test_an_age_lies_within_both_bounds_and_a_missing_bound_is_open(self):
        b.a_trial("UP-TO-2", max_days=730)
        b.a_trial("FROM-2", min_days=730)
        b.a_trial("ANY-AGE")
        service.rebuild()
        assert slugs("age=6m") == {"up-to-2", "any-age"}
        assert slugs("age=2y") == {"up-to-2", "from-2", "any-age"}
        assert slugs("age=14") == {"from-2", "any-age"}

    def test_a_stage_finds_trials_of_any_stage_and_not_those_that_say_nothing(self):
        b.a_trial("RELAPSED", stages=["relapsed"])
        b.a_trial("ANY", stages=["any"])
        b.a_trial("SILENT")
        service.rebuild()
        assert slugs("stage=relapsed") == {"relapsed", "any"}

    def test_a_sex_finds_trials_for_all(self):
        b.a_trial("GIRLS", sex="female")
        b.a_trial("ALL")
        service.rebuild()
        assert slugs("sex=female") == {"girls", "all"}
        assert slugs("sex=male") == slugs("sex=all") == {"all"}

    def test_a_trial_counts_as_updated_when_one_of_its_sites_was(self):
        b.a_trial("OLD")
        site = b.a_site(b.a_trial("NEW"), b.a_centre())
        moment = timezone.now()
        site.save()
        service.rebuild()
        stamp = moment.isoformat()
        assert (
            slugs(f"updated_since={stamp.replace('+', '%2B')}") == slugs(f"updated_since={stamp}") == {"new"}
        )

    def test_a_role_that_begins_later_does_not_count_yet(self):
        ghent = b.a_centre("uz-gent")
        membership = b.a_network("itcc", members=[ghent]).memberships.get()
        membership.since = timezone.localdate() + dt.timedelta(days=30)
        membership.save()
        b.a_trial("T", at=[ghent])
        service.rebuild()
        assert slugs("network=itcc") == set() == set(in_sql("network=itcc"))

    def test_a_chosen_value_stays_in_its_facet_at_zero(self):
        b.a_trial("T", status="recruiting")
        service.rebuild()
        facets = asked(trials("status=suspended"), facets=True).facets
        assert {one.value: one.count for one in facets["status"]} == {"recruiting": 1, "suspended": 0}

    def test_facets_are_labelled_in_the_language_of_the_question(self):
        b.a_trial(
            "T", conditions=["VIIIc"], at=[b.a_centre("uz-gent", name_nl="Universitair Ziekenhuis Gent")]
        )
        service.rebuild()
        found = service.find(service.Ask(language="nl"), facets=True).facets
        assert [one.label for one in found["centre"]] == ["Universitair Ziekenhuis Gent"]
        assert [one.value for one in found["condition"]] == ["VIII", "VIIIc"]
        assert found["condition"][0].label.startswith("Kwaadaardige bottumoren")


class TestBadInput:
    @pytest.mark.parametrize(
        ("address", "field", "said"),
        [
            ("status=sometimes", "status", "“sometimes” is not a status. Use one of: not_yet_recruiting"),
            ("phase=3", "phase", "“3” is not a phase. Use one of: early_phase1"),
            ("condition=XV", "condition", "“XV” is not an ICCC-3 code"),
            ("centre=uz-hasselt", "centre", "“uz-hasselt” is not a centre. Use one of: uz-gent"),
            ("network=none", "network", "“none” is not a network"),
            ("province=Gent", "province", "“Gent” is not a province. Use one of: BE-VAN"),
            ("country=NL", "country", "“NL” is not a country with a centre. Use one of: BE"),
            ("recruiting_in=NL", "recruiting_in", "“NL” is not a country with a centre. Use one of: BE"),
            ("trial_status=open", "trial_status", "“open” is not a status. Use one of: not_yet_recruiting"),
            ("age=old", "age", "“old” is not an age"),
            ("age=-3", "age", "“-3” is not an age"),
            ("near=99999", "near", "“99999” is not a place"),
            ("near=4000&within=-5", "within", "“-5” is not a number of kilometres"),
            ("near=4000&within=nan", "within", "“nan” is not a number of kilometres"),
            ("within=5", "within", "near=4000"),
            ("ordering=distance", "ordering", "near=4000"),
            ("ordering=-updated", "ordering", "Use one of: relevance, acronym, updated, opened, verified"),
            ("updated_since=yesterday", "updated_since", "“yesterday” is not a point in time"),
            ("updated_since=2026-02-31", "updated_since", "“2026-02-31” is not a point in time"),
            ("near=4000&near=9000", "near", "Give one value, not 2"),
            ("q=a%00b", "q", "control character U+0000"),
            ("status=%00", "status", "control character U+0000"),
            ("q=" + "a" * 401, "q", "401 characters. Use at most 400"),
            ("identifier=%21%3F", "identifier", "“!?” is not an identifier"),
            ("&".join(f"age={n}" for n in range(51)), "age", "51 values are too many. Give at most 50"),
        ],
    )  # fmt: skip
    def test_a_bad_value_is_named_with_the_way_out(self, address, field, said):
        b.a_centre("uz-gent")
        filters = TrialFilterSet(QueryDict(address), Trial.objects.listed())
        assert not filters.is_valid()
        assert list(filters.form.errors) == [field]
        assert said in " ".join(filters.form.errors[field])

    def test_every_bad_value_is_named_and_the_allowed_ones_are_data(self):
        filters = TrialFilterSet(QueryDict("phase=3&phase=phase2&phase=II"), Trial.objects.listed())
        errors = filters.form.errors.as_data()["phase"]
        assert [error.params["value"] for error in errors] == ["3", "II"]
        assert errors[0].params["choices"] == Phase.values

    def test_an_empty_value_is_one_not_given(self):
        assert trials("status=&q=&near=&within=&age=").form.cleaned_data["status"] == []

    def test_a_centre_that_is_not_listed_is_not_among_the_allowed(self):
        b.a_centre("uz-gent")
        b.a_centre("canary", state="draft")
        filters = TrialFilterSet(QueryDict("centre=canary"), Trial.objects.listed())
        assert "canary”" in str(filters.form.errors["centre"])
        assert filters.form.errors.as_data()["centre"][0].params["choices"] == ["uz-gent"]

    def test_the_names_are_those_of_the_contract(self):
        names = """
            q status phase condition age age_band stage sex study_type centre network province country near
            within
            freshness identifier updated_since ordering trial_status recruiting_in
        """
        assert list(TrialFilterSet.base_filters) == names.split()
