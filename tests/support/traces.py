"""Whether a word was kept anywhere: in logs, database, cache, mails, or any file of this registry."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection

BIGGEST = 50_000_000


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that this process logs meanwhile, at any level, as it is written in production."""
    out, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(out)
    if root.handlers:
        handler.setFormatter(root.handlers[0].formatter)
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield out
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def places_of(word: str) -> list[str]:
    """Where `word` is kept: tables, files below DATA_DIR and of the index, the cache, mails."""
    found = [f"table {name}" for name, text in _tables() if word in text]
    found += [f"file {path}" for path in _files() if word.encode() in path.read_bytes()]
    found += ["cache"] if word in _cached() else []
    return found + ["mail"] * any(word in str(one.message()) for one in getattr(mail, "outbox", []))


def _tables() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield table, str(cursor.fetchall())


def _files() -> Iterator[Path]:
    for folder in {Path(settings.DATA_DIR), Path(settings.INDEX_DIR)}:
        for path in folder.rglob("*"):
            if path.is_file() and path.stat().st_size < BIGGEST:
                yield path


def _cached() -> str:
    """All keys and values of Redis, the broker's queues too; the embedded cache is one of the files."""
    if not settings.CACHES["default"]["BACKEND"].endswith("RedisCache"):
        return ""
    client = cache._cache.get_client(None, write=False)
    read = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"hash": client.hgetall,
    }
    found = []
    for key in client.keys("*"):
        kind = client.type(key)
        if kind != b"none":  # gone since it was listed
            found.append((key, read[kind](key)))
    return str(found)
