"""What a reason says of a trial of which nothing is recorded: that, and nothing of the trial."""

import re

import pytest

from directory.core.places import locate
from directory.core.roles import Role
from directory.eligibility.service import BANDS, Profile, match
from directory.search import service
from tests.builders import a_centre, a_site, a_trial, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(index_dir):
    a_trial("Only", title_en="A trial", at=[a_centre("uz-gent", name="Ghent University Hospital")])
    service.rebuild()


def criteria(language="en", **profile):
    """The band of the only trial, and its criteria."""
    found = match(Profile(**profile), language=language)
    [(band, one)] = [(band, one) for band in BANDS for one in getattr(found, band).trials]
    return band, one.criteria


FULL = {
    "conditions": ("IVa",),
    "days": 1000,
    "lines": 1,
    "alterations": ("ALK",),
    "sex": "female",
    "stage": "relapsed",
}
# Words that claim of a trial what nobody recorded of it.
CLAIMS = {
    "en": r"states no|asks for no|takes all|any number|no bound|does not know|all ages|no limit of",
    "nl": r"vermeldt geen|vraagt geen|neemt alle|alle leeftijden|noemt geen",
    "fr": r"n’indique|ne demande|inclut tous|tous les âges|aucune? (limite|altération)|ni l’étude",
    "de": r"nennt keine|verlangt keine|nimmt alle|jedes alter|weder die studie",
}
NOT_RECORDED = {
    "en": "recorded", "nl": "geregistreerd", "fr": "non renseigné", "de": "nicht erfasst",
}  # fmt: skip


@pytest.mark.parametrize("language", CLAIMS)
def test_of_a_trial_of_which_nothing_is_recorded_nothing_is_claimed(trial, language):
    for profile in (FULL, {}):
        _band, said = criteria(language, **profile)
        told = {one.name: one.reason for one in said if one.name != "recruitment"}
        assert not re.search(CLAIMS[language], " ".join(told.values()).lower())
        assert all(NOT_RECORDED[language] in reason for reason in told.values()), told
        assert set(told) == {"diagnosis", "age", "stage"}  # what decides


def test_what_nobody_recorded_is_never_met_and_only_what_decides_is_asked(trial):
    for profile in (FULL, {}):
        band, said = criteria(**profile)
        assert band == "undetermined"
        assert {one.name: (one.verdict, one.basis) for one in said} == {
            "diagnosis": ("unknown", "not_recorded"), "age": ("unknown", "not_recorded"),
            "stage": ("unknown", "not_recorded"), "recruitment": ("met", "recorded"),
        }  # fmt: skip
    [one] = match(Profile(**FULL), language="en").undetermined.trials
    assert one.not_recorded == ("lines", "alterations", "alterations_excluded", "sex")


