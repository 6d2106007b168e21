"""Interventions, which many trials share, and what trials have of them."""

from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from directory.adminsite.forms import RecordedFormSet
from directory.adminsite.recorded import RecordedAdmin, RecordedTabular, watch_stored
from directory.adminsite.roles import EditorsOnly

from ..models import Intervention, Trial, TrialArm, TrialIntervention


@admin.register(Intervention)
class InterventionAdmin(EditorsOnly, RecordedAdmin):
    """The name as registries write it: corrected here, it is corrected in every trial that has it."""

    list_display = ["name", "type", "inn", "class_names", "trial_count"]
    list_filter = ["type"]
    search_fields = ["name", "inn", "synonyms"]
    fields = ["name", "type", "inn", "classes", "synonyms"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(trials_all=Count("trial_links"))

    def save_model(self, request, obj, form, change):
        """What trials say that they give changes with it; a new one is described by the vocabulary."""
        if change:
            watch_stored(request.change_log, Trial, obj.trials.values_list("pk", flat=True))
        else:
            obj.describe()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("classes"))
    def class_names(self, intervention):
        return "; ".join(intervention.classes)

    @admin.display(description=_("trials"), ordering="trials_all")
    def trial_count(self, intervention):
        return intervention.trials_all


class _OfTrial(RecordedTabular):
    """Part of the trial's own change."""

    def for_coordinator(self, queryset, user):
        return queryset.filter(trial__in=Trial.objects.visible_to(user))


class TrialInterventionFormSet(RecordedFormSet):
    def once(self, row):
        return row.intervention_id


class TrialInterventionInline(_OfTrial):
    model = TrialIntervention
    formset = TrialInterventionFormSet
    fields = ["intervention", "position"]
    autocomplete_fields = ["intervention"]


class TrialArmInline(_OfTrial):
    model = TrialArm
    fields = ["label", "type", "description", "interventions", "position"]
