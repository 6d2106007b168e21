"""The models of the domain, one concept a file."""

from .condition import Condition
from .discovery import DiscoveredNumber, DiscoveredTrial, RegistryDiscovery
from .double import SuspectedDouble, TrialMerge
from .event import RecruitmentEvent
from .intervention import Intervention, TrialArm, TrialIntervention
from .place import UnresolvedPlace
from .registry import RegistryRecord, RegistrySync
from .site import TrialSite
from .statement import StatusStatement
from .suggestion import TextSuggestion
from .trial import Trial, TrialIdentifier

__all__ = [
    "Condition", "DiscoveredNumber", "DiscoveredTrial", "Intervention", "RecruitmentEvent",
    "RegistryDiscovery", "RegistryRecord", "RegistrySync", "StatusStatement", "SuspectedDouble",
    "TextSuggestion", "Trial", "TrialArm", "TrialIdentifier", "TrialIntervention", "TrialMerge", "TrialSite",
    "UnresolvedPlace",
]  # fmt: skip
