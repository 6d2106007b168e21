"""The shapes that version 1 promises, for its OpenAPI document and for `fields`.

They describe documents and never make them: those are built by `directory.search` when a record changes, and
a test holds the stored documents against these shapes. Those of imports and of profile matching stand beside.
"""

# Fields are named as the API names them, also where a serializer has an attribute of that name.
# mypy: disable-error-code="assignment"

from rest_framework import serializers as s

from centres.choices import CentreRole, Language
from directory.core.fields import LANGUAGE_CODES
from directory.core.places import Province
from directory.core.roles import Role
from trials.choices import (
    AgeGroup,
    ArmType,
    Freshness,
    InterventionType,
    Limit,
    Phase,
    Recruitment,
    Scheme,
    Sex,
    Stage,
    StudyType,
)
from trials.models.condition import ConditionLevel
from trials.sheets import SiteSheet, TrialSheet

from .. import patterns
from ..shapes import served

EXACTNESS = "2024-06-03, 2024-06 or 2024: as exactly as it is known; null where it is not."

COUNTRY = "ISO 3166-1, two letters."


def partial_date(**kwargs):
    return s.RegexField(patterns.PARTIAL_DATE, allow_null=True, help_text=EXACTNESS, **kwargs)


def slug(text: str = "", **kwargs):
    return s.RegexField(patterns.SLUG, help_text=text, **kwargs)


def country(**kwargs):
    return s.RegexField(patterns.COUNTRY, help_text=COUNTRY, **kwargs)


def degrees(most: int):
    return s.FloatField(allow_null=True, min_value=-most, max_value=most, help_text="WGS 84.")


class NamesSerializer(s.Serializer):
    """A text by language, without the languages nobody has written."""

    locals().update({code: s.CharField(required=False) for code in LANGUAGE_CODES})


class IdentifierSerializer(s.Serializer):
    scheme = s.ChoiceField(Scheme.choices)
    value = s.CharField(help_text="As the registry writes it.")
    url = s.URLField(allow_null=True)


class ConditionRefSerializer(s.Serializer):
    code = s.RegexField(patterns.ICCC3, help_text="ICCC-3, for example VIIIc.")
    name = s.CharField()


class AgeSerializer(s.Serializer):
    min_days = s.IntegerField(
        allow_null=True, min_value=0, help_text="In days; null: no limit, or none recorded (see `no_limits`)."
    )
    max_days = s.IntegerField(
        allow_null=True, min_value=0, help_text="In days; null: no limit, or none recorded (see `no_limits`)."
    )
    text = s.CharField(allow_blank=True, help_text="For people, for example “2 years to 50 years”.")


class AgeAsWrittenSerializer(s.Serializer):
    """The ages as whoever recorded them wrote them; null where they are not recorded so."""

    min = s.CharField(allow_null=True, help_text="For example “> 2 years”.")
    max = s.CharField(allow_null=True, help_text="For example “≤ 21 years at transplant”.")


class SiteCentreSerializer(s.Serializer):
    code = slug()
    name = s.CharField()
    city = s.CharField(allow_blank=True)
    postal_code = s.CharField(allow_blank=True, max_length=12)
    country = country()
    lat = degrees(90)
    lon = degrees(180)


class ContactSerializer(s.Serializer):
    """A role to turn to; a person only with their recorded consent."""

    name = s.CharField(allow_null=True)
    role = s.CharField(allow_null=True)
    email = s.EmailField(allow_null=True)
    phone = s.RegexField(patterns.E164, allow_null=True, help_text="E.164.")


IMPLIED = (
    "A statement about several sites, and so about this one: `the whole trial`, `all centres in Belgium`, "
    "or the words of the source. Null: said about this site itself."
)


class DisputeSerializer(s.Serializer):
    """What a newer source says of a site or a trial, later than the person whose word stands."""

    status = s.ChoiceField(Recruitment.choices)
    said_on = partial_date()
    by = s.ChoiceField(Role.choices)
    source = s.CharField(allow_null=True)
    source_url = s.URLField(allow_null=True)
    implied_by = s.CharField(allow_null=True, help_text=IMPLIED)


