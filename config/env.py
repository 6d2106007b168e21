"""The settings of the environment, read once, with every error named at once.

`docs/operations.md` explains each name (a test keeps the two equal).
A `.env` file in the project's root is read too; what the environment says comes first.
`ENV_FILE` names another file; empty, none is read.

environs reads the file and collects the errors. How a text is read is said here: its own parsers name neither
the value nor the way out ("Not a valid database URL."), and what marshmallow quotes may hold a password.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from environs import Env, EnvValidationError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
EMAIL_SCHEMES = ("smtp", "smtps", "submission", "console", "file", "memory")
LOCAL_HOSTS = ("127.0.0.1", "localhost")
CTGOV, CTIS = "https://clinicaltrials.gov/api/v2", "https://euclinicaltrials.eu/ctis-public-api"
POSTGRES = ("postgres", "postgresql")
POSTGRES_FORM = "Use postgres://user:password@host:5432/name, or leave it out"

# Makes the value of a text that is not empty, or raises ValidationError with a sentence.
Parse = Callable[[str], Any]


class BadEnvironment(Exception):
    """Settings that cannot be used; `messages` has one sentence each, naming the setting."""

    def __init__(self, messages: list[str]):
        super().__init__("\n".join(messages))
        self.messages = messages


def url_of(*schemes: str, way_out: str) -> Parse:
    """A URL of one of `schemes`, as given, with a port that is a number."""

    def parse(text: str) -> str:
        try:
            parts = urlsplit(text)
            valid = parts.scheme in schemes and text.partition(":")[2].startswith("//")
            valid = valid and parts.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise ValidationError(f"“{without_password(text)}” is not a URL that can be used. {way_out}")
        return text

    return parse


def web_url(text: str) -> str:
    way_out = "Write it as http://host or https://host."
    if not urlsplit(url_of("http", "https", way_out=way_out)(text)).hostname:
        raise ValidationError(f"“{without_password(text)}” names no host. {way_out}")
    return text


def site_url(text: str) -> str:
    parts = urlsplit(web_url(text))
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValidationError(f"“{text}” must end after the host and port: no path, no query.")
    return text.rstrip("/")


def number(lowest: int, highest: int) -> Parse:
    """A whole number, both bounds allowed."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and lowest <= int(text) <= highest):
            raise ValidationError(f"“{text}” is not a whole number from {lowest} to {highest}.")
        return int(text)

    return parse


def one_of(*words: str) -> Parse:
    """One of `words`, in upper case."""

    def parse(text: str) -> str:
        if text.upper() not in words:
            raise ValidationError(f"“{text}” is not known. Use one of: {', '.join(words)}.")
        return text.upper()

    return parse


def switch(text: str) -> bool:
    return one_of("0", "1")(text) == "1"


def folder(text: str) -> Path:
    return (BASE_DIR / Path(text).expanduser()).resolve()


def hosts(text: str) -> list[str]:
    return [host.strip() for host in text.split(",") if host.strip()] or [*LOCAL_HOSTS]


def hard_to_guess(text: str) -> str:
    if len(text) < 32:
        raise ValidationError(f"it has {len(text)} characters; use at least 32 that nobody can guess.")
    return text


def without_password(url: str) -> str:
    """`url` fit for a message: what stands before an @ is left out."""
    head, at, tail = url.rpartition("@")
    return f"{head.partition('//')[0]}//…@{tail}" if at and "//" in head else url


def setting(unset: str = "", parse: Parse = str) -> Any:
    """A field of `Environment`: the text that counts where nothing is given, and how a text is read."""
    return field(metadata={"unset": unset, "parse": parse})


