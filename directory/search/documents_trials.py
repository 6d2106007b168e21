"""Documents of trials, with their sites inside."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from django.db.models import Q
from django.utils import timezone, translation

from centres.models import CentreAlias
from directory.core.ages import age_range_text
from directory.core.dates import first_day
from directory.core.fields import by_language
from directory.core.models import State
from directory.core.places import names_around
from directory.core.text import fold, squash
from trials import conditions as iccc3
from trials.choices import Phase, Recruitment, Scheme, Stage
from trials.freshness import changes_on
from trials.models import Trial, TrialIdentifier, TrialSite
from trials.resources import SiteSheet, TrialSheet

from .affected import shown_at
from .columns import NO_BOUND
from .documents import Document, iso, microseconds, moment, url
from .synonyms import vocabulary, whole
from .words import acronym_stems, stems

_OPEN = Recruitment.RECRUITING


def trials(slugs: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed trials among `slugs`, in six queries."""
    found = list(Trial.objects.listed().filter(slug__in=slugs).select_related("parent").order_by("slug"))
    pks = [trial.pk for trial in found]
    identifiers, conditions, sites = _identifiers(pks), _conditions(pks), _listed_sites(pks)
    aliases = _aliases({site.centre_id for several in sites.values() for site in several})
    shown = shown_at("trial", [trial.slug for trial in found])
    today = timezone.localdate()
    with translation.override("en"):
        for trial in found:
            parts = _Parts(trial, identifiers[trial.pk], conditions[trial.pk], sites[trial.pk], aliases)
            parts.updated_at = max(parts.updated_at, shown.get(trial.slug, parts.updated_at))
            yield Document(
                kind="trial",
                key=trial.slug,
                body=_body(parts),
                show=_show(parts),
                facts=_facts(parts),
                fields=_fields(parts),
                changes_on=min(
                    filter(None, (changes_on(s.verified_at, s.disputed, today) for s in parts.sites)),
                    default=None,
                ),
            )


class _Parts:
    """A trial and all that belongs to it, read already."""

    def __init__(self, trial, identifiers, conditions, sites, aliases):
        self.trial, self.identifiers, self.conditions = trial, identifiers, conditions
        self.sites, self.aliases = sites, aliases
        self.parent = trial.parent if trial.parent and trial.parent.is_listed else None
        self.updated_at = max([trial.updated_at, *(site.updated_at for site in sites)])


def _identifiers(pks) -> dict[int, list[TrialIdentifier]]:
    found = defaultdict(list)
    order = {scheme: place for place, scheme in enumerate(Scheme.values)}
    for one in TrialIdentifier.objects.filter(trial__in=pks).order_by("value"):
        found[one.trial_id].append(one)
    for several in found.values():
        several.sort(key=lambda one: (order.get(one.scheme, 99), one.value))
    return found


def _conditions(pks) -> dict[int, list[str]]:
    found = defaultdict(list)
    links = Trial.conditions.through.objects.filter(trial__in=pks).order_by("condition__position")
    for pk, code in links.values_list("trial_id", "condition__code"):
        found[pk].append(code)
    return found


def _listed_sites(pks) -> dict[int, list[TrialSite]]:
    found = defaultdict(list)
    sites = TrialSite.objects.filter(trial__in=pks, centre__state=State.LISTED)
    for site in sites.select_related("centre", "contact_person").order_by("centre__code"):
        found[site.trial_id].append(site)
    return found


def _aliases(centre_pks) -> dict[int, list[str]]:
    found = defaultdict(list)
    for pk, text in CentreAlias.objects.filter(Q(centre__in=centre_pks)).values_list("centre_id", "text"):
        found[pk].append(text)
    return found


# --- What is shown ------------------------------------------------------------------------------------


