"""Centres, networks and people in the admin."""

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite import attention
from directory.adminsite.exports import ExportsSheet
from directory.adminsite.forms import RecordedFormSet
from directory.adminsite.recorded import RecordedAdmin, RecordedTabular, RecordsRows, actor_of
from directory.adminsite.roles import EditorsOnly
from directory.adminsite.states import ListedAdmin
from directory.core.models import State
from directory.core.roles import COORDINATORS, EDITORS, is_coordinator, is_editor, own_centre_ids

from .actions import withdraw_consent
from .choices import AliasKind
from .models import Affiliation, Centre, CentreAlias, Coordination, Membership, Network, Professional
from .sheets import CentreSheet, NetworkSheet, centre_words

OTHER_LANGUAGES = {"classes": ["collapse"]}
GROUPS_EXPLAINED = _(
    "%(editors)s keep the whole directory. %(coordinators)s keep only the sites and contacts of the centres "
    "under “Coordinates” below. Both need “Staff status” to sign in here."
)


class AliasFormSet(RecordedFormSet):
    def once(self, row):
        return row.folded


class AliasInline(RecordedTabular):
    """Texts that mean the centre. Part of the centre's own change; deleting a learned one unlearns it."""

    model = CentreAlias
    formset = AliasFormSet
    fields = ["text", "kind", "learned"]
    readonly_fields = ["learned"]

    @admin.display(description=_("learned"))
    def learned(self, alias):
        """Who said so, when, and in which sheet; empty for what was typed here."""
        if not alias.pk or not (alias.learned_from or alias.kind == AliasKind.LEARNED):
            return ""
        day = date_format(alias.learned_at, "DATE_FORMAT")
        return " · ".join(str(part) for part in (day, alias.learned_by, alias.learned_from) if part)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("learned_by")

    def for_coordinator(self, queryset, user):
        return queryset.filter(centre__in=own_centre_ids(user))


class MembershipInline(RecordedTabular):
    model = Membership
    ordering = ["network", "centre", "since"]
    fields = ["network", "centre", "role", "since", "until", "care"]
    autocomplete_fields = ["network", "centre"]

    def for_coordinator(self, queryset, user):
        return queryset.visible_to(user)


@admin.register(Centre)
class CentreAdmin(ExportsSheet, ListedAdmin):
    sheet = CentreSheet
    address_field = "code"
    named_by = ("code",)
    history_with = ("membership", "coordination", "affiliation")
    address_from = ("name_en",)
    list_display = ["code", "name_en", "city", "country", "state", "updated"]
    list_filter = ["state", "country", "memberships__role"]
    search_fields = ["code", "name_en", "name_nl", "name_fr", "name_de", "city", "aliases__text"]
    search_help_text = _("Code, name in any language, alias or town.")
    inlines = [AliasInline, MembershipInline]
    fieldsets = [
        (None, {"fields": ["name_en", "code", "state", "university", "languages"]}),
        (_("Names in other languages"), {"fields": ["name_nl", "name_fr", "name_de"]}),
        (
            _("Place"),
            {"fields": ["street", ("postal_code", "city", "country"), ("latitude", "longitude")]},
        ),
        (_("Contact"), {"fields": ["phone", "email", "website"]}),
        (_("Identifiers and source"), {"fields": ["oms_id", "ror_id", "source", "source_url"]}),
    ]

    def as_seen(self, records, user):
        """Aliases are seen beside one's own centres only, as on their pages."""
        for centre in records:
            if not self.may_change(user, centre):
                centre._prefetched_objects_cache["aliases"] = []
            yield centre

    def owns(self, user, obj):
        return obj.pk in own_centre_ids(user)


