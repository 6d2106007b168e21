"""Gaps: diagnoses for which no trial is known to recruit children in Belgium, or at one centre only."""

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from centres.models import Centre
from directory.core.filter_fields import Choice, OneAge, sentences_of
from directory.search import service
from directory.sheets import csv_files
from trials import gaps
from trials.choices import Stage
from trials.gaps import Gap, Gaps, KnownTrial, find_gaps, known_trials
from trials.statements import day_as_said

from .. import words
from ..results import class_name, condition_name

STATES = {
    gaps.NO_TRIAL: _("No trial in this directory"),
    gaps.NOT_RECRUITING: _("None of its trials recruits in Belgium"),
    gaps.NOT_KNOWN: _("Not known whether one recruits in Belgium"),
    gaps.ADULTS_ONLY: _("Recruiting for adults only"),
    gaps.WIDER: _("Only in multi-disease trials"),
    gaps.ONE_CENTRE: _("At one centre only"),
    gaps.SEVERAL: _("At several centres"),
}
# Of a trial that recruits no child here: why.
STANDINGS = {
    gaps.NOT_KNOWN: _("status or centre not known"),
    gaps.ADULTS_ONLY: _("recruits adults only"),
    gaps.NOT_RECRUITING: _("not recruiting in Belgium"),
}
# Of a whole main group: known to take no child.
URGENT = (gaps.NO_TRIAL, gaps.NOT_RECRUITING, gaps.ADULTS_ONLY)
SHOWN_TRIALS = 5
COLUMNS = (
    "code", "level", "name", "state", "trials", "wider_trials", "centres", "last_verified_at", "freshness",
    "last_verified_by", "not_known_trials", "adults_only_trials", "not_recruiting_trials",
    "state_label", "freshness_label", "last_verified_by_label",
)  # fmt: skip


class GapForm(forms.Form):
    """Whom the trials must take; each bad value is its field's error."""

    age = OneAge(label=_("Age"))
    stage = Choice(label=_("Stage of disease"), words=lambda: Stage.choices, what=_("a stage of disease"))


@dataclass(frozen=True)
class GapLine:
    """A class of diseases as the page shows it. `narrowed`: an age or a stage was asked for."""

    gap: Gap
    centre_names: dict[str, dict[str, str]]
    narrowed: bool = False

    @property
    def name(self) -> str:
        return condition_name(self.gap.code)

    @property
    def state_words(self) -> str:
        return str(STATES[self.gap.state])

    @property
    def is_urgent(self) -> bool:
        """Whether no child with any disease of a main group can be included."""
        return self.gap.level == "group" and self.gap.state in URGENT

    @property
    def url(self) -> str:
        """The search that shows the trials that recruit in Belgium, those for adults too."""
        return _search(status="recruiting", condition=self.gap.code)

    @property
    def known_url(self) -> str:
        """The search that shows all trials for this class."""
        return _search(condition=self.gap.code)

    @property
    def counts(self) -> list[tuple[str, str]]:
        """How many trials for this class stand how, each with the list of just these, where there is one.

        The list asks an age and a stage otherwise than this page: where one is given, no number has a list.
        """
        number = {standing: len(self.gap.standing(standing)) for standing in (gaps.RECRUITING, *STANDINGS)}
        recruiting = number[gaps.RECRUITING] + number[gaps.ADULTS_ONLY]
        told = [
            (recruiting, ngettext("%d recruiting", "%d recruiting", recruiting), self.url),
            (number[gaps.ADULTS_ONLY], gettext("%d of them for adults only"), ""),
            (number[gaps.NOT_KNOWN], gettext("%d not known"), ""),
            (number[gaps.NOT_RECRUITING], gettext("%d not recruiting"), ""),
            (len(self.gap.trials), gettext("%d in all"), self.known_url),
        ]
        return [(text % count, "" if self.narrowed else url) for count, text, url in told if count]

    @property
    def trials(self) -> tuple[tuple[KnownTrial, str], ...]:
        """The trials to name, with what is said of them: those that recruit children, else the others."""
        return self._told[:SHOWN_TRIALS]

    @property
    def more(self) -> int:
        return max(0, len(self._told) - SHOWN_TRIALS)

    @property
    def _told(self) -> tuple[tuple[KnownTrial, str], ...]:
        if self.gap.own:
            return tuple((one, "") for one in self.gap.own)
        wider = str(_("for several diseases"))
        recruiting = [(one, wider) for one in self.gap.wider]
        others = [(one, str(why)) for key, why in STANDINGS.items() for one in self.gap.standing(key)]
        if recruiting:
            return (*recruiting, *others)
        also = [
            (one, f"{wider}, {why}")
            for key, why in STANDINGS.items()
            for one in self.gap.wider_trials
            if one.standing == key
        ]
        return (*others, *also)

    @property
    def only_centre(self) -> tuple[str, dict[str, str]] | None:
        """`(code, names)` of the one centre, where there is only one."""
        if self.gap.state != gaps.ONE_CENTRE:
            return None
        code = next(iter(self.gap.centres))
        return code, self.centre_names.get(code, {})

    @property
    def latest(self) -> KnownTrial | None:
        """The trial of this class that was verified last."""
        verified = [one for one in self.gap.own if one.verified_at]
        return max(verified, key=lambda one: one.verified_at or timezone.localdate(), default=None)


@dataclass(frozen=True)
class GapRow:
    """Classes of one group of which the same is to be said, in their order."""

    lines: tuple[GapLine, ...]

    @property
    def said(self) -> GapLine:
        """The line that says it for all."""
        return self.lines[0]


