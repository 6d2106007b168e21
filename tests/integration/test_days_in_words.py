"""Sentences with a day in them read well in each language, whole day or month."""

import datetime as dt

import pytest
from django.utils import translation

from directory.web.marks import mark_of
from trials.as_of import day_of
from trials.models import Trial


@pytest.mark.parametrize(
    ("language", "day", "text"),
    [
        ("en", "2024-06-03", "Recruiting on 3 June 2024, not confirmed since"),
        ("en", "2024-06", "Recruiting in June 2024, not confirmed since"),
        ("en", "2024", "Recruiting in 2024, not confirmed since"),
        ("nl", "2024-06-03", "Rekruteerde op 3 juni 2024, sindsdien niet bevestigd"),
        ("nl", "2024-06", "Rekruteerde in juni 2024, sindsdien niet bevestigd"),
        ("fr", "2024-06-03", "Recrutement ouvert le 3 juin 2024, non confirmé depuis"),
        ("fr", "2024-06", "Recrutement ouvert en juin 2024, non confirmé depuis"),
        ("fr", "2024", "Recrutement ouvert en 2024, non confirmé depuis"),
        ("de", "2024-06-03", "Rekrutierte am 3. Juni 2024, seither nicht bestätigt"),
        ("de", "2024-06", "Rekrutierte im Juni 2024, seither nicht bestätigt"),
        ("de", "2024", "Rekrutierte 2024, seither nicht bestätigt"),
        ("en", "", "Recruiting, no day recorded"),
    ],
)
def test_the_day_of_a_trial_s_status(language, day, text):
    with translation.override(language):
        assert mark_of(Trial(status="recruiting", status_as_of=day, status_by="sponsor")).text == text


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["2026-03-06", "2026-03-04"])
def test_on_the_first_day_of_the_record_no_stretch_of_one_day_is_offered(text, time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC), tick=False)
    with pytest.raises(ValueError, match="nly 5 March 2026 can be shown so far"):
        day_of(text)
    assert day_of("2026-03-05") == dt.date(2026, 3, 5)
