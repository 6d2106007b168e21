"""What the filters of pages and API mean, said once more in SQL over the stored records, slowly.

Tests hold the index to it, and `make bench` measures against it. Each function takes the `cleaned_data` of
its FilterSet's form and gives listed records. How filters go together is told in `directory.search.filters`.
"""

from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast

from centres.models import Centre, Membership, Network
from directory.core.fields import LANGUAGE_CODES
from directory.core.models import Shown, State
from directory.core.places import Place, distance_km, province_of
from trials.ages import DAYS_OF_BAND
from trials.choices import Recruitment, Sex, Stage
from trials.conditions import subtree
from trials.models import Trial, TrialIdentifier, TrialSite

NAMED = ("centre", "network", "province", "country")
PLACES = (*NAMED, "within")


def trials(cleaned: dict, home: str = ""):
    """`home`: the country of the sites that are meant where no place is named."""
    found = _trials_that_fit(cleaned)
    if home and not any(cleaned.get(name) for name in NAMED) and _asks_how_sites_are(cleaned):
        cleaned = {**cleaned, "country": [home]}
    sites = _sites_asked_for(cleaned)
    if sites is None:
        return found.filter(status__in=cleaned["status"]) if cleaned.get("status") else found
    return found.filter(Exists(sites.filter(trial=OuterRef("pk"))))


def sites(cleaned: dict):
    """The filters on trials judge the site's trial, all others the site itself."""
    trials = _trials_that_fit(cleaned)
    if slugs := cleaned.get("trial"):
        trials = trials.filter(slug__in=slugs)
    return _fitting_sites(cleaned).filter(trial__in=trials.values("pk"))


def centres(cleaned: dict):
    found = Centre.objects.listed()
    for word in (cleaned.get("q") or "").split():
        here = Q(aliases__text__icontains=word) | Q(city__icontains=word) | Q(code__icontains=word)
        for code in LANGUAGE_CODES:
            here |= Q(**{f"name_{code}__icontains": word})
        found = found.filter(pk__in=Centre.objects.filter(here).values("pk"))
    return found.filter(pk__in=_centres_that_fit(cleaned))


def networks(cleaned: dict):
    found = Network.objects.listed()
    for word in (cleaned.get("q") or "").split():
        here = Q(acronym__icontains=word) | Q(slug__icontains=word)
        for code in LANGUAGE_CODES:
            here |= Q(**{f"name_{code}__icontains": word})
        found = found.filter(here)
    if codes := cleaned.get("centre"):
        members = Membership.objects.current().filter(centre__code__in=codes, centre__state=State.LISTED)
        found = found.filter(Exists(members.filter(network=OuterRef("pk"))))
    return found


def _centres_that_fit(cleaned: dict) -> set[int]:
    """Primary keys of the listed centres that all place filters of `cleaned` let through."""
    found = Centre.objects.listed()
    if codes := cleaned.get("centre"):
        found = found.filter(code__in=codes)
    if networks := cleaned.get("network"):
        members = Membership.objects.current().filter(network__slug__in=networks, network__state=State.LISTED)
        found = found.filter(Exists(members.filter(centre=OuterRef("pk"))))
    if wanted := cleaned.get("country"):
        found = found.filter(country__in=wanted)
    return {centre.pk for centre in found if _fits(centre, cleaned)}


def _fits(centre: Centre, cleaned: dict) -> bool:
    provinces, near, within = cleaned.get("province"), cleaned.get("near"), cleaned.get("within")
    if provinces and (centre.country != "BE" or province_of(centre.postal_code) not in provinces):
        return False
    if near is None or within is None:
        return True
    if centre.latitude is None or centre.longitude is None:
        return False
    return distance_km(near, Place(centre.latitude, centre.longitude)) <= within


