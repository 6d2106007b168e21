"""The page behind the link that a coordinator gets by mail: the sites of one centre, to be vouched for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import structlog
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from directory.core.filter_fields import sentences_of
from directory.core.text import whole_number
from directory.sheets import workbooks
from directory.vouching import answering, sheet_of_centre
from directory.vouching.answering import SAME, Closed, SiteAnswer, Stored
from directory.vouching.asked import AskedSite, asked_about, may_be_confirmed, told
from directory.vouching.forms import NoteForm, SiteAnswerForm, forms_of
from directory.vouching.models import ContactAnswer, ContactState, Enquiry, ended_sites, unconfirmed
from trials.choices import Recruitment

from .. import words

# A form has ten fields a site, and Django reads a thousand; the sites of other pages have one field each.
ON_A_PAGE = 40
ALL = "all"  # the button that also confirms whatever has no answer of its own
_SEEN = re.compile(r"(\d{1,9})-seen", re.ASCII)


@dataclass(frozen=True)
class AskedRow:
    """One site as the page shows it; `owed`: nobody has confirmed it since it was asked about; `sent`: what
    was said of its contact, and no editor has looked at yet."""

    asked: AskedSite
    form: SiteAnswerForm
    owed: bool
    sent: dict[str, str] | None

    @property
    def against(self) -> str:
        return told(self.asked.against) if self.asked.against else ""


@dataclass(frozen=True)
class AskedPage:
    """All that is asked; a page of it, with a form for each site; and the note."""

    everything: list[AskedSite]
    page: Page
    forms: list[SiteAnswerForm]
    note: NoteForm

    @property
    def elsewhere(self) -> list[AskedSite]:
        """What stands on other pages and may be confirmed with all."""
        here = {one.site.pk for one in self.page.object_list}
        return [one for one in self.everything if one.site.pk not in here and one.may_be_confirmed]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sites(request: HttpRequest, token: str) -> HttpResponse:
    """Show the sites; only a POST stores anything, since mail scanners follow links."""
    enquiry = Enquiry.of_token(token)
    if enquiry is None or answering.why_closed(enquiry):
        return closed(request, enquiry)
    if request.method != "POST":
        return _show(request, token, enquiry, _asked(request, enquiry), saved="saved" in request.GET)
    return _take(request, token, enquiry)


@never_cache
@require_safe
def sheet(request: HttpRequest, token: str) -> HttpResponse:
    """The same sites as a workbook, as an import takes it, with nobody in it whom the public may not see."""
    enquiry = Enquiry.of_token(token)
    if enquiry is None or answering.why_closed(enquiry):
        return closed(request, enquiry)
    content = sheet_of_centre.workbook(enquiry, words.page_language())
    name = f"{enquiry.centre.code}-{timezone.localdate():%Y-%m-%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Robots-Tag": "noindex"}
    return HttpResponse(content, content_type=workbooks.CONTENT_TYPE, headers=headers)


# --- Parts --------------------------------------------------------------------------------------------


def _asked(request: HttpRequest, enquiry: Enquiry, data: QueryDict | None = None) -> AskedPage:
    everything = asked_about(enquiry)
    page = Paginator(everything, ON_A_PAGE).get_page(request.GET.get("page"))
    forms = forms_of(page.object_list, data)
    return AskedPage(everything, page, forms, NoteForm(data, initial={"note": enquiry.note}))


def _take(request: HttpRequest, token: str, enquiry: Enquiry) -> HttpResponse:
    """Store what was posted, and lead to the page anew; or show what is wrong with it, or not as it was."""
    asked = _asked(request, enquiry, request.POST)
    try:
        stored = _stored(request, enquiry, asked)
    except ValidationError as error:
        return _show(request, token, enquiry, asked, errors={"form": " ".join(error.messages)})
    except PermissionError:
        enquiry.refresh_from_db()
        return closed(request, enquiry)
    if stored is None:
        return _show(request, token, enquiry, asked, errors=_errors(asked))
    if stored.moved or stored.gone:
        enquiry.refresh_from_db()
        return _show(request, token, enquiry, _asked(request, enquiry), stored=stored)
    number = f"&page={asked.page.number}" if asked.page.number > 1 else ""
    return redirect(f"{reverse('web:vouch', args=[token])}?saved=1{number}")


def _stored(request: HttpRequest, enquiry: Enquiry, asked: AskedPage) -> Stored | None:
    """Store what was posted, all of it or nothing; None where a form is not valid."""
    if not all([asked.note.is_valid(), *(form.is_valid() for form in asked.forms)]):
        return None
    answers = _answers(request.POST, asked.forms)
    text = asked.note.cleaned_data["note"] if "note" in request.POST else enquiry.note
    if not answers and text == enquiry.note:
        sentence = _("Nothing was chosen. Say what is true of at least one trial, or write a note.")
        raise ValidationError(sentence)
    return answering.answer(
        enquiry=enquiry, answers=answers, note=text, language=words.page_language(),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )  # fmt: skip


def _answers(posted: QueryDict, forms: list[SiteAnswerForm]) -> list[SiteAnswer]:
    """What was said of the sites of the page, and of others that the form was sent with."""
    shown, is_all = dict(_shown_sites(posted)), ALL in posted
    # What the form was not sent with came meanwhile: nobody has seen it.
    here = [form.answer(or_same=is_all and form.site.pk in shown) for form in forms]
    elsewhere = {pk: seen for pk, seen in shown.items() if pk not in {one.site_id for one in here}}
    return [one for one in (*here, *_of_others(posted, elsewhere, is_all)) if one.says_something]


def _of_others(posted: QueryDict, elsewhere: dict[int, str], is_all: bool) -> Iterator[SiteAnswer]:
    """Sites of other pages may be confirmed with all; an answer of its own to one is told again instead."""
    for pk, seen in elsewhere.items():
        if posted.get(f"{pk}-said"):
            yield SiteAnswer(pk, SAME)
        elif is_all and may_be_confirmed(seen):
            yield SiteAnswer(pk, SAME, seen, at_once=True)


def _shown_sites(posted: QueryDict) -> list[tuple[int, str]]:
    """The sites that the page showed, each with what it showed of it."""
    found = ((_SEEN.fullmatch(name), posted[name]) for name in posted)
    pairs = ((whole_number(match[1]), seen) for match, seen in found if match)
    return [(pk, seen) for pk, seen in pairs if pk is not None]


def _show(
    request: HttpRequest, token: str, enquiry: Enquiry, asked: AskedPage, *,
    errors: dict[str, str] | None = None, stored: Stored | None = None, saved: bool = False,
) -> HttpResponse:  # fmt: skip
    owed = set(unconfirmed(enquiry.sites(), enquiry.asked_on).values_list("pk", flat=True))
    rows = _rows(enquiry, asked, owed)
    context = _numbers(enquiry, asked, len(owed)) | {
        "token": token,
        "enquiry": enquiry,
        "page": asked.page,
        "contradicted": [one for one in rows if one.asked.against],
        "rows": [one for one in rows if not one.asked.against],
        "elsewhere": asked.elsewhere,
        "note": asked.note,
        "errors": errors or {},
        "stored": stored,
        "saved": saved,
    }
    return render(request, "directory/vouch/sites.html", context, status=422 if errors else 200)


def _numbers(enquiry: Enquiry, asked: AskedPage, owed: int) -> dict[str, int]:
    """How many sites are asked about, how many the button confirms, and why not the others."""
    everything = asked.everything
    known = sum(one.site.status != Recruitment.UNKNOWN for one in everything)
    return {
        "number": len(everything),
        "confirms": sum(one.may_be_confirmed for one in everything),
        "disputed": sum(one.against is not None for one in everything),
        "owed": owed,
        "unknown": len(everything) - known,
        "done": known - owed,
        "ended": ended_sites().filter(centre=enquiry.centre).count(),
    }


def _rows(enquiry: Enquiry, asked: AskedPage, owed: set[int]) -> list[AskedRow]:
    sent = dict(
        ContactAnswer.objects.filter(enquiry=enquiry, state=ContactState.OPEN).values_list("site", "values")
    )
    return [AskedRow(one.asked, one, one.site.pk in owed, sent.get(one.site.pk)) for one in asked.forms]


def _errors(asked: AskedPage) -> dict[str, str]:
    """The sentences by the id of the field that they are about."""
    found = {f"id_{name}": sentence for name, sentence in sentences_of(asked.note).items()}
    for form in asked.forms:
        said = sentences_of(form)
        found |= {f"id_{form.prefix}-{name}": f"{form.site.trial}: {text}" for name, text in said.items()}
    return found


def closed(request: HttpRequest, enquiry: Enquiry | None) -> HttpResponse:
    """Why the link opens nothing, and what to do; of a link that was never sent nothing is told."""
    reason = answering.why_closed(enquiry) or Closed.UNKNOWN
    return render(request, "directory/vouch/closed.html", {"reason": reason}, status=410)
