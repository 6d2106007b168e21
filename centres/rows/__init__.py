"""How a row of a sheet becomes a centre, a network's membership, a person."""

from .centres import CentreJudge
from .networks import NetworkJudge

# Registered in this order.
KINDS = (CentreJudge, NetworkJudge)
