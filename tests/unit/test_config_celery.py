"""What the Celery application sets up for its workers."""

import gc

from celery.signals import worker_init

from config.celery import app


def test_a_worker_leaves_what_is_loaded_to_be_shared():
    gc.unfreeze()
    try:
        worker_init.send(sender=app)
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
