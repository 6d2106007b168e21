"""Trials."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite import attention
from directory.adminsite.exports import ExportsSheet
from directory.adminsite.forms import RecordedFormSet
from directory.adminsite.recorded import RecordedTabular, actor_of
from directory.adminsite.roles import ReadOnly
from directory.adminsite.states import ListedAdmin
from directory.core import changes
from directory.core.fields import LANGUAGE_CODES
from directory.core.roles import is_editor
from directory.core.text import refuse_control_characters

from ..actions import close_recruitment, state_status_of_trial
from ..models import Trial, TrialIdentifier, TrialSite
from ..sheets import TrialSheet
from ..statements import OF_THE_STATUS, day_as_said
from .doubles import merge_address
from .forms import IdentifierForm, TrialForm
from .interventions import TrialArmInline, TrialInterventionInline
from .sites import StatementInline, dispute_line, freshness_tag


class IdentifierFormSet(RecordedFormSet):
    def once(self, row):
        return (row.scheme, row.compact)


class IdentifierInline(RecordedTabular):
    """Identifiers in any spelling. Part of the trial's own change."""

    model = TrialIdentifier
    form = IdentifierForm
    formset = IdentifierFormSet
    fields = ["value", "scheme"]

    def for_coordinator(self, queryset, user):
        return queryset.filter(trial__in=Trial.objects.visible_to(user))


class SiteInline(ReadOnly, RecordedTabular):
    """Where the trial runs: read here, edited on the site's own page."""

    model = TrialSite
    fields = readonly_fields = ["centre", "status", "freshness_tag", "verified"]
    show_change_link = True
    verbose_name_plural = _("sites")

    @admin.display(description=_("freshness"))
    def freshness_tag(self, site):
        return freshness_tag(site)

    @admin.display(description=_("verified on"))
    def verified(self, site):
        return day_as_said(site.verified_at, site.verified_on)


class TrialStatementInline(StatementInline):
    """Everything that was said about the trial as a whole."""

    verbose_name_plural = _("statements so far about the whole trial")

    def for_coordinator(self, queryset, user):
        return queryset.filter(trial__in=Trial.objects.visible_to(user))


class CloseForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        validators=[refuse_control_characters],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stored as the evidence for each site's status."),
    )


