"""What editors should find out first: the facts that would decide for most typical patients."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directory.adminsite import attention
from directory.core.roles import is_editor
from directory.search.service import IndexNotReady
from trials.models import Trial

from .missing import MissingFact, missing_facts

SHOWN = 10
NAMES = {"diagnosis": _("the diagnosis"), "age": _("the age limits"), "stage": _("the stage of disease")}


@attention.register_ranking(_("Missing facts, by how many typical patients each would decide"))
def facts_to_find_out(request):
    """To editors; nothing while the index is built."""
    if not is_editor(request.user):
        return
    try:
        found = missing_facts(SHOWN)
    except IndexNotReady:
        return
    trials = {one.slug: one for one in Trial.objects.filter(slug__in=[fact.slug for fact in found])}
    for fact in found:
        if trial := trials.get(fact.slug):
            url = reverse("admin:trials_trial_change", args=[trial.pk])
            yield attention.WaitingItem(fact.decides, _said_of(fact, trial), url)


def _said_of(fact: MissingFact, trial: Trial) -> str:
    words = {"fact": NAMES[fact.criterion], "trial": trial.acronym or trial.title, "helps": fact.helps}
    said = _("%(fact)s of %(trial)s") % words
    more = ngettext("%(helps)d more with one other fact", "%(helps)d more with one other fact", fact.helps)
    return f"{said} ({more % words})" if fact.helps else said
