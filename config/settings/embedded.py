"""One machine, nothing to install: SQLite, the broker on files, the worker's tasks in threads."""

from config.settings.base import *

CELERY_WORKER_POOL = "threads"
