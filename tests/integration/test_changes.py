"""The change log: in the transaction of the data, in the order of the commits, never altered."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from directory.core import changes
from directory.core.changes import SYSTEM, Actor, Entry
from directory.core.models import Change, Op
from directory.core.roles import Role
from tests import builders
from trials.models import Trial

EDITOR = Actor(Role.EDITOR)
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)


def log():
    return [(one.kind, one.key, one.op) for one in Change.objects.order_by("seq")]


# -- what is recorded --------------------------------------------------------------


@pytest.mark.django_db
def test_a_change_holds_what_was_and_what_became():
    trial = builders.a_trial("A", sponsor="UZ Gent")
    with changes.recording(EDITOR) as record:
        record.watch(trial)
        trial.sponsor = "SIOPEN"
        trial.save()
    change = Change.objects.get()
    assert (change.op, change.before["sponsor"], change.after["sponsor"]) == ("update", "UZ Gent", "SIOPEN")
    assert change.fields() == [("sponsor", "UZ Gent", "SIOPEN")]


@pytest.mark.django_db
def test_a_creation_has_no_before_and_a_deletion_no_after():
    trial = Trial(slug="a", title_en="A")
    with changes.recording(EDITOR) as record:
        record.watch(trial)
        trial.save()
    with changes.recording(EDITOR) as record:
        record.watch(trial)
        trial.delete()
    made, gone = Change.objects.order_by("seq")
    assert (made.op, made.before, made.after["slug"]) == (Op.CREATE, None, "a")
    assert (gone.op, gone.before["slug"], gone.after) == (Op.DELETE, "a", None)


@pytest.mark.django_db
def test_what_is_watched_but_not_changed_is_not_recorded():
    trial = builders.a_trial()
    with changes.recording(EDITOR) as record:
        record.watch(trial)
        trial.save()
    assert log() == []


@pytest.mark.django_db
def test_what_is_made_and_deleted_again_in_one_block_never_was():
    with changes.recording(EDITOR) as record:
        trial = Trial(slug="a", title_en="A")
        record.watch(trial)
        trial.save()
        trial.delete()
    assert log() == []


@pytest.mark.django_db
def test_a_record_watched_twice_has_one_change_from_first_to_last():
    trial = builders.a_trial("A", sponsor="one")
    with changes.recording(EDITOR) as record:
        for sponsor in ("two", "three"):
            record.watch(trial)
            trial.sponsor = sponsor
            trial.save()
    assert Change.objects.get().fields() == [("sponsor", "one", "three")]


@pytest.mark.django_db
def test_a_new_record_watched_again_after_it_was_stored_is_still_one_creation():
    trial = Trial(slug="a", title_en="A")
    with changes.recording(EDITOR) as record:
        record.watch(trial)
        trial.save()
        record.watch(trial)
        record.watch(Trial.objects.get())
        trial.sponsor = "X"
        trial.save()
    assert log() == [("trial", "a", "create")]
    assert Change.objects.get().after["sponsor"] == "X"


@pytest.mark.django_db
def test_identifiers_conditions_and_aliases_are_part_of_their_record():
    trial = builders.a_trial("A", identifiers=["NCT04307576"], conditions=["VIIIc"])
    centre = builders.a_centre("chc", aliases=["CHC"])
    with changes.recording(EDITOR) as record:
        record.watch(trial, centre)
        trial.identifiers.all().delete()
        trial.conditions.clear()
        centre.aliases.all().delete()
    found = {change.kind: sorted(change.fields()) for change in Change.objects.all()}
    assert found == {
        "trial": [
            ("conditions", ["VIIIc"], []),
            ("identifiers", [{"scheme": "nct", "value": "NCT04307576"}], []),
        ],
        "centre": [("aliases", [{"text": "CHC", "kind": "name"}], [])],
    }


@pytest.mark.django_db
def test_who_changed_it_is_signed_with_role_user_run_and_request():
    user = builders.an_editor()
    by = Actor.of(user, request_id="r" * 80, run=7)
    trial = builders.a_trial()
    with changes.recording(by) as record:
        record.watch(trial)
        trial.sponsor = "X"
        trial.save()
    change = Change.objects.get()
    assert (change.actor_role, change.actor, change.run, change.request_id) == ("editor", user, 7, "r" * 64)


@pytest.mark.django_db
def test_somebody_without_a_role_is_no_actor():
    with pytest.raises(PermissionError):
        Actor.of(builders.a_user(is_staff=True))


@pytest.mark.django_db
def test_watching_many_records_costs_the_same_few_queries(django_assert_max_num_queries):
    trials = [builders.a_trial(identifiers=[f"NCT0430757{n}"], conditions=["VIIIc"]) for n in range(10)]
    with django_assert_max_num_queries(10 + 19), changes.recording(EDITOR) as record:
        record.watch(*trials)
        for trial in trials:
            trial.sponsor = "X"
            trial.save()
    assert Change.objects.count() == 10


@pytest.mark.django_db
def test_every_snapshot_is_json_and_has_the_same_content_after_a_round_trip():
    """`before` of a change must equal `after` of the one before it, whatever the database does to JSON."""
    centre = builders.a_centre("chc", aliases=["CHC"], languages=["fr", "de"])
    network = builders.a_network(members=[(centre, "satellite")])
    person = builders.a_professional(consent=True)
    site = builders.a_site(builders.a_trial(min_days=730), centre, contact_person=person)
    for one in (centre, network, network.memberships.get(), person, site, site.trial):
        shot = type(one).snapshots([one.pk])[one.pk]
        with transaction.atomic():
            changes.record([Entry(one.change_kind, one.change_key, None, shot)], by=SYSTEM)
        assert Change.objects.first().after == shot


# -- one transaction ---------------------------------------------------------------


def change_sponsor(trial, sponsor, *, then=None):
    """Write through the log; `then` happens before the block ends."""
    with changes.recording(EDITOR) as record:
        record.watch(trial)
        trial.sponsor = sponsor
        trial.save()
        if then:
            then()


def break_off():
    raise RuntimeError


@pytest.mark.django_db
def test_when_the_block_fails_neither_data_nor_change_is_kept():
    trial = builders.a_trial("A", sponsor="before")
    with pytest.raises(RuntimeError):
        change_sponsor(trial, "after", then=break_off)
    trial.refresh_from_db()
    assert (trial.sponsor, log()) == ("before", [])


@pytest.mark.django_db
def test_when_the_log_fails_the_data_are_not_kept_either(monkeypatch):
    trial = builders.a_trial("A", sponsor="before")
    monkeypatch.setattr("directory.core.bulk.insert", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        change_sponsor(trial, "after")
    trial.refresh_from_db()
    assert trial.sponsor == "before"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction():
    with pytest.raises(transaction.TransactionManagementError, match="in the transaction of its data"):
        changes.record([Entry("trial", "a", None, {})], by=SYSTEM)


@pytest.mark.django_db
def test_a_block_inside_another_of_the_same_actor_joins_it():
    trial = builders.a_trial("A", sponsor="one")
    with changes.recording(EDITOR) as outer:
        outer.watch(trial)
        trial.sponsor = "two"
        trial.save()
        with changes.recording(EDITOR) as inner:
            inner.watch(trial)
            trial.sponsor = "three"
            trial.save()
        assert log() == []
    assert Change.objects.get().fields() == [("sponsor", "one", "three")]


@pytest.mark.django_db
def test_a_block_of_somebody_else_inside_keeps_its_own_name():
    trial, other = builders.a_trial("A"), builders.a_trial("B")
    with changes.recording(EDITOR) as outer:
        outer.watch(trial)
        trial.sponsor = "X"
        trial.save()
        with changes.recording(SYSTEM) as inner:
            inner.watch(other)
            other.sponsor = "X"
            other.save()
    assert [(one.key, one.actor_role) for one in Change.objects.order_by("seq")] == [
        ("b", "system"),
        ("a", "editor"),
    ]


@pytest.mark.django_db
def test_a_joined_block_that_fails_undoes_its_own_part_only():
    trial, new = builders.a_trial("A", sponsor="one"), Trial(slug="new", title_en="N")

    def fail_inside():
        with pytest.raises(RuntimeError):
            change_sponsor(new, "two", then=break_off)

    change_sponsor(trial, "two", then=fail_inside)
    assert log() == [("trial", "a", "update")]
    assert not Trial.objects.filter(slug="new").exists()


@pytest.mark.django_db
def test_a_block_that_failed_leaves_nothing_open_for_the_next():
    with pytest.raises(RuntimeError):
        change_sponsor(builders.a_trial("B"), "X", then=break_off)
    change_sponsor(builders.a_trial("A"), "X")
    assert log() == [("trial", "a", "update")]


# -- the order ---------------------------------------------------------------------


@pytest.mark.django_db
def test_changes_are_numbered_in_the_order_they_are_written():
    with transaction.atomic():
        changes.record([Entry("trial", str(n), None, {"n": n}) for n in range(5)], by=SYSTEM)
    written = list(Change.objects.order_by("seq"))
    assert [one.key for one in written] == ["0", "1", "2", "3", "4"]
    assert changes.last_seq() == written[0].seq + 4
    assert [one.key for one in changes.history("trial", "2")] == ["2"]


@pytest.mark.django_db
def test_an_empty_log_ends_at_nought():
    assert changes.last_seq() == 0


def numbered(key):
    """What `record` does, with its lock."""
    changes.record([Entry("trial", key, None, {"n": 1})], by=SYSTEM)


def numbered_without_the_lock(key):
    """What it would do without."""
    Change.objects.bulk_create([Change(actor_role="system", kind="trial", key=key, op="create", after={})])


def missed_by_a_follower(write) -> list[str]:
    """Two transactions write, the first commits last; the keys that a follower reading between misses."""
    first_wrote, may_commit, second_done = (threading.Event() for _ in range(3))

    def first():
        with transaction.atomic():
            write("first")
            first_wrote.set()
            may_commit.wait(10)
        connection.close()

    def second():
        first_wrote.wait(10)
        with transaction.atomic():
            write("second")
        second_done.set()
        connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    first_wrote.wait(10)
    # Time enough for the second to commit, unless something makes it wait.
    second_done.wait(1)
    seen = list(Change.objects.order_by("seq"))
    may_commit.set()
    for thread in threads:
        thread.join(10)
    seen += Change.objects.filter(seq__gt=seen[-1].seq if seen else 0)
    return sorted({one.key for one in Change.objects.all()} - {one.key for one in seen})


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_a_follower_misses_nothing_though_two_transactions_overlap():
    assert missed_by_a_follower(numbered) == []


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_follower_would_miss_the_change_that_commits_late():
    """The twin of the test above: the danger is real."""
    assert missed_by_a_follower(numbered_without_the_lock) == ["first"]


# -- never altered -----------------------------------------------------------------


@pytest.fixture
def a_change(append_only_log):
    with transaction.atomic():
        changes.record([Entry("trial", "a", None, {"n": 1})], by=SYSTEM)
    return Change.objects.get()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "alter",
    [
        lambda change: Change.objects.update(key="b"),
        lambda change: Change.objects.filter(pk=change.pk).delete(),
        lambda change: change.delete(),
        lambda change: change.save(),
        lambda change: run("UPDATE core_change SET actor_role = 'system'"),
        lambda change: run("DELETE FROM core_change"),
    ],
    ids=["update", "delete", "delete one", "save", "update in SQL", "delete in SQL"],
)
def test_the_database_itself_refuses_to_alter_a_change(a_change, alter):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        alter(a_change)
    assert Change.objects.get().key == "a"


@pytest.mark.django_db
def test_no_other_row_takes_the_place_of_a_change_and_the_log_is_not_emptied(a_change):
    sql = "TRUNCATE core_change"
    if connection.vendor == "sqlite":
        kept = "seq, at, actor_role, actor_id, run, kind, op, before, after, request_id"
        sql = f"INSERT OR REPLACE INTO core_change ({kept}, key) SELECT {kept}, 'b' FROM core_change"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(sql)
    assert Change.objects.get().key == "a"


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.django_db
def test_the_log_outlives_the_account_of_who_wrote_it(append_only_log):
    user, trial = builders.an_editor(), builders.a_trial("A")
    with changes.recording(Actor.of(user)) as record:
        record.watch(trial)
        trial.sponsor = "X"
        trial.save()
    number = user.pk
    user.delete()
    assert Change.objects.get().actor_id == number
