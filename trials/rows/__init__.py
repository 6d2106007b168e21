"""How a row of a sheet becomes a trial, a site."""

from .ctgov import CtgovJudge
from .sites import SiteJudge
from .trials import TrialJudge

# Registered in this order.
KINDS = (TrialJudge, SiteJudge, CtgovJudge)
