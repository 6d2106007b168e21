"""What a reason says of a trial of which nothing is recorded: that, and nothing of the trial."""

import re

import pytest

from directory.eligibility.service import BANDS, Profile, match
from directory.search import service
from tests.builders import a_centre, a_trial

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
    assert len(told) == 2  # of what nobody gave either, only the disease and its stage are asked


def test_the_bands_and_verdicts_of_what_nobody_recorded_are_as_they_were(trial):
    def verdicts(**profile):
        band, said = criteria(**profile)
        return band, {one.name: one.verdict for one in said}

    assert verdicts(**FULL) == ("undetermined", {
        "diagnosis": "unknown", "age": "met", "stage": "unknown", "lines": "met", "alterations": "met",
        "sex": "met", "recruitment": "met",
    })  # fmt: skip
    assert verdicts() == (
        "undetermined", {"diagnosis": "unknown", "stage": "unknown", "recruitment": "met"},
    )  # fmt: skip
