"""Suggestions: a text that the directory has otherwise than a registry is not overwritten, it is proposed."""

from collections.abc import Iterable

from directory.core.text import tidy

from ..models import TextSuggestion, Trial
from ..models.suggestion import Suggested
from .records import ReadRecord, Source

# Texts of a trial by the column of the registry's export that holds them.
TEXTS = {
    "Study Title": "title_en", "Title of the trial": "title_en", "Brief Summary": "summary_en",
    "Eligibility Criteria": "eligibility_en", "Arms": "arms_en",
}  # fmt: skip


def suggest(source: Source, records: Iterable[tuple[ReadRecord, int]]) -> int:
    """Propose the texts of `records`, each with the pk of its trial, where the trial has others.

    Returns how many were proposed; what was proposed before, in the same words, is not proposed again.
    """
    by_trial = {pk: record for record, pk in records}
    trials = Trial.objects.in_bulk(list(by_trial))
    before = _before(source, trials)
    new = []
    for pk, trial in trials.items():
        for column, field in TEXTS.items():
            said, stored = by_trial[pk].cells.get(column, "").strip(), getattr(trial, field)
            if not said or not stored or tidy(said) == tidy(stored) or (pk, field, said) in before:
                continue
            new.append(TextSuggestion(trial=trial, field=field, registry=source.code, said=said, was=stored))
    for one in new:
        TextSuggestion.objects.open().filter(
            trial=one.trial_id, field=one.field, registry=source.code
        ).update(state=Suggested.REPLACED)
    TextSuggestion.objects.bulk_create(new, batch_size=500)
    return len(new)


def _before(source: Source, trials: Iterable[int]) -> set[tuple[int, str, str]]:
    found = TextSuggestion.objects.filter(registry=source.code, trial__in=list(trials))
    return set(found.values_list("trial_id", "field", "said"))
