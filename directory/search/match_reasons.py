"""Why a trial is found that has none of the words: for people who wonder."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from directory.core.text import squash
from trials import conditions, drugs

from .concepts import vocabulary
from .drug_terms import drugs_meant
from .facet_arrays import Trials
from .query import Parsed
from .ranking import also_score, class_score, family_score, wider_names, wider_score

# Scores come back from the engine in single precision.
_SAME = 0.01


def why(trials: Trials, ordinal: int, parsed: Parsed | None, language: str, score: float) -> tuple[str, ...]:
    """Why a trial is found that has none of the words: what it gives, its class, or what goes with them."""
    if parsed is None or not parsed.only_concepts:
        return ()
    if given := _by_what_it_gives(trials, ordinal, parsed, language):
        return given
    span = parsed.spans[0]
    if abs(score - also_score(span)) < _SAME:
        return _by_what_goes_with(vocabulary().also_of(parsed.only_concepts), language)
    if wider := [one for one, each in wider_names(span).items() if abs(score - each) < _SAME]:
        return _by_what_goes_with(wider, language)
    codes = vocabulary().codes_of(parsed.only_concepts)
    if min(abs(score - class_score(span)), abs(score - family_score(span))) < _SAME:
        return _by_class(trials, ordinal, codes, language)
    if abs(score - wider_score(span)) < _SAME:
        return _by_class(trials, ordinal, conditions.with_those_above(codes), language)
    return ()


def _by_what_it_gives(trials: Trials, ordinal: int, parsed: Parsed, language: str) -> tuple[str, ...]:
    """The drugs of the trial that are asked for by a class, or by another name."""
    meant = drugs_meant(parsed.only_concepts, trials.values("drug", ordinal))
    names = [drugs.inn_name(inn, language) for inn in meant if squash(inn) != squash(parsed.text)]
    return (_("Gives: %(drugs)s") % {"drugs": ", ".join(names)},) if names else ()


def _by_class(trials: Trials, ordinal: int, codes: Collection[str], language: str) -> tuple[str, ...]:
    here = [conditions.name(code, language) for code in trials.values("condition", ordinal) if code in codes]
    return (_("Disease group: %(classes)s") % {"classes": "; ".join(here)},) if here else ()


def _by_what_goes_with(concepts: Collection[str], language: str) -> tuple[str, ...]:
    names = "; ".join(vocabulary().preferred(other, language) for other in concepts)
    return (_("Related term: %(terms)s") % {"terms": names},) if names else ()
