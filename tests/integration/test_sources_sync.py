"""Following a registry: what changed is taken over; what a person said, and the last good data, stay."""

import copy
import datetime as dt
import itertools
from collections import Counter

import pytest
from django.core.cache import cache
from django.utils import timezone

from directory.core.models import Change
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.figures import tell
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials import documents
from trials.models import RegistryRecord, RegistrySync, StatusStatement, TextSuggestion, Trial, TrialSite
from trials.models.registry import SyncStatus
from trials.sources import following, sync
from trials.sources.client import Bounds
from trials.sources.demo_registry.facts import KnownTrials
from trials.sources.demo_registry.faults import EVERY, random_faults
from trials.sources.demo_registry.server import DemoRegistry
from trials.sources.errors import RegistryAway
from trials.sources.following import CTIS
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
QUICK = Bounds(read_seconds=0.3, total_seconds=2, attempts=2, backoff_seconds=0.01, longest_backoff=0.01)


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


def followed(*studies, **options):
    return sync.follow(CTGOV, answers(*studies), **options)


def counted(run):
    return {name: number for name, number in run.counts.items() if number}


def statements_of(site):
    found = StatusStatement.objects.filter(site=site).order_by("pk")
    return [(one.role, one.status, one.day_as_said, one.source) for one in found]


# New and filled


def test_a_record_of_an_unknown_trial_becomes_a_draft_with_its_site(gent):
    run = followed(a_study(places=[GENT]))
    assert (run.status, run.problems, counted(run)) == (SyncStatus.DONE, [], {"new": 1, "new_sites": 1})
    trial = Trial.objects.get()
    assert (trial.state, trial.status, trial.status_as_of, trial.status_by, trial.disputed) == (
        "draft", "recruiting", "2026-02", "registry", False,
    )  # fmt: skip
    assert (trial.min_days, trial.eligibility_en) == (365, "Inclusion:\n* leukaemia")
    site = TrialSite.objects.get()
    assert (site.status, site.verified_on, site.verified_by) == ("recruiting", "2026-02", "registry")
    assert statements_of(site) == [("registry", "recruiting", "2026-02", "ClinicalTrials.gov")]
    said = StatusStatement.objects.get(trial=trial)
    assert (said.status, said.day_as_said, said.role, said.source) == (
        "recruiting", "2026-02", "registry", "ClinicalTrials.gov",
    )  # fmt: skip


def test_a_second_run_of_the_same_changes_nothing_and_says_so(gent):
    followed(a_study(places=[GENT]))
    changes, said = Change.objects.count(), StatusStatement.objects.count()
    run = followed(a_study(places=[GENT]))
    assert counted(run) == {"unchanged": 1}
    assert (Change.objects.count(), StatusStatement.objects.count()) == (changes, said)
    assert not run.imports.exists()


