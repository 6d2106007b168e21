"""The `sites` sheet of one centre, for whoever has a mailed link: given out, and handed in again.

What is handed in is an import like any other (`directory.imports`): the coordinator's, of that centre alone.
"""

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from directory.core import changes
from directory.core.roles import Role
from directory.imports import actions
from directory.imports.choices import STORED, Decision
from directory.imports.header_columns import LEFT_OUT
from directory.imports.models import ImportRun
from directory.sheets import templates
from directory.sheets.sheet import VERSION, version_of
from trials.models import TrialSite
from trials.sheets import SiteSheet

from .answering import why_closed
from .asked import AskedSite, asked_about, told
from .models import Enquiry, SheetAnswer

# Who may be named in public is said after signing in: a link may have been passed on.
NOT_BY_LINK = ("pi_name", "contact_name", "contact_email", "contact_phone", "consent_to_publish", "url")


def workbook(enquiry: Enquiry, language: str) -> bytes:
    """The sites that `enquiry` asks about, with headers in `language`.

    Handed in as it is, it confirms what no registry contradicts: a status without a day is one of the day on
    which it is handed in. Of a site that a registry contradicts the status is left to be filled in. A person
    stands in it only with consent on record.
    """
    version = version_of(changes.last_seq())  # before anything is read: what changes later is later
    asked = asked_about(enquiry)
    found = SiteSheet.prepared(TrialSite.objects.filter(pk__in=[one.site.pk for one in asked]))
    stored = {one.pk: one for one in found}
    rows = [[*_cells_of(one, stored[one.site.pk]), version] for one in asked if one.site.pk in stored]
    lists = {"centre_code": [(enquiry.centre.code, str(enquiry.centre))]}
    return templates.workbook(SiteSheet, language, rows, lists=lists, more=[VERSION])


def _cells_of(asked: AskedSite, site: TrialSite) -> list[str]:
    for name in ("contact_person", "investigator"):
        person = getattr(site, name)
        if person is not None and not person.may_be_published:
            setattr(site, name, None)
    cells = dict(zip(SiteSheet.columns(), SiteSheet.cells_of(site), strict=True))
    cells["status_date"] = ""
    if asked.against:
        cells["status"] = ""
    return list(cells.values())


def hand_in(*, enquiry: Enquiry, file: UploadedFile) -> ImportRun:
    """Have a sheet planned, of the centre of `enquiry` alone and in its coordinator's name.

    Raises `actions.Refused` at the door, PermissionError where the link is closed.
    """
    with transaction.atomic():
        _refuse_closed(enquiry)
        run = actions.receive(
            file=file, file_name=file.name or "", kind=SiteSheet.kind, user=enquiry.user,
            role=Role.COORDINATOR, centre=enquiry.centre, choices={LEFT_OUT: ";".join(NOT_BY_LINK)},
        )  # fmt: skip
        SheetAnswer.objects.get_or_create(enquiry=enquiry, run=run)
    return run


def run_of(enquiry: Enquiry, number: int) -> ImportRun | None:
    """The run of that number, where it was handed in by a link of `enquiry`."""
    found = ImportRun.objects.filter(by_links__enquiry=enquiry, pk=number)
    return found.select_related("centre").first()


def ending(enquiry: Enquiry, run: ImportRun) -> list[tuple[str, str]]:
    """What registries say against rows that the plan would store: the trial, and their words."""
    against = {one.site.change_key: one for one in asked_about(enquiry) if one.against}
    stored = run.rows.filter(record__in=against, outcome__in=STORED).exclude(decision=Decision.LEAVE)
    found = (against[key] for key in stored.order_by("number").values_list("record", flat=True))
    return [(str(one.site.trial), told(one.against)) for one in found if one.against]


def confirm(*, enquiry: Enquiry, run: ImportRun, seen: int | None, language: str) -> ImportRun:
    """Let the plan that was read (`seen`) be applied: the coordinator has answered.

    Raises `actions.Refused`, PermissionError where the link was closed meanwhile; then nothing is stored.
    """
    with transaction.atomic():
        held = _refuse_closed(enquiry)
        run = actions.confirm(run=run, user=enquiry.user, seen=seen)
        held.answered_at, held.language = timezone.now(), language
        held.save(update_fields=["answered_at", "language"])
    return run


def _refuse_closed(enquiry: Enquiry) -> Enquiry:
    """`enquiry`, held until the transaction ends: two answers at once take turns."""
    held = Enquiry.objects.select_for_update(of=("self",)).select_related("centre").get(pk=enquiry.pk)
    if why_closed(held):
        raise PermissionError
    return held
