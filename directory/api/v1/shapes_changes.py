"""The shapes of what changed, and of how the directory is."""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers as s

from directory.core.models import Op
from trials.choices import Freshness

from . import shapes

# By kind, what a change has of the record today: what its list has.
RECORDS = {
    "trial": shapes.TrialSerializer,
    "centre": shapes.CentreSerializer,
    "network": shapes.NetworkSerializer,
}


@extend_schema_field(
    PolymorphicProxySerializer("ChangedRecord", list(RECORDS.values()), resource_type_field_name=None)
)
class RecordField(s.Field):
    """The record as its list has it today, whatever it was at that change."""


class ChangeSerializer(s.Serializer):
    """A record of the lists that came, changed or went."""

    seq = s.IntegerField(min_value=1, help_text="Higher for later changes; there may be gaps.")
    at = s.DateTimeField()
    kind = s.ChoiceField(list(RECORDS))
    key = s.CharField(help_text="A trial's or network's slug, a centre's code.")
    op = s.ChoiceField(Op.values, help_text="`delete`: no longer in the lists; it has no `record`.")
    merged_into = s.CharField(
        required=False, help_text="For a merged trial: the slug of the trial it is now part of."
    )
    record = RecordField(required=False, help_text="As it is in its list today.")


class ChangesSerializer(s.Serializer):
    """What changed, in order."""

    last_seq = s.IntegerField(min_value=0, help_text="Send this as `since` the next time.")
    next = s.URLField(allow_null=True, help_text="The next page; null if there is none.")
    results = ChangeSerializer(many=True)


class RecordCountsSerializer(s.Serializer):
    """How many records the lists have."""

    trials, sites, centres, networks = (s.IntegerField(min_value=0) for _number in range(4))


class FreshnessCountsSerializer(s.Serializer):
    """How many sites have a status of that freshness."""

    locals().update({word: s.IntegerField(min_value=0) for word in Freshness.values})


class SourceSerializer(s.Serializer):
    """A registry that statuses come from."""

    name = s.CharField()
    last_success = s.DateTimeField(allow_null=True, help_text="When data from it were last imported.")
    last_run = s.DateTimeField(allow_null=True, help_text="When it was last asked; null: not known.")
    ok = s.BooleanField(allow_null=True, help_text="Whether that went well; null: not known.")
    age_days = s.IntegerField(
        allow_null=True, min_value=0, help_text="Whole days since data from it were last imported."
    )
    said_on = shapes.partial_date()
    said_age_days = s.IntegerField(
        allow_null=True, min_value=0,
        help_text="Whole days since `said_on`, the latest date of a status it gives for a site.",
    )  # fmt: skip


class HealthSerializer(s.Serializer):
    """How complete and how old the directory is."""

    seq = s.IntegerField(min_value=0, help_text="Number of the latest public change.")
    index_seq = s.IntegerField(min_value=0, help_text="Number of the latest change that is in the lists.")
    counts = RecordCountsSerializer()
    sites_by_freshness = FreshnessCountsSerializer()
    sources = SourceSerializer(many=True)
