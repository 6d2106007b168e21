"""The `sites` sheet of one centre, for whoever has a mailed link."""

from directory.core import changes
from directory.sheets import templates
from directory.sheets.sheet import VERSION, version_of
from trials.models import TrialSite
from trials.sheets import SiteSheet

from .models import Enquiry


def workbook(enquiry: Enquiry, language: str) -> bytes:
    """The sites that `enquiry` asks about, with headers in `language`; corrected, an import takes it.

    A person stands in it only with consent on record: an empty cell keeps what is stored.
    """
    version = version_of(changes.last_seq())  # before anything is read: what changes later is later
    rows = [
        [*SiteSheet.cells_of(_as_the_public_sees(site)), version]
        for site in SiteSheet.prepared(enquiry.sites())
    ]
    lists = {"centre_code": [(enquiry.centre.code, str(enquiry.centre))]}
    return templates.workbook(SiteSheet, language, rows, lists=lists, more=[VERSION])


def _as_the_public_sees(site: TrialSite) -> TrialSite:
    for name in ("contact_person", "investigator"):
        person = getattr(site, name)
        if person is not None and not person.may_be_published:
            setattr(site, name, None)
    return site
