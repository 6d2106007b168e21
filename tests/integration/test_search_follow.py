"""The index follows the change log: each kind of change, seen by readers, surviving kills and rebuilds."""

import datetime as dt
import json
import multiprocessing
import shutil
import time

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from centres.models import Coordination, Membership
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.models import Change, State
from directory.search import dependencies, follow, service, snapshot, store
from directory.search.service import Ask
from tests import builders as b
from tests.support.worker import PATIENCE, wait_until
from trials import actions
from trials.models import Trial

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]


def slugs(q="", **filters):
    filters = {name: (value,) for name, value in filters.items()}
    return [hit.key for hit in service.find(Ask(q=q, filters=filters)).hits]


def shown(kind, key):
    return json.loads(service.body(kind, key))


def change(record, **values):
    """Change `record` as an editor would: with its entry in the log."""
    with changes.recording(SYSTEM) as log:
        log.watch(record)
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def remove(record):
    with changes.recording(SYSTEM) as log:
        log.watch(record)
        record.delete()


@pytest.fixture
def world(db, index_dir):
    """One trial at one centre in one network, indexed."""
    ghent = b.a_centre("uz-gent", name="Ghent University Hospital")
    network = b.a_network("itcc", acronym="ITCC", members=[ghent])
    trial = b.a_trial("KALIO", at=[ghent])
    service.rebuild()
    return trial, ghent, network


def test_an_index_written_in_many_parts_is_whole(world, monkeypatch):
    for number in range(6):
        b.a_trial(f"PART{number}")
    monkeypatch.setattr(follow, "DOCUMENTS_A_WRITER", 3)
    monkeypatch.setattr(follow, "DOCUMENTS_A_COMMIT", 2)
    assert service.rebuild() == 9
    assert [slugs(f"part{number}") for number in range(6)] == [[f"part{number}"] for number in range(6)]
    assert slugs("kalio") == ["kalio"]


