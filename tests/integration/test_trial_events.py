"""A trial that opens or closes in Belgium raises an event: once, in the transaction of the change."""

import pytest
from django.db import transaction

from directory.core import changes
from directory.core.models import State
from directory.core.roles import Role
from tests.builders import a_centre, a_site, a_trial
from trials.actions import close_recruitment, set_state, state_status
from trials.models import RecruitmentEvent

pytestmark = pytest.mark.django_db
BY = changes.Actor(Role.EDITOR)


def events():
    found = RecruitmentEvent.objects.order_by("pk")
    return [(one.trial.slug, one.happened, one.is_first_record) for one in found]


def test_a_first_site_that_recruits_opens_the_trial():
    site = a_site(a_trial("KIWI"), status="not_yet_recruiting")
    state_status(site=site, status="recruiting", by=BY, since="2026-11-02")
    assert events() == [("kiwi", "opened", False)]
    facts = RecruitmentEvent.objects.get().facts
    assert facts["acronym"] == "KIWI"
    assert [(one["centre"], one["status"], one["since"]) for one in facts["sites"]] == [
        (site.centre.code, "recruiting", "2026-11-02")
    ]


def test_a_second_site_opens_nothing_and_the_last_closes_it():
    trial = a_trial("KIWI")
    one, other = (a_site(trial, status="not_yet_recruiting") for _ in range(2))
    for site in (one, other):
        state_status(site=site, status="recruiting", by=BY)
    state_status(site=one, status="completed", by=BY)
    assert events() == [("kiwi", "opened", False)]
    state_status(site=other, status="suspended", by=BY)
    assert events() == [("kiwi", "opened", False), ("kiwi", "closed", False)]


def test_all_sites_closed_at_once_are_one_event():
    trial = a_trial("KIWI", at=[a_centre(), a_centre()])
    close_recruitment(trial=trial, by=BY, reason="The last patient was enrolled.")
    assert events() == [("kiwi", "closed", False)]


def test_a_word_that_changes_nothing_raises_nothing():
    site = a_site(a_trial("KIWI"))
    state_status(site=site, status="recruiting", by=BY)
    assert events() == []


def test_a_site_abroad_and_a_hidden_centre_open_nothing():
    trial = a_trial("KIWI")
    for centre in (a_centre(country="NL"), a_centre(state=State.DRAFT)):
        state_status(site=a_site(trial, centre, status=None), status="recruiting", by=BY)
    assert events() == []


def test_a_draft_opens_when_it_is_listed():
    trial = a_trial("KIWI", state=State.DRAFT, at=[a_centre()])
    assert events() == []
    set_state(records=[trial], state=State.LISTED, by=BY)
    assert events() == [("kiwi", "opened", False)]


def test_a_first_word_about_a_site_may_tell_of_long_ago():
    site = a_site(a_trial("KIWI"), status=None)
    state_status(site=site, status="recruiting", by=BY)
    assert events() == [("kiwi", "opened", True)]


def test_what_is_rolled_back_never_happened():
    site = a_site(a_trial("KIWI"), status="not_yet_recruiting")
    with transaction.atomic():
        state_status(site=site, status="recruiting", by=BY)
        transaction.set_rollback(True)
    assert events() == []
    state_status(site=site, status="recruiting", by=BY)
    assert events() == [("kiwi", "opened", False)]


def test_the_facts_stay_as_they_were():
    trial = a_trial("KIWI")
    site = a_site(trial, status="not_yet_recruiting")
    state_status(site=site, status="recruiting", by=BY)
    trial.acronym = "KIWI-2"
    trial.save()
    assert RecruitmentEvent.objects.get().facts["acronym"] == "KIWI"
