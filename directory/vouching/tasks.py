"""By the clock. Each bears being run twice, and at once."""

from celery import shared_task

from . import actions


@shared_task(name="directory.vouching.tasks.send_reminders")
def send_reminders() -> None:
    actions.send_due()


@shared_task(name="directory.vouching.tasks.clean_up")
def clean_up() -> None:
    actions.clean_up()