class SiteSerializer(s.Serializer):
    """A trial at a centre."""

    trial = slug("The trial's slug.")
    centre = SiteCentreSerializer()
    status = s.ChoiceField(Recruitment.choices)
    status_since = partial_date()
    verified_at = s.DateField(allow_null=True)
    verified_by = s.ChoiceField(Role.choices, allow_null=True, help_text="A role, never a person.")
    source = s.CharField(allow_null=True)
    freshness = s.ChoiceField(Freshness.choices, help_text="On the day asked for, else today.")
    next_due = s.DateField(allow_null=True, help_text="To stay fresh, it must be verified again by this day.")
    contact = ContactSerializer(allow_null=True)
    locals().update(served(SiteSheet))
    verified_on = partial_date()
    dispute = DisputeSerializer(allow_null=True, help_text="Only if `freshness` is `disputed`.")
    implied_by = s.CharField(allow_null=True, help_text=IMPLIED)


class InterventionSerializer(s.Serializer):
    """What a trial gives or does, as a registry names it."""

    name = s.CharField()
    type = s.ChoiceField(InterventionType.choices, allow_null=True, help_text="Null: not known.")
    inn = s.CharField(
        allow_null=True,
        help_text="International nonproprietary name, in English; of several given together with ` + ` "
        "between. Null: none, or not known.",
    )
    classes = s.ListField(
        child=s.CharField(), help_text="What it does, in English: `MEK inhibitor`. Empty: not known."
    )


class ArmSerializer(s.Serializer):
    """An arm of a trial, as a registry lists it."""

    label = s.CharField()
    type = s.ChoiceField(ArmType.choices, allow_null=True, help_text="Null: not known.")
    description = s.CharField(allow_blank=True)
    interventions = s.ListField(child=s.CharField(), help_text="Names of what is given in it.")


class TrialContactSerializer(s.Serializer):
    """Whom to ask about the whole trial: a role or an organisation, never a person."""

    role = s.CharField(allow_null=True)
    email = s.EmailField(allow_null=True)
    phone = s.RegexField(patterns.E164, allow_null=True, help_text="E.164.")
    source = s.CharField(allow_null=True, help_text="Who says so; null: the editors.")
    as_of = partial_date()


class ParentSerializer(s.Serializer):
    """The trial that a sub-protocol is a part of."""

    slug = slug()
    acronym = s.CharField(allow_blank=True)


class TrialSerializer(s.Serializer):
    """A signpost to a clinical trial, with its sites."""

    slug = slug()
    url = s.URLField()
    acronym = s.CharField(allow_blank=True)
    title = s.CharField()
    titles = NamesSerializer()
    summary = s.CharField(allow_blank=True)
    identifiers = IdentifierSerializer(many=True)
    status = s.ChoiceField(Recruitment.choices)
    status_as_of = partial_date()
    phases = s.ListField(child=s.ChoiceField(Phase.choices))
    study_type = s.ChoiceField(StudyType.choices, allow_null=True)
    conditions = ConditionRefSerializer(many=True)
    disease_terms = s.ListField(child=s.CharField())
    stages = s.ListField(child=s.ChoiceField(Stage.choices))
    sex = s.ChoiceField(Sex.choices)
    age = AgeSerializer()
    sponsor = s.CharField(allow_blank=True)
    groups = s.ListField(child=s.CharField())
    parent = ParentSerializer(allow_null=True)
    sites = SiteSerializer(many=True)
    opened_in_belgium = partial_date()
    source = s.CharField(allow_null=True)
    locals().update(served(TrialSheet))
    status_by = s.ChoiceField(Role.choices, allow_null=True, help_text="Who said so: a role, never a person.")
    status_disputed = s.BooleanField(help_text="A newer statement from a registry says otherwise.")
    dispute = DisputeSerializer(allow_null=True, help_text="If `status_disputed`: what that statement says.")
    age_groups = s.ListField(
        child=s.ChoiceField(AgeGroup.choices), help_text="As registries list them; empty: not known."
    )
    interventions = InterventionSerializer(many=True, help_text="Empty: not known.")
    arm_groups = ArmSerializer(many=True, help_text="Empty: not known.")
    contact = TrialContactSerializer(allow_null=True)
    no_limits = s.ListField(
        child=s.ChoiceField(Limit.choices),
        help_text="What is recorded as having no limit. What is empty and not named here is not recorded; "
        "sex `all` means no limit only if it is named here.",
    )
    criteria_source = s.CharField(allow_null=True, help_text="The source of the criteria.")
    criteria_as_of = partial_date()
    age_as_written = AgeAsWrittenSerializer()
    updated_at = s.DateTimeField()


