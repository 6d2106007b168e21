"""What is remembered of a record between two runs, and what a run tells of those who answered it."""

import dataclasses
import datetime as dt

import pytest

from directory.core.models import Change
from tests.builders import a_centre, a_trial
from tests.support.studies import CTGOV, EUCT, GENT, a_ctis_record, a_study, answers
from trials.health import sources
from trials.models import (
    RegistryRecord,
    RegistrySync,
    StatusStatement,
    TextSuggestion,
    Trial,
    TrialIdentifier,
    TrialSite,
)
from trials.models.registry import SyncStatus
from trials.sources import sync
from trials.sources.demo_registry.facts import KnownTrials
from trials.sources.demo_registry.server import DemoRegistry
from trials.sources.following import CTIS
from trials.sources.known import KnownRecords
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def followed(*studies, source=CTGOV, more=(), **options):
    return sync.follow(source, [*answers(*studies), *more], **options)


def counted(run):
    return {name: number for name, number in run.counts.items() if number}


def numbers(count, first=1):
    return [f"NCT{number:08}" for number in range(first, first + count)]


# A reader that reads more of the same record

NEWER = dataclasses.replace(CTGOV, reader=CTGOV.reader + 1)


def test_a_newer_reader_reads_each_record_once_more_and_none_of_them_has_changed():
    followed(a_study())
    RegistryRecord.objects.update(changed_at=LONG_AGO)
    Trial.objects.update(sponsor="")
    assert counted(followed(a_study(), source=NEWER)) == {"filled": 1}
    record = RegistryRecord.objects.get()
    assert (record.read_by, record.changed_at) == (NEWER.reader, LONG_AGO)
    assert Trial.objects.get().sponsor == "Example Sponsor"
    Trial.objects.update(sponsor="")
    for source in (NEWER, CTGOV):  # and an older one has nothing to add
        assert counted(followed(a_study(), source=source)) == {"unchanged": 1}


def test_what_a_newer_reader_reads_anew_is_not_too_much_at_once():
    known = numbers(30)
    followed(*map(a_study, known))
    assert followed(*map(a_study, known), source=NEWER).status == SyncStatus.DONE
    changed = [a_study(number, status="COMPLETED", verified="2026-06") for number in known[:11]]
    newest = dataclasses.replace(NEWER, reader=NEWER.reader + 1)
    run = followed(*changed, *map(a_study, known[11:]), source=newest)
    assert (run.status, run.problems[0].startswith("Of 30 records known before, 11 changed")) == (
        SyncStatus.WAITING, True,
    )  # fmt: skip


def test_the_registry_is_not_asked_what_changed_since_of_a_record_that_is_to_be_read_anew():
    a_trial("KIWI", identifiers=[EUCT])
    before = {"etag": "“1”", "last_modified": "Tue, 28 Apr 2026 00:00:00 GMT"}
    record = RegistryRecord.objects.create(
        registry="ctis", number=EUCT, read_by=CTIS.reader, fingerprint="a", **before
    )
    asked = KnownRecords(CTIS).numbers()[EUCT]
    assert (asked.number, asked.content, asked.etag, asked.last_modified) == (EUCT, None, *before.values())
    for fields in ({"fingerprint": ""}, {"read_by": CTIS.reader - 1}):
        RegistryRecord.objects.filter(pk=record.pk).update(**fields)
        assert KnownRecords(CTIS).numbers() == {EUCT: None}
        RegistryRecord.objects.filter(pk=record.pk).update(fingerprint="a", read_by=CTIS.reader)


def test_a_record_that_did_not_change_is_not_sent_again_and_keeps_what_it_was_known_by(settings):
    a_trial("KIWI", identifiers=[EUCT], status="unknown")
    with DemoRegistry(KnownTrials({}, {EUCT: a_ctis_record(4)})) as registry:
        settings.CTIS_API_URL = registry.ctis_url
        sync.follow(CTIS)
        kept = RegistryRecord.objects.values("etag", "last_modified", "fingerprint", "trial").get()
        assert kept["etag"]
        RegistryRecord.objects.update(checked_at=LONG_AGO, missing_since=LONG_AGO, fault="It was HTML.")
        assert counted(sync.follow(CTIS)) == {"unchanged": 1}
        assert registry.asked[-1][2]["If-None-Match"] == kept["etag"]
    record = RegistryRecord.objects.get()
    assert (record.missing_since, record.fault) == (None, "")
    assert record.checked_at > LONG_AGO
    assert RegistryRecord.objects.values(*kept).get() == kept


