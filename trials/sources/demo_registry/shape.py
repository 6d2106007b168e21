"""What both forms of a record have in common."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """A row of the demo's sheet of trials, and of each of its sites the row and that of its centre."""

    row: dict[str, str]
    sites: list[tuple[dict[str, str], dict[str, Any]]]

    def several(self, column: str, separator: str = ";") -> list[str]:
        return [one.strip() for one in self.row[column].split(separator) if one.strip()]

    def whole_day(self, column: str) -> str:
        """The date of `column` where it is a whole day; what is known by month only is no day."""
        return self.row[column] if len(self.row[column]) == 10 else ""


def said(value: Any) -> Any:
    """`value` without what nobody said: no empty text, list or object, no null; false and 0 are said."""
    if isinstance(value, dict):
        kept = {key: said(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in ("", None, [], {})}
    if isinstance(value, list):
        return [one for one in map(said, value) if one not in ("", None, [], {})]
    return value


def found(value: Any, *path: str) -> Any:
    """What lies at `path` in objects within objects; None where one of them is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def texts(value: Any) -> list[str]:
    """Every text in `value`, at any depth."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in texts(one)]
