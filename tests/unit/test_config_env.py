"""The settings of the environment: every fault named, all at once, with a sentence."""

import re

import pytest

from config import env as environment
from config.env import SETTINGS, BadEnvironment, Environment

KEY = "0123456789abcdef0123456789abcdef"
POSTGRES = "postgres://someone:hunter2@db.example:5432/directory"


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", "")


@pytest.fixture
def given(monkeypatch):
    """Set these and read them all: `given(PORT="9001").port`."""

    def read(**settings) -> Environment:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return environment.read()

    return read


def faults_of(given, **settings) -> list[str]:
    with pytest.raises(BadEnvironment) as caught:
        given(**settings)
    return caught.value.messages


def test_nothing_needs_to_be_set(given):
    read = given()
    assert (read.profile, read.port, read.base_url) == ("embedded", 8000, "http://127.0.0.1:8000")
    assert read.data_dir == environment.BASE_DIR / "var"
    assert read.allowed_hosts == ["127.0.0.1", "localhost"]
    assert not read.secure


def test_every_fault_is_named_at_once(given):
    faults = faults_of(
        given,
        DATABASE_URL="mysql://a@b/c",
        REDIS_URL="memcached://x",
        SENTRY_DSN="soon",
        LOG_LEVEL="LOUD",
        PORT="abc",
        WEB_WORKERS="0",
        SECRET_KEY="short",
        BASE_URL="directory.example",
        EMAIL_URL="pigeon://x",
    )
    named = [fault.partition(":")[0] for fault in faults]
    servers = {"DATABASE_URL", "REDIS_URL", "SENTRY_DSN", "BASE_URL", "EMAIL_URL"}
    assert set(named) == servers | {"LOG_LEVEL", "PORT", "WEB_WORKERS", "SECRET_KEY"}
    assert all(fault.endswith(".") for fault in faults)


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "abc", "“abc” is not a whole number from 1 to 65535."),
        ("PORT", "0", "“0” is not a whole number from 1 to 65535."),
        ("PORT", "65536", "“65536” is not a whole number from 1 to 65535."),
        ("PORT", "-1", "“-1” is not a whole number"),
        ("PORT", "٣", "is not a whole number"),
        ("WEB_WORKERS", "1.5", "“1.5” is not a whole number from 1 to 64."),
        ("LOG_LEVEL", "noisy", "Use one of: DEBUG, INFO, WARNING, ERROR, CRITICAL."),
        ("SECRET_KEY", "a" * 31, "it has 31 characters; use at least 32"),
        ("BASE_URL", "https://directory.example/en/", "must end after the host and port"),
        ("BASE_URL", "https://", "names no host"),
        ("BASE_URL", "http://host:port", "is not a URL that can be used"),
        ("CTGOV_API_URL", "ftp://clinicaltrials.gov", "http://host or https://host"),
        ("REDIS_URL", "redis:6379", "Use redis://host:6379/0"),
        ("DATABASE_URL", "postgres:directory", "Use postgres://user:password@host:5432/name"),
        ("LOAD_DEMO", "yes", "Use one of: 0, 1."),
    ],
)
def test_a_fault_names_the_value_and_the_way_out(given, setting, value, sentence):
    (fault,) = faults_of(given, **{setting: value})
    assert fault.startswith(f"{setting}: ")
    assert sentence in fault


def test_no_password_is_shown_in_a_fault(given):
    (fault,) = faults_of(given, DATABASE_URL="mysql://someone:hunter2@db.example/x")
    assert "hunter2" not in fault
    assert "mysql://…@db.example/x" in fault


def test_a_server_makes_the_profile_that_of_production(given):
    assert given(DATABASE_URL=POSTGRES, SECRET_KEY=KEY).profile == "production"


def test_redis_alone_makes_the_profile_that_of_production(given):
    assert given(REDIS_URL="redis://127.0.0.1:6379/0", SECRET_KEY=KEY).profile == "production"


def test_sqlite_by_name_stays_embedded(given):
    assert given(DATABASE_URL="sqlite:////srv/directory.sqlite3").profile == "embedded"


def test_production_needs_a_secret_key(given):
    (fault,) = faults_of(given, DATABASE_URL=POSTGRES)
    assert fault.startswith("SECRET_KEY: it is required")


def test_a_fault_of_the_database_is_not_followed_by_faults_it_causes(given):
    (fault,) = faults_of(given, DATABASE_URL="postgre://db.example/x", REPLICA_URL=POSTGRES)
    assert fault.startswith("DATABASE_URL")


def test_a_replica_without_postgresql_is_refused(given):
    (fault,) = faults_of(given, REPLICA_URL=POSTGRES)
    assert fault.startswith("REPLICA_URL: a replica follows a main database on PostgreSQL")


def test_a_replica_beside_postgresql_is_taken(given):
    assert given(DATABASE_URL=POSTGRES, REPLICA_URL=POSTGRES, SECRET_KEY=KEY).replica_url == POSTGRES


def test_an_empty_value_counts_as_not_given(given):
    read = given(PORT="", DATABASE_URL=" ", BASE_URL="", EMAIL_URL="", LOG_LEVEL="")
    assert (read.port, read.database_url, read.base_url) == (8000, "", "http://127.0.0.1:8000")


def test_spaces_around_a_value_do_not_count(given):
    assert given(PORT=" 9001 ", LOG_LEVEL=" debug").log_level == "DEBUG"
    (fault,) = faults_of(given, SECRET_KEY=" " + "a" * 31)
    assert "it has 31 characters" in fault


def test_a_list_of_no_hosts_is_that_of_this_machine(given):
    assert given(ALLOWED_HOSTS=" , ").allowed_hosts == ["127.0.0.1", "localhost"]


def test_https_makes_the_site_secure(given):
    read = given(BASE_URL="https://directory.example/")
    assert read.secure
    assert read.base_url == "https://directory.example"


def test_the_site_answers_to_the_host_of_its_own_address(given):
    read = given(BASE_URL="https://directory.example", ALLOWED_HOSTS="one.example, two.example")
    assert read.allowed_hosts == ["one.example", "two.example", "directory.example"]


def test_the_port_is_in_the_address(given):
    assert given(PORT="9001").base_url == "http://127.0.0.1:9001"


def test_a_level_may_be_written_small(given):
    assert given(LOG_LEVEL="debug").log_level == "DEBUG"


def test_a_file_gives_what_the_environment_does_not(given, monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("PORT=9001\nWEB_WORKERS=3  # two cores\n")
    monkeypatch.setenv("ENV_FILE", str(file))
    read = given(PORT="9002")
    assert (read.port, read.web_workers) == (9002, 3)


def test_a_process_ends_without_a_traceback(given, capsys, monkeypatch):
    monkeypatch.setenv("PORT", "abc")
    with pytest.raises(SystemExit) as ended:
        environment.load()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.splitlines() == [
        "These settings cannot be used:",
        "  PORT: “abc” is not a whole number from 1 to 65535.",
    ]


def test_every_setting_is_explained_for_operators():
    """A guard: docs/operations.md has a row for each name, and no row for a name that is not read."""
    text = (environment.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", text, flags=re.MULTILINE))
    assert explained == {*SETTINGS, "ENV_FILE"}


def test_the_example_of_an_environment_can_be_used(given, monkeypatch):
    """deploy/env.example, with its blanks filled in, is a production profile without faults."""
    for line in (environment.BASE_DIR / "deploy" / "env.example").read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            assert name in SETTINGS
            monkeypatch.setenv(name, value or KEY)
    assert environment.read().profile == "production"
