"""What one can do to trials, sites, people: each verb atomic, recorded, and refusing what makes no sense."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from centres.actions import withdraw_consent
from directory.core.changes import Actor, Entry, record
from directory.core.listing import ever_listed, set_state
from directory.core.models import Change, State
from directory.core.roles import Role
from tests import builders
from trials.actions import close_recruitment, state_status
from trials.models import StatusStatement, TrialSite

EDITOR, COORDINATOR, REGISTRY = Actor(Role.EDITOR), Actor(Role.COORDINATOR), Actor(Role.REGISTRY, run=3)
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)


@pytest.mark.django_db
class TestStatingAStatus:
    def test_appends_a_statement_and_derives_the_status(self):
        site = builders.a_site(builders.a_trial("A"), builders.a_centre("chc"), said=40)
        statement = state_status(site=site, status="suspended", by=COORDINATOR, evidence="telephone")
        site.refresh_from_db()
        assert (site.status, site.verified_at, site.verified_by) == (
            "suspended",
            timezone.localdate(),
            "coordinator",
        )
        assert (statement.role, statement.evidence) == ("coordinator", "telephone")
        assert site.statements.count() == 2
        assert [(one.kind, one.key) for one in Change.objects.all()] == [("site", "a@chc")]

    def test_carries_user_and_run(self):
        user = builders.an_editor()
        statement = state_status(site=builders.a_site(), status="suspended", by=Actor.of(user, run=9))
        assert (statement.user, statement.run) == (user, 9)

    def test_by_a_registry_never_overwrites_a_person_but_disputes(self):
        site = builders.a_site(status="recruiting", said=10)
        state_status(site=site, status="completed", by=REGISTRY)
        site.refresh_from_db()
        assert (site.status, site.disputed) == ("recruiting", True)
        number = site.statements.get(role=Role.REGISTRY).pk
        assert Change.objects.get().fields() == [("disputed", False, True), ("disputed_by", None, number)]

    def test_that_changes_nothing_derived_is_kept_without_a_change(self):
        site = builders.a_site(status="recruiting", said=0)
        state_status(
            site=site, status="completed", by=REGISTRY, said_at=timezone.localdate() - dt.timedelta(9)
        )
        assert site.statements.count() == 2
        assert not Change.objects.exists()

    def test_about_a_site_that_was_read_before_others_spoke_is_stored_all_the_same(self):
        site = builders.a_site(status="recruiting", said=0)
        read_before = TrialSite.objects.get(pk=site.pk)
        state_status(site=site, status="suspended", by=COORDINATOR)
        state_status(site=read_before, status="recruiting", by=COORDINATOR)
        site.refresh_from_db()
        assert site.status == "recruiting"
        assert [one.fields() for one in Change.objects.order_by("seq")] == [
            [("status", "recruiting", "suspended")], [("status", "suspended", "recruiting")],
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"status": "sometimes"}, "'sometimes' is not a valid choice"),
            ({"said_at": dt.date(2999, 1, 1)}, "is in the future"),
            ({"since": "June"}, "is not a date"),
            ({"evidence": "x" * 501}, "at most 500"),
            ({"source_url": "javascript:alert(1)"}, "valid URL"),
        ],
    )
    def test_refuses_what_no_statement_can_say_and_stores_nothing(self, wrong, message):
        site = builders.a_site()
        with pytest.raises(ValidationError, match=message):
            state_status(**({"site": site, "status": "recruiting", "by": EDITOR} | wrong))
        assert StatusStatement.objects.count() == 1
        assert not Change.objects.exists()

    @pytest.mark.parametrize("field", ["source", "evidence", "since", "source_url"])
    @pytest.mark.parametrize("character", ["\x00", "\x01"])
    def test_refuses_control_characters(self, field, character):
        with pytest.raises(ValidationError):
            state_status(site=builders.a_site(), status="recruiting", by=EDITOR, **{field: f"a{character}b"})

    def test_that_breaks_halfway_leaves_nothing(self, monkeypatch):
        site = builders.a_site(status="recruiting", said=10)
        monkeypatch.setattr("trials.statements.settle", lambda sites: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            state_status(site=site, status="suspended", by=EDITOR)
        assert StatusStatement.objects.count() == 1


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_registry_that_speaks_while_a_person_does_overwrites_nothing():
    """Each weighs with sight of the other, whoever commits first."""
    site = builders.a_site(status=None)
    barrier = threading.Barrier(2)

    def speak(status, by):
        barrier.wait(10)
        state_status(site=TrialSite.objects.get(pk=site.pk), status=status, by=by)
        connection.close()

    for _turn in range(5):
        StatusStatement.objects.all().delete()
        threads = [
            threading.Thread(target=speak, args=("recruiting", COORDINATOR)),
            threading.Thread(target=speak, args=("completed", REGISTRY)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        site.refresh_from_db()
        assert (site.status, site.verified_by) == ("recruiting", "coordinator")


@pytest.mark.django_db
class TestClosingRecruitment:
    def test_closes_every_recruiting_site_and_no_other(self):
        trial = builders.a_trial(
            "A",
            at=[
                builders.a_centre("one"),
                builders.a_centre("two"),
                (builders.a_centre("three"), "completed"),
            ],
        )
        other = builders.a_trial("B", at=[builders.a_centre("four")])
        assert close_recruitment(trial=trial, by=EDITOR, reason="full") == 2
        assert sorted(trial.sites.values_list("status", flat=True)) == [
            "active_not_recruiting",
            "active_not_recruiting",
            "completed",
        ]
        assert other.sites.get().status == "recruiting"
        assert sorted(one.key for one in Change.objects.all()) == ["a@one", "a@two"]
        assert StatusStatement.objects.filter(evidence="full").count() == 2

    def test_a_second_time_closes_nothing(self):
        trial = builders.a_trial("A", at=[builders.a_centre()])
        close_recruitment(trial=trial, by=EDITOR, reason="full")
        assert close_recruitment(trial=trial, by=EDITOR, reason="full") == 0
        assert Change.objects.count() == 1


@pytest.mark.django_db
class TestListing:
    def test_moves_records_of_several_models_and_counts_those_that_moved(self):
        draft, listed = builders.a_trial("A", state="draft"), builders.a_trial("B")
        network = builders.a_network("n", state="draft")
        assert set_state(records=[draft, listed, network], state=State.LISTED, by=EDITOR) == 2
        assert sorted((one.kind, one.key) for one in Change.objects.all()) == [
            ("network", "n"),
            ("trial", "a"),
        ]

    @pytest.mark.parametrize(("state", "known"), [("draft", False), ("listed", True), ("withdrawn", True)])
    def test_a_record_is_known_to_the_public_unless_it_is_a_draft(self, state, known):
        assert ever_listed(builders.a_trial(state=state)) is known

    def test_a_draft_that_was_listed_once_stays_known(self):
        trial = builders.a_trial("A", state="draft")
        for state in (State.LISTED, State.DRAFT):
            set_state(records=[trial], state=state, by=EDITOR)
        assert ever_listed(trial)

    @pytest.mark.parametrize(("before", "after", "known"), [
        ("listed", "draft", True), ("draft", "listed", True), ("draft", "draft", False),
        ("draft", "withdrawn", False),
    ])  # fmt: skip
    def test_one_change_from_or_to_listed_is_enough_to_be_known(self, before, after, known):
        trial = builders.a_trial("A", state="draft")
        with transaction.atomic():
            entry = Entry("trial", trial.slug, {"state": before, "x": 1}, {"state": after, "x": 2})
            record([entry], by=EDITOR)
        assert ever_listed(trial) is known


@pytest.mark.django_db
class TestWithdrawingConsent:
    def test_ends_the_consents_that_are_in_force_and_no_other(self):
        named, silent = builders.a_professional("One", consent=True), builders.a_professional("Two")
        assert withdraw_consent(professionals=[named, silent], by=COORDINATOR) == 1
        named.refresh_from_db()
        assert (named.consent_withdrawn_on, named.consent_recorded_by) == (
            timezone.localdate(),
            "coordinator",
        )
        assert not named.may_be_published

    def test_twice_keeps_the_first_day(self):
        first = timezone.localdate() - dt.timedelta(days=9)
        person = builders.a_professional(consent=True)
        person.consent_given_on = person.consent_withdrawn_on = first
        person.save()
        assert withdraw_consent(professionals=[person], by=EDITOR) == 0
        person.refresh_from_db()
        assert person.consent_withdrawn_on == first
