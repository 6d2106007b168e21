"""What needs attention, on the first page of the admin.

Each app says it for its own records, from its admin module:

    @attention.register
    def drafts(request):
        yield attention.WaitingItem(count, ngettext("trial in draft", "trials in draft", count), url)

Lines whose count is 0 are left out. What is no number is a `Notice`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True)
class WaitingItem:
    """`count` things that wait, what they are (without the number), and the page that lists them.

    The label agrees with the count: `ngettext("trial in draft", "trials in draft", count)`.
    """

    count: int
    label: str
    url: str
    urgent: bool = False


@dataclass(frozen=True)
class Notice:
    """A sentence at the head of the panel; with `url` a link that stands out.

    `nothing_else`: the sentence says why nothing waits.
    """

    text: str
    url: str = ""
    nothing_else: bool = False


@dataclass(frozen=True)
class Ranking:
    """Lines in their own order under a heading: what is worth doing first."""

    heading: str
    lines: tuple[WaitingItem, ...]


Source = Callable[..., Iterable[WaitingItem | Notice]]
_sources: list[Source] = []
_rankings: dict[str, tuple[str, Source]] = {}


def register(source: Source) -> Source:
    """Ask `source(request)` for its lines each time the first page is shown. Usable as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def register_ranking(heading: str) -> Callable[[Source], Source]:
    """Decorator: `source(request)` gives the lines of a ranking, shown below what waits, under `heading`."""

    def registered(source: Source) -> Source:
        _rankings[source.__qualname__] = (heading, source)
        return source

    return registered


def rankings(request) -> list[Ranking]:
    """Those with any line."""
    found = (Ranking(str(heading), tuple(source(request))) for heading, source in _rankings.values())
    return [one for one in found if one.lines]


def panel(request) -> tuple[list[Notice], list[WaitingItem]]:
    """The notices, and all lines with something to do, the urgent first."""
    said = [one for source in _sources for one in source(request)]
    found = [one for one in said if isinstance(one, WaitingItem) and one.count]
    notices = [one for one in said if isinstance(one, Notice)]
    return notices, sorted(found, key=lambda line: not line.urgent)


def list_url(model, **filters) -> str:
    """The address of `model`'s list in the admin, filtered."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url
