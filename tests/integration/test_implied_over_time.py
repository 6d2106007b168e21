"""What is said of many sites, night after night, with what persons and files say in between."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core.roles import Role
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement
from trials.quality import latest_statement, measure
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
JUNE, JULY, AUGUST, SEPTEMBER = (dt.datetime(2027, month, 10, 12, tzinfo=dt.UTC) for month in (6, 7, 8, 9))


@pytest.fixture
def on(time_machine):
    """Let it be a day."""

    def move(moment):
        time_machine.move_to(moment, tick=False)

    move(dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC))
    return move


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


@pytest.fixture
def kiwi(on):
    """A trial that ClinicalTrials.gov has said to recruit, of unknown places."""
    trial = a_trial("KIWI", identifiers=[NUMBER], status="unknown")
    followed(a_study(verified="2027-02"))
    trial.refresh_from_db()
    return trial


def followed(*studies):
    return sync.follow(CTGOV, answers(*studies), is_accepted=True)


def implied(site):
    """What was implied for a site and counts."""
    found = StatusStatement.objects.filter(site=site, retracted_at=None).exclude(implied_by="")
    return [(one.status, one.day_as_said, one.source) for one in found.order_by("pk")]


def state(site):
    site.refresh_from_db()
    return site.status, site.verified_by, site.disputed, site.implied_by


def test_a_second_closure_is_told_at_a_site_of_which_a_person_spoke_in_between(kiwi, gent, on):
    site = a_site(kiwi, gent, status="recruiting")
    on(JUNE)
    followed(a_study(status="SUSPENDED", verified="2027-06"))
    assert state(site) == ("recruiting", "coordinator", True, "")
    on(JULY)
    says(site, "recruiting")
    assert state(site) == ("recruiting", "coordinator", False, "")
    assert [one.theirs.status for one in measure().behind] == ["suspended"]
    on(AUGUST)
    before = latest_statement()
    followed(a_study(status="RECRUITING", verified="2027-08"))
    assert implied(site) == []
    assert not measure().contradictions
    assert latest_statement() != before
    on(SEPTEMBER)
    followed(a_study(status="SUSPENDED", verified="2027-09"))
    assert implied(site) == [("suspended", "2027-09-10", "ClinicalTrials.gov")]
    assert state(site) == ("recruiting", "coordinator", True, "")


def test_a_retraction_alone_is_counted_and_its_undo_too(kiwi, gent):
    site = a_site(kiwi, gent)
    found = [latest_statement()]
    for moment in (timezone.now(), None):
        site.statements.update(retracted_at=moment)
        found.append(latest_statement())
    assert found[1] not in (found[0], found[2])
