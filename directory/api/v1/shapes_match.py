"""The shapes of profile matching that version 1 promises: the profile sent, and the trials judged by it."""

# Fields are named as the API names them, also where a serializer has an attribute of that name.
# mypy: disable-error-code="assignment"

from rest_framework import serializers as s

from directory.core.fields import LANGUAGE_CODES
from directory.eligibility.forms import LONGEST, LONGEST_ALTERATION
from directory.eligibility.service import BANDS, BASES, CRITERIA, LISTED_ONCE
from directory.eligibility.steps import KINDS
from trials.choices import Freshness, Recruitment, Sex, Stage
from trials.models.criteria import MOST_LINES

from ..patterns import OF_PARAMETER
from .shapes import COUNTRY, partial_date, slug

DEFAULT_LIMIT, MAX_LIMIT = 50, 200


class ProfileSerializer(s.Serializer):
    """A patient without a name. Everything is optional; do not send what identifies anybody."""

    conditions = s.ListField(child=s.CharField(), required=False, help_text="ICCC-3 codes, for example IVa.")
    text = s.CharField(
        required=False,
        max_length=LONGEST,
        help_text="Free text in four languages: diseases, stages, alterations; also age, sex and previous "
        "lines, which count if their own fields are empty.",
    )
    age = s.RegexField(OF_PARAMETER["age"], required=False, help_text="14, 14y, 31m, 12d.")
    stage = s.ChoiceField(Stage.choices, required=False)
    lines = s.IntegerField(
        required=False, min_value=0, max_value=MOST_LINES, help_text="Previous lines of systemic treatment."
    )
    alterations = s.ListField(
        child=s.CharField(max_length=LONGEST_ALTERATION),
        required=False,
        help_text="ALK, BRAF V600E; “ALK negative”, too.",
    )
    sex = s.ChoiceField(Sex.choices, required=False)
    near = s.RegexField(
        OF_PARAMETER["near"], required=False, help_text="A Belgian postal code or `latitude,longitude`."
    )
    within = s.FloatField(
        required=False, min_value=0, max_value=20_000, help_text="Kilometres around `near`."
    )
    countries = s.ListField(child=s.RegexField(OF_PARAMETER["country"]), required=False, help_text=COUNTRY)
    lang = s.ChoiceField(LANGUAGE_CODES, required=False, help_text="The language of the names in `read`.")
    limit = s.IntegerField(
        required=False, min_value=1, max_value=MAX_LIMIT, help_text=f"Trials a list; {DEFAULT_LIMIT}."
    )


class CriterionSerializer(s.Serializer):
    name = s.ChoiceField(CRITERIA)
    verdict = s.ChoiceField(["met", "unmet", "unknown"])
    reason = s.CharField(help_text="Text for people.")
    basis = s.ChoiceField(
        BASES,
        help_text="What the verdict is based on. What is not recorded is never `met`; an age group alone may "
        "exclude, but never confirms.",
    )
    source = s.CharField(
        allow_null=True, help_text="The source of the trial's criterion; null if there is none."
    )
    as_of = partial_date()


class NearestSiteSerializer(s.Serializer):
    """The nearest site that recruits; without `near`, the one verified last."""

    centre = slug("Its code.")
    distance_km = s.FloatField(allow_null=True)
    status = s.ChoiceField(Recruitment.choices)
    freshness = s.ChoiceField(Freshness.choices)


class StepSerializer(s.Serializer):
    """The one test, number or date that would decide the trial; `ask`: what is to be asked first."""

    kind = s.ChoiceField(KINDS)
    value = s.CharField(
        allow_blank=True,
        help_text="Stages, a sex, an alteration, a date or kilometres; for `ask`, the open criterion.",
    )
    text = s.CharField(help_text="Text for people.")
    found = s.BooleanField(allow_null=True, help_text="For a test: the result with which the trial matches.")


class MatchedTrialSerializer(s.Serializer):
    trial = slug("Its slug.")
    acronym = s.CharField(allow_blank=True)
    criteria = CriterionSerializer(many=True)
    nearest_site = NearestSiteSerializer(allow_null=True)
    nearest_abroad = NearestSiteSerializer(
        allow_null=True,
        help_text="The nearest recruiting site outside Belgium, if it is a different one.",
    )
    not_recorded = s.ListField(
        child=s.ChoiceField(LISTED_ONCE),
        help_text="Nothing is recorded for these criteria; they were not checked.",
    )
    treats = s.BooleanField(help_text="False: supportive care, or an observational trial.")
    step = StepSerializer(allow_null=True)


class RelaxationSerializer(s.Serializer):
    """Of `count` excluded trials this criterion is the only one that is not met."""

    name = s.ChoiceField(CRITERIA)
    count = s.IntegerField(min_value=1)


class BandCountsSerializer(s.Serializer):
    locals().update({band: s.IntegerField(min_value=0) for band in BANDS})


class ReadTermSerializer(s.Serializer):
    kind = s.ChoiceField(["condition", "stage", "alteration", "age", "sex", "lines"])
    value = s.CharField(
        allow_blank=True,
        help_text="ICCC-3 codes; a stage; an age like 13y or 1y 6m; a sex; a number of lines.",
    )
    label = s.CharField()


class MatchingSerializer(s.Serializer):
    """All criteria met; some unknown and none unmet; any unmet."""

    locals().update({band: MatchedTrialSerializer(many=True) for band in BANDS})
    counts = BandCountsSerializer()
    read = ReadTermSerializer(many=True, help_text="What was read in `text`.")
    unread = s.ListField(
        child=s.CharField(), help_text="What was not understood, is denied or is in doubt; it has no effect."
    )
    open_here = s.ListField(
        child=slug("A trial’s slug."),
        help_text="Trials for the disease that recruit in Belgium (or in `countries`) with at most one open "
        "question, the most specific first; from `matches` and `undetermined`.",
    )
    ways = RelaxationSerializer(many=True, help_text="The most common reasons for exclusion.")
