"""The models of the domain, one concept a file."""

from .centre import Centre, CentreAlias
from .network import Membership, Network
from .people import Affiliation, Coordination, Professional

__all__ = ["Affiliation", "Centre", "CentreAlias", "Coordination", "Membership", "Network", "Professional"]
