"""Words of the pages for the registry's vocabularies, and the tone in which a status is drawn."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from directory.core.fields import LANGUAGE_CODES, page_language
from directory.core.roles import Role
from trials.choices import Freshness, Recruitment

# Who stands behind a status; a role, never a name.
ROLES = {
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
OPEN_STATUSES = (Recruitment.RECRUITING, Recruitment.ENROLLING_BY_INVITATION, Recruitment.NOT_YET_RECRUITING)

LANGUAGE_NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français", "de": "Deutsch"}
IN_LANGUAGE = {"en": _("in English"), "nl": _("in Dutch"), "fr": _("in French"), "de": _("in German")}


def label(choices, value: str) -> str:
    """The word for `value` of a vocabulary; the value itself where it is not of it."""
    return str(choices(value).label) if value in choices.values else value


def labels(choices, values: Iterable[str]) -> str:
    """The words for several values, in one line."""
    return ", ".join(label(choices, value) for value in values)


def in_page_language(texts: Mapping[str, str]) -> tuple[str, str]:
    """`(text, language)`: in the page's language, else English, else any; empty for none.

    The language is empty where it is the page's: only another one is declared.
    """
    own = page_language()
    for code in (own, *LANGUAGE_CODES):
        if texts.get(code):
            return texts[code], "" if code == own else code
    return "", ""