RELAPSED = {"stages": ["relapsed", "refractory"]}
ALK = {"alterations": ["ALK rearrangement", "ROS1 fusion"]}
PH = {"alterations_excluded": ["BCR::ABL1"]}
# What a trial asks, what is known of the patient, the criterion, its verdict and why.
REASONS = [
    ({"conditions": ["IVa"]}, {}, "diagnosis", "unknown",
     "For Neuroblastoma and ganglioneuroblastoma; you gave no diagnosis."),
    ({"conditions": ["IVa"]}, {"conditions": ("IVa",)}, "diagnosis", "met",
     "For Neuroblastoma and ganglioneuroblastoma."),
    ({"conditions": ["Ia"], "disease_terms": ["Neuroblastoma", "Osteosarcoma"]}, {"text": "osteosarcoma"},
     "diagnosis", "met", "For osteosarcoma; neuroblastoma."),
    ({"min_days": 365, "max_days": 6574}, {}, "age", "unknown",
     "For ages 1-18 years; you gave no age."),
    ({"min_days": 730, "max_days": 18262}, {"days": 182, "age_text": "6m"}, "age", "unmet",
     "6 months: not within 2-50 years."),
    ({"min_days": 365}, {"days": 30}, "age", "unmet", "30 days: outside the limits (from 1 year)."),
    ({"min_days": 365}, {"days": 731}, "age", "met", "2 years: within the limits (from 1 year)."),
    ({"max_days": 16436}, {"days": 2191, "age_text": "6"}, "age", "met", "6 years: within 0-45 years."),
    ({"min_days": 0}, {"days": 5}, "age", "met", "5 days: within the limits (any age)."),
    ({"age_min_text": "> 2 years", "age_max_text": "< 46 years"}, {"days": 547, "age_text": "18m"}, "age",
     "unmet", "18 months: outside the limits (> 2 years, < 46 years)."),
    ({"age_max_text": "≤ 18 years at diagnosis"}, {"days": 7305, "age_text": "20"}, "age", "unknown",
     "20 years now; the limits are ≤ 18 years at diagnosis."),
    ({"age_min_text": "≥ 18 months"}, {"days": 365, "age_text": "1"}, "age", "unknown",
     "1 year: perhaps within the limits (≥ 18 months); give the age in months or days."),
    ({"age_groups": ["child", "adult"]}, {"days": 2191}, "age", "unknown",
     "The registry says children and adults; limits not recorded."),
    ({"age_groups": ["child", "adult", "older_adult"]}, {"days": 2191}, "age", "unknown",
     "The registry says children, adults and older adults; limits not recorded."),
    ({"age_groups": ["adult"]}, {"days": 2191, "age_text": "6"}, "age", "unmet",
     "6 years: the registry says adults; limits not recorded."),
    ({"no_limits": ["age"]}, {"days": 2191}, "age", "met", "No age limit."),
    ({"no_limits": ["diagnosis"]}, {"text": "osteosarcoma"}, "diagnosis", "met", "For any diagnosis."),
    ({"stages": ["any"]}, {}, "stage", "met", "At any stage of the disease."),
    ({"no_limits": ["lines"]}, {}, "lines", "met", "No limit on previous lines of treatment."),
    ({"no_limits": ["alterations"]}, {}, "alterations", "met", "No alteration required."),
    ({"no_limits": ["alterations_excluded"]}, {}, "alterations_excluded", "met", "No alteration excluded."),
    ({"no_limits": ["sex"]}, {}, "sex", "met", "For any sex."),
    ({"lines_max": 0}, {"stage": "newly_diagnosed"}, "lines", "met", "Asks for no previous treatment."),
    ({"lines_min": 1}, {"stage": "newly_diagnosed"}, "lines", "unmet",
     "Asks for at least 1 previous lines of treatment; newly diagnosed means none."),
    (RELAPSED, {}, "stage", "unknown", "Takes patients: Relapsed, Refractory; you gave no stage."),
    (RELAPSED, {"stage": "relapsed"}, "stage", "met", "Takes patients: Relapsed, Refractory."),
    (RELAPSED, {"stage": "maintenance"}, "stage", "unmet",
     "Takes patients: Relapsed, Refractory; you gave: Maintenance."),
    ({"lines_min": 2}, {"lines": 1}, "lines", "unmet",
     "Asks for at least 2 previous lines of treatment; you gave 1."),
    ({"lines_min": 2}, {"lines": 2}, "lines", "met", "Asks for at least 2 previous lines of treatment."),
    ({"lines_max": 3}, {}, "lines", "unknown",
     "Asks for at most 3 previous lines of treatment; you gave no number."),
    ({"lines_min": 0, "lines_max": 3}, {"lines": 3}, "lines", "met",
     "Asks for at most 3 previous lines of treatment."),
    ({"lines_max": 0}, {"lines": 1}, "lines", "unmet", "Asks for no previous treatment; you gave 1."),
    ({"lines_min": 1, "lines_max": 3}, {"lines": 0}, "lines", "unmet",
     "Asks for 1 to 3 previous lines of treatment; you gave 0."),
    (ALK, {"alterations": ("ROS1 fusion",)}, "alterations", "met",
     "Asks for ALK rearrangement or ROS1 fusion."),
    (ALK, {"alterations": ("ALK negative", "ROS1 negative")}, "alterations", "unmet",
     "Asks for ALK rearrangement or ROS1 fusion, which the patient does not have."),
    (ALK, {"alterations": ("ALK mutated",)}, "alterations", "unknown",
     "Asks for ALK rearrangement or ROS1 fusion: is it this alteration? You gave ALK mutated."),
    (ALK, {"alterations": ("MYCN amplified",)}, "alterations", "unknown",
     "Asks for ALK rearrangement or ROS1 fusion: has the patient been tested for it?"),
    (PH, {"alterations": ("Ph+",)}, "alterations_excluded", "unmet", "Excludes BCR::ABL1; you gave Ph+."),
    (PH, {"alterations": ("Ph-",)}, "alterations_excluded", "met",
     "Excludes BCR::ABL1, which the patient does not have."),
    (PH, {}, "alterations_excluded", "unknown", "Excludes BCR::ABL1: has the patient been tested for it?"),
    ({"sex": "female"}, {}, "sex", "unknown", "Takes only: Female; you gave no sex."),
    ({"sex": "female"}, {"sex": "male"}, "sex", "unmet", "Takes only: Female."),
    ({}, {"near": locate("4000"), "within": 50}, "reach", "unmet",
     "The nearest centre that recruits, Ghent University Hospital, is 136 km away."),
    ({}, {"near": locate("4000"), "within": 500}, "reach", "met",
     "Ghent University Hospital recruits, 136 km away."),
    ({}, {"countries": ("BE",)}, "reach", "met", "Recruits at Ghent University Hospital."),
    ({}, {"countries": ("NL",)}, "reach", "unmet",
     "Recruits at Ghent University Hospital, not in the countries you gave."),
]  # fmt: skip


