"""The models of the domain, one concept a file."""

from .condition import Condition
from .discovery import DiscoveredNumber, DiscoveredTrial, RegistryDiscovery
from .double import SuspectedDouble, TrialMerge
from .event import RecruitmentEvent
from .place import UnresolvedPlace
from .registry import RegistryRecord, RegistrySync
from .site import TrialSite
from .statement import StatusStatement
from .suggestion import TextSuggestion
from .trial import Trial, TrialIdentifier

__all__ = [
    "Condition", "DiscoveredNumber", "DiscoveredTrial", "RecruitmentEvent", "RegistryDiscovery",
    "RegistryRecord", "RegistrySync", "StatusStatement", "SuspectedDouble", "TextSuggestion", "Trial",
    "TrialIdentifier", "TrialMerge", "TrialSite", "UnresolvedPlace",
]  # fmt: skip
