"""Imports in the admin: hand in a sheet, watch it being planned, read the plan, confirm or cancel."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from directory.adminsite import attention
from directory.adminsite.recorded import ReadOnlyAdmin
from directory.core.fields import LANGUAGE_CODES
from directory.core.roles import Role, is_editor
from directory.core.text import whole_number
from directory.sheets import csv_files, templates
from directory.sheets.workbooks import CONTENT_TYPE

from . import actions, blank, kinds, report
from .choices import Decision, Outcome, Status
from .kinds import all_kinds, may_be_handed_in
from .models import ImportRun
from .plan_page import PlanPage, given_answers


class UploadForm(forms.Form):
    """One sheet. Coordinators import sites; the kind may be left to the header."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What the sheet contains"),
        required=False,
    )
    file = forms.FileField(
        label=gettext_lazy("Sheet"),
        max_length=255,
        help_text=gettext_lazy("XLSX, ODS or CSV (separated by semicolons, commas or tabs). At most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(actions.EXTENSIONS)}),
        error_messages={"empty": gettext_lazy("The file is empty. It needs a header and at least one row.")},
    )
    sheet = forms.CharField(
        label=gettext_lazy("Name of the sheet"),
        required=False,
        max_length=100,
        help_text=gettext_lazy(
            "Only for a workbook with several sheets. If empty, the first sheet with known columns is read."
        ),
    )

    blank = forms.ChoiceField(
        label=gettext_lazy("Empty cells"),
        required=False,
        choices=[
            (blank.KEEP, gettext_lazy("keep the stored value")),
            (blank.CLEAR, gettext_lazy("clear the stored value")),
        ],
        help_text=gettext_lazy("An empty cell never clears identifiers, required columns or consent."),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        role = Role.EDITOR if is_editor(user) else Role.COORDINATOR
        own = [(kind, label) for kind, label in kinds.choices() if may_be_handed_in(kind, role, None)]
        self.fields["kind"].choices = [("", _("Detected from the columns")), *own] if len(own) > 1 else own
        if len(own) > 1:
            self.fields["kind"].help_text = _("If you do not choose, it is detected from the columns.")

    @property
    def choices(self) -> dict[str, str]:
        """What was decided beforehand, by key of the question."""
        is_clear = self.cleaned_data.get("blank") == blank.CLEAR
        return {blank.KEY: blank.CLEAR} if is_clear else {}

    def templates(self) -> list[tuple]:
        """Each kind that people fill in and this person may hand in, with its label and its columns."""
        own = [(kind, label) for kind, label in self.kinds if not all_kinds()[kind].is_registrys]
        return [(kind, label, columns_of(all_kinds()[kind].sheet)) for kind, label in own]

    def exports(self) -> list[tuple]:
        """What this person may hand in as a registry exported it: what it is called, and the headers read."""
        sheets = [(label, all_kinds()[kind]) for kind, label in self.kinds]
        return [
            (label, [column.header() for column in one.sheet.in_order() if column.is_kept])
            for label, one in sheets
            if one.is_registrys
        ]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """What this person may hand in."""
        return [(kind, label) for kind, label in self.fields["kind"].choices if kind]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Runs are brought about and ended by their own actions, never edited."""

    list_display = ["file_name", "kind", "state", "rows_total", "bad_rows", "created_by", "created_at"]
    list_filter = ["status", "kind"]
    search_fields = ["file_name"]
    search_help_text = gettext_lazy("Name of the file.")
    list_select_related = ["created_by"]
    add_form_template = "imports/admin/upload.html"
    change_list_template = "imports/admin/runs.html"

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, run):
        return _("nothing to store") if run.has_stored_nothing else run.get_status_display()

    @admin.display(description=gettext_lazy("rows left out"))
    def bad_rows(self, run):
        return run.bad or "–"

    def for_coordinator(self, queryset, user):
        return queryset.visible_to(user)

    def has_add_permission(self, request, *args):
        # Read only as records, but brought in here.
        return request.user.has_perm("imports.add_importrun") and self.has_module_permission(request)

    def get_urls(self):
        pages = [
            ("template", "template/<slug:kind>.<slug:ending>", self.template_view),
            ("progress", "<int:pk>/progress/", self.progress_view),
            ("report", "<int:pk>/report.xlsx", self.report_view),
            ("decide", "<int:pk>/decide/", require_POST(self.decide_view)),
            *(
                (name, f"<int:pk>/{name}/", require_POST(partial(self.step_view, step=step)))
                for name, step in STEPS.items()
            ),
        ]
        view = self.admin_site.admin_view
        own = [path(route, view(page), name=f"imports_importrun_{name}") for name, route, page in pages]
        return [*own, *super().get_urls()]

    # Handing in

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
        if request.method == "POST" and form.is_valid() and (run := self._received(request, form)):
            return HttpResponseRedirect(_address(run))
        return self.render_page(
            request,
            self.add_form_template,
            status=422 if form.is_bound and form.errors else 200,
            title=_("Import a sheet"),
            form=form,
            media=self.media + form.media,
            languages=[(code, get_language_info(code)["name_local"]) for code in LANGUAGE_CODES],
            templates=form.templates(),
            exports=form.exports(),
        )

    def _received(self, request, form) -> ImportRun | None:
        file = form.cleaned_data["file"]
        try:
            run = actions.receive(
                file=file, file_name=file.name, kind=form.cleaned_data["kind"],
                sheet=form.cleaned_data["sheet"], user=request.user, choices=form.choices,
            )  # fmt: skip
        except actions.Refused as refused:
            for one in refused.problems:
                form.add_error(_FIELD_OF.get(one["code"], "file"), one["message"])
            return None
        if run.was_there:
            messages.info(request, was_there(run))
        return run

    def template_view(self, request, kind, ending):
        """A sheet to fill in, of a kind that this person may hand in; `?language=nl` has Dutch headers.

        As a workbook it has drop-downs and notes, of this person's centres.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        if kind not in dict(UploadForm(user=request.user).kinds) or ending not in ("csv", "xlsx"):
            raise Http404(_("There is no such kind of sheet, or you may not upload it."))
        language = request.GET.get("language", "en")
        if language not in LANGUAGE_CODES:
            raise Http404(
                _("There is no template in that language. Use one of: %s.") % ", ".join(LANGUAGE_CODES)
            )
        processor = all_kinds()[kind]
        if ending == "csv":
            content, content_type = processor.sheet.template(language), csv_files.CONTENT_TYPE
        else:
            lists = processor.lists(request.user)
            content, content_type = templates.template(processor.sheet, language, lists=lists), CONTENT_TYPE
        name = f"{kind}{'' if language == 'en' else f'-{language}'}.{ending}"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return HttpResponse(content, content_type=content_type, headers=headers)

    # One run

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self._run(request, object_id)
        return self.render_page(
            request,
            "imports/admin/run.html",
            title=run.file_name,
            run=run,
            page=PlanPage(run, request.GET, request.user),
            undone_by=run.undone_by,
            may_open=set(run.undone_by.visible_to(request.user).values_list("pk", flat=True)),
            may_decide=is_editor(request.user) or run.created_by_id == request.user.pk,
        )

    def progress_view(self, request, pk):
        """The progress alone, asked for again and again; once the run stands still, the page as a whole."""
        run = self._run(request, pk)
        if not run.is_busy:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return TemplateResponse(request, "imports/admin/progress.html", {"run": run})

    def report_view(self, request, pk):
        """The sheet given back with what became of each row; `?only=bad`: only the rows left out."""
        run = self._run(request, pk)
        try:
            pieces = report.report(run, only_bad=request.GET.get("only") == "bad")
        except report.NotReady:
            messages.info(request, _("The rows are still being checked. Wait until the page shows them."))
            return HttpResponseRedirect(_address(run))
        name = content_disposition_header(True, report.file_name(run))
        headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
        return StreamingHttpResponse(pieces, content_type=CONTENT_TYPE, headers=headers)

    def step_view(self, request, pk, step):
        """One of `STEPS`; then the page of the run it leads to, or of this one with why it was refused."""
        run = self._run(request, pk)
        try:
            run = step(request, run)
        except actions.Refused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(_address(run))

    def decide_view(self, request, pk):
        """Take or leave out the rows ticked, or all of the outcome that is shown; back to the same page."""
        run, back = self._run(request, pk), request.POST.get("back", "")
        query = QueryDict(back.removeprefix("?")) if back.startswith("?") else QueryDict()
        every, numbers = request.POST.get("all", ""), request.POST.getlist("row")
        outcome = query.get("outcome", "") if every else ""
        chosen = [number for one in numbers if (number := whole_number(one)) is not None]
        if not chosen and outcome not in Outcome.values:
            messages.info(request, _("No row was selected; nothing was changed."))
        else:
            self._decide(request, run, every or request.POST.get("decision", ""), chosen, outcome)
        return HttpResponseRedirect(f"{_address(run)}{back if back.startswith('?') else ''}#rows")

    def _decide(self, request, run, decision, numbers, outcome):
        try:
            number = actions.decide(
                run=run, user=request.user, decision=decision, numbers=numbers, outcome=outcome,
                seen=_seen(request),
            )  # fmt: skip
        except actions.Refused as refused:
            messages.error(request, str(refused))
            return
        said = {"number": number}
        taken = ngettext("%(number)d row is accepted.", "%(number)d rows are accepted.", number)
        left = ngettext("%(number)d row is left out.", "%(number)d rows are left out.", number)
        messages.success(request, (taken if decision == Decision.TAKE else left) % said)

    def _run(self, request, pk) -> ImportRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = self.get_object(request, str(pk))
        if run is None:
            raise Http404(_("This import does not exist, or it is somebody else's."))
        return run


def _seen(request) -> int | None:
    """The attempt that made the plan which the person had before them."""
    return whole_number(request.POST.get("plan", ""))


def _confirm(request, run: ImportRun) -> ImportRun:
    whole = request.POST.get("whole") == "1"
    return actions.confirm(run=run, user=request.user, seen=_seen(request), whole=whole)


def _answer_questions(request, run: ImportRun) -> ImportRun:
    """Plan anew with the answers given; those left as they were are not sent on."""
    answers = given_answers(run, request.POST, request.user)
    if not answers:
        messages.info(request, _("No question was answered; the plan stays as it is."))
        return run
    return actions.answer(run=run, user=request.user, answers=answers, seen=_seen(request))


# What a person decides of a run as a whole, by the name of its address. Each returns the run to look at then.
STEPS = {
    "again": lambda request, run: actions.plan_again(run=run, user=request.user),
    "answer": _answer_questions,
    "cancel": lambda request, run: actions.cancel(run=run, user=request.user),
    "confirm": _confirm,
    "undo": lambda request, run: actions.undo(run=run, user=request.user),
}
_FIELD_OF = {"kind": "kind", "rights_kind": "kind", "sheet_name": "sheet"}


def columns_of(sheet) -> list[dict]:
    """The columns of a kind of sheet in the order of its template, and what each takes."""
    return [
        {
            "name": column.column_name,
            "is_required": column.column_name in sheet.required,
            "is_one_of": column.column_name in sheet.one_of,
            "takes": column.takes or column.widget.takes(),
        }
        for column in sheet.in_order()
    ]


def was_there(run: ImportRun) -> str:
    """What to say to whoever hands in a file that is on its way."""
    since = timezone.localtime(run.was_there_since or run.created_at)
    when = f"{since:%H:%M}" if since.date() == timezone.localdate() else f"{since:%d/%m/%Y %H:%M}"
    if run.is_planned_again:
        sentence = _("You already uploaded this file (%(when)s): a new plan has been made.")
    elif run.status == Status.APPLYING:
        sentence = _("You already uploaded this file (%(when)s): it is being stored.")
    else:
        sentence = _("You already uploaded this file (%(when)s): this is its import.")
    return sentence % {"when": when}


def _address(run: ImportRun) -> str:
    return reverse("admin:imports_importrun_change", args=[run.pk])


@attention.register
def runs_that_wait(request):
    """Plans that a person must confirm, and imports that failed today."""
    runs = ImportRun.objects.visible_to(request.user)
    url = attention.list_url(ImportRun, status__exact=Status.PLANNED.value)
    yield attention.WaitingItem(
        runs.waiting().count(), _("imports are planned and wait for confirmation"), url, urgent=True
    )
