"""The kinds of sheets, each with its columns (`sheet`) and its judge."""

from ..choices import Kind
from .base import Judge
from .centres import CentreJudge
from .ctgov import CtgovJudge
from .networks import NetworkJudge
from .sites import SiteJudge
from .trials import TrialJudge

JUDGES: dict[str, type[Judge]] = {
    Kind.CENTRES: CentreJudge,
    Kind.NETWORKS: NetworkJudge,
    Kind.TRIALS: TrialJudge,
    Kind.SITES: SiteJudge,
    Kind.CTGOV_CSV: CtgovJudge,
}
