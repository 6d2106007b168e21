"""Records on whose page an editor decides something: what a registry says, and two or three answers."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.urls import reverse

from directory.adminsite.recorded import ReadOnlyAdmin
from directory.adminsite.roles import EditorsOnly


class DecidingAdmin(EditorsOnly, ReadOnlyAdmin):
    """Nothing of a record is edited. Its page is `page`, with `form` and what `shows` gives it.

    `decide(request, record, data)` carries out what a valid form says and returns the sentence to show; what
    it refuses (ValidationError) is told at the form.
    """

    page: str
    form_class: type

    def shows(self, record) -> dict:
        raise NotImplementedError

    def decide(self, request, record, data) -> str:
        raise NotImplementedError

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        record = self.get_object(request, admin.utils.unquote(object_id)) if object_id else None
        if not self.has_view_permission(request, record) or object_id is None:
            raise PermissionDenied
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = self.form_class(request.POST if request.method == "POST" else None, record=record)
        if form.is_valid():
            try:
                told = self.decide(request, record, form.cleaned_data)
            except ValidationError as refused:
                form.add_error(None, ValidationError(refused.messages))
            else:
                self.message_user(request, told, messages.SUCCESS)
                return HttpResponseRedirect(self._next(request, record))
        context = {"title": str(record), "record": record, "form": form} | self.shows(record)
        return self.render_page(request, self.page, **context)

    def _next(self, request, record) -> str:
        """The next record that waits, so that many are decided one after the other; else the list."""
        waiting = self.get_queryset(request).open().exclude(pk=record.pk).first()
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{name}_change", args=[waiting.pk]) if waiting else reverse(f"{name}_changelist")
