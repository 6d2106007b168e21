"""Limits of requests: exact whatever comes at once, not dodged by a header, no danger to answers."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as RedisDown

from directory.api import throttling
from directory.core import changes, counting
from directory.partners import keys

CONDITIONS = "/api/v1/conditions/"


@pytest.fixture(autouse=True)
def _not_paused(monkeypatch):
    monkeypatch.setattr(counting, "_paused_until", 0.0)


@pytest.fixture
def few(settings):
    settings.API_ANONYMOUS_PER_MINUTE, settings.API_KEY_PER_MINUTE = 3, 5
    return settings


def statuses(client, times, **headers):
    return [client.get(CONDITIONS, headers=headers).status_code for _ in range(times)]


def test_as_many_pass_as_may(few, client, db):
    assert statuses(client, 5) == [200, 200, 200, 429, 429]


def test_the_answer_says_how_many_and_when_to_come_back(few, client, db):
    statuses(client, 3)
    answer = client.get(CONDITIONS)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer.json()["detail"].startswith("More than 3 requests in a minute.")


def test_when_the_window_has_passed_it_opens_again(few, client, db, monkeypatch):
    opened, add = [], cache.add
    monkeypatch.setattr(cache, "add", lambda *given: (opened.append(given), add(*given))[1])
    assert statuses(client, 4) == [200, 200, 200, 429]
    [(key, _used, seconds)] = [one for one in opened if one[0].startswith("count.")]
    assert seconds == throttling.WINDOW_SECONDS
    # Redis keeps its own clock, so time really passes, though not a minute.
    cache.touch(key, 1)
    time.sleep(1.1)
    assert statuses(client, 4) == [200, 200, 200, 429]


@pytest.mark.parametrize("step", [lambda: counting.hit("partner", 1), lambda: counting.give_back("partner")])
def test_a_window_that_ends_in_the_moment_of_a_step_is_not_opened_for_ever(monkeypatch, step):
    def counted_from_nothing(key, delta=1):
        # Redis adds to what was there a moment ago, and so makes it anew without an end.
        monkeypatch.undo()
        cache.set(key, delta, None)
        return delta

    monkeypatch.setattr(cache, "incr", counted_from_nothing)
    step()
    counting.hit("partner", 1)
    time.sleep(1.1)
    assert counting.hit("partner", 60) == 1


def test_a_key_has_a_limit_of_its_own(few, client, db):
    _key, text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    statuses(client, 4)
    assert statuses(client, 6, Authorization=f"Api-Key {text}") == [200] * 5 + [429]


def test_a_304_and_an_error_count_too(few, client, db):
    tag = client.get(CONDITIONS)["ETag"]
    assert client.get(CONDITIONS, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(CONDITIONS, {"nonsense": "1"}).status_code == 400
    assert statuses(client, 1) == [429]


@pytest.mark.parametrize("header", ["1.2.3.{}", "10.0.0.{}, 127.0.0.1", "unknown{}"])
def test_a_made_up_forwarded_address_is_not_believed(few, client, db, header):
    made_up = [{"X-Forwarded-For": header.format(n)} for n in range(5)]
    got = [client.get(CONDITIONS, headers=headers).status_code for headers in made_up]
    assert got == [200, 200, 200, 429, 429]


def test_behind_a_proxy_of_ours_each_client_counts_for_itself(few, client, db):
    few.TRUSTED_PROXIES = 1
    for address in ("1.2.3.4", "1.2.3.5"):
        assert statuses(client, 4, **{"X-Forwarded-For": f"9.9.9.9, {address}"}) == [200, 200, 200, 429]


def test_of_many_at_once_exactly_as_many_pass_as_may(settings, db):
    """Threads with connections of their own to the shared cache, as the threads of a web process have."""
    numbers, ready = [], threading.Barrier(8)

    def run(_worker):
        ready.wait()
        counted = [counting.hit("api.from.1.2.3.4", 60) for _ in range(40)]
        cache.close()
        return counted

    with ThreadPoolExecutor(8) as pool:
        for counted in pool.map(run, range(8)):
            numbers += counted
    assert sorted(numbers) == list(range(1, 321))


@pytest.mark.parametrize("error", [RedisDown("down"), OSError("disk"), TimeoutError()])
def test_when_the_cache_is_down_requests_pass_and_it_is_left_alone(few, client, db, monkeypatch, error):
    asked = []

    def down(*args, **kwargs):
        asked.append(1)
        raise error

    monkeypatch.setattr(counting, "hit", down)
    assert statuses(client, 6) == [200] * 6
    assert len(asked) == 1


def test_counting_begins_again_when_the_cache_is_back(few, client, db, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(counting, "hit", lambda *_asked: (_ for _ in ()).throw(RedisDown()))
        assert statuses(client, 1) == [200]
    monkeypatch.setattr(counting, "_paused_until", 0.0)
    assert statuses(client, 4) == [200, 200, 200, 429]


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/", "/api/v1/imports/"])
def test_no_address_is_without_a_limit(few, client, db, path):
    assert [client.get(path).status_code for _ in range(4)][-1] == 429


def test_trying_keys_is_limited(few, client, db):
    tried = statuses(client, 5, Authorization="Api-Key aaaaaaaa." + "b" * 40)
    assert tried == [401, 401, 401, 429, 429]


# --- What an answer says of the limit -------------------------------------------------------------------


def told(answer):
    """What `RateLimit-Policy` and `RateLimit` say: the name of the limit, its size, what is left."""
    policy = re.fullmatch(r'"(\w+)";q=(\d+);w=(\d+)', answer["RateLimit-Policy"])
    left = re.fullmatch(r'"(\w+)";r=(\d+);t=(\d+)', answer["RateLimit"])
    assert policy[1] == left[1]
    assert int(policy[3]) == throttling.WINDOW_SECONDS
    assert 1 <= int(left[3]) <= throttling.WINDOW_SECONDS
    return policy[1], int(policy[2]), int(left[2])


def test_each_answer_says_how_many_are_left(few, client, db):
    first = client.get(CONDITIONS)
    assert (first.status_code, told(first)) == (200, ("anonymous", 3, 2))
    unchanged = client.get(CONDITIONS, headers={"If-None-Match": first["ETag"]})
    assert (unchanged.status_code, told(unchanged)) == (304, ("anonymous", 3, 1))
    wrong = client.get(CONDITIONS, {"nonsense": "1"})
    assert (wrong.status_code, told(wrong)) == (400, ("anonymous", 3, 0))
    for _more in range(2):
        refused = client.get(CONDITIONS)
        assert (refused.status_code, told(refused)) == (429, ("anonymous", 3, 0))
        assert refused["RateLimit"].endswith(f"t={refused['Retry-After']}")


def test_a_key_is_told_of_its_own_limit(few, client, db):
    _key, text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    statuses(client, 2)
    headers = {"Authorization": f"Api-Key {text}"}
    assert told(client.get(CONDITIONS, headers=headers)) == ("key", 5, 4)
    assert told(client.get(CONDITIONS)) == ("anonymous", 3, 0)


@pytest.mark.parametrize(("method", "path", "headers", "status"), [
    ("head", CONDITIONS, {}, 200),
    ("options", CONDITIONS, {}, 204),
    ("post", CONDITIONS, {}, 405),
    ("get", "/api/v1/", {}, 200),
    ("get", "/api/v1/docs/", {}, 200),
    ("get", "/api/v1/nothing/", {}, 404),
    ("get", "/api/v1/conditions", {}, 308),
    ("get", "/api/v1/imports/", {}, 401),
    ("get", CONDITIONS, {"Authorization": "Api-Key nonsense"}, 401),
    ("get", CONDITIONS, {"Accept": "text/csv"}, 406),
    ("post", "/api/v1/match/", {}, 415),
])  # fmt: skip
def test_whatever_is_answered_is_counted_and_says_so(few, client, db, method, path, headers, status):
    answer = getattr(client, method)(path, headers=headers)
    assert (answer.status_code, told(answer)) == (status, ("anonymous", 3, 2))
    assert told(client.get(CONDITIONS)) == ("anonymous", 3, 1)


@pytest.mark.parametrize("error", [RedisDown("down"), OSError("disk")])
@pytest.mark.parametrize("step", ["incr", "get"])
def test_while_nothing_is_counted_nothing_is_said(few, client, db, monkeypatch, step, error):
    def down(*args):
        raise error

    monkeypatch.setattr(counting.cache, step, down, raising=False)
    for _each in range(5):
        answer = client.get(CONDITIONS)
        assert answer.status_code == 200
        assert "RateLimit" not in answer
        assert "RateLimit-Policy" not in answer


# --- Who is asked for a key, and what a key opens ------------------------------------------------------


def refused(client, header):
    answer = client.get(CONDITIONS, headers={"Authorization": header})
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Api-Key")
    return answer.status_code


@pytest.mark.parametrize("header", [
    "Api-Key", "Api-Key ", "Api-Key nonsense", "Bearer abc", "Basic YTpi", "Api-Key " + "a" * 9000, "\x00",
    "",
])  # fmt: skip
def test_a_bad_key_is_a_401_though_reading_needs_none(client, db, header):
    assert refused(client, header) == 401


def test_a_revoked_key_is_a_401_that_says_so(client, db):
    key, text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    assert statuses(client, 1, Authorization=f"Api-Key {text}") == [200]
    keys.revoke(key=key, by=changes.SYSTEM)
    answer = client.get(CONDITIONS, headers={"Authorization": f"Api-Key {text}"})
    assert answer.status_code == 401
    assert "revoked on" in answer.json()["detail"]


def test_the_word_before_the_key_may_be_written_in_any_case(client, db):
    _key, text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    assert statuses(client, 1, Authorization=f"api-key {text}") == [200]


def test_a_key_without_the_scope_is_a_403_that_names_both(client, db):
    _key, text = keys.make(name="Reader", scopes=["read"], by=changes.SYSTEM)
    answer = client.post("/api/v1/imports/", headers={"Authorization": f"Api-Key {text}"})
    assert answer.status_code == 403
    assert answer.json()["detail"] == "The key “Reader” has the scopes read, not “imports”."


def test_somebody_signed_in_to_the_admin_is_nobody_to_the_api(db):
    from tests.builders import an_editor

    client = Client()
    client.force_login(an_editor())
    assert client.post("/api/v1/imports/").status_code == 401
