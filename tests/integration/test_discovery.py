"""New trials in the registries: found, proposed with the reason, taken as drafts or declined, counted."""

import datetime as dt
import itertools

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from directory.core import changes
from directory.core.models import Change
from directory.core.roles import Role
from directory.imports import actions
from directory.imports.waiting import finish
from tests.builders import a_centre, a_trial, an_editor
from tests.support.figures import tell
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials import coverage, discovery, tasks
from trials.models import DiscoveredTrial, RegistryDiscovery, RegistryRecord, RegistrySync, Trial
from trials.models.discovery import CandidateState
from trials.models.registry import Registry, SyncStatus
from trials.sources import discovering, following, sync
from trials.sources.client import Bounds
from trials.sources.demo_registry import facts
from trials.sources.demo_registry.facts import KnownTrials
from trials.sources.demo_registry.faults import EVERY, RegistryFault
from trials.sources.demo_registry.server import DemoRegistry
from trials.sources.discovering import discover
from trials.sources.errors import RegistryAway
from trials.sources.following import CTIS
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "NCT01234567", "NCT00000002"
EUCT = "2022-500001-11-00"
EDITOR = changes.Actor(Role.EDITOR)
QUICK = Bounds(read_seconds=0.3, total_seconds=2, attempts=2, backoff_seconds=0.01, longest_backoff=0.01)


def ours(number=NUMBER, **said):
    """A study for children with leukaemia, in Ghent."""
    return a_study(number, **{"places": [GENT]} | said)


def asked(*studies, **options):
    return discover(CTGOV, [answers(*studies)], **options)


def counted(run):
    return {name: number for name, number in run.counts.items() if number}


def state(number=NUMBER):
    return DiscoveredTrial.objects.with_trials().get(number=number).found


def candidates():
    return list(DiscoveredTrial.objects.candidates().order_by("number").values_list("number", flat=True))


@pytest.fixture
def registry(settings):
    """A registry of our own in place of both; its records may be changed."""
    with DemoRegistry(KnownTrials({}, {})) as serving:
        settings.CTGOV_API_URL, settings.CTIS_API_URL = serving.ctgov_url, serving.ctis_url
        yield serving


# Found


def test_a_trial_that_is_not_here_is_proposed_with_the_reason_and_nothing_else_changes():
    run = asked(ours(), a_study(OTHER))
    assert (run.status, counted(run)) == (SyncStatus.DONE, {"listed": 1, "proposed": 1, "outside": 1})
    found = DiscoveredTrial.objects.get()
    assert (found.title, found.status, found.sites, found.ages, found.conditions, found.is_open) == (
        f"A study called {NUMBER}", "recruiting", ["UZ Gent, Ghent: recruiting"], "1 Year to 17 Years",
        ["Leukemia"], True,
    )  # fmt: skip
    assert found.reason == (
        "ClinicalTrials.gov lists it in Belgium: UZ Gent, Ghent: recruiting; ages 1 Year to 17 Years; "
        "a cancer, by its condition “Leukemia”."
    )
    assert (candidates(), state()) == ([NUMBER], CandidateState.PROPOSED)
    assert not Trial.objects.exists()
    assert not Change.objects.exists()


def test_asked_again_it_is_proposed_once_and_seen_again(time_machine):
    first = timezone.now()
    asked(ours())
    time_machine.move_to(first + dt.timedelta(days=7), tick=False)
    run = asked(ours())
    assert counted(run) == {"listed": 1}
    found = DiscoveredTrial.objects.get()
    assert (found.last_seen - found.first_seen).days >= 6


@pytest.mark.parametrize("number", [NUMBER, EUCT[:-1] + "1", "2019-001588-63"])
def test_a_trial_that_is_here_under_any_of_its_numbers_is_no_candidate(number):
    a_trial("KIWI", identifiers=[number])
    second = [{"id": "2019-001588-63"}, {"id": EUCT}]
    run = asked(ours(identification={"secondaryIdInfos": second}))
    assert counted(run) == {"listed": 1, "here": 1}
    assert (candidates(), state()) == ([], CandidateState.HERE)


