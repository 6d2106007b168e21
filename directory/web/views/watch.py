"""Following a search or a trial: asking for it, confirming, changing, ending. And feeds of the same."""

from dataclasses import dataclass
from hashlib import blake2b

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from directory.core import counting
from directory.core.client_address import client_address
from directory.core.filter_fields import sentences_of
from directory.core.text import control_character_in, tidy, whole_number
from directory.search import service
from directory.watching import actions, describing, news, questions
from directory.watching.models import Frequency, Watch, WatchKind
from trials.models import Trial

from .. import words
from ..asking import form_of
from ..query import LEGENDS, Query

ENTRIES = 50
ASKED_FROM_AN_ADDRESS = 20
_HOUR = 3600
_is_address = EmailValidator()


class WatchForm(forms.Form):
    """Where to write to and how often."""

    email = forms.CharField(
        label=gettext_lazy("Your email address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Enter an email address."),
            "max_length": gettext_lazy("An email address has at most 254 characters."),
        },
    )
    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Frequency.choices,
        error_messages={"invalid_choice": gettext_lazy("Choose every day or every week.")},
    )

    def clean_email(self):
        given = self.data.get("email", "")
        # Before it is tidied: a line break in an address would write headers of a mail.
        if control_character_in(given, line=True):
            raise ValidationError(_("An address is one line. Remove the line break."))
        text = tidy(given)
        try:
            _is_address(text)
        except ValidationError:
            raise ValidationError(
                _("“%(value)s” is not an email address. Write one, like name@example.org.")
                % {"value": text[:60]}
            ) from None
        if not text.isascii():
            raise ValidationError(
                _("“%(value)s”: write the part behind @ in its international form (xn--…).")
                % {"value": text[:60]}
            )
        return text.lower()


@dataclass(frozen=True)
class Followed:
    """What is to be followed, as the page shows it before anything is kept."""

    kind: str
    question: str
    url: str
    title: str
    kept: list[tuple[str, str]]
    dropped: list[str]
    count: int = 0
    too_many: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The page on which a search (`?q=…`) or a trial (`?trial=slug`) is followed."""
    if service.ready():
        return render(request, "directory/watch/ask.html", {"not_ready": True}, status=503)
    followed = _followed(request)
    if followed is None:
        return redirect("web:search")
    form = WatchForm(request.POST) if request.method == "POST" else WatchForm(initial={"frequency": "weekly"})
    if request.method == "POST" and not followed.too_many and form.is_valid() and _may_ask(request, form):
        actions.ask(
            email=form.cleaned_data["email"], kind=followed.kind, question=followed.question,
            language=words.page_language(), frequency=form.cleaned_data["frequency"],
        )  # fmt: skip
        return redirect("web:watch-asked")
    context = {
        "followed": followed,
        "form": form,
        "typed": {name: request.POST.get(name, "") for name in ("email", "frequency")},
        "errors": sentences_of(form),
        "frequencies": Frequency.choices,
        "query": request.GET.urlencode(),
        "most": questions.MOST_RESULTS,
    }
    return render(request, "directory/watch/ask.html", context, status=422 if context["errors"] else 200)


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The same answer for everybody: whether an address is known here is nobody's business."""
    most = {"hour": actions.MOST_ASKED_AN_HOUR, "all": actions.MOST_OF_AN_ADDRESS}
    return render(request, "directory/watch/asked.html", {"most": most})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A page with a button; only the button confirms, since mail scanners follow links."""
    watch = Watch.to_confirm(token)
    if watch is None:
        return render(request, "directory/watch/gone.html", status=410)
    if request.method == "POST":
        actions.confirm(watch)
        watch.refresh_from_db()
        return render(request, "directory/watch/confirmed.html", _of(watch))
    # The words that the mail leaves out are seen here, before they may stand in a mail.
    frequency = Frequency(watch.wanted.get("frequency", watch.frequency)).label
    context = _of(watch) | {"frequency": frequency, "token": token}
    return render(request, "directory/watch/confirm.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """One POST ends the watch, without cookies, as often as it is sent (RFC 8058)."""
    watch = Watch.to_keep(token)
    if request.method == "POST":
        if watch is not None:
            actions.end(watch)
        return render(request, "directory/watch/stopped.html")
    if watch is None:
        return render(request, "directory/watch/gone.html", status=410)
    return render(request, "directory/watch/stop.html", _of(watch) | {"token": token})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """All that one address follows: change how often, end one, end all."""
    watch = Watch.to_keep(token)
    if watch is None:
        return render(request, "directory/watch/gone.html", status=410)
    if request.method == "POST":
        mine = Watch.objects.of(watch.email).confirmed()
        chosen = mine.filter(pk=whole_number(request.POST.get("watch", ""))).first()
        if _ends(watch, chosen, request.POST):
            return render(request, "directory/watch/stopped.html")
        address = reverse("web:watch-manage", args=[token])
        return redirect(f"{address}?saved" if chosen else address)
    context = {
        "token": token,
        "saved": "saved" in request.GET,
        "watches": [_of(one) | {"watch": one} for one in Watch.objects.of(watch.email).confirmed()],
        "frequencies": Frequency.choices,
    }
    return render(request, "directory/watch/manage.html", context)


def _ends(watch: Watch, chosen: Watch | None, asked: QueryDict) -> bool:
    """Do what was asked of all that the address follows, or of the one chosen; whether that ended any."""
    if asked.get("all"):
        actions.end_all(watch)
        return True
    if chosen and asked.get("frequency") in Frequency.values:
        actions.set_frequency(chosen, asked["frequency"])
        return False
    if chosen and asked.get("end"):
        actions.end(chosen)
        return True
    return False


# --- Feeds --------------------------------------------------------------------------------------------


@require_safe
def search_feed(request: HttpRequest) -> HttpResponse:
    """What changed about the trials that a search finds (Atom, RFC 4287). A bad filter is a 400.

    So is one that may describe a patient: the address of a feed is kept by programs, often on other machines.
    """
    if reason := service.ready():
        return _plain(str(reason), 503)
    typed = Query.of(reverse("web:search"), request.GET).set(page="")
    form = form_of(typed)
    if form.errors:
        return _plain(" ".join(sentences_of(form).values()), 400)
    if names := questions.dropped(typed.data):
        sentence = _("A feed cannot be limited by %(names)s: it may describe a patient. Leave it out.")
        return _plain(sentence % {"names": ", ".join(names)}, 400)
    question = questions.question_of(typed.data)
    answer = service.find(questions.ask_of(question, words.page_language()), limit=questions.MOST_RESULTS)
    title = describing.in_one_line(WatchKind.SEARCH, question)
    return _feed(request, title, typed.url, [hit.key for hit in answer.hits])


@require_safe
def trial_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed about one trial."""
    if reason := service.ready():
        return _plain(str(reason), 503)
    if not service.body("trial", slug):
        if heir := _heir(slug):
            return redirect("web:trial-feed", heir, permanent=True)
        raise Http404(_("No trial is known by this name."))
    return _feed(
        request, describing.in_one_line(WatchKind.TRIAL, slug), reverse("web:trial", args=[slug]), [slug]
    )