@dataclass
class GapGroup:
    """A main group with those of its classes that are to be shown."""

    head: GapLine
    lines: list[GapLine]
    number: int = 0  # of its diagnoses, those without a gap too

    @property
    def counts(self) -> list[tuple[str, int]]:
        """`(words, number)` of the states of the lines, the most urgent first."""
        found = Counter(line.gap.state for line in self.lines)
        return [(str(STATES[state]), found[state]) for state in gaps.STATES if found[state]]

    @property
    def rows(self) -> list[GapRow]:
        """Each class by itself that has trials of its own; the others together where the same is said."""
        rows: dict[tuple, list[GapLine]] = {}
        for line in self.lines:
            own = line.gap.code if line.gap.trials else ""
            told = tuple((one.slug, why) for one, why in line.trials)
            rows.setdefault((own, line.gap.state, told, line.more), []).append(line)
        return [GapRow(tuple(alike)) for alike in rows.values()]


def _search(**asked: str) -> str:
    return f"{reverse('web:search')}?{urlencode(asked)}"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The gaps; `?show=all` lists the classes without a gap too, `age` and `stage` narrow the trials."""
    form = _form(request)
    show_all = request.GET.get("show") == "all"
    context = {
        "typed": {name: request.GET.get(name, "") for name in ("age", "stage")},
        "errors": sentences_of(form),
        "stages": Stage.choices,
        "show_all": show_all,
        "today": timezone.localdate(),
    }
    if not form.errors:
        found = _found(form)
        context |= {
            "groups": _groups(found, show_all, narrowed=bool(_asked(request))),
            "counts": [(STATES[state], state, found.count(state)) for state in gaps.STATES],
            "number": sum(found.count(state) for state in gaps.STATES),
            "loose": found.without_condition,
            "recruiting": len(recruiting := found.recruiting),
            "confirmed": sum(one.is_confirmed_lately for one in recruiting),
            "all_url": _address(request, show="all"),
            "gaps_url": _address(request, show=""),
            "csv_url": f"{reverse('web:gaps-csv')}?{urlencode(_asked(request))}".rstrip("?"),
        }
    return render(request, "directory/gaps.html", context)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Every class with the trials for it, as CSV; a bad value leads to the page, which names it."""
    form = _form(request)
    if form.errors:
        return redirect(_address(request))
    rows = map(_csv_row, _gap_lines(_found(form)))
    answer = HttpResponse(csv_files.as_csv([COLUMNS, *rows]), content_type=csv_files.CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="gaps-{timezone.localdate():%Y-%m-%d}.csv"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _csv_row(line: GapLine) -> list[str]:
    gap, latest = line.gap, line.latest
    return [
        gap.code,
        gap.level,
        class_name(gap.code),
        gap.state,
        "; ".join(one.slug for one in gap.own),
        "; ".join(one.slug for one in gap.wider),
        "; ".join(sorted(gap.centres)),
        day_as_said(latest.verified_at, latest.verified_on) if latest else "",
        latest.freshness.value if latest else "",
        latest.verified_by if latest else "",
        *("; ".join(one.slug for one in gap.standing(standing)) for standing in STANDINGS),
        line.state_words,
        str(latest.freshness.label) if latest else "",
        str(words.ROLES.get(latest.verified_by, "")) if latest else "",
    ]


def _form(request: HttpRequest) -> GapForm:
    form = GapForm(request.GET)
    form.is_valid()
    return form


def _asked(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, text) for name in ("age", "stage") for text in request.GET.getlist(name)[:1] if text]


def _address(request: HttpRequest, **more: str) -> str:
    asked = _asked(request) + [(name, value) for name, value in more.items() if value]
    return f"{reverse('web:gaps')}?{urlencode(asked)}" if asked else reverse("web:gaps")


def _found(form: GapForm) -> Gaps:
    days, stage = form.cleaned_data["age"], form.cleaned_data["stage"] or ""
    if service.ready():
        return find_gaps(days=days, stage=stage)
    version = service.version()
    if days is None:
        return _cached_gaps(version, stage)
    # An age is somebody's: what was asked with one is not kept, only the trials that it is asked of.
    return find_gaps(_cached_trials(version), days=days, stage=stage)


@lru_cache(maxsize=1)
def _cached_trials(version: str) -> tuple[KnownTrial, ...]:
    """The trials of one state of the registry, which the index's version names."""
    return known_trials()


@lru_cache(maxsize=16)
def _cached_gaps(version: str, stage: str) -> Gaps:
    """The gaps of one state of the registry, which the index's version names."""
    return find_gaps(_cached_trials(version), stage=stage)


def _gap_lines(found: Gaps, narrowed: bool = False) -> list[GapLine]:
    names = {one.code: one.called() for one in Centre.objects.listed()}
    return [GapLine(gap, names, narrowed) for gap in found.classes]


def _groups(found: Gaps, show_all: bool, narrowed: bool) -> list[GapGroup]:
    """The main groups that have something to show."""
    groups: list[GapGroup] = []
    for line in _gap_lines(found, narrowed):
        if line.gap.level == "group":
            groups.append(GapGroup(line, []))
            if not line.gap.is_diagnosis:
                continue
        groups[-1].number += line.gap.is_diagnosis
        if show_all or line.gap.state != gaps.SEVERAL:
            groups[-1].lines.append(line)
    return [one for one in groups if show_all or one.lines or not one.head.gap.own]
