"""Patients as physicians describe them, on the demo registry: the trial that each should be sent to."""

import csv

import pytest

from directory.core.ages import parse_age
from directory.eligibility.service import BANDS, Profile, match
from tests.relevance.test_relevance import demo  # noqa: F401
from trials.models import Trial, TrialIdentifier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]
AS_EXPECTED = 16
# Of these a deciding fact is recorded nowhere that may be read: the age limits, or a centre in Belgium.
MAY_BE_ASKED = ({"age"}, {"recruitment"})


def slug_of(name):
    """The slug of a trial by its acronym or a number."""
    found = Trial.objects.listed().filter(acronym__iexact=name).values_list("slug", flat=True)
    by_number = TrialIdentifier.objects.filter(value=name).values_list("trial__slug", flat=True)
    return next(iter([*found, *by_number]), None)


def verdict(row):
    """Why the trial that is expected is not where it should be; empty where it is."""
    slug, profile = slug_of(row["expected_trial"]), Profile(
        text=row["text"], days=parse_age(row["age"]), age_text=row["age"]
    )  # fmt: skip
    if slug is None:
        return "the demo does not have it"
    found = match(profile, language="en", limit=200)
    bands = {one.key: (name, one) for name in BANDS for one in getattr(found, name).trials}
    band, one = bands[slug]
    if band == "matches":
        return ""
    said = "; ".join(f"{each.name}: {each.reason}" for each in one.criteria if each.verdict != "met")
    if band == "excluded" or set(one.to_ask) not in MAY_BE_ASKED:
        return f"{band}, {said}"
    with_one = [each.key for each in found.undetermined.trials if len(each.to_ask) == 1 and not each.apart]
    if one.to_ask == ["age"] and with_one[0] != slug:
        return f"not the first with one thing to ask, but after {with_one[: with_one.index(slug)]}: {said}"
    return ""


def test_patients_are_sent_to_the_trial_that_is_for_them(shared_data):
    with (shared_data / "registry/profiles.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    wrong = {f"{row['text']}, {row['age']} → {row['expected_trial']}": verdict(row) for row in rows}
    missing = {patient: why for patient, why in wrong.items() if why}
    assert len(rows) == 18
    assert len(rows) - len(missing) >= AS_EXPECTED, "\n".join(f"{one}: {why}" for one, why in missing.items())
