"""Trials that may be one, side by side: merged, declined, or taken apart again. For editors alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory.adminsite import history
from directory.adminsite.recorded import ReadOnlyAdmin, actor_of
from directory.adminsite.roles import EditorsOnly
from directory.core.text import control_character_in

from .. import merging, parting, statements
from ..choices import Recruitment
from ..identifiers import against
from ..models import StatusStatement, SuspectedDouble, Trial, TrialMerge, TrialSite
from ..models.double import DoubleDecision
from ..rows.acronyms import key_of

_NOT_SHOWN = {"slug", "state", "merged_into", "formerly", "disputed", "status_by"}


@dataclass(frozen=True)
class ComparedField:
    """One field of two trials, and what it will be.

    `how`: `filled`, `joined`, `kept` where they differ and nothing is taken over; else empty.
    """

    name: str
    stays: str
    goes: str
    result: str
    how: str = ""


@dataclass(frozen=True)
class ComparedSite:
    """A centre, what each trial says of its site there, and what becomes of them."""

    centre: object
    stays: TrialSite | None
    goes: TrialSite | None
    result: str


def merge_address(one: Trial, other: str = "", stays: str = "") -> str:
    """The page on which a trial is held against another one."""
    asked = {"one": one.slug, "other": other, "stays": stays}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('admin:trials_suspecteddouble_compare')}?{query}"


def compared_fields(stays: Trial, goes: Trial) -> Iterator[ComparedField]:
    """Every field that one of the two has, with what it will be."""
    shots = Trial.snapshots([stays.pk, goes.pk])
    mine, theirs = shots[stays.pk], shots[goes.pk]
    filled = _filled(stays, goes, mine)
    # What is neither one's own nor the other's: joined, or weighed together.
    joined = {"identifiers": [*mine["identifiers"], *theirs["identifiers"]]}
    joined |= merging.status_after(stays, goes)
    for name in (one for one in mine if one not in _NOT_SHOWN):
        one, other = (history.text(Trial, name, shot[name], {}) for shot in (mine, theirs))
        if name in joined:
            becomes = history.text(Trial, name, joined[name], {}), "joined"
        else:
            becomes = (other, "filled") if other and name in filled else (one, _how_kept(one, other))
        if one or other:
            yield ComparedField(str(history.label(Trial, name)), one, other, *becomes)


def _how_kept(one: str, other: str) -> str:
    return "kept" if other and one != other else ""


def _filled(stays: Trial, goes: Trial, mine: dict) -> set[str]:
    """The names of what is filled, as a snapshot has them."""
    names = {name.removesuffix("_id") for name in merging.filled(stays, goes)}
    return names | {name for name in ("conditions", "interventions", "arm_groups") if not mine[name]}


def compared_sites(stays: Trial, goes: Trial) -> Iterator[ComparedSite]:
    """Every centre at which one of the two has a site."""
    mine, theirs = (
        {one.centre_id: one for one in trial.sites.select_related("centre").prefetch_related("statements")}
        for trial in (stays, goes)
    )
    both = sorted({**theirs, **mine}.values(), key=lambda site: site.centre.code)
    for centre in (one.centre for one in both):
        one, other = mine.get(centre.pk), theirs.get(centre.pk)
        if one is None:
            result = _("is moved unchanged")
        elif other is None:
            result = _("stays unchanged")
        else:
            said: list[StatusStatement] = [*one.statements.all(), *other.statements.all()]
            status = Recruitment(statements.derive(said)["status"]).label
            result = _("statements about both are kept here: %(status)s") % {"status": status}
        yield ComparedSite(centre, one, other, result)


def doubts(stays: Trial, goes: Trial) -> Iterator[str]:
    """What an editor should look at before merging, in sentences."""
    if clash := against(stays.identifiers.all(), goes.identifiers.all()):
        sentence = _(
            "The same registry gave each of them a number: %(one)s and %(other)s. A registry rarely lists "
            "one trial twice."
        )
        yield sentence % {"one": clash[0], "other": clash[1]}
    if stays.study_type and goes.study_type and stays.study_type != goes.study_type:
        yield _("They are studies of different types.")
    if stays.parent_id and stays.parent_id == goes.parent_id:
        yield _("Both are sub-protocols of %(parent)s.") % {"parent": stays.parent}


def followers(goes: Trial) -> Iterator[tuple[str, int]]:
    """What else hangs on a trial and follows it, with its number."""
    for relation in Trial._meta.related_objects:
        model, name = relation.related_model, relation.field.attname
        is_shown = model not in (TrialSite, TrialMerge, *merging.WHOLE) and not relation.many_to_many
        if is_shown and (count := model._base_manager.filter(**{name: goes.pk}).count()):
            yield str(model._meta.verbose_name_plural), count


def trials_meant(text: str, one: Trial) -> list[Trial]:
    """The trials that an editor means by an address, a number or an acronym; without `one`."""
    text = text.strip()
    if not text or control_character_in(text, line=True):
        return []
    every = Trial.objects.unmerged().exclude(pk=one.pk)
    found = list(every.filter(slug=text.lower())) or list(every.with_identifier(text))
    if found:
        return found
    rows = every.exclude(acronym="").values_list("pk", "acronym")
    return list(every.filter(pk__in=[pk for pk, acronym in rows if key_of(acronym) == key_of(text)]))


@admin.register(SuspectedDouble)
class SuspectedDoubleAdmin(EditorsOnly, ReadOnlyAdmin):
    """Pairs of trials that may be one, and what was decided of them."""

    list_display = ["pair", "why", "evidence", "proposed_at", "decision", "decided_at", "decided_by"]
    list_filter = ["decision", "why"]
    list_select_related = ["first", "second", "decided_by"]
    search_fields = ["first__acronym", "first__slug", "second__acronym", "second__slug", "evidence"]
    actions = ["decline"]

    @admin.display(description=gettext_lazy("pair"))
    def pair(self, double):
        return str(double)

    @admin.action(description=gettext_lazy("Decline: not the same trial"), permissions=["view"])
    def decline(self, request, queryset):
        by, count = actor_of(request), 0
        for one in queryset.filter(decision=DoubleDecision.OPEN).select_related("first", "second"):
            merging.decline_double(one=one.first, other=one.second, by=by)
            count += 1
        told = ngettext("%d pair is declined.", "%d pairs are declined.", count) % count
        self.message_user(request, told, messages.SUCCESS if count else messages.INFO)

    def get_urls(self):
        view = self.admin_site.admin_view(self.compare_view)
        return [path("compare/", view, name="trials_suspecteddouble_compare"), *super().get_urls()]

    def change_view(self, request, object_id, *args, **kwargs):
        """The page of a pair is the two side by side."""
        double = self.get_object(request, admin.utils.unquote(object_id))
        is_read = request.method in ("GET", "HEAD") and double and self.has_view_permission(request, double)
        if not is_read:
            return super().change_view(request, object_id, *args, **kwargs)
        return self._compare(request, *self._in_order(request, double.first, double.second))

    def compare_view(self, request):
        """Two trials side by side; a POST merges them, or declines the pair."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        named = request.GET.get("one", "")
        one = None if control_character_in(named) else Trial.objects.filter(slug=named).first()
        if one is None:
            self.message_user(request, _("There is no such trial."), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:trials_suspecteddouble_changelist"))
        text = request.GET.get("other", "")
        found = trials_meant(text, one)
        if len(found) != 1:
            return self._ask_which(request, one, text, found)
        stays, goes = self._in_order(request, one, found[0])
        if request.method == "POST" and (answer := self._decide(request, stays, goes)):
            return answer
        return self._compare(request, stays, goes)

    def _ask_which(self, request, one, text, found):
        """The page that asks for the other trial, with those that may be meant."""
        choices = [(each, merge_address(one, each.slug)) for each in found]
        return self.render_page(
            request, "trials/admin/other_double.html", title=_("Merge with another trial"), one=one,
            text="" if control_character_in(text) else text, choices=choices,
        )  # fmt: skip

    def _in_order(self, request, one: Trial, other: Trial) -> tuple[Trial, Trial]:
        """Which stays: the one chosen, else the public one, the one with more sites, the older one."""
        pair = [one, other]
        pair.sort(key=lambda trial: (not trial.is_listed, -trial.sites.count(), trial.pk))
        pair.sort(key=lambda trial: trial.slug != request.GET.get("stays", ""))
        return pair[0], pair[1]

    def _compare(self, request, stays, goes):
        return self.render_page(
            request, "trials/admin/compare_doubles.html", title=_("One trial or two?"), stays=stays,
            goes=goes, fields=list(compared_fields(stays, goes)), sites=list(compared_sites(stays, goes)),
            obstacles=list(merging.obstacles(stays, goes)), doubts=list(doubts(stays, goes)),
            followers=list(followers(goes)), version=_version(stays, goes),
            double=SuspectedDouble.objects.of(stays, goes).select_related("decided_by").first(),
            other_way=merge_address(stays, goes.slug, stays=goes.slug),
            decide_url=merge_address(stays, goes.slug, stays=stays.slug),
        )  # fmt: skip

    def _decide(self, request, stays, goes):
        """Do what was decided, unless one of the two was changed since the page was shown."""
        by = actor_of(request)
        if "decline" in request.POST:
            merging.decline_double(one=stays, other=goes, by=by)
            self.message_user(
                request, _("Kept as two trials. They will not be proposed again."), messages.SUCCESS
            )
            return HttpResponseRedirect(reverse("admin:trials_suspecteddouble_changelist"))
        if request.POST.get("version") != _version(stays, goes):
            said = _("One of the two was changed after you opened this page. Check again, then decide.")
            self.message_user(request, said, messages.ERROR)
            return None
        try:
            merge = merging.merge_trials(stays=stays, goes=goes, by=by)
        except ValidationError as error:
            for message in error.messages:
                self.message_user(request, message, messages.ERROR)
            return None
        told = _("“%(goes)s” is now merged into “%(stays)s”. You can undo that here.")
        self.message_user(request, told % {"goes": goes.slug, "stays": stays.slug}, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:trials_trialmerge_change", args=[merge.pk]))


def _version(*trials: Trial) -> str:
    """When two trials were last written, whichever stays."""
    return " ".join(sorted(f"{one.slug}:{one.updated_at.isoformat()}" for one in trials))


@admin.register(TrialMerge)
class TrialMergeAdmin(EditorsOnly, ReadOnlyAdmin):
    """Merges of trials, which can be undone."""

    list_display = ["goes", "stays", "at", "by", "undone_at", "undone_by"]
    list_filter = ["undone_at"]
    list_select_related = ["goes", "stays", "by", "undone_by"]
    search_fields = ["goes__acronym", "goes__slug", "stays__acronym", "stays__slug"]
    fields = [*list_display, "moved", "filled"]
    readonly_fields = fields
    change_form_template = "trials/admin/merge_form.html"

    @admin.display(description=gettext_lazy("what was moved"))
    def moved(self, merge):
        counts: dict[str, int] = {}
        for label, *_rest in merge.work.get("moved", ()):
            counts[label] = counts.get(label, 0) + 1
        names = {one._meta.label: one._meta.verbose_name_plural for one in _models_moved()}
        return ", ".join(f"{names.get(label, label)}: {count}" for label, count in counts.items())

    @admin.display(description=gettext_lazy("what was filled in"))
    def filled(self, merge):
        names = {
            name
            for label, pk, columns in merge.work.get("columns", ())
            for name in columns
            if (label, pk) == (Trial._meta.label, merge.stays_id)
            and name not in (*merging.OWN, *merging.DERIVED)
        }
        names |= merge.work.get("links", {}).keys()
        return ", ".join(str(history.label(Trial, name)) for name in sorted(names))

    def get_urls(self):
        view = self.admin_site.admin_view(self.undo_view)
        return [path("<int:pk>/undo/", view, name="trials_trialmerge_undo"), *super().get_urls()]

    def undo_view(self, request, pk):
        """A POST takes apart what was merged, or says what changed since."""
        merge = self.get_object(request, str(pk))
        if merge is None or not self.has_view_permission(request, merge):
            raise PermissionDenied
        if request.method == "POST":
            try:
                parting.undo_merge(merge=merge, by=actor_of(request))
            except ValidationError as error:
                for message in error.messages:
                    self.message_user(request, message, messages.ERROR)
            else:
                told = _("Undone: “%(goes)s” and “%(stays)s” are separate trials again.")
                said = {"goes": merge.goes.slug, "stays": merge.stays.slug}
                self.message_user(request, told % said, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:trials_trialmerge_change", args=[merge.pk]))


def _models_moved():
    return [TrialSite, StatusStatement, *(one.related_model for one in Trial._meta.related_objects)]