@admin.register(Network)
class NetworkAdmin(ExportsSheet, ListedAdmin):
    sheet = NetworkSheet
    history_with = ("membership",)
    address_from = ("acronym",)
    list_display = ["slug", "acronym", "name_en", "members", "state", "updated"]
    list_filter = ["state", "memberships__role"]
    search_fields = ["slug", "acronym", "name_en", "name_nl", "name_fr", "name_de"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["acronym", "name_en", "slug", "state", "website", "description_en"]}),
        (
            _("In other languages"),
            {
                **OTHER_LANGUAGES,
                "fields": [
                    "name_nl", "name_fr", "name_de", "description_nl", "description_fr", "description_de",
                ],
            },
        ),
        (_("Source"), {"fields": ["source", "source_url"]}),
    ]  # fmt: skip

    def for_coordinator(self, queryset, user):
        return queryset.visible_to(user)

    def get_queryset(self, request):
        return (
            super().get_queryset(request).annotate(member_count=Count("memberships__centre", distinct=True))
        )

    def for_sheet(self, queryset, user):
        found = Membership.objects.visible_to(user).filter(network__in=queryset.values("pk"))
        return found.order_by("network__slug", "centre__code", "role", "since")

    def words_for_sheet(self, user):
        return centre_words(self.sheet, user)

    @admin.display(description=_("centres"), ordering="member_count")
    def members(self, network):
        return network.member_count


class AffiliationInline(RecordedTabular):
    model = Affiliation
    fields = ["centre", "function", "since", "until"]
    autocomplete_fields = ["centre"]

    def for_coordinator(self, queryset, user):
        return queryset.filter(centre__in=own_centre_ids(user))


class ConsentFilter(admin.SimpleListFilter):
    """Whether the person may be named in public."""

    title = _("consent")
    parameter_name = "consent"

    def lookups(self, request, model_admin):
        return [("given", _("given")), ("missing", _("never given")), ("withdrawn", _("withdrawn"))]

    def queryset(self, request, queryset):
        wanted = {
            "given": Q(consent_given_on__isnull=False, consent_withdrawn_on=None),
            "missing": Q(consent_given_on=None),
            "withdrawn": Q(consent_withdrawn_on__isnull=False),
        }.get(self.value())
        return queryset.filter(wanted) if wanted is not None else queryset


@admin.register(Professional)
class ProfessionalAdmin(RecordedAdmin):
    history_with = ("affiliation",)
    list_display = ["name", "email", "phone", "consent"]
    list_filter = [ConsentFilter]
    editors_filter = (("affiliations__centre", admin.RelatedOnlyFieldListFilter),)
    search_fields = ["name", "email"]
    inlines = [AffiliationInline]
    actions = ["withdraw_consents"]
    readonly_fields = ["consent_recorded_by"]
    fieldsets = [
        (None, {"fields": ["name", "email", "phone"]}),
        (
            _("Consent to be named in public"),
            {
                "description": _(
                    "Without consent, only editors and the centre see the name, e-mail address and telephone "
                    "number."
                ),
                "fields": [
                    "consent_given_on", "consent_evidence", "consent_withdrawn_on", "consent_recorded_by",
                ],
            },
        ),
    ]  # fmt: skip

    def for_coordinator(self, queryset, user):
        return queryset.visible_to(user) if own_centre_ids(user) else queryset.none()

    def save_model(self, request, obj, form, change):
        if {"consent_given_on", "consent_withdrawn_on", "consent_evidence"} & set(form.changed_data):
            obj.consent_recorded_by = actor_of(request).role
        super().save_model(request, obj, form, change)

    @admin.display(description=_("consent"))
    def consent(self, person):
        if person.may_be_published:
            return _("given on %(day)s") % {"day": person.consent_given_on}
        return _("withdrawn") if person.consent_withdrawn_on else _("never given")

    @admin.action(description=_("Withdraw consent: no longer named in public"), permissions=["change"])
    def withdraw_consents(self, request, queryset):
        ended = withdraw_consent(professionals=list(queryset), by=actor_of(request))
        told = ngettext("%d consent is withdrawn.", "%d consents are withdrawn.", ended) % ended
        self.message_user(request, told, messages.SUCCESS if ended else messages.INFO)


WHO_MAY_KEEP = _(
    "Active accounts in the group %(coordinators)s, or with staff status. Somebody who is not in this list "
    "first needs an account in that group, with an e-mail address. Staff status and a password are only "
    "needed to sign in, not to answer by an e-mailed link."
)


