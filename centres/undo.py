"""What undoing an import asks of people and of where they work."""

from django.db.models import Q
from django.utils.translation import gettext as _

from directory.imports.undo.rules import UndoRules

from .models import Affiliation


class AffiliationUndo(UndoRules):
    centre = "centre"


class ProfessionalUndo(UndoRules):
    centre = ""  # see `beyond`

    def beyond(self, pks, scope):
        """People who by now work at no centre of whoever undoes; they did, when the run stored something."""
        if scope.centres is None:
            return set()
        works = Affiliation.objects.filter(professional__in=pks.values(), centre__in=scope.centres)
        works = works.filter(Q(until=None) | Q(until__gte=scope.day))
        theirs = set(works.values_list("professional", flat=True))
        return {key for key, pk in pks.items() if pk not in theirs}

    def doubt(self, before, after):
        if _is_public(after) and not _is_public(before):
            return _("This would name a person in public again. Accept it only if the person agrees.")
        return ""


def _is_public(shot: dict) -> bool:
    return bool(shot["consent_given_on"]) and not shot["consent_withdrawn_on"]
