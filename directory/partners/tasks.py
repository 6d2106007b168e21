"""By the clock; bears being run twice, and at once."""

from celery import shared_task

from . import use


@shared_task(name="directory.partners.tasks.keep_use")
def keep_use() -> None:
    use.keep()
