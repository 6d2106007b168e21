"""What an empty cell over a stored value means: it keeps it, unless a person says otherwise."""

from collections import Counter

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .questions import Option, Question

KEY, KEEP, CLEAR = "blank", "keep", "clear"


def questions(blanks: Counter[str]) -> list[Question]:
    """The question of a plan with `blanks` (by column) over stored values; none where there are none.

    Nothing waits for it: as long as nobody answers, everything stays.
    """
    number = blanks.total()
    if not number:
        return []
    message = ngettext(
        "%(number)d cell is empty where a value is stored (%(columns)s). What does that mean?",
        "%(number)d cells are empty where values are stored (%(columns)s). What does that mean?",
        number,
    ) % {"number": number, "columns": ", ".join(f"{name}: {many}" for name, many in blanks.most_common())}
    cleared = ngettext("%d stored value would be cleared.", "%d stored values would be cleared.", number)
    options = (
        Option(KEEP, _("Keep the stored values"), _("An empty cell is one that nobody filled in.")),
        Option(CLEAR, _("Clear the stored values"), cleared % number),
    )
    return [
        Question(
            KEY, "blank", message, options, suggested=KEEP, waits=False,
            params={"number": number, "columns": dict(blanks)},
        )
    ]  # fmt: skip
