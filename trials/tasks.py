"""What a worker does for trials: following registries, looking for new trials and for doubles."""

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import KombuError, OperationalError

from .discovery import waiting_to_come
from .doubles import propose_doubles as propose
from .models.registry import Registry
from .sources import discovering
from .sources.following import source_of
from .sources.sync import follow as follow_source

log = logging.getLogger(__name__)
AGAIN = 60  # seconds, where another run is under way


@shared_task(name="trials.tasks.follow")
def follow(code: str, *, is_accepted: bool = False) -> None:
    """Follow the registry of this code; delivered twice, it is followed once."""
    follow_source(source_of(code), is_accepted=is_accepted)
    propose()


@shared_task(name="trials.tasks.follow_all")
def follow_all() -> None:
    """Follow each registry, whatever becomes of the others."""
    for code in Registry.values:
        send(code)


@shared_task(name="trials.tasks.discover")
def discover(code: str, *, is_accepted: bool = False) -> None:
    """Look for new trials in the registry of this code; delivered twice, it is asked once."""
    discovering.discover(source_of(code), is_accepted=is_accepted)


@shared_task(name="trials.tasks.discover_due")
def discover_due() -> None:
    """Look for new trials in each registry that was not asked for a week; bring in what is still to come."""
    now = timezone.now()
    for code in Registry.values:
        if discovering.is_due(code, now):
            _send(discover, code)
        if waiting_to_come(code):
            _send(bring_in, code)


@shared_task(name="trials.tasks.bring_in", bind=True, max_retries=30)
def bring_in(self, code: str) -> None:
    """Make drafts of the candidates that were taken; what has come by then is passed over."""
    numbers = waiting_to_come(code)
    if not numbers:
        return
    source = source_of(code)
    if follow_source(source, source.fetch(dict.fromkeys(numbers)), is_partial=True) is None:
        raise self.retry(countdown=AGAIN)


@shared_task(name="trials.tasks.propose_doubles")
def propose_doubles() -> None:
    """Propose to the editors what was entered or imported lately and may be known already."""
    propose()


def send(code: str, *, is_accepted: bool = False) -> bool:
    """Queue the following of a registry; False when the broker is away."""
    return _send(follow, code, is_accepted=is_accepted)


def send_discovery(code: str, *, is_accepted: bool = False) -> bool:
    """Queue the search for new trials in a registry; False when the broker is away."""
    return _send(discover, code, is_accepted=is_accepted)


def send_taken(code: str) -> bool:
    """Queue the making of drafts of what was taken; False when the broker is away."""
    return _send(bring_in, code)


def _send(task, code: str, **options) -> bool:
    try:
        task.apply_async([code], options)
    except (OperationalError, KombuError, OSError):
        log.warning("broker away, registry not asked", extra={"registry": code, "task": task.name})
        return False
    return True
