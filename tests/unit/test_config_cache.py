"""The cache of the embedded profile: shared by processes, and it counts without losing one."""

import subprocess
import sys
import threading

import pytest
import time_machine

from config.embedded.cache import SharedCache

COUNT = """
import sys
from django.conf import settings
settings.configure(USE_TZ=True)
from config.embedded.cache import SharedCache
cache = SharedCache(sys.argv[1], {})
for _ in range(200):
    cache.incr("visits")
"""


@pytest.fixture
def file(tmp_path):
    return str(tmp_path / "cache.sqlite3")


@pytest.fixture
def cache(file):
    made = SharedCache(file, {})
    yield made
    made._disconnect()


def test_what_is_stored_is_read(cache):
    cache.set("centre", {"code": "uz-gent", "beds": [1, 2]})
    assert cache.get("centre") == {"code": "uz-gent", "beds": [1, 2]}


def test_what_is_missing_is_the_default(cache):
    assert cache.get("nothing") is None
    assert cache.get("nothing", "something") == "something"


def test_true_and_large_numbers_come_back_as_they_were(cache):
    cache.set_many({"yes": True, "large": 2**80, "text": "été"})
    assert cache.get_many(["yes", "large", "text"]) == {"yes": True, "large": 2**80, "text": "été"}
    assert cache.get("yes") is True


def test_an_entry_is_gone_when_its_time_is_over(cache):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        cache.set("short", 1, timeout=60)
        clock.shift(59)
        assert cache.get("short") == 1
        clock.shift(2)
        assert cache.get("short") is None
        assert not cache.has_key("short")


def test_an_entry_without_a_time_stays(cache):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        cache.set("kept", 1, timeout=None)
        clock.shift(10 * 365 * 24 * 3600)
        assert cache.get("kept") == 1


def test_only_the_first_adds(cache):
    assert cache.add("lock", "mine", timeout=60)
    assert not cache.add("lock", "yours", timeout=60)
    assert cache.get("lock") == "mine"


def test_an_entry_that_is_over_can_be_added_again(cache):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        cache.add("window", 0, timeout=60)
        cache.incr("window", 5)
        clock.shift(61)
        assert cache.add("window", 0, timeout=60)
        assert cache.get("window") == 0


def test_counting_what_is_not_there_is_an_error(cache):
    with pytest.raises(ValueError, match="holds no number"):
        cache.incr("nothing")


def test_counting_a_text_is_an_error(cache):
    cache.set("name", "UZ Gent")
    with pytest.raises(ValueError, match="holds no number"):
        cache.incr("name")


def test_counting_keeps_the_time_of_the_window(cache):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        cache.set("window", 1, timeout=60)
        clock.shift(30)
        assert cache.incr("window") == 2
        clock.shift(31)
        assert cache.get("window") is None


def test_an_entry_can_be_kept_longer_and_removed(cache):
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        cache.set("page", "text", timeout=10)
        assert cache.touch("page", timeout=100)
        clock.shift(50)
        assert cache.get("page") == "text"
    assert not cache.touch("nothing")
    assert cache.delete("page") is False
    cache.set("page", "text")
    assert cache.delete("page") is True


def test_clearing_removes_all(cache):
    cache.set("a", 1)
    cache.clear()
    assert cache.get("a") is None


def test_threads_lose_no_count(cache):
    cache.set("visits", 0)
    threads = [threading.Thread(target=lambda: [cache.incr("visits") for _ in range(100)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert cache.get("visits") == 400


def test_processes_lose_no_count(cache, file):
    cache.set("visits", 0)
    others = [subprocess.Popen([sys.executable, "-c", COUNT, file]) for _ in range(3)]
    assert [other.wait() for other in others] == [0, 0, 0]
    assert cache.get("visits") == 600


def test_a_cache_whose_file_was_removed_begins_anew(cache, file, tmp_path):
    cache.set("a", 1)
    for part in tmp_path.glob("cache.sqlite3*"):
        part.unlink()
    assert cache.get("a") is None
    cache.set("a", 2)
    assert cache.get("a") == 2


def test_what_is_over_is_removed_in_time(cache, monkeypatch):
    monkeypatch.setattr("config.embedded.cache.CULL_EVERY", 10)
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as clock:
        for number in range(30):
            cache.set(f"visitor-{number}", 1, timeout=5)
            clock.shift(1)
        assert len(cache._run("SELECT key FROM entry")) < 20
