"""What every request passes: the form of its address, its codings, the limit of pages, an idle session."""

import datetime as dt
import gzip
import html
import re
import time
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisDown

from config import doors, logs
from directory.core import changes, counting
from directory.core.tasks import clear_sessions
from directory.partners import keys, tasks, use
from directory.partners.models import ApiKey
from directory.search import service
from directory.watching.models import Watch
from directory.web import kept, limits
from tests.builders import a_trial, a_user, an_editor
from tests.support.traces import logged

EVIL = [
    "//evil.example/x/",
    "/\\evil.example/x/",
    "///evil.example/",
    "/\t/evil.example/",
    "/ /evil.example/",
]
SEARCH = "/en/trials/"


@pytest.fixture(autouse=True)
def _not_paused(monkeypatch):
    monkeypatch.setattr(counting, "_paused_until", 0.0)
    kept.answers.clear()


@pytest.fixture
def world(index_dir, db):
    a_trial("Part 0")
    service.rebuild()


# Addresses


def hosts_of(page):
    """The hosts that a browser would be led to by the page or its redirect."""
    led = [*re.findall(r'(?:href|src|action)="([^"]*)"', page.content.decode()), page.get("Location", "/")]
    return {urlsplit(urljoin("http://testserver/", html.unescape(one))).netloc for one in led}


@pytest.mark.parametrize("path", EVIL)
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_no_address_of_another_host_gets_a_page(db, path, method):
    answer = getattr(Client(), method)("/", PATH_INFO=path, QUERY_STRING="next=//evil.example/")
    assert answer.status_code == 308
    assert answer["Location"] in (
        "/evil.example/x/?next=//evil.example/",
        "/evil.example/?next=//evil.example/",
    )
    page = Client().get(answer["Location"])
    assert page.status_code in (302, 404)
    assert hosts_of(page) <= {"testserver"}


@pytest.mark.parametrize("path", ["/en//evil.example/", "/%2Fevil.example/", "/evil.example//x"])
def test_no_link_of_a_page_that_is_not_there_leads_to_another_host(db, path):
    page = Client().get(path, follow=True)
    assert page.status_code == 404
    assert hosts_of(page) == {"testserver"}


def test_a_program_that_writes_two_slashes_is_led_to_the_api(db):
    answer = Client().get("/", PATH_INFO="//api/v1/conditions/")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/conditions/")


