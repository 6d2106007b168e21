"""What rows say of the criteria of trials: ages as they are written, and what is without limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directory.core.ages import BadAge, parse_age
from directory.imports.rows.processor import RowProcessor
from directory.imports.rows.result import RowResult, Written

from ..age_criteria import SIDES, days_of, mean_the_same, split
from ..cells import AgeAsWritten
from ..choices import Limit, Sex
from ..models import Trial

AGES = {f"age_{side}": side for side in SIDES}  # sides by column


@dataclass(slots=True)
class WrittenAge(Written):
    """An age that a column set, with the days that were made of it."""

    days: int | None = None
    side: str = ""

    def take_back(self) -> None:
        setattr(self.record, self.attribute, self.old)
        setattr(self.record, f"{self.side}_days", self.days)
        for name in (self.attribute, f"{self.side}_days"):
            self.attributes.remove(name)


class CriteriaRows(RowProcessor):
    """Rows with ages and limits of trials."""

    def read(self, row, cells):
        result = super().read(row, cells)
        for name, side in AGES.items():
            self._part_ages(result, name, side)
        return result

    def _part_ages(self, result: RowResult, name: str, side: str) -> None:
        """One cell that says both bounds says the other column's, too; unless that says another."""
        text = result.values.get(name)
        if not text or text == AgeAsWritten.NO_LIMIT or len(said := split(text, side)) == 1:
            return
        result.values[name] = said[side]
        other = next(one for one in AGES if one != name)
        present = result.values.setdefault(other, said[AGES[other]])
        if present != said[AGES[other]] and not mean_the_same(present, said[AGES[other]], AGES[other]):
            told = {"column": other, "one": said[AGES[other]], "other": present}
            sentence = _(
                "This cell says “%(one)s” for %(column)s, but that column says “%(other)s”. Write each "
                "limit once."
            )
            result.refuse(name, sentence % told)

    def compare(self, result, record, names):
        others = [name for name in names if name not in (*AGES, "no_limits")]
        ages = [name for name in names if name in AGES]
        changed = super().compare(result, record, others)
        for name in ages:
            changed += self._compare_age_of(result, record, name, changed)
        return changed

    def _compare_age_of(self, result: RowResult, trial: Trial, name: str, attributes: list[str]) -> list[str]:
        side, old = AGES[name], trial.age_written(AGES[name])
        new = result.values.get(name) or (self._left(result, name, old) if trial.pk and old else old)
        new = "" if new == AgeAsWritten.NO_LIMIT else new
        if old == new:
            return []
        before = getattr(trial, f"age_{side}_text"), getattr(trial, f"{side}_days")
        result.change(name, old, new)
        changed = trial.write_age(side, new)
        result.written[name] = WrittenAge(
            trial, changed[0], before[0], new, attributes, days=before[1], side=side
        )
        return changed

    def compare_limits(self, result: RowResult, trial: Trial, attributes: list[str]) -> None:
        """What the row records as without limit, also by `sex: all` and by two ages that say `no limit`.

        After all else is compared; what changes is added to `attributes`.
        """
        old, said = trial.no_limits, result.values.get("no_limits")
        new = self._limits_left(result, trial) if said is None else said
        new = [one for one in Limit.values if one in {*new, *self._said_beside(result, trial)}]
        if set(new) != set(old):
            result.change("no_limits", "; ".join(old), "; ".join(new))
            trial.no_limits = new
            attributes.append("no_limits")
            result.written["no_limits"] = Written(trial, "no_limits", old, new, attributes)

    def _limits_left(self, result: RowResult, trial: Trial) -> list[str]:
        """What is left of the stored ones by a row whose cell, if any, is empty."""
        left = trial.no_limits
        if left and "no_limits" in self.columns:
            left = self._left(result, "no_limits", left)
        return [one for one in left if trial.sex == Sex.ALL or one != Limit.SEX]

    def _said_beside(self, result: RowResult, trial: Trial) -> Iterator[str]:
        """What other columns say to be without limit."""
        if result.values.get("sex") == Sex.ALL and trial.sex == Sex.ALL:
            yield Limit.SEX.value
        if all(result.values.get(name) == AgeAsWritten.NO_LIMIT for name in AGES):
            yield Limit.AGE.value

    def says(self, name, logged, value):
        """The log is asked for the days; of a bound that has none a person decides."""
        if name not in AGES or not value:
            return super().says(name, logged, value)
        days = None if value == AgeAsWritten.NO_LIMIT else days_of(value, AGES[name])
        return days is not None and days == logged

    def fill_age(self, result: RowResult, trial: Trial) -> list[str]:
        """Bounds where the directory has none; one that is missing beside another is open, and no more."""
        low, high = result.values.get("age", ("", ""))
        if not (low or high) or trial.says_age:
            return []
        result.change("age", "", " – ".join(filter(None, (low, high))))
        return trial.write_age("min", low) + trial.write_age("max", high)

    def sign_criteria(self, result: RowResult, trial: Trial, source: str) -> list[str]:
        """Note that `source` says what the criteria are, where it is the first to say any."""
        if trial.source == source or not trial.says_criteria:
            return []
        trial.criteria_source, trial.criteria_as_of = source, result.values.get("status_as_of", "")
        return ["criteria_source", "criteria_as_of"]

    def is_said_already(self, trial: Trial, name: str, known: object, said: object) -> bool:
        """Whether a column holds what is said, in other words, or as it was read before ages were kept."""
        if known == said:
            return True
        if name not in AGES or not known or known == AgeAsWritten.NO_LIMIT or said == AgeAsWritten.NO_LIMIT:
            return self.reader.reads_as(name, known, said)
        side = AGES[name]
        if mean_the_same(str(known), str(said), side):
            return True
        try:
            days = parse_age(str(said))
        except BadAge:
            return False
        return not getattr(trial, f"age_{side}_text") and days == getattr(trial, f"{side}_days")


def recorded(trial: Trial, names: Iterable[str], columns) -> dict[str, object]:
    """What is recorded of columns, by name: of a sex that nobody said nothing, of no limit of age that."""
    known = {one: getattr(trial, columns[one].attribute) for one in names}
    for name in AGES.keys() & known.keys():
        known[name] = AgeAsWritten.NO_LIMIT if Limit.AGE in trial.no_limits else trial.age_written(AGES[name])
    if known.get("sex") == Sex.ALL and Limit.SEX not in trial.no_limits:
        known["sex"] = ""
    return known
