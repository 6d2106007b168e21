"""What runs by the clock. Each entry expires before the next is due: a queue never fills with repeats."""

from celery.schedules import crontab, schedule

HOURLY_EXPIRES = 30 * 60

# Name of the task without `tasks`; when; the seconds after which it is not worth running any more.
_TASKS: list[tuple[str, schedule | float, int]] = [
    # Queues again what a worker left behind; the row of a run is the truth, not the broker.
    ("directory.imports.sweep", 60.0, 55),
    ("directory.imports.clean_up", crontab(minute=17), HOURLY_EXPIRES),
    # Each watch has its period; what is settled is passed over, so asking often does no harm.
    ("directory.watching.send_due", crontab(minute="*/10"), 9 * 60),
    ("directory.watching.clean_up", crontab(minute=41), HOURLY_EXPIRES),
    # An enquiry has each of its mails once, however often it is asked what is due.
    ("directory.vouching.send_reminders", crontab(minute="5-59/10"), 9 * 60),
    ("directory.vouching.clean_up", crontab(minute=29), HOURLY_EXPIRES),
    ("directory.partners.keep_use", crontab(minute=7), HOURLY_EXPIRES),
    ("directory.core.clear_sessions", crontab(minute=53), HOURLY_EXPIRES),
    # Registries are asked at night, when they and we have time.
    ("trials.follow_all", crontab(hour=3, minute=20), 6 * 60 * 60),
    # Each week; asked by the hour, so that a machine that was off or a registry that was away catches up.
    ("trials.discover_due", crontab(minute=47), HOURLY_EXPIRES),
    ("trials.propose_doubles", crontab(minute=34), HOURLY_EXPIRES),
]


def _entry(name: str, when: schedule | float, expires: int) -> dict:
    part, _dot, task = name.rpartition(".")
    return {"task": f"{part}.tasks.{task}", "schedule": when, "options": {"expires": expires}}


CELERY_BEAT_SCHEDULE = {task[0]: _entry(*task) for task in _TASKS}
