"""Headers that nobody knows: what a person says they are, what the plan asks, and what is remembered."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core.roles import Role, own_centre_ids
from directory.core.text import tidy
from directory.sheets.reading import Table

from .header_columns import Reading, Unmatched, header_key, letters, own_columns
from .messages import day_first, printable, problem
from .models import ColumnMapping, ImportRun
from .questions import Option, Question
from .rows.processor import RowProcessor
from .scope import Scope
from .suggestions import ColumnSuggestion, Suggester

ASKED = 60  # columns of one sheet; the others are named as not read
SAMPLE = 200  # rows
EXAMPLES = 3
COLUMN, NEEDS, ONE_OF = "column:", "needs:", "needs:one_of"
MAY_BE_MAPPED = frozenset({"missing_column", "missing_one_of", "needs_column"})


@dataclass
class Mapped:
    """The column of each header by its key, empty for one that is not read; which of them are remembered."""

    columns: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    day: str = ""


def signature(header: list[str]) -> str:
    """The same for the same headers in any order, case, spacing and accents, also in a report of ours."""
    own = own_columns(header)
    keys = sorted(
        header_key(text, place) for place, text in enumerate(header) if tidy(text) and place not in own
    )
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def mapped(run: ImportRun, table: Table) -> Mapped:
    """What was answered in this run, and what was remembered of the same header where nothing was."""
    found = Mapped()
    if kept := _kept(run, signature(table.header)):
        found.day = day_first(timezone.localdate(kept.updated_at).isoformat())
        found.columns |= kept.mapping
    answered = answers(run.choices)
    found.remembered = {key: name for key, name in found.columns.items() if key not in answered}
    found.columns |= answered
    return found


def answers(choices: Mapping[str, str]) -> dict[str, str]:
    """Columns by the header's key. What a header is said to be goes before what a column is looked for in."""
    found = {key.removeprefix(COLUMN): name for key, name in choices.items() if key.startswith(COLUMN)}
    for key, value in choices.items():
        if not key.startswith(NEEDS):
            continue
        name, header = value.split(":", 1) if key == ONE_OF else (key.removeprefix(NEEDS), value)
        found[header] = found.get(header) or name
    return found


# Asking


def ask(
    table: Table, processor: type[RowProcessor], reading: Reading, said: Mapped, scope: Scope
) -> list[Question]:
    """A question for each column that no header names, and for each column that is needed and missing."""
    below = _cells_below(table, reading.unmatched)
    asked = [one for one in reading.unmatched if one.header or any(below[one.place])][:ASKED]
    suggester, mark = Suggester(processor, scope), signature(table.header)
    taken = set(reading.places.values())
    free = [name for name in processor.sheet.columns() if name not in taken]
    found, open_ones, likely = [], [], {}
    for one in asked:
        mine = reading.places.get(one.place)
        columns = [mine, *free] if mine else free
        likely[one.key] = suggester.suggest(one.header, below[one.place], columns)
        question = _column_question(one, mine or "", columns, likely[one.key], below[one.place])
        question.params.update(signature=mark, as_before=one.key in said.remembered)
        found.append(question)
        if mine is None:
            open_ones.append(one)
    reading.unknown += map(_without_header, (one for one in open_ones if not one.header))
    return [*_needed(reading, open_ones, likely), *found]


def _without_header(one: Unmatched) -> str:
    return _("column %(place)s, which has no header") % {"place": letters(one.place)}


def _cells_below(table: Table, unmatched: list[Unmatched]) -> dict[int, list[str]]:
    """Some cells of each of these columns, by place."""
    rows, places = table.sample(SAMPLE), [one.place for one in unmatched]
    return {place: [row[place] for row in rows if place < len(row)] for place in places}


def _column_question(
    one: Unmatched, mine: str, columns: list[str], likely: list[ColumnSuggestion], cells: list[str]
) -> Question:
    reasons = {found.column: found.reason for found in likely}
    rest = [name for name in columns if name not in reasons]
    options = [Option(name, name, reasons[name]) for name in reasons]
    options.append(Option("", _("not read")))
    options += [Option(name, name) for name in rest]
    return Question(
        key=COLUMN + one.key,
        code="column",
        message=_("What does column %(place)s (%(header)s) contain?")
        % {"place": letters(one.place), "header": one.shown},
        options=tuple(options),
        suggested=mine,
        examples=_examples(cells),
        params={"header": one.shown, "place": letters(one.place), "squashed": one.key},
    )


