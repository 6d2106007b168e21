"""What each record says of itself, so that the machines below its app need not know it."""

from .document import Document, Documents, Words
from .record import Record, all_documents, all_records, dependents_of, if_listed, put_rows, register

__all__ = [
    "Document", "Documents", "Record", "Words", "all_documents", "all_records", "dependents_of", "if_listed",
    "put_rows", "register",
]  # fmt: skip
