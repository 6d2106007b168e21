"""Documents of trials, with their sites inside."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Count, F, Prefetch, Q, TextChoices, prefetch_related_objects
from django.utils import timezone, translation

from centres.models import CentreAlias
from directory.core.dates import first_day
from directory.core.fields import by_language
from directory.core.models import State
from directory.core.places import HOME, names_around
from directory.records import Document, Words
from directory.records.document import iso, source, url
from directory.records.facets import facets_of

from . import conditions as iccc3
from . import drugs, given
from .choices import InterventionType, Phase, Recruitment, Scheme, Stage, StudyType
from .criteria_documents import criteria_body, criteria_facts
from .filters import TrialFilterSet
from .freshness import changes_on, freshness
from .models import StatusStatement, Trial, TrialIdentifier, TrialSite
from .models.intervention import KNOWN_OF_INTERVENTION
from .models.trial import arms_of, given_in
from .sheets import SiteSheet, TrialSheet
from .statements import day_as_said, disputing


def trials(slugs: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed trials among `slugs`, in seven queries, and up to two for disputes."""
    found = _listed_trials(slugs)
    pks = [trial.pk for trial in found]
    identifiers, conditions, sites = _identifiers(pks), _conditions(pks), _listed_sites(pks)
    aliases = _aliases({site.centre_id for several in sites.values() for site in several})
    interventions, arms = given_in(pks, KNOWN_OF_INTERVENTION), arms_of(pks)
    today = timezone.localdate()
    with translation.override("en"):
        for trial in found:
            parts = _Parts(
                trial, identifiers.get(trial.pk, []), conditions[trial.pk], sites[trial.pk], aliases,
                interventions[trial.pk], arms[trial.pk],
            )  # fmt: skip
            yield Document(
                key=trial.slug,
                label=trial.acronym or trial.title or trial.slug,
                updated_at=max([trial.updated_at, *(site.updated_at for site in parts.sites)]),
                body=_body(parts),
                show=_show(parts),
                facts=_facts(parts),
                words=_words(parts),
                changes_on=min(
                    filter(None, (changes_on(s.verified_at, s.disputed, today) for s in parts.sites)),
                    default=None,
                ),
            )


def _listed_trials(slugs: Sequence[str]) -> list[Trial]:
    """With the statements by which they are disputed."""
    found = list(Trial.objects.listed().filter(slug__in=slugs).select_related("parent").order_by("slug"))
    prefetch_related_objects([trial for trial in found if trial.disputed], disputes_of("trial"))
    return found


def on_day(trial: dict, day: dt.date) -> dict:
    """The body of a trial with the freshness its sites have on `day`."""
    for site in trial["sites"]:
        verified = site["verified_at"] and dt.date.fromisoformat(site["verified_at"])
        site["freshness"] = freshness(verified, site["freshness"] == "disputed", day).value
    return trial


def version() -> str:
    """Of what the documents are made besides the records."""
    words = [iccc3.VOCABULARY.read_text(encoding="utf-8"), drugs.version()]
    return " ".join([*words, *TrialSheet.served(), *SiteSheet.served()])


def counts_at_centres(codes: Sequence[str]) -> dict[str, dict]:
    """For the documents of centres: how many listed trials there are, and how many of them recruit there."""
    sites = TrialSite.objects.filter(centre__code__in=codes, trial__state=State.LISTED).order_by()
    counts = sites.values("centre__code").annotate(
        total=Count("pk"), recruiting=Count("pk", filter=Q(status=Recruitment.RECRUITING))
    )
    found = {one.pop("centre__code"): one for one in counts}
    return {code: {"trials": found.get(code, {"total": 0, "recruiting": 0})} for code in codes}


class _Parts:
    """A trial and all that belongs to it, read already."""

    def __init__(self, trial, identifiers, conditions, sites, aliases, interventions, arms):
        self.trial, self.identifiers, self.conditions = trial, identifiers, conditions
        self.sites, self.aliases, self.given, self.arms = sites, aliases, interventions, arms
        self.parent = trial.parent if trial.parent and trial.parent.is_listed else None

    @property
    def programme(self) -> list[str]:
        """What a trial is called that is none: one goes to it by these words."""
        is_none = self.trial.study_type == StudyType.EXPANDED_ACCESS
        return _labels(StudyType, [self.trial.study_type]) if is_none else []


