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

    seq = s.IntegerField(min_value=1, help_text="Higher for what was committed later; numbers are left out.")
    at = s.DateTimeField()
    kind = s.ChoiceField(list(RECORDS))
    key = s.CharField(help_text="A trial's or network's slug, a centre's code.")
    op = s.ChoiceField(Op.values, help_text="`delete`: not in the lists any more, and without a `record`.")
    merged_into = s.CharField(
        required=False, help_text="Of a trial that is gone: the slug of the one that it is part of now."
    )
    record = RecordField(required=False, help_text="As its list has it today, whatever it was then.")


class ChangesSerializer(s.Serializer):
    """What changed, in order."""

    last_seq = s.IntegerField(min_value=0, help_text="Ask `since` this the next time.")
    next = s.URLField(allow_null=True, help_text="Where to go on at once; null where nothing is left.")
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
    last_success = s.DateTimeField(allow_null=True, help_text="When something was last taken from it.")
    last_run = s.DateTimeField(allow_null=True, help_text="When it was last asked; null: not known.")
    ok = s.BooleanField(allow_null=True, help_text="Whether that went well; null: not known.")
    age_days = s.IntegerField(
        allow_null=True, min_value=0, help_text="Whole days since something was last taken from it."
    )
    said_on = shapes.partial_date()
    said_age_days = s.IntegerField(
        allow_null=True, min_value=0,
        help_text="Whole days since `said_on`, the latest day of which it states a site's status.",
    )  # fmt: skip


class HealthSerializer(s.Serializer):
    """How complete and how old the directory is."""

    seq = s.IntegerField(min_value=0, help_text="Of the latest change that shows.")
    index_seq = s.IntegerField(min_value=0, help_text="Of the latest change that these lists have.")
    counts = RecordCountsSerializer()
    sites_by_freshness = FreshnessCountsSerializer()
    sources = SourceSerializer(many=True)