def test_a_part_that_names_the_number_of_its_whole_is_a_candidate_all_the_same():
    """As the parts of HEM-iSMART do: the whole has another number of this registry."""
    a_trial("WHOLE", identifiers=["2019-001588-63", OTHER])
    asked(ours(identification={"secondaryIdInfos": [{"id": "2019-001588-63"}]}))
    assert candidates() == [NUMBER]


def test_what_becomes_of_the_trial_here_is_seen_at_once():
    asked(ours())
    trial = a_trial("KIWI", identifiers=[NUMBER], state="draft")
    assert (candidates(), state()) == ([], CandidateState.DRAFT)
    for word, found in (("listed", CandidateState.HERE), ("withdrawn", CandidateState.WITHDRAWN)):
        Trial.objects.filter(pk=trial.pk).update(state=word)
        assert (candidates(), state()) == ([], found)


def test_a_trial_that_the_registry_lists_no_more_is_no_candidate(registry):
    registry.facts.ctgov.update({NUMBER: ours(), OTHER: ours(OTHER)})
    discover(CTGOV)
    del registry.facts.ctgov[NUMBER]
    run = discover(CTGOV)
    assert (counted(run), candidates()) == ({"listed": 1, "gone": 1}, [OTHER])
    registry.facts.ctgov[NUMBER] = ours()
    assert counted(discover(CTGOV)) == {"listed": 2}
    assert candidates() == [OTHER, NUMBER]


def test_a_trial_that_no_longer_fits_is_no_candidate(registry):
    registry.facts.ctgov[NUMBER] = ours()
    discover(CTGOV)
    registry.facts.ctgov[NUMBER] = ours(eligibility={"minimumAge": "18 Years"})
    assert (counted(discover(CTGOV)), candidates()) == ({"outside": 1, "gone": 1}, [])


# Both registries, over the wire


def ctis_record(number=EUCT, **said):
    return {
        "ctNumber": number, "ctStatus": 4, "lastUpdated": "15/09/2025", "ageGroup": "0-17 years",
        "trialCountries": ["Belgium:4"], "shortTitle": "KIWI",
        "authorizedApplication": {
            "authorizedPartI": {
                "trialDetails": {
                    "clinicalTrialIdentifiers": {
                        "publicTitle": "A study of kiwis",
                        "secondaryIdentifyingNumbers": {"nctNumber": {"number": NUMBER}},
                    },
                    "trialInformation": {
                        "medicalCondition": {"partIMedicalConditions": [{"medicalCondition": "Leukaemia"}]}
                    },
                },
                "medicalConditions": [{"medicalCondition": "Leukaemia"}],
            },
            "authorizedPartsII": [
                {
                    "mscInfo": {"mscName": "Belgium"},
                    "trialSites": [
                        {
                            "organisationAddressInfo": {
                                "organisation": {"name": "UZ Gent"}, "address": {"city": "Ghent"},
                            }
                        }
                    ],
                }
            ],
            "memberStatesConcerned": [{"mscName": "Belgium", "mscPublicStatusCode": 4}],
        },
        **said,
    }  # fmt: skip


def test_the_question_to_clinicaltrials_gov_is_answered_page_by_page(registry, monkeypatch):
    monkeypatch.setattr(following, "_LISTED_AT_ONCE", 2)
    numbers = [f"NCT{number:08}" for number in range(1, 6)]
    registry.facts.ctgov.update({number: ours(number) for number in numbers})
    registry.facts.ctgov[NUMBER] = a_study()  # not in Belgium: not even sent
    run = discover(CTGOV)
    assert (counted(run), run.is_whole, run.answered_by) == (
        {"listed": 5, "proposed": 5}, True, "demo registry",
    )  # fmt: skip
    assert len(registry.asked) == 3
    assert DiscoveredTrial.objects.first().reason.startswith("demo registry lists it")


