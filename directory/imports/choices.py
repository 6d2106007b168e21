"""The words of imports: states of a run, outcomes of rows and what is decided of them."""

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    UPLOADED = "uploaded", _("uploaded")
    PLANNING = "planning", _("being planned")
    PLANNED = "planned", _("planned, waiting for confirmation")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


class Outcome(models.TextChoices):
    """What a row means for the registry."""

    NEW = "new", _("new")
    UPDATE = "update", _("update")
    UNCHANGED = "unchanged", _("unchanged")
    DUPLICATE = "duplicate", _("duplicate")
    CONFLICT = "conflict", _("conflict")
    INVALID = "invalid", _("invalid")
    ERROR = "error", _("error")


STORED = (Outcome.NEW, Outcome.UPDATE)
NOT_TAKEN = (Outcome.DUPLICATE, Outcome.CONFLICT, Outcome.INVALID, Outcome.ERROR)
NOT_ITS_FAULT = ("moved", "busy", "failed", "broken_rule", "orphans", "in_the_way")
LIVE = (Status.UPLOADED, Status.PLANNING, Status.PLANNED, Status.APPLYING)
HAS_STORED = (Status.APPLIED, Status.UNDOING, Status.UNDONE)
ENDED = (Status.APPLIED, Status.CANCELLED, Status.FAILED, Status.UNDONE)


class Decision(models.TextChoices):
    """What a person says of one row of a plan, against what the plan says of it."""

    TAKE = "take", _("taken")
    LEAVE = "leave", _("left out")


@dataclass
class Decided:
    """Rows by outcome: those that are stored (or are as they are), those left out, and how many of these wait
    for a person to take them."""

    taken: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    held: int = 0

    @property
    def number_to_store(self) -> int:
        return sum(number for outcome, number in self.taken.items() if outcome != Outcome.UNCHANGED)

    @property
    def number_left(self) -> int:
        return sum(self.left.values())


def is_taken(outcome: str, may_be_taken: bool, decision: str) -> bool:
    """A good row unless it is left out; a row held back only where a person takes it."""
    if outcome in (*STORED, Outcome.UNCHANGED):
        return decision != Decision.LEAVE
    return may_be_taken and decision == Decision.TAKE
