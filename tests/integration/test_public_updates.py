"""Each step of what the public is shown is kept once, in the order of commits, and nothing of what is not."""

import threading
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from centres.models import Centre, CentreAlias, Network
from directory.core import changes
from directory.core.changes import SYSTEM, Entry
from directory.core.models import Change, PublicUpdate, Shown, State
from tests import builders as b
from tests.sheets import a_csv, applied
from tests.support.recorded import add, beside, edit, remove
from trials import actions
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)


def told(since=0):
    return [(one.kind, one.key, one.op) for one in PublicUpdate.objects.between(since, 10**9)]


def a_listed_trial(slug="a", **fields):
    return add(Trial(slug=slug, acronym=slug.upper(), title_en="A", state=State.LISTED, **fields))


# -- from its first day to its last ------------------------------------------------


def test_a_draft_that_is_listed_comes_and_one_that_is_withdrawn_goes():
    trial = add(Trial(slug="a", title_en="A"))
    edit(trial, title_en="B")
    assert told() == []
    for state in (State.LISTED, State.WITHDRAWN, State.LISTED):
        actions.set_state(records=[trial], state=state, by=SYSTEM)
    edit(trial, title_en="C")
    remove(trial)
    assert [op for _kind, _key, op in told()] == ["create", "delete", "create", "update", "delete"]


def test_a_withdrawn_record_that_is_deleted_was_gone_before():
    trial = a_listed_trial(slug="a")
    actions.set_state(records=[trial], state=State.WITHDRAWN, by=SYSTEM)
    remove(trial)
    assert [op for _kind, _key, op in told()] == ["create", "delete"]


def test_a_renamed_record_goes_and_comes_with_all_that_names_it():
    centre = add(Centre(code="old", name_en="Old", country="BE", state=State.LISTED))
    trial = a_listed_trial()
    add(TrialSite(trial=trial, centre=centre))
    last = PublicUpdate.objects.last_of(10**9)
    edit(centre, code="new")
    assert sorted(told(last)) == [
        ("centre", "new", "create"), ("centre", "old", "delete"), ("trial", "a", "update"),
    ]  # fmt: skip


def test_a_draft_that_is_renamed_as_it_is_listed_never_had_the_old_name():
    trial = add(Trial(slug="secret", title_en="A"))
    edit(trial, slug="open", state=State.LISTED)
    assert told() == [("trial", "open", "create")]


def test_what_comes_and_goes_in_one_transaction_was_never_there():
    with changes.recording(SYSTEM) as log:
        trial = Trial(slug="a", title_en="A", state=State.LISTED)
        log.watch(trial)
        trial.save()
        trial.delete()
    assert told() == []


def test_a_site_that_goes_with_its_centre_is_told_by_its_trial():
    centre = add(Centre(code="c", name_en="C", country="BE", state=State.LISTED))
    site = add(TrialSite(trial=a_listed_trial(), centre=centre))
    last = PublicUpdate.objects.last_of(10**9)
    remove(site, centre)
    assert sorted(told(last)) == [("centre", "c", "delete"), ("trial", "a", "update")]


def test_a_trial_that_is_withdrawn_is_told_by_its_centre_which_counts_it():
    centre = add(Centre(code="c", name_en="C", country="BE", state=State.LISTED))
    trial = a_listed_trial()
    add(TrialSite(trial=trial, centre=centre))
    last = PublicUpdate.objects.last_of(10**9)
    actions.set_state(records=[trial], state=State.WITHDRAWN, by=SYSTEM)
    assert sorted(told(last)) == [("centre", "c", "update"), ("trial", "a", "delete")]


# -- numbers -----------------------------------------------------------------------


def test_an_update_has_the_number_of_its_change_and_what_it_touches_one_behind():
    centre = b.a_centre("uz-gent")
    b.a_trial("A", at=[centre])
    edit(centre, name_en="Newname")
    change = Change.objects.get()
    own, beside_it = PublicUpdate.objects.order_by("seq")
    assert (own.key, own.seq, own.change) == ("uz-gent", change.seq, change.seq)
    assert (beside_it.key, beside_it.change) == ("a", change.seq)
    assert beside_it.seq > change.seq
    edit(centre, name_en="Another")
    assert Change.objects.latest("seq").seq > beside_it.seq
    assert {one.at for one in PublicUpdate.objects.filter(change=change.seq)} == {change.at}


def test_an_import_tells_each_record_once_a_batch():
    centre, editor = b.a_centre("uz-gent"), b.an_editor()
    for acronym in ("MASTER", "OTHER"):
        b.a_site(b.a_trial(acronym), centre, said=900)
    row = {"centre_code": "uz-gent", "status": "suspended", "status_date": "2026-05-13"}
    applied(a_csv({**row, "acronym": "MASTER"}, {**row, "acronym": "OTHER"}), kind="sites", user=editor)
    assert sorted(told()) == [
        ("centre", "uz-gent", "update"), ("trial", "master", "update"), ("trial", "other", "update"),
    ]  # fmt: skip


