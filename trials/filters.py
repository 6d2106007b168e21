"""The words by which trials and sites are filtered, for pages and API alike (`docs/api.md`).

The FilterSets read and refuse what is asked; the index answers (`directory.search`). How filters go together
is told in `directory.search.facets`.
"""

from django.utils.translation import gettext_lazy as _

from centres.filters import listed_centres, ordering_filter, place_filters
from directory.core.filter_fields import (
    Ages,
    Choices,
    Filter,
    FilterSet,
    Moment,
    SearchText,
    Several,
)

from . import conditions
from .choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType
from .identifiers import parse_identifier
from .models import Trial, TrialSite

ORDERINGS = ("relevance", "acronym", "updated", "opened", "verified", "distance")


class CompactIdentifiers(Several):
    """Identifiers in any spelling, in their compact form."""

    def parse(self, text):
        return parse_identifier(text).compact


def _choice(choices, what, label) -> Filter:
    return Filter(Choices, words=lambda: choices.choices, what=what, label=label)


class _TrialFilters(FilterSet):
    """What trials and sites have in common."""

    q = Filter(SearchText, label=_("Words"))
    status = _choice(Recruitment, _("a status"), _("Status"))
    phase = _choice(Phase, _("a phase"), _("Phase"))
    condition = Filter(Choices, words=conditions.choices, what=_("an ICCC-3 code"), label=_("Condition"))
    age = Filter(Ages, label=_("Age"))
    age_band = _choice(AgeBand, _("an age band"), _("Age band"))
    stage = _choice(Stage, _("a stage of disease"), _("Stage"))
    sex = _choice(Sex, _("a sex"), _("Sex"))
    study_type = _choice(StudyType, _("a study type"), _("Study type"))
    centre = Filter(Choices, words=listed_centres, what=_("a centre"), label=_("Centre"))
    locals().update(place_filters())
    freshness = _choice(Freshness, _("a freshness"), _("Last verified"))
    identifier = Filter(CompactIdentifiers, label=_("Identifier"))
    updated_since = Filter(Moment, label=_("Updated since"))
    ordering = ordering_filter(*ORDERINGS)


class TrialFilterSet(_TrialFilters):
    """Trials; unknown names in the data are the caller's to refuse."""

    class Meta(FilterSet.Meta):
        model = Trial


class SiteFilterSet(_TrialFilters):
    """Sites. The filters on trials judge the site's trial, all others the site itself."""

    trial = Filter(Several, label=_("Trial"))

    class Meta(FilterSet.Meta):
        model = TrialSite