@pytest.mark.parametrize(("asks", "profile", "name", "verdict", "reason"), REASONS)
def test_a_reason_names_what_the_trial_asks_and_what_was_given(
    index_dir, asks, profile, name, verdict, reason
):
    a_trial("Only", title_en="A trial", at=[a_centre("uz-gent", name="Ghent University Hospital")], **asks)
    service.rebuild()
    _band, said = criteria(**profile)
    assert [(one.verdict, one.reason) for one in said if one.name == name] == [(verdict, reason)]


def two_recruit(trial):
    a_site(trial, a_centre("uz-gent"))
    a_site(trial, a_centre("uza"))
    a_site(trial, a_centre("chu-liege"), status="completed")


RECRUITS = [
    (two_recruit, "met", "Recruiting at 2 centres."),
    (lambda trial: None, "unknown", "No centre of this directory is known for this trial."),
    (lambda trial: a_site(trial, a_centre(), status=None), "unknown",
     "Recruitment status not confirmed."),
    (lambda trial: says(a_site(trial, a_centre(), said=50), "completed", said=3, by=Role.REGISTRY), "unknown",
     "A newer source says otherwise than the centre."),
    (lambda trial: a_site(trial, a_centre(), status="suspended"), "unmet",
     "Does not recruit here: Suspended."),
]  # fmt: skip


@pytest.mark.parametrize(("sites", "verdict", "reason"), RECRUITS)
def test_a_reason_says_whether_and_why_a_trial_recruits_here(index_dir, sites, verdict, reason):
    sites(a_trial("Only"))
    service.rebuild()
    _band, said = criteria()
    assert [(one.verdict, one.reason) for one in said if one.name == "recruitment"] == [(verdict, reason)]


GENES = ("ALK", "BRAF", "ROS1")


def test_each_of_several_trials_has_the_reason_of_its_own(index_dir):
    ghent = a_centre("uz-gent")
    for number in (1, 2, 3):
        a_trial(
            f"T{number}", at=[ghent], lines_min=number, min_days=number * 1461, stages=["relapsed"],
            alterations=[GENES[number - 1]],
        )  # fmt: skip
    service.rebuild()
    found = match(Profile(), language="en").undetermined.trials
    said = {one.key: {criterion.name: criterion.reason for criterion in one.criteria} for one in found}
    assert {key: reasons["age"] for key, reasons in said.items()} == {
        f"t{number}": f"For ages from {number * 4} years; you gave no age." for number in (1, 2, 3)
    }
    assert {key: reasons["lines"] for key, reasons in said.items()} == {
        f"t{number}": f"Asks for at least {number} previous lines of treatment; you gave no number."
        for number in (1, 2, 3)
    }
    assert {key: reasons["alterations"] for key, reasons in said.items()} == {
        f"t{number}": f"Asks for {gene}: has the patient been tested for it?"
        for number, gene in enumerate(GENES, start=1)
    }


def test_the_family_by_which_a_trial_fits_is_named_and_none_by_which_it_does_not(index_dir):
    a_trial(
        "Wide", conditions=["I", "IIa"], disease_terms=["Acute Lymphoblastic Leukemia", "Lymphoma"],
        title_en="Leukemias or Lymphomas",
    )  # fmt: skip
    service.rebuild()
    told = {
        words: next(one.reason for one in criteria(text=words)[1] if one.name == "diagnosis")
        for words in ("Hodgkin lymphoma", "ALL", "Burkitt lymphoma")
    }
    assert told == {
        "Hodgkin lymphoma": "For lymphoma; acute lymphoblastic leukaemia.",
        "ALL": "For acute lymphoblastic leukaemia.",
        "Burkitt lymphoma": "For acute lymphoblastic leukaemia, not for Burkitt lymphoma.",
    }
