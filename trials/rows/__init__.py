"""How a row of a sheet becomes a trial, a site."""

from .ctgov import CtgovProcessor
from .sites import SiteProcessor
from .trials import TrialProcessor

# Registered in this order.
KINDS = (TrialProcessor, SiteProcessor, CtgovProcessor)
