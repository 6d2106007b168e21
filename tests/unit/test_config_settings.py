"""What the settings promise: the security of every answer, the database, tasks, and quiet logs."""

import datetime as dt
import importlib
import io
import json
import logging
import re
import runpy

import pytest
from celery.schedules import crontab
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import connection
from django.shortcuts import resolve_url
from django.test import Client, override_settings
from gunicorn.config import Config
from gunicorn.http import RequestParser

from config import error_reports, logs
from config.celery import app


@pytest.fixture
def visitor(db):
    return Client()


@pytest.mark.parametrize("address", ["/healthz", "/admin/login/"])
def test_every_answer_has_a_policy_without_anything_inline(visitor, address):
    policy = visitor.get(address)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_every_answer_carries_the_headers_of_a_careful_site(visitor):
    answer = visitor.get("/admin/login/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    for sense in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{sense}=()" in answer["Permissions-Policy"]
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert len(answer["X-Request-ID"]) == 36


def test_nothing_inline_is_in_the_admin_s_login(visitor):
    page = visitor.get("/admin/login/").content.decode()
    assert "style=" not in page
    assert "onclick=" not in page
    assert "<style" not in page


def test_another_site_s_page_may_read_the_api_but_not_the_pages(visitor):
    asked = {"HTTP_ORIGIN": "https://partner.example"}
    answer = visitor.get("/api/v1/nothing/", **asked)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Origin" not in visitor.get("/admin/login/", **asked)


def test_guessing_a_password_is_stopped(db, django_user_model):
    django_user_model.objects.create_user("editor", password="the right one, long enough")
    visitor = Client()
    for _ in range(settings.SIGN_IN_FAILURES_PER_NAME + 1):
        answer = visitor.post("/admin/login/", {"username": "editor", "password": "wrong"})
    assert answer.status_code == 429
    right = {"username": "editor", "password": "the right one, long enough"}
    assert visitor.post("/admin/login/", right).status_code == 429


def secured(monkeypatch, **settings):
    """The settings as a process with these in its environment has them."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return importlib.reload(importlib.import_module("config.settings.base"))


@pytest.fixture
def reread(monkeypatch):
    yield lambda **given: secured(monkeypatch, **given)
    monkeypatch.undo()
    importlib.reload(importlib.import_module("config.settings.base"))


def test_https_secures_cookies_and_transport(reread):
    base = reread(BASE_URL="https://directory.example")
    assert base.SESSION_COOKIE_SECURE
    assert base.CSRF_COOKIE_SECURE
    assert base.LANGUAGE_COOKIE_SECURE
    assert base.SECURE_SSL_REDIRECT
    assert base.SECURE_HSTS_SECONDS >= 365 * 24 * 3600
    assert "directory.example" in base.ALLOWED_HOSTS


def test_tasks_run_in_threads_or_in_processes_as_the_profile_says(reread):
    assert reread(DATABASE_URL="", REDIS_URL="").CELERY_WORKER_POOL == "threads"
    assert reread(REDIS_URL="redis://127.0.0.1:6379/0").CELERY_WORKER_POOL == "prefork"


def test_http_asks_for_no_https(reread):
    base = reread(BASE_URL="http://127.0.0.1:8000")
    assert not base.SESSION_COOKIE_SECURE
    assert not base.SECURE_SSL_REDIRECT
    assert base.SECURE_HSTS_SECONDS == 0


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(reread):
    alone = reread(TRUSTED_PROXIES="0")
    assert alone.TRUSTED_PROXIES == 0
    assert not hasattr(alone, "SECURE_PROXY_SSL_HEADER")
    behind = reread(TRUSTED_PROXIES="1")
    assert behind.TRUSTED_PROXIES == 1
    assert behind.SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_the_web_server_itself_believes_no_forwarded_scheme(monkeypatch, proxies):
    monkeypatch.setenv("TRUSTED_PROXIES", proxies)
    gunicorn = Config()
    gunicorn.set("forwarded_allow_ips", runpy.run_path("config/server.py")["forwarded_allow_ips"])
    sent = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n"
    assert next(RequestParser(gunicorn, iter([sent]), ("127.0.0.1", 50000))).scheme == "http"


def test_whoever_signs_in_is_led_to_the_admin():
    assert resolve_url(settings.LOGIN_REDIRECT_URL) == "/admin/"


def test_mail_is_kept_in_files_until_a_server_is_named(reread):
    assert str(settings.DATA_DIR / "mail") == reread(EMAIL_URL="").EMAIL_FILE_PATH
    base = reread(EMAIL_URL="submission://someone:secret@mail.example")
    assert (base.EMAIL_HOST, base.EMAIL_USE_TLS) == ("mail.example", True)


def test_a_replica_takes_the_reads_of_visitors_only(reread):
    base = reread(
        DATABASE_URL="postgres://a@127.0.0.1:1/main",
        REPLICA_URL="postgres://a@127.0.0.1:1/copy",
    )
    assert base.DATABASE_ROUTERS == ["config.replica.Router"]
    assert base.DATABASES["replica"]["NAME"] == "copy"
    assert "config.replica.reads_of_visitors" in base.MIDDLEWARE


def test_sqlite_is_set_up_for_several_writers(db):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own settings")
    with connection.cursor() as cursor:
        values = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 20_000}
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_a_connection_that_went_away_is_noticed():
    assert connection.settings_dict["CONN_HEALTH_CHECKS"]
    assert connection.settings_dict["CONN_MAX_AGE"]


def test_a_task_is_delivered_again_when_its_process_dies():
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    assert conf.result_backend is None


def test_what_runs_by_the_clock_expires_before_it_is_due_again():
    for entry in app.conf.beat_schedule.values():
        due = entry["schedule"]
        if isinstance(due, crontab):
            due = 24 * 3600 if len(due.hour) == 1 else 3600
        assert entry["options"]["expires"] < due


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    missing = {entry["task"] for entry in app.conf.beat_schedule.values()} - set(app.tasks)
    assert not missing


@pytest.fixture
def lines():
    """What the log writes, as it would on standard output."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    described = logs.logging_config("INFO")["formatters"]["json"]
    formatter = described.pop("()")
    handler.setFormatter(formatter(**described))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def test_a_request_is_one_line_with_an_id_and_without_what_was_searched_for(visitor, lines):
    answer = visitor.get("/admin/login/?q=neuroblastoma+relapse")
    (line,) = [line for line in lines() if line.get("event") == "request_finished"]
    assert line["request"] == "GET /admin/login/"
    assert line["code"] == 200
    assert line["request_id"] == answer["X-Request-ID"]
    assert "neuroblastoma" not in json.dumps(lines())


def test_a_failing_page_does_not_log_what_was_searched_for(lines, db, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("it broke")

    monkeypatch.setattr("config.health.reasons", broken)
    answer = Client(raise_request_exception=False).get("/readyz?q=neuroblastoma")
    assert answer.status_code == 500
    assert "it broke" in json.dumps(lines())
    assert "neuroblastoma" not in json.dumps(lines())


def test_machines_that_ask_for_health_do_not_fill_the_log(visitor, lines):
    visitor.get("/healthz")
    assert not [line for line in lines() if line.get("event") == "request_finished"]


def test_that_a_process_cannot_serve_is_in_the_log(visitor, lines, monkeypatch):
    monkeypatch.setattr("config.health.reasons", lambda: {"broker": "the broker does not answer"})
    assert visitor.get("/readyz").status_code == 503
    assert [line["code"] for line in lines() if line.get("event") == "request_finished"] == [503]


def test_libraries_log_nothing_that_holds_addresses_or_is_said_twice():
    """httpx logs each address it asks; axes logs who tried to sign in, with the name and from where."""
    quiet = logs.logging_config("DEBUG")["loggers"]
    for name in ("httpx", "httpcore", "urllib3", "axes", "celery.beat", "celery.app.trace", "django.server"):
        assert quiet[name]["level"] == "WARNING", name
    assert quiet["django.request"]["level"] == "ERROR"


def test_scripts_of_a_page_read_no_cookie_of_ours():
    base = importlib.import_module("config.settings.base")
    assert settings.SESSION_COOKIE_HTTPONLY
    assert base.CSRF_COOKIE_HTTPONLY
    assert base.LANGUAGE_COOKIE_HTTPONLY


def test_a_session_ends_after_twelve_hours():
    assert dt.timedelta(seconds=settings.SESSION_COOKIE_AGE) == dt.timedelta(hours=12)


def test_the_web_server_does_not_log_a_query_either(lines):
    logging.getLogger("gunicorn.error").error("Error handling request %s", "/en/trials/?q=neuroblastoma")
    assert lines()[-1]["event"] == "Error handling request /en/trials/"


@pytest.mark.parametrize("name", ["request", "path", "url", "referer"])
def test_no_line_of_the_log_holds_a_query_or_a_secret(name):
    address = "https://directory.example/en/watch/stop/12:canary/?q=canary"
    line = logs.without_query(None, "", {"event": "x", name: address})
    assert line == {"event": "x", name: "https://directory.example/en/watch/stop/…/"}


def test_a_request_itself_is_in_no_line_of_the_log(rf):
    request = rf.get("/en/trials/?q=canary")
    assert logs.without_query(None, "", {"event": "x", "request": request}) == {"event": "x"}


def test_an_access_log_of_the_web_server_would_hold_no_query():
    server = importlib.import_module("config.server")
    assert not re.findall(r"%\((?:r|q|f|h)\)s", server.access_log_format)
    assert server.control_socket_disable


def test_an_error_report_leaves_out_what_somebody_typed():
    event = {
        "request": {
            "url": "https://directory.example/en/trials/?q=neuroblastoma",
            "query_string": "q=neuroblastoma",
            "data": {"text": "neuroblastoma"},
            "cookies": {"sessionid": "neuroblastoma"},
            "headers": {"Referer": "?q=neuroblastoma"},
            "env": {"REMOTE_ADDR": "neuroblastoma"},
            "method": "GET",
        },
        "extra": {"request": "<WSGIRequest: GET '/en/trials/?q=neuroblastoma'>"},
        "user": {"email": "neuroblastoma@example.org"},
        "breadcrumbs": {
            "values": [{"message": "neuroblastoma", "data": {"q": "neuroblastoma"}, "type": "x"}]
        },
        "exception": {
            "values": [
                {
                    "type": "IntegrityError",
                    "value": "Key (email)=(neuroblastoma@example.be) already exists.",
                    "stacktrace": {"frames": [{"filename": "views.py", "vars": {"q": "neuroblastoma"}}]},
                }
            ]
        },
    }
    kept = error_reports.scrub(event, {})
    assert "neuroblastoma" not in json.dumps(kept)
    assert kept["exception"]["values"] == [
        {"type": "IntegrityError", "stacktrace": {"frames": [{"filename": "views.py"}]}}
    ]
    assert kept["request"] == {"url": "https://directory.example/en/trials/", "method": "GET"}


def test_an_error_report_holds_no_secret_of_a_link():
    event = {"request": {"url": "https://directory.example/en/watch/stop/12:canary/"}}
    assert error_reports.scrub(event, {}) == {
        "request": {"url": "https://directory.example/en/watch/stop/…/"}
    }


@pytest.mark.parametrize(("said", "filled_in", "kept"), [
    ("Error handling request %s", ("/en/trials/?q=canary",), "Error handling request %s"),
    ("Error handling request /en/trials/?q=canary", (), "Error handling request /en/trials/"),
    ("Gone: /en/watch/stop/12:canary/", (), "Gone: /en/watch/stop/…/"),
    ({"event": "request_failed", "user_id": "canary", "exception": "canary"}, (), "request_failed"),
])  # fmt: skip
def test_an_error_report_of_a_line_of_the_log_holds_nothing_that_was_filled_in(said, filled_in, kept):
    record = logging.LogRecord("gunicorn.error", logging.ERROR, __file__, 1, said, filled_in, None)
    event = {"logentry": {"message": str(said), "params": list(filled_in), "formatted": record.getMessage()}}
    assert error_reports.scrub(event, {"log_record": record}) == {"logentry": {"message": kept}}


def test_errors_are_reported_without_persons_bodies_and_values(monkeypatch):
    told = {}
    monkeypatch.setattr("sentry_sdk.init", lambda **options: told.update(options))
    error_reports.report_to("https://key@reports.example/1")
    assert told == {
        "dsn": "https://key@reports.example/1",
        "send_default_pii": False,
        "max_request_body_size": "never",
        "include_local_variables": False,
        "before_send": error_reports.scrub,
        "traces_sample_rate": 0.0,
    }


def test_an_error_report_without_a_request_is_left_alone():
    assert error_reports.scrub({"message": "beat stopped"}, {}) == {"message": "beat stopped"}


def test_all_static_files_can_be_collected(tmp_path):
    """Each file that another names is there: with the manifest of production, a missing one is an error."""
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0)
        assert (tmp_path / "staticfiles.json").exists()
    assert staticfiles_storage


def test_the_four_languages_are_those_of_the_contract():
    assert [code for code, _name in settings.LANGUAGES] == ["en", "nl", "fr", "de"]
    assert settings.TIME_ZONE == "Europe/Brussels"
