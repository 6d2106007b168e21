"""What runs by the clock. Each entry expires before the next is due: a queue never fills with repeats."""

from celery.schedules import crontab

CELERY_BEAT_SCHEDULE = {
    # Queues again what a worker left behind; the row of a run is the truth, not the broker.
    "imports.sweep": {
        "task": "directory.imports.tasks.sweep",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "imports.clean_up": {
        "task": "directory.imports.tasks.clean_up",
        "schedule": crontab(minute=17),
        "options": {"expires": 30 * 60},
    },
    # Each watch has its period; what is settled is passed over, so asking often does no harm.
    "watching.send_due": {
        "task": "directory.watching.tasks.send_due",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 9 * 60},
    },
    "watching.clean_up": {
        "task": "directory.watching.tasks.clean_up",
        "schedule": crontab(minute=41),
        "options": {"expires": 30 * 60},
    },
    "partners.keep_use": {
        "task": "directory.partners.tasks.keep_use",
        "schedule": crontab(minute=7),
        "options": {"expires": 30 * 60},
    },
    "core.clear_sessions": {
        "task": "directory.core.tasks.clear_sessions",
        "schedule": crontab(minute=53),
        "options": {"expires": 30 * 60},
    },
}
