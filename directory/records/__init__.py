"""What each record says of itself, so that the machines below its app need not know it."""

from .document import Document, Words
from .record import Record, all_records, dependents_of, put_rows, register

__all__ = ["Document", "Record", "Words", "all_records", "dependents_of", "put_rows", "register"]