def test_a_registry_that_only_says_that_nothing_changed_has_answered_all_the_same(settings):
    a_trial("KIWI", identifiers=[EUCT], status="unknown")
    with DemoRegistry(KnownTrials({}, {EUCT: a_ctis_record(4)})) as registry:
        settings.CTIS_API_URL = registry.ctis_url
        sync.follow(CTIS)
        RegistrySync.objects.update(started_at=LONG_AGO, finished_at=LONG_AGO)
        same = sync.follow(CTIS)
        del registry.facts.ctis[EUCT]
        gone = sync.follow(CTIS)
    assert (counted(same), counted(gone)) == ({"unchanged": 1}, {"missing": 1})
    assert {one.answered_by for one in RegistrySync.objects.all()} == {"demo registry"}
    (health,) = sources()
    assert (health["name"], health["last_success"], health["ok"]) == ("demo registry", gone.finished_at, True)


def test_whoever_answered_before_is_a_registry_that_was_asked_for_everything():
    for answered_by, is_partial in (
        ("ClinicalTrials.gov", False),
        ("a mirror", True),
        ("ClinicalTrials.gov (from files)", False),
        ("", False),
    ):
        RegistrySync.objects.create(
            registry="ctgov", status="done", answered_by=answered_by, is_partial=is_partial
        )
    RegistrySync.objects.create(registry="ctis", status="done", answered_by="CTIS")
    gone = [FetchedRecord(NUMBER, None)]
    assert sync.follow(CTGOV, gone).answered_by == "ClinicalTrials.gov"
    assert sync.follow(CTGOV, []).answered_by == "", "nobody answered"
    RegistrySync.objects.filter(registry="ctgov").delete()
    assert sync.follow(CTGOV, gone).answered_by == ""


# Whose record it is


def test_a_record_is_of_the_trial_that_has_its_number_today():
    followed(a_study())
    other = a_trial("OTHER")
    TrialIdentifier.objects.update(trial=other)
    assert counted(followed(a_study())) == {"unchanged": 1}
    assert RegistryRecord.objects.get().trial == other
    TrialIdentifier.objects.all().delete()
    followed(a_study())
    assert RegistryRecord.objects.get().trial is None


def test_every_resubmission_of_a_number_is_one_record():
    a_trial("KIWI", identifiers=[EUCT], status="unknown")
    known = KnownRecords(CTIS)
    assert known.knows(EUCT)
    assert not known.knows("2022-500002-22-00")
    sync.follow(CTIS, [FetchedRecord(EUCT, a_ctis_record(4))])
    again = a_ctis_record(4, updated="16/09/2025") | {"ctNumber": EUCT.removesuffix("00") + "01"}
    run = sync.follow(CTIS, [FetchedRecord(again["ctNumber"], again)])
    assert (run.status, RegistryRecord.objects.count(), Trial.objects.count()) == (SyncStatus.DONE, 1, 1)


def test_records_of_one_registry_say_nothing_of_another_s():
    RegistryRecord.objects.create(registry="ctis", number=NUMBER, fingerprint="a")
    assert counted(followed(a_study())) == {"new": 1}
    assert RegistryRecord.objects.get(registry="ctis").trial is None


# Where it halts, and what it counts


def test_what_changed_and_what_is_gone_are_counted_together():
    known = numbers(30)
    followed(*map(a_study, known))

    def told(status, number):
        changed = [a_study(one, status=status, verified="2026-06") for one in known[:6]]
        return followed(*changed, more=[FetchedRecord(one, None) for one in known[6 : 6 + number]])

    run = told("COMPLETED", 4)
    assert (run.status, run.counts["filled"], run.counts["missing"]) == (SyncStatus.DONE, 6, 4)
    run = told("SUSPENDED", 5)
    assert run.status == SyncStatus.WAITING
    assert run.problems == [
        "Of 30 records known before, 6 changed and 5 are gone. That is more than a run takes over by itself; "
        "look at the registry, then let it go on."
    ]
    assert run.counts["unchanged"] == run.counts["faulty"] == 0
    assert run.counts["missing"] == 5


