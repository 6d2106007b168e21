"""For which classes of ICCC-3 no trial recruits in Belgium, or one centre only does."""

import pytest

from tests.builders import a_centre, a_site, a_trial
from trials.gaps import NONE, ONE_CENTRE, SEVERAL, WIDER, find_gaps

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
    assert found["IVa"] == found["IV"] == NONE
    assert find_gaps().count(NONE) == 48


def test_a_trial_at_one_centre_makes_one_and_at_two_none(ghent, leuven):
    a_trial("One", conditions=["IVa"], at=[ghent])
    a_trial("Two", conditions=["VIIIc"], at=[ghent, leuven])
    assert (states()["IVa"], states()["VIIIc"]) == (ONE_CENTRE, SEVERAL)
    assert (states()["IV"], states()["IVb"]) == (ONE_CENTRE, NONE)


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
    "status", ["not_yet_recruiting", "enrolling_by_invitation", "suspended", "unknown", "completed"]
)
def test_only_recruiting_sites_close_a_gap(ghent, status):
    a_trial("Not open", conditions=["IVa"], at=[(ghent, status)], status="recruiting")
    assert states()["IVa"] == NONE


def test_neither_a_draft_nor_a_site_abroad_nor_a_centre_that_is_not_listed_closes_a_gap(ghent):
    a_trial("Draft", conditions=["IVa"], at=[ghent], state="draft")
    a_trial("Abroad", conditions=["IVa"], at=[a_centre("lyon", country="FR", postal_code="69008")])
    a_trial("Hidden", conditions=["IVa"], at=[a_centre("hidden", state="draft")])
    assert states()["IVa"] == NONE


def test_an_age_leaves_out_trials_that_do_not_take_it_and_keeps_those_without_a_bound(ghent):
    a_trial("Infants", conditions=["Ia"], at=[ghent], max_days=364)
    a_trial("All ages", conditions=["Ib"], at=[ghent])
    assert (states(days=3650)["Ia"], states(days=3650)["Ib"]) == (NONE, ONE_CENTRE)
    assert states(days=100)["Ia"] == ONE_CENTRE


def test_a_stage_leaves_out_trials_of_other_stages_only(ghent):
    a_trial("First", conditions=["IVa"], at=[ghent], stages=["newly_diagnosed"])
    a_trial("Any", conditions=["IVb"], at=[ghent], stages=["any"])
    a_trial("Silent", conditions=["V"], at=[ghent])
    found = states(stage="relapsed")
    assert (found["IVa"], found["IVb"], found["V"]) == (NONE, ONE_CENTRE, ONE_CENTRE)


def test_a_trial_without_a_condition_is_told_by_itself(ghent):
    a_trial("Any tumour", at=[ghent])
    found = find_gaps()
    assert [one.slug for one in found.without_condition] == ["any-tumour"]
    assert found.count(NONE) == 48


def test_the_latest_word_of_a_class_is_that_of_its_site_verified_last(ghent, leuven):
    trial = a_trial("Ewing", conditions=["VIIIc"])
    a_site(trial, ghent, said=200)
    a_site(trial, leuven, said=5)
    [own] = next(one for one in find_gaps().classes if one.code == "VIIIc").own
    assert (own.freshness, own.centres) == ("fresh", {"uz-gent", "uz-leuven"})


def test_the_gaps_take_two_queries_however_many_trials(ghent, django_assert_num_queries):
    for number in range(20):
        a_trial(f"T{number}", conditions=["IVa", "Ia"], at=[ghent])
    with django_assert_num_queries(2):
        find_gaps(days=1000, stage="relapsed")
