"""Gaps: diagnoses for which no trial recruits in Belgium, or at one centre only."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from centres.models import Centre
from directory.core.fields import LANGUAGE_CODES
from directory.core.filter_fields import Choice, OneAge
from directory.search import service
from directory.sheets import csv_files
from trials import gaps
from trials.choices import Stage
from trials.gaps import Gap, Gaps, OpenTrial, find_gaps
from trials.statements import day_as_said

from ..asking import errors_of
from ..results import condition_name

STATES = {
    gaps.NONE: _("No trial recruits"),
    gaps.WIDER: _("Only in trials for more diseases"),
    gaps.ONE_CENTRE: _("At one centre only"),
    gaps.SEVERAL: _("At several centres"),
}
SHOWN_TRIALS = 5
COLUMNS = (
    "code", "level", "name", "state", "trials", "wider_trials", "centres", "last_verified_at", "freshness",
    "last_verified_by",
)  # fmt: skip


class GapForm(forms.Form):
    """Whom the trials must take; each bad value is its field's error."""

    age = OneAge(label=_("Age"))
    stage = Choice(label=_("Stage of disease"), words=lambda: Stage.choices, what=_("a stage of disease"))


@dataclass(frozen=True)
class GapLine:
    """A class of diseases as the page shows it."""

    gap: Gap
    centre_names: dict[str, dict[str, str]]

    @property
    def name(self) -> str:
        return condition_name(self.gap.code)

    @property
    def state_words(self) -> str:
        return str(STATES[self.gap.state])

    @property
    def url(self) -> str:
        """The search that shows the trials counted here, and those that recruit elsewhere."""
        asked = [("status", "recruiting"), ("condition", self.gap.code), ("country", "BE")]
        return f"{reverse('web:search')}?{urlencode(asked)}"

    @property
    def trials(self) -> tuple[OpenTrial, ...]:
        return self.gap.own[:SHOWN_TRIALS]

    @property
    def more(self) -> int:
        return max(0, len(self.gap.own) - SHOWN_TRIALS)

    @property
    def wider(self) -> tuple[OpenTrial, ...]:
        """What else takes these patients; said where nothing is for them alone."""
        return () if self.gap.own else self.gap.wider[:SHOWN_TRIALS]

    @property
    def only_centre(self) -> tuple[str, dict[str, str]] | None:
        """`(code, names)` of the one centre, where there is only one."""
        if self.gap.state != gaps.ONE_CENTRE:
            return None
        code = next(iter(self.gap.centres))
        return code, self.centre_names.get(code, {})

    @property
    def latest(self) -> OpenTrial | None:
        """The trial of this class that was verified last."""
        verified = [one for one in self.gap.own if one.verified_at]
        return max(verified, key=lambda one: one.verified_at or timezone.localdate(), default=None)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The gaps; `?show=all` lists the classes without a gap too, `age` and `stage` narrow the trials."""
    form = _form(request)
    show_all = request.GET.get("show") == "all"
    context = {
        "typed": {name: request.GET.get(name, "") for name in ("age", "stage")},
        "errors": errors_of(form),
        "stages": Stage.choices,
        "show_all": show_all,
        "today": timezone.localdate(),
    }
    if not form.errors:
        found = _found(form)
        context |= {
            "groups": _groups(found, show_all),
            "counts": [(STATES[state], state, found.count(state)) for state in gaps.STATES],
            "number": sum(found.count(state) for state in gaps.STATES),
            "loose": found.without_condition,
            "all_url": _address(request, show="all"),
            "gaps_url": _address(request, show=""),
            "csv_url": f"{reverse('web:gaps-csv')}?{urlencode(_asked(request))}".rstrip("?"),
        }
    return render(request, "directory/gaps.html", context)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Every class with what recruits for it, as CSV; a bad value leads to the page, which names it."""
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
        line.name,
        gap.state,
        "; ".join(one.slug for one in gap.own),
        "; ".join(one.slug for one in gap.wider),
        "; ".join(sorted(gap.centres)),
        day_as_said(latest.verified_at, latest.verified_on) if latest else "",
        latest.freshness.value if latest else "",
        latest.verified_by if latest else "",
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
    # An age is somebody's: only what was asked without one is kept, in this process's memory.
    return find_gaps(days=days, stage=stage) if days is not None else _cached_gaps(service.version(), stage)


@lru_cache(maxsize=16)
def _cached_gaps(version: str, stage: str) -> Gaps:
    """The gaps of one state of the registry, which the index's version names."""
    return find_gaps(stage=stage)


def _gap_lines(found: Gaps) -> list[GapLine]:
    names = {
        row["code"]: {code: row[f"name_{code}"] for code in LANGUAGE_CODES}
        for row in Centre.objects.listed().values("code", *(f"name_{code}" for code in LANGUAGE_CODES))
    }
    return [GapLine(gap, names) for gap in found.classes]


def _groups(found: Gaps, show_all: bool) -> list[tuple[GapLine, list[GapLine]]]:
    """The main groups, each with those of its classes that are to be shown."""
    groups: list[tuple[GapLine, list[GapLine]]] = []
    for line in _gap_lines(found):
        if line.gap.level == "group":
            groups.append((line, []))
            if not line.gap.is_diagnosis:
                continue
        if show_all or line.gap.state != gaps.SEVERAL:
            groups[-1][1].append(line)
    return [(group, lines) for group, lines in groups if show_all or lines or not group.gap.own]