def test_parts_of_an_import_keep_to_each_record_what_became_of_it(monkeypatch):
    monkeypatch.setattr(sync, "ROWS", 2)
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    a_centre("uza", name="Antwerp University Hospital", aliases=["UZA"], city="Edegem", postal_code="2650")
    a_trial("KIWI", identifiers=["NCT09999999"], title_en="Ours")
    elsewhere = GENT | {"facility": "UZA", "city": "Edegem", "zip": "2650"}
    studies = [a_study(number, places=[GENT, elsewhere]) for number in numbers(5)]
    studies[2]["protocolSection"]["identificationModule"]["acronym"] = "KIWI"
    run = followed(*studies)
    assert run.imports.count() == 3
    assert counted(run) == {"new": 4, "unresolved": 1, "new_sites": 8}
    problems = dict(RegistryRecord.objects.values_list("number", "problem"))
    assert [number for number, problem in problems.items() if problem] == [numbers(5)[2]]
    assert RegistryRecord.objects.exclude(trial=None).count() == 4
    assert TrialSite.objects.count() == 8


def test_each_speaker_speaks_for_its_own_records_and_all_are_named():
    first, second, third, fourth = (a_study(number) for number in numbers(4))
    run = followed(first, second | {"resource": "a mirror"}, third, fourth | {"resource": "a mirror"})
    assert run.answered_by == "ClinicalTrials.gov"
    mirrored = [
        FetchedRecord(number, a_study(number, status="COMPLETED", verified="2026-06"), resource=whose)
        for number, whose in zip(numbers(4), ["a mirror", "", "a mirror", ""], strict=True)
    ]
    run = sync.follow(CTGOV, mirrored)
    assert run.answered_by == "ClinicalTrials.gov, a mirror"
    assert sorted(one.file_name.split(" 2")[0] for one in run.imports.all()) == [
        "ClinicalTrials.gov", "a mirror",
    ]  # fmt: skip
    found = StatusStatement.objects.filter(status="completed").order_by("trial__identifiers__value")
    assert [one.source for one in found] == ["a mirror", "ClinicalTrials.gov"] * 2


def test_fields_that_are_not_known_are_told_in_order_and_twenty_at_most():
    studies = [a_study(number) for number in numbers(2)]
    for place, study in enumerate(studies):
        study["protocolSection"]["designModule"] |= {f"extra{n:02}": 1 for n in range(place, 24, 2)}
    told = followed(*studies).problems[-1]
    names = [f"protocolSection.designModule.extra{n:02}" for n in range(20)]
    assert told == f"ClinicalTrials.gov has fields that are not known here: {', '.join(names)}."


@pytest.mark.parametrize("number", [20, 21])
def test_files_that_a_later_one_replaces_are_named_and_twenty_at_most(number):
    same = [
        FetchedRecord(NUMBER, a_study(verified=f"2026-{1 + place % 9:02}"), file=f"{place:02}.json")
        for place in range(number + 1)
    ]
    (told,) = sync.follow(CTGOV, same).problems
    names = ", ".join(f"{place:02}.json" for place in range(20)) + (" …" if number > 20 else "")
    assert told == f"Of several files about one record the last by name counts; not read: {names}."


@pytest.mark.parametrize("first", ["as before", "broken", "changed"])
@pytest.mark.parametrize("last", ["as before", "broken", "changed"])
def test_of_several_files_about_one_record_each_is_counted_as_the_last_of_them_reads(first, last):
    followed(a_study())
    read = {
        "as before": (a_study(), "", "unchanged"), "broken": (None, "It cannot be opened.", "faulty"),
        "changed": (a_study(status="COMPLETED", verified="2026-06"), "", "filled"),
    }  # fmt: skip
    files = [
        FetchedRecord(NUMBER, read[which][0], file=f"{number}.json", fault=read[which][1])
        for number, which in enumerate((first, last))
    ]
    assert counted(sync.follow(CTGOV, files)) == {read[last][2]: 1}
    assert Trial.objects.get().status == ("completed" if last == "changed" else "recruiting")


