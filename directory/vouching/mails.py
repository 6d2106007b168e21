"""The mail that asks a coordinator, and those that remind. Plain text with an HTML twin, links absolute."""

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import ngettext

from directory.core.fields import LANGUAGE_CODES, by_language
from directory.core.mailing import absolute, letter
from trials.choices import Recruitment

from .models import Enquiry, LetterKind

MOST_LISTED = 40
# By what a trial is called.
_NAMES = ("trial__acronym", "trial__slug", *(f"trial__title_{one}" for one in LANGUAGE_CODES))


def compose(enquiry: Enquiry, kind: str) -> EmailMultiAlternatives:
    """The mail `kind`, in the coordinator's language, with a link of its own."""
    with translation.override(enquiry.language):
        found = enquiry.sites().select_related(None).select_related("trial")
        sites = list(found.only("status", "disputed", *_NAMES))
        words = {status.value: str(status.label) for status in Recruitment}
        token = enquiry.new_token()
        subject = ngettext(
            "Your centre's %(n)d trial: still right?", "Your centre's %(n)d trials: still right?", len(sites)
        ) % {"n": len(sites)}
        context = {
            "centre": name_of(enquiry.centre, enquiry.language),
            "sites": [(str(one.trial), words[one.status], one.disputed) for one in sites[:MOST_LISTED]],
            "more": max(0, len(sites) - MOST_LISTED),
            "link": absolute("web:vouch", token),
            "sheet": absolute("web:vouch-sheet", token),
            "until": enquiry.expires_at,
            "is_reminder": kind != LetterKind.ASKED,
            "asked_on": enquiry.asked_on,
            "title": subject,
        }
        return letter(
            to=enquiry.user.email,
            name=f"vouch-{enquiry.pk}-{kind}",
            subject=subject,
            template="vouching/ask",
            context=context,
        )


def name_of(centre, language: str) -> str:
    """What the centre is called in `language`, else in any."""
    names = by_language(centre, "name")
    return names.get(language) or next(iter(names.values()), centre.code)
