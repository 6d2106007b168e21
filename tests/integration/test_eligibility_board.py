"""What a tumour board reads first: open here, for the disease, one thing to ask at most, most specific."""

import itertools
import random

import pytest

from directory.core.places import locate
from directory.core.roles import Role
from directory.eligibility.service import BANDS, SECTIONS, Profile, match
from directory.search import service
from tests.builders import a_centre, a_site, a_trial, says
from tests.integration.test_eligibility_criteria import a_random_registry

pytestmark = pytest.mark.django_db
ALL = {"conditions": ["Ia"], "disease_terms": ["Acute lymphoblastic leukaemia"]}
FITS = {"stages": ["newly_diagnosed"], "no_limits": ["age"]}
NEW = {"text": "newly diagnosed acute lymphoblastic leukaemia", "days": 2191}


def sections(**profile):
    """By section, the slugs in order."""
    found = match(Profile(**profile), language="en", limit=200, into=SECTIONS)
    return {name: [one.key for one in found.bands[name].trials] for name in SECTIONS}


def one_of(slug, **profile):
    found = match(Profile(**profile), language="en", limit=200)
    return next(one for band in BANDS for one in getattr(found, band).trials if one.key == slug)


@pytest.fixture
def ghent(index_dir):
    return a_centre("uz-gent")


def test_what_recruits_here_with_one_thing_to_ask_comes_before_what_leaves_two_open(ghent):
    a_trial("Fits", **ALL, **FITS, at=[ghent])
    a_trial("One question", **ALL, no_limits=["age"], at=[ghent])
    a_trial("Two questions", **ALL, at=[ghent])
    a_trial("Closed", **ALL, **FITS, at=[(ghent, "completed")])
    a_trial("Nobody knows", **ALL, **FITS)
    service.rebuild()
    assert sections(**NEW) == {
        "open_here": ["fits", "one-question"], "candidates": ["nobody-knows", "two-questions"], "apart": [],
        "excluded": ["closed"],
    }  # fmt: skip
    assert one_of("one-question", **NEW).to_ask == ["stage"]


def test_where_no_disease_is_given_nothing_is_open_for_it(ghent):
    a_trial("Fits", **ALL, **FITS, at=[ghent])
    service.rebuild()
    assert sections(stage="newly_diagnosed", days=2191)["open_here"] == []
    assert sections(stage="newly_diagnosed", days=2191)["candidates"] == ["fits"]


def test_open_here_means_in_belgium_or_in_the_countries_given_and_undisputed(ghent):
    utrecht = a_centre("utrecht", country="NL", postal_code="3584", latitude=52.09, longitude=5.18)
    a_trial("Dutch", **ALL, **FITS, at=[utrecht])
    disputed = a_trial("Disputed", **ALL, **FITS)
    says(a_site(disputed, ghent, said=50), "completed", said=3, by=Role.REGISTRY)
    service.rebuild()
    assert sections(**NEW)["open_here"] == []
    assert sections(**NEW)["candidates"] == ["dutch", "disputed"]
    assert sections(**NEW, countries=("NL",))["open_here"] == ["dutch"]


def test_the_more_specific_trial_comes_first_also_where_it_is_further(ghent):
    liege = a_centre("chu-liege", latitude=50.57, longitude=5.57)
    infants = {"age_max_text": "< 1 year", "max_days": 364, "stages": ["newly_diagnosed"]}
    a_trial("All children", **ALL, stages=["newly_diagnosed"], max_days=6574, at=[liege])
    a_trial("Infants", **ALL, **infants, at=[ghent])
    a_trial("Infants with KMT2A", **ALL, **infants, alterations=["KMT2A rearrangement"], at=[ghent])
    a_trial("Every leukaemia", conditions=["I"], disease_terms=["Leukaemia"], **FITS, at=[liege])
    service.rebuild()
    infant = {"text": "newly diagnosed acute lymphoblastic leukaemia, KMT2A rearranged", "days": 91}
    assert sections(**infant, near=locate("4000"))["open_here"] == [
        "infants-with-kmt2a", "infants", "all-children", "every-leukaemia",
    ]  # fmt: skip


