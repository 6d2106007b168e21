"""The mails: to confirm a watch, and what is new. Plain text with an HTML twin, links absolute."""

from email.headerregistry import Address

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .describing import in_one_line, is_told_in_full, path_of
from .models import Watch
from .news import TrialNews


def absolute(name: str, *args: str) -> str:
    """The address of a page, in the language that is spoken now."""
    return settings.BASE_URL + reverse(f"web:{name}", args=args)


def what_of(watch: Watch, *, own_words: bool = True) -> str:
    """What is followed, in one line."""
    return in_one_line(watch.kind, watch.question, own_words=own_words)


def send_confirmation(watch: Watch) -> None:
    """Ask whoever reads that address whether they asked for this. Nothing that was typed stands in it."""
    with translation.override(watch.wanted.get("language", watch.language)):
        what = what_of(watch, own_words=False)
        subject = _("Please confirm: follow %(what)s") % {"what": Truncator(what).chars(80)}
        context = {
            "link": absolute("watch-confirm", watch.confirming),
            "is_new": watch.confirmed_at is None,
            "is_whole": is_told_in_full(watch.kind, watch.question),
        }
        message = _message(watch, subject, "confirm", context | {"what": what})
        message.extra_headers["Message-ID"] = message_id(watch, f"confirm-{watch.created_at:%Y%m%d%H%M%S}")
        message.send()


def news_mail(watch: Watch, news: list[TrialNews], period: str) -> EmailMultiAlternatives:
    """The mail of one period, in the watch's language."""
    with translation.override(watch.language):
        what = what_of(watch)
        subject = _("What changed: %(what)s") % {"what": Truncator(what).chars(80)}
        items = [(one, absolute("trial", one.slug) if one.label else "") for one in news]
        stop = absolute("watch-stop", watch.keeping)
        context = {
            "what": what,
            "page": settings.BASE_URL + path_of(watch.kind, watch.question),
            "items": items,
            "stop": stop,
            "manage": absolute("watch-manage", watch.keeping),
        }
        message = _message(watch, subject, "news", context)
    message.extra_headers |= {
        "Message-ID": message_id(watch, period),
        # RFC 8058: one POST to this address, without a cookie, ends the watch.
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return message


def message_id(watch: Watch, part: str) -> str:
    """The same for the same mail, however often it is handed over."""
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    return f"<watch-{watch.pk}-{part}@{domain}>"


def _message(watch: Watch, subject: str, template: str, context: dict) -> EmailMultiAlternatives:
    context |= {"language": get_language()}
    text = render_to_string(f"watching/{template}.txt", context)
    message = EmailMultiAlternatives(
        " ".join(subject.split()),
        text,
        to=[str(Address(addr_spec=watch.email))],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": get_language()},
    )
    message.attach_alternative(render_to_string(f"watching/{template}.html", context), "text/html")
    return message
