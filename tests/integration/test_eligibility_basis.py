"""Criteria say on what they rest; what nobody recorded is never met, and less recorded is never better."""

import random

import pytest

from directory.eligibility.reasons import said_by
from directory.eligibility.service import BANDS, Profile, match
from directory.search import service
from tests.builders import a_centre, a_trial
from tests.integration.test_eligibility_criteria import a_random_registry
from trials.models import Trial

pytestmark = pytest.mark.django_db


def judged(**profile):
    """`{slug: {criterion: (verdict, basis)}}`."""
    found = match(Profile(**profile), language="en", limit=200)
    return {
        one.key: {each.name: (each.verdict, each.basis) for each in one.criteria}
        for band in BANDS
        for one in getattr(found, band).trials
    }


PATIENT = {
    "conditions": ("IVa",), "days": 2191, "stage": "relapsed", "lines": 1, "alterations": ("ALK",),
    "sex": "female",
}  # fmt: skip
EXCLUDED = "alterations_excluded"
BASES = [
    # what is recorded, of which criterion, what nobody gave, what was given
    ({"conditions": ["IVa"]}, "diagnosis", ("unknown", "recorded"), ("met", "recorded")),
    ({"disease_terms": ["Neuroblastoma"]}, "diagnosis", ("unknown", "recorded"), ("met", "recorded")),
    ({"no_limits": ["diagnosis"]}, "diagnosis", ("met", "no_limit"), ("met", "no_limit")),
    ({}, "diagnosis", ("unknown", "not_recorded"), ("unknown", "not_recorded")),
    ({"max_days": 6574}, "age", ("unknown", "recorded"), ("met", "recorded")),
    ({"age_max_text": "< 18 years"}, "age", ("unknown", "recorded"), ("met", "recorded")),
    ({"no_limits": ["age"]}, "age", ("met", "no_limit"), ("met", "no_limit")),
    ({"age_groups": ["child"]}, "age", ("unknown", "age_group"), ("unknown", "age_group")),
    ({"age_groups": ["adult"]}, "age", ("unknown", "age_group"), ("unmet", "age_group")),
    ({"age_groups": ["adult"], "no_limits": ["age"]}, "age", ("met", "no_limit"), ("met", "no_limit")),
    ({"age_groups": ["adult"], "max_days": 6574}, "age", ("unknown", "recorded"), ("met", "recorded")),
    ({}, "age", ("unknown", "not_recorded"), ("unknown", "not_recorded")),
    ({"stages": ["relapsed"]}, "stage", ("unknown", "recorded"), ("met", "recorded")),
    ({"stages": ["any"]}, "stage", ("met", "no_limit"), ("met", "no_limit")),
    ({}, "stage", ("unknown", "not_recorded"), ("unknown", "not_recorded")),
    ({"lines_min": 1}, "lines", ("unknown", "recorded"), ("met", "recorded")),
    ({"no_limits": ["lines"]}, "lines", ("met", "no_limit"), ("met", "no_limit")),
    ({}, "lines", None, None),
    ({"alterations": ["ALK"]}, "alterations", ("unknown", "recorded"), ("met", "recorded")),
    ({"no_limits": ["alterations"]}, "alterations", ("met", "no_limit"), ("met", "no_limit")),
    ({}, "alterations", None, None),
    ({"alterations_excluded": ["ALK"]}, EXCLUDED, ("unknown", "recorded"), ("unmet", "recorded")),
    ({"no_limits": [EXCLUDED]}, EXCLUDED, ("met", "no_limit"), ("met", "no_limit")),
    ({}, EXCLUDED, None, None),
    ({"sex": "female"}, "sex", ("unknown", "recorded"), ("met", "recorded")),
    ({"no_limits": ["sex"]}, "sex", ("met", "no_limit"), ("met", "no_limit")),
    ({}, "sex", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "name", "nothing_given", "given"), BASES)
def test_a_verdict_has_the_basis_that_is_recorded(index_dir, fields, name, nothing_given, given):
    a_trial("Only", title_en="A trial", at=[a_centre()], **fields)
    service.rebuild()
    assert judged()["only"].get(name) == nothing_given
    assert judged(**PATIENT)["only"].get(name) == given


@pytest.mark.parametrize(
    ("status", "basis"), [("recruiting", "recorded"), ("suspended", "recorded"), (None, "not_recorded")]
)
def test_recruitment_rests_on_what_was_said_of_sites(index_dir, status, basis):
    a_trial("Only", at=[(a_centre(), status)])
    service.rebuild()
    assert judged()["only"]["recruitment"][1] == basis


