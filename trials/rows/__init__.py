"""How a row of a sheet becomes a trial, a site."""

from .ctgov import CtgovProcessor
from .ctgov_json import CtgovJsonProcessor
from .registry_files import (
    ClassicProcessor,
    CtisProcessor,
    EuctrProcessor,
    IctrpProcessor,
    IsrctnProcessor,
)
from .sites import SiteProcessor
from .trials import TrialProcessor

# Registered in this order.
KINDS = (
    TrialProcessor, SiteProcessor, CtgovProcessor, CtgovJsonProcessor, ClassicProcessor, CtisProcessor,
    EuctrProcessor, IctrpProcessor, IsrctnProcessor,
)  # fmt: skip