@admin.register(Trial)
class TrialAdmin(ExportsSheet, ListedAdmin):
    sheet = TrialSheet
    form = TrialForm
    history_with = ("site",)
    address_from = ("acronym",)
    change_form_template = "trials/admin/trial_form.html"
    list_display = [
        "acronym",
        "short_title",
        "state",
        "status",
        "site_count",
        "recruiting_count",
        "updated",
    ]
    list_display_links = ["acronym", "short_title"]
    list_filter = ["state", "status", "disputed", "study_type", "source"]
    editors_filter = (("sites__centre", admin.RelatedOnlyFieldListFilter),)
    date_hierarchy = "created_at"
    search_fields = [
        "acronym", "slug", "title_en", "title_nl", "title_fr", "title_de", "sponsor", "identifiers__value",
    ]  # fmt: skip
    search_help_text = _("Acronym, title in any language, sponsor, or an identifier in any spelling.")
    autocomplete_fields = ["conditions", "parent"]
    inlines = [IdentifierInline, TrialInterventionInline, TrialArmInline, SiteInline, TrialStatementInline]
    readonly_fields = ["present_status"]
    actions = [*ListedAdmin.actions, "close_at_all_sites"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "acronym", "title_en", "slug", "state", "summary_en", ("status", "status_as_of"),
                    "present_status",
                ],
            },
        ),
        (
            _("Who it is for"),
            {
                "description": _(
                    "An empty field means: not recorded. So does the sex “All”. “No limit” is recorded only "
                    "by ticking it below."
                ),
                "fields": [
                    "conditions", "disease_terms", "stages", ("lines_min", "lines_max"), "alterations",
                    "alterations_excluded", ("age_min_text", "age_max_text"), "age_groups", "sex",
                    "no_limits", ("criteria_source", "criteria_as_of"), "eligibility_en",
                ],
            },
        ),
        (
            _("What it is"),
            {
                "fields": [
                    "arms_en", "phases", "study_type", "sponsor", "groups", "parent", "opened_in_belgium",
                    "url",
                ],
            },
        ),
        (
            _("In other languages"),
            {
                "classes": ["collapse"],
                "fields": [
                    f"{name}_{code}"
                    for code in LANGUAGE_CODES
                    if code != "en"
                    for name in ("title", "summary", "eligibility", "arms")
                ],
            },
        ),
        (
            _("Contact for the whole trial"),
            {
                "description": _("A role or an organisation, never a person's name."),
                "fields": [
                    "contact_role", ("contact_email", "contact_phone"), ("contact_source", "contact_as_of"),
                ],
            },
        ),
        (_("Source"), {"fields": ["source", "source_url"]}),
    ]  # fmt: skip

    def for_coordinator(self, queryset, user):
        return queryset.visible_to(user)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not OF_THE_STATUS.isdisjoint(form.changed_data):
            state_status_of_trial(trial=obj, by=actor_of(request))

    def has_change_permission(self, request, obj=None):
        """A merged trial is kept as it was, for its merge to be undone."""
        is_merged = obj is not None and obj.merged_into_id is not None
        return not is_merged and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        is_merged = obj is not None and obj.merged_into_id is not None
        return not is_merged and super().has_delete_permission(request, obj)

    def _move(self, request, queryset, state):
        if queryset.exclude(merged_into=None).exists():
            said = _("Merged trials stay unchanged. Undo a merge to separate them again.")
            self.message_user(request, said, messages.WARNING)
        super()._move(request, queryset.unmerged(), state)

    def as_seen(self, records, user):
        """A parent that is not listed is the editors' alone."""
        for trial in records:
            if trial.merged_into_id:
                continue  # its row would be about the trial that it is part of
            if trial.parent_id and not (is_editor(user) or trial.parent.is_listed):
                trial.parent = None
            yield trial

    def get_queryset(self, request):
        sites = TrialSite.objects.visible_to(request.user)
        return (
            super()
            .get_queryset(request)
            .annotate(sites_all=_number_of(sites), sites_recruiting=_number_of(sites.recruiting()))
        )

    def get_search_results(self, request, queryset, search_term):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, may_repeat
        # An identifier typed as the registry does not write it finds its trial all the same.
        same = Trial.objects.with_identifier(search_term)
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=same.values("pk"))), False

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and self.has_change_permission(request, obj):
            query = urlencode({"trial": obj.pk})
            context["add_site_url"] = f"{reverse('admin:trials_trialsite_add')}?{query}"
            context["merge_url"] = merge_address(obj) if is_editor(request.user) else ""
        if obj is not None and obj.merged_into_id:
            context["subtitle"] = _("Merged into %(trial)s") % {"trial": obj.merged_into}
            merge = obj.merges_of_it.standing().first()
            context["undo_url"] = merge and reverse("admin:trials_trialmerge_change", args=[merge.pk])
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.display(description=_("current status"))
    def present_status(self, trial):
        """Who stated it and for which day, and who says otherwise since."""
        if not trial.status_by:
            return _("no statements yet")
        said = ", ".join(filter(None, (trial.get_status_by_display(), trial.status_as_of)))
        return format_html("{} ({}){}", trial.get_status_display(), said, dispute_line(trial))

    @admin.display(description=_("title"), ordering="title_en")
    def short_title(self, trial):
        return trial.title_en if len(trial.title_en) <= 90 else f"{trial.title_en[:89]}…"

    @admin.display(description=_("sites"), ordering="sites_all")
    def site_count(self, trial):
        url = attention.list_url(TrialSite, trial__id__exact=trial.pk)
        return format_html('<a href="{}">{}</a>', url, trial.sites_all) if trial.sites_all else 0

    @admin.display(description=_("recruiting"), ordering="sites_recruiting")
    def recruiting_count(self, trial):
        return trial.sites_recruiting

    @admin.action(description=_("Close recruitment at all sites…"), permissions=["change"])
    def close_at_all_sites(self, request, queryset):
        """Asks for a reason first; closes with the second POST."""
        form = CloseForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            return self._close(request, queryset, form.cleaned_data["reason"])
        trials = list(queryset)
        open_sites = TrialSite.objects.recruiting().filter(trial__in=trials).select_related("trial", "centre")
        return self.render_page(
            request,
            "trials/admin/close_recruitment.html",
            title=_("Close recruitment at all sites"),
            form=form,
            trials=trials,
            sites=open_sites,
            checkbox=helpers.ACTION_CHECKBOX_NAME,
        )

    def _close(self, request, queryset, reason):
        by = actor_of(request)
        with changes.recording(by):
            closed = sum(close_recruitment(trial=trial, by=by, reason=reason) for trial in queryset)
        told = ngettext(
            "Recruitment is closed at %d site.", "Recruitment is closed at %d sites.", closed
        ) % closed  # fmt: skip
        self.message_user(request, told, messages.SUCCESS if closed else messages.INFO)


def _number_of(sites):
    """How many of `sites` a trial has, counted for the rows shown only."""
    counted = sites.filter(trial=OuterRef("pk")).order_by().values("trial").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)