def test_one_question_does_not_put_a_specific_trial_behind_a_wide_one(ghent):
    a_trial(
        "Burkitt", conditions=["IIc"], disease_terms=["Burkitt lymphoma"], stages=["relapsed"], at=[ghent]
    )
    a_trial("Any lymphoma", conditions=["II"], stages=["relapsed"], no_limits=["age"], at=[ghent])
    service.rebuild()
    found = sections(text="relapsed Burkitt lymphoma", days=2557)
    assert found["open_here"] == ["burkitt", "any-lymphoma"]


ANY_TUMOUR = {"disease_terms": ["Neoplasms"]}


def test_among_several_questions_the_trial_of_the_disease_comes_before_one_of_any_tumour(ghent):
    """Whether there is room for this disease is a question more."""
    burkitt = {"conditions": ["IIc"], "disease_terms": ["Burkitt lymphoma"]}
    a_trial("Any, two to ask", **ANY_TUMOUR, at=[ghent])
    a_trial("Any, centre to ask", **ANY_TUMOUR, stages=["relapsed"], no_limits=["age"])
    a_trial("Burkitt, two to ask", **burkitt, at=[ghent])
    a_trial("Burkitt, three to ask", **burkitt)
    a_trial("B-NHL, two to ask", conditions=["IIb", "IIc"], disease_terms=["B-cell NHL"], stages=["relapsed"])
    service.rebuild()
    assert sections(text="relapsed Burkitt lymphoma", days=2557)["candidates"] == [
        "burkitt-two-to-ask", "b-nhl-two-to-ask", "any-centre-to-ask", "burkitt-three-to-ask",
        "any-two-to-ask",
    ]  # fmt: skip


def test_a_kind_that_an_alteration_makes_is_the_very_disease(ghent):
    """One open question about the age does not put infants with KMT2A behind all ALL."""
    a_trial("All ALL", **ALL, stages=["newly_diagnosed"], max_days=6574, at=[ghent])
    a_trial(
        "KMT2A", conditions=["Ia"], disease_terms=["KMT2A-rearranged ALL"], stages=["newly_diagnosed"],
        alterations=["KMT2A rearrangement"], at=[ghent],
    )  # fmt: skip
    service.rebuild()
    found = sections(text="newly diagnosed ALL, KMT2A rearranged", days=91)
    assert found["open_here"] == ["kmt2a", "all-all"]


def test_a_trial_of_one_kind_of_the_disease_is_none_of_any_tumour(ghent):
    a_trial("Any", **ANY_TUMOUR, at=[ghent])
    a_trial("Intracranial", conditions=["Xa"], disease_terms=["Intracranial germ cell tumours"], at=[ghent])
    service.rebuild()
    assert sections(text="germ cell tumour", days=2557)["candidates"] == ["intracranial", "any"]


def test_a_family_beside_the_classes_makes_a_trial_wider_not_narrower(ghent):
    """For leukaemias, lymphomas and solid tumours: wider than for solid tumours."""
    said = {"stages": ["relapsed", "refractory"], "no_limits": ["age"], "at": [ghent]}
    a_trial(
        "Also of the blood", conditions=["I", "II"],
        disease_terms=["Leukemia", "Lymphoma", "Solid Tumors"],
        title_en="Leukemias, Lymphomas or Solid Tumors", **said,
    )  # fmt: skip
    a_trial("Solid", disease_terms=["Solid Tumors"], title_en="Solid Tumors", **said)
    service.rebuild()
    assert sections(text="relapsed neuroblastoma", days=2557)["open_here"][0] == "solid"


def test_what_treats_no_disease_stands_apart(ghent):
    a_trial("Treats", **ALL, **FITS, at=[ghent])
    a_trial("Observes", **ALL, **FITS, study_type="observational", at=[ghent])
    a_trial("Eases", **ALL, **FITS, title_en="Hypnosis for pain in children with leukaemia", at=[ghent])
    service.rebuild()
    found = sections(**NEW)
    assert (found["open_here"], set(found["apart"])) == (["treats"], {"observes", "eases"})
    # The API's bands have them, after what treats.
    assert [one.apart for one in match(Profile(**NEW), language="en").matches.trials] == [False, True, True]


