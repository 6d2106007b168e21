"""Sheets sent by a program: received, planned by the worker, looked at. What is decided of them is beside.

A key acts as its account: of a coordinator of its centre, or of an editor. What it may do is decided in
`directory.imports`, as for people; a run that the account does not see does not exist here.
"""

import hashlib
from functools import partial

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser

from directory.imports import actions, report
from directory.imports.choices import Outcome, Status
from directory.imports.kinds import all_kinds
from directory.imports.models import ImportRun, RowOutcome
from directory.partners.models import KeyScope
from directory.sheets.workbooks import CONTENT_TYPE

from .. import addresses, conditional, openapi, pagination, parameters
from ..bodies import check_length
from ..errors import Fault, Problem, bad_parameters, not_found
from ..openapi import described, problem
from ..response_headers import of_answer
from ..shapes import page_of
from ..views import JSON, SPOKEN, ApiView
from . import shapes_imports as shapes
from .import_problems import not_now, refused

MAX_BODY_BYTES = 12 * 1024 * 1024
NUMBER = openapi.in_path("number", "The `id` of a run.", 1, {"type": "integer", "minimum": 1})
# What the addresses below a run have in common.
of_run = partial(extend_schema, tags=["Imports"], parameters=[NUMBER])
CONFLICT = problem(409)
LOCATION = of_answer("Location", 202)
LONGEST_KEY = 100
KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": LONGEST_KEY, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description="If you send a sheet again with the same key, you get the first run: no second one is made. "
    "Use one key per file.",
)
FORM = ("file", "kind", "sheet", "dry_run")


class ImportsView(ApiView):
    scope = KeyScope.IMPORTS

    def run_of(self, request, number: int) -> ImportRun:
        run = ImportRun.objects.visible_to(request.user).filter(pk=number).first()
        if run is None:
            raise not_found(f"Your key has no import run {number}.")
        return run


class Imports(ImportsView):
    """Send a sheet: it is planned by the worker; nothing is stored until the run is applied. And all runs."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="listImports",
        tags=["Imports"],
        summary="The runs of your key",
        description="The newest first. A key of a centre sees its own runs; an editor's key sees all runs.",
        responses=page_of(shapes.ImportRunSerializer, whole=True),
        parameters=[
            described("status", many=True, enum=Status.values),
            described("kind", many=True, enum=list(all_kinds())),
            openapi.of_page_size(),
            described("cursor"),
        ],
    )
    def get(self, request):
        parameters.check(request.GET, ("status", "kind", "page_size", "cursor"))
        statuses = parameters.several(request.GET, "status", Status.values)
        kinds = parameters.several(request.GET, "kind", list(all_kinds()))
        size, cursor = parameters.page_size(request.GET), parameters.one(request.GET, "cursor")
        runs = ImportRun.objects.visible_to(request.user)
        runs = runs.filter(status__in=statuses) if statuses else runs
        runs = runs.filter(kind__in=kinds) if kinds else runs
        page = pagination.numbered_page(request, runs, size, cursor, show=run_body, by="pk", newest=True)
        return private(request, page)

    @extend_schema(
        operation_id="createImport",
        tags=["Imports"],
        summary="Upload a sheet and make its plan",
        description="The plan is made in the background: follow `Location` until the status is `planned`. "
        "If you send the same file again while its run is under way, you get that run.",
        responses={202: shapes.ImportRunSerializer, **problem(422)},
        request={"multipart/form-data": shapes.SentSheetSerializer},
        parameters=[KEY, LOCATION],
    )
    def post(self, request):
        parameters.check(request.GET, ())
        check_length(
            request.META,
            most=MAX_BODY_BYTES,
            too_large="A sheet may have at most 10 MB.",
            way_out="Send a whole file, not a stream.",
        )
        file, texts = read_form(request)
        key = idempotency_key(request)
        try:
            run = actions.receive(
                file=file,
                file_name=file.name,
                kind=texts.get("kind", ""),
                sheet=texts.get("sheet", ""),
                user=request.user,
                centre=request.auth.centre,
                idempotency_key=key,
            )
        except actions.Refused as error:
            raise refused(error) from None
        if key and run.idempotency_key == key and run.was_there and run.sha256 != sha256_of(file):
            detail = f"The Idempotency-Key “{key}” was used for another file (run {run.pk}). Use a new one."
            raise Problem("refused", detail)
        return accepted(run, follow=True)


def idempotency_key(request) -> str:
    """What the header `Idempotency-Key` says, empty without one. Problem 400 for one that cannot be kept."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not all("!" <= one <= "~" or one == " " for one in key):
        sentence = f"An Idempotency-Key has at most {LONGEST_KEY} printable ASCII characters."
        raise bad_parameters([Fault("Idempotency-Key", sentence)])
    return key