def test_the_bookkeeping_of_a_registry_is_no_change(gent):
    study = a_study(places=[GENT])
    followed(study)
    later = copy.deepcopy(study)
    later["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-09-09"
    assert counted(followed(later)) == {"unchanged": 1}


def test_what_is_empty_is_filled_and_what_stands_is_suggested():
    trial = a_trial("KIWI", identifiers=[NUMBER], title_en="Our own title", status="unknown")
    run = followed(a_study())
    trial.refresh_from_db()
    assert counted(run) == {"filled": 1, "suggested": 1}
    assert (trial.title_en, trial.sponsor, trial.status) == ("Our own title", "Example Sponsor", "recruiting")
    suggestion = TextSuggestion.objects.get()
    assert (suggestion.field, suggestion.said, suggestion.was, suggestion.state) == (
        "title_en", f"A study called {NUMBER}", "Our own title", "open",
    )  # fmt: skip


def test_a_suggestion_is_made_once_and_replaced_by_a_newer_text():
    a_trial("KIWI", identifiers=[NUMBER], title_en="Our own title")
    followed(a_study())
    followed(a_study(verified="2026-03"))
    assert TextSuggestion.objects.count() == 1
    followed(a_study(identification={"briefTitle": "Another title"}))
    assert list(TextSuggestion.objects.order_by("pk").values_list("said", "state")) == [
        (f"A study called {NUMBER}", "replaced"), ("Another title", "open"),
    ]  # fmt: skip


# Statuses


def test_a_status_first_seen_changed_is_of_that_day(gent):
    followed(a_study(places=[GENT]))
    followed(a_study(places=[GENT | {"status": "COMPLETED"}]))
    site = TrialSite.objects.get()
    today = timezone.localdate().isoformat()
    assert statements_of(site)[1:] == [("registry", "completed", today, "ClinicalTrials.gov")]
    assert (site.status, site.disputed) == ("completed", False)


def test_a_registry_disputes_what_a_person_said_of_a_site_and_overwrites_nothing(gent):
    trial = a_trial("KIWI", identifiers=[NUMBER])
    site = a_site(trial, gent, said=200)
    study = a_study(places=[GENT | {"status": "COMPLETED"}], verified=timezone.localdate().isoformat()[:7])
    study["protocolSection"]["statusModule"]["statusVerifiedDate"] = timezone.localdate().isoformat()
    run = followed(study)
    site.refresh_from_db()
    assert counted(run)["disputed"] == 1
    assert (site.status, site.verified_by, site.disputed) == ("recruiting", "coordinator", True)
    assert len(statements_of(site)) == 2
    says(site, "completed")
    site.refresh_from_db()
    assert (site.status, site.disputed) == ("completed", False)


def test_a_registry_that_says_another_thing_still_is_shown_with_that(gent):
    """No column that says so changes but the number of the statement: else no page would be made anew."""
    trial = a_trial("KIWI", identifiers=[NUMBER])
    site = a_site(trial, gent, said=200)
    today = timezone.localdate().isoformat()
    followed(a_study(places=[GENT | {"status": "COMPLETED"}], verified=today))
    seq = Change.objects.latest("seq").seq
    followed(a_study(places=[GENT | {"status": "TERMINATED"}], verified=today))
    (document,) = documents.trials(["kiwi"])
    assert document.body["sites"][0]["dispute"]["status"] == "terminated"
    told = Change.objects.get(seq__gt=seq, kind="site")
    assert [name for name, *_ in told.fields()] == ["disputed_by"]
    assert told.key == site.change_key


def test_a_registry_disputes_what_an_editor_said_of_a_trial(gent):
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-01-10", status_by="editor")
    StatusStatement.objects.create(
        trial=trial, status="recruiting", said_at=dt.date(2026, 1, 10), role="editor"
    )
    run = followed(a_study(status="COMPLETED", verified="2026-06"))
    trial.refresh_from_db()
    assert (trial.status, trial.status_as_of, trial.status_by, trial.disputed) == (
        "recruiting", "2026-01-10", "editor", True,
    )  # fmt: skip
    assert counted(run)["disputed"] == 1
    assert counted(followed(a_study(status="RECRUITING", verified="2026-08")))["filled"] == 1
    trial.refresh_from_db()
    assert (trial.status, trial.disputed) == ("recruiting", False)


def test_a_record_older_than_what_stands_fills_and_leaves_the_status():
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-04-28")
    run = followed(a_study(status="NOT_YET_RECRUITING", verified="2023-07"))
    trial.refresh_from_db()
    assert counted(run)["filled"] == 1
    assert (trial.status, trial.status_as_of, trial.sponsor) == (
        "recruiting",
        "2026-04-28",
        "Example Sponsor",
    )


def test_a_month_is_not_older_than_a_day_in_it():
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-04-28")
    followed(a_study(status="COMPLETED", verified="2026-04"))
    trial.refresh_from_db()
    assert (trial.status, trial.status_as_of) == ("completed", "2026-04")


def test_a_day_is_not_made_less_exact():
    trial = a_trial("KIWI", identifiers=[NUMBER], status_as_of="2026-04-28")
    followed(a_study(verified="2026-04"))
    trial.refresh_from_db()
    assert trial.status_as_of == "2026-04-28"
    assert not StatusStatement.objects.exists()


def test_ctis_is_followed_over_the_wire(settings):
    a_trial("KIWI", identifiers=["2022-500001-11-00"], status="unknown")
    a_trial("EMU", identifiers=["2022-500002-22-00"], status="unknown")
    record = {
        "ctNumber": "2022-500001-11-00", "ctStatus": 4, "lastUpdated": "15/09/2025", "gender": "Female, Male",
        "ageGroup": "0-17 years", "trialPhase": "Therapeutic exploratory (Phase II)",
        "authorizedApplication": {
            "authorizedPartI": {
                "trialDetails": {"clinicalTrialIdentifiers": {"fullTitle": "A study of kiwis"}},
                "medicalConditions": [{"medicalCondition": "Leukaemia"}],
                "sponsors": [{"primary": True, "organisation": {"name": "Example Sponsor"}}],
            },
            "memberStatesConcerned": [{"mscName": "Belgium", "mscPublicStatusCode": 4}],
            "eudraCt": {"eudraCtCode": "2019-001588-63"},
        },
    }  # fmt: skip
    with DemoRegistry(KnownTrials({}, {record["ctNumber"]: record})) as registry:
        settings.CTIS_API_URL = registry.ctis_url
        run = sync.follow(CTIS)
        assert (run.status, counted(run)["filled"], counted(run)["missing"]) == (SyncStatus.DONE, 1, 1)
        assert counted(sync.follow(CTIS)) == {"unchanged": 1, "missing": 1}
    trial = Trial.objects.get(acronym="KIWI")
    assert (trial.status, trial.status_as_of, trial.phases) == ("recruiting", "2025-09-15", ["phase2"])
    assert {one.value for one in trial.identifiers.all()} == {"2022-500001-11-00", "2019-001588-63"}
    said = StatusStatement.objects.get(trial=trial)
    assert (said.evidence, said.source) == ("Belgium: Ongoing, recruiting", "demo registry")
    assert not TrialSite.objects.exists()


def test_a_source_is_the_same_however_it_is_spelt(gent):
    trial = a_trial("KIWI", identifiers=[NUMBER])
    site = a_site(trial, gent, said=30, by="registry")
    StatusStatement.objects.update(source="clinicaltrials.gov")
    followed(a_study(places=[GENT]))
    assert len(statements_of(site)) == 1


def test_a_part_that_names_the_number_of_its_whole_is_taken_over_all_the_same():
    """As the sub-protocols of HEM-iSMART do: the number of the registry says whose record it is."""
    a_trial("WHOLE", identifiers=["2019-001588-63"])
    part = a_trial("PART", identifiers=[NUMBER], status="unknown")
    own = {"orgStudyIdInfo": {"id": "2019-001588-63"}}
    run = followed(a_study(identification=own))
    part.refresh_from_db()
    assert (counted(run)["filled"], part.status) == (1, "recruiting")
    assert [one.value for one in part.identifiers.all()] == [NUMBER]


def test_two_places_of_one_centre_that_say_different_things_say_nothing(gent):
    run = followed(a_study(places=[GENT, GENT | {"facility": "UZ Gent ( Site 02)", "status": "COMPLETED"}]))
    assert not StatusStatement.objects.filter(site__isnull=False).exists()
    assert TrialSite.objects.get().status == "unknown"
    messages = [one["message"] for one in run.imports.get().rows.get().messages]
    assert any("several statuses" in one for one in messages)


def test_a_hospital_that_may_be_ours_is_not_guessed(gent):
    run = followed(a_study(places=[GENT | {"facility": "Research Site"}]))
    assert not TrialSite.objects.exists()
    assert run.status == SyncStatus.DONE


# What goes wrong


def test_more_than_a_tenth_at_once_waits_for_an_editor():
    numbers = [f"NCT{number:08}" for number in range(1, 31)]
    followed(*(a_study(number) for number in numbers))
    changed = [a_study(number, status="COMPLETED", verified="2026-06") for number in numbers[:11]]
    same = [a_study(number) for number in numbers[11:]]
    run = followed(*changed, *same)
    assert run.status == SyncStatus.WAITING
    assert "11 changed" in run.problems[0]
    assert not Trial.objects.filter(status="completed").exists()
    assert list(RegistrySync.objects.waiting()) == [run]
    run = followed(*changed, *same, is_accepted=True)
    assert (run.status, Trial.objects.filter(status="completed").count()) == (SyncStatus.DONE, 11)
    assert not RegistrySync.objects.waiting().exists()


def test_ten_of_thirty_may_change():
    numbers = [f"NCT{number:08}" for number in range(1, 31)]
    followed(*(a_study(number) for number in numbers))
    changed = [a_study(number, status="COMPLETED", verified="2026-06") for number in numbers[:10]]
    run = followed(*changed, *(a_study(number) for number in numbers[10:]))
    assert (run.status, counted(run)) == (SyncStatus.DONE, {"filled": 10, "unchanged": 20})


def test_a_registry_that_lost_nearly_everything_changes_nothing():
    numbers = [f"NCT{number:08}" for number in range(1, 101)]
    followed(*(a_study(number) for number in numbers))
    gone = [FetchedRecord(number, None) for number in numbers[3:]]
    run = sync.follow(CTGOV, [*answers(*(a_study(number) for number in numbers[:3])), *gone])
    assert run.status == SyncStatus.WAITING
    assert not RegistryRecord.objects.exclude(missing_since=None).exists()
    assert Trial.objects.filter(status="recruiting").count() == 100


def test_one_record_that_vanished_is_told_and_its_trial_stays():
    followed(a_study())
    run = sync.follow(CTGOV, [FetchedRecord(NUMBER, None)])
    assert counted(run) == {"missing": 1}
    assert RegistryRecord.objects.get().missing_since is not None
    assert Trial.objects.get().status == "recruiting"
    followed(a_study())
    assert RegistryRecord.objects.get().missing_since is None


@pytest.mark.parametrize(
    "content",
    [
        b"<html>busy</html>", b'{"protocolSection": {"identificationModule"', b"[]", b"null", b"\xff\xfe",
        {"protocolSection": {"identificationModule": {"nctId": NUMBER}}},
        {"protocolSection": {"identificationModule": {"nctId": 1}, "statusModule": {"overallStatus": "X"}}},
    ],
    ids=["html", "truncated", "a list", "null", "bytes", "no status", "a wrong type"],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_told_and_the_others_go_on(content):
    followed(a_study())
    before = Trial.objects.values().get()
    run = sync.follow(CTGOV, [FetchedRecord(NUMBER, content), *answers(a_study("NCT00000002"))])
    assert counted(run) == {"faulty": 1, "new": 1}
    assert run.problems[0].startswith(f"{NUMBER}: ")
    assert Trial.objects.values().get(slug=before["slug"]) == before
    assert RegistryRecord.objects.get(number=NUMBER).fault
    assert counted(followed(a_study())) == {"unchanged": 1}
    assert RegistryRecord.objects.get(number=NUMBER).fault == ""


def test_what_came_before_the_registry_went_away_is_taken_over():
    def cut_off():
        yield from answers(a_study())
        raise RegistryAway(
            "did not answer.", host="registry.example", address="https://registry.example/studies"
        )

    run = sync.follow(CTGOV, cut_off())
    assert (run.status, counted(run)) == (SyncStatus.FAILED, {"new": 1})
    assert "did not answer" in run.problems[0]


def test_a_field_that_the_schema_does_not_have_is_told():
    study = a_study()
    study["protocolSection"]["eligibilityModule"]["favouriteColour"] = "blue"
    run = followed(study)
    assert counted(run) == {"new": 1}
    assert "protocolSection.eligibilityModule.favouriteColour" in run.problems[0]


def test_a_text_that_is_too_long_for_us_is_left_out_and_told():
    run = followed(a_study(eligibility={"eligibilityCriteria": "x" * 25_000}))
    assert counted(run) == {"new": 1}
    assert Trial.objects.get().eligibility_en == ""
    assert any("longer" in one["message"] for one in run.imports.get().rows.get().messages)


# Several at once


def test_a_registry_is_followed_by_one_at_a_time():
    RegistrySync.objects.create(registry="ctgov", lease_until=timezone.now() + dt.timedelta(minutes=5))
    assert followed(a_study()) is None
    assert not Trial.objects.exists()


def test_a_run_that_broke_off_is_taken_over_when_its_lease_ends():
    broken = RegistrySync.objects.create(
        registry="ctgov", lease_until=timezone.now() - dt.timedelta(seconds=1)
    )
    assert counted(followed(a_study())) == {"new": 1}
    broken.refresh_from_db()
    assert (broken.status, broken.problems) == (SyncStatus.FAILED, ["It broke off."])


def test_a_run_that_fails_of_itself_ends_and_lets_the_next_begin(monkeypatch):
    monkeypatch.setattr(sync, "_take_over", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        followed(a_study())
    monkeypatch.undo()
    assert RegistrySync.objects.get().status == SyncStatus.FAILED
    assert counted(followed(a_study())) == {"new": 1}


# Over the wire, from a registry of our own


@pytest.fixture
def demo_registry(settings):
    """The small registry of our own, with two trials, in place of ClinicalTrials.gov and CTIS."""
    known = KnownTrials({NUMBER: a_study(), "NCT00000002": a_study("NCT00000002")}, {})
    with DemoRegistry(known) as registry:
        settings.CTGOV_API_URL, settings.CTIS_API_URL = registry.ctgov_url, registry.ctis_url
        yield registry


def test_what_the_demo_registry_says_is_never_said_by_a_real_one(demo_registry):
    a_trial("KIWI", identifiers=[NUMBER], status="unknown")
    run = sync.follow(CTGOV)
    assert (run.status, run.problems, counted(run)) == (SyncStatus.DONE, [], {"filled": 1, "suggested": 1})
    assert set(StatusStatement.objects.values_list("source", flat=True)) == {"demo registry"}
    assert run.imports.get().file_name.startswith("demo registry")
    assert counted(sync.follow(CTGOV)) == {"unchanged": 1}


def test_a_number_that_the_registry_does_not_have_is_missing(demo_registry):
    a_trial("KIWI", identifiers=["NCT09999999"])
    assert counted(sync.follow(CTGOV)) == {"missing": 1}


@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.value)
def test_whatever_the_registry_does_the_last_good_data_stay(demo_registry, fault, monkeypatch):
    """One record is known; then the registry does what registries do, at every question."""
    monkeypatch.setattr(following, "BOUNDS", QUICK)
    trial = a_trial("KIWI", identifiers=[NUMBER], status="unknown")
    sync.follow(CTGOV)
    before, said = Trial.objects.values().get(pk=trial.pk), StatusStatement.objects.count()
    demo_registry.faults = itertools.repeat(fault)
    run = sync.follow(CTGOV)
    assert Trial.objects.values().get(pk=trial.pk) == before
    assert StatusStatement.objects.count() == said
    assert run.status in (SyncStatus.FAILED, SyncStatus.DONE)
    assert run.problems or counted(run) in ({"unchanged": 1}, {"missing": 1})
    demo_registry.faults = iter(())
    cache.clear()
    assert counted(sync.follow(CTGOV)) == {"unchanged": 1}


SYNCS = 40


def test_faulty_runs_one_after_the_other_lose_and_blank_nothing(settings, monkeypatch):
    """Any question may be answered badly; after each run all trials, sites and statements are as before."""
    monkeypatch.setattr(following, "BOUNDS", QUICK)
    numbers = [f"NCT{number:08}" for number in range(1, 13)]
    for number in numbers:
        a_trial(number, identifiers=[number], status="unknown")
    known = KnownTrials({number: a_study(number) for number in numbers}, {})
    seen = Counter()
    with DemoRegistry(known) as registry:
        settings.CTGOV_API_URL = registry.ctgov_url
        assert counted(sync.follow(CTGOV))["filled"] == len(numbers)
        before = everything()
        registry.faults = random_faults(12, share=0.7)
        for _run in range(SYNCS):
            cache.clear()  # no rest for the registry
            run = sync.follow(CTGOV)
            seen[run.status] += 1
            assert everything() == before
        registry.faults = itertools.repeat(None)
        cache.clear()
        assert counted(sync.follow(CTGOV)) == {"unchanged": len(numbers)}
    tell(f"{SYNCS} faulty syncs: {dict(seen)}, nothing lost, nothing blanked")
    assert seen[SyncStatus.FAILED] > SYNCS / 4


def everything():
    """All that is known of trials, and all that was said."""
    models = (Trial, TrialSite, StatusStatement)
    return [list(model.objects.order_by("pk").values()) for model in models]
