"""Who owes which answer: enquiries in the admin, read by editors, and what they do about them."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from centres.models import Coordination
from directory.adminsite import attention
from directory.adminsite.recorded import actor_of
from directory.core.mailing import mail_day
from directory.core.roles import is_editor

from . import actions
from .charts import chart_of
from .models import ContactAnswer, ContactState, Enquiry, Letter, LetterKind, asked_sites, unconfirmed
from .past_freshness import by_month

ALL_STATES = "all"  # of contact details
OWES, OVERDUE, ANSWERED, REVOKED, EARLIER = "owes", "overdue", "answered", "revoked", "earlier"
STATES = {
    OVERDUE: _("overdue: reminded twice, no complete answer"),
    OWES: _("owes an answer"),
    ANSWERED: _("answered"),
    REVOKED: _("revoked"),
    EARLIER: _("earlier, asked again since"),
}


class OwedFilter(admin.SimpleListFilter):
    """Who owes what; without a choice, the latest enquiry of each."""

    title = _("answer")
    parameter_name = "owed"

    def lookups(self, request, model_admin):
        return list(STATES.items())

    def queryset(self, request, queryset):
        latest = queryset.latest_of_each()
        if self.value() == EARLIER:
            return queryset.exclude(pk__in=latest.values("pk"))
        if self.value() == OVERDUE:
            return queryset.overdue(mail_day(timezone.now()))
        if self.value() == REVOKED:
            return latest.exclude(revoked_at=None)
        owing = latest.filter(revoked_at=None).owing()
        if self.value() == OWES:
            return owing
        if self.value() == ANSWERED:
            return latest.filter(revoked_at=None).exclude(pk__in=owing.values("pk"))
        # A note, too, may be of an earlier one.
        return latest if self.value() is None and NoteFilter.parameter_name not in request.GET else queryset


class NoteFilter(admin.SimpleListFilter):
    title = _("note")
    parameter_name = "note"

    def lookups(self, request, model_admin):
        return [("unread", _("not read yet"))]

    def queryset(self, request, queryset):
        if self.value() == "unread":
            return queryset.filter(note_read_at=None).exclude(note="")
        return queryset


class ForEditors(admin.ModelAdmin):
    """Read by editors and written by nobody: what happens to it happens by its actions."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request):
        return is_editor(request.user)

    def has_view_permission(self, request, obj=None):
        return is_editor(request.user)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        # A centre, or a trial, could not be deleted else.
        return is_editor(request.user)

    def has_act_permission(self, request):
        return is_editor(request.user)


