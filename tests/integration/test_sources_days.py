"""Of which day a registry's word on a trial is: when its change was seen, at first the record's own date."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.builders import a_trial
from tests.support.studies import CTGOV, a_study, answers
from trials.models import StatusStatement, Trial
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"


def followed(*studies):
    return sync.follow(CTGOV, answers(*studies))


def counted(run):
    return {name: number for name, number in run.counts.items() if number}


def said_of(trial):
    trial.refresh_from_db()
    return trial.status, trial.status_as_of, trial.status_by, trial.disputed


def test_what_a_registry_comes_to_say_of_a_trial_is_of_the_day_on_which_that_was_seen():
    followed(a_study(status="RECRUITING", verified="2026-02"))
    trial = Trial.objects.get()
    assert said_of(trial) == ("recruiting", "2026-02", "registry", False)
    followed(a_study(status="RECRUITING", verified="2026-05"))  # it says the same, of a later month
    assert said_of(trial) == ("recruiting", "2026-05", "registry", False)
    followed(a_study(status="COMPLETED", verified="2026-06"))
    today = timezone.localdate().isoformat()
    assert said_of(trial) == ("completed", today, "registry", False)
    days = [one.day_as_said for one in StatusStatement.objects.filter(trial=trial).order_by("pk")]
    assert days == ["2026-02", "2026-05", today]


def test_a_change_that_is_seen_disputes_a_person_whatever_the_record_says_of_its_own_age():
    """Its month is before the day on which the editor spoke, and the registry has changed since."""
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-03-15", status_by="editor")
    StatusStatement.objects.create(
        trial=trial, status="recruiting", said_at=dt.date(2026, 3, 15), role="editor"
    )
    assert counted(followed(a_study(verified="2026-03"))) == {"filled": 1, "suggested": 1}
    assert said_of(trial) == ("recruiting", "2026-03-15", "editor", False)
    run = followed(a_study(status="COMPLETED", verified="2026-03"))
    assert said_of(trial) == ("recruiting", "2026-03-15", "editor", True)
    assert counted(run)["disputed"] == 1
    other = StatusStatement.objects.get(pk=trial.disputed_by)
    assert (other.status, other.day_as_said) == ("completed", timezone.localdate().isoformat())


def test_at_the_first_sight_a_month_does_not_dispute_a_day_in_it_nor_later():
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-03-15", status_by="editor")
    StatusStatement.objects.create(
        trial=trial, status="recruiting", said_at=dt.date(2026, 3, 15), role="editor"
    )
    followed(a_study(status="COMPLETED", verified="2026-03"))
    assert said_of(trial) == ("recruiting", "2026-03-15", "editor", False)
    followed(a_study(status="COMPLETED", verified="2026-03", description={"briefSummary": "Anew."}))
    assert said_of(trial) == ("recruiting", "2026-03-15", "editor", False)


def test_a_second_registry_with_a_month_does_not_replace_the_day_that_the_first_one_gave():
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-03-15", status_by="registry")
    StatusStatement.objects.create(
        trial=trial, status="recruiting", said_at=dt.date(2026, 3, 15), role="registry", source="CTIS"
    )
    followed(a_study(status="COMPLETED", verified="2026-03"))
    assert said_of(trial) == ("recruiting", "2026-03-15", "registry", False)
    followed(a_study(status="TERMINATED", verified="2026-03"))
    assert said_of(trial)[:2] == ("terminated", timezone.localdate().isoformat())
