"""Guessing passwords is limited by address and by name, and hashing never takes more than its place."""

import importlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, make_password
from django.core.management import call_command
from django.db import connections
from django.test import Client
from redis.exceptions import ConnectionError as RedisDown

from directory.core import counting, turns
from tests import builders
from tests.support.worker import PATIENCE

LOGIN, PASSWORD = "/admin/login/", "the right one, long enough"


@pytest.fixture(autouse=True)
def _not_paused(monkeypatch):
    monkeypatch.setattr(counting, "_paused_until", 0.0)


@pytest.fixture
def editor(db):
    user = builders.an_editor("mieke")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def hashes(monkeypatch):
    """The passwords that were looked at."""
    seen = []

    def wrong(_user, password):
        seen.append(password)
        return False

    accounts = "django.contrib.auth.base_user"
    monkeypatch.setattr(f"{accounts}.AbstractBaseUser.check_password", wrong)
    # What is done for a name that nobody has, so that it takes as long.
    monkeypatch.setattr(f"{accounts}.make_password", lambda password: seen.append(password) or "!")
    return seen


def sign_in(name, password="wrong", address="192.0.2.1", client=None):
    return (client or Client()).post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)


def codes(answers):
    return [answer.status_code for answer in answers]


def test_an_address_may_fail_twenty_times_whatever_the_names(db, hashes):
    answers = [sign_in(f"name-{number}") for number in range(60)]
    assert codes(answers) == [200] * 20 + [429] * 40
    assert len(hashes) == 20
    assert {1 <= int(answer["Retry-After"]) <= 600 for answer in answers[20:]} == {True}
    assert sign_in("somebody", address="192.0.2.2").status_code == 200


def test_a_name_may_fail_seven_times_wherever_from(editor, hashes):
    answers = [sign_in("mieke", address=f"192.0.2.{number}") for number in range(10)]
    assert codes(answers) == [200] * 7 + [429] * 3
    assert len(hashes) == 7
    assert 600 < int(answers[-1]["Retry-After"]) <= 900


@pytest.mark.parametrize("name", ["MIEKE", " mieke", "Mieke "])
def test_another_spelling_of_a_name_is_no_second_chance(editor, name):
    for number in range(7):
        sign_in("mieke", address=f"192.0.2.{number}")
    assert sign_in(name, address="192.0.2.99").status_code == 429


def test_a_name_that_nobody_has_is_limited_the_same(db):
    answers = [sign_in("nobody", address=f"192.0.2.{number}") for number in range(8)]
    assert codes(answers) == [200] * 7 + [429]


def test_a_household_of_ipv6_is_one_address(db):
    answers = [sign_in(f"name-{n}", address=f"2001:db8:1:2::{n:x}") for n in range(1, 22)]
    assert codes(answers)[-2:] == [200, 429]


def test_behind_the_proxy_each_client_fails_for_itself(settings, db):
    settings.TRUSTED_PROXIES = 1
    for address in ("198.51.100.7", "198.51.100.8"):
        sent = {"headers": {"X-Forwarded-For": f"203.0.113.1, {address}"}}
        answers = [
            Client().post(LOGIN, {"username": f"{address}-{n}", "password": "x"}, **sent) for n in range(21)
        ]
        assert codes(answers) == [200] * 20 + [429]


def test_the_right_password_is_no_failure_and_makes_the_name_good(editor):
    for _turn in range(3):
        assert codes(sign_in("mieke") for _ in range(6)) == [200] * 6
        assert sign_in("mieke", PASSWORD).status_code == 302
    # Eighteen failures; the three that succeeded do not count.
    assert codes(sign_in(f"name-{n}") for n in range(3)) == [200, 200, 429]


def test_the_right_password_opens_nothing_while_the_name_is_locked(editor):
    for number in range(7):
        sign_in("mieke", address=f"192.0.2.{number}")
    assert sign_in("mieke", PASSWORD, "192.0.2.99").status_code == 429
    call_command("axes_reset_username", "mieke")
    assert sign_in("mieke", PASSWORD, "192.0.2.99").status_code == 302


def test_the_answer_is_a_page_that_says_when_to_come_back(editor):
    answer = [sign_in(f"name-{n}") for n in range(21)][-1]
    page = answer.content.decode()
    assert "Too many attempts to sign in have failed." in page
    assert "Try again in 10 minutes." in page
    assert answer["Cache-Control"] == "no-store"


def test_no_table_holds_who_tried(editor):
    sign_in("mieke")
    sign_in("mieke", PASSWORD)
    assert [model.objects.count() for model in (AccessAttempt, AccessFailureLog, AccessLog)] == [0, 0, 0]


def test_without_a_cache_people_can_still_sign_in(editor, monkeypatch):
    def away(*_asked):
        raise RedisDown

    monkeypatch.setattr(counting, "hit", away)
    assert sign_in("mieke", PASSWORD).status_code == 302


def test_the_old_password_is_not_guessed_by_way_of_changing_it(editor):
    client = Client()
    client.force_login(editor)
    typed = {"old_password": "x", "new_password1": "another 1 long", "new_password2": "another 1 long"}
    answers = [client.post("/admin/password_change/", typed) for _ in range(8)]
    assert codes(answers) == [200] * 7 + [429]


def test_changing_it_is_no_failure(editor):
    client, old = Client(), PASSWORD
    client.force_login(editor)
    for number in range(9):
        new = f"another {number} long"
        typed = {"old_password": old, "new_password1": new, "new_password2": new}
        assert client.post("/admin/password_change/", typed).status_code == 302
        old = new


