"""What needs attention, on the first page of the admin.

Each app says it for its own records, from its admin module:

    @attention.register
    def drafts(request):
        yield attention.Line(count, _("drafts of trials"), url)

Lines whose count is 0 are left out.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True)
class Line:
    """`count` things that wait, what they are (without the number), and the page that lists them."""

    count: int
    label: str
    url: str
    urgent: bool = False


Source = Callable[..., Iterable[Line]]
_sources: list[Source] = []


def register(source: Source) -> Source:
    """Ask `source(request)` for its lines each time the first page is shown. Usable as a decorator."""
    if source not in _sources:
        _sources.append(source)
    return source


def lines(request) -> list[Line]:
    """All lines with something to do, the urgent first."""
    found = [line for source in _sources for line in source(request) if line.count]
    return sorted(found, key=lambda line: not line.urgent)


def list_url(model, **filters) -> str:
    """The address of `model`'s list in the admin, filtered."""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url