@dataclass(frozen=True)
class Environment:
    """What the environment asks for; the names there are those of the fields in capitals.

    URLs are text as given, empty when not set.
    """

    data_dir: Path = setting("var", folder)  # noqa: RUF009 - a field, as all are
    database_url: str = setting(parse=url_of("sqlite", *POSTGRES, way_out=f"{POSTGRES_FORM} for SQLite."))
    replica_url: str = setting(parse=url_of(*POSTGRES, way_out=f"{POSTGRES_FORM}."))
    redis_url: str = setting(
        parse=url_of(
            "redis", "rediss", way_out="Use redis://host:6379/0, or leave it out for the embedded broker."
        )
    )
    secret_key: str = setting(parse=hard_to_guess)
    allowed_hosts: list[str] = setting(",".join(LOCAL_HOSTS), hosts)  # noqa: RUF009
    base_url: str = setting(parse=site_url)
    email_url: str = setting(
        parse=url_of(*EMAIL_SCHEMES, way_out=f"Begin it with one of: {', '.join(EMAIL_SCHEMES)}.")
    )
    email_from: str = setting("directory@localhost")
    ctgov_api_url: str = setting(parse=web_url)
    ctis_api_url: str = setting(parse=web_url)
    sentry_dsn: str = setting(parse=web_url)
    log_level: str = setting("INFO", one_of(*LOG_LEVELS))
    port: int = setting("8000", number(1, 65535))
    web_workers: int = setting("2", number(1, 64))
    web_threads: int = setting("4", number(1, 64))
    worker_concurrency: int = setting("2", number(1, 64))
    trusted_proxies: int = setting("0", number(0, 10))
    api_anonymous_per_minute: int = setting("120", number(1, 1_000_000))
    api_key_per_minute: int = setting("1200", number(1, 1_000_000))
    pages_per_minute: int = setting("600", number(1, 1_000_000))
    sign_in_failures_per_address: int = setting("20", number(1, 1_000_000))
    sign_in_failures_per_name: int = setting("7", number(1, 1_000_000))
    vouch_every_days: int = setting("25", number(22, 366))
    session_idle_minutes: int = setting("30", number(1, 12 * 60))
    load_demo: bool = setting("0", switch)

    @property
    def profile(self) -> str:
        """`embedded` when neither PostgreSQL nor Redis is asked for, else `production`."""
        return "production" if needs_servers(self.database_url, self.redis_url) else "embedded"

    @property
    def may_follow_demo_registry(self) -> bool:
        """Whether nobody named a registry, and all runs on one machine."""
        return self.profile == "embedded" and not (self.ctgov_api_url or self.ctis_api_url)

    @property
    def demo_registry_file(self) -> Path:
        """In it `make run` says where its demo registry answers, as long as it does."""
        return self.data_dir / "demo_registry.url"

    @property
    def registries(self) -> tuple[str, str]:
        """Where ClinicalTrials.gov and CTIS are asked: as given, else at the demo registry while it runs."""
        if self.may_follow_demo_registry:
            with suppress(FileNotFoundError):
                demo = self.demo_registry_file.read_text().strip()
                return f"{demo}/api/v2", f"{demo}/ctis-public-api"
        return self.ctgov_api_url or CTGOV, self.ctis_api_url or CTIS

    @property
    def secure(self) -> bool:
        """True when people reach the site over https."""
        return self.base_url.startswith("https://")


SETTINGS = tuple(one.name.upper() for one in fields(Environment))


def needs_servers(database_url: str, redis_url: str) -> bool:
    return database_url.startswith(POSTGRES) or bool(redis_url)


def read() -> Environment:
    """Read every setting; raises BadEnvironment with all the faults found."""
    env = Env(eager=False)
    env.add_parser("setting", _parsed)
    env_file = os.environ.get("ENV_FILE", str(BASE_DIR / ".env"))
    if env_file:
        env.read_env(env_file, recurse=False)
    values = {one.name: env.setting(one.name.upper(), "", **one.metadata) for one in fields(Environment)}
    faults: dict[str, list[str]] = {}
    try:
        env.seal()
    except EnvValidationError as error:
        faults = dict(cast("dict[str, list[str]]", error.error_messages))
    faults |= _faults_together(values, named=set(faults))
    if faults:
        raise BadEnvironment([f"{name}: {' '.join(faults[name])}" for name in SETTINGS if name in faults])
    values["base_url"] = values["base_url"] or f"http://127.0.0.1:{values['port']}"
    # The site answers to the host of its own address, too.
    own_host = str(urlsplit(values["base_url"]).hostname)
    values["allowed_hosts"] = list(dict.fromkeys([*values["allowed_hosts"], own_host]))
    return Environment(**values)


def _parsed(text: str, unset: str, parse: Parse) -> Any:
    """The value of one setting; an empty text counts as not given."""
    given = text.strip() or unset
    return parse(given) if given else ""


def _faults_together(values: dict[str, Any], named: set[str]) -> dict[str, list[str]]:
    """Faults that only show between settings; what is `named` already is not judged again."""
    if named & {"DATABASE_URL", "REDIS_URL"}:
        return {}
    faults = {}
    servers = needs_servers(values["database_url"], values["redis_url"])
    if servers and not values["secret_key"] and "SECRET_KEY" not in named:
        faults["SECRET_KEY"] = [
            "it is required as soon as DATABASE_URL or REDIS_URL names a server.",
            "Set it to at least 32 characters that nobody can guess, the same on every machine.",
        ]
    if values["replica_url"] and not values["database_url"].startswith(POSTGRES):
        faults["REPLICA_URL"] = ["a replica follows a main database on PostgreSQL: set DATABASE_URL too."]
    return faults


def load() -> Environment:
    """`read()` for a process that starts: faults are printed and the process ends with code 2."""
    try:
        return read()
    except BadEnvironment as error:
        print("These settings cannot be used:", file=sys.stderr)
        for message in error.messages:
            print(f"  {message}", file=sys.stderr)
        sys.exit(2)
