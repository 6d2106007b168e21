"""What the dates of each column tell of their order, counted while the rows stream by."""

import re
from collections import defaultdict

EXAMPLES = 3
_TWO_FIRST = re.compile(r"^\s*(\d{1,2})[/.\- ](\d{1,2})[/.\- ]\d{4}(?:[T ]0{1,2}:00(?::00)?)?\s*$")


class Dates:
    """Counts `13/04/2026` as day first, `04/13/2026` as month first, `03/04/2026` as either; by column."""

    def __init__(self):
        self._columns: dict[int, dict] = defaultdict(
            lambda: {
                "day": 0,
                "month": 0,
                "either": 0,
                "examples": [],
                "day_example": "",
                "month_example": "",
            }
        )

    def see(self, cells: list[str]) -> None:
        for place, cell in enumerate(cells):
            # A date of this form has eight characters at least; most cells are done with here.
            if 8 <= len(cell) <= 30 and (found := _TWO_FIRST.match(cell)):
                self._count(self._columns[place], cell.strip(), int(found[1]), int(found[2]))

    def _count(self, column: dict, cell: str, first: int, second: int) -> None:
        if first > 12 >= second:
            column["day"] += 1
            column["day_example"] = column["day_example"] or cell
        elif second > 12 >= first:
            column["month"] += 1
            column["month_example"] = column["month_example"] or cell
        elif first != second and first <= 12:
            column["either"] += 1
            if len(column["examples"]) < EXAMPLES and cell not in column["examples"]:
                column["examples"].append(cell)

    def found(self) -> dict[int, dict]:
        return dict(self._columns)