class TestChanges:
    def test_a_new_trial_is_found(self, world):
        with changes.recording(SYSTEM) as log:
            trial = Trial(slug="newcomer", acronym="NEWCOMER", title_en="A new study", state="listed")
            log.watch(trial)
            trial.save()
        assert slugs("newcomer") == []
        service.catch_up()
        assert slugs("newcomer") == ["newcomer"]

    def test_a_new_title_is_found_and_the_old_one_is_not(self, world):
        trial, *_rest = world
        change(trial, title_en="Something about osteosarcoma")
        service.catch_up()
        assert slugs("osteosarcoma") == ["kalio"]
        assert slugs("study") == []

    def test_a_renamed_trial_is_found_under_its_new_slug_only(self, world):
        trial, *_rest = world
        change(trial, slug="kalio-2")
        service.catch_up()
        assert slugs() == ["kalio-2"]
        assert service.body("trial", "kalio") is None

    def test_a_withdrawn_trial_is_gone_and_no_longer_counts_at_its_centre(self, world):
        trial, *_rest = world
        assert shown("centre", "uz-gent")["trials"]["total"] == 1
        actions.set_state(records=[trial], state=State.WITHDRAWN, by=SYSTEM)
        service.catch_up()
        assert slugs() == slugs("kalio") == []
        assert service.slug_of("kalio") is None
        assert service.suggest("kalio", "en") == []
        assert shown("centre", "uz-gent")["trials"]["total"] == 0

    def test_a_trial_listed_again_is_back(self, world):
        trial, *_rest = world
        for state in (State.WITHDRAWN, State.LISTED):
            actions.set_state(records=[trial], state=state, by=SYSTEM)
            service.catch_up()
        assert slugs("kalio") == ["kalio"]

    def test_a_status_stated_is_shown_and_filtered_by(self, world):
        trial, *_rest = world
        actions.state_status(site=trial.sites.get(), status="suspended", by=SYSTEM)
        service.catch_up()
        assert shown("trial", "kalio")["sites"][0]["status"] == "suspended"
        assert slugs(centre="uz-gent", status="suspended") == ["kalio"]
        assert shown("centre", "uz-gent")["trials"] == {"total": 1, "recruiting": 0}

    def test_a_deleted_site_is_gone(self, world):
        trial, *_rest = world
        remove(trial.sites.get())
        service.catch_up()
        assert shown("trial", "kalio")["sites"] == []
        assert slugs(centre="uz-gent") == []
        assert shown("centre", "uz-gent")["trials"]["total"] == 0

    def test_a_centres_new_name_stands_in_its_trials_and_networks(self, world):
        _trial, ghent, _network = world
        change(ghent, name_en="Princess Elisabeth Hospital")
        service.catch_up()
        assert shown("trial", "kalio")["sites"][0]["centre"]["name"] == "Princess Elisabeth Hospital"
        assert shown("network", "itcc")["members"][0]["name"] == "Princess Elisabeth Hospital"
        assert slugs("elisabeth") == ["kalio"]

    def test_a_withdrawn_centre_leaves_trials_networks_and_facets(self, world):
        _trial, ghent, _network = world
        actions.set_state(records=[ghent], state=State.WITHDRAWN, by=SYSTEM)
        service.catch_up()
        assert shown("trial", "kalio")["sites"] == []
        assert shown("network", "itcc")["members"] == []
        assert service.find(Ask(), facets=True).facets["centre"] == []

    def test_a_membership_is_shown_at_both_ends_and_counts_for_the_trials_there(self, world):
        _trial, ghent, _network = world
        other = b.a_network("ern", acronym="ERN PaedCan")
        service.rebuild()
        assert slugs(network="ern") == []
        with changes.recording(SYSTEM) as log:
            membership = Membership(network=other, centre=ghent, role="reference")
            log.watch(membership)
            membership.save()
        service.catch_up()
        assert [one["centre"] for one in shown("network", "ern")["members"]] == ["uz-gent"]
        assert [one["network"] for one in shown("centre", "uz-gent")["memberships"]] == ["ern", "itcc"]
        assert slugs(network="ern") == ["kalio"]
        remove(membership)
        service.catch_up()
        assert shown("network", "ern")["members"] == []
        assert slugs(network="ern") == []

    def test_a_networks_new_name_stands_in_its_centres(self, world):
        _trial, _ghent, network = world
        change(network, acronym="ITCC-2")
        service.catch_up()
        assert shown("centre", "uz-gent")["memberships"][0]["name"] == "ITCC-2"

    def test_a_consent_withdrawn_takes_the_name_out_and_off_the_disk(self, world):
        trial, *_rest = world
        person = b.a_professional("Canary Person", consent=True)
        change(trial.sites.get(), contact_person=person)
        service.catch_up()
        assert shown("trial", "kalio")["sites"][0]["contact"]["name"] == "Canary Person"
        change(person, consent_withdrawn_on=timezone.localdate())
        service.catch_up()
        assert b"Canary" not in service.body("trial", "kalio")
        files = store.current().glob("documents.sqlite3*")
        assert not any(b"Canary" in file.read_bytes() for file in files)

    def test_a_parents_new_acronym_stands_in_its_subprotocols(self, world):
        trial, *_rest = world
        b.a_trial("CHILD", parent=trial)
        service.rebuild()
        change(trial, acronym="KALIO-MASTER")
        service.catch_up()
        assert shown("trial", "child")["parent"]["acronym"] == "KALIO-MASTER"

    def test_a_change_that_shows_nowhere_writes_nothing(self, world):
        user = b.a_user()
        before = service.version()
        with changes.recording(SYSTEM) as log:
            coordination = Coordination(user=user, centre=world[1])
            log.watch(coordination)
            coordination.save()
        assert service.catch_up() == 0
        assert service.version() == before
        assert state().seq == changes.last_seq()

    def test_the_version_changes_with_what_is_shown(self, world):
        trial, *_rest = world
        before = service.version()
        assert service.version() == before
        change(trial, sponsor="Somebody else")
        service.catch_up()
        assert service.version() != before

    def test_many_changes_of_one_trial_build_it_once(self, world):
        trial, *_rest = world
        for number in range(5):
            change(trial, sponsor=f"Sponsor {number}")
        assert service.catch_up() == 2  # the trial, and its centre's count

    def test_what_to_build_is_found_in_a_constant_number_of_queries(
        self, world, django_assert_max_num_queries
    ):
        trial, ghent, network = world
        for number in range(3):
            change(trial, sponsor=f"Sponsor {number}")
            change(ghent, university=f"University {number}")
            change(network, website=f"https://example.org/{number}")
        with django_assert_max_num_queries(7):
            dependencies.documents_of(dependencies.news_since(0, "", 100).named)


