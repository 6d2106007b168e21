"""Which centre a cell means, and whether these rows may speak of it."""

from django.utils.translation import gettext as _

from centres.matching import Matcher, Place

from .base import Scope, Verdict, shown


def find_centre(matcher: Matcher, verdict: Verdict, column: str) -> Place | None:
    """The centre that the cell means for certain; else the row is refused with who it might mean."""
    text = verdict.cells.get(column, "")
    if not text:
        verdict.refuse(column, _("The centre is empty. Write its code, for example uz-gent."))
        return None
    found = matcher.match(verdict.values.get(column, text))
    if found.centre:
        return found.centre
    said = {"text": shown(text), "codes": ", ".join(f"{place.code} ({place.name})" for place in found.near)}
    if found.how == "several":
        verdict.refuse(
            column, _("“%(text)s” is the name of several centres: %(codes)s. Write the code.") % said
        )
    elif found.near:
        verdict.refuse(
            column, _("“%(text)s” is not a known centre. Did you mean %(codes)s? Write the code.") % said
        )
    else:
        verdict.refuse(
            column, _("“%(text)s” is not a known centre. Write a code from the list of centres.") % said
        )
    return None


def may_touch(scope: Scope, place: Place, verdict: Verdict, column: str) -> bool:
    """False, and the row refused without a word about what is stored, for somebody else's centre."""
    if scope.may_touch(place.id):
        return True
    verdict.refuse(
        column, _("“%(text)s” is not your centre. Remove the row.") % {"text": shown(verdict.cells[column])}
    )
    return False
