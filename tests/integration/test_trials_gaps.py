"""For which classes of ICCC-3 no trial recruits children in Belgium, or one centre only does, and why."""

import pytest

from directory.core.roles import Role
from tests.builders import a_centre, a_site, a_trial, says
from trials.choices import Recruitment
from trials.gaps import (
    ADULTS_ONLY,
    NO_TRIAL,
    NOT_KNOWN,
    NOT_RECRUITING,
    ONE_CENTRE,
    SEVERAL,
    STATES,
    WIDER,
    find_gaps,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ghent():
    return a_centre("uz-gent")


@pytest.fixture
def leuven():
    return a_centre("uz-leuven")


def states(**asked):
    return {one.code: one.state for one in find_gaps(**asked).classes}


def test_a_class_without_any_trial_is_a_gap_and_so_is_the_group_above(ghent):
    found = states()
    assert found["IVa"] == found["IV"] == NO_TRIAL
    assert find_gaps().count(NO_TRIAL) == 48


def test_a_trial_at_one_centre_makes_one_and_at_two_none(ghent, leuven):
    a_trial("One", conditions=["IVa"], at=[ghent])
    a_trial("Two", conditions=["VIIIc"], at=[ghent, leuven])
    assert (states()["IVa"], states()["VIIIc"]) == (ONE_CENTRE, SEVERAL)
    assert (states()["IV"], states()["IVb"]) == (ONE_CENTRE, NO_TRIAL)


def test_a_group_without_subgroups_is_a_diagnosis_itself(ghent):
    a_trial("Eye", conditions=["V"], at=[ghent])
    assert (states()["V"], find_gaps().count(ONE_CENTRE)) == (ONE_CENTRE, 1)


def test_two_trials_at_different_centres_are_several_centres(ghent, leuven):
    a_trial("One", conditions=["IVa"], at=[ghent])
    a_trial("Other", conditions=["IVa"], at=[leuven])
    assert states()["IVa"] == SEVERAL


def test_a_trial_for_a_whole_group_is_wider_for_its_subgroups_and_the_groups_own(ghent):
    a_trial("Brain", conditions=["III"], at=[ghent])
    found = {one.code: one for one in find_gaps().classes}
    assert (found["III"].state, found["IIIb"].state) == (ONE_CENTRE, WIDER)
    assert [one.slug for one in found["IIIb"].wider] == ["brain"]


def test_a_trial_for_a_division_counts_for_its_subgroup_and_the_division_is_listed(ghent):
    a_trial("Narrow", conditions=["Ia1"], at=[ghent])
    found = states()
    assert (found["Ia1"], found["Ia"], found["I"]) == (ONE_CENTRE,) * 3
    assert "Ia2" not in found


def test_a_trial_of_a_group_and_its_subgroup_is_no_wider_one_there(ghent):
    a_trial("Both", conditions=["I", "Ia"], at=[ghent])
    found = {one.code: one for one in find_gaps().classes}
    assert (found["Ia"].state, found["Ia"].wider, found["Ib"].state) == (ONE_CENTRE, (), WIDER)


@pytest.mark.parametrize(
    "status", ["not_yet_recruiting", "enrolling_by_invitation", "suspended", "completed", "withdrawn"]
)
def test_only_recruiting_sites_close_a_gap(ghent, status):
    a_trial("Not open", conditions=["IVa"], at=[(ghent, status)], status="recruiting")
    assert states()["IVa"] == NOT_RECRUITING


def test_neither_a_draft_nor_a_site_abroad_nor_a_centre_that_is_not_listed_closes_a_gap(ghent):
    a_trial("Draft", conditions=["IVa"], at=[ghent], state="draft")
    assert states()["IVa"] == NO_TRIAL
    a_trial("Abroad", conditions=["IVa"], at=[a_centre("lyon", country="FR", postal_code="69008")])
    a_trial("Hidden", conditions=["IVb"], at=[a_centre("hidden", state="draft")])
    assert (states()["IVa"], states()["IVb"]) == (NOT_KNOWN, NOT_KNOWN)


# Status of the whole trial, of its Belgian sites, and what is then told of the disease.
CASES = [
    ("recruiting", ["recruiting"], ONE_CENTRE),
    ("completed", ["recruiting"], ONE_CENTRE),
    ("recruiting", ["unknown"], NOT_KNOWN),
    ("unknown", ["unknown"], NOT_KNOWN),
    ("recruiting", ["completed", "unknown"], NOT_KNOWN),
    ("recruiting", [None], NOT_KNOWN),
    ("recruiting", [], NOT_KNOWN),
    ("enrolling_by_invitation", [], NOT_KNOWN),
    ("unknown", [], NOT_KNOWN),
    ("recruiting", ["completed", "suspended"], NOT_RECRUITING),
    ("not_yet_recruiting", [], NOT_RECRUITING),
    ("active_not_recruiting", [], NOT_RECRUITING),
    ("suspended", [], NOT_RECRUITING),
    ("completed", [], NOT_RECRUITING),
    ("terminated", [], NOT_RECRUITING),
    ("withdrawn", [], NOT_RECRUITING),
    ("completed", ["unknown"], NOT_RECRUITING),
    ("active_not_recruiting", [None], NOT_RECRUITING),
]


@pytest.mark.parametrize(("whole", "sites", "state"), CASES)
def test_not_known_is_told_apart_from_not_recruiting(whole, sites, state):
    trial = a_trial("T", conditions=["IVa"], status=whole)
    for status in sites:
        a_site(trial, a_centre(), status=status)
    assert states()["IVa"] == state


def test_every_status_of_a_whole_trial_without_a_known_centre_is_a_case():
    assert {whole for whole, sites, _state in CASES if not sites} == set(Recruitment.values)


def test_a_disputed_site_that_does_not_recruit_is_not_known(ghent):
    site = a_site(a_trial("T", conditions=["IVa"]), ghent, status="completed", said=50)
    says(site, "recruiting", said=3, by=Role.REGISTRY, source="ClinicalTrials.gov")
    site.refresh_from_db()
    assert (site.status, site.disputed) == ("completed", True)
    assert states()["IVa"] == NOT_KNOWN


@pytest.mark.parametrize(
    ("recorded", "takes_no_child"),
    [
        ({"min_days": 18 * 366}, True),
        ({"min_days": 6574, "max_days": 20_000}, True),
        ({"min_days": 6573}, False),
        ({"min_days": 0, "age_groups": ["adult"]}, False),
        ({"max_days": 20_000, "age_groups": ["adult"]}, False),
        ({"age_groups": ["adult"]}, True),
        ({"age_groups": ["adult", "older_adult"]}, True),
        ({"age_groups": ["child", "adult"]}, False),
        ({"age_groups": ["adult"], "no_limits": ["age"]}, False),
        ({}, False),
    ],
)
def test_adults_only_is_said_by_recorded_ages_else_by_age_groups_and_never_without(
    ghent, recorded, takes_no_child
):
    a_trial("T", conditions=["IVa"], at=[ghent], **recorded)
    assert states()["IVa"] == (ADULTS_ONLY if takes_no_child else ONE_CENTRE)


def test_a_trial_for_adults_makes_no_second_centre_and_hides_nothing_that_is_not_known(ghent, leuven):
    a_trial("Adults", conditions=["IVa", "IVb", "V"], at=[leuven], age_groups=["adult"])
    a_trial("Children", conditions=["IVa"], at=[ghent])
    a_trial("Nobody said", conditions=["IVb"])
    a_trial("Closed", conditions=["V"], status="completed")
    found = states()
    assert (found["IVa"], found["IVb"], found["V"]) == (ONE_CENTRE, NOT_KNOWN, ADULTS_ONLY)


def test_a_wider_trial_decides_where_a_class_has_none_of_its_own(ghent):
    a_trial("Of all leukaemia", conditions=["I"], at=[ghent], age_groups=["adult"])
    a_trial("Of all lymphoma", conditions=["II"])
    a_trial("Of all brain tumours", conditions=["III"], status="completed")
    found = states()
    assert (found["Ia"], found["IIa"], found["IIIa"]) == (ADULTS_ONLY, NOT_KNOWN, NOT_RECRUITING)


def test_every_state_is_counted_and_each_diagnosis_once(ghent, leuven):
    a_trial("Adults", conditions=["IVa"], at=[ghent], age_groups=["adult"])
    a_trial("Group", conditions=["III"], at=[ghent])
    a_trial("Two", conditions=["VIIIc"], at=[ghent, leuven])
    a_trial("Unknown", conditions=["V"])
    a_trial("Over", conditions=["VIa"], status="completed")
    found = find_gaps()
    counts = {state: found.count(state) for state in STATES}
    assert (counts[ADULTS_ONLY], counts[SEVERAL], counts[NOT_KNOWN], counts[NOT_RECRUITING]) == (1, 1, 1, 1)
    assert (counts[WIDER], counts[ONE_CENTRE]) == (6, 0)
    assert sum(counts.values()) == 48


def test_of_an_adults_age_trials_for_adults_are_open_and_of_a_childs_age_they_stay_named(ghent):
    a_trial("Adults", conditions=["IVa"], at=[ghent], min_days=6575)
    a_trial("Group", conditions=["IVb"], at=[ghent], age_groups=["adult"])
    assert (states(days=3650)["IVa"], states(days=3650)["IVb"]) == (ADULTS_ONLY, ADULTS_ONLY)
    assert (states(days=10_000)["IVa"], states(days=10_000)["IVb"]) == (ONE_CENTRE, ONE_CENTRE)
    assert states()["IVa"] == ADULTS_ONLY


def test_an_age_leaves_out_trials_that_do_not_take_it_and_keeps_those_without_a_bound(ghent):
    a_trial("Infants", conditions=["Ia"], at=[ghent], max_days=364)
    a_trial("All ages", conditions=["Ib"], at=[ghent])
    assert (states(days=3650)["Ia"], states(days=3650)["Ib"]) == (NO_TRIAL, ONE_CENTRE)
    assert states(days=100)["Ia"] == ONE_CENTRE


def test_a_stage_leaves_out_trials_of_other_stages_only(ghent):
    a_trial("First", conditions=["IVa"], at=[ghent], stages=["newly_diagnosed"])
    a_trial("Any", conditions=["IVb"], at=[ghent], stages=["any"])
    a_trial("Silent", conditions=["V"], at=[ghent])
    found = states(stage="relapsed")
    assert (found["IVa"], found["IVb"], found["V"]) == (NO_TRIAL, ONE_CENTRE, ONE_CENTRE)


def test_a_trial_without_a_condition_is_told_by_itself(ghent):
    a_trial("Any tumour", at=[ghent])
    found = find_gaps()
    assert [one.slug for one in found.without_condition] == ["any-tumour"]
    assert found.count(NO_TRIAL) == 48


def test_the_latest_word_of_a_class_is_that_of_its_site_verified_last(ghent, leuven):
    trial = a_trial("Ewing", conditions=["VIIIc"])
    a_site(trial, ghent, said=200)
    a_site(trial, leuven, said=5)
    [own] = next(one for one in find_gaps().classes if one.code == "VIIIc").own
    assert (own.freshness, own.centres) == ("fresh", {"uz-gent", "uz-leuven"})


def test_the_gaps_take_three_queries_however_many_trials(ghent, django_assert_num_queries):
    for number in range(20):
        a_trial(f"T{number}", conditions=["IVa", "Ia"], at=[ghent])
    with django_assert_num_queries(3):
        find_gaps(days=1000, stage="relapsed")
