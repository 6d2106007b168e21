"""Pace and rests of a registry's host, shared by all who see the cache."""

import threading
from itertools import pairwise

import pytest
from django.core.cache import cache

from tests.support.clocks import Clock
from trials.sources.errors import RegistryResting
from trials.sources.pacing import LONGEST_QUEUE, LONGEST_REST, Breaker, Pace

HOST = "registry.example"


@pytest.fixture
def clock():
    return Clock()


def a_pace(clock, apart=1.0, host=HOST):
    return Pace(host, apart, clock, clock.sleep)


def test_questions_are_a_second_apart_whoever_asks(clock):
    one, other = a_pace(clock), a_pace(clock)
    moments = []
    for pace in (one, other, one, one):
        pace.wait()
        moments.append(clock.now)
    assert [after - before for before, after in pairwise(moments)] == [1, 1, 1]


def test_who_comes_late_enough_does_not_wait(clock):
    pace = a_pace(clock)
    pace.wait()
    clock.now += 5
    pace.wait()
    assert clock.slept == []


def test_hosts_do_not_wait_for_each_other_and_an_own_server_for_nobody(clock):
    for pace in (a_pace(clock), a_pace(clock, host="other.example"), *[a_pace(clock, apart=0)] * 3):
        pace.wait()
    assert clock.slept == []


def test_many_at_once_each_get_a_moment_of_their_own(clock):
    """Moments are booked under a lock of the cache; here nobody's sleep moves the clock."""
    booked = []

    def ask():
        sleeps = []
        Pace(HOST, 1.0, clock, sleeps.append).wait()
        booked.append(round(sum(one for one in sleeps if one >= 1)))

    threads = [threading.Thread(target=ask) for _one in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(booked) == list(range(12))


def test_a_lock_that_nobody_gives_back_is_over_with_its_time(clock):
    pace = a_pace(clock)
    cache.add(pace._lock, 1, timeout=None)

    def sleep(_seconds):
        cache.delete(pace._lock)

    pace._sleep = sleep
    pace.wait()
    assert cache.add(pace._lock, 1), "given back"


def test_a_clock_that_is_ahead_does_not_stop_the_others(clock):
    ahead = Clock(clock.now + 10 * LONGEST_QUEUE)
    a_pace(ahead).wait()
    a_pace(clock).wait()
    assert clock.slept == []


def a_breaker(clock, **given):
    return Breaker(HOST, f"https://{HOST}", **{"failures": 3, "rest_seconds": 900, "clock": clock} | given)


def fail(breaker, times=1):
    for _time in range(times):
        breaker.failed("broke off.", probing=breaker.enter())


def test_failures_in_a_row_begin_a_rest_that_all_see(clock):
    breaker, other = a_breaker(clock), a_breaker(clock)
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)
    assert not other.enter()
    fail(other)
    with pytest.raises(RegistryResting) as caught:
        breaker.enter()
    assert str(caught.value) == (
        "registry.example is left alone until 2026-11-18 11:21 UTC. The reason: broke off."
    )
    assert not caught.value.may_pass


def test_after_a_rest_one_caller_alone_asks(clock):
    breaker, other = a_breaker(clock), a_breaker(clock)
    fail(breaker, 3)
    clock.now += 901
    assert breaker.enter(), "the probe"
    with pytest.raises(RegistryResting):
        other.enter()
    breaker.succeeded()
    assert not other.enter()
    fail(other, 2)
    assert not other.enter(), "counted from nothing again"


def test_a_probe_that_fails_begins_another_rest(clock):
    breaker = a_breaker(clock)
    fail(breaker, 3)
    clock.now += 901
    fail(breaker)
    with pytest.raises(RegistryResting):
        breaker.enter()
    clock.now += 901
    assert breaker.enter()


def test_a_host_may_ask_for_a_day_at_most(clock):
    breaker = a_breaker(clock)
    breaker.rest(10**9, "asked for time.")
    clock.now += LONGEST_REST - 1
    with pytest.raises(RegistryResting, match="asked for time"):
        breaker.enter()
    clock.now += 2
    assert breaker.enter()
