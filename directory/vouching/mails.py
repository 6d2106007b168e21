"""The mail that asks a coordinator, and those that remind. Plain text with an HTML twin, links absolute."""

from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import ngettext

from directory.core.fields import LANGUAGE_CODES
from directory.core.mailing import absolute, letter
from trials.choices import Recruitment

from .asked import asked_about, told_of
from .models import Enquiry, LetterKind, ended_sites

MOST_LISTED = 40
# What a line says: by what a trial is called, how it stands, and what a registry says.
_READ = (
    "status", "disputed", "disputed_by", "implied_by", "verified_at", "verified_on", "verified_by",
    "status_source", "centre_id",
    "trial__acronym", "trial__slug", *(f"trial__title_{one}" for one in LANGUAGE_CODES),
)  # fmt: skip


def compose(enquiry: Enquiry, kind: str) -> EmailMultiAlternatives:
    """The mail `kind`, in the coordinator's language, with a link of its own."""
    with translation.override(enquiry.language):
        asked = asked_about(enquiry, *_READ)
        words = {status.value: str(status.label) for status in Recruitment}
        listed = [(str(one.site.trial), words[one.site.status], told_of(one)) for one in asked[:MOST_LISTED]]
        disputed = sum(one.against is not None for one in asked)
        token = enquiry.new_token()
        subject = ngettext(
            "Your centre's %(n)d trial: still right?", "Your centre's %(n)d trials: still right?", len(asked)
        ) % {"n": len(asked)}
        context = {
            "centre": name_of(enquiry.centre, enquiry.language),
            "disputed": listed[:disputed],
            "number_disputed": disputed,
            "others": listed[disputed:],
            "more": max(0, len(asked) - MOST_LISTED),
            "ended": ended_sites().filter(centre=enquiry.centre_id).count(),
            "link": absolute("web:vouch", token),
            "sheet": absolute("web:vouch-sheet", token),
            "upload": absolute("web:vouch-upload", token),
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
    names = centre.called()
    return names.get(language) or next(iter(names.values()), centre.code)
