"""What each record says of itself, so that the machines below its app need not know it."""

from .record import Record, all_records, dependents_of, put_rows, register

__all__ = ["Record", "all_records", "dependents_of", "put_rows", "register"]