def _body(parts: _Parts) -> dict:
    """A trial as the API shows it (`directory.api.v1.shapes.TrialSerializer`)."""
    trial = parts.trial
    return {
        "slug": trial.slug,
        "url": url("trials", trial.slug),
        "acronym": trial.acronym,
        "title": trial.title,
        "titles": by_language(trial, "title"),
        "summary": trial.summary or "",
        "identifiers": [{"scheme": i.scheme, "value": i.value, "url": i.url} for i in parts.identifiers],
        "status": trial.status,
        "status_as_of": trial.status_as_of or None,
        "phases": trial.phases,
        "study_type": trial.study_type or None,
        "conditions": [{"code": code, "name": iccc3.name(code, "en")} for code in parts.conditions],
        "disease_terms": trial.disease_terms,
        "stages": trial.stages,
        "sex": trial.sex,
        "age": {
            "min_days": trial.min_days,
            "max_days": trial.max_days,
            "text": age_range_text(trial.min_days, trial.max_days),
        },
        "sponsor": trial.sponsor,
        "groups": trial.groups,
        "parent": parts.parent and {"slug": parts.parent.slug, "acronym": parts.parent.acronym},
        "sites": [site_body(site, trial.slug) for site in parts.sites],
        "opened_in_belgium": trial.opened_in_belgium or None,
        "source": trial.source or trial.source_url or None,
        "updated_at": moment(parts.updated_at),
        **TrialSheet.body(trial),
    }


def site_body(site: TrialSite, slug: str) -> dict:
    """A site as the API shows it (`directory.api.v1.shapes.SiteSerializer`)."""
    centre = site.centre
    return {
        "trial": slug,
        "centre": {
            "code": centre.code,
            "name": centre.name,
            "city": centre.city,
            "postal_code": centre.postal_code,
            "country": centre.country,
            "lat": centre.latitude,
            "lon": centre.longitude,
        },
        "status": site.status,
        "status_since": site.status_since or None,
        "verified_at": iso(site.verified_at),
        "verified_by": site.verified_by or None,
        "source": site.status_source or None,
        "freshness": site.freshness.value,
        "next_due": iso(site.next_due),
        "contact": contact(site),
        **SiteSheet.body(site),
    }


def contact(site: TrialSite) -> dict | None:
    """Whom to ask: a person who consented to be named, else the role's mailbox, else nobody."""
    person = site.contact_person
    if person is not None and person.may_be_published:
        return {
            "name": person.name,
            "role": site.contact_role or None,
            "email": person.email or site.contact_email or None,
            "phone": person.phone or site.contact_phone or None,
        }
    if not (site.contact_role or site.contact_email or site.contact_phone):
        return None
    return {
        "name": None,
        "role": site.contact_role or None,
        "email": site.contact_email or None,
        "phone": site.contact_phone or None,
    }


def _show(parts: _Parts) -> dict:
    """What pages need on top of the body, in all languages."""
    trial = parts.trial
    return {
        "summaries": by_language(trial, "summary"),
        "conditions": {code: iccc3.names()[code] for code in parts.conditions},
        "centres": {site.centre.code: site.centre.names() for site in parts.sites},
        "alterations": trial.alterations,
        "alterations_excluded": trial.alterations_excluded,
        "lines": {"min": trial.lines_min, "max": trial.lines_max},
        "eligibility": by_language(trial, "eligibility"),
        "arms": by_language(trial, "arms"),
        "page": trial.url or None,
        "source_url": trial.source_url or None,
        "site_pages": {site.centre.code: site.url for site in parts.sites if site.url},
        "said_in": {site.centre.code: site.verified_on for site in parts.sites if site.verified_on},
        "opened_on": {site.centre.code: site.opened_on for site in parts.sites if site.opened_on},
    }


# --- What is filtered, counted and sorted by ----------------------------------------------------------


def _facts(parts: _Parts) -> dict:
    trial = parts.trial
    opened = first_day(trial.opened_in_belgium)
    label = trial.acronym or trial.title or trial.slug
    return {
        "label": label,
        "sort": fold(label) or trial.slug,
        "status": trial.status,
        "phase": trial.phases,
        "condition": sorted({above for code in parts.conditions for above in iccc3.path_to(code)}),
        "stage": trial.stages,
        "study_type": trial.study_type,
        "sex": trial.sex,
        "min_days": trial.min_days,
        "max_days": trial.max_days,
        "identifier": [one.compact for one in parts.identifiers],
        "class": parts.conditions,
        **_diseases(trial),
        "alteration": trial.alterations,
        "excluded": trial.alterations_excluded,
        "lines": [_open(trial.lines_min), _open(trial.lines_max)],
        "width": _width(parts.conditions),
        "updated": microseconds(parts.updated_at),
        "opened": int(opened.strftime("%Y%m%d")) if opened else 0,
        "sites": [
            [
                site.centre.code,
                site.status,
                site.verified_at.toordinal() if site.verified_at else 0,
                int(site.disputed),
            ]
            for site in parts.sites
        ],
    }


