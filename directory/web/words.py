"""Words of the pages for the registry's vocabularies, and the tone in which a status is drawn."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from directory.core.dates import partial_text
from directory.core.fields import LANGUAGE_CODES, page_language
from directory.core.roles import Role
from trials.choices import Freshness, Recruitment
from trials.implied import implied_in_words
from trials.models import StatusStatement, TrialSite
from trials.statements import day_as_said

# Who stands behind a status; a role, never a name.
ROLES: Mapping[str, object] = {
    Role.COORDINATOR: _("the centre's coordinator"),
    Role.EDITOR: _("an editor of this directory"),
    Role.SPONSOR: _("the sponsor"),
    Role.REGISTRY: _("a public source"),
    Role.SYSTEM: _("this directory, automatically"),
}

# The order in which a physician wants to read sites, and how each is drawn. Colour is never alone:
# each tone has a shape of its own and the word stands beside it.
TONES = {
    Recruitment.RECRUITING: "open",
    Recruitment.ENROLLING_BY_INVITATION: "open",
    Recruitment.NOT_YET_RECRUITING: "soon",
    Recruitment.SUSPENDED: "paused",
    Recruitment.UNKNOWN: "unknown",
    Recruitment.ACTIVE_NOT_RECRUITING: "closed",
    Recruitment.COMPLETED: "closed",
    Recruitment.TERMINATED: "closed",
    Recruitment.WITHDRAWN: "closed",
}
STATUS_ORDER = {status: place for place, status in enumerate(TONES)}
FRESHNESS_ORDER = {
    word: place
    for place, word in enumerate(
        (Freshness.FRESH, Freshness.AGEING, Freshness.DISPUTED, Freshness.STALE, Freshness.NEVER)
    )
}
# Verified in the last 90 days, and not contradicted since.
LATELY = (Freshness.FRESH.value, Freshness.AGEING.value)
OPEN_STATUSES = (Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION, Recruitment.NOT_YET_RECRUITING)

LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
IN_LANGUAGE = {"en": _("in English"), "nl": _("in Dutch"), "fr": _("in French"), "de": _("in German")}


def label(choices, value: str) -> str:
    """The word for `value` of a vocabulary; the value itself where it is not of it."""
    return str(choices(value).label) if value in choices.values else value


def labels(choices, values: Iterable[str]) -> str:
    """The words for several values, in one line."""
    return ", ".join(label(choices, value) for value in values)


def said(day: str, role: str, source: str = "") -> str:
    """When and by whom: `3 June 2024, by the centre's coordinator`; empty where nobody said anything.

    `day`: ISO 8601, no more exact than it was said. A registry is called by its name, the `source`.
    """
    if not day:
        return ""
    who = source if source and role == Role.REGISTRY else ROLES.get(role)
    if not who:
        return partial_text(day)
    return gettext("%(day)s, by %(role)s") % {"day": partial_text(day), "role": who}


def said_of(one: StatusStatement | TrialSite) -> str:
    """When and by whom a statement was made, or that which stands for a site; and of what, if of many."""
    if isinstance(one, StatusStatement):
        return of_many(said(one.day_as_said, one.role, one.source), one.implied_by)
    text = said(day_as_said(one.verified_at, one.verified_on), one.verified_by, one.status_source)
    return of_many(text, one.implied_by)


def otherwise(dispute: Mapping[str, str | None] | None) -> tuple[str, str, str] | None:
    """Of a document's `dispute`: the status, when and by whom it was said, and the role of who said it."""
    if not dispute:
        return None
    text = said(dispute["said_on"] or "", dispute["by"] or "", dispute["source"] or "")
    return dispute["status"] or "", of_many(text, dispute["implied_by"] or ""), dispute["by"] or ""


def says_otherwise(role: str) -> str:
    """What introduces the newer word of a dispute, by the role of who said it."""
    is_registry = role == Role.REGISTRY
    return gettext("A registry says otherwise:") if is_registry else gettext("A newer source says otherwise:")


def of_many(text: str, implied_by: str) -> str:
    """`text`, with what it was said of where that is more than one site."""
    if not implied_by:
        return text
    return gettext("%(said)s, said of %(many)s") % {"said": text, "many": implied_in_words(implied_by)}


def in_page_language(texts: Mapping[str, str]) -> tuple[str, str]:
    """`(text, language)`: in the page's language, else English, else any; empty for none.

    The language is empty where it is the page's: only another one is declared.
    """
    own = page_language()
    for code in (own, *LANGUAGE_CODES):
        if texts.get(code):
            return texts[code], "" if code == own else code
    return "", ""
