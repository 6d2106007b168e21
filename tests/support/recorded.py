"""Writes as the house makes them, in the change log: what the builders make is not."""

from directory.core import changes
from directory.core.changes import SYSTEM


def edit(record, **values):
    with changes.recording(SYSTEM) as log:
        log.watch(record)
        for name, value in values.items():
            setattr(record, name, value)
        record.save()
    return record


def add(*records):
    with changes.recording(SYSTEM) as log:
        for record in records:
            log.watch(record)
            record.save()
    return records[0]


def remove(*records):
    """Each before what it belongs to."""
    with changes.recording(SYSTEM) as log:
        log.watch(*records)
        for record in records:
            record.delete()


def beside(record, change):
    """Do `change` to what lies beside the columns of `record`."""
    with changes.recording(SYSTEM) as log:
        log.watch(record)
        change()