def _trials_that_fit(cleaned: dict):
    """Trials that pass all filters but those of place, freshness and status."""
    queryset = Trial.objects.listed()
    for word in (cleaned.get("q") or "").split():
        queryset = queryset.filter(_has_word(word))
    for name in ("phase", "stage"):
        if words := cleaned.get(name):
            queryset = _with_words(queryset, f"{name}s", [*words, Stage.ANY] if name == "stage" else words)
    if codes := cleaned.get("condition"):
        below = set().union(*map(subtree, codes))
        links = Trial.conditions.through.objects.filter(condition__code__in=below)
        queryset = queryset.filter(Exists(links.filter(trial=OuterRef("pk"))))
    queryset = _of_ages(queryset, cleaned)
    if words := cleaned.get("sex"):
        queryset = queryset.filter(sex__in=[*words, Sex.ALL])
    if words := cleaned.get("study_type"):
        queryset = queryset.filter(study_type__in=words)
    if compact := cleaned.get("identifier"):
        named = TrialIdentifier.objects.filter(compact__in=compact, trial=OuterRef("pk"))
        queryset = queryset.filter(Exists(named))
    queryset = _of_statuses(queryset, cleaned)
    if since := cleaned.get("updated_since"):
        site = TrialSite.objects.listed().filter(updated_at__gte=since, trial=OuterRef("pk"))
        shown = Shown.objects.filter(kind="trial", at__gte=since, key=OuterRef("slug"))
        queryset = queryset.filter(Q(updated_at__gte=since) | Exists(site) | Exists(shown))
    return queryset


def _of_statuses(queryset, cleaned: dict):
    """By what is the trial's whatever is asked of its sites."""
    if words := cleaned.get("trial_status"):
        queryset = queryset.filter(status__in=words)
    if wanted := cleaned.get("recruiting_in"):
        there = TrialSite.objects.listed().filter(status=Recruitment.RECRUITING, centre__country__in=wanted)
        queryset = queryset.filter(Exists(there.filter(trial=OuterRef("pk"))))
    return queryset


def _of_ages(queryset, cleaned: dict):
    if days := cleaned.get("age"):
        fitting = [Trial.objects.open_to_age(one).values("pk") for one in days]
        queryset = queryset.filter(_any(Q(pk__in=one) for one in fitting))
    if bands := cleaned.get("age_band"):
        spans = [DAYS_OF_BAND[one] for one in bands]
        queryset = queryset.filter(
            _any(_at_most("min_days", last) & _at_least("max_days", first) for first, last in spans)
        )
    return queryset


def _at_most(bound: str, days: int) -> Q:
    """A missing bound is open."""
    return Q(**{bound: None}) | Q(**{f"{bound}__lte": days})


def _at_least(bound: str, days: int) -> Q:
    return Q(**{bound: None}) | Q(**{f"{bound}__gte": days})


def _has_word(word: str) -> Q:
    """Plainly in a name or title: the index knows more spellings than SQL does."""
    names = Q(acronym__icontains=word) | Q(sponsor__icontains=word)
    for code in LANGUAGE_CODES:
        names |= Q(**{f"title_{code}__icontains": word})
    return names


def _with_words(queryset, column: str, words: list[str]):
    # Neither database shares a way to look into a JSON list; as text both write `["phase1", "phase2"]`.
    queryset = queryset.alias(**{f"{column}_text": Cast(F(column), TextField())})
    return queryset.filter(_any(Q(**{f"{column}_text__contains": f'"{word}"'}) for word in words))


def _any(conditions) -> Q:
    together = Q(pk__in=[])
    for condition in conditions:
        together |= condition
    return together


def _asks_how_sites_are(cleaned: dict) -> bool:
    return bool(cleaned.get("status") or cleaned.get("freshness"))


def _sites_asked_for(cleaned: dict):
    """The sites of which a trial must have one, None where no filter speaks of a site."""
    asked = any(cleaned.get(name) for name in (*PLACES, "freshness"))
    if not asked and not (cleaned.get("near") and cleaned.get("status")):
        return None
    return _fitting_sites(cleaned)


def _fitting_sites(cleaned: dict):
    sites = TrialSite.objects.listed()
    if any(cleaned.get(name) for name in PLACES):
        sites = sites.filter(centre__in=_centres_that_fit(cleaned))
    if words := cleaned.get("status"):
        sites = sites.filter(status__in=words)
    if words := cleaned.get("freshness"):
        sites = sites.filter(
            _any(Q(pk__in=TrialSite.objects.with_freshness(one).values("pk")) for one in words)
        )
    return sites
