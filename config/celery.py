"""The Celery application: JSON only, no result backend; what a task did is told by rows of ours."""

import gc
import os

from celery import Celery
from celery.signals import setup_logging, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
# Django's checks load every page and the API, which no task needs; the web server runs them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")
TRANSPORT_ALIASES["filesystem"] = "config.embedded.broker:Transport"

app = Celery("directory")
app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    # A task that dies with its process is delivered again: tasks must bear being delivered twice.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    # A page that hands over work answers soon, even when the broker does not.
    task_publish_retry_policy={"max_retries": 2, "interval_start": 0, "interval_step": 0.5},
    timezone="Europe/Brussels",
    enable_utc=True,
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_):
    """Django's LOGGING stands; Celery would otherwise set up its own."""


@worker_init.connect
def share_what_is_loaded(**_):
    """The processes that a worker forks share its memory as long as nobody writes into it.

    The garbage collector writes into whatever it looks at, so it is not to look at what is there already.
    """
    gc.collect()
    gc.freeze()
