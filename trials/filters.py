"""The filters of trials and sites, for pages and API alike (`docs/api.md`): each is declared here, once.

The FilterSets read and refuse what is asked; the index answers (`directory.search`), by their facets. How
filters go together is told in `directory.search.filters`.
"""

from django.utils.translation import gettext_lazy as _

from centres.filters import centre_filter, countries, ordering_filter, place_filters
from directory.core.filter_fields import Ages, Choices, Filter, FilterSet, Moment, Several, StoredChoices
from directory.core.places import COUNTRIES
from directory.records.facets import AgeFacet, Facet, RecordFacet, SiteFacet, SomeSiteFacet

from . import conditions
from .ages import DAYS_OF_BAND
from .choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType
from .freshness import freshness_numbers
from .identifiers import parse_identifier
from .models import Trial, TrialSite

ORDERINGS = ("relevance", "acronym", "updated", "opened", "verified", "distance")


class CompactIdentifiers(Several):
    """Identifiers in any spelling, in their compact form."""

    def parse(self, text):
        return parse_identifier(text).compact


def _choice(facet: Facet, label, text: str, example: str, what) -> Filter:
    """Some of the vocabulary of `facet`; `what`: what one of it is called in a sentence."""
    return Filter(Choices, label, text, example, facet=facet, words=lambda: facet.choices.choices, what=what)


class _TrialFilters(FilterSet):
    """What trials and sites have in common."""

    counted_first = ("status", "phase", "condition", "stage", "age_band", "study_type")

    status = _choice(
        RecordFacet(
            choices=Recruitment,
            of_record=lambda trial: [trial.status],
            of_site=lambda site: site.status,
        ),
        _("Recruitment status"), "Recruitment status.", "recruiting", _("a status"),
    )  # fmt: skip
    phase = _choice(
        RecordFacet(choices=Phase, of_record=lambda trial: trial.phases),
        _("Phase"), "Phase of the trial.", "phase2", _("a phase"),
    )  # fmt: skip
    condition = Filter(
        Choices, _("Disease"), "ICCC-3 code; the classes below it are included.", "VIII",
        words=conditions.choices, what=_("an ICCC-3 code"),
        facet=RecordFacet(tree=conditions.parents, label=conditions.name),
    )  # fmt: skip
    age = Filter(
        Ages, _("Age"),
        "Trials that take a patient of this age: `14`, `14y`, `6m`, `31d`, `18 mois`.", "14y",
        facet=AgeFacet(days=lambda days: (int(days), int(days)), counted=False),
    )  # fmt: skip
    age_band = _choice(
        AgeFacet(choices=AgeBand, days=lambda band: DAYS_OF_BAND[AgeBand(band)]), _("Age band"),
        "Trials that take patients of this age group: newborn, infant, child, adolescent, adult.", "infant",
        _("an age band"),
    )  # fmt: skip
    stage = _choice(
        RecordFacet(choices=Stage, of_record=lambda trial: trial.stages, for_all=Stage.ANY),
        _("Stage of disease"), "Stage of the disease.", "relapsed", _("a stage of disease"),
    )  # fmt: skip
    sex = _choice(
        RecordFacet(choices=Sex, of_record=lambda trial: [trial.sex], for_all=Sex.ALL),
        _("Sex"), "Trials that take patients of this sex.", "female", _("a sex"),
    )  # fmt: skip
    study_type = _choice(
        RecordFacet(choices=StudyType, of_record=lambda trial: [trial.study_type]),
        _("Kind of study"), "Study type.", "interventional", _("a study type"),
    )  # fmt: skip
    centre = centre_filter(lambda facts, day: [facts["key"]])
    locals().update(place_filters())
    freshness = _choice(
        SiteFacet(choices=Freshness, on_day=freshness_numbers),
        _("How fresh"), "How long ago a site's status was verified.", "fresh", _("a freshness"),
    )  # fmt: skip
    identifier = Filter(
        CompactIdentifiers, _("Identifier"), "An identifier in any spelling.", "nct 04307576",
        facet=RecordFacet(counted=False),
    )  # fmt: skip
    updated_since = Filter(
        Moment, _("Changed since"), "Changed at or after this moment, ISO 8601.", "2026-11-01"
    )
    ordering = ordering_filter(*ORDERINGS)


class TrialFilterSet(_TrialFilters):
    """Trials; unknown names in the data are the caller's to refuse."""

    trial_status = _choice(
        RecordFacet(choices=Recruitment, of_record=lambda trial: [trial.status]),
        _("Status of the whole trial"),
        "Recruitment status of the whole trial, even if a place is given.", "recruiting",
        _("a status"),
    )  # fmt: skip
    recruiting_in = Filter(
        StoredChoices, _("Recruiting in"),
        "Trials that recruit at a centre in this country (ISO 3166-1), whatever other filters apply to "
        "sites.",
        "BE", words=countries, what=_("a country with a centre"),
        facet=SomeSiteFacet(
            of="country",
            given=("status", Recruitment.RECRUITING.value),
            label=lambda code, language: COUNTRIES.get(code, code),
        ),
    )  # fmt: skip

    class Meta(FilterSet.Meta):
        model = Trial


class SiteFilterSet(_TrialFilters):
    """Sites. The filters on trials judge the site's trial, all others the site itself."""

    trial = Filter(Several, _("Trial"), "A trial's slug or any of its identifiers.", "NCT04307576")

    class Meta(FilterSet.Meta):
        model = TrialSite
