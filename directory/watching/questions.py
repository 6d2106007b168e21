"""What is followed: a search's query without whatever may describe a patient, judged like any search."""

from urllib.parse import urlencode

from django.http import QueryDict

from directory.core.filter_fields import sentences_of
from directory.core.places import HOME
from directory.search import service
from directory.search.query import ask_from, parse
from trials.filters import TrialFilterSet

# May describe a patient, so it is never kept.
OF_A_PATIENT = ("age", "near", "within")
# How results are shown is no part of what is followed.
OF_THE_PAGE = ("ordering", "page")
MOST_RESULTS = 200
LONGEST = 1_000


class TooManyTrials(ValueError):
    """The search finds more trials than can be followed; `args[0]` is their number."""


def question_of(query: QueryDict) -> str:
    """The part of a valid search's parameters that may be kept, the same however the search is written."""
    kept = QueryDict(mutable=True)
    for name in TrialFilterSet.base_filters:
        if name not in (*OF_A_PATIENT, *OF_THE_PAGE) and query.getlist(name):
            kept.setlist(name, query.getlist(name))
    ask = _ask(kept, "en")
    pairs = [("q", plainest(ask.q))] if ask.q else []
    pairs += [(name, value) for name, values in ask.filters.items() for value in sorted(values)]
    return urlencode(pairs)


def plainest(text: str) -> str:
    """The words of a search in small letters, unless those mean something else: `ALL` is no `all`."""
    plain = " ".join(text.lower().split())
    return plain if _meant(plain) == _meant(text) else text


def _meant(text: str) -> tuple:
    """What the search reads in `text`; how its words were written decides nothing else."""
    parsed = parse(text)
    words = [(word.stem, word.exact) for word in parsed.words]
    return words, parsed.spans, parsed.compact, [word.exact for word in parsed.asides]


def dropped(query: QueryDict) -> list[str]:
    """The names of parameters that are left out because they may describe a patient."""
    return [name for name in OF_A_PATIENT if any(value.strip() for value in query.getlist(name))]


def ask_of(question: str, language: str) -> service.Ask:
    """The question for the index, as the search page asks it. ValueError for a value that has become bad."""
    return _ask(QueryDict(question), language)


def _ask(query: QueryDict, language: str) -> service.Ask:
    form = TrialFilterSet(query).form
    if not form.is_valid():
        raise ValueError(" ".join(sentences_of(form).values()))
    return ask_from(form.cleaned_data | {"ordering": "updated"}, language, home=HOME)


def slugs_found(question: str, language: str) -> list[str]:
    """The slugs that a search finds now. `TooManyTrials` for more than can be followed."""
    answer = service.find(ask_of(question, language), limit=MOST_RESULTS)
    if answer.count > MOST_RESULTS:
        raise TooManyTrials(answer.count)
    return [hit.key for hit in answer.hits]