def test_more_records_than_are_looked_at_at_once_are_all_told(monkeypatch):
    monkeypatch.setattr("directory.records.shown._AT_ONCE", 2)
    centre = b.a_centre("uz-gent")
    trials = [b.a_trial(f"T{number}", at=[centre]) for number in range(5)]
    sites = list(TrialSite.objects.select_related("trial", "centre"))
    with changes.recording(SYSTEM) as log:
        log.watch(*sites, *trials, centre)
        TrialSite.objects.update(contact_role="nobody")
        Trial.objects.update(state=State.WITHDRAWN)
    assert sorted(told()) == [
        ("centre", "uz-gent", "update"), *(("trial", f"t{number}", "delete") for number in range(5)),
    ]  # fmt: skip


def test_what_is_rolled_back_is_not_told():
    trial = b.a_trial("A")
    with transaction.atomic():
        edit(trial, title_en="B")
        assert told() == [("trial", "a", "update")]
        transaction.set_rollback(True)
    assert (told(), Shown.objects.count()) == ([], 0)


def test_many_changes_take_as_many_queries_as_few(django_assert_max_num_queries):
    trials = [b.a_trial(f"T{number}", at=[b.a_centre()]) for number in range(20)]
    shots = Trial.snapshots([one.pk for one in trials])
    entries = [Entry("trial", one.slug, shots[one.pk] | {"title_en": "x"}, shots[one.pk]) for one in trials]
    with django_assert_max_num_queries(10), transaction.atomic():
        changes.record(entries, by=SYSTEM)
    assert len(told()) == 40


def test_a_change_of_nothing_shown_takes_one_query_more_than_itself(django_assert_num_queries):
    draft = b.a_trial("A", state="draft", at=[b.a_centre()])
    shot = Trial.snapshots([draft.pk])[draft.pk]
    with transaction.atomic(), django_assert_num_queries(2 + (connection.vendor == "postgresql")):
        changes.record([Entry("trial", "a", shot | {"title_en": "x"}, shot)], by=SYSTEM)


def test_a_snapshot_that_says_little_is_told_without_an_error():
    with transaction.atomic():
        changes.record([Entry("trial", "a", None, {"n": 1}), Entry("nothing", "b", None, {})], by=SYSTEM)
        changes.record([Entry("site", "a@b", None, {"n": 1})], by=SYSTEM)
    assert told() == []


# -- nobody is skipped -------------------------------------------------------------


def missed_by_a_partner() -> set[str]:
    """Two transactions write, the first commits last; what a partner who asks in between never hears of."""
    first_wrote, may_commit, second_done = (threading.Event() for _ in range(3))
    trials = {name: b.a_trial(name) for name in ("first", "second")}

    def first():
        with transaction.atomic():
            edit(trials["first"], title_en="B")
            first_wrote.set()
            may_commit.wait(10)
        connection.close()

    def second():
        first_wrote.wait(10)
        edit(trials["second"], title_en="B")
        second_done.set()
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    first_wrote.wait(10)
    # Time enough for the second to commit, unless something makes it wait.
    second_done.wait(1)
    seen = list(PublicUpdate.objects.between(0, 10**9))
    may_commit.set()
    for thread in threads:
        thread.join(10)
    seen += PublicUpdate.objects.between(seen[-1].seq if seen else 0, 10**9)
    return set(trials) - {one.key for one in seen}


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_partner_misses_nothing_though_two_transactions_overlap():
    assert missed_by_a_partner() == set()


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_partner_would_miss_what_commits_late(monkeypatch):
    """The twin of the test above: the danger is real."""
    real = CursorWrapper.execute

    def without_it(self, sql, params=None):
        takes_it = "pg_advisory_xact_lock" in sql
        return real(self, "SELECT 1") if takes_it else real(self, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", without_it)
    assert missed_by_a_partner() == {"first"}


# -- what was there before ---------------------------------------------------------


class Editor:
    """As much of a schema editor as the migration looks at."""

    def __init__(self):
        self.connection = connection


def test_the_migration_reads_from_the_log_what_following_it_would_have_told():
    trial, draft = a_listed_trial(), add(Trial(slug="d", title_en="D"))
    edit(draft, title_en="E")
    edit(trial, title_en="B")
    gone = a_listed_trial("gone")
    actions.set_state(records=[gone], state=State.WITHDRAWN, by=SYSTEM)
    network = add(Network(slug="net", name_en="N", state=State.LISTED))
    remove(network)
    centre = add(Centre(code="old", name_en="Old", country="BE", state=State.LISTED))
    beside(centre, lambda: CentreAlias.objects.create(centre=centre, text="Kiekenhof"))
    expected = list(PublicUpdate.objects.order_by("seq").values())
    edit(centre, code="new")
    expected.append(PublicUpdate.objects.filter(key="new").values()[0])
    PublicUpdate.objects.all().delete()
    import_module("directory.core.migrations.0005_public_updates").read_the_log(apps, Editor())
    assert list(PublicUpdate.objects.order_by("seq").values()) == expected