def test_a_line_of_ctis_is_completed_by_its_record_once(registry, monkeypatch):
    monkeypatch.setattr(following, "_CTIS_AT_ONCE", 1)
    registry.facts.ctis.update({EUCT: ctis_record(), "2022-500002-22-00": ctis_record("2022-500002-22-00")})
    assert counted(discover(CTIS)) == {"listed": 2, "proposed": 2}
    found = DiscoveredTrial.objects.get(number=EUCT)
    assert (found.sites, found.is_open, found.title) == (["UZ Gent, Ghent"], True, "A study of kiwis")
    assert {one.value for one in found.numbers.all()} == {EUCT, NUMBER}
    asked_for = [(method, path) for method, path, _headers in registry.asked]
    assert len([one for one in asked_for if one[0] == "POST"]) == 2
    assert len([one for one in asked_for if "/retrieve/" in one[1]]) == 2
    registry.asked.clear()
    assert counted(discover(CTIS)) == {"listed": 2}
    assert not [path for _method, path, _headers in registry.asked if "/retrieve/" in path]
    assert DiscoveredTrial.objects.get(number=EUCT).sites == ["UZ Gent, Ghent"]


def test_a_trial_that_only_its_record_shows_to_be_here_is_no_candidate(registry):
    a_trial("KIWI", identifiers=[NUMBER])
    registry.facts.ctis[EUCT] = ctis_record()
    assert counted(discover(CTIS)) == {"listed": 1, "here": 1}


def test_the_demo_registry_lists_what_the_demo_has_and_proposes_nothing_beside_it(registry):
    registry.facts = facts.of_the_demo()
    for number in [*registry.facts.ctgov, *registry.facts.ctis]:
        a_trial(identifiers=[number])
    for source in (CTGOV, CTIS):
        run = discover(source)
        assert run.status == SyncStatus.DONE
        assert run.counts["here"] == run.counts["listed"] > 0
        assert run.answered_by == "demo registry"


def test_of_the_real_records_those_that_fit_are_proposed_in_the_name_of_their_registry(registry, shared_data):
    registry.facts, registry.resource = facts.of_folder(shared_data / "ctgov/studies"), None
    run = discover(CTGOV)
    assert (run.answered_by, run.counts["listed"], run.counts["proposed"]) == ("ClinicalTrials.gov", 2, 2)
    assert candidates() == ["NCT01949129", "NCT05665595"]
    tell(f"67 real records: {counted(run)}")
    registry.facts = facts.of_folder(shared_data / "ctis")
    assert counted(discover(CTIS)) == {}


# What goes wrong


def known_before(registry):
    registry.facts.ctgov.update({NUMBER: ours(), OTHER: ours(OTHER)})
    registry.facts.ctis[EUCT] = ctis_record()
    for source in (CTGOV, CTIS):
        assert discover(source).status == SyncStatus.DONE


@pytest.mark.parametrize("source", [CTGOV, CTIS], ids=lambda source: source.code)
@pytest.mark.parametrize("fault", EVERY, ids=lambda fault: fault.value)
def test_whatever_a_registry_does_what_it_listed_stays(registry, source, fault, monkeypatch):
    monkeypatch.setattr(following, "BOUNDS", QUICK)
    monkeypatch.setattr(following, "_LISTED_AT_ONCE", 1)
    known_before(registry)
    before = set(DiscoveredTrial.objects.values_list("number", "gone_since"))
    registry.faults = itertools.repeat(fault)
    run = discover(source)
    assert run.status in (SyncStatus.FAILED, SyncStatus.DONE)
    harmless = {RegistryFault.NEW_FIELD, RegistryFault.FEW, RegistryFault.SLOW}
    assert run.problems or fault in harmless, run.counts
    if fault not in harmless:
        assert set(DiscoveredTrial.objects.values_list("number", "gone_since")) == before
    registry.faults = iter(())
    cache.clear()
    assert discover(source).status == SyncStatus.DONE
    assert set(DiscoveredTrial.objects.values_list("number", "gone_since")) == before


