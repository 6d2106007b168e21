"""Places that registries name and that may be centres of ours: an editor says which, or that it is none."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from centres.models import Centre
from directory.adminsite.recorded import actor_of

from ..models import UnresolvedPlace
from ..models.place import PlaceState
from ..places import resolve_place
from .deciding import DecidingAdmin
from .registries import day_of, short_name

NONE_OF_OURS = "none"


class PlaceForm(forms.Form):
    """Which centre a place is: those that it may be first, then all others."""

    centre = forms.ChoiceField(label=_("It is"), widget=forms.Select)

    def __init__(self, *args, record, **kwargs):
        super().__init__(*args, **kwargs)
        centres = {one.code: one for one in Centre.objects.order_by("name_en")}
        near = [centres.pop(code) for code in record.might_be if code in centres]
        choices = [("", "---------"), (NONE_OF_OURS, _("not one of our centres"))]
        for label, some in ((_("It may be"), near), (_("Other centres"), centres.values())):
            if some:
                choices.append((label, [(one.code, f"{one.name_en} ({one.code})") for one in some]))
        self.fields["centre"].choices = choices


@admin.register(UnresolvedPlace)
class UnresolvedPlaceAdmin(DecidingAdmin):
    """What is said of a text that names a hospital is learned, and settles its other places, too."""

    page = "trials/admin/place.html"
    form_class = PlaceForm
    list_display = ["text", "of_trial", "may_be", "made_on", "state"]
    list_filter = ["state", "registry", "is_lasting"]
    list_select_related = ["trial"]
    search_fields = ["text", "trial__acronym", "trial__slug"]

    @admin.display(description=_("trial"), ordering="trial__slug")
    def of_trial(self, place):
        return short_name(place.trial)

    @admin.display(description=_("may be"))
    def may_be(self, place):
        return ", ".join(place.might_be)

    @admin.display(description=_("since"), ordering="made_at")
    def made_on(self, place):
        return day_of(place.made_at)

    def shows(self, record):
        same = UnresolvedPlace.objects.open().filter(folded=record.folded).exclude(pk=record.pk)
        return {
            "is_open": record.state == PlaceState.OPEN,
            "same": same.select_related("trial") if record.is_lasting else same.none(),
        }

    def decide(self, request, record, data):
        code = data["centre"]
        centre = None if code == NONE_OF_OURS else Centre.objects.get(code=code)
        number = resolve_place(place=record, centre=centre, by=actor_of(request))
        if centre is None:
            told = ngettext("%d place is not one of our centres.", "%d places are not our centres.", number)
            return told % number
        told = ngettext("%(n)d place is now %(code)s.", "%(n)d places are now %(code)s.", number)
        return told % {"n": number, "code": centre.code}
