"""One trial: who it is for, where it recruits, how that is known and whom to call."""

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core.fields import by_language
from directory.core.places import HOME
from directory.core.roles import is_editor
from directory.core.text import control_character_in, tidy
from directory.search import service
from trials.as_of import AsOf
from trials.choices import Recruitment
from trials.freshness import Confirmation
from trials.models import Trial, TrialIntervention, TrialSite

from .. import linked, words
from ..marks import mark_of, mark_of_many
from ..qr import qr_of
from ..results import results_of
from ..sites import SiteCard, add_statements, blocks_of, dispute_of, history_of
from .as_of import context_of, dated, same_day

MAX_RELATED = 6


def _then(request: HttpRequest, then: AsOf, slug: str) -> HttpResponse | None:
    """The page of a trial as it was; what is of today only, its relatives and its feed, is left out."""
    _refuse_unreadable(slug)
    if (found := then.trial(slug)) is None:
        if moved := _moved(request, "web:trial", slug):
            return moved
        if _exists(request.user, slug):
            return None
        return same_day(reverse("web:trial", args=[_slug_meant(request.user, slug)]), then)
    context = _context(request, found.trial)
    context |= {"sisters": [], "subprotocols": [], "related": [], "linked": ""}
    return render(request, "directory/trial.html", context | context_of(request, then))


