"""The state of the search page, which lives in its address: what is asked, and the links that change it.

Parameters that are not ours (`utm_source`) are left out of every link we write.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from directory.records.facets import FactsFacet, facets_of
from trials.filters import TrialFilterSet

SORT, VIEW, PAGE = "ordering", "view", "page"
# On pages a status without a place is that of Belgian sites.
LEGENDS = {name: one.label for name, one in TrialFilterSet.base_filters.items()} | {
    "status": _("Status in Belgium")
}
# What a person chooses, first what matters most; the others as they are counted.
_FIRST = (
    "status", "stage", "phase", "centre", "condition", "age_band", "province", "network", "freshness",
    "trial_status",
)  # fmt: skip
_COUNTED = {name: facet for name, facet in facets_of(TrialFilterSet).items() if facet.counted}
FACETS = {name: _COUNTED[name] for name in dict.fromkeys((*_FIRST, *_COUNTED))}
# What says where: with one of them, the status is that of the sites there.
PLACES = tuple(name for name, facet in FACETS.items() if isinstance(facet, FactsFacet))
# What a person types. The order is that of the address.
TYPED = tuple(name for name in LEGENDS if name not in (*FACETS, SORT))
NAMES = (*TYPED, *FACETS, SORT, VIEW, PAGE)
# The order when none is asked for.
BEST = "relevance"
NEAREST = "distance"
MAP = "map"
MAX_VALUES = 50


@dataclass(frozen=True)
class Query:
    """`values` holds each parameter of ours that has a value, in a fixed order."""

    path: str
    values: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, path: str, data: QueryDict) -> "Query":
        found = []
        for name in NAMES:
            # The last of a field that takes one value, as Django's forms have it.
            given = data.getlist(name) if name in FACETS else data.getlist(name)[-1:]
            kept = tuple(dict.fromkeys(value for value in given if value.strip()))[:MAX_VALUES]
            kept = () if (name, kept) == (SORT, (BEST,)) else kept
            kept = () if name == VIEW and kept != (MAP,) else kept
            if kept:
                found.append((name, kept))
        return cls(path, tuple(found))

    def get(self, name: str) -> tuple[str, ...]:
        return dict(self.values).get(name, ())

    def first(self, name: str) -> str:
        return next(iter(self.get(name)), "")

    def legend(self, name: str) -> str:
        """What the filter `name` is called on this page."""
        if name == "status" and any(self.get(place) for place in PLACES):
            return str(_("Status at the places chosen"))
        return str(LEGENDS[name])

    @property
    def folds(self) -> bool:
        """Whether what is closed, or of no known centre, is folded: not where a status was asked for."""
        return not any(self.get(name) for name in ("status", "trial_status", "recruiting_in"))

    def set(self, **changes: str | tuple[str, ...]) -> "Query":
        """With these parameters replaced; an empty value takes one out. Any change leads to page 1."""
        values = dict(self.values)
        if PAGE not in changes:
            values.pop(PAGE, None)
        for name, value in changes.items():
            values[name] = (value,) if isinstance(value, str) else tuple(value)
        kept = ((name, values[name]) for name in NAMES if any(values.get(name, ())))
        return Query(self.path, tuple(kept))

    def without(self, name: str, value: str | None = None) -> "Query":
        """Without one value of a parameter, or without the whole parameter."""
        left = tuple(one for one in self.get(name) if value is not None and one != value)
        return self.set(**{name: left})

    def without_distance_from_nowhere(self) -> "Query":
        """Without the order that a place had, where the place is gone."""
        return self if self.first("near") or self.first(SORT) != NEAREST else self.without(SORT)

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.values, doseq=True)}" if self.values else self.path

    @property
    def data(self) -> QueryDict:
        """As a form reads it."""
        data = QueryDict(mutable=True)
        for name, values in self.values:
            data.setlist(name, values)
        return data