def test_newly_diagnosed_means_no_previous_line_unless_one_is_given(index_dir):
    centre = a_centre()
    a_trial("Untreated", lines_max=0, at=[centre])
    a_trial("Treated", lines_min=1, at=[centre])
    service.rebuild()

    def lines(**profile):
        return {slug: said["lines"][0] for slug, said in judged(**profile).items()}

    assert lines(stage="newly_diagnosed") == {"untreated": "met", "treated": "unmet"}
    assert lines(text="newly diagnosed") == {"untreated": "met", "treated": "unmet"}
    assert lines(stage="newly_diagnosed", lines=1) == {"untreated": "unmet", "treated": "met"}
    assert lines(stage="relapsed") == {"untreated": "unknown", "treated": "unknown"}


def test_age_groups_alone_exclude_whoever_is_in_none_and_confirm_nobody(index_dir):
    centre = a_centre()
    for groups in (["child"], ["adult"], ["child", "adult"]):
        a_trial("-".join(groups), age_groups=groups, stages=["any"], conditions=["IVa"], at=[centre])
    service.rebuild()
    found = match(Profile(conditions=("IVa",), days=2191), language="en")
    assert {one.key for one in found.undetermined.trials} == {"child", "child-adult"}
    assert [one.to_ask for one in found.undetermined.trials] == [["age"], ["age"]]
    assert {one.key for one in found.excluded.trials} == {"adult"}
    assert not found.matches.trials


@pytest.mark.parametrize(
    ("own", "source", "as_of", "expected"),
    [
        ("Protocol 3.0", "Protocol 3.0", "2024-06", ("Protocol 3.0", "2024-06")),
        ("Protocol 3.0", "Protocol 3.0", None, ("Protocol 3.0", None)),
        ("", "ClinicalTrials.gov", None, ("ClinicalTrials.gov", "2025")),
        ("", None, None, (None, "2025")),
    ],
)
def test_who_says_what_a_trial_asks_is_named_with_the_day_as_it_was_said(own, source, as_of, expected):
    document = {
        "criteria_source": source, "criteria_as_of": as_of, "status_as_of": "2025",
        "source": source if not own else "ClinicalTrials.gov",
    }  # fmt: skip
    assert said_by(document) == expected


# By what is recorded, how it is taken away.
EMPTIED = {
    "min_days": None, "max_days": None, "age_min_text": "", "age_max_text": "", "age_groups": [],
    "stages": [], "lines_min": None, "lines_max": None, "alterations": [], "alterations_excluded": [],
    "sex": "all", "no_limits": [], "conditions": [], "disease_terms": [],
}  # fmt: skip
# A written bound and its days are one fact, and a pair of which one side goes has one open.
FACTS = {
    "age": ("min_days", "max_days", "age_min_text", "age_max_text"), "lines": ("lines_min", "lines_max"),
    **{name: (name,) for name in ("age_groups", "stages", "alterations", "alterations_excluded", "sex",
                                  "no_limits", "conditions")},
}  # fmt: skip
PROFILES = [
    {"conditions": ("IVa",), "days": 2191, "stage": "relapsed", "lines": 1, "sex": "female"},
    {"conditions": ("Ia",), "days": 400, "stage": "newly_diagnosed", "alterations": ("ALK", "BRAF negative")},
    {"conditions": ("IV",), "days": 8000, "lines": 0, "sex": "male", "alterations": ("ALK negative",)},
    {},
]


@pytest.mark.parametrize("fact", FACTS)
def test_taking_a_recorded_fact_away_never_turns_a_verdict_into_met(index_dir, fact):
    a_random_registry(random.Random(11))
    before = [judged(**profile) for profile in PROFILES]
    for trial in Trial.objects.all():
        for name in FACTS[fact]:
            if name == "conditions":
                trial.conditions.clear()
            else:
                setattr(trial, name, EMPTIED[name])
        trial.save()
    service.rebuild()
    changed = 0
    for profile, held in zip(PROFILES, before, strict=True):
        for slug, criteria in judged(**profile).items():
            changed += criteria != held[slug]
            for name, (verdict, basis) in criteria.items():
                old = held[slug].get(name, (None, None))
                assert verdict != "met" or old[0] == "met", (fact, slug, name)
                assert verdict != "met" or basis != "not_recorded"
    assert changed
