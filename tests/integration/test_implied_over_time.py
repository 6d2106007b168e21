"""What is said of many sites, night after night, with what persons and files say in between."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from tests.builders import a_centre, a_site, a_trial, an_editor, says
from tests.support.admin_forms import admin_url, save
from tests.support.studies import CTGOV, EUCT, GENT, a_ctis_record, a_study, answers
from trials.models import StatusStatement
from trials.models.registry import RegistryRecord
from trials.quality import latest_statement, measure
from trials.sources import sync
from trials.sources.following import CTIS
from trials.sources.records import FetchedRecord

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


def in_a_folder(study):
    """Follow a record that lay in a folder."""
    (found,) = answers(study)
    return sync.follow(CTGOV, [replace(found, file="0.json")], is_accepted=True)


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


def test_what_a_record_says_of_a_site_is_not_overruled_by_what_it_says_of_the_whole(kiwi, gent, on):
    site, other = a_site(kiwi, gent, status=None), a_site(kiwi, a_centre(), status=None)
    paused = [GENT | {"status": "SUSPENDED"}]
    on(JUNE)
    followed(a_study(verified="2027-06", places=paused))
    on(JULY)
    followed(a_study(status="ACTIVE_NOT_RECRUITING", verified="2027-07", places=paused))
    assert state(site) == ("suspended", "registry", False, "")
    assert state(other)[0] == "active_not_recruiting"
    on(AUGUST)
    followed(a_study(status="TERMINATED", verified="2027-08"))
    assert state(site)[0] == state(other)[0] == "terminated"


def test_a_record_that_says_two_things_of_one_centre_speaks_of_it(kiwi, gent, on):
    site = a_site(kiwi, gent, status=None)
    both = [GENT, GENT | {"facility": "Ghent University Hospital", "status": "COMPLETED"}]
    on(JUNE)
    followed(a_study(status="ACTIVE_NOT_RECRUITING", verified="2027-06", places=both))
    assert state(site)[0] == "unknown"


# Records that lay in a folder


def test_an_old_record_in_a_folder_says_nothing_of_today(kiwi, gent, on):
    on(JUNE)
    site = a_site(kiwi, gent, said=7)
    for status, verified in (("RECRUITING", "2024-03"), ("COMPLETED", "2024-06"), ("SUSPENDED", "2024-07")):
        in_a_folder(a_study(status=status, verified=verified))
        kiwi.refresh_from_db()
        assert (kiwi.status, kiwi.status_as_of, kiwi.disputed) == ("recruiting", "2027-02", False)
        assert state(site) == ("recruiting", "coordinator", False, "")
    count = kiwi.statements.count()
    on(JULY)
    followed(a_study(verified="2027-07"))
    last = kiwi.statements.latest("pk")
    assert (last.status, last.day_as_said) == ("recruiting", "2027-07")
    assert kiwi.statements.count() == count + 1


def test_an_old_record_in_a_folder_disputes_no_person_about_the_whole_trial(kiwi, on, client):
    on(JUNE)
    client.force_login(an_editor())
    save(client, admin_url(kiwi, "change"), status="suspended", status_as_of="2027-06-01")
    for status, verified in (("RECRUITING", "2024-03"), ("COMPLETED", "2024-06"), ("COMPLETED", "2024-06")):
        in_a_folder(a_study(status=status, verified=verified))
        RegistryRecord.objects.update(fingerprint="")
    kiwi.refresh_from_db()
    assert (kiwi.status, kiwi.disputed) == ("suspended", False)
    assert list(kiwi.statements.filter(status="completed").values_list("said_on", flat=True)) == ["2024-06"]


def test_what_a_folder_implied_the_registry_takes_back(kiwi, gent, on):
    site = a_site(kiwi, gent, status=None)
    on(JUNE)
    in_a_folder(a_study(status="SUSPENDED", verified="2027-05"))
    assert implied(site) == [("suspended", "2027-05", "ClinicalTrials.gov (from files)")]
    on(JULY)
    followed(a_study(status="RECRUITING", verified="2027-07"))
    assert (implied(site), state(site)[0]) == ([], "unknown")


def test_an_older_record_in_a_folder_takes_back_nothing_that_the_registry_implied_since(kiwi, gent, on):
    site = a_site(kiwi, gent, status=None)
    on(JUNE)
    followed(a_study(status="SUSPENDED", verified="2027-06"))
    in_a_folder(a_study(status="RECRUITING", verified="2024-07"))
    assert implied(site) == [("suspended", "2027-06-10", "ClinicalTrials.gov")]
    in_a_folder(a_study(status="SUSPENDED", verified="2027-07"))
    assert len(implied(site)) == 1


# CTIS about Belgium: running (4), recruitment ended (5), suspended (6)


def in_ctis(belgium, updated, **more):
    record = a_ctis_record(belgium, updated=updated.strftime("%d/%m/%Y"), **more)
    return sync.follow(CTIS, [FetchedRecord(EUCT, record)], is_accepted=True)


@pytest.fixture
def lime(on):
    return a_trial("LIME", identifiers=[EUCT], status="unknown")


def test_what_belgium_was_seen_to_do_is_not_seen_again_when_something_else_changes(lime, gent, on):
    site = a_site(lime, gent, status=None)
    in_ctis(4, timezone.localdate())
    on(JUNE)
    in_ctis(5, JUNE)
    assert implied(site) == [("active_not_recruiting", "2027-06-10", "CTIS")]
    on(JULY)
    other = a_site(lime, a_centre())
    on(AUGUST)
    in_ctis(5, AUGUST, title="A study of limes")
    assert state(other) == ("recruiting", "coordinator", False, "")
    assert len(implied(site)) == 1
    on(SEPTEMBER)
    in_ctis(6, SEPTEMBER, title="A study of limes")
    assert implied(site)[-1] == implied(other)[-1] == ("suspended", "2027-09-10", "CTIS")
    assert state(other) == ("recruiting", "coordinator", True, "")


def test_a_country_that_closes_again_as_before_does_so_on_the_day_of_it(lime, gent, on):
    site = a_site(lime, gent, status=None)
    for belgium, moment in ((5, JUNE), (6, JULY), (5, AUGUST)):
        on(moment)
        in_ctis(belgium, moment)
    assert [one[1] for one in implied(site)] == ["2027-06-10", "2027-07-10", "2027-08-10"]


def test_a_country_that_was_closed_at_the_first_sight_is_not_seen_to_close_later(lime, on):
    on(JUNE)
    in_ctis(5, JUNE)
    on(JULY)
    site = a_site(lime, a_centre())
    on(AUGUST)
    in_ctis(5, AUGUST, title="A study of limes")
    assert state(site) == ("recruiting", "coordinator", False, "")


def test_what_was_stored_before_belgium_was_kept_is_no_change(lime, gent, on):
    site = a_site(lime, gent)
    in_ctis(4, timezone.localdate())
    lime.statements.update(evidence="")  # as a migration wrote it
    on(JULY)
    says(site, "recruiting")
    on(AUGUST)
    in_ctis(5, JUNE)
    assert state(site) == ("recruiting", "coordinator", False, "")
