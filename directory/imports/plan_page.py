"""The table of a run's rows as its page shows it: filtered, searched, a page at a time."""

import json
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from centres.models import Centre, Membership
from directory.core.text import control_character_in
from trials.models import Trial, TrialSite

from .models import ImportRun, Kind, Outcome

PER_PAGE = 50


@dataclass(frozen=True)
class Tab:
    """One outcome to filter by, with its count and address."""

    word: str
    label: str
    count: int
    url: str
    is_current: bool


class PlanPage:
    """Rows of `run` for `outcome`, `q` and `p` of a page's address; what is odd there is ignored."""

    def __init__(self, run: ImportRun, query: QueryDict, user):
        self.run, self.user = run, user
        self.outcome = query.get("outcome", "") if query.get("outcome") in Outcome.values else ""
        self.q = "" if control_character_in(query.get("q", "")) else query.get("q", "").strip()[:100]
        self._number = query.get("p", "1")

    @cached_property
    def rows(self):
        found = self.run.rows.order_by("number").defer("faults")
        if self.outcome:
            found = found.filter(outcome=self.outcome)
        return found.filter(self._matches()) if self.q else found

    def _matches(self) -> Q:
        """Rows whose record, cells or messages have the text; a number finds its row."""
        text = self.q if connection.vendor == "postgresql" else json.dumps(self.q)[1:-1]
        self_as_text = {name: Cast(name, models.TextField()) for name in ("values", "messages")}
        matching = self.run.rows.alias(**{f"{name}_text": text_of for name, text_of in self_as_text.items()})
        matching = matching.filter(Q(values_text__icontains=text) | Q(messages_text__icontains=text))
        wanted = Q(record__icontains=self.q) | Q(pk__in=matching.values("pk"))
        return wanted | Q(number=int(self.q)) if self.q.isdecimal() and len(self.q) < 8 else wanted

    @cached_property
    def page(self):
        """One page of rows, each with the address of its record."""
        shown = Paginator(self.rows, PER_PAGE).get_page(self._number)
        shown.object_list = list(shown.object_list)
        urls = record_urls(self.run.kind, [row.record for row in shown.object_list])
        for row in shown.object_list:
            row.record_url = urls.get(row.record, "")
        return shown

    @cached_property
    def tabs(self) -> list[Tab]:
        """All rows, then each outcome that occurs."""
        counts = self.run.counts
        tabs = [Tab("", "", sum(counts.values()), self.url(outcome=""), not self.outcome)]
        for outcome in Outcome:
            if counts.get(outcome):
                url = self.url(outcome=outcome.value)
                tabs.append(Tab(outcome.value, outcome.label, counts[outcome], url, outcome == self.outcome))
        return tabs

    def url(self, **changed) -> str:
        """This page's address with something changed; a changed filter begins at the first page."""
        query = QueryDict(mutable=True)
        wanted = {"outcome": self.outcome, "q": self.q} | changed
        query.update({name: value for name, value in wanted.items() if value})
        return f"?{query.urlencode()}" if query else "?"

    def next_url(self) -> str:
        return self.url(p=self.page.next_page_number())

    def previous_url(self) -> str:
        return self.url(p=self.page.previous_page_number())


def record_urls(kind: str, keys: list[str]) -> dict[str, str]:
    """Admin addresses by record key, for the records that are there, in one query."""
    keys = [key for key in dict.fromkeys(keys) if key]
    if not keys:
        return {}
    found = _FOUND[kind](keys) if kind in _FOUND else {}
    model = _MODELS.get(kind)
    name = model and f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return {key: reverse(name, args=[pk]) for key, pk in found.items()}


def _sites(keys):
    slugs, codes = zip(*(key.split("@", 1) for key in keys if "@" in key), strict=True)
    sites = TrialSite.objects.filter(trial__slug__in=slugs, centre__code__in=codes)
    return {f"{slug}@{code}": pk for pk, slug, code in sites.values_list("pk", "trial__slug", "centre__code")}


def _memberships(keys):
    members = Membership.objects.filter(network__slug__in={key.split("/")[0] for key in keys})
    # A membership is edited on the page of its network.
    return {one.change_key: one.network_id for one in members.select_related("network", "centre")}


_MODELS = {
    Kind.CENTRES: Centre,
    Kind.NETWORKS: Membership._meta.get_field("network").related_model,
    Kind.TRIALS: Trial,
    Kind.SITES: TrialSite,
}
_FOUND = {
    Kind.CENTRES: lambda keys: dict(Centre.objects.filter(code__in=keys).values_list("code", "pk")),
    Kind.NETWORKS: _memberships,
    Kind.TRIALS: lambda keys: dict(Trial.objects.filter(slug__in=keys).values_list("slug", "pk")),
    Kind.SITES: _sites,
}
