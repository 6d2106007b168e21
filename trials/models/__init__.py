"""The models of the domain, one concept a file."""

from .condition import Condition
from .event import RecruitmentEvent
from .intervention import Intervention, TrialArm, TrialIntervention
from .registry import RegistryRecord, RegistrySync
from .site import TrialSite
from .statement import StatusStatement
from .suggestion import TextSuggestion
from .trial import Trial, TrialIdentifier

__all__ = [
    "Condition", "Intervention", "RecruitmentEvent", "RegistryRecord", "RegistrySync", "StatusStatement",
    "TextSuggestion", "Trial", "TrialArm", "TrialIdentifier", "TrialIntervention", "TrialSite",
]  # fmt: skip