@admin.register(Enquiry)
class EnquiryAdmin(ForEditors):
    """Who was asked, what they owe, and what they answered."""

    change_list_template = "vouching/admin/enquiries.html"
    list_display = ["centre", "user", "asked", "reminded", "owed", "left", "answered", "has_note"]
    list_display_links = ["centre"]
    list_filter = [OwedFilter, NoteFilter, ("centre", admin.RelatedOnlyFieldListFilter), "reason"]
    list_select_related = ["centre", "user"]
    actions = ["send_now", "revoke", "mark_read"]
    fields = readonly_fields = [
        "centre", "user", "number", "reason", "language", "asked_at", "reminded", "owed", "left",
        "answered_at", "expires_at", "revoked_at", "note", "note_read_at", "sheets", "contacts", "freshness",
    ]  # fmt: skip

    def get_queryset(self, request):
        """Each with what the list tells, in one query whatever their number."""
        went = Letter.objects.filter(enquiry=OuterRef("pk")).exclude(settled_at=None)
        mine = asked_sites().filter(centre=OuterRef("centre"))
        left = unconfirmed(mine, OuterRef("asked_on")).order_by().values("centre").annotate(n=Count("pk"))
        found = super().get_queryset(request).defer("digests")
        return found.annotate(
            is_owed=Exists(Enquiry.objects.owing().filter(pk=OuterRef("pk"))),
            is_late=Exists(Enquiry.objects.overdue(mail_day(timezone.now())).filter(pk=OuterRef("pk"))),
            once=Exists(went.filter(kind=LetterKind.REMINDED)),
            twice=Exists(went.filter(kind=LetterKind.REMINDED_AGAIN)),
            number_left=Coalesce(Subquery(left.values("n"), output_field=IntegerField()), 0),
        )

    @admin.display(description=_("asked on"), ordering="asked_on")
    def asked(self, enquiry):
        return enquiry.asked_on.isoformat()

    @admin.display(description=_("answered"), ordering="answered_at")
    def answered(self, enquiry):
        """The day of the last answer by the link."""
        return timezone.localdate(enquiry.answered_at).isoformat() if enquiry.answered_at else ""

    @admin.display(description=_("reminded"))
    def reminded(self, enquiry):
        return [_("not yet"), _("once"), _("twice")][2 if enquiry.twice else int(enquiry.once)]

    @admin.display(description=_("answer"))
    def owed(self, enquiry):
        if enquiry.revoked_at:
            return STATES[REVOKED]
        if enquiry.is_late:
            return STATES[OVERDUE]
        return STATES[OWES if enquiry.is_owed else ANSWERED]

    @admin.display(description=_("statuses not confirmed since"), ordering="number_left")
    def left(self, enquiry):
        return enquiry.number_left

    @admin.display(description=_("sheets uploaded by the link"))
    def sheets(self, enquiry):
        runs = [one.run for one in enquiry.sheets.select_related("run")]
        pages = ((reverse("admin:imports_importrun_change", args=[one.pk]), one) for one in runs)
        told = ((url, one, one.get_status_display()) for url, one in pages)
        return format_html_join("", '<p><a href="{}">{}</a>: {}</p>', told) or "–"

    @admin.display(description=_("contact details sent"))
    def contacts(self, enquiry):
        url = attention.list_url(ContactAnswer, enquiry__exact=enquiry.pk, state=ALL_STATES)
        number = enquiry.contacts.count()
        return format_html('<a href="{}">{}</a>', url, number) if number else "–"

    @admin.display(description=_("note"))
    def has_note(self, enquiry):
        if not enquiry.note:
            return ""
        return _("read") if enquiry.note_read_at else _("new")

    @admin.display(description=_("freshness of the centre"))
    def freshness(self, enquiry):
        months = by_month(enquiry.centre_id, timezone.localdate())
        return render_to_string("vouching/freshness.html", {"chart": chart_of(months)})

    @admin.action(
        description=_("Send now: ask these coordinators again, with a new link"), permissions=["act"]
    )
    def send_now(self, request, queryset):
        pairs = set(queryset.order_by().values_list("user", "centre"))
        found = Coordination.objects.acting().exclude(user__email="").select_related("centre")
        mine = [one for one in found if (one.user_id, one.centre_id) in pairs]
        sent = sum(actions.ask_now(coordination=one) for one in mine)
        told = ngettext("%d e-mail was sent.", "%d e-mails were sent.", sent) % sent
        if left := len(pairs) - sent:
            told = f"{told} " + ngettext(
                "%d could not be sent: no longer a coordinator, no e-mail address, or the mail server does "
                "not answer.",
                "%d could not be sent: no longer coordinators, no e-mail address, or the mail server does "
                "not answer.",
                left,
            ) % left  # fmt: skip
        self.message_user(request, told, messages.SUCCESS if sent == len(pairs) else messages.WARNING)

    @admin.action(description=_("Revoke: the links stop working"), permissions=["act"])
    def revoke(self, request, queryset):
        ended = sum(actions.revoke(enquiry=one) for one in queryset)
        told = ngettext("%d enquiry is revoked.", "%d enquiries are revoked.", ended) % ended
        self.message_user(request, told, messages.SUCCESS if ended else messages.INFO)

    @admin.action(description=_("Mark the notes as read"), permissions=["act"])
    def mark_read(self, request, queryset):
        noted = queryset.filter(note_read_at=None).exclude(note="").values_list("pk", flat=True)
        read = Enquiry.objects.filter(pk__in=list(noted)).update(note_read_at=timezone.now())
        told = ngettext("%d note is marked as read.", "%d notes are marked as read.", read) % read
        self.message_user(request, told, messages.SUCCESS if read else messages.INFO)


