"""Undo of an applied run: the reverse of its changes, planned, looked at and applied as a run of its own."""

from .processor import UndoProcessor

__all__ = ["UndoProcessor"]
