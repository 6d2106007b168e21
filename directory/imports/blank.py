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
        "%(number)d empty cell stands over a stored value (%(columns)s). What does it mean?",
        "%(number)d empty cells stand over stored values (%(columns)s). What do they mean?",
        number,
    ) % {"number": number, "columns": ", ".join(f"{name}: {many}" for name, many in blanks.most_common())}
    cleared = ngettext("%d stored value would be cleared.", "%d stored values would be cleared.", number)
    options = (
        Option(KEEP, _("They keep what is stored"), _("An empty cell is one that nobody filled in.")),
        Option(CLEAR, _("They clear what is stored"), cleared % number),
    )
    return [
        Question(
            KEY, "blank", message, options, suggested=KEEP, waits=False,
            params={"number": number, "columns": dict(blanks)},
        )
    ]  # fmt: skip
