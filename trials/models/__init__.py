"""The models of the domain, one concept a file."""

from .condition import Condition
from .site import StatusStatement, TrialSite
from .trial import Trial, TrialIdentifier

__all__ = ["Condition", "StatusStatement", "Trial", "TrialIdentifier", "TrialSite"]
