"""The smallest step: exactly what trying everything one by one finds, said in a sentence."""

import datetime as dt
import random
from collections import Counter
from dataclasses import replace

import pytest
from django.utils import timezone

from bench.baselines import profiles as plain
from directory.core.places import locate
from directory.eligibility import alterations
from directory.eligibility.criteria import Judged
from directory.eligibility.moves import CHANGES, LONGEST_WAIT, find_moves
from directory.eligibility.profile_text import Read
from directory.eligibility.service import BANDS, Profile, match
from directory.search import service, snapshot
from tests.builders import a_centre, a_site, a_trial
from trials.choices import Stage
from trials.models import Trial

pytestmark = pytest.mark.django_db
TEXTS = ("ALK", "ALK rearrangement", "BRAF V600", "BCR::ABL1")
LIEGE = locate("4000")


def step_of(language="en", slug="only", **profile):
    found = match(Profile(**profile), language=language)
    return next(one for band in BANDS for one in getattr(found, band).trials if one.key == slug).step


# Against trying everything


def a_small_registry(chance):
    """Trials with bounds of age in the first 60 days of life, so that each day can be tried."""
    near, far = a_centre("chu-liege", latitude=50.57, longitude=5.57), a_centre("uz-gent")

    def some(*values, most=1):
        return chance.sample(values, chance.randint(0, most))

    written = [
        {}, {}, {"age_min_text": "> 10 days", "min_days": 11}, {"age_max_text": "< 40 days", "max_days": 39},
        {"age_min_text": "20 days at diagnosis", "min_days": None},
        {"age_max_text": "50 days at transplant", "max_days": None},
        {"age_max_text": "30 days at diagnosis; 45 days at transplant", "max_days": None},
    ]  # fmt: skip
    for number in range(30):
        low, high = chance.choice([None, 15, 30]), chance.choice([None, 45, 60])
        fields = {"min_days": low, "max_days": high, "age_groups": some("child", "adult")}
        fields |= chance.choice(written)
        recorded = any(fields.get(name) not in (None, "") for name in FIELDS_OF_AGE)
        fields["no_limits"] = [] if recorded else some("age")
        trial = a_trial(
            f"T{number}", title_en="A trial", conditions=["IVa"], lines_min=chance.choice([None, None, 1]),
            lines_max=chance.choice([None, 2]), stages=some("relapsed", "newly_diagnosed", "any", most=2),
            sex=chance.choice(["all", "all", "female"]), alterations=some(*TEXTS),
            alterations_excluded=some(*TEXTS), **fields,
        )  # fmt: skip
        for centre in chance.sample([near, far], chance.choice([1, 1, 2])):
            a_site(trial, centre)
    service.rebuild()


FIELDS_OF_AGE = ("min_days", "max_days", "age_min_text", "age_max_text")


def a_random_profile(chance):
    return Profile(
        conditions=("IVa",),
        days=chance.choice([None, chance.randint(0, 70), chance.randint(0, 70)]),
        stage=chance.choice(["", "", "relapsed", "newly_diagnosed"]),
        lines=chance.choice([None, None, 0, 1, 3]),
        alterations=tuple(
            chance.sample([*TEXTS, *(f"{one} negative" for one in TEXTS)], chance.choice([0, 1]))
        ),
        sex=chance.choice(["", "female", "male"]),
        near=LIEGE,
        within=chance.choice([None, None, 50.0, 300.0]),
    )


def tried(row, profile):
    """By kind, the moves that make the trial match: each one tried on plain Python's own rules."""

    def fits(since=0, **more):
        return plain.band(plain.judge(row, replace(profile, **more), since)) == "matches"

    found = set()
    newly = profile.stage == "newly_diagnosed"
    if not profile.stage:
        found |= {("stage", one) for one in Stage.values if one != "any" and fits(stage=one)}
    if not profile.sex:
        found |= {("sex", one) for one in ("female", "male") if fits(sex=one)}
    if profile.days is None:
        found |= {("age",) for day in range(80) if fits(days=day)}
    else:
        waits = (days for days in range(1, 90) if fits(days, days=profile.days + days))
        found |= {("date", days) for days in [next(waits, None)] if days}
    if profile.lines is None and not newly:
        found |= {("lines",) for lines in range(8) if fits(lines=lines)}
    for text in {*row.trial.alterations, *row.trial.alterations_excluded}:
        said = {
            alterations.compare(alterations.read(one), alterations.read(text)) for one in profile.alterations
        }
        if not said & {"met", "absent"}:
            results = ((True, text), (False, f"{text} negative"))
            found |= {
                ("test", text, is_there)
                for is_there, result in results
                if fits(alterations=(*profile.alterations, result))
            }
    if profile.within is not None:
        further = (far for far in range(1, 150) if far > profile.within and fits(within=float(far)))
        found |= {("kilometres", far) for far in [next(further, None)] if far}
    return found


