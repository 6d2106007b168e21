"""Sentences with a day in them read well in each language, whole day or month."""

import datetime as dt

import pytest
from django.utils import translation

from directory.web.templatetags.directory import as_of_tag
from trials.as_of import day_of
from trials.models import Trial


@pytest.mark.parametrize(
    ("language", "day", "text"),
    [
        ("en", "2026-11-15", "as of 15 November 2026"),
        ("en", "2026-11", "as of November 2026"),
        ("fr", "2026-11-15", "au 15 novembre 2026"),
        ("fr", "2026-11", "en novembre 2026"),
        ("fr", "2026", "en 2026"),
        ("nl", "2026-11-15", "stand: 15 november 2026"),
        ("de", "2026-11", "Stand: November 2026"),
        ("en", "", "no day recorded"),
    ],
)
def test_the_day_of_a_trial_s_status(language, day, text):
    with translation.override(language):
        assert f">{text}<" in as_of_tag(Trial(status_as_of=day))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["2026-03-06", "2026-03-04"])
def test_on_the_first_day_of_the_record_no_stretch_of_one_day_is_offered(text, time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC), tick=False)
    with pytest.raises(ValueError, match="nly 5 March 2026 can be shown so far"):
        day_of(text)
    assert day_of("2026-03-05") == dt.date(2026, 3, 5)
