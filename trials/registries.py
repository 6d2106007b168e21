"""Which public registry exported a file, told by its headers, whatever the file is called.

The labels are those seen in exports of 2020 to 2026. Somebody's own sheet may borrow a few of them.
"""

from directory.core.text import squash, tidy

from .ctgov import CtgovSheet
from .ctgov_json import CtgovJsonSheet
from .registry_files.base import RegistrySheet
from .registry_files.classic import ClassicSheet
from .registry_files.ctis import CtisSheet
from .registry_files.euctr import EuctrSheet
from .registry_files.ictrp import IctrpSheet
from .registry_files.isrctn import IsrctnSheet
from .sheets import SiteSheet, TrialSheet

SPEAKER = "speaker"  # the key in a run's choices of who says what its rows say
SHEETS: tuple[type[RegistrySheet], ...] = (
    CtgovSheet, CtgovJsonSheet, ClassicSheet, CtisSheet, IctrpSheet, IsrctnSheet, EuctrSheet,
)  # fmt: skip
_OURS = {*TrialSheet.by_header(), *SiteSheet.by_header()}


def sheet_of(header: list[str]) -> type[RegistrySheet] | None:
    """The sheet of the registry that wrote a header; None where nobody knows of one that did.

    The header of its number and most of the rest are spelt as the registry spells them, and one of them is a
    label of several words that no sheet of ours has; or the whole header is the registry's.
    """
    seen = [tidy(one) for one in header if tidy(one)]
    best = max(SHEETS, key=lambda sheet: _score(seen, sheet))
    return best if _score(seen, best) else None


def _score(seen: list[str], sheet: type[RegistrySheet]) -> int:
    known = [one for one in seen if one in sheet.labels()]
    if sheet.is_json:
        return 0 if sheet.number_labels().isdisjoint(known) else len(known)
    if sheet.number_labels().isdisjoint(known) or len(known) < max(2, len(seen) / 2):
        return 0
    is_its_own = sheet.is_spelt_alone or len(known) == len(seen) or any(map(_is_telling, known))
    return len(known) if is_its_own else 0


def _is_telling(label: str) -> bool:
    """Of several words, and of no sheet of ours."""
    return not label.isalnum() and squash(label) not in _OURS