def as_tried(move):
    return {
        "stage": (move.kind, move.value), "sex": (move.kind, move.value), "age": (move.kind,),
        "date": (move.kind, move.number), "lines": (move.kind,), "test": (move.kind, move.value, move.found),
        "kilometres": (move.kind, move.number),
    }[move.kind]  # fmt: skip


def test_the_steps_of_500_patients_are_those_that_trying_everything_finds(index_dir):
    chance = random.Random(7)
    a_small_registry(chance)
    held, today = plain.rows(), snapshot.current().today()
    kinds = Counter()
    for _number in range(500):
        profile = a_random_profile(chance)
        judged = Judged(today, profile, Read.of(profile, "en"))
        ordinals = judged.alive.nonzero()[0]
        moves = find_moves(judged, ordinals)
        for ordinal in chance.sample(ordinals.tolist(), 6):
            row = held[judged.trials.keys[ordinal]]
            verdicts = [one for one in plain.judge(row, profile).values() if one]
            waits = verdicts.count("unmet") <= 1 and {"unmet", "unknown"} & set(verdicts)
            expected = tried(row, profile) if waits else set()
            assert {as_tried(one) for one in moves.get(ordinal, ())} == expected, row.trial.slug
            kinds.update(kind for kind, *_value in expected)
    assert set(kinds) == set(CHANGES), kinds


# In words


@pytest.fixture
def ghent(index_dir):
    return a_centre("uz-gent", name="Ghent University Hospital")


FITS = {"conditions": ["IVa"], "stages": ["relapsed"], "no_limits": ["age"]}
PATIENT = {"conditions": ("IVa",), "stage": "relapsed", "days": 2191}
SAID = [
    # the trial; the patient, more or less than above; kind, value, found, sentence
    ({"alterations": ["ALK rearrangement"]}, {}, "test", "ALK rearrangement", True,
     "Test for ALK rearrangement: a match if it is found."),
    ({"alterations": ["ALK", "ROS1"]}, {}, "test", "ALK", True,
     "Test for ALK or ROS1: a match if it is found."),
    ({"alterations_excluded": ["BCR::ABL1"]}, {}, "test", "BCR::ABL1", False,
     "Test for BCR::ABL1: a match if it is not found."),
    ({"stages": ["relapsed", "refractory"]}, {"stage": ""}, "stage", "relapsed, refractory", None,
     "Say the stage of the disease: a match if Relapsed or Refractory."),
    ({"no_limits": [], "max_days": 6574}, {"days": None}, "age", "", None, "Say the age."),
    ({"no_limits": [], "age_min_text": "18 months"}, {"days": 365, "age_text": "1"}, "age", "", None,
     "Say the age in months or in days."),
    ({"lines_min": 1}, {}, "lines", "", None, "Say how many lines of systemic treatment the patient had."),
    ({"sex": "female"}, {}, "sex", "female", None, "Say the sex: a match if Female."),
    ({"at": None}, {"near": LIEGE, "within": 50.0}, "kilometres", "137", None,
     "A match for whoever can travel 137 km."),
    ({"stages": []}, {}, "ask", "stage", None, "Ask the centre at which stage of the disease."),
    ({"no_limits": [], "age_groups": ["child"]}, {}, "ask", "age", None, "Ask the centre for which ages."),
    ({"no_limits": [], "age_min_text": "1 year at diagnosis"}, {}, "ask", "age", None,
     "Say the age at diagnosis or at transplant: see the limits."),
    ({"conditions": ["IVa"]}, {"conditions": ()}, "ask", "diagnosis", None, "Say the diagnosis."),
    ({"conditions": ["IVa"]}, {"conditions": ("IV",)}, "ask", "diagnosis", None,
     "Ask whether it is this disease."),
    ({"alterations_excluded": ["ALK", "ROS1"]}, {}, "ask", "alterations_excluded", None,
     "Test for all that the trial excludes."),
]  # fmt: skip


@pytest.mark.parametrize(("asks", "profile", "kind", "value", "found", "text"), SAID)
def test_a_step_names_the_one_thing_that_decides(ghent, asks, profile, kind, value, found, text):
    asks = {"title_en": "A trial", **FITS, **asks} | {"at": [ghent]}
    a_trial("Only", **asks)
    service.rebuild()
    step = step_of(**PATIENT | profile)
    assert (step.kind, step.value, step.found, step.text) == (kind, value, found, text)


