"""A coordinator's rows about trials that only editors see: to which one they come, and what was sent."""

import pytest

from tests.builders import a_centre, a_coordinator, a_site, a_trial
from tests.sheets import a_csv, applied, messages, outcomes
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db

ROW = {"centre_code": "uz-gent", "status": "recruiting"}


@pytest.fixture
def gent():
    return a_centre("uz-gent")


@pytest.fixture
def three():
    """Drafts whose acronyms are one and the same in three spellings, the oldest first."""
    return [
        a_trial(name, slug=f"t{number}", state="draft", identifiers=[f"NCT0000000{number}"])
        for number, name in enumerate(["TWICE", "T-wice", "T wice"])
    ]


@pytest.mark.parametrize(
    ("cells", "at", "meant"),
    [
        ({"acronym": "T/wice"}, None, 0),
        ({"acronym": "t-WICE"}, None, 1),
        ({"acronym": "T/wice"}, 2, 2),
        ({"acronym": "T/wice", "nct_number": "NCT00000001"}, 2, 1),
        ({"acronym": "T/wice", "nct_number": "NCT00000009"}, 2, None),
        ({"acronym": "T/wice", "eu_ct_number": "2022-501454-11-00"}, 2, 2),
    ],
    ids=[
        "the oldest",
        "spelt so",
        "at the centre",
        "its number",
        "another number",
        "a number of another registry",
    ],
)
def test_a_row_comes_to_the_draft_that_it_means(gent, three, cells, at, meant):
    if at is not None:
        a_site(three[at], gent, status="suspended", said=40)
    a_site(three[0], a_centre("uza"))
    applied(a_csv(ROW | cells), user=a_coordinator(gent))
    [recruiting] = TrialSite.objects.filter(centre=gent, status="recruiting")
    assert Trial.objects.count() == (4 if meant is None else 3)
    assert recruiting.trial == three[meant] if meant is not None else recruiting.trial not in three


def test_a_number_says_more_than_an_acronym(gent):
    a_trial("BARE", slug="bare", state="draft")
    numbered = a_trial("ELSE", slug="else", state="draft", identifiers=["NCT00000005"])
    applied(a_csv(ROW | {"acronym": "BARE", "nct_number": "NCT00000005"}), user=a_coordinator(gent))
    assert TrialSite.objects.get().trial == numbered


def test_a_row_that_was_held_back_and_not_taken_was_not_sent(gent):
    a_trial("HEM-iSMART", slug="hem-ismart")
    user, near = a_coordinator(gent), ROW | {"acronym": "HEM-iSMARTT"}
    for name in ("1.csv", "2.csv"):
        run = applied(a_csv(near, ROW | {"acronym": f"OTHER {name}"}), user=user, name=name)
        assert outcomes(run) == {2: "duplicate", 3: "new"}
        assert "went to the editors" not in messages(run)[0]
