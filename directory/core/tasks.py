"""By the clock; bears being run twice, and at once."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="directory.core.tasks.clear_sessions")
def clear_sessions() -> None:
    """Sessions that ended are only passed over until then."""
    call_command("clearsessions")
