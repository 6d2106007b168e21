"""What is known of a registry's records before it is asked again."""

from functools import cached_property

from ..identifiers import Identifier
from ..models import RegistryRecord, TrialIdentifier
from ..places import recognised_by_now
from .records import FetchedRecord, Source


class KnownRecords:
    """What is known of a registry's records: how they read the last time, and whose they are."""

    def __init__(self, source: Source):
        self.source = source
        found = RegistryRecord.objects.filter(registry=source.code)
        self.records = {self.compact(one.number): one for one in found}
        numbers = TrialIdentifier.objects.filter(scheme=source.scheme).values_list("compact", "trial_id")
        self.trials = dict(numbers)

    def numbers(self) -> dict[str, FetchedRecord | None]:
        """The numbers of all trials at this registry, each with the answer before."""
        values = TrialIdentifier.objects.filter(scheme=self.source.scheme).values_list("value", flat=True)
        return {number: self._before(number) for number in values}

    def _before(self, number: str) -> FetchedRecord | None:
        one = self.records.get(self.compact(number))
        if one is None or not (self.fingerprint(number) and self.is_read(number)):
            return None
        return FetchedRecord(number, None, one.etag, one.last_modified)

    def is_read(self, number: str) -> bool:
        """Whether all that is read of a record today was read of this one."""
        one = self.records.get(self.compact(number))
        return one is not None and one.read_by >= self.source.reader

    def fingerprint(self, number: str) -> str:
        """Of the record as it was taken over; empty where it is to be read anew."""
        one = self.records.get(self.compact(number))
        return one.fingerprint if one and one.trial_id not in self._to_read_anew else ""

    def knows(self, number: str) -> bool:
        """Whether it is the number of a record, or of a trial."""
        compact = self.compact(number)
        return compact in self.records or compact in self.trials

    def compact(self, number: str) -> str:
        """The same for every spelling of a number, and every resubmission of it."""
        return Identifier(self.source.scheme, number).compact

    @cached_property
    def _to_read_anew(self) -> set[int]:
        return recognised_by_now(self.source.code)
