"""The table of a run's rows as its page shows it: filtered, searched, a page at a time."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core.fields import page_language
from directory.core.roles import Role
from directory.core.text import control_character_in
from directory.sheets.cells import Day, PartialDay, YesNo
from directory.sheets.sheet import Column

from . import kinds
from .choices import STORED, Outcome
from .kinds import all_kinds
from .messages import day_first
from .models import ImportRun, RowOutcome, centres
from .rows.processor import RowProcessor
from .undo import plan_text

PER_PAGE = 50
STATUS_CHANGES = "status"
MOST_QUESTIONS = 200
# The answer of a question that was not answered; no answer is called so.
UNANSWERED = "\N{BLACK QUESTION MARK ORNAMENT}"
_OTHER_LABELS = {
    "status_since": gettext_lazy("status since"), "disputed": gettext_lazy("disputed"),
    "sites": gettext_lazy("sites"), "statement": gettext_lazy("what the registry says"),
    "verified_by": gettext_lazy("verified by"),
}  # fmt: skip
_CHOICES = {"verified_by": Role}  # of what is no column


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

    unanswered = UNANSWERED

    def __init__(self, run: ImportRun, query: QueryDict, user):
        self.run, self.user = run, user
        self.outcome = query.get("outcome", "")
        if self.outcome not in (*Outcome.values, STATUS_CHANGES):
            self.outcome = ""
        self.q = "" if control_character_in(query.get("q", "")) else query.get("q", "").strip()[:100]
        self._number = query.get("p", "1")

    @cached_property
    def rows(self):
        found = self.run.rows.order_by("number").defer("faults")
        if self.outcome == STATUS_CHANGES:
            found = found.filter(pk__in=self._with_another_status().values("pk"))
        elif self.outcome:
            found = found.filter(outcome=self.outcome)
        return found.filter(self._matches()) if self.q else found

    def _with_another_status(self):
        """Updates that change the status itself, not only the day on which it was verified."""
        updates = self.run.rows.filter(outcome=Outcome.UPDATE)
        as_text = updates.alias(changes_text=Cast("changes", models.TextField()))
        return as_text.filter(changes_text__contains='"field": "status"')

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
        if self.run.undo_of_id:
            return self._undone(shown)
        keys = [row.record for row in shown.object_list]
        processor = all_kinds().get(self.run.kind)
        urls = record_urls(processor, keys, self.user)
        names = processor.names(dict.fromkeys(filter(None, keys)), self.user) if processor else {}
        for row in shown.object_list:
            row.record_url, row.record_name = urls.get(row.record, ""), names.get(row.record, "")
            row.said = [said | {"label": label(self.run.kind, said["column"])} for said in row.messages]
            row.may_be_decided = row.may_be_taken or row.outcome in STORED
            row.differences = [difference(self.run.kind, change) for change in row.changes]
        return shown

    def _undone(self, shown):
        """Rows of an undo are records of several kinds, and their fields those of the change log."""
        by_kind = defaultdict(list)
        for row in shown.object_list:
            by_kind[row.values.get("kind", "")].append(row)
        for kind, rows in by_kind.items():
            self._name_undone(kind, rows)
        return shown

    def _name_undone(self, kind: str, rows: list[RowOutcome]) -> None:
        """What is shown of the records of one kind."""
        keys = [row.record for row in rows]
        urls = record_urls(kinds.of_record(kind), keys, self.user)
        names = plan_text.names_of(kind, keys, self.user)
        people = plan_text.mentioned(kind, [one for row in rows for one in row.changes], self.user)
        model = plan_text.model_of(kind)
        what = capfirst(str(model._meta.verbose_name)) if model else kind
        for row in rows:
            called = names.get(row.record) or str(getattr(model, "unnamed", row.record))
            row.record_url = urls.get(row.record, "")
            row.record_name = f"{what}: {called}"
            row.may_be_decided = row.may_be_taken or row.outcome in STORED
            row.said = [said | {"label": ""} for said in row.messages]
            shown = plan_text.as_said(kind, row.changes)
            row.differences = [plan_text.difference(kind, one, called, people) for one in shown]

    @cached_property
    def questions(self) -> list[dict]:
        """What the plan asks, each with the answer it was given or that is taken as long as none is."""
        asked = []
        for one in self.run.questions[:MOST_QUESTIONS]:
            answered = one["key"] in self.run.choices
            chosen = self.run.choices.get(one["key"], one["suggested"])
            values = {option["value"] for option in one["options"]}
            asked.append(
                one
                | {
                    "chosen": chosen,
                    "has_option": chosen in values,
                    "is_open": one["needed"] and not answered,
                    "is_unanswered": not answered
                    and (one["needed"] or chosen not in values or one["code"] == "centre"),
                }
            )
        return asked

    @cached_property
    def centres(self) -> list[tuple[str, str]]:
        """Every centre that may be an answer, by its name."""
        found = centres().visible_to(self.user)
        return sorted(((one.code, str(one)) for one in found), key=lambda one: one[1].casefold())

    @property
    def may_decide_all(self) -> bool:
        """Whether the rows shown are those of one outcome, of which a person may decide."""
        return not self.q and self.outcome in (*STORED, Outcome.DUPLICATE, Outcome.CONFLICT)

    @property
    def outcome_label(self) -> str:
        return str(Outcome(self.outcome).label) if self.outcome in Outcome.values else ""

    @cached_property
    def tabs(self) -> list[Tab]:
        """All rows, then each outcome that occurs."""
        counts = self.run.counts
        tabs = [Tab("", "", sum(counts.values()), self.url(outcome=""), not self.outcome)]
        for outcome in Outcome:
            if counts.get(outcome):
                url = self.url(outcome=outcome.value)
                tabs.append(Tab(outcome.value, outcome.label, counts[outcome], url, outcome == self.outcome))
            if outcome == Outcome.UPDATE and (found := self._status_tab()):
                tabs.append(found)
        return tabs

    def _status_tab(self) -> Tab | None:
        processor = all_kinds().get(self.run.kind)
        if not (processor and "status" in processor.sheet.columns() and self.run.counts.get(Outcome.UPDATE)):
            return None
        number, url = self._with_another_status().count(), self.url(outcome=STATUS_CHANGES)
        is_current = self.outcome == STATUS_CHANGES
        return Tab(STATUS_CHANGES, _("status changes"), number, url, is_current) if number else None

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


def given_answers(run: ImportRun, posted: QueryDict, user) -> dict[str, str]:
    """The questions that a form of the plan's page answers, by key; not those left as they were shown.

    What was left as it was is no answer: what is read now may follow from another one.
    """
    given = {
        posted[name]: posted.get(f"answer-{name.removeprefix('key-')}", UNANSWERED)
        for name in posted
        if name.startswith("key-")
    }
    shown = {
        one["key"]: UNANSWERED if one["is_unanswered"] else one["chosen"]
        for one in PlanPage(run, QueryDict(), user).questions
    }
    return {key: value for key, value in given.items() if value not in (UNANSWERED, shown.get(key))}


def label(kind: str, column: str) -> str:
    """The column's header in the language of the page; what is no column keeps its name."""
    found = _column(kind, column)
    return found.header(page_language()) if found else str(_OTHER_LABELS.get(column, column))


