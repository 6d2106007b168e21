"""PostgreSQL and Redis, tasks in processes of their own: a task that dies takes no other with it."""

from config.settings.base import *

CELERY_WORKER_POOL = "prefork"
