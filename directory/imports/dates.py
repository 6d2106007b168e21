"""In which order the dates of a column are: as the rest of the column tells, else a person is asked.

`03/04/2026` is 3 April or 4 March. One `13/04/2026` in its column settles it, and one `04/13/2026` the other
way; where neither is there, the plan asks, and is not confirmed before it is answered. What was settled
stands in `ImportRun.choices` under `date:<column>`, so that the rows are judged alike when they are stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from directory.core.dates import partial_text
from directory.sheets.cells import Day, PartialDay
from directory.sheets.reading import Table
from directory.sheets.sheet import Sheet
from directory.sheets.written_values import DAY_FIRST, MONTH_FIRST, written_date

from .header_columns import Reading
from .messages import problem
from .questions import DATE_SYSTEM, Option, Question, date_key


@dataclass
class Settled:
    """What the columns tell (`choices`), what a person must tell (`questions`), and what to know of it."""

    choices: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    warnings: list[dict] = field(default_factory=list)


def settle(table: Table, sheet: type[Sheet], reading: Reading) -> Settled:
    """The order of each column of dates of `table`."""
    settled = Settled()
    if table.date_system != "1900":
        settled.choices[DATE_SYSTEM] = table.date_system
    columns = sheet.columns()
    for place, name in reading.places.items():
        if place in table.dates and isinstance(columns[name].widget, (Day, PartialDay)):
            _settle(settled, name, table.dates[place], columns[name].widget.usual)
    return settled


def _settle(settled: Settled, name: str, told: Mapping, usual: str) -> None:
    if told["month"] and not told["day"]:
        settled.choices[date_key(name)] = MONTH_FIRST
        settled.warnings.append(
            problem("month_first", column=name, cell=told["month_example"], dates=told["examples"])
        )
    elif (told["day"] or usual == DAY_FIRST) and not told["month"]:
        settled.choices[date_key(name)] = DAY_FIRST
    elif told["either"]:
        settled.questions.append(_question(name, told))


def _question(name: str, told: Mapping) -> Question:
    example = told["examples"][0]
    options = tuple(
        Option(order, label, _reads(example, order))
        for order, label in ((DAY_FIRST, _("day first")), (MONTH_FIRST, _("month first")))
    )
    sentence = _("Are the dates of “%(column)s” day first or month first? The column does not show which.")
    if told["day"]:
        sentence = _(
            "Are the dates of “%(column)s” day first or month first? It has both “%(day)s” and “%(month)s”."
        )
    said = {"column": name, "day": told["day_example"], "month": told["month_example"]}
    return Question(
        date_key(name), "date_order", sentence % said, options, needed=True,
        examples=tuple(told["examples"]), params={"column": name, "rows": told["either"]},
    )  # fmt: skip


def _reads(cell: str, order: str) -> str:
    """`“03/04/2026” is 3 April 2026`."""
    day = partial_text(written_date(cell, order))
    return _("“%(cell)s” is %(day)s") % {"cell": cell, "day": day}
