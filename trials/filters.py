"""The words by which trials and sites are filtered, for pages and API alike (section 5 of the contract).

The index answers (`directory.search`); what each word means is also said here in SQL, slowly, and tests hold
the two to each other. How filters go together is told in `directory.search.facets`.
"""

import django_filters
from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from centres.filters import centres_that_fit, listed_centres, place_filters
from directory.core.fields import LANGUAGE_CODES
from directory.core.filter_fields import Age, Filter, FilterForm, Moment, OneWord, Several, Text, Word
from directory.core.models import Shown

from .ages import DAYS_OF_BAND
from .choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType
from .conditions import rows, subtree
from .identifiers import parse_identifier
from .models import Trial, TrialIdentifier, TrialSite

ORDERINGS = ("relevance", "acronym", "updated", "opened", "verified", "distance")
PLACES = ("centre", "network", "province", "country", "within")


class Identifiers(Several):
    """Identifiers in any spelling, in their compact form."""

    def parse(self, text):
        return parse_identifier(text).compact


def _condition_codes() -> list[tuple[str, str]]:
    return [(row["code"], row["name_en"]) for row in rows()]


def _choice(choices, what, label) -> Filter:
    return Filter(Word, words=lambda: choices.choices, what=what, label=label)


class _Filters(django_filters.FilterSet):
    """What trials and sites have in common."""

    q = Filter(Text, label=_("Words"))
    status = _choice(Recruitment, _("a status"), _("Status"))
    phase = _choice(Phase, _("a phase"), _("Phase"))
    condition = Filter(Word, words=_condition_codes, what=_("an ICCC-3 code"), label=_("Condition"))
    age = Filter(Age, label=_("Age"))
    age_band = _choice(AgeBand, _("an age band"), _("Age band"))
    stage = _choice(Stage, _("a stage of disease"), _("Stage"))
    sex = _choice(Sex, _("a sex"), _("Sex"))
    study_type = _choice(StudyType, _("a study type"), _("Study type"))
    centre = Filter(Word, words=listed_centres, what=_("a centre"), label=_("Centre"))
    locals().update(place_filters())
    freshness = _choice(Freshness, _("a freshness"), _("Last verified"))
    identifier = Filter(Identifiers, label=_("Identifier"))
    updated_since = Filter(Moment, label=_("Updated since"))
    ordering = Filter(
        OneWord,
        words=lambda: [(name, name) for name in ORDERINGS],
        what=_("an ordering"),
        label=_("Order"),
    )

    class Meta:
        form = FilterForm


class TrialFilterSet(_Filters):
    """Trials. `TrialFilterSet(data, queryset).qs`; unknown names in `data` are the caller's to refuse."""

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        queryset = trials_that_fit(queryset, cleaned)
        sites = _sites_asked_for(cleaned)
        if sites is None:
            return queryset.filter(status__in=cleaned["status"]) if cleaned.get("status") else queryset
        return queryset.filter(Exists(sites.filter(trial=OuterRef("pk"))))


class SiteFilterSet(_Filters):
    """Sites. The filters on trials judge the site's trial, all others the site itself."""

    trial = Filter(Several, label=_("Trial"))

    def filter_queryset(self, queryset):
        cleaned = self.form.cleaned_data
        sites = _fitting_sites(cleaned)
        trials = trials_that_fit(Trial.objects.listed(), cleaned)
        if slugs := cleaned.get("trial"):
            trials = trials.filter(slug__in=slugs)
        return queryset.filter(pk__in=sites.values("pk"), trial__in=trials.values("pk"))


def trials_that_fit(queryset, cleaned: dict):
    """Trials that pass all filters but those of place, freshness and status."""
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
    if since := cleaned.get("updated_since"):
        site = TrialSite.objects.listed().filter(updated_at__gte=since, trial=OuterRef("pk"))
        shown = Shown.objects.filter(kind="trial", at__gte=since, key=OuterRef("slug"))
        queryset = queryset.filter(Q(updated_at__gte=since) | Exists(site) | Exists(shown))
    return queryset


def _of_ages(queryset, cleaned: dict):
    if days := cleaned.get("age"):
        fitting = [Trial.objects.open_to_age(one).values("pk") for one in days]
        queryset = queryset.filter(_any(Q(pk__in=one) for one in fitting))
    if bands := cleaned.get("age_band"):
        fitting = [Trial.objects.open_between(*DAYS_OF_BAND[one]).values("pk") for one in bands]
        queryset = queryset.filter(_any(Q(pk__in=one) for one in fitting))
    return queryset


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


def _sites_asked_for(cleaned: dict):
    """The sites of which a trial must have one, None where no filter speaks of a site."""
    asked = any(cleaned.get(name) for name in (*PLACES, "freshness"))
    if not asked and not (cleaned.get("near") and cleaned.get("status")):
        return None
    return _fitting_sites(cleaned)


def _fitting_sites(cleaned: dict):
    sites = TrialSite.objects.listed()
    if any(cleaned.get(name) for name in PLACES):
        sites = sites.filter(centre__in=centres_that_fit(cleaned))
    if words := cleaned.get("status"):
        sites = sites.filter(status__in=words)
    if words := cleaned.get("freshness"):
        sites = sites.filter(
            _any(Q(pk__in=TrialSite.objects.with_freshness(one).values("pk")) for one in words)
        )
    return sites