def test_more_than_a_tenth_gone_at_once_waits_for_an_editor(registry):
    numbers = [f"NCT{number:08}" for number in range(1, 31)]
    registry.facts.ctgov.update({number: ours(number) for number in numbers})
    discover(CTGOV)
    for number in numbers[:11]:
        del registry.facts.ctgov[number]
    run = discover(CTGOV)
    assert (run.status, len(candidates())) == (SyncStatus.WAITING, 30)
    assert "11 are gone" in run.problems[0]
    assert list(RegistryDiscovery.objects.waiting()) == [run]
    assert discover(CTGOV, is_accepted=True).status == SyncStatus.DONE
    assert len(candidates()) == 19


def test_what_came_before_a_registry_went_away_is_proposed_and_nothing_is_gone():
    asked(ours(OTHER))

    def cut_off():
        yield answers(ours())
        raise RegistryAway("did not answer.", host="registry.example", address="https://registry.example/")

    run = discover(CTGOV, cut_off())
    assert (run.status, run.is_whole, candidates()) == (SyncStatus.FAILED, False, [OTHER, NUMBER])
    assert "did not answer" in run.problems[0]


def test_a_record_that_cannot_be_read_is_told_and_is_not_gone(registry):
    registry.facts.ctgov.update({NUMBER: ours(), OTHER: ours(OTHER)})
    discover(CTGOV)
    registry.facts.ctgov[NUMBER]["protocolSection"]["conditionsModule"]["conditions"] = ["Leukemia\x00"]
    run = discover(CTGOV)
    assert counted(run) == {"listed": 1, "faulty": 1}
    assert run.problems == [f"{NUMBER}: It holds the control character U+0000."]
    assert candidates() == [OTHER, NUMBER]


def test_records_from_a_folder_are_never_all_that_a_registry_lists():
    asked(ours())
    run = asked(ours(OTHER))
    assert (run.status, run.is_whole, candidates()) == (SyncStatus.DONE, False, [OTHER, NUMBER])


