"""Sites, and what was said about their status."""

from django.contrib import admin, messages
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from centres.models import Professional
from centres.sheets import centre_words
from directory.adminsite.exports import ExportsSheet
from directory.adminsite.recorded import ReadOnlyAdmin, RecordedAdmin, RecordedTabular, actor_of
from directory.adminsite.roles import ReadOnly
from directory.core import changes
from directory.core.roles import is_editor, own_centre_ids, role_of

from ..actions import state_status
from ..choices import Freshness, Recruitment
from ..models import StatusStatement, TrialSite
from ..sheets import SiteSheet
from ..statements import day_as_said, disputing
from .forms import SiteForm


def freshness_tag(site):
    """The freshness of a site's status, with a coloured dot."""
    word = site.freshness
    return format_html('<span class="freshness freshness-{}">{}</span>', word.value, word.label)


def dispute_line(record):
    """The newer statement that disputes the status of a site or a trial, below it; empty for none."""
    other = disputing(record, record.statements.all()) if record.disputed else None
    if other is None:
        return ""
    who = ", ".join(filter(None, (other.source or other.get_role_display(), other.day_as_said)))
    return format_html("<br>{} {} ({})", _("A newer source says otherwise:"), other.get_status_display(), who)


class FreshnessFilter(admin.SimpleListFilter):
    title = _("freshness")
    parameter_name = "freshness"

    def lookups(self, request, model_admin):
        return Freshness.choices

    def queryset(self, request, queryset):
        return queryset.with_freshness(self.value()) if self.value() in Freshness.values else queryset


class StatementInline(ReadOnly, RecordedTabular):
    """Everything that was said about the site. Seen by whoever sees the site."""

    model = StatusStatement
    fields = readonly_fields = [
        "status", "since", "said", "role", "source", "evidence", "implied_by", "retracted_at",
    ]  # fmt: skip
    ordering = ["-said_at", "-pk"]
    verbose_name_plural = _("statements so far")

    def for_coordinator(self, queryset, user):
        return queryset.filter(site__centre__in=own_centre_ids(user))

    def has_view_permission(self, request, obj=None):
        return role_of(request.user) is not None

    @admin.display(description=_("said on"))
    def said(self, statement):
        return statement.day_as_said


@admin.register(TrialSite)
class TrialSiteAdmin(ExportsSheet, RecordedAdmin):
    """A coordinator meets the sites of their centres, and only those."""

    sheet = SiteSheet
    form = SiteForm
    named_by = ("trial", "centre")
    list_display = ["trial", "centre", "status", "freshness", "verified", "status_source"]
    list_display_links = ["trial", "centre"]
    list_filter = [
        "status", FreshnessFilter, ("centre", admin.RelatedOnlyFieldListFilter), "trial__state",
        "status_source",
    ]  # fmt: skip
    list_select_related = ["trial", "centre"]
    date_hierarchy = "verified_at"
    linked_by = ("trial",)
    search_fields = [
        "trial__acronym", "trial__title_en", "trial__identifiers__value", "centre__code", "centre__name_en",
    ]  # fmt: skip
    search_help_text = _("Acronym, title or identifier of the trial; code or name of the centre.")
    autocomplete_fields = ["trial", "centre", "contact_person", "investigator"]
    inlines = [StatementInline]
    actions = ["confirm_today"]
    fieldsets = [
        (None, {"fields": ["trial", "centre", "present_status"]}),
        (
            _("New status statement"),
            {
                "description": _(
                    "Leave the status empty to add no statement. Earlier statements stay below."
                ),
                "fields": [
                    ("new_status", "new_said_at"),
                    ("new_since", "new_source"),
                    "new_evidence",
                    "new_source_url",
                ],
            },
        ),
        (
            _("Contact for referrals"),
            {
                "fields": [
                    "contact_role",
                    ("contact_email", "contact_phone"),
                    ("contact_person", "investigator"),
                ],
            },
        ),
        (_("This site"), {"fields": [SiteSheet.columns()[name].attribute for name in SiteSheet.compared()]}),
    ]  # fmt: skip

    def get_queryset(self, request):
        """Without what a merge left behind at the trial that went."""
        return super().get_queryset(request).filter(trial__merged_into=None)

    def as_seen(self, records, user):
        """People of other centres are not a coordinator's to see; their cells are empty, which keeps them."""
        if is_editor(user):
            yield from records
            return
        known = set(Professional.objects.visible_to(user).values_list("pk", flat=True))
        for site in records:
            if site.contact_person_id not in known:
                site.contact_person = None
            if site.investigator_id not in known:
                site.investigator = None
            yield site

    def words_for_sheet(self, user):
        return centre_words(self.sheet, user)

    def owns(self, user, obj):
        return obj.centre_id in own_centre_ids(user)

    def get_readonly_fields(self, request, obj=None):
        # Whoever moves a site makes another one: its name in the log and its statements belong to this one.
        return ["present_status", *(["trial", "centre"] if obj else [])]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.state_status(actor_of(request))

    @admin.display(description=_("freshness"))
    def freshness(self, site):
        return freshness_tag(site)

    @admin.display(description=_("verified"), ordering="verified_at")
    def verified(self, site):
        """The day, short enough for a column, and in which role somebody said so."""
        if not site.verified_at:
            return ""
        day = day_as_said(site.verified_at, site.verified_on)
        return format_html('<span class="nowrap">{}</span> · {}', day, site.get_verified_by_display())

    @admin.display(description=_("current status"))
    def present_status(self, site):
        if not site.pk:
            return _("no statements yet")
        now = format_html("{} · {}", site.get_status_display(), freshness_tag(site))
        return format_html("{}{}", now, dispute_line(site))

    @admin.action(description=_("Confirm: the status is still right today"), permissions=["change"])
    def confirm_today(self, request, queryset):
        """States today what stands already; sites of which nothing is known are left as they are."""
        by = actor_of(request)
        with changes.recording(by):
            known = list(queryset.exclude(status=Recruitment.UNKNOWN).select_related("trial", "centre"))
            for site in known:
                state_status(site=site, status=site.status, by=by)
        told = ngettext(
            "The status of %d site is confirmed as of today.",
            "The status of %d sites is confirmed as of today.",
            len(known),
        ) % len(known)
        self.message_user(request, told, messages.SUCCESS if known else messages.INFO)


@admin.register(StatusStatement)
class StatusStatementAdmin(ReadOnlyAdmin):
    """Everything that was ever said, by anybody. New statements are made on the page of the site or trial."""

    list_display = ["about", "status", "said", "role", "source", "retracted_at"]
    list_filter = ["status", "role", ("site__centre", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["site__trial", "site__centre", "trial"]
    date_hierarchy = "said_at"
    linked_by = ("site", "trial", "run")
    search_fields = ["site__trial__acronym", "trial__acronym", "site__centre__code", "source", "evidence"]
    fields = [
        "about", "status", "since", "said", "role", "source", "source_url", "evidence", "implied_by", "run",
        "recorded_at", "retracted_at",
    ]  # fmt: skip

    @admin.display(description=_("site or trial"))
    def about(self, statement):
        return statement.site or statement.trial

    @admin.display(description=_("said on"), ordering="said_at")
    def said(self, statement):
        return statement.day_as_said

    def for_coordinator(self, queryset, user):
        return queryset.filter(site__centre__in=own_centre_ids(user))
