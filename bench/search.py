"""Search with facet counts, and suggestions: the index against SQL over the same rows, in one process."""

import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.core.management import call_command
from django.db import connection, models
from django.http import QueryDict
from django.test import override_settings
from rest_framework.renderers import JSONRenderer

from bench import synthetic
from bench.baselines import filters as sql
from bench.baselines.api import PlainTrial, PlainTrials
from bench.harness import Report, measure, medians, percentile, timed
from directory.search import service, snapshot
from directory.search.query import ask_from
from trials.filters import TrialFilterSet
from trials.models import Trial, TrialSite

QUERIES = 200
# By number of trials.
FLOORS = {1_000: 3, 20_000: 24}
FLOORS_OF_SUGGESTIONS = {1_000: 10, 20_000: 30}
FLOOR_OF_INDEX = 0.4
# The baseline answers in seconds where we answer in milliseconds: it is given every tenth query.
EVERY = 10
_FACETS = ("status", "study_type", "sex", "conditions__code", "sites__centre__code")
_FILTERS = (
    "status=recruiting&phase=phase2", "centre=uz-gent&status=recruiting", "condition=I&age=6",
    "province=BE-VOV&stage=relapsed", "freshness=fresh&sex=female", "network=itcc&study_type=interventional",
    "near=4000&within=60&status=recruiting", "condition=IVa&age=31m", "country=BE&phase=phase1",
)  # fmt: skip


def queries(seed: int = 7) -> list[str]:
    """200 query strings: words, beginnings, typing errors, identifiers, two filters, and both."""
    chance = random.Random(seed)
    titles = list(Trial.objects.order_by("slug").values_list("title_en", flat=True)[:400])
    acronyms = list(Trial.objects.order_by("slug").values_list("acronym", flat=True)[:400])
    made = []
    for number in range(QUERIES):
        words = [word.strip("(),:") for word in chance.choice(titles).split() if len(word) > 4]
        word = chance.choice(words)
        q = (
            word,
            " ".join(chance.sample(words, 2)),
            word[: chance.randint(3, 5)],
            mistyped(chance, word),
            f"{chance.choice(words)} {mistyped(chance, word)}",
            chance.choice(acronyms),
            f"nct {10_000_000 + chance.randrange(400)}",
            "",
        )[number % 8]
        with_filters = number % 8 == 7 or number % 3 == 0
        made.append(f"q={q}" + (f"&{chance.choice(_FILTERS)}" if with_filters else ""))
    return made


def mistyped(chance: random.Random, word: str) -> str:
    """`word` with two neighbouring letters swapped or one left out."""
    at = chance.randrange(1, len(word) - 1)
    if chance.random() < 0.5:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :]


@cache
def ask(query: str) -> service.Ask:
    filters = TrialFilterSet(QueryDict(query))
    assert filters.is_valid(), filters.errors
    return ask_from(filters.form.cleaned_data, "en")


def with_index(query: str) -> int:
    return service.find(ask(query), facets=True).count


def with_sql(query: str) -> int:
    """The same question with what Django offers: icontains, joins and one GROUP BY a facet."""
    filters = TrialFilterSet(QueryDict(query))
    assert filters.is_valid(), filters.errors
    found = sql.trials(filters.form.cleaned_data)
    count = found.count()
    list(found.order_by("acronym")[:25].values_list("slug", flat=True))
    for column in _FACETS:
        list(found.values_list(column).annotate(models.Count("pk", distinct=True)).order_by())
    return count


def p95(run: Callable[[str], object], some: list[str]) -> float:
    """Milliseconds that 95 of 100 of the queries stay below."""
    return percentile([timed(lambda query=query: run(query)) * 1000 for query in some], 95)


@measure
def search(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, override_settings(INDEX_DIR=Path(folder)):
        call_command("migrate", verbosity=0)
        for trials in (1_000, 20_000):
            synthetic.fill(trials)
            built, written = medians(lambda trials=trials: trials / timed(service.rebuild), serialized)
            _measure_one(report, trials)
            report(
                f"index built, {trials:,} trials, {TrialSite.objects.count():,} sites, plain DRF",
                value=built, unit="trials/s", baseline=written, floor=FLOOR_OF_INDEX,
            )  # fmt: skip
        synthetic.empty()
        snapshot.forget()


def _measure_one(report: Report, trials: int) -> None:
    some = queries()
    for query in some[:50]:
        with_index(query)
    begun = _beginnings(some)
    ours, suggested = medians(lambda: p95(with_index, some), lambda: p95(suggest, begun))
    theirs, suggested_by_sql = p95(with_sql, some[::EVERY]), p95(suggest_with_sql, begun[::EVERY])
    report(
        f"search with facets p95, {trials:,} trials, {connection.vendor}", value=ours, unit="ms",
        baseline=theirs, floor=FLOORS[trials], lower_is_better=True,
    )  # fmt: skip
    report(
        f"suggestions p95, {trials:,} trials, {connection.vendor}", value=suggested, unit="ms",
        baseline=suggested_by_sql, floor=FLOORS_OF_SUGGESTIONS[trials], lower_is_better=True,
    )  # fmt: skip


def serialized() -> float:
    """Trials a second that plain DRF writes as JSON, of the first 1,000: what a document says, unindexed."""
    trials = PlainTrials.queryset[:1_000]
    return 1_000 / timed(lambda: JSONRenderer().render(PlainTrial(trials, many=True).data))


def suggest_with_sql(text: str) -> list:
    """The first trials whose acronym or title has `text` in it, as one writes it with Django."""
    found = Trial.objects.listed().filter(
        models.Q(acronym__icontains=text) | models.Q(title_en__icontains=text)
    )
    return list(found.order_by("acronym").values_list("acronym", "title_en")[:10])


def suggest(text: str) -> list:
    return service.suggest(text, "nl")


def _beginnings(some: list[str]) -> list[str]:
    words = [query.partition("&")[0].removeprefix("q=") for query in some]
    return [word[: 2 + number % 9] for number, word in enumerate(words) if word]