@pytest.mark.parametrize(
    "next_", ["//evil.example/", "/\\evil.example/", "https://evil.example/", "/\t/evil.example"]
)
def test_a_sign_in_leads_to_our_own_pages_only(db, next_):
    user = an_editor("mieke")
    user.set_password("the right one, long enough")
    user.save()
    typed = {"username": "mieke", "password": "the right one, long enough", "next": next_}
    answer = Client().post("/admin/login/", typed)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_an_address_of_a_megabyte_is_refused_before_anything_looks_at_it(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get(SEARCH, {"q": "x" * 1_000_000})
    assert answer.status_code == 414
    assert len(answer.content) < 200


@pytest.mark.parametrize(("path", "query", "is_refused"), [
    (40_000, 40_000, False), (40_000, 40_001, True), (80_001, 0, True), (3, 79_997, False), (3, 79_998, True),
])  # fmt: skip
def test_an_address_has_eighty_thousand_characters_path_and_query_together(rf, path, query, is_refused):
    request = rf.get("/" + "x" * (path - 1), QUERY_STRING="x" * query)
    answer = doors.front_door(lambda request: HttpResponse("let in"))(request)
    assert (answer.status_code == 414) is is_refused


def test_ten_thousand_letters_of_any_script_still_get_our_page(world):
    answer = Client().get(SEARCH, {"q": "é" * 10_000})
    assert answer.status_code in (200, 400)
    assert answer["Content-Type"].startswith("text/html")


# Codings


@pytest.mark.parametrize(("header", "codings"), [
    ("gzip", "gzip"), ("br, gzip", "br, gzip"), ("GZIP ; Q=0.3", "gzip"), ("*", "gzip"), ("", ""),
    ("gzip;q=0", ""), ("gzip;q=0.0", ""), ("gzip; q=0.000, *", ""), ("*;q=0", ""), ("identity", ""),
    ("gzip;q=0.5, identity", ""), ("gzip, identity;q=0.5", "gzip"), ("identity;q=0", "gzip"),
    ("identity;q=0, *;q=0", ""), ("identity;q=0, gzip;q=0", ""), ("deflate, *;q=0.1", "deflate, gzip"),
    ("gzip;q=2", ""), ("gzipped", "gzipped"), ("gzip;x=1", ""), ("nonsense;;", ""),
])  # fmt: skip
def test_only_codings_that_the_visitor_takes_are_used(header, codings):
    assert doors.accepted_codings(header) == codings


@pytest.mark.parametrize("path", [SEARCH, "/api/v1/conditions/", "/robots.txt"])
def test_a_refused_gzip_is_not_sent(world, path):
    plain = Client().get(path, headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in plain
    packed = Client().get(path, headers={"Accept-Encoding": "gzip;q=0.5"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(packed.content)) >= len(packed.content)
    assert "Accept-Encoding" in packed["Vary"]


# The limit of pages


@pytest.fixture
def few(settings):
    settings.PAGES_PER_MINUTE = 20
    return settings


def test_dear_pages_use_up_the_limit_sooner_than_ordinary_ones(few, world):
    ordinary = [Client().get("/en/networks/").status_code for _ in range(21)]
    assert ordinary == [200] * 20 + [429]
    dear = [Client().get("/en/match/", REMOTE_ADDR="192.0.2.7").status_code for _ in range(3)]
    assert dear == [200, 200, 429]
    dearest = [Client().get("/sitemap.xml", REMOTE_ADDR="192.0.2.8").status_code for _ in range(2)]
    assert dearest == [200, 429]


@pytest.mark.parametrize(("language", "words"), [
    ("en", "Try again in"), ("nl", "Probeer het over"), ("fr", "Réessayez dans"), ("de", "Versuchen Sie"),
])  # fmt: skip
def test_the_answer_says_in_the_reader_s_language_when_to_come_back(few, world, language, words):
    for _turn in range(20):
        Client().get(f"/{language}/networks/")
    answer = Client().get(f"/{language}/networks/")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer["Cache-Control"] == "no-store"
    assert words in answer.content.decode()


def test_a_page_from_memory_costs_nothing(few, world):
    assert {Client().get(f"{SEARCH}?q=part").status_code for _ in range(60)} == {200}
    assert [Client().get(f"{SEARCH}?q=part&page={n}").status_code for n in range(1, 24)][-1] == 429


@pytest.mark.parametrize("search", ["?q=part&near=9000", "?q=part&view=map&near=9000"])
def test_an_answer_that_is_made_anew_each_time_counts_each_time(few, world, search):
    assert [Client().get(SEARCH + search).status_code for _ in range(21)][-1] == 429


def test_a_made_up_session_buys_nothing(few, world):
    client = Client()
    client.cookies["sessionid"] = "made-up"
    assert [client.get("/en/networks/").status_code for _ in range(21)][-1] == 429


def test_without_a_cache_all_pages_are_served(few, world, monkeypatch):
    def away(*_asked):
        raise RedisDown

    monkeypatch.setattr(counting, "hit", away)
    assert {Client().get("/en/networks/").status_code for _ in range(25)} == {200}


@pytest.mark.parametrize(("path", "weight"), [
    (SEARCH, 1), ("/en/centres/", 1), ("/en/match/", 10), ("/en/gaps/", 10),
    ("/en/gaps/gaps.csv", 10), ("/en/trials/feed.atom", 10), ("/en/trials/results.csv", 20),
    ("/sitemap.xml", 20), ("/en/trials/compare/", 5), ("/en/trials/part/print/", 5),
    (f"{SEARCH}?view=map", 5), (f"{SEARCH}?view=list", 1), ("/en/trials/results.csv?view=map", 20),
])  # fmt: skip
def test_a_page_counts_as_much_as_the_manual_says(rf, path, weight):
    request = rf.get(path)
    request.resolver_match = resolve(request.path)
    assert limits.weight_of(request) == weight


def test_each_weight_is_of_an_address_that_there_is():
    names = {
        f"web:{name}"
        for name in get_resolver().namespace_dict["web"][1].reverse_dict
        if isinstance(name, str)
    }
    assert set(limits.WEIGHTS) <= names | {"sitemap"}


@pytest.mark.parametrize("path", ["/admin/login/", "/healthz", "/api/v1/conditions/", "/robots.txt"])
def test_what_is_no_page_has_other_limits(few, db, path):
    assert {Client().get(path).status_code for _ in range(25)} == {200}


def test_following_is_limited_by_the_client_s_address_behind_the_proxy(settings, world):
    settings.TRUSTED_PROXIES = 1

    def follow(number, address):
        typed = {"email": f"a{number}@example.org", "frequency": "weekly"}
        return (
            Client().post("/en/watch/?trial=part-0", typed, headers={"X-Forwarded-For": address}).status_code
        )

    assert [follow(n, "198.51.100.7") for n in range(21)] == [302] * 20 + [422]
    assert follow(99, "198.51.100.8") == 302


# Idle sessions


@pytest.fixture
def clock(monkeypatch):
    """Seconds that have passed for sessions."""
    begun, passed = time.time(), [0]
    monkeypatch.setattr("config.sessions.time.time", lambda: begun + passed[0])
    return passed


@pytest.fixture
def signed_in(settings, db, clock):
    settings.SESSION_IDLE_SECONDS = 1800
    client = Client()
    client.force_login(an_editor("mieke"))
    return client


def is_in(client):
    return client.get("/admin/").status_code == 200


def test_an_idle_session_ends_and_its_cookie_goes(signed_in, clock):
    clock[0] = 1799
    assert is_in(signed_in)
    clock[0] = 1799 + 1801
    answer = signed_in.get("/admin/")
    assert answer["Location"].startswith("/admin/login/")
    assert answer.cookies["sessionid"]["max-age"] == 0


def test_whoever_only_looks_stays_signed_in_and_nothing_is_written(signed_in, clock):
    for minute in range(1, 120, 10):
        clock[0] = minute * 60
        with CaptureQueriesContext(connection) as queries:
            assert is_in(signed_in)
        assert not [one for one in queries if not one["sql"].startswith("SELECT")]


def test_an_ended_session_does_not_come_back(signed_in, clock):
    key = signed_in.cookies["sessionid"].value
    clock[0] = 1801
    assert not is_in(signed_in)
    for seconds in (1802, 5000):
        clock[0] = seconds
        again = Client()
        again.cookies["sessionid"] = key
        assert not is_in(again)


def test_without_a_cache_a_session_ends_too_soon_and_never_too_late(signed_in, clock, monkeypatch):
    def away(*_asked, **_options):
        raise RedisDown

    monkeypatch.setattr(cache, "get", away)
    clock[0] = 1000
    assert is_in(signed_in)
    clock[0] = 1801
    assert not is_in(signed_in)


def test_a_session_of_an_earlier_release_ends(signed_in):
    session = signed_in.session
    row = Session.objects.get(session_key=session.session_key)
    data = {name: value for name, value in row.get_decoded().items() if name != "stored_at"}
    Session.objects.filter(pk=row.pk).update(session_data=session.encode(data))
    assert not is_in(signed_in)


def test_rows_of_sessions_that_expired_are_deleted_by_the_clock(signed_in):
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    clear_sessions()
    assert not Session.objects.exists()


# When a key was last used


@pytest.fixture
def key(db):
    return keys.make(name="x", scopes=["read"], by=changes.SYSTEM)


def ask(text):
    return Client().get("/api/v1/conditions/", headers={"Authorization": f"Api-Key {text}"}).status_code


def test_the_day_of_a_key_s_last_use_is_kept_without_a_write_in_the_request(key):
    made, text = key
    with CaptureQueriesContext(connection) as queries:
        assert ask(text) == 200
    assert not [one for one in queries if not one["sql"].startswith("SELECT")]
    assert ApiKey.objects.get(pk=made.pk).last_used is None
    tasks.keep_use()
    assert ApiKey.objects.get(pk=made.pk).last_used == timezone.localdate()
    assert use.keep() == 0


def test_a_bad_key_is_no_use_of_a_key(key):
    _made, text = key
    assert ask(text[:-1] + ("a" if text[-1] != "a" else "b")) == 401
    assert use.keep() == 0


def test_an_older_note_takes_no_later_day_back(key):
    made, text = key
    ask(text)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    ApiKey.objects.update(last_used=tomorrow)
    assert use.keep() == 0
    assert ApiKey.objects.get(pk=made.pk).last_used == tomorrow


def test_without_a_cache_a_key_opens_and_its_last_use_is_not_known(key, monkeypatch):
    def away(*_asked, **_options):
        raise RedisDown

    for name in ("get", "get_many", "incr"):
        monkeypatch.setattr(cache, name, away)
    assert ask(key[1]) == 200
    assert use.keep() == 0


def test_the_list_of_keys_tells_the_last_use_or_that_it_is_not_known(key, client):
    client.force_login(a_user("boss", is_staff=True, is_superuser=True))
    address = reverse("admin:partners_apikey_changelist")
    assert "not known" in client.get(address).content.decode()
    ask(key[1])
    use.keep()
    page = client.get(address).content.decode()
    assert "not known" not in page
    assert "last used" in page.lower()


# What is not logged


def addresses(resolver):
    for one in resolver.url_patterns:
        yield from addresses(one) if hasattr(one, "url_patterns") else [one]


def secret_addresses():
    """Each address of ours with a secret in it, as `(name, a path)`."""
    given = {"token": "12:secret-canary"}
    found = [one for one in addresses(get_resolver()) if "token" in getattr(one.pattern, "converters", {})]
    parts = {one.name: given | dict.fromkeys(one.pattern.converters.keys() - given, 1) for one in found}
    return [(name, reverse(f"web:{name}", kwargs=those)) for name, those in parts.items()]


@pytest.mark.parametrize(("name", "path"), secret_addresses())
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_secret_part_of_an_address_is_in_no_log(db, name, path, method):
    with logged() as out:
        getattr(Client(raise_request_exception=False), method)(path, {"q": "query-canary"})
    assert "secret-canary" not in out.getvalue()
    assert "request_finished" in out.getvalue()
    assert "secret-canary" not in logs.without_secrets(f"https://directory.example{path}?x=1")


@pytest.mark.parametrize("broken", ["%0a{}", "%20{}", "%22{}", "/{}", "x/{}", "<{}>"])
@pytest.mark.parametrize("token", ["confirming", "keeping"])
def test_the_secret_of_a_link_that_came_broken_is_in_no_log(db, broken, token):
    secret = getattr(Watch(pk=12), token)
    with logged() as out:
        Client(raise_request_exception=False).get(f"/en/watch/confirm/{broken.format(secret)}/")
        Client(raise_request_exception=False).get(f"/en/watch/CONFIRM/{secret}/")
    assert "request_finished" in out.getvalue()
    assert secret.rpartition(":")[2] not in out.getvalue()


def test_there_are_such_addresses():
    assert {name for name, _path in secret_addresses()} >= {"watch-confirm", "watch-stop", "watch-manage"}


@pytest.mark.parametrize("line", [
    "Invalid request from ip=192.0.2.9: Invalid HTTP Header: 'AUTHORIZATION Api-Key canary'",
    "Invalid request from ip=2001:db8::9: Invalid HTTP request line: 'GET /en/trials/?q=canary'",
    "Error handling request /en/watch/stop/12:canary/?q=canary",
])  # fmt: skip
def test_the_web_server_s_own_lines_name_nobody_and_quote_nothing(line):
    event = logs.without_query(None, "", {"logger": "gunicorn.error", "event": line})["event"]
    assert "canary" not in event
    assert "192.0.2.9" not in event
    assert "db8" not in event


def test_a_strange_host_is_refused_and_not_written_down(client, db, caplog):
    assert client.get("/en/", headers={"host": "strange.example"}).status_code == 400
    assert "strange.example" not in caplog.text