def test_who_insists_on_a_locked_name_does_not_lock_out_the_hospital(editor):
    assert codes([sign_in("somebody else") for _ in range(40)])[-1] == 429
    assert sign_in("mieke", PASSWORD).status_code == 302


# Taking turns


@pytest.fixture
def real_hashing(settings, monkeypatch):
    """The hasher of production around a hash that waits until it is let go: `(inside, most, go)`."""
    inside, most, go, lock = [0], [0], threading.Event(), threading.Lock()

    def encode(self, password, salt, iterations=None):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        assert go.wait(30)
        with lock:
            inside[0] -= 1
        return f"pbkdf2_sha256$1${salt}$hash"

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", encode)
    settings.PASSWORD_HASHERS = ["directory.core.turns.PasswordHasher"]
    settings.HASHING_PLACES = 2
    monkeypatch.setattr(turns, "_turns", None)
    return inside, most, go


def test_of_eight_sign_ins_at_once_one_is_hashed_one_waits_and_six_are_told_to_come_back(
    real_hashing, transactional_db
):
    _inside, most, go = real_hashing
    told = threading.Semaphore(0)

    def attempt(number):
        try:
            answer = sign_in(f"name-{number}", address=f"192.0.2.{number}")
        finally:
            connections.close_all()
        if answer.status_code == 429:
            told.release()
        return answer

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(attempt, number) for number in range(8)]
        try:
            assert all(told.acquire(timeout=PATIENCE) for _ in range(6))
            # Pages are served meanwhile.
            assert Client().get("/healthz").status_code == 200
        finally:
            go.set()
        answers = [one.result() for one in running]
    assert sorted(codes(answers)) == [200, 200, *[429] * 6]
    assert {answer["Retry-After"] for answer in answers if answer.status_code == 429} == {"2"}
    assert most == [1]


def test_who_was_told_to_come_back_has_not_failed(real_hashing, db, settings):
    _inside, _most, go = real_hashing
    go.set()
    settings.HASHING_PLACES = 1
    door = turns.turns()
    door._free.acquire()
    assert codes(sign_in("mieke") for _ in range(30)) == [429] * 30
    door._free.release()
    assert sign_in("mieke").status_code == 200


@pytest.mark.parametrize("hashing", [
    lambda: make_password("x"), lambda: check_password("x", "pbkdf2_sha256$1$salt$hash"),
])  # fmt: skip
def test_whatever_the_door_hashing_takes_its_turn(real_hashing, hashing):
    _inside, _most, go = real_hashing
    go.set()
    hashing()
    door = turns.turns()
    for _place in range(2):
        door._free.acquire()
    with pytest.raises(turns.Busy) as caught:
        hashing()
    assert caught.value.wait == 2


def test_a_place_is_free_again_whatever_became_of_the_hash():
    door = turns.Turns(1)

    def broken():
        raise ValueError("broken")

    for _turn in range(3):
        with pytest.raises(ValueError, match="broken"):
            door.take(broken)
    assert door.take(lambda: 1) == 1


def test_production_hashes_in_turns_and_leaves_threads_to_pages(monkeypatch):
    for threads, places in (("1", 1), ("2", 1), ("4", 2), ("8", 4)):
        monkeypatch.setenv("WEB_THREADS", threads)
        base = importlib.reload(importlib.import_module("config.settings.base"))
        assert base.PASSWORD_HASHERS == ["directory.core.turns.PasswordHasher"]
        assert places == base.HASHING_PLACES
    monkeypatch.undo()
    importlib.reload(importlib.import_module("config.settings.base"))


def test_a_stored_hash_stays_good():
    """What Django's own hasher made before is what ours makes."""
    salt = "abcdefghijklmnopqrstuv"
    assert turns.PasswordHasher().encode("x", salt, 10) == PBKDF2PasswordHasher().encode("x", salt, 10)


def test_the_count_says_where_somebody_stands(settings):
    counted = [counting.count("somebody", 3, 60) for _ in range(4)]
    assert [(one.used, one.remaining, one.over) for one in counted] == [
        (1, 2, False), (2, 1, False), (3, 0, False), (4, 0, True),
    ]  # fmt: skip
    assert 1 <= counted[0].reset <= 60


@pytest.mark.parametrize(("later", "wait"), [(0, 60), (1, 59), (59, 1), (60, 1), (75, 1), (-10, 60)])
def test_the_wait_is_the_rest_of_the_window_and_at_least_a_second(monkeypatch, later, wait):
    """A clock that is set back makes nobody wait longer than a window."""
    clock = SimpleNamespace(time=lambda: 1_800_000_000 + at, monotonic=time.monotonic)
    monkeypatch.setattr(counting, "time", clock)
    at = 0
    counted = counting.count("somebody", 5, 60)
    at = later
    assert counted.reset == wait


@pytest.mark.parametrize(("used", "may"), [(0, True), (4, True), (5, False), (6, False)])
def test_whoever_has_used_up_a_window_is_sent_away_and_not_counted(used, may):
    for _step in range(used):
        counting.hit("somebody", 60)
    if may:
        assert counting.check_used("somebody", 5, 60) is None
    else:
        with pytest.raises(counting.TooMany):
            counting.check_used("somebody", 5, 60)
    assert counting.hit("somebody", 60) == used + 1


def test_the_cache_is_not_told_who_it_is():
    for text in ("pages.from.192.0.2.1", "sign-in.as.mieke"):
        assert "192.0.2.1" not in counting._key(text)
        assert "mieke" not in counting._key(text)
