"""The mails: to confirm a watch, and what is new. Plain text with an HTML twin, links absolute."""

from email.headerregistry import Address

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from directory.core.mailing import absolute, letter

from .describing import in_one_line, is_told_in_full, path_of
from .models import Watch
from .news import TrialNews


def what_of(watch: Watch, *, own_words: bool = True) -> str:
    """What is followed, in one line."""
    return in_one_line(watch.kind, watch.question, own_words=own_words)


def send_confirmation(watch: Watch) -> None:
    """Ask whoever reads that address whether they asked for this. Nothing that was typed stands in it."""
    with translation.override(watch.wanted.get("language", watch.language)):
        what = what_of(watch, own_words=False)
        subject = _("Please confirm: follow %(what)s") % {"what": Truncator(what).chars(80)}
        context = {
            "link": absolute("web:watch-confirm", watch.confirming),
            "is_new": watch.confirmed_at is None,
            "is_whole": is_told_in_full(watch.kind, watch.question),
        }
        part = f"confirm-{watch.created_at:%Y%m%d%H%M%S}"
        _letter(watch, part, subject, "confirm", context | {"what": what}).send()


def news_mail(watch: Watch, news: list[TrialNews], period: str) -> EmailMultiAlternatives:
    """The mail of one period, in the watch's language."""
    with translation.override(watch.language):
        what = what_of(watch)
        subject = _("Changes: %(what)s") % {"what": Truncator(what).chars(80)}
        items = [(one, absolute("web:trial", one.slug) if one.label else "") for one in news]
        stop = absolute("web:watch-stop", watch.keeping)
        context = {
            "what": what,
            "page": settings.BASE_URL + path_of(watch.kind, watch.question),
            "items": items,
            "stop": stop,
            "manage": absolute("web:watch-manage", watch.keeping),
        }
        message = _letter(watch, period, subject, "news", context)
    message.extra_headers |= {
        # RFC 8058: one POST to this address, without a cookie, ends the watch.
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return message


def _letter(watch: Watch, part: str, subject: str, template: str, context: dict) -> EmailMultiAlternatives:
    return letter(
        to=str(Address(addr_spec=watch.email)), name=f"watch-{watch.pk}-{part}", subject=subject,
        template=f"watching/{template}", context=context,
    )  # fmt: skip
