"""How fresh a site's status is, in words, and that SQL and Python draw the same lines."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from trials.choices import Freshness
from trials.freshness import changes_on, freshness, next_due
from trials.models import TrialSite

TODAY = dt.date(2026, 11, 23)


def ago(days):
    return TODAY - dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "word"),
    [
        (0, "fresh"),
        (1, "fresh"),
        (30, "fresh"),
        (31, "ageing"),
        (90, "ageing"),
        (91, "stale"),
        (4000, "stale"),
    ],
)
def test_a_status_ages_at_thirty_and_ninety_days(days, word):
    assert freshness(ago(days), False, TODAY) == word


def test_a_status_that_nobody_verified_was_never_fresh():
    assert freshness(None, False, TODAY) == "never"


@pytest.mark.parametrize("day", [None, ago(0), ago(200)])
def test_a_dispute_outweighs_every_age(day):
    assert freshness(day, True, TODAY) == "disputed"


def test_a_day_in_the_future_counts_as_fresh():
    assert freshness(ago(-3), False, TODAY) == "fresh"


def test_the_next_verification_is_due_on_the_last_fresh_day():
    due = next_due(ago(0))
    assert due == dt.date(2026, 12, 23)
    assert freshness(ago(0), False, due) == "fresh"
    assert freshness(ago(0), False, due + dt.timedelta(days=1)) == "ageing"
    assert next_due(None) is None


@pytest.mark.parametrize(
    ("verified", "disputed", "day"),
    [
        (ago(0), False, dt.date(2026, 12, 24)),
        (ago(31), False, ago(31) + dt.timedelta(days=91)),
        (ago(91), False, None),
        (None, False, None),
        (ago(0), True, None),
    ],
)
def test_the_next_day_that_the_word_changes_is_known(verified, disputed, day):
    assert changes_on(verified, disputed, TODAY) == day


@given(st.integers(min_value=0, max_value=400))
def test_the_word_stays_until_that_day_and_changes_on_it(days):
    verified, word = ago(days), freshness(ago(days), False, TODAY)
    day = changes_on(verified, False, TODAY)
    if day is None:
        assert word == "stale"
    else:
        assert freshness(verified, False, day - dt.timedelta(days=1)) == word
        assert freshness(verified, False, day) != word


@pytest.mark.django_db
def test_the_database_draws_the_same_lines():
    trial = builders.a_trial()
    for days in (None, 0, 29, 30, 31, 89, 90, 91, 400):
        for disputed in (False, True):
            site = builders.a_site(trial, status=None)
            day = None if days is None else ago(days)
            TrialSite.objects.filter(pk=site.pk).update(verified_at=day, disputed=disputed)
    for word in Freshness:
        found = set(TrialSite.objects.with_freshness(word, TODAY))
        assert found == {
            one for one in TrialSite.objects.all() if freshness(one.verified_at, one.disputed, TODAY) == word
        }
        assert found


@pytest.mark.django_db
def test_a_word_that_is_no_freshness_is_an_error_not_an_empty_list():
    with pytest.raises(ValueError, match="mouldy"):
        TrialSite.objects.with_freshness("mouldy", TODAY)
