"""A ModelAdmin whose every write is in the change log, once per record and in the write's transaction."""

from collections import defaultdict
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain

import structlog
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, router
from django.db.models import Q
from django.db.models.deletion import Collector
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.models import Recorded
from directory.core.roles import is_editor
from directory.core.text import control_character_in

from . import history
from .forms import CleanTextForm, RecordedForm, RecordedFormSet
from .roles import ForRoles, ReadOnly

# What may follow the name of a list filter in an address; anything else could ask about other records.
_LOOKUPS = {"", "exact", "isnull", "in", "gte", "gt", "lt", "lte", "year", "month", "day"} | {
    "id__exact", "id__in", "pk__exact",
}  # fmt: skip


def actor_of(request) -> changes.Actor:
    """The signed-in person with this request's id, as the log's lines carry it. 403 without a role."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    try:
        return changes.Actor.of(request.user, request_id=str(request_id))
    except PermissionError:
        raise PermissionDenied from None


def watch_stored(log: changes.Recorder, model, pks) -> None:
    """Watch the records as they are stored, whatever a form has done to the objects in memory."""
    stored = model._base_manager.filter(pk__in=pks).select_related()
    log.watch(*stored)


def watch_deletion(log: changes.Recorder, objects) -> None:
    """Watch all records that fall with `objects`, or lose a reference to them."""
    collector = Collector(using=router.db_for_write(objects.model), origin=objects)
    collector.collect(objects)
    touched = [*collector.data.values(), *collector.fast_deletes]
    touched += [group for groups in collector.field_updates.values() for group in groups]
    pks = defaultdict(set)
    for one in chain.from_iterable(touched):
        if isinstance(one, Recorded):
            pks[type(one)].add(one.pk)
    for model, found in pks.items():
        watch_stored(log, model, found)


class RecordsRows:
    """For a ModelAdmin: what its page and the rows of its inlines write is in the log, in one transaction."""

    @contextmanager
    def recording(self, request):
        """One recorder for the whole request: a record saved in two steps still has one change."""
        with changes.recording(actor_of(request)) as request.change_log:
            yield request.change_log

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = partial(super().changeform_view, request, object_id, form_url, extra_context)
        if request.method != "POST":
            return view()
        # Somebody may store the same key between our check and our write: a second check has a sentence.
        for _attempt in range(2):
            with suppress(IntegrityError), self.recording(request):
                return view()
        self.message_user(
            request, _("The database refused this. Reload the page and try again."), messages.ERROR
        )
        return HttpResponseRedirect(request.get_full_path())

    def save_formset(self, request, form, formset, change):
        if issubclass(formset.model, Recorded):
            log = request.change_log
            watch_stored(log, formset.model, [row.instance.pk for row in formset.initial_forms])
            log.watch(*[row.instance for row in formset.extra_forms if row.has_changed()])
        super().save_formset(request, form, formset, change)


class RecordedAdmin(RecordsRows, ForRoles, admin.ModelAdmin):
    """Base of the admins of recorded models. `named_by`: the snapshot's fields that make the key."""

    form = RecordedForm
    list_per_page = 50
    show_full_result_count = False
    object_history_template = "adminsite/history.html"
    change_form_template = "adminsite/change_form.html"
    named_by: tuple[str, ...] = ()
    history_with: tuple[str, ...] = ()  # kinds of records that name this one in the log
    linked_by: tuple[str, ...] = ()  # further lookups that links of our own pages use
    editors_filter: tuple = ()  # filters that would tell a coordinator about other centres

    class Media:
        css = {"all": ["adminsite/admin.css"]}

    # -- writing ------------------------------------------------------------

    def delete_view(self, request, object_id, extra_context=None):
        if request.method != "POST":
            return super().delete_view(request, object_id, extra_context)
        with self.recording(request):
            return super().delete_view(request, object_id, extra_context)

    def get_object(self, request, object_id, from_field=None):
        log = getattr(request, "change_log", None)
        if log is not None and from_field is None:
            self._lock(object_id)
        obj = super().get_object(request, object_id, from_field)
        if log is not None and isinstance(obj, Recorded):
            log.watch(obj)
        return obj

    def _lock(self, object_id):
        """Two people who save at once take turns, so that the second sees what the first stored."""
        try:
            pk = self.opts.pk.to_python(object_id)
        except ValidationError:
            return
        self.model._base_manager.select_for_update().filter(pk=pk).values_list("pk").first()

    def save_model(self, request, obj, form, change):
        if not change:
            request.change_log.watch(obj)
        elif set(self.named_by) & set(form.changed_data):
            self._watch_namesakes(request, obj)
        if not change or form.has_changed():
            super().save_model(request, obj, form, change)

    def _watch_namesakes(self, request, obj):
        """The records whose name in the log holds the name of `obj`: they are renamed with it."""
        for relation in self.opts.related_objects:
            if relation.one_to_many and issubclass(relation.related_model, Recorded):
                found = relation.related_model._base_manager.filter(**{relation.field.name: obj.pk})
                watch_stored(request.change_log, relation.related_model, found.values_list("pk", flat=True))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change and not form.has_changed() and any(formset.has_changed() for formset in formsets):
            # The rows below are part of the page: who opened it before must be told that it changed.
            form.instance.save(update_fields=[])

    def delete_model(self, request, obj):
        self.delete_queryset(request, self.model._base_manager.filter(pk=obj.pk))

    def delete_queryset(self, request, queryset):
        with changes.recording(actor_of(request)) as log:
            watch_deletion(log, queryset)
            queryset.delete()

    def get_deleted_objects(self, objs, request):
        """Rows that nobody edits (statements) fall with their record; no separate right is asked for them."""
        listed, counts, missing, protected = super().get_deleted_objects(objs, request)
        registered = self.admin_site._registry.items()
        read_only = {m._meta.verbose_name for m, admin in registered if isinstance(admin, ReadOnlyAdmin)}
        return listed, counts, missing - read_only, protected

    # -- the form ------------------------------------------------------------

    def get_fieldsets(self, request, obj=None):
        """The hidden version belongs to the first group, where there is something to save."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return [(name, options | {"fields": _without(options["fields"])}) for name, options in fieldsets]
        (name, options), *others = fieldsets
        return [(name, options | {"fields": (*_without(options["fields"]), "version")}), *others]

    def get_inlines(self, request, obj):
        """A record that is not yet there has no rows that can only be read."""
        return [one for one in self.inlines if obj is not None or not issubclass(one, ReadOnly)]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["may_read_history"] = obj is not None and self.may_change(request.user, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # -- reading ------------------------------------------------------------

    def get_list_filter(self, request):
        own = list(super().get_list_filter(request))
        return [*own, *self.editors_filter] if is_editor(request.user) else own

    def lookup_allowed(self, lookup, value, request=None):
        """Only the list's own filters: an address must not ask about what a page does not show."""
        return any(
            lookup == name or (lookup.startswith(f"{name}__") and lookup[len(name) + 2 :] in _LOOKUPS)
            for name in self._filter_names(request)
        )

    def _filter_names(self, request):
        for one in self.get_list_filter(request):
            yield getattr(one, "parameter_name", None) or (one if isinstance(one, str) else one[0])
        yield from self.linked_by
        if self.date_hierarchy:
            yield self.date_hierarchy

    def changelist_view(self, request, extra_context=None):
        if any(control_character_in(value) for _name, values in request.GET.lists() for value in values):
            self.message_user(
                request,
                _("The URL contained a control character; the list is shown without it."),
                messages.ERROR,
            )
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)

    def get_search_results(self, request, queryset, search_term):
        if control_character_in(search_term):
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def history_view(self, request, object_id, extra_context=None):
        """The record's life as the change log has it, and that of the rows that belong to it."""
        obj = self.get_object(request, admin.utils.unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, obj) or not self.may_change(request.user, obj):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        return self.render_page(
            request,
            self.object_history_template,
            title=_("History: %(record)s") % {"record": obj},
            object=obj,
            page=history.page(request, self.recorded_life(request, obj)),
            **(extra_context or {}),
        )

    def render_page(self, request, template, *, status=None, **context):
        """A page of ours about these records, in the frame of the admin."""
        frame = self.admin_site.each_context(request) | {"opts": self.opts, "media": self.media}
        return TemplateResponse(request, template, frame | context, status=status)

    def recorded_life(self, request, obj):
        """The changes to show for `obj`: its own and, for editors, those of `history_with`."""
        if not self.history_with or not is_editor(request.user):
            return history.of(obj, self.named_by)
        name, key = obj.change_kind, obj.change_key
        names_it = Q(**{f"after__{name}": key}) | Q(**{f"before__{name}": key})
        return history.of(obj, self.named_by, Q(kind__in=self.history_with) & names_it)


def _without(fields):
    """Fields as given, less the version (Django lists every field of a form that names none)."""
    return tuple(field for field in fields if field != "version")


class ReadOnlyAdmin(ReadOnly, RecordedAdmin):
    """Records that nobody edits: vocabulary, statements, the change log itself."""

    form = forms.ModelForm
    actions = None

    def history_view(self, request, object_id, extra_context=None):
        """What never changes has no history: back to the record."""
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        )


class RecordedTabular(ForRoles, admin.TabularInline):
    """An inline: choices by role, rows that mean the same told so."""

    form = CleanTextForm
    formset = RecordedFormSet
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related()