def state():
    folder = store.current()
    assert folder is not None
    documents = store.Store(folder)
    try:
        return documents.state()
    finally:
        documents.close()


class TestFolder:
    def test_without_an_index_the_reason_is_told_and_following_builds_one(self):
        b.a_trial("KALIO")
        assert "reindex" in service.ready()
        with pytest.raises(service.IndexNotReady, match="reindex"):
            service.find(Ask())
        service.catch_up()
        assert service.ready() is None
        assert slugs() == ["kalio"]

    def test_wiping_the_folder_loses_nothing(self, world, index_dir):
        shutil.rmtree(index_dir)
        assert service.ready() is not None
        service.catch_up()
        assert slugs("kalio") == ["kalio"]

    def test_a_search_goes_on_in_the_old_index_while_a_new_one_is_built(self, world):
        held = snapshot.current()
        b.a_trial("SECOND")
        service.rebuild()
        assert len(held.trials.keys) < len(snapshot.current().trials.keys) or held.folder != store.current()
        ordinals, _scores = held.reader.hits(follow.engine.WordQuery("acronym", "kalio", 1.0), "trial")
        assert len(ordinals) == 1
        assert set(slugs()) == {"kalio", "second"}

    def test_old_folders_are_cleared_away(self, world, index_dir):
        for _ in range(4):
            service.rebuild()
        assert len(list(index_dir.glob("build-*"))) == 2

    def test_another_address_of_the_site_is_in_all_documents_after_following(self, world, settings):
        settings.BASE_URL = "https://other.example.org"
        service.catch_up()
        assert shown("trial", "kalio")["url"].startswith("https://other.example.org/")

    def test_another_vocabulary_builds_the_index_anew(self, world, monkeypatch):
        before = store.current()
        monkeypatch.setattr(follow, "stamp", lambda: f"{follow.engine.FORMAT}:other")
        service.catch_up()
        assert store.current() != before

    def test_an_index_of_another_format_is_refused_and_built_anew(self, world, monkeypatch):
        monkeypatch.setattr(follow.engine, "FORMAT", follow.engine.FORMAT + 1)
        snapshot.forget()
        assert "another version" in service.ready()
        service.catch_up()
        assert service.ready() is None

    def test_a_restored_database_is_noticed_though_its_numbers_go_on(self, world):
        trial, *_rest = world
        change(trial, sponsor="Before the restore")
        service.catch_up()
        last = Change.objects.latest("seq")
        Change.objects.filter(seq=last.seq).delete()
        Change.objects.create(
            seq=last.seq, at=last.at + dt.timedelta(seconds=1), actor_role="system", kind="centre", key="x",
            op="update", before={}, after={},
        )  # fmt: skip
        b.a_trial("RESTORED")
        service.catch_up()
        assert set(slugs()) == {"kalio", "restored"}

    def test_killed_between_engine_and_store_the_change_is_taken_up_again(self, world, monkeypatch):
        trial, *_rest = world
        assert slugs("study") == ["kalio"]
        change(trial, title_en="Something about osteosarcoma")
        with monkeypatch.context() as patch:
            patch.setattr(store.Store, "write", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                service.catch_up()
        assert slugs("study") == ["kalio"]
        service.catch_up()
        assert slugs("osteosarcoma") == ["kalio"]
        assert slugs() == ["kalio"]

    def test_more_changes_than_fit_in_a_pass_are_all_taken_up(self, world, monkeypatch):
        monkeypatch.setattr(follow, "CHANGES_A_PASS", 2)
        monkeypatch.setattr(follow, "DOCUMENTS_A_COMMIT", 1)
        trials = [b.a_trial() for _ in range(5)]
        for trial in trials:
            change(trial, sponsor="Changed")
        service.catch_up()
        assert len(slugs()) == 6
        assert state().seq == changes.last_seq()

    def test_only_one_writes_at_a_time(self, world):
        with follow.locked("lock") as mine, follow.locked("lock", wait=False) as others:
            assert mine
            assert not others
        with follow.locked("lock", wait=False) as now:
            assert now


def _hold_lock(root, held, let_go):
    from django.conf import settings

    settings.INDEX_DIR = root
    with follow.locked("lock"):
        held.set()
        let_go.wait(20)


def test_another_process_waits_for_the_writer(world, index_dir):
    context = multiprocessing.get_context("fork")
    held, let_go = context.Event(), context.Event()
    process = context.Process(target=_hold_lock, args=(index_dir, held, let_go))
    process.start()
    try:
        assert held.wait(20)
        with follow.locked("lock", wait=False) as mine:
            assert not mine
        process.kill()
        process.join(20)
        with follow.locked("lock", wait=False) as mine:
            assert mine
    finally:
        process.kill()


class TestDays:
    def test_freshness_is_right_after_midnight_without_anybody_writing(self, world):
        site = b.a_site(b.a_trial("AGEING"), b.a_centre(), said=30)
        service.rebuild()
        assert slugs(freshness="fresh") == ["ageing", "kalio"]
        before = service.version()
        tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        with time_machine.travel(tomorrow):
            assert slugs(freshness="fresh") == ["kalio"]
            assert slugs(freshness="ageing") == ["ageing"]
            assert shown("trial", "ageing")["sites"][0]["freshness"] == site.freshness == "ageing"
            assert service.version() != before

    def test_the_follower_writes_what_has_come_due_anew_once(self, world):
        b.a_site(b.a_trial("AGEING"), b.a_centre(), said=30)
        service.rebuild()
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)):
            assert service.catch_up() == 1
            assert service.catch_up() == 0

    def test_a_role_begins_on_its_day(self, world):
        _trial, _ghent, network = world
        first = timezone.localdate() + dt.timedelta(days=2)
        change(network.memberships.get(), since=first)
        service.catch_up()
        assert slugs(network="itcc") == []
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=2)):
            assert slugs(network="itcc") == ["kalio"]