def _examples(cells: Iterable[str]) -> tuple[str, ...]:
    texts = dict.fromkeys(printable(text[:80]) for cell in cells if (text := tidy(cell)))
    return tuple(texts)[:EXAMPLES]


def _needed(
    reading: Reading, unread: list[Unmatched], likely: dict[str, list[ColumnSuggestion]]
) -> list[Question]:
    """Which of the unread columns holds what the sheet cannot do without."""
    found = []
    for told in reading.problems if may_be_mapped(reading) else ():
        if told["code"] == "missing_one_of":
            wanted = told["wanted"]
            message = _("Which column says what each row is about? One of these is needed: %(wanted)s.")
            options = _options(unread, wanted, likely, with_column=True)
            found.append(_question(ONE_OF, message % {"wanted": ", ".join(wanted)}, options, told))
        else:
            name = told.get("needed") or told["column"]
            message = _("Which column is “%(column)s”? The sheet cannot be read without it.")
            options = _options(unread, [name], likely, with_column=False)
            found.append(_question(NEEDS + name, message % {"column": name}, options, told))
    return found


def _question(key: str, message: str, options: tuple[Option, ...], told: dict) -> Question:
    way_out = _("If there is none, cancel the import and add the column.")
    return Question(
        key, "needs", f"{message} {way_out}", options, needed=True, params={"why": told["message"]}
    )


def _options(unread, names, likely, *, with_column: bool) -> tuple[Option, ...]:
    found = []
    for one in unread:
        suggested = {each.column: each for each in likely.get(one.key, ())}
        for name in names:
            value = f"{name}:{one.key}" if with_column else one.key
            text = f"{letters(one.place)}: {one.shown}" + (f" = {name}" if with_column else "")
            speaks = suggested.get(name)
            option = Option(value, text, speaks.reason if speaks else "")
            found.append((-(speaks.score if speaks else 0), option))
    return tuple(option for _score, option in sorted(found, key=lambda pair: pair[0]))


def may_be_mapped(reading: Reading) -> bool:
    """Whether all that is wrong with a header is columns that may be among those nobody knows."""
    codes = {one["code"] for one in reading.problems}
    unread = [one for one in reading.unmatched if one.header and one.place not in reading.places]
    return bool(codes) and codes <= MAY_BE_MAPPED and len(unread) >= len(reading.problems)


def warnings(said: Mapped, reading: Reading) -> list[dict]:
    """What is read as it was remembered, and what could not be read as somebody said."""
    by_key = {one.key: one for one in reversed(reading.unmatched)}
    used = [
        f"{by_key[key].shown} = {name or _('not read')}"
        for key, name in said.remembered.items()
        if key in by_key and (not name or reading.places.get(by_key[key].place) == name)
    ]
    found = [problem("remembered_columns", day=said.day, columns=used)] if used else []
    return found + reading.clashes


# Remembering


def remember(run: ImportRun) -> None:
    """Keep what the unknown headers were read as, for the next sheet that has them.

    Of a confirmed plan, and of one whose headers a person has just said: it may come again, corrected.
    """
    asked = [one for one in run.questions if one["code"] == "column"]
    # What a question suggests is what the plan reads the column as: every answer made a plan anew.
    said = {
        one["params"]["squashed"]: one["suggested"]
        for one in asked
        if one["suggested"] or one["key"] in run.choices or one["params"]["as_before"]
    }
    if not said:
        return
    scope, mark = _scope(run), asked[0]["params"]["signature"]
    kept, is_new = ColumnMapping.objects.get_or_create(
        kind=run.kind, signature=mark, **scope, defaults={"mapping": said, "created_by_id": run.created_by_id}
    )
    if not is_new and kept.mapping != said:
        kept.mapping, kept.updated_at = said, timezone.now()
        kept.save(update_fields=["mapping", "updated_at"])


def _kept(run: ImportRun, mark: str) -> ColumnMapping | None:
    return ColumnMapping.objects.filter(kind=run.kind, signature=mark, **_scope(run)).first()


def _scope(run: ImportRun) -> dict:
    """For whom it is remembered: for a centre where the run is of one, else for whoever hands in."""
    if run.centre_id:
        return {"centre_id": run.centre_id}
    own = own_centre_ids(run.created_by) if run.role == Role.COORDINATOR and run.created_by else ()
    if len(own) == 1:
        return {"centre_id": next(iter(own))}
    return {"centre_id": None, "created_by_id": run.created_by_id}