def _identifiers(pks) -> dict[int, list[TrialIdentifier]]:
    found = defaultdict(list)
    for one in TrialIdentifier.objects.filter(trial__in=pks):
        found[one.trial_id].append(one)
    return {pk: _in_order(several) for pk, several in found.items()}


def _in_order(identifiers: Iterable[TrialIdentifier]) -> list[TrialIdentifier]:
    order = {scheme: place for place, scheme in enumerate(Scheme.values)}
    return sorted(identifiers, key=lambda one: (order.get(one.scheme, 99), one.value))


def _conditions(pks) -> dict[int, list[str]]:
    found = defaultdict(list)
    links = Trial.conditions.through.objects.filter(trial__in=pks).order_by("condition__position")
    for pk, code in links.values_list("trial_id", "condition__code"):
        found[pk].append(code)
    return found


def _listed_sites(pks) -> dict[int, list[TrialSite]]:
    found = defaultdict(list)
    sites = TrialSite.objects.filter(trial__in=pks, centre__state=State.LISTED)
    sites = list(sites.select_related("centre", "contact_person").order_by("centre__code"))
    prefetch_related_objects([site for site in sites if site.disputed], disputes_of("site"))
    for site in sites:
        found[site.trial_id].append(site)
    return found


def disputes_of(about: str) -> Prefetch:
    """The statements by which sites or trials are disputed, where no others are shown."""
    is_named = {f"{about}__disputed": True, f"{about}__disputed_by": F("pk")}
    theirs = StatusStatement.objects.filter(**is_named, retracted_at=None)
    return Prefetch("statements", theirs)


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
            "text": trial.age_text,
        },
        "sponsor": trial.sponsor,
        "groups": trial.groups,
        "parent": parts.parent and {"slug": parts.parent.slug, "acronym": parts.parent.acronym},
        "sites": [site_body(site, trial.slug) for site in parts.sites],
        "opened_in_belgium": trial.opened_in_belgium or None,
        "source": source(trial),
        **TrialSheet.body(trial),
        "status_by": trial.status_by or None,
        "status_disputed": trial.disputed,
        "dispute": _dispute(trial),
        "age_groups": trial.age_groups,
        "interventions": given.interventions_body(parts.given),
        "arm_groups": given.arms_body(parts.arms),
        "contact": contact_of_trial(trial),
        **criteria_body(trial),
    }


def contact_of_trial(trial: Trial) -> dict | None:
    """Whom to ask about the whole trial: a role, never a person; who says so, and of when that is."""
    if not (trial.contact_role or trial.contact_email or trial.contact_phone):
        return None
    names = ("role", "email", "phone", "source", "as_of")
    return {name: getattr(trial, f"contact_{name}") or None for name in names}


def body_of(trial: Trial, sites: Sequence[TrialSite]) -> dict:
    """The body of a trial whose relations are read already, with these of its sites."""
    codes = [one.code for one in trial.conditions.all()]
    known = [one.intervention.as_known for one in trial.intervention_links.all()]
    arms = [one.as_said for one in trial.arm_groups.all()]
    return _body(_Parts(trial, _in_order(trial.identifiers.all()), codes, sites, {}, known, arms))


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
        "verified_on": day_as_said(site.verified_at, site.verified_on) or None,
        "dispute": _dispute(site),
        "implied_by": site.implied_by or None,
    }


def _dispute(record: TrialSite | Trial) -> dict | None:
    """What the newer source says of a disputed site or trial, when, and which it is."""
    other = disputing(record, record.statements.all()) if record.disputed else None
    return other and {
        "status": other.status,
        "said_on": other.day_as_said,
        "by": other.role,
        "source": other.source or None,
        "source_url": other.source_url or None,
        "implied_by": other.implied_by or None,
    }


def contact(site: TrialSite) -> dict | None:
    """Whom to ask: a person who consented to be named, else the role's mailbox, else nobody."""
    found = {"name": "", "role": site.contact_role, "email": site.contact_email, "phone": site.contact_phone}
    person = site.contact_person
    if person is not None and person.may_be_published:
        found["name"] = person.name
        found["email"], found["phone"] = person.email or found["email"], person.phone or found["phone"]
    return {name: value or None for name, value in found.items()} if any(found.values()) else None


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
        "site_pages": _by_centre(parts.sites, "url"),
        "opened_on": _by_centre(parts.sites, "opened_on"),
    }


