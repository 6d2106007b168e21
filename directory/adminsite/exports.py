"""A list of the admin as its kind's sheet: what is edited in it comes back through an import."""

from collections.abc import Iterable
from itertools import chain

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.fields import LANGUAGE_CODES
from directory.core.text import control_character_in
from directory.sheets import csv_files, templates, workbooks
from directory.sheets.sheet import VERSION, Sheet, version_of

# A workbook with drop-downs and notes takes 20 µs a cell; a longer list gets one without.
MOST_WITH_HELP = 2_000


class ExportsSheet:
    """For a ModelAdmin whose list can be exported as `sheet`: what the list finds, and nothing else."""

    sheet: type[Sheet]
    change_list_template = "adminsite/exported_list.html"

    def for_sheet(self, queryset, user):
        """The records of the sheet that belong to those of the list."""
        return queryset

    def as_seen(self, records: Iterable, user) -> Iterable:
        """`records` without what `user` may not see of them."""
        return records

    def words_for_sheet(self, user) -> dict[str, list]:
        """What may be chosen from in the columns that name another record."""
        return {}

    def get_urls(self):
        opts = self.opts
        view = self.admin_site.admin_view(self.export_view)
        name = f"{opts.app_label}_{opts.model_name}_export"
        return [path("export/<slug:language>.<slug:kind>", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        opts, query = self.opts, request.GET.urlencode()
        links = [
            {
                "label": get_language_info(language)["name_local"],
                "language": language,
                **{
                    kind: reverse(f"admin:{opts.app_label}_{opts.model_name}_export", args=[language, kind])
                    + (f"?{query}" if query else "")
                    for kind in ("xlsx", "csv")
                },
            }
            for language in LANGUAGE_CODES
        ]
        return super().changelist_view(request, {"export_links": links} | (extra_context or {}))

    def export_view(self, request, language, kind):
        """What the list shows for the same address, as a file of `kind` with headers in `language`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if language not in LANGUAGE_CODES or kind not in _WRITERS:
            raise Http404(_("There is no such export. Use one of: en, nl, fr, de; xlsx or csv."))
        back = HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        if any(control_character_in(value) for _name, values in request.GET.lists() for value in values):
            return back
        try:
            found = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return back
        version = version_of(changes.last_seq())  # before anything is read: what changes later is later
        records = self.sheet.prepared(self.for_sheet(found, request.user))
        rows = (
            [*self.sheet.cells_of(record), version]
            for record in self.as_seen(records.iterator(chunk_size=500), request.user)
        )
        answer = _WRITERS[kind](self, rows, language, records, request.user)
        name = f"{self.sheet.kind}-{timezone.localdate():%Y-%m-%d}.{kind}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer

    def _as_xlsx(self, rows, language, records, user):
        if records.count() > MOST_WITH_HELP:
            pieces = workbooks.stream([workbooks.table(self.sheet.kind, self._headers(language), rows)])
            return StreamingHttpResponse(pieces, content_type=workbooks.CONTENT_TYPE)
        content = templates.workbook(
            self.sheet, language, rows, lists=self.words_for_sheet(user), more=[VERSION]
        )
        return HttpResponse(content, content_type=workbooks.CONTENT_TYPE)

    def _as_csv(self, rows, language, _records, _user):
        content = csv_files.as_csv(chain([self._headers(language)], rows))
        return HttpResponse(content, content_type=csv_files.CONTENT_TYPE)

    def _headers(self, language) -> list[str]:
        return [*(column.header(language) for column in self.sheet.in_order()), VERSION]


_WRITERS = {"xlsx": ExportsSheet._as_xlsx, "csv": ExportsSheet._as_csv}