class DatedSerializer(s.Serializer):
    """What a centre is in a network; both days are included and either may be open."""

    role = s.ChoiceField(CentreRole.choices, allow_null=True)
    since = s.DateField(allow_null=True, help_text="May be in the future.")
    until = s.DateField(allow_null=True)
    care = s.ListField(child=s.CharField(), help_text="The care given there, close to the patient's home.")


class MembershipSerializer(DatedSerializer):
    network = slug("The network's slug.")
    name = s.CharField()


class MemberSerializer(DatedSerializer):
    centre = slug("The centre's code.")
    name = s.CharField()


class TrialCountSerializer(s.Serializer):
    total = s.IntegerField(min_value=0)
    recruiting = s.IntegerField(min_value=0, help_text="Those that recruit at this centre.")


class CentreSerializer(s.Serializer):
    """A hospital that treats children with cancer."""

    code = slug()
    url = s.URLField()
    name = s.CharField()
    names = NamesSerializer()
    aliases = s.ListField(child=s.CharField())
    street = s.CharField(allow_null=True)
    postal_code = s.CharField(allow_null=True, max_length=12)
    city = s.CharField(allow_null=True)
    province = s.ChoiceField(Province.choices, allow_null=True, help_text="ISO 3166-2:BE.")
    country = country()
    lat = degrees(90)
    lon = degrees(180)
    phone = s.RegexField(patterns.E164, allow_null=True, help_text="E.164.")
    email = s.EmailField(allow_null=True)
    website = s.URLField(allow_null=True)
    university = s.CharField(allow_null=True)
    languages = s.ListField(child=s.ChoiceField(Language.choices))
    oms_id = s.CharField(allow_null=True)
    ror_id = s.RegexField(patterns.ROR, allow_null=True)
    memberships = MembershipSerializer(many=True)
    trials = TrialCountSerializer()
    updated_at = s.DateTimeField()


class NetworkSerializer(s.Serializer):
    """Centres that work together."""

    slug = slug()
    url = s.URLField()
    acronym = s.CharField(allow_blank=True)
    name = s.CharField()
    names = NamesSerializer()
    description = s.CharField(allow_blank=True)
    website = s.URLField(allow_null=True)
    members = MemberSerializer(many=True)
    source = s.CharField(allow_null=True)
    updated_at = s.DateTimeField()


class ConditionSerializer(s.Serializer):
    """A class of the International Classification of Childhood Cancer, third edition."""

    code = s.RegexField(patterns.ICCC3)
    parent = s.RegexField(patterns.ICCC3, allow_null=True)
    level = s.ChoiceField(ConditionLevel.choices)
    name = s.CharField(help_text="In the language of `lang`.")
    names = NamesSerializer()


class SuggestionSerializer(s.Serializer):
    kind = s.CharField(help_text="trial, centre, disease, drug, treatment, alteration or antigen.")
    key = s.CharField()
    label = s.CharField()
    detail = s.CharField(allow_blank=True)
    url = s.URLField(allow_null=True, help_text="Its address in this API.")
    status = s.ChoiceField(Recruitment.choices, allow_null=True, help_text="For a trial: of the whole trial.")
    status_in_belgium = s.ChoiceField(
        Recruitment.choices,
        allow_null=True,
        help_text="For a trial: the status closest to recruiting at its Belgian centres; null if none is "
        "known.",
    )
    centres_in_belgium = s.IntegerField(
        allow_null=True,
        min_value=0,
        help_text="For a trial: at how many Belgian centres it has `status_in_belgium`.",
    )


class SuggestionsSerializer(s.Serializer):
    results = SuggestionSerializer(many=True)


class AddressSerializer(s.Serializer):
    """What can be done at one address."""

    url = s.CharField()
    method = s.ChoiceField(["GET", "POST"])
    id = s.CharField(help_text="The operation's id in the OpenAPI document.")
    summary = s.CharField()
    needs_key = s.BooleanField(help_text="Reading does not need a key.")


class RootSerializer(s.Serializer):
    """Where to begin."""

    version = s.CharField()
    docs = s.URLField()
    schema = s.URLField()
    addresses = AddressSerializer(many=True)