def _open(bound: int | None) -> int:
    return NO_BOUND if bound is None else bound


def _diseases(trial: Trial) -> dict[str, list[str]]:
    """The diseases that titles and disease terms name, in the longest terms, and what these are kinds of."""
    texts = [*by_language(trial, "title").values(), *trial.disease_terms]
    named, mentioned = set(), set()
    for text in texts:
        of_text = _diseases_in(text)
        named |= of_text
        mentioned |= {one for one in _concepts_in(text) if vocabulary().types.get(one) == "disease"}
    return {"named": sorted(named), "mention": sorted(mentioned | named)}


@lru_cache(maxsize=10_000)
def _diseases_in(text: str) -> frozenset[str]:
    return frozenset(vocabulary().diseases_in(text))


def _width(codes: Sequence[str]) -> int:
    """How many classes of ICCC-3 a trial is for, with those below: 1 for the narrowest; 0, for any."""
    return len({below for code in codes for below in iccc3.subtree(code)})


# --- What is searched ---------------------------------------------------------------------------------


def _fields(parts: _Parts) -> dict[str, list[str]]:
    trial = parts.trial
    titles = list(by_language(trial, "title").values())
    codes = sorted({above for code in parts.conditions for above in iccc3.path_to(code)})
    names = [name for code in codes for name in iccc3.names()[code].values()]
    stages = [str(Stage(stage).label) for stage in trial.stages if stage in Stage.values]
    phases = [str(Phase(phase).label) for phase in trial.phases if phase in Phase.values]
    both = "/".join([*phases[:1], *(phase.removeprefix("Phase ") for phase in phases[1:])])
    said = [*titles, *trial.disease_terms, *trial.alterations, *trial.groups, *stages, trial.acronym]
    said += [trial.sponsor, *phases, both]
    open_at = [text for site in parts.sites if site.status == _OPEN for text in _place(site, parts)]
    return {
        "whole": sorted({squash(trial.acronym), squash(trial.slug)} - {""}),
        "identifier": _spellings(parts.identifiers),
        "acronym": [acronym_stems(trial.acronym)],
        "title": [stems(*titles)],
        "disease": [stems(*trial.disease_terms, *names)],
        "other": [stems(*trial.alterations, *trial.groups, *stages, trial.sponsor, *_places(parts))],
        "open": [stems(*open_at)],
        "summary": [stems(*by_language(trial, "summary").values(), *_around(parts))],
        "concept": [" ".join(sorted(frozenset().union(*map(_concepts_in, said))))],
        "iccc": [" ".join([*codes, *map(whole, parts.conditions)]).lower()],
    }


@lru_cache(maxsize=10_000)
def _concepts_in(text: str) -> frozenset[str]:
    return frozenset(vocabulary().concepts_in(text))


def _spellings(identifiers) -> list[str]:
    """Compact forms, and the digits of an NCT number without its letters."""
    compact = {one.compact for one in identifiers}
    return sorted(compact | {text[3:] for text in compact if text.startswith("nct")})


def _places(parts: _Parts) -> list[str]:
    """What the trial is part of, and where it is."""
    texts = [parts.parent.acronym] if parts.parent else []
    return texts + [text for site in parts.sites for text in _place(site, parts)]


def _place(site: TrialSite, parts: _Parts) -> list[str]:
    """Names, aliases, town and code of a site's centre."""
    centre = site.centre
    return [*centre.names().values(), *parts.aliases[centre.pk], centre.city, centre.code]


def _around(parts: _Parts) -> list[str]:
    """Where its sites lie, below what they are called: `UZ Brussel` is no other hospital of Brussels."""
    centres = [site.centre for site in parts.sites if site.centre.country == "BE"]
    return [name for centre in centres for name in names_around(centre.postal_code)]
