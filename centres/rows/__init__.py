"""How a row of a sheet becomes a centre, a network's membership, a person."""

from .centres import CentreProcessor
from .networks import NetworkProcessor

# Registered in this order.
KINDS = (CentreProcessor, NetworkProcessor)