def test_a_registry_is_asked_by_one_at_a_time_and_a_run_that_breaks_lets_the_next_begin(monkeypatch):
    held = RegistryDiscovery.objects.begin("ctgov")
    assert asked(ours()) is None
    held.end(SyncStatus.DONE, [])
    monkeypatch.setattr(discovering, "_store", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        asked(ours())
    monkeypatch.undo()
    assert asked(ours()).status == SyncStatus.DONE


# Each week


def test_a_registry_is_asked_a_week_after_it_answered_and_a_day_after_it_did_not(monkeypatch, time_machine):
    sent, start = [], dt.datetime(2026, 3, 2, 4, 47, tzinfo=dt.UTC)
    monkeypatch.setattr(tasks.discover, "apply_async", lambda args, _options: sent.append(args[0]))

    def sent_at(**later):
        time_machine.move_to(start + dt.timedelta(**later), tick=False)
        sent.clear()
        tasks.discover_due()
        return sorted(sent)

    assert sent_at() == ["ctgov", "ctis"]
    RegistryDiscovery.objects.begin("ctgov").end(SyncStatus.DONE, [])
    RegistryDiscovery.objects.begin("ctis").end(SyncStatus.FAILED, ["away"])
    assert sent_at(hours=1) == []
    assert sent_at(days=1) == ["ctis"]
    RegistryDiscovery.objects.begin("ctis").end(SyncStatus.DONE, [])
    assert sent_at(days=6) == []
    assert sent_at(days=7) == ["ctgov"]
    assert sent_at(days=8) == ["ctgov", "ctis"]


# Taken


def taken(*numbers):
    found = DiscoveredTrial.objects.filter(number__in=numbers or [NUMBER])
    return discovery.take(candidates=found, by=changes.Actor.of(an_editor()))


def test_a_taken_trial_becomes_a_draft_by_an_import_with_receipts_and_undo(registry):
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    registry.facts.ctgov[NUMBER] = ours()
    discover(CTGOV)
    assert taken() == {"ctgov": 1}
    assert (state(), discovery.waiting_to_come("ctgov")) == (CandidateState.TAKEN, [NUMBER])
    tasks.bring_in("ctgov")
    trial = Trial.objects.get()
    assert (trial.state, trial.source, state(), candidates()) == (
        "draft",
        trial.source,
        CandidateState.DRAFT,
        [],
    )
    run = RegistrySync.objects.get().imports.get()
    assert [row.outcome for row in run.rows.all()] == ["new"]
    assert Change.objects.filter(kind="trial", op="create", run=run.pk).count() == 1
    tasks.bring_in("ctgov")
    assert Trial.objects.count() == 1


def test_a_draft_that_was_undone_is_a_candidate_and_may_be_taken_again(registry):
    registry.facts.ctgov[NUMBER] = ours()
    discover(CTGOV)
    taken()
    tasks.bring_in("ctgov")
    editor = an_editor()
    undo = actions.undo(run=RegistrySync.objects.get().imports.get(), user=editor, queue=False)
    actions.confirm(run=finish(undo, here=True), user=editor, queue=False)
    finish(undo, here=True)
    assert not Trial.objects.exists()
    assert (candidates(), state()) == ([NUMBER], CandidateState.TAKEN)
    assert discovery.waiting_to_come("ctgov") == [], "nobody asks by the hour for what was undone"
    taken()
    tasks.bring_in("ctgov")
    assert (Trial.objects.count(), state()) == (1, CandidateState.DRAFT)


def test_what_a_registry_does_not_send_stays_a_candidate_that_was_taken(registry):
    registry.facts.ctgov[NUMBER] = ours()
    discover(CTGOV)
    taken()
    del registry.facts.ctgov[NUMBER]
    tasks.bring_in("ctgov")
    assert (candidates(), state()) == ([NUMBER], CandidateState.TAKEN)
    assert RegistryRecord.objects.get().missing_since


def test_only_candidates_are_taken_or_declined():
    a_trial("HERE", identifiers=[OTHER])
    asked(ours(), ours(OTHER))
    assert taken(NUMBER, OTHER) == {"ctgov": 1}
    assert declined(NUMBER, OTHER) == 1
    assert taken() == {}


# Declined


def declined(*numbers, reason="For adults in all but name."):
    found = DiscoveredTrial.objects.filter(number__in=numbers or [NUMBER])
    return discovery.decline(candidates=found, by=EDITOR, reason=reason)


def test_a_trial_is_declined_with_a_reason_by_a_role_on_a_day_and_not_proposed_again():
    asked(ours())
    assert declined() == 1
    found = DiscoveredTrial.objects.with_trials().get()
    assert (found.found, found.decision_reason, found.decided_role) == (
        CandidateState.DECLINED, "For adults in all but name.", "editor",
    )  # fmt: skip
    assert timezone.localdate(found.decided_at) == timezone.localdate()
    run = asked(ours(identification={"briefTitle": "Another title"}, verified="2026-06"))
    assert (counted(run), candidates()) == ({"listed": 1, "declined": 1}, [])


@pytest.mark.parametrize(
    "reason", ["", "  \u200b ", "x" * 1001, "a\x00b"], ids=["none", "blank", "long", "NUL"]
)
def test_without_a_written_reason_nothing_is_declined(reason):
    asked(ours())
    with pytest.raises(ValidationError):
        declined(reason=reason)
    assert candidates() == [NUMBER]
    with pytest.raises(IntegrityError), transaction.atomic():
        DiscoveredTrial.objects.update(decision="declined")


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({"places": [GENT | {"status": "NOT_YET_RECRUITING"}]}, {}, "it takes patients in Belgium now"),
        (
            {"eligibility": {"maximumAge": "30 Years"}},
            {},
            "its ages were “1 Year to 30 Years” and are “1 Year to 17 Years”",
        ),
    ],
    ids=["opens", "ages"],
)
def test_a_declined_trial_that_changes_materially_is_proposed_again_and_says_why(before, after, why):
    asked(ours(**before))
    declined()
    run = asked(ours(**after))
    assert (run.counts["again"], candidates()) == (1, [NUMBER])
    found = DiscoveredTrial.objects.get()
    assert found.again.endswith(f"; since then {why}.")
    assert found.decision_reason == "For adults in all but name.", "what was said then is still there"
    declined(reason="Still not.")
    assert asked(ours(**after)).counts["again"] == 0
    assert (candidates(), DiscoveredTrial.objects.get().again) == ([], "")