def sha256_of(file) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def read_form(request) -> tuple[UploadedFile, QueryDict]:
    """The file and the texts. Problem 400 for fields that are unknown, missing, twice or unusable."""
    texts, files = request.POST, request.FILES
    parameters.check(texts, FORM)
    faults = [
        Fault(name, f"“{name}” is given twice. Give it once.") for name in FORM if _is_twice(request, name)
    ]
    if "file" not in files or len(files) > 1:
        faults.append(Fault("file", "Send one sheet as the form field “file” (multipart/form-data)."))
    if (kind := texts.get("kind", "")) and kind not in (known := list(all_kinds())):
        sentence = f"“{kind[:40]}” is not a kind of sheet. Use: {', '.join(known)}."
        faults.append(Fault("kind", sentence, known))
    if texts.get("dry_run", "1") not in ("0", "1"):
        faults.append(Fault("dry_run", "“dry_run” is 0 or 1.", ["0", "1"]))
    if faults:
        raise bad_parameters(faults)
    return files["file"], texts


def _is_twice(request, name: str) -> bool:
    return len(request.POST.getlist(name)) + len(request.FILES.getlist(name)) > 1


class ImportDetail(ImportsView):
    """How far a run is, and what it found."""

    @of_run(operation_id="getImport", summary="The state of a run", responses=shapes.ImportRunSerializer)
    def get(self, request, number):
        parameters.check(request.GET, ())
        return private(request, run_body(self.run_of(request, number)))


class ImportRows(ImportsView):
    """The rows of a run, in the order of the sheet."""

    @of_run(
        operation_id="listImportRows",
        summary="The outcome of each row",
        responses=page_of(shapes.ImportRowSerializer),
        parameters=[
            NUMBER,
            described("outcome", many=True, enum=Outcome.values),
            openapi.of_page_size(),
            described("cursor"),
        ],
    )
    def get(self, request, number):
        parameters.check(request.GET, ("outcome", "page_size", "cursor"))
        outcomes = parameters.several(request.GET, "outcome", Outcome.values)
        size = parameters.page_size(request.GET)
        rows = RowOutcome.objects.filter(run=self.run_of(request, number))
        if outcomes:
            rows = rows.filter(outcome__in=outcomes)
        cursor = parameters.one(request.GET, "cursor")
        return private(request, pagination.numbered_page(request, rows, size, cursor, show=row_body))


class ImportReport(ImportsView):
    """The sheet given back, with what became of each row."""

    # A workbook to whoever takes one; problems stay JSON.
    spoken = SPOKEN | {CONTENT_TYPE}

    @of_run(
        operation_id="getImportReport",
        summary="The sheet with the outcome of each row",
        description="The uploaded file as a workbook: its own columns and rows, then `Outcome` and "
        "`Messages`; cells with a message are coloured, and messages about the whole file are in a second "
        "sheet. You can correct it and upload it again: the added columns are ignored.",
        responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY, **CONFLICT},
        parameters=[NUMBER, described("only", enum=("bad",)), of_answer("Content-Disposition", 200)],
    )
    def get(self, request, number):
        parameters.check(request.GET, ("only",))
        only_bad = parameters.choice(request.GET, "only", ("", "bad"), "") == "bad"
        run = self.run_of(request, number)
        etag = conditional.etag_of(request, report.version(run))
        headers = {"ETag": etag} | conditional.PRIVATE
        if conditional.unchanged(request, etag):
            return HttpResponse(status=304, headers=headers)
        try:
            pieces = report.report(run, only_bad=only_bad)
        except report.NotReady:
            sentence = f"Import {number} is {run.get_status_display()}; its rows are not checked yet."
            raise not_now(run, sentence, [Fault("status", sentence)]) from None
        headers["Content-Disposition"] = content_disposition_header(True, report.file_name(run))
        if request.method == "HEAD":
            return HttpResponse(content_type=CONTENT_TYPE, headers=headers)
        return StreamingHttpResponse(pieces, content_type=CONTENT_TYPE, headers=headers)


def run_body(run: ImportRun) -> bytes:
    """A run as `ImportRunSerializer` says; `created_by` is a key or a role, never a person's name."""
    return orjson.dumps(
        {
            "id": run.pk,
            "kind": run.kind,
            "file_name": run.file_name,
            "status": run.status,
            "rows_total": run.rows_total,
            "rows_done": run.rows_done,
            "percent": run.percent,
            "counts": {outcome: run.counts.get(outcome, 0) for outcome in Outcome.values},
            "problems": run.problems,
            "warnings": run.warnings,
            "created_at": run.created_at,
            "finished_at": run.finished_at,
            "created_by": run.role,
            "undo_of": run.undo_of_id,
            "stored": run.rows_stored,
        }
    )


def row_body(row: RowOutcome) -> bytes:
    return orjson.dumps(
        {
            "number": row.number,
            "outcome": row.outcome,
            "record": row.record or None,
            "changes": row.changes,
            "messages": row.messages,
        }
    )


def accepted(run: ImportRun, *, follow: bool = False) -> HttpResponse:
    """202 with the run; with `Location` where it is another one to `follow` than the address names."""
    headers = {"Location": addresses.absolute(reverse("api:import", args=[run.pk]))} if follow else {}
    return HttpResponse(run_body(run), JSON, 202, headers=headers)


def private(request, body: bytes) -> HttpResponse:
    """An answer for this key alone, with a tag drawn from what it says."""
    etag = conditional.etag_of(request, body.decode())
    headers = {"ETag": etag} | conditional.PRIVATE
    if conditional.unchanged(request, etag):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, JSON, headers=headers)
