"""A patient's profile on the demo registry: what a physician would have to be told."""

import pytest

from directory.core.places import locate
from directory.eligibility.service import BANDS, Profile, match
from tests.relevance.test_relevance import demo  # noqa: F401
from trials.models import Trial

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
IN_WORDS = Profile(text="relapsed high-risk neuroblastoma, ALK mutated", days=944, near=locate("4000"))
IN_FIELDS = Profile(
    text="relapsed high-risk neuroblastoma", days=944, alterations=("ALK mutated",), near=locate("4000")
)


def judged(profile):
    """`{slug: (band, {criterion: verdict})}`, and the slugs by band."""
    found = match(profile, language="en", limit=200)
    bands = {name: getattr(found, name).trials for name in BANDS}
    verdicts = {
        one.key: (name, {each.name: each.verdict for each in one.criteria})
        for name, several in bands.items()
        for one in several
    }
    return verdicts, {name: [one.key for one in several] for name, several in bands.items()}


@pytest.mark.parametrize("profile", [IN_WORDS, IN_FIELDS])
def test_a_relapsed_neuroblastoma_finds_beacon2_first_and_no_trial_of_another_disease(profile):
    verdicts, bands = judged(profile)
    # Its ages are recorded nowhere: the one thing to ask, and it comes first.
    assert bands["matches"] == []
    assert bands["undetermined"][0] == "beacon2"
    assert [name for name, verdict in verdicts["beacon2"][1].items() if verdict != "met"] == ["age"]
    # For the disease, but closed here, and that is what is said.
    assert verdicts["beacon-neuroblastoma"][1]["recruitment"] == "unmet"
    assert verdicts["lines"][1]["recruitment"] == "unmet"
    # For a rearrangement of ALK: a question, no match and no exclusion.
    assert verdicts["trident-1"][1]["alterations"] == "unknown"
    assert verdicts["ieuroewing"][1]["diagnosis"] == "unmet"
    assert not {"alltogether1", "far-rms", "ieuroewing"} & {*bands["matches"], *bands["undetermined"]}


def test_a_missing_bound_of_age_excludes_nobody():
    verdicts, _ = judged(Profile(days=944))
    excluded = [slug for slug, (_, said) in verdicts.items() if said.get("age") == "unmet"]
    assert excluded
    unbounded = Trial.objects.filter(slug__in=excluded, min_days=None, max_days=None)
    assert not unbounded.filter(age_min_text="", age_max_text="", age_groups=[]).exists()


def test_a_glioma_treated_before_is_excluded_from_a_first_line_trial():
    glioma = {"text": "low-grade glioma, BRAF V600E", "days": 2000}
    assert judged(Profile(**glioma, lines=0))[0]["loggicfirefly-2"][1]["lines"] == "met"
    assert judged(Profile(**glioma, lines=1))[0]["loggicfirefly-2"][1]["lines"] == "unmet"
