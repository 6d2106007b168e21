"""The mails: to confirm a watch, and what is new. Plain text with an HTML twin, links absolute."""

from email.headerregistry import Address

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from .models import Kind, Watch
from .news import TrialNews
from .questions import pairs_of


def absolute(name: str, *args: str) -> str:
    """The address of a page, in the language that is spoken now."""
    return settings.BASE_URL + reverse(f"web:{name}", args=args)


def page_of(watch: Watch) -> str:
    """Where what is followed can be seen."""
    if watch.kind == Kind.TRIAL:
        return absolute("trial", watch.question)
    return absolute("search") + (f"?{watch.question}" if watch.question else "")


def what_of(watch: Watch) -> str:
    """What is followed, in one line."""
    if watch.kind == Kind.TRIAL:
        return watch.question
    return ", ".join(value for _name, value in pairs_of(watch.question)) or _("all trials")


def send_confirmation(watch: Watch) -> None:
    """Ask whoever reads that address whether they asked for this."""
    with translation.override(watch.language):
        subject = _("Please confirm: follow %(what)s") % {"what": what_of(watch)[:80]}
        link = absolute("watch-confirm", watch.confirming)
        message = _message(watch, subject, "confirm", {"link": link})
        message.extra_headers["Message-ID"] = message_id(watch, f"confirm-{watch.created_at:%Y%m%d%H%M%S}")
        message.send()


def news_mail(watch: Watch, news: list[TrialNews], period: str) -> EmailMultiAlternatives:
    """The mail of one period, in the watch's language."""
    with translation.override(watch.language):
        subject = _("What changed: %(what)s") % {"what": what_of(watch)[:80]}
        items = [(one, absolute("trial", one.slug) if one.label else "") for one in news]
        stop = absolute("watch-stop", watch.keeping)
        context = {"items": items, "stop": stop, "manage": absolute("watch-manage", watch.keeping)}
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
    context |= {"watch": watch, "what": what_of(watch), "page": page_of(watch), "today": timezone.localdate()}
    text = render_to_string(f"watching/{template}.txt", context)
    message = EmailMultiAlternatives(
        " ".join(subject.split()),
        text,
        to=[str(Address(addr_spec=watch.email))],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": watch.language},
    )
    message.attach_alternative(render_to_string(f"watching/{template}.html", context), "text/html")
    return message
