"""The settings of the environment, read once, with every error named at once.

`docs/operations.md` explains each name (a test keeps the two equal).
A `.env` file in the project's root is read too; what the environment says comes first.
`ENV_FILE` names another file; empty, none is read.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from environs import Env, EnvValidationError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
EMAIL_SCHEMES = ("smtp", "smtps", "submission", "console", "file", "memory")
LOCAL_HOSTS = ("127.0.0.1", "localhost")

Check = Callable[[str], None]


class BadEnvironment(Exception):
    """Settings that cannot be used; `messages` has one sentence each, naming the setting."""

    def __init__(self, messages: list[str]):
        super().__init__("\n".join(messages))
        self.messages = messages


def url_of(*schemes: str, way_out: str) -> Check:
    """A check that the value is a URL of one of `schemes`, with a port that is a number."""

    def check(value: str) -> None:
        try:
            parts = urlsplit(value)
            valid = parts.scheme in schemes and value.partition(":")[2].startswith("//")
            valid = valid and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise ValidationError(f"“{without_password(value)}” is not a URL that can be used. {way_out}")

    return check


def web_url(value: str) -> None:
    way_out = "Write it as http://host or https://host."
    url_of("http", "https", way_out=way_out)(value)
    if not urlsplit(value).hostname:
        raise ValidationError(f"“{without_password(value)}” names no host. {way_out}")


def site_url(value: str) -> None:
    web_url(value)
    parts = urlsplit(value)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValidationError(f"“{value}” must end after the host and port: no path, no query.")


def number(lowest: int, highest: int) -> Check:
    """A check for a whole number, both bounds allowed."""

    def check(value: str) -> None:
        if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
            raise ValidationError(f"“{value}” is not a whole number from {lowest} to {highest}.")

    return check


def one_of(*words: str) -> Check:
    def check(value: str) -> None:
        if value.upper() not in words:
            raise ValidationError(f"“{value}” is not known. Use one of: {', '.join(words)}.")

    return check


def hard_to_guess(value: str) -> None:
    if len(value) < 32:
        raise ValidationError(f"it has {len(value)} characters; use at least 32 that nobody can guess.")


def without_password(url: str) -> str:
    """`url` fit for a message: what stands before an @ is left out."""
    head, at, tail = url.rpartition("@")
    return f"{head.partition('//')[0]}//…@{tail}" if at and "//" in head else url


@dataclass(frozen=True)
class Setting:
    """One name of the environment: its value when not given, and how a given value is judged."""

    default: str = ""
    check: Check | None = None


POSTGRES = ("postgres", "postgresql")
SETTINGS = {
    "DATA_DIR": Setting("var"),
    "DATABASE_URL": Setting(
        check=url_of(
            "sqlite",
            *POSTGRES,
            way_out="Use postgres://user:password@host:5432/name, or leave it out for SQLite.",
        )
    ),
    "REPLICA_URL": Setting(
        check=url_of(*POSTGRES, way_out="Use postgres://user:password@host:5432/name, or leave it out.")
    ),
    "REDIS_URL": Setting(
        check=url_of(
            "redis", "rediss", way_out="Use redis://host:6379/0, or leave it out for the embedded broker."
        )
    ),
    "SECRET_KEY": Setting(check=hard_to_guess),
    "ALLOWED_HOSTS": Setting(),
    "BASE_URL": Setting(check=site_url),
    "EMAIL_URL": Setting(
        check=url_of(*EMAIL_SCHEMES, way_out=f"Begin it with one of: {', '.join(EMAIL_SCHEMES)}.")
    ),
    "EMAIL_FROM": Setting("directory@localhost"),
    "CTGOV_API_URL": Setting("https://clinicaltrials.gov/api/v2", web_url),
    "CTIS_API_URL": Setting("https://euclinicaltrials.eu/ctis-public-api", web_url),
    "SENTRY_DSN": Setting(check=web_url),
    "LOG_LEVEL": Setting("INFO", one_of(*LOG_LEVELS)),
    "PORT": Setting("8000", number(1, 65535)),
    "WEB_WORKERS": Setting("2", number(1, 64)),
    "WEB_THREADS": Setting("4", number(1, 64)),
    "WORKER_CONCURRENCY": Setting("2", number(1, 64)),
    "TRUSTED_PROXIES": Setting("0", number(0, 10)),
    "API_ANONYMOUS_PER_MINUTE": Setting("120", number(1, 1_000_000)),
    "API_KEY_PER_MINUTE": Setting("1200", number(1, 1_000_000)),
    "PAGES_PER_MINUTE": Setting("600", number(1, 1_000_000)),
    "SIGN_IN_FAILURES_PER_ADDRESS": Setting("20", number(1, 1_000_000)),
    "SIGN_IN_FAILURES_PER_NAME": Setting("7", number(1, 1_000_000)),
    "SESSION_IDLE_MINUTES": Setting("30", number(1, 12 * 60)),
    "LOAD_DEMO": Setting("0", one_of("0", "1")),
}


@dataclass(frozen=True)
class Environment:
    """What the environment asks for. URLs are text as given, empty when not set."""

    data_dir: Path
    database_url: str
    replica_url: str
    redis_url: str
    secret_key: str
    allowed_hosts: list[str]
    base_url: str
    email_url: str
    email_from: str
    ctgov_api_url: str
    ctis_api_url: str
    sentry_dsn: str
    log_level: str
    port: int
    web_workers: int
    web_threads: int
    worker_concurrency: int
    trusted_proxies: int
    api_anonymous_per_minute: int
    api_key_per_minute: int
    pages_per_minute: int
    sign_in_failures_per_address: int
    sign_in_failures_per_name: int
    session_idle_minutes: int
    load_demo: bool

    @property
    def profile(self) -> str:
        """`embedded` when neither PostgreSQL nor Redis is asked for, else `production`."""
        return "production" if needs_servers(self.database_url, self.redis_url) else "embedded"

    @property
    def secure(self) -> bool:
        """True when people reach the site over https."""
        return self.base_url.startswith("https://")


def needs_servers(database_url: str, redis_url: str) -> bool:
    return database_url.startswith(POSTGRES) or bool(redis_url)


def read() -> Environment:
    """Read and judge every setting; raises BadEnvironment with all the faults found."""
    env = Env(eager=False)
    env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    if env_file:
        env.read_env(env_file, recurse=False)
    values = {name: _value(env, name, setting) for name, setting in SETTINGS.items()}
    faults: dict[str, list[str]] = {}
    try:
        env.seal()
    except EnvValidationError as error:
        faults = dict(cast("dict[str, list[str]]", error.error_messages))
    faults |= _faults_together(values, named=set(faults))
    if faults:
        raise BadEnvironment([f"{name}: {' '.join(faults[name])}" for name in SETTINGS if name in faults])
    return _environment(values)


def _value(env: Env, name: str, setting: Setting) -> str:
    """The text of one setting; an empty value counts as not given."""
    check = setting.check
    given = env.str(name, "", validate=lambda text: check(text) if check and text.strip() else None)
    return (given or "").strip() or setting.default


def _faults_together(values: dict[str, str], named: set[str]) -> dict[str, list[str]]:
    """Faults that only show between settings; what is `named` already is not judged again."""
    if named & {"DATABASE_URL", "REDIS_URL"}:
        return {}
    faults = {}
    servers = needs_servers(values["DATABASE_URL"], values["REDIS_URL"])
    if servers and not values["SECRET_KEY"] and "SECRET_KEY" not in named:
        faults["SECRET_KEY"] = [
            "it is required as soon as DATABASE_URL or REDIS_URL names a server.",
            "Set it to at least 32 characters that nobody can guess, the same on every machine.",
        ]
    if values["REPLICA_URL"] and not values["DATABASE_URL"].startswith(POSTGRES):
        faults["REPLICA_URL"] = ["a replica follows a main database on PostgreSQL: set DATABASE_URL too."]
    return faults


def _environment(values: dict[str, str]) -> Environment:
    base_url = (values["BASE_URL"] or f"http://127.0.0.1:{values['PORT']}").rstrip("/")
    whole = {name.lower(): int(values[name]) for name in SETTINGS if SETTINGS[name].default.isdigit()}
    changed: dict[str, Any] = {
        **whole,
        "data_dir": (BASE_DIR / Path(values["DATA_DIR"]).expanduser()).resolve(),
        "log_level": values["LOG_LEVEL"].upper(),
        "load_demo": values["LOAD_DEMO"] == "1",
        "base_url": base_url,
        "allowed_hosts": _hosts(values["ALLOWED_HOSTS"], base_url),
    }
    return Environment(**{**{name.lower(): value for name, value in values.items()}, **changed})


def _hosts(text: str, base_url: str) -> list[str]:
    """The hosts this site answers to: those listed, else this machine's; and that of BASE_URL."""
    listed = [host.strip() for host in text.split(",") if host.strip()]
    return list(dict.fromkeys([*(listed or LOCAL_HOSTS), str(urlsplit(base_url).hostname)]))


def load() -> Environment:
    """`read()` for a process that starts: faults are printed and the process ends with code 2."""
    try:
        return read()
    except BadEnvironment as error:
        print("These settings cannot be used:", file=sys.stderr)
        for message in error.messages:
            print(f"  {message}", file=sys.stderr)
        sys.exit(2)


def settings_module() -> str:
    """The Django settings of the profile that the environment asks for."""
    return f"config.settings.{load().profile}"
