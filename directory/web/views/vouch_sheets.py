"""A sheet handed in by the link of a coordinator's mail: its plan first, then what became of it."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from directory.core.text import whole_number
from directory.imports import actions
from directory.imports.choices import Status
from directory.imports.models import ImportRun
from directory.imports.plan_page import PlanPage, given_answers
from directory.vouching import answering, sheet_of_centre
from directory.vouching.models import Enquiry

from .. import words
from .vouch import closed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Take a sheet and lead to its plan; nothing is stored by it before that is confirmed."""
    enquiry = Enquiry.of_token(token)
    if enquiry is None or answering.why_closed(enquiry):
        return closed(request, enquiry)
    problems: list[str] = []
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is not None:
                run = sheet_of_centre.hand_in(enquiry=enquiry, file=file)
                return redirect("web:vouch-plan", token, run.pk)
            problems = [_("Choose the file of the sheet first.")]
        except actions.Refused as refused:
            problems = [one["message"] for one in refused.problems]
        except PermissionError:
            enquiry.refresh_from_db()
            return closed(request, enquiry)
    context = {"token": token, "enquiry": enquiry, "problems": problems, "endings": actions.EXTENSIONS}
    return render(request, "directory/vouch/upload.html", context, status=422 if problems else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """What a sheet would change, row by row, and what became of it; a POST takes one of `STEPS`."""
    enquiry = Enquiry.of_token(token)
    if enquiry is None or answering.why_closed(enquiry):
        return closed(request, enquiry)
    run = sheet_of_centre.run_of(enquiry, number)
    if run is None:
        raise Http404
    problems: list[str] = []
    if request.method == "POST":
        step = STEPS.get(request.POST.get("step", ""))
        try:
            if step is not None:
                return redirect("web:vouch-plan", token, step(request, enquiry, run).pk)
            problems = [_("Choose one of the buttons of this page.")]
        except actions.Refused as refused:
            problems = [one["message"] for one in refused.problems]
        except PermissionError:
            enquiry.refresh_from_db()
            return closed(request, enquiry)
        run.refresh_from_db()
    return render(
        request, "directory/vouch/plan.html", _context(request, token, enquiry, run, problems),
        status=422 if problems else 200,
    )  # fmt: skip


def _context(request: HttpRequest, token: str, enquiry: Enquiry, run: ImportRun, problems: list[str]) -> dict:
    return {
        "token": token, "enquiry": enquiry, "run": run, "problems": problems,
        "page": PlanPage(run, request.GET, enquiry.user),
        "ends": sheet_of_centre.ending(enquiry, run) if run.status == Status.PLANNED else [],
    }  # fmt: skip


def _seen(request: HttpRequest) -> int | None:
    """The attempt that made the plan which the coordinator read."""
    return whole_number(request.POST.get("plan", ""))


def _confirm(request: HttpRequest, enquiry: Enquiry, run: ImportRun) -> ImportRun:
    language = words.page_language()
    return sheet_of_centre.confirm(enquiry=enquiry, run=run, seen=_seen(request), language=language)


def _cancel(request: HttpRequest, enquiry: Enquiry, run: ImportRun) -> ImportRun:
    return actions.cancel(run=run, user=enquiry.user)


def _answer_questions(request: HttpRequest, enquiry: Enquiry, run: ImportRun) -> ImportRun:
    if answers := given_answers(run, request.POST, enquiry.user):
        return actions.answer(run=run, user=enquiry.user, answers=answers, seen=_seen(request))
    return run


# What a coordinator decides of a sheet, by the name of the button.
STEPS: dict[str, Callable[[HttpRequest, Enquiry, ImportRun], ImportRun]] = {
    "answer": _answer_questions,
    "cancel": _cancel,
    "confirm": _confirm,
}
