"""What this app hands to the machines below it, once its models are there."""

from directory import records
from directory.imports import kinds

from .records import RECORDS
from .rows import KINDS


def register():
    records.register(*RECORDS)
    kinds.register(*KINDS)
