"""What all kinds share: rows in, results out."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from directory.records import all_records
from directory.sheets.reading import Row
from directory.sheets.sheet import Sheet

from .. import blank
from ..choices import Outcome
from ..questions import Question
from ..scope import Scope
from .cell_reader import CellReader
from .checking import Checker, Write
from .result import RowResult, Written
from .storing import Counts
from .versions import flag_edited


class RowProcessor:
    """Judges the rows of one kind against the database as it is, a chunk at a time.

    It remembers what earlier rows of the same file said, so it is used for one pass over one file.
    """

    sheet: type[Sheet]
    label: str | Promise = ""
    is_by_centre = False  # each row lies at one centre, so coordinators may hand it in
    is_registrys = False  # a public registry writes such sheets, we never do
    reads_records = False  # its rows are records of JSON
    wider_than: tuple[str, ...] = ()  # kinds whose columns a sheet of this kind may all have, and more

    @classmethod
    def kind_of_record(cls) -> str:
        """What the change log calls a record of its rows."""
        return cls.sheet._meta.model.change_kind

    @classmethod
    def registry_of(cls, header: list[str]) -> str:
        """The public registry that wrote a sheet with this header; empty for none."""
        return ""

    @classmethod
    def columns_in(cls, columns: Iterable[str]) -> list[str]:
        """The columns that rows of a sheet with `columns` have once they are read."""
        return list(columns)

    @classmethod
    def lists(cls, user) -> dict[str, list[tuple[str, str]]]:
        """Words with labels for the template's drop-downs, by column, beyond the vocabularies of columns."""
        return {}

    @classmethod
    def naming(cls, scope: Scope) -> dict[str, Callable[[str], bool]]:
        """By column whose cells name records: whether a cell names one that may be spoken of."""
        return {}

    @classmethod
    def found(cls, keys: Iterable[str], user) -> dict[str, models.Model]:
        """The stored records of these keys that `user` may see."""
        return all_records()[cls.kind_of_record()].found(keys, user)

    @classmethod
    def names(cls, keys: Iterable[str], user) -> dict[str, str]:
        """What records are called, by key, as far as `user` may see them; also those that are yet to be."""
        return {key: str(one) for key, one in cls.found(keys, user).items()}

    @classmethod
    def edited_on(cls, record: models.Model) -> models.Model:
        """The record on whose page of the admin `record` is edited."""
        return record

    def __init__(self, scope: Scope):
        self.scope = scope
        self.seen: dict[object, RowResult] = {}
        self.revised: list[RowResult] = []  # results that a later row changed
        self.questions: dict[str, Question] = {}
        self.columns: frozenset[str] = frozenset()  # that the sheet has
        self.blanks: Counter[str] = Counter()  # empty cells over stored values, by column

    @cached_property
    def reader(self) -> CellReader:
        return CellReader(self.sheet, self.scope.choices)

    @cached_property
    def checker(self) -> Checker:
        return Checker(self.sheet)

    # Judging

    def process(self, rows: Iterable[tuple[Row, dict[str, str]]]) -> list[RowResult]:
        """Results on `(row, cells by column)`, in order."""
        results = [self.read(row, cells) for row, cells in rows]
        judged = [one for one in results if not self.is_example(one) and self.admits(one)]
        self.look_up(judged)
        for result in judged:
            self.resolve(result)
            result.weigh_doubts()
            if result.work is not None:
                self.checker.check(result, self.writes(result))
            self._settle(result)
        for result in self.checker.check_stored():
            self._settle(result)
        flag_edited(judged, logged=self.logged, says=self.says)
        for result in judged:
            if not result.is_rejected:
                self.blanks.update(result.blanks)
        return results

    def release(self, results: list[RowResult], *, stores: bool) -> None:
        """After a chunk: keep of its rows what later ones need and, where it `stores`, what storing needs."""
        kept = {*self.sheet.required, *self.sheet.one_of, "parent"}
        for result in results:
            result.forget(kept)
            if not stores:
                result.work = None

    def read(self, row: Row, cells: dict[str, str]) -> RowResult:
        """The row with the values of its cells, refused where one cannot be read."""
        return self.reader.read(row, cells, self.country_of)

    def country_of(self, cells: dict[str, str]) -> str:
        """The country that a row is about, by its cells; empty where it says none that is known."""
        return ""

    def is_example(self, result: RowResult) -> bool:
        """Whether the row is the template's example, left in: it is said, and nothing else comes of it.

        In whatever language or spelling of a date; columns may have been taken away, but no cell changed.
        """
        example, cells = self.sheet.example, result.cells
        if result.is_bad or "example" not in "\n".join(cells.values()).casefold():
            return False
        for name, cell in cells.items():
            if name not in example or self.reader.value(name, cell) != self.reader.value(name, example[name]):
                return False
        result.note("", _("This is the example row of the template; it is ignored."))
        return True

    def ask(self, question: Question) -> str:
        """What was decided about `question`; empty where it is open, and then the plan asks it."""
        self.questions.setdefault(question.key, question)
        return self.scope.choices.get(question.key, "")

    def asked(self) -> list[Question]:
        """What the plan asks, once all rows are judged."""
        return [*self.questions.values(), *blank.questions(self.blanks)]

    def warnings(self) -> Iterable[dict]:
        """What the plan tells of its rows together, once they are judged."""
        return ()

    def clears(self, result: RowResult, name: str, old) -> bool:
        """Whether the empty cell of a column of the sheet clears the stored value `old` of a record.

        Never what identifies the record, or what it cannot be without.
        """
        sheet = self.sheet
        kept = (*sheet.required, *sheet.one_of, *getattr(sheet, "identifier_columns", ()))
        if old in (None, "", []) or name in result.cells or name in kept or name not in self.columns:
            return False
        result.blanks.append(name)
        return self.scope.choices.get(blank.KEY) == blank.CLEAR

    def admits(self, result: RowResult) -> bool:
        """Whether the row is one of the scope's; else it is refused before anything is fetched for it."""
        return True

    def look_up(self, results: list[RowResult]) -> None:
        """Fetch what the rows are about: one query a table, whatever the number of rows.

        Only what the scope may see: what is fetched for one row can be met by another.
        """
        raise NotImplementedError

    def resolve(self, result: RowResult) -> None:
        """Find the record, compare field by field, set outcome, changes, messages and work."""
        raise NotImplementedError

    def writes(self, result: RowResult) -> Iterator[Write]:
        """Every record that the `work` of a result makes or changes: held against the rules of its model."""
        raise NotImplementedError

    def logged(self, result: RowResult, column: str) -> list[tuple[str, str, str]]:
        """Where the change log has what `column` of a row writes: `(kind, key, field)` of a change."""
        if column not in self.sheet.columns():
            return []
        found, model = [], self.sheet._meta.model
        for path in self.sheet.logged(column):
            relation, _beyond, name = path.rpartition("__")
            about = [(model.change_kind, result.record)] if not relation else self.related(result, relation)
            found += [(kind, key, name) for kind, key in about]
        return found

    def related(self, result: RowResult, relation: str) -> Iterable[tuple[str, str]]:
        """Kind and key, in the change log, of the records behind `relation` of which a row says something."""
        return ()

    def finish(self) -> None:
        """After the last chunk: what only the whole file tells. Changed results go to `revised`."""

    def orphans(self) -> list[tuple[RowResult, int]]:
        """Rows to be stored that need another row, which is left out: each with the number of that row."""
        return []

    def is_duplicate(
        self, key: object, result: RowResult, column: str, *, naming: Iterable[str] = ()
    ) -> bool:
        """True for a row that says again what an earlier row about the record says; the columns `naming` do
        no more than name it.

        One that says something else is judged like any other, and then `_settle`d: a row that is refused in
        itself holds no other back, whichever comes first.
        """
        result.said = self._meant(result, frozenset(naming))
        first = self.seen.setdefault(key, result)
        if first is not result and first.is_refused:
            first = self.seen[key] = result
        if first is result:
            return False
        if first.said == result.said:
            result.outcome = Outcome.DUPLICATE
            said = {"row": first.number, "record": result.record}
            sentence = _("The same as row %(row)d (%(record)s), which is used.")
            if first.is_bad:
                sentence = _("The same as row %(row)d (%(record)s): see that row.")
            result.note(column, sentence % said)
            return True
        result.contradicts = first, column
        return False

    def _meant(self, result: RowResult, naming: frozenset[str]) -> int:
        """The same for rows that say the same, however each writes it: `28/11/2026` and `2026-11-28`."""
        values, cells = result.values, result.cells
        meant = ((name, values.get(name, cells[name])) for name in cells.keys() - naming)
        return hash(frozenset((name, tuple(one) if isinstance(one, list) else one) for name, one in meant))

    def _settle(self, result: RowResult) -> None:
        """Once a row is judged: two that contradict each other are both refused, and what is refused was
        never said."""
        if result.contradicts and not result.is_refused:
            self._refuse_both(result, *result.contradicts)
        if result.is_rejected:
            result.work, result.changes = None, []
            result.put_back()

    def _refuse_both(self, result: RowResult, first: RowResult, column: str) -> None:
        result.outcome, result.may_be_taken = Outcome.DUPLICATE, False
        sentence = _(
            "Rows %(first)d and %(second)d are about the same record (%(record)s), but say different "
            "things. Keep one of them."
        )
        sentence %= {"first": first.number, "second": result.number, "record": result.record}
        result.note(column, sentence)
        if not first.is_bad or first.outcome == Outcome.DUPLICATE:
            result.put_back()
            first.put_back(wholly=False)
            first.outcome, first.work, first.changes = Outcome.DUPLICATE, None, []
            first.may_be_taken = False
            own = next((name for name in (column, *self.sheet.one_of) if name in first.cells), column)
            first.note(own, sentence)
            self.revised.append(first)

    def compare(self, result: RowResult, record: models.Model, names: Iterable[str]) -> list[str]:
        """Set on `record` the values of the columns `names`; blank cells keep what is there, or clear it.

        Returns the attributes that changed, and notes each change on the result.
        """
        changed, columns, values = [], self.sheet.columns(), result.values
        result.touch(record)
        for name in names if record.pk else [one for one in names if one in values]:
            attribute = columns[name].attribute
            old = getattr(record, attribute)
            if name in values:
                new = values[name]
            elif old in (None, "", []):
                continue
            else:
                new = self._left(result, name, old)
            if old != new and not self.reader.reads_as(name, old, new):
                result.change(name, self.reader.written(name, old), self.reader.written(name, new))
                setattr(record, attribute, new)
                changed.append(attribute)
                result.written[name] = Written(record, attribute, old, new, changed)
        return changed

    def _left(self, result: RowResult, name: str, old):
        """What an empty cell, or none, leaves of the stored value `old`."""
        field = self.sheet.model_field(name)
        if field is None or not field.blank or not self.clears(result, name, old):
            return old
        if field.null:
            return None
        return [] if isinstance(old, list) else ""

    def says(self, name: str, logged, value) -> bool:
        """Whether `logged`, as a snapshot of the change log has it, is `value` of a cell."""
        if value in (None, "", []):
            return logged in (None, "", [])
        return logged == value or self.reader.reads_as(name, logged, value)

    # Storing

    def touched(self, works: list) -> dict[type[models.Model], list[int]]:
        """The stored records that `store` would change, by model: they are locked before."""
        raise NotImplementedError

    def store(self, works: list) -> Counts:
        """Write the `work` of results in bulk, inside the caller's transaction, with its change records."""
        raise NotImplementedError