def test_a_declined_trial_that_closes_is_not_proposed_again():
    asked(ours())
    declined()
    asked(ours(places=[GENT | {"status": "COMPLETED"}], status="COMPLETED"))
    assert candidates() == []


# The certificate


def certified(code="ctgov"):
    (one,) = (one for one in coverage.certificate() if one.registry == code)
    return one


def test_a_registry_that_was_never_asked_has_no_figures():
    assert [(one.registry, one.asked_at, one.tried_at) for one in coverage.certificate()] == [
        (registry, None, None) for registry in Registry
    ]


def test_each_listed_trial_is_here_waits_was_declined_or_withdrawn(registry, django_assert_num_queries):
    numbers = [f"NCT{number:08}" for number in range(1, 8)]
    registry.facts.ctgov.update({number: ours(number) for number in numbers})
    discover(CTGOV)
    a_trial(identifiers=[numbers[0]])
    a_trial(identifiers=[numbers[1]])
    a_trial(identifiers=[numbers[2]], state="draft")
    a_trial(identifiers=[numbers[3]], state="withdrawn")
    declined(numbers[4])
    taken(numbers[5])
    with django_assert_num_queries(3):
        found = certified()
    assert (found.listed, found.here, found.withdrawn) == (7, 2, 1)
    assert {one.number for one in found.proposed} == {numbers[2], numbers[5], numbers[6]}
    assert [(one.number, one.decision_reason) for one in found.declined] == [
        (numbers[4], "For adults in all but name.")
    ]
    assert found.asked_at == RegistryDiscovery.objects.get().finished_at
    assert (found.stands_in, found.answered_by) == (True, "demo registry")


def test_a_run_that_was_not_whole_dates_no_certificate(registry, monkeypatch):
    asked(ours())  # a folder of records
    assert (certified().asked_at, certified().tried_at, certified().listed) == (None, None, 0)
    registry.facts.ctgov[NUMBER] = ours()
    whole = discover(CTGOV)
    registry.faults = itertools.repeat(RegistryFault.HTML)
    monkeypatch.setattr(following, "BOUNDS", QUICK)
    failed = discover(CTGOV)
    assert (certified().asked_at, certified().tried_at) == (whole.finished_at, failed.started_at)
    assert certified().listed == 1


# Trials that a registry no longer lists


def test_a_trial_whose_record_is_gone_is_on_the_list_until_its_number_is_taken_away():
    trial = a_trial("KIWI", identifiers=[NUMBER])
    sync.follow(CTGOV, [FetchedRecord(NUMBER, None)])
    assert [one.trial for one in RegistryRecord.objects.no_longer_listed()] == [trial]
    sync.follow(CTGOV, answers(a_study()))
    assert not RegistryRecord.objects.no_longer_listed().exists()
    sync.follow(CTGOV, [FetchedRecord(NUMBER, None)])
    trial.identifiers.all().delete()
    assert not RegistryRecord.objects.no_longer_listed().exists()