class StateFilter(admin.SimpleListFilter):
    """What became of it; without a choice, what is to be looked at."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*ContactState.choices, (ALL_STATES, _("all of them"))]

    def queryset(self, request, queryset):
        state = self.value() or ContactState.OPEN
        return queryset.filter(state=state) if state in ContactState.values else queryset


@admin.register(ContactAnswer)
class ContactAnswerAdmin(ForEditors):
    """What coordinators said of a site's contact by their link, beside what is shown: taken over, or not."""

    change_list_template = "vouching/admin/contacts.html"
    list_display = ["site", "differs", "said_by", "said_at", "state"]
    list_display_links = None
    list_filter = [StateFilter, ("site__centre", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["site__trial", "site__centre", "enquiry__user"]
    actions = ["take", "decline"]
    fields = readonly_fields = ["site", "differs", "said_by", "said_at", "state", "decided_at", "decided_by"]

    def lookup_allowed(self, lookup, value, request):
        return lookup == "enquiry__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("what should change"))
    def differs(self, sent):
        label = {one.name: one.verbose_name for one in sent.site._meta.concrete_fields}
        told = (
            (label[name], getattr(sent.site, name) or "–", new or "–") for name, new in sent.values.items()
        )
        return format_html_join("", "<p>{}: <del>{}</del> → <ins>{}</ins></p>", told)

    @admin.display(description=_("coordinator"))
    def said_by(self, sent):
        return sent.enquiry.user

    @admin.action(description=_("Accept: shown to everybody from now on"), permissions=["act"])
    def take(self, request, queryset):
        self._decide(request, queryset, take=True)

    @admin.action(description=_("Decline: keep what is shown now"), permissions=["act"])
    def decline(self, request, queryset):
        self._decide(request, queryset, take=False)

    def _decide(self, request, queryset, *, take: bool):
        try:
            done = actions.decide_contacts(sent=queryset, by=actor_of(request), take=take)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return
        told = ngettext("%d is accepted.", "%d are accepted.", done) if take else ngettext(
            "%d is declined.", "%d are declined.", done
        )  # fmt: skip
        self.message_user(request, told % done, messages.SUCCESS if done else messages.INFO)


@attention.register
def vouching(request):
    """Editors ring up whoever was reminded twice, read notes, and see whom no mail can reach."""
    if not is_editor(request.user):
        return
    late = Enquiry.objects.overdue(mail_day(timezone.now())).count()
    label = ngettext(
        "coordinator who did not confirm after two reminders",
        "coordinators who did not confirm after two reminders",
        late,
    )
    yield attention.WaitingItem(late, label, attention.list_url(Enquiry, owed=OVERDUE), urgent=True)
    notes = Enquiry.objects.filter(note_read_at=None).exclude(note="").count()
    label = ngettext("note from a coordinator to read", "notes from coordinators to read", notes)
    yield attention.WaitingItem(notes, label, attention.list_url(Enquiry, note="unread"))
    sent = ContactAnswer.objects.filter(state=ContactState.OPEN).count()
    label = ngettext(
        "site with new contact details from its coordinator",
        "sites with new contact details from their coordinators",
        sent,
    )
    yield attention.WaitingItem(sent, label, attention.list_url(ContactAnswer))
    mute = Coordination.objects.acting().filter(user__email="").count()
    label = ngettext(
        "coordinator without an e-mail address: cannot be asked",
        "coordinators without an e-mail address: cannot be asked",
        mute,
    )
    yield attention.WaitingItem(mute, label, attention.list_url(Coordination))
