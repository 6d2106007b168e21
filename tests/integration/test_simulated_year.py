"""A hundred days of the simulated year, with fewer trials. The whole: `python -m tests.simulation`."""

import pytest

from tests.simulation.year import a_year
from tests.support.figures import tell
from trials import statements

pytestmark = pytest.mark.django_db


def test_who_is_asked_keeps_the_directory_true():
    """Coordinators who answer four mails of five, registries that are months late."""
    year, without = (a_year(trials=30, days=100, is_vouched=one) for one in (True, False))
    confirmed, wrong = year.share("confirmed", "shown"), year.share("false", "unmarked")
    wrong_at_all = [one.share("false_at_all", "shown") for one in (year, without)]
    tell(
        f"100 simulated days: {confirmed:.1%} of recruiting sites confirmed within 30 days. Recruiting, in "
        f"truth not: unmarked {wrong:.2%}, in all {wrong_at_all[0]:.2%}; "
        f"without vouching {wrong_at_all[1]:.2%}."
    )
    # Four are to be expected.
    assert year.counts["stopped"] == without.counts["stopped"] == 5
    assert min(year.confirmed_at_end, confirmed, year.share("open_confirmed", "open")) >= 0.8
    assert wrong <= 0.01
    assert year.overwritten == without.overwritten == []
    # Beside the same days in which nobody is asked.
    assert without.confirmed_at_end == 0
    assert wrong_at_all[0] < 0.02 < 0.1 < wrong_at_all[1]
    assert year.mean("disputed") < 1 < 5 < without.mean("disputed")


def test_a_registry_that_overwrote_persons_would_be_seen(monkeypatch):
    monkeypatch.setattr(statements, "_by_persons_and_registry", lambda said: ([], list(said)))
    assert a_year(days=30, centres=3, trials=10, is_vouched=False).overwritten