def test_the_sections_are_disjoint_and_complete_and_agree_with_the_bands(index_dir):
    a_random_registry(random.Random(5))
    for codes, stage, near in itertools.product((("Ia",), ()), ("relapsed", ""), (locate("4000"), None)):
        profile = Profile(conditions=codes, stage=stage, near=near, days=2191)
        found = match(profile, language="en", limit=200, into=(*SECTIONS, "matches", "undetermined"))
        slugs = [one.key for name in SECTIONS for one in found.bands[name].trials]
        assert len(slugs) == len(set(slugs)) == 30 == sum(found.bands[name].count for name in SECTIONS)
        left = {one.key for name in SECTIONS[:3] for one in found.bands[name].trials}
        assert left == {one.key for name in ("matches", "undetermined") for one in found.bands[name].trials}
        for one in found.bands["open_here"].trials:
            verdicts = {each.name: each.verdict for each in one.criteria}
            assert verdicts["diagnosis"] == verdicts["recruitment"] == "met"
            assert len(one.to_ask) <= 1


def test_the_nearest_abroad_is_told_beside_the_nearest(ghent):
    utrecht = a_centre("utrecht", country="NL", postal_code="3584", latitude=52.09, longitude=5.18)
    lille = a_centre("lille", country="FR", postal_code="59000", latitude=50.63, longitude=3.06)
    a_trial("Three", **ALL, **FITS, at=[ghent, utrecht, lille])
    a_trial("Abroad", **ALL, **FITS, at=[utrecht, (lille, "completed")])
    a_trial("Here", **ALL, **FITS, at=[ghent])
    service.rebuild()
    three, abroad, here = (one_of(slug, **NEW, near=locate("9000")) for slug in ("three", "abroad", "here"))
    assert (three.nearest.centre, three.nearest_abroad.centre) == ("uz-gent", "lille")
    assert three.nearest_abroad.distance_km == pytest.approx(64, abs=3)
    assert (abroad.nearest.centre, abroad.nearest_abroad) == ("utrecht", None)
    assert here.nearest_abroad is None


# Saying more of the patient, in a way that fits the trial.
MORE = {
    "age": {"days": 2191}, "stage": {"stage": "relapsed"}, "lines": {"lines": 1}, "sex": {"sex": "female"},
    "alterations": {"alterations": ("ALK rearrangement", "BCR::ABL1 negative")},
    "class": {"conditions": ("IVa",)}, "place": {"near": locate("9000")},
}  # fmt: skip
FITTING = {
    "conditions": ["IVa"], "disease_terms": ["Neuroblastoma"], "min_days": 365, "max_days": 6574,
    "stages": ["relapsed"], "lines_min": 1, "sex": "female", "alterations": ["ALK rearrangement"],
    "alterations_excluded": ["BCR::ABL1"],
}  # fmt: skip


def test_saying_more_of_a_patient_who_fits_never_moves_the_trial_to_a_lower_band(ghent):
    a_trial("Fitting", **FITTING, at=[ghent])
    service.rebuild()
    ranks = {}
    for chosen in itertools.product((False, True), repeat=len(MORE)):
        profile = {"text": "neuroblastoma"}
        for name in itertools.compress(MORE, chosen):
            profile |= MORE[name]
        ranks[chosen] = BANDS.index(one_of("fitting", **profile).band)
    for chosen, rank in ranks.items():
        for at, given in enumerate(chosen):
            fewer = (*chosen[:at], False, *chosen[at + 1 :])
            assert not given or rank <= ranks[fewer], (chosen, at)
    whole = {"text": "neuroblastoma"}
    for more in MORE.values():
        whole |= more
    assert one_of("fitting", **whole).band == "matches"
    assert sections(**whole)["open_here"] == ["fitting"]
