"""Trials that registries list for children in Belgium: taken as drafts, or declined with a reason."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite.recorded import ReadOnlyAdmin, actor_of
from directory.adminsite.roles import EditorsOnly

from .. import discovery, tasks
from ..models import DiscoveredTrial, RegistryDiscovery, RegistryRecord, Trial
from ..models.discovery import LONGEST_REASON, CandidateState


class FoundFilter(admin.SimpleListFilter):
    """What a listed trial is to the directory; `candidate`: what waits for an editor."""

    title, parameter_name = _("state in this directory"), "found"

    def lookups(self, request, model_admin):
        return [
            ("candidate", _("needs a decision")),
            *CandidateState.choices,
            ("gone", _("no longer listed")),
        ]

    def queryset(self, request, queryset):
        if (value := self.value()) is None:
            return queryset
        if value == "candidate":
            return queryset.candidates()
        if value == "gone":
            return queryset.filter(gone_since__isnull=False)
        listed = queryset.listed()
        pks = [one.pk for one in listed.with_trials() if one.found == value]
        return listed.filter(pk__in=pks)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Shown on the public page about data quality. Do not name a person or mention a patient."
        ),
    )


@admin.register(DiscoveredTrial)
class DiscoveredTrialAdmin(EditorsOnly, ReadOnlyAdmin):
    """What registries list: those that are here, and the candidates, decided one by one or many at once."""

    list_display = ["number", "names", "reason", "again", "is_open", "first_seen", "what_it_is"]
    list_filter = [FoundFilter, "registry", "is_open"]
    search_fields = ["number", "acronym", "title", "numbers__value"]
    date_hierarchy = "first_seen"
    fields = [
        "registry", "page", "acronym", "title", "what_it_is", "trial", "told", "reason", "again", "status",
        "is_open", "sites_in_belgium", "ages", "diseases", "other_numbers", "first_seen", "last_seen",
        "gone_since", "decision", "decision_reason", "decided_at", "decided_by", "decided_role",
    ]  # fmt: skip
    readonly_fields = fields
    actions = ["take", "decline"]

    def get_queryset(self, request):
        return super().get_queryset(request).with_trials()

    @admin.display(description=_("trial"))
    def names(self, found):
        return ": ".join(filter(None, (found.acronym, found.title)))[:120]

    @admin.display(description=_("state in this directory"))
    def what_it_is(self, found):
        return found.found.label

    @admin.display(description=_("page at the registry"))
    def page(self, found):
        return format_html('<a href="{}" rel="noopener">{}</a>', found.url, found.number)

    @admin.display(description=_("trial in this directory"))
    def trial(self, found):
        return Trial.objects.filter(pk=found.trial_pk).first() or "-"

    @admin.display(description=_("outcome"))
    def told(self, found):
        if found.found != CandidateState.TAKEN:
            return "-"
        record = RegistryRecord.objects.filter(registry=found.registry, number=found.number).first()
        if record is None or record.missing_since:
            return _("The registry has not sent the record yet.")
        return (
            record.fault or record.problem or _("Its draft no longer exists. Accept it again, or decline it.")
        )

    @admin.display(description=_("sites in Belgium according to the registry"))
    def sites_in_belgium(self, found):
        return format_html_join("", "<div>{}</div>", ((one,) for one in found.sites))

    @admin.display(description=_("conditions"))
    def diseases(self, found):
        return "; ".join(found.conditions)

    @admin.display(description=_("all numbers"))
    def other_numbers(self, found):
        return ", ".join(one.value for one in found.numbers.order_by("pk"))

    @admin.action(description=_("Accept as drafts"), permissions=["view"])
    def take(self, request, queryset):
        taken = discovery.take(candidates=queryset, by=actor_of(request))
        number, unsent = sum(taken.values()), [code for code in taken if not tasks.send_taken(code)]
        if not number:
            self.message_user(request, _("None of these needs a decision."), messages.INFO)
        elif not unsent:
            told = ngettext(
                "%d trial is accepted; its draft appears in a minute.",
                "%d trials are accepted; their drafts appear in a minute.",
                number,
            )
            self.message_user(request, told % number, messages.SUCCESS)
        else:
            told = _("They are accepted; the drafts will be made later.")
            self.message_user(request, told, messages.WARNING)

    @admin.action(description=_("Decline, with a reason…"), permissions=["view"])
    def decline(self, request, queryset):
        """Asks for a reason first; declines with the second POST."""
        form = DeclineForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            try:
                number = discovery.decline(
                    candidates=queryset, by=actor_of(request), reason=form.cleaned_data["reason"]
                )
            except ValidationError as error:
                form.add_error("reason", error)
            else:
                told = ngettext("%d trial is declined.", "%d trials are declined.", number) % number
                self.message_user(request, told, messages.SUCCESS if number else messages.INFO)
                return None
        return self.render_page(
            request,
            "trials/admin/decline.html",
            title=_("Decline, with a reason"),
            form=form,
            candidates=[
                one for one in queryset if one.found in (CandidateState.PROPOSED, CandidateState.TAKEN)
            ],
            checkbox=helpers.ACTION_CHECKBOX_NAME,
        )


@admin.register(RegistryDiscovery)
class RegistryDiscoveryAdmin(EditorsOnly, ReadOnlyAdmin):
    """Each search of a registry for new trials, and what came of it."""

    list_display = ["registry", "answered_by", "status", "is_whole", "started_at", "finished_at", "counted"]
    list_filter = ["registry", "status"]
    fields = [
        "registry", "answered_by", "status", "is_whole", "started_at", "finished_at", "counted", "told",
    ]  # fmt: skip
    readonly_fields = fields
    actions = ["go_on"]

    @admin.display(description=_("counts"))
    def counted(self, run):
        return ", ".join(f"{name} {number}" for name, number in run.counts.items() if number)

    @admin.display(description=_("problems"))
    def told(self, run):
        return format_html_join("", "<p>{}</p>", ((one,) for one in run.problems))

    @admin.action(
        description=_("Ask the registry again; accept what it no longer lists"), permissions=["view"]
    )
    def go_on(self, request, queryset):
        """Ask the registries of these runs once more; what a waiting run found gone may be gone."""
        codes = sorted(set(queryset.values_list("registry", flat=True)))
        waiting = set(RegistryDiscovery.objects.waiting().values_list("registry", flat=True))
        sent = [tasks.send_discovery(code, is_accepted=code in waiting) for code in codes]
        if all(sent):
            self.message_user(
                request, _("The registry is being asked again; see the next run."), messages.SUCCESS
            )
        else:
            self.message_user(
                request, _("This cannot be started now. Try again in a minute."), messages.ERROR
            )