@admin.register(Coordination)
class CoordinationAdmin(EditorsOnly, RecordedAdmin):
    """Who keeps which centre's sites."""

    list_display = ["user", "centre", "reached"]
    list_filter = [("centre", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "centre"]
    search_fields = ["user__username", "user__last_name", "centre__code", "centre__name_en"]
    autocomplete_fields = ["centre"]
    fields = ["user", "centre"]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "user":
            # A plain list: editors may not search all accounts, and few accounts are of these.
            may_keep = Q(is_staff=True) | Q(groups__name=COORDINATORS)
            people = get_user_model().objects.filter(may_keep, is_active=True).distinct()
            kwargs["queryset"] = people.order_by("username")
            kwargs["help_text"] = WHO_MAY_KEEP % {"coordinators": COORDINATORS}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_queryset(self, request):
        acting = Coordination.objects.acting().filter(pk=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_acting=Exists(acting))

    @admin.display(description=_("reached by e-mail"))
    def reached(self, one):
        """Whether the coordinator is asked by mail; else what is missing."""
        if one.is_acting:
            return _("yes") if one.user.email else _("no: the account has no e-mail address")
        if not one.user.is_active:
            return _("no: the account is closed")
        return _("no: not in the group %s and not an editor") % COORDINATORS

    def get_readonly_fields(self, request, obj=None):
        return ["user", "centre"] if obj else []


class CoordinationInline(EditorsOnly, RecordedTabular):
    """The centres whose sites and contacts the user keeps."""

    model = Coordination
    fields = ["centre"]
    autocomplete_fields = ["centre"]
    verbose_name = _("centre")
    verbose_name_plural = _("Coordinates")


class AccountAdmin(RecordsRows, UserAdmin):
    """Accounts are closed (made inactive), never deleted: the log and the statements go on naming them, and
    what somebody coordinated must not vanish unrecorded."""

    inlines = [CoordinationInline]

    def get_inlines(self, request, obj):
        """A new account has a name and a password first."""
        return super().get_inlines(request, obj) if obj else []

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if is_editor(request.user):
            return super().changeform_view(request, object_id, form_url, extra_context)
        # Whoever has the right to accounts alone writes nothing that the log keeps.
        return super(RecordsRows, self).changeform_view(request, object_id, form_url, extra_context)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups":
            field.help_text = GROUPS_EXPLAINED % {"editors": EDITORS, "coordinators": COORDINATORS}
        return field

    def has_delete_permission(self, request, obj=None):
        return False


admin.site.unregister(get_user_model())
admin.site.register(get_user_model(), AccountAdmin)


@attention.register
def own_centres(request):
    """Tells a coordinator which centres are theirs, and where a sheet is handed in."""
    if not is_coordinator(request.user):
        return
    names = [str(centre) for centre in Centre.objects.filter(pk__in=own_centre_ids(request.user))]
    if not names:
        yield attention.Notice(_("You do not coordinate a centre yet. Ask an editor."), nothing_else=True)
        return
    yield attention.Notice(_("You coordinate: %(centres)s.") % {"centres": ", ".join(names)})
    if request.user.has_perm("imports.add_importrun"):
        yield attention.Notice(_("Import a sheet"), reverse("admin:imports_importrun_add"))


@attention.register
def drafts_and_consents(request):
    """Drafts to list, and people of whom nobody noted whether they may be named."""
    if not is_editor(request.user):
        return
    count = Centre.objects.drafts().count()
    url = attention.list_url(Centre, state__exact=State.DRAFT)
    yield attention.WaitingItem(count, ngettext("centre in draft", "centres in draft", count), url)
    count = Network.objects.drafts().count()
    url = attention.list_url(Network, state__exact=State.DRAFT)
    yield attention.WaitingItem(count, ngettext("network in draft", "networks in draft", count), url)
    count = Professional.objects.filter(consent_given_on=None).count()
    told = ngettext(
        "professional without consent on record", "professionals without consent on record", count
    )
    yield attention.WaitingItem(count, told, attention.list_url(Professional, consent="missing"))
