"""What is followed: a search's query without whatever may describe a patient, judged like any search."""

from urllib.parse import parse_qsl, urlencode

from django.http import QueryDict

from directory.search import service
from directory.search.query import ask_from
from trials.filters import TrialFilterSet
from trials.models import Trial

# May describe a patient, so it is never kept.
OF_A_PATIENT = ("age", "near", "within")
# How results are shown is no part of what is followed.
OF_THE_PAGE = ("ordering", "page")
MOST_RESULTS = 200
LONGEST = 1_000


class TooMany(ValueError):
    """The search finds more trials than can be followed; `args[0]` is their number."""


def question_of(query: QueryDict) -> str:
    """The part of a search's parameters that may be kept, in a fixed order."""
    known = [name for name in TrialFilterSet.base_filters if name not in (*OF_A_PATIENT, *OF_THE_PAGE)]
    pairs = [(name, value) for name in known for value in dict.fromkeys(query.getlist(name)) if value.strip()]
    return urlencode(pairs)


def dropped(query: QueryDict) -> list[str]:
    """The names of parameters that are left out because they may describe a patient."""
    return [name for name in OF_A_PATIENT if any(value.strip() for value in query.getlist(name))]


def ask_of(question: str, language: str) -> service.Ask:
    """The question for the index. ValueError, with a sentence, where a value has become bad."""
    form = TrialFilterSet(QueryDict(question), queryset=Trial.objects.none()).form
    if not form.is_valid():
        raise ValueError(" ".join(message for found in form.errors.values() for message in found))
    return ask_from(form.cleaned_data | {"ordering": "updated"}, language)


def slugs_found(question: str, language: str) -> list[str]:
    """The slugs that a search finds now. `TooMany` for more than can be followed."""
    answer = service.find(ask_of(question, language), limit=MOST_RESULTS)
    if answer.count > MOST_RESULTS:
        raise TooMany(answer.count)
    return [hit.key for hit in answer.hits]


def pairs_of(question: str) -> list[tuple[str, str]]:
    """Names and values of a kept question, to show them."""
    return parse_qsl(question)