class _Atom(Atom1Feed):
    """Summaries are text: as the HTML that Django says they are, `<` and `&` would be read as markup."""

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})


def _feed(request: HttpRequest, title: str, path: str, slugs: list[str]) -> HttpResponse:
    shown = f"{service.version()} {request.get_full_path()}".encode()
    etag = f'"{blake2b(shown, digest_size=12).hexdigest()}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    feed = _Atom(
        title=_("Changes: %(what)s") % {"what": title},
        link=settings.BASE_URL + path,
        description="",
        language=words.page_language(),
        feed_url=settings.BASE_URL + request.get_full_path(),
        author_name=_("Paediatric oncology trials in Belgium"),
    )
    domain = settings.BASE_URL.partition("://")[2].partition(":")[0] or "localhost"
    for event in news.events_of(slugs, most=ENTRIES):
        feed.add_item(
            title=_("%(trial)s: %(sentence)s") % {"trial": event.label, "sentence": event.sentence},
            link=settings.BASE_URL + reverse("web:trial", args=[event.slug]),
            description=event.sentence,
            unique_id=f"tag:{domain},2026:change/{event.key}/{words.page_language()}",
            updateddate=event.at,
            pubdate=event.at,
        )
    answer = HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
    answer["ETag"], answer["Cache-Control"] = etag, "public, no-cache"
    return answer


# --- Parts --------------------------------------------------------------------------------------------


def _followed(request: HttpRequest) -> Followed | None:
    if slug := request.GET.get("trial", ""):
        named = "" if control_character_in(slug) else slug[:80]
        trial = _listed(named) or _listed(_heir(named))
        if trial is None:
            raise Http404(_("No trial is known by this name."))
        url = describing.path_of(WatchKind.TRIAL, trial.slug)
        return Followed(WatchKind.TRIAL, trial.slug, url, str(trial), [], [])
    typed = Query.of(reverse("web:search"), request.GET).set(page="", ordering="")
    if form_of(typed).errors:
        return None
    question = questions.question_of(typed.data)
    count = service.find(questions.ask_of(question, words.page_language()), limit=0).count
    kept = [(str(LEGENDS.get(one.name, one.name)), one.label) for one in describing.parts_of(question)]
    return Followed(
        WatchKind.SEARCH, question, describing.path_of(WatchKind.SEARCH, question),
        describing.in_one_line(WatchKind.SEARCH, question), kept,
        [str(LEGENDS.get(name, name)) for name in questions.dropped(typed.data)], count,
        count > questions.MOST_RESULTS or len(question) > questions.LONGEST,
    )  # fmt: skip


def _listed(slug: str) -> Trial | None:
    return Trial.objects.listed().filter(slug=slug).first() if slug else None


def _heir(slug: str) -> str:
    """The trial that the one of this name was merged into; empty for none."""
    return "" if control_character_in(slug) else Trial.objects.heirs([slug]).get(slug, "")


def _of(watch: Watch) -> dict:
    """What is followed, and where it can be seen."""
    return {
        "what": describing.in_one_line(watch.kind, watch.question),
        "frequency": watch.get_frequency_display(),
        "url": describing.path_of(watch.kind, watch.question),
    }


def _may_ask(request: HttpRequest, form: WatchForm) -> bool:
    """So many from one client an hour; when the cache is away, the limit of an address is left."""
    counted = counting.count(f"watch.{client_address(request)}", ASKED_FROM_AN_ADDRESS, _HOUR)
    if counted is None or not counted.over:
        return True
    form.add_error(None, _("Too many requests from your network in the last hour. Try again later."))
    return False


def _plain(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=status)
