"""`/healthz`: the process is up. `/readyz`: it can serve, or 503 with the reasons why not.

A check is a function that returns None when all is well, else a reason fit to be read by anyone.
"""

from collections.abc import Callable
from pathlib import Path

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from directory.imports.models import ImportRun
from directory.search import service


def database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "the database does not answer"
    return None


def broker() -> str | None:
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        return None if Path(settings.BROKER_DIR, "queue").is_dir() else "the broker's folder is missing"
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError:
        return "the broker does not answer"
    finally:
        client.close()
    return None


def demo() -> str | None:
    if not settings.LOAD_DEMO or settings.DEMO_MARKER.exists():
        return None
    return f"the demo registry is being loaded{_sheet_at_work()}"


def _sheet_at_work() -> str:
    """Which sheet an import is at, and how far: `: trials.csv, row 60 of 131`."""
    run = ImportRun.objects.order_by("-pk").values_list("file_name", "rows_done", "rows_total").first()
    return f": {run[0]}, row {run[1]} of {run[2]}" if run and run[2] else ""


def index() -> str | None:
    return service.ready()


CHECKS: list[Callable[[], str | None]] = [database, broker, demo, index]


def reasons() -> dict[str, str]:
    """Why this process cannot serve, by check; empty when it can."""
    found = {check.__name__: check() for check in CHECKS}
    return {name: reason for name, reason in found.items() if reason}


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    missing = reasons()
    if missing:
        return JsonResponse({"status": "not ready", "reasons": missing}, status=503)
    return JsonResponse({"status": "ready"})