@dated(_then)
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a trial; an identifier or acronym in any spelling leads to it."""
    found = _find(request.user, slug)
    if found is None or found.merged_into_id:
        return _elsewhere(request, "web:trial", slug)
    family, context = _family(request, found), _context(request, found)
    sisters = [one for one in family if one.parent_id == found.parent_id][:MAX_RELATED]
    context |= {"sisters": sisters, "subprotocols": [one for one in family if one.parent_id == found.pk]}
    context["related"] = _same_disease(found, [*sisters, *context["subprotocols"]])
    context |= {"linked": linked.trial_data(found, context["places"]), "until": timezone.localdate()}
    return render(request, "directory/trial.html", context)


def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """The same on one printed page, for the tumour board."""
    found = _find(request.user, slug)
    if found is None or found.merged_into_id:
        return _elsewhere(request, "web:trial-print", slug)
    address = request.build_absolute_uri(reverse("web:trial", args=[found.slug]))
    context = _context(request, found) | {"address": address, "qr": qr_of(address)}
    return render(request, "directory/trial_print.html", context)


def _refuse_unreadable(slug: str) -> None:
    if control_character_in(slug):
        # PostgreSQL refuses to compare with NUL.
        raise Http404(_("No trial is known by this name."))


def _elsewhere(request: HttpRequest, page: str, slug: str) -> HttpResponse:
    """To the page of the trial that `slug` was merged into, or that it names otherwise; else Http404."""
    return _moved(request, page, slug) or redirect(page, slug=_slug_meant(request.user, slug))


def _moved(request: HttpRequest, page: str, slug: str) -> HttpResponse | None:
    """From the address of a trial that was merged into another, for good, as far as a merge is: it may be
    undone, so nobody is to keep the redirect unasked."""
    heir = Trial.objects.heirs([slug], request.user).get(slug)
    if heir is None:
        return None
    query = request.GET.urlencode()
    address = reverse(page, args=[heir])
    moved = redirect(f"{address}?{query}" if query else address, permanent=True)
    moved["Cache-Control"] = "no-cache"
    return moved


def _exists(user, slug: str) -> bool:
    return Trial.objects.visible_to(user).filter(slug=slug).exists()


def _find(user, slug: str) -> Trial | None:
    _refuse_unreadable(slug)
    given = TrialIntervention.objects.select_related("intervention")
    found = (
        Trial.objects.visible_to(user)
        .filter(slug=slug)
        .select_related("parent")
        .prefetch_related(
            "identifiers", "conditions", Prefetch("intervention_links", given), "arm_groups", sites_of(user)
        )
        .first()
    )
    add_statements(filter(None, [found]))
    return found


def sites_of(user) -> Prefetch:
    """The sites of trials that `user` may see, with all that a page says of them but the statements."""
    sites = TrialSite.objects.visible_to(user)
    return Prefetch("sites", sites.select_related("centre", "contact_person", "investigator"))


def _slug_meant(user, text: str) -> str:
    """The slug of the trial that `text` identifies; Http404 where there is none."""
    visible = Trial.objects.visible_to(user)
    meant = in_index(text) or visible.with_identifier(text).values_list("slug", flat=True).first()
    # A slug that leads to itself would redirect for ever: the index may lag behind a withdrawal.
    if meant is None or meant == text:
        raise Http404(_("No trial is known by this name."))
    return meant


def in_index(text: str) -> str | None:
    """The slug of the listed trial that `text` names, as far as the index knows."""
    return None if service.ready() else service.slug_of(text)


def _context(request, found: Trial) -> dict:
    places = places_of(found)
    parent = found.parent if found.parent and (found.parent.is_listed or is_editor(request.user)) else None
    return {
        "trial": found,
        "parent": parent,
        "places": places,
        "blocks": blocks_of(places),
        "has_contacts": any(place.has_contact for place in places),
        "has_switchboards": any(place.site.centre.phone and not place.has_contact for place in places),
        **_where_it_recruits(places),
        "disputed": sum(place.site.disputed for place in places),
        "otherwise": dispute_of(found),
        "history": history_of(places, found.statements.all()),
        "shows_arms": _shows_arms(found),
    }


def _where_it_recruits(places: list[SiteCard]) -> dict:
    """What the head of the page says of Belgian sites, and how many recruit abroad."""
    here = [place.site for place in places if place.site.centre.country == HOME]
    recruiting = [place.site for place in places if place.site.status == Recruitment.RECRUITING]
    at_home = [site for site in recruiting if site.centre.country == HOME]
    unconfirmed = [site for site in at_home if site.confirmation != Confirmation.CONFIRMED_IN_TIME]
    return {
        "recruiting": len(at_home),
        "abroad": len(recruiting) - len(at_home),
        "here": len(here),
        "not_known": any(site.status == Recruitment.UNKNOWN for site in here),
        "confirmed": len(at_home) - len(unconfirmed),
        "unconfirmed": len(unconfirmed),
        "last_heard": mark_of_many(map(mark_of, unconfirmed)),
        "lately": sum(site.freshness in words.LATELY for site in at_home),
    }


def _shows_arms(found: Trial) -> bool:
    """Whether somebody wrote of the arms otherwise than they are listed."""
    listed = "\n".join(
        ": ".join(filter(None, (arm.label, arm.description))) for arm in found.arm_groups.all()
    )
    return any(tidy(text) != tidy(listed) for text in by_language(found, "arms").values())


def places_of(found: Trial) -> list[SiteCard]:
    """The sites of a trial, those that recruit first."""
    return sorted((SiteCard(site) for site in found.sites.all()), key=lambda place: place.order)


def _family(request, found: Trial) -> list[Trial]:
    """Its sub-protocols, and the other ones of its parent."""
    parents = [pk for pk in (found.pk, found.parent_id) if pk]
    family = Trial.objects.visible_to(request.user).filter(parent__in=parents).exclude(pk=found.pk)
    return list(family.order_by("acronym", "slug"))


def _same_disease(found: Trial, relatives: list[Trial]) -> list:
    """Trials of the same conditions that recruit in Belgium, without those of the same family."""
    codes = tuple(condition.code for condition in found.conditions.all())
    if not codes or service.ready():
        return []
    ask = service.Ask(
        kind="trial",
        filters={"condition": codes, "status": (Recruitment.RECRUITING.value,)},
        language=words.page_language(),
        home=HOME,
    )
    family = {found.slug, found.parent_id and found.parent.slug, *(one.slug for one in relatives)}
    answer = service.find(ask, limit=MAX_RELATED + len(family))
    return results_of([hit for hit in answer.hits if hit.key not in family][:MAX_RELATED])