def test_a_file_that_cannot_be_read_replaces_the_good_one_before_it_and_says_so():
    run = sync.follow(
        CTGOV,
        [
            FetchedRecord(NUMBER, a_study(), file="1.json"),
            FetchedRecord(NUMBER, None, file="2.json", fault="It cannot be opened: Permission denied."),
        ],
    )
    assert counted(run) == {"faulty": 1}
    assert run.problems == [
        "2.json: It cannot be opened: Permission denied. Download this record from ClinicalTrials.gov again, "
        "or take the file out of the folder, and run the command again; the other records do not wait for "
        "it.",
        "Of several files about one record the last by name counts; not read: 1.json.",
    ]
    assert not RegistryRecord.objects.exists(), "a file that holds no record is no record of the registry"


# Texts


TEXTS = {
    "title_en": ("identification", "briefTitle"),
    "summary_en": ("description", "briefSummary"),
    "eligibility_en": ("eligibility", "eligibilityCriteria"),
}


def test_each_text_that_is_ours_otherwise_is_proposed_and_a_new_line_is_no_other_text():
    trial = a_trial(
        "KIWI", identifiers=[NUMBER], title_en="Ours", summary_en="Ours", eligibility_en="Ours",
    )  # fmt: skip
    assert counted(followed(a_study()))["suggested"] == 3
    found = TextSuggestion.objects.order_by("field")
    assert [(one.trial_id, one.field, one.registry, one.was) for one in found] == [
        (trial.pk, field, "ctgov", "Ours") for field in sorted(TEXTS)
    ]
    same = a_study(**{name: {key: " Ours \n"} for name, key in TEXTS.values()})
    assert counted(followed(same)) == {"unchanged": 1}
    assert TextSuggestion.objects.count() == 3


def test_the_title_of_ctis_and_the_arms_of_clinicaltrials_gov_are_proposed_too():
    a_trial("KIWI", identifiers=[EUCT, NUMBER], title_en="Ours", arms_en="Ours", status="unknown")
    sync.follow(CTIS, [FetchedRecord(EUCT, a_ctis_record(4, title="A study of limes"))])
    arms = {"armGroups": [{"label": "Arm A", "type": "EXPERIMENTAL", "description": "One drug"}]}
    followed(a_study(arms_interventions=arms))
    found = {(one.registry, one.field): one.said for one in TextSuggestion.objects.all()}
    assert found["ctis", "title_en"] == "A study of limes"
    assert "Arm A" in found["ctgov", "arms_en"]


def test_what_one_registry_proposes_replaces_nothing_of_another_s_nor_of_another_text():
    trial = a_trial("KIWI", identifiers=[NUMBER], title_en="Ours", summary_en="Ours")
    elsewhere = a_trial("EMU")
    kept = [
        TextSuggestion.objects.create(trial=one, field=field, registry=registry, said="Theirs", was="Ours")
        for one, field, registry in (
            (trial, "title_en", "ctis"), (trial, "arms_en", "ctgov"), (elsewhere, "title_en", "ctgov"),
        )
    ]  # fmt: skip
    followed(a_study(), a_study("NCT00000002"))
    assert {one.state for one in TextSuggestion.objects.filter(pk__in=[one.pk for one in kept])} == {"open"}
    assert TextSuggestion.objects.filter(trial=trial, registry="ctgov").count() == 3


@pytest.mark.parametrize("state", ["taken", "declined", "replaced"])
def test_a_text_is_not_proposed_again_whatever_became_of_it(state):
    a_trial("KIWI", identifiers=[NUMBER], title_en="Ours")
    followed(a_study())
    TextSuggestion.objects.update(state=state)
    seq = Change.objects.count()
    assert "suggested" not in counted(followed(a_study(verified="2026-03")))
    assert TextSuggestion.objects.get().state == state
    assert Change.objects.count() > seq, "the rest of the record is taken over"
