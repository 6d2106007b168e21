"""What a plan asks, and what was answered.

A question has a key (`date:status_date`, `column:e mail`, `encoding`). The answer stands under that key in
`ImportRun.choices`, is asked for while the rows are judged, at planning and again at applying, and answering
plans the sheet anew: so an answer never means another thing than the plan that the person sees.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from directory.records import all_records
from directory.sheets.written_values import DAY_FIRST

DATE_SYSTEM = "date_system"


@dataclass(frozen=True)
class Option:
    """One answer: its word, how it reads, and what speaks for it or what it would give."""

    value: str
    label: str
    reason: str = ""


@dataclass(frozen=True)
class Question:
    """Something only a person knows. `needed`: the plan cannot be confirmed while it is open.

    `waits`: a plan with nothing to store waits for the answer; else it ends all the same.
    `suggested` is the answer that is taken as long as nobody gives another (and it is not `needed`).
    `examples` are cells of the sheet, `rows` how many rows hang on it. `others`: besides the options, what
    else may be answered: empty for nothing, else a kind of records (`centre`) for the key of any.
    """

    key: str
    code: str
    message: str
    options: tuple[Option, ...]
    suggested: str = ""
    needed: bool = False
    waits: bool = True
    examples: tuple[str, ...] = ()
    others: str = ""
    params: dict = field(default_factory=dict)

    def as_json(self) -> dict:
        """As runs keep it and the API shows it."""
        found = asdict(self)
        return found | {"options": [asdict(one) for one in self.options], "examples": list(self.examples)}


def may_be_answered(question: dict, value: str, user=None) -> bool:
    """Whether `value` answers `question`, as runs keep it. `user` None: the house itself, which sees all."""
    if value in {option["value"] for option in question["options"]}:
        return True
    record = all_records().get(question["others"])
    if record is None:
        return False
    stored = record.stored().filter(**{record.key: value})
    return (stored.visible_to(user) if user else stored).exists()


def date_key(column: str) -> str:
    """Under which it stands in which order the dates of `column` are."""
    return f"date:{column}"


def how_to_read(column: str, choices: Mapping[str, str]) -> dict[str, str]:
    """`order` and `system` for the cells of `column`, by what was settled or answered."""
    return {"order": choices.get(date_key(column), DAY_FIRST), "system": choices.get(DATE_SYSTEM, "1900")}
