"""What a worker does for trials: following the registries, finding trials that may be one."""

import logging

from celery import shared_task
from kombu.exceptions import KombuError, OperationalError

from .doubles import propose_doubles as propose
from .models.registry import Registry
from .sources.following import source_of
from .sources.sync import follow as follow_source

log = logging.getLogger(__name__)


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


@shared_task(name="trials.tasks.propose_doubles")
def propose_doubles() -> None:
    """Propose to the editors what was entered or imported lately and may be known already."""
    propose()


def send(code: str, *, is_accepted: bool = False) -> bool:
    """Queue the following of a registry; False when the broker is away."""
    try:
        follow.apply_async([code], {"is_accepted": is_accepted})
    except (OperationalError, KombuError, OSError):
        log.warning("broker away, registry not followed", extra={"registry": code})
        return False
    return True