def difference(kind: str, change: dict) -> dict:
    """A change as people read it: `{label, old, new}`, dates day first, words instead of codes."""
    name = change["field"]
    old, new = (reads(kind, name, change[which]) for which in ("old", "new"))
    return {"label": label(kind, name), "old": old, "new": new}


def reads(kind: str, name: str, written: str) -> str:
    """What a sheet's cell says, as the page shows it."""
    column = _column(kind, name)
    widget = column and column.widget
    if not isinstance(written, str) or not written:
        return written
    if name == "status_since" or isinstance(widget, (PartialDay, Day)):
        return day_first(written)
    if name == "disputed" or isinstance(widget, YesNo):
        return {"yes": _("yes"), "no": _("no")}.get(written, written)
    inner = getattr(widget, "one", None)
    choices = _CHOICES.get(name, getattr(widget, "choices", getattr(inner, "choices", None)))
    words = dict(choices.choices) if choices else {}
    return "; ".join(str(words.get(word, word)) for word in written.split("; "))


def _column(kind: str, name: str) -> Column | None:
    return all_kinds()[kind].sheet.columns().get(name) if kind in all_kinds() else None


def record_urls(processor: type[RowProcessor] | None, keys: Iterable[str], user) -> dict[str, str]:
    """Admin addresses by record key, for the records that are there and that `user` may see."""
    found = processor.found(keys, user) if processor else {}
    pages = {key: processor.edited_on(one) for key, one in found.items()}
    return {key: reverse(admin_urlname(one._meta, "change"), args=[one.pk]) for key, one in pages.items()}