def _by_centre(sites: Sequence[TrialSite], name: str) -> dict[str, str]:
    return {site.centre.code: value for site in sites if (value := getattr(site, name))}


# --- What is filtered, counted and sorted by ----------------------------------------------------------


# What has a name by which somebody looks for it; other interventions are told in sentences.
_MEDICINES = {
    InterventionType.DRUG, InterventionType.BIOLOGICAL, InterventionType.GENETIC,
    InterventionType.COMBINATION_PRODUCT,
}  # fmt: skip


def _facts(parts: _Parts) -> dict:
    trial, facets = parts.trial, facets_of(TrialFilterSet)
    opened = first_day(trial.opened_in_belgium)
    of_site = [one for one in facets.values() if one.of_site]
    return {
        **{name: list(filter(None, one.of_record(trial))) for name, one in facets.items() if one.of_record},
        "condition": iccc3.with_those_above(parts.conditions),
        "identifier": [one.compact for one in parts.identifiers],
        **criteria_facts(trial),
        "class": parts.conditions,
        "drug": given.substances(parts.given),
        "given": [one["name"] for one in parts.given if one["type"] in _MEDICINES],
        "width": _width(parts.conditions),
        "opened": int(opened.strftime("%Y%m%d")) if opened else 0,
        "sites": [_site_facts(site, of_site) for site in parts.sites],
    }


def _site_facts(site: TrialSite, facets: Iterable) -> list:
    """The columns of a site: centre, day of its verification, dispute, and those that people filter by."""
    verified = site.verified_at.toordinal() if site.verified_at else 0
    return [site.centre.code, verified, int(site.disputed), *(one.of_site(site) for one in facets)]


def _width(codes: Sequence[str]) -> int:
    """How many classes of ICCC-3 a trial is for, with those below: 1 for the narrowest; 0, for any."""
    return len({below for code in codes for below in iccc3.subtree(code)})


# --- What is searched ---------------------------------------------------------------------------------


def _words(parts: _Parts) -> Words:
    trial = parts.trial
    titles = list(by_language(trial, "title").values())
    classes = iccc3.with_those_above(parts.conditions)
    names = [name for code in classes for name in iccc3.holding(code)]
    stages, phases = _labels(Stage, trial.stages), _labels(Phase, trial.phases)
    both = "/".join([*phases[:1], *(phase.removeprefix("Phase ") for phase in phases[1:])])
    about = [*titles, *trial.disease_terms]
    said = [*trial.alterations, *trial.groups, *stages, trial.sponsor]
    names_given, classes_given = given.names(parts.given), given.classes(parts.given)
    parent = [parts.parent.acronym] if parts.parent else []
    open_sites = [site for site in parts.sites if site.status == Recruitment.RECRUITING]
    return Words(
        whole=[trial.acronym, trial.slug, *trial.formerly],
        identifiers=_spellings(parts.identifiers),
        acronyms=[trial.acronym, *trial.formerly],
        title=titles,
        disease=[*trial.disease_terms, *names],
        other=[*said, *names_given, *classes_given, *parent, *_places(parts.sites, parts)],
        open=[*_places(open_sites, parts)],
        summary=[*by_language(trial, "summary").values(), *_around(parts.sites)],
        concepts=[*about, *said, *names_given, *parts.programme, trial.acronym, *phases, both],
        meant=classes_given,
        listed=trial.disease_terms,
        about=titles,
        iccc=[*classes, *map(iccc3.whole, parts.conditions)],
    )


def _spellings(identifiers) -> list[str]:
    """Compact forms, and the digits of an NCT number without its letters."""
    compact = {one.compact for one in identifiers}
    return sorted(compact | {text[3:] for text in compact if text.startswith("nct")})


def _labels(choices: type[TextChoices], values: Sequence[str]) -> list[str]:
    return [str(choices(value).label) for value in values if value in choices.values]


def _places(sites: Sequence[TrialSite], parts: _Parts) -> Iterator[str]:
    """Names, aliases, town and code of the sites' centres."""
    for centre in (site.centre for site in sites):
        yield from (*centre.names().values(), *parts.aliases[centre.pk], centre.city, centre.code)


def _around(sites: Sequence[TrialSite]) -> Iterator[str]:
    """Where the sites lie, below what they are called: `UZ Brussel` is no other hospital of Brussels."""
    for centre in (site.centre for site in sites if site.centre.country == HOME):
        yield from names_around(centre.postal_code)