def test_a_date_is_counted_from_today_and_named_as_the_birthday_that_it_is(ghent):
    a_trial("Only", **{**FITS, "no_limits": [], "min_days": 365}, at=[ghent])
    service.rebuild()
    day = timezone.localdate() + dt.timedelta(days=31)
    shown = f"{day.day} {day:%B} {day.year}"
    step = step_of(**PATIENT | {"days": 334})
    assert (step.kind, step.value) == ("date", day.isoformat())
    assert step.text == f"From {shown}, when the patient turns 1."
    # 11 months are any of 30 days: the last of them is sure.
    coarse = step_of(**PATIENT | {"days": 334, "age_text": "11 months"})
    assert coarse.text == f"From {shown} at the latest, when the patient has turned 1."
    # Nobody is told to wait longer than a year.
    assert step_of(**PATIENT | {"days": 365 - LONGEST_WAIT + 1}) is not None
    Trial.objects.update(min_days=365 * 3)
    service.rebuild()
    assert step_of(**PATIENT | {"days": 334}) is None


def test_two_open_questions_that_one_word_answers_are_one_step(ghent):
    a_trial("Only", **{**FITS, "stages": ["newly_diagnosed"], "lines_max": 0}, at=[ghent])
    service.rebuild()
    step = step_of(**PATIENT | {"stage": ""})
    assert (step.kind, step.value) == ("stage", "newly_diagnosed")


def test_a_test_that_tells_the_alteration_tells_the_kind_of_the_disease_too(ghent):
    """Infant ALL, KMT2A not said: the trial for those who have it is one test away."""
    infants = {"conditions": ["Ia"], "disease_terms": ["KMT2A-rearranged ALL in infants"], "max_days": 365}
    a_trial("Only", **infants, stages=["newly_diagnosed"], alterations=["KMT2A rearrangement"], at=[ghent])
    a_trial("Any", disease_terms=["Neoplasms"], at=[ghent])
    service.rebuild()
    infant = Profile(text="newly diagnosed infant ALL", days=120)
    found = match(infant, language="en")
    assert [one.key for one in found.undetermined.trials] == ["only", "any"]
    assert found.undetermined.trials[0].to_ask == ["diagnosis", "alterations"]
    step = found.undetermined.trials[0].step
    assert (step.kind, step.value, step.found) == ("test", "KMT2A rearrangement", True)
    tested = match(replace(infant, alterations=("KMT2A rearrangement",)), language="en")
    assert [one.key for one in tested.matches.trials] == ["only"]
    for said in ({"alterations": ("KMT2A negative",)}, {"text": "newly diagnosed T-LBL"}):
        judged = match(replace(infant, **said), language="en")
        assert "only" in [one.key for one in judged.excluded.trials]


def test_whether_a_trial_takes_a_kind_that_is_asked_apart_is_a_question_to_the_centre(ghent):
    all_of_it = {"conditions": ["Ia"], "disease_terms": ["ALL"], "stages": ["relapsed"], "no_limits": ["age"]}
    a_trial("Only", **all_of_it, at=[ghent])
    service.rebuild()
    asked = {"text": "relapsed Ph+ ALL", "days": 3000}
    found = match(Profile(**asked), language="en").undetermined.trials[0]
    told = next(one.reason for one in found.criteria if one.name == "diagnosis")
    assert told == (
        "For acute lymphoblastic leukaemia: for Philadelphia chromosome-positive ALL too? Ask the centre."
    )
    assert found.step.text == "Ask the centre for which diagnoses."


@pytest.mark.parametrize(
    ("asks", "profile"),
    [
        ({}, {}),  # a match
        ({"stages": []}, {"days": 1, "conditions": ("Ia",)}),  # fails two
        ({"stages": ["newly_diagnosed"]}, {}),  # another stage than the patient's
        ({"alterations": ["ALK"]}, {"alterations": ("ALK negative",)}),  # tested
        ({"stages": [], "no_limits": []}, {}),  # two to ask
    ],
)
def test_what_no_single_step_decides_has_none(ghent, asks, profile):
    a_trial("Only", title_en="A trial", **{**FITS, **asks}, at=[ghent])
    service.rebuild()
    assert step_of(**PATIENT | profile) is None


def test_a_step_is_told_in_the_language_of_the_page(ghent):
    a_trial("Only", **{**FITS, "alterations": ["ALK"]}, at=[ghent])
    service.rebuild()
    assert step_of("nl", **PATIENT).text == "Test op ALK: komt in aanmerking als het gevonden wordt."
