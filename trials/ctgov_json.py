"""Records of ClinicalTrials.gov as its API v2 has them, handed in as a JSON file.

Each is read as following the registry reads it (`trials.sources.ctgov`), and then is a row of the registry's
CSV. What stands beside the protocol is the registry's own bookkeeping, or results.
"""

from directory.sheets.cells import LongText

from .ctgov import CtgovSheet
from .models import Trial
from .registry_files.base import ExportColumn, unkept


class CtgovJsonSheet(CtgovSheet):
    """One record a trial: `protocolSection`, and what else the registry has at the top of it."""

    kind = "ctgov_json"
    required = ("protocol_section",)
    is_json = True
    repairs_encoding = False

    protocol_section = ExportColumn("protocolSection", None, LongText())
    results_section = unkept("resultsSection")
    annotation_section = unkept("annotationSection")
    document_section = unkept("documentSection")
    derived_section = unkept("derivedSection")
    has_results = unkept("hasResults")
    resource = unkept("resource")
    passed_on_by = unkept("ctrname")
    passed_on_at = unkept("record_last_import")
    own = (
        "protocol_section", "results_section", "annotation_section", "document_section", "derived_section",
        "has_results", "resource", "passed_on_by", "passed_on_at",
    )  # fmt: skip
    locals().update(CtgovSheet.columns())

    class Meta:
        model = Trial