@pytest.mark.django_db(transaction=True)
class TestFollower:
    @pytest.fixture
    def follower(self, index_dir):
        running = follow.Follower()
        running.start()
        yield running
        running.stop(timeout=PATIENCE)
        assert not running.is_alive()

    def wait_for(self, condition):
        wait_until(condition, every=0.02)

    def test_a_commit_is_visible_after_the_next_look(self, follower, monkeypatch):
        """Looks begin at most a second apart, which with the look itself makes it visible within two."""
        assert follow.PAUSE <= 1
        trial, seen = b.a_trial("KALIO"), []
        self.wait_for(lambda: service.ready() is None)
        look = follower._follow
        monkeypatch.setattr(follower, "_follow", lambda: (look(), seen.append(slugs("osteosarcoma")))[0])
        self.wait_for(lambda: seen)
        change(trial, title_en="Something about osteosarcoma")
        under_way = len(seen)
        self.wait_for(lambda: len(seen) > under_way + 1)
        assert seen[0] == []
        assert seen[under_way + 1] == ["kalio"]

    def test_what_is_not_committed_is_not_seen(self, follower):
        trial = b.a_trial("KALIO")
        self.wait_for(lambda: service.ready() is None)
        change(trial, title_en="Something about neuroblastoma")
        self.wait_for(lambda: slugs("neuroblastoma") == ["kalio"])
        with transaction.atomic():
            change(trial, title_en="Something about osteosarcoma")
            transaction.set_rollback(True)
        time.sleep(0.6)
        assert slugs("osteosarcoma") == []

    def test_a_second_follower_stands_by_and_takes_over(self, follower):
        trial = b.a_trial("KALIO")
        self.wait_for(lambda: service.ready() is None)
        second = follow.Follower()
        second.start()
        try:
            follower.stop()
            change(trial, title_en="Something about osteosarcoma")
            self.wait_for(lambda: slugs("osteosarcoma") == ["kalio"])
        finally:
            second.stop()

    def test_an_error_is_survived(self, follower, monkeypatch):
        trial = b.a_trial("KALIO")
        self.wait_for(lambda: service.ready() is None)
        real, fails = dependencies.news_since, [1]

        def sometimes(*args):
            if fails:
                fails.pop()
                raise ConnectionResetError("the database went away")
            return real(*args)

        monkeypatch.setattr(dependencies, "news_since", sometimes)
        change(trial, title_en="Something about osteosarcoma")
        self.wait_for(lambda: slugs("osteosarcoma") == ["kalio"])
        assert not fails

    def test_looking_for_news_costs_one_query(self, follower, django_assert_num_queries):
        self.wait_for(lambda: service.ready() is None)
        follower.stop()
        idle = follow.Follower()
        with django_assert_num_queries(1):
            assert not idle._behind()
