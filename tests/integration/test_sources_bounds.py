"""Where a run halts, what it keeps of a record, and of which day a registry's word is: the exact bounds."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.imports import actions
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.models import RegistryRecord, RegistrySync, StatusStatement, TextSuggestion, Trial, TrialSite
from trials.models.registry import SyncStatus
from trials.sources import sync
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
ELSEWHERE = GENT | {"facility": "AZ Delta", "city": "Roeselare", "zip": "8800"}


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


def followed(*studies, more=()):
    return sync.follow(CTGOV, [*answers(*studies), *more])


def numbers(count, first=1):
    return [f"NCT{number:08}" for number in range(first, first + count)]


def gone(*which):
    return [FetchedRecord(number, None) for number in which]


# Where it halts


@pytest.mark.parametrize(("changed", "status"), [(13, SyncStatus.DONE), (14, SyncStatus.WAITING)])
def test_a_tenth_of_many_may_change_and_no_more(changed, status):
    known = numbers(130)
    followed(*map(a_study, known))
    run = followed(*(a_study(number, status="COMPLETED", verified="2026-06") for number in known[:changed]))
    assert run.status == status


def test_numbers_that_the_registry_never_had_are_not_gone():
    run = sync.follow(CTGOV, gone(*numbers(11)))
    assert (run.status, run.counts["missing"]) == (SyncStatus.DONE, 11)


def test_records_that_were_never_read_are_none_of_those_known_before():
    followed(*map(a_study, numbers(15)))
    for number in numbers(200, first=1000):
        RegistryRecord.objects.create(registry="ctgov", number=number)
    run = followed(*(a_study(number, status="COMPLETED", verified="2026-06") for number in numbers(11)))
    assert run.status == SyncStatus.WAITING
    assert run.problems[0].startswith("Of 15 records known before, 11 changed and 0 are gone.")


def test_an_import_that_is_not_applied_is_told_and_its_records_are_read_again(monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(actions, "confirm", lambda **_options: None)
        run = followed(a_study())
    assert (run.status, run.problems) == (SyncStatus.FAILED, ["An import was not applied."])
    assert not Trial.objects.exists()
    assert followed(a_study()).counts["new"] == 1


def test_the_lease_is_renewed_as_the_run_goes_on():
    seen = []

    def many():
        for number in range(52):
            if number == 1:
                RegistrySync.objects.update(lease_until=timezone.now())
            if number == 51:
                seen.append(RegistrySync.objects.get().lease_until - timezone.now())
            yield FetchedRecord(f"{number}", b"no JSON")

    sync.follow(CTGOV, many())
    assert seen[0] > dt.timedelta(minutes=5)


def test_a_registry_that_answers_slowly_loses_no_lease(time_machine):
    """Twelve answers of four minutes each, where a lease is of ten: nobody else begins meanwhile."""
    time_machine.move_to("2027-02-01 12:00", tick=False)
    others = []

    def slowly():
        for answer in answers(*map(a_study, numbers(12))):
            time_machine.shift(dt.timedelta(minutes=4))
            others.append(RegistrySync.objects.begin("ctgov"))
            yield answer

    run = sync.follow(CTGOV, slowly())
    assert others == [None] * 12
    assert (run.status, run.counts["new"]) == (SyncStatus.DONE, 12)


def test_an_import_in_parts_holds_the_lease_part_by_part(monkeypatch):
    monkeypatch.setattr(sync, "ROWS", 1)
    take_in, left = sync._import, []

    def slow_import(*given):
        left.append(RegistrySync.objects.get().lease_until > timezone.now())
        RegistrySync.objects.update(lease_until=timezone.now())
        return take_in(*given)

    monkeypatch.setattr(sync, "_import", slow_import)
    followed(*map(a_study, numbers(3)))
    assert left == [True] * 3


# What is kept of a record


def test_since_when_a_record_is_missing_stays_until_it_comes_back_changed():
    followed(a_study())
    sync.follow(CTGOV, gone(NUMBER))
    long_ago = timezone.now() - dt.timedelta(days=9)
    RegistryRecord.objects.update(missing_since=long_ago, fault="It was HTML.")
    sync.follow(CTGOV, gone(NUMBER))
    assert RegistryRecord.objects.get().missing_since == long_ago
    followed(a_study(status="COMPLETED", verified="2026-06"))
    record = RegistryRecord.objects.get()
    assert (record.missing_since, record.fault) == (None, "")
    assert record.checked_at == record.changed_at


def test_a_row_that_is_held_back_is_kept_with_its_reason_and_makes_no_site(gent):
    a_trial("KIWI", identifiers=["NCT00000001"], title_en="Ours")
    held = a_study(identification={"acronym": "KIWI"}, places=[GENT, ELSEWHERE])
    run = followed(held)
    assert {name: number for name, number in run.counts.items() if number} == {"unresolved": 1}
    record = RegistryRecord.objects.unresolved().get()
    assert (record.number, record.trial) == (NUMBER, None)
    assert "KIWI (NCT00000001" in record.problem
    assert not TrialSite.objects.exists()
    assert not TextSuggestion.objects.exists()
    assert followed(held).counts["unchanged"] == 1
    assert RegistryRecord.objects.unresolved().exists()


# Of which day, and whose word


def states(site):
    found = StatusStatement.objects.filter(site=site, source="ClinicalTrials.gov").order_by("pk")
    return [(one.status, one.day_as_said) for one in found]


def test_a_status_of_no_day_is_not_kept(gent):
    run = followed(a_study(places=[GENT], verified=""))
    assert TrialSite.objects.get().status == "unknown"
    assert not StatusStatement.objects.filter(site__isnull=False).exists()
    told = [one["message"] for one in run.imports.get().rows.get().messages]
    assert any("nobody says of which day it is" in one for one in told)


@pytest.mark.parametrize("other", [{"by": "registry", "source": "ISRCTN"}, {"by": "coordinator"}])
def test_what_others_said_is_not_this_registry_s_last_word(gent, other):
    site = a_site(a_trial("KIWI", identifiers=[NUMBER]), gent, status=None)
    says(site, "recruiting", said=400, **other)
    followed(a_study(places=[GENT]))
    assert states(site) == [("recruiting", "2026-02")]


def test_the_last_word_counts_and_not_the_first(gent):
    today = timezone.localdate().isoformat()
    for status in ("RECRUITING", "COMPLETED", "RECRUITING", "RECRUITING"):
        followed(a_study(places=[GENT | {"status": status}], verified="2026-02", status=status))
    assert states(TrialSite.objects.get()) == [
        ("recruiting", "2026-02"), ("completed", today), ("recruiting", today),
    ]  # fmt: skip


def test_a_word_that_was_retracted_is_said_anew(gent):
    followed(a_study(places=[GENT]))
    StatusStatement.objects.update(retracted_at=timezone.now())
    followed(a_study(places=[GENT], verified="2026-03"))
    assert states(TrialSite.objects.get())[1:] == [("recruiting", "2026-03")]


def test_a_word_bears_the_page_it_stands_on(gent):
    followed(a_study(places=[GENT]))
    said = StatusStatement.objects.get(site__isnull=False)
    assert said.source_url == f"https://clinicaltrials.gov/study/{NUMBER}"
