"""For which diseases a trial is, by what is recorded of it.

Its list of diseases and its classes of ICCC-3 come before the words of its title. A title adds nothing to a
list: it only says more exactly what the list says widely (`Lymphoma`, of a trial for Burkitt lymphoma).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from directory.core.text import squash

from .concepts import vocabulary
from .kinship import NO_DISEASE, classes_of, families, is_kind_of, meet

_ANY_CANCER = frozenset(
    map(squash, (
        "neoplasm", "neoplasms", "malignant neoplasm", "malignant neoplasms", "cancer", "malignancy",
        "malignancies", "all tumor types", "all tumour types",
    ))
)  # fmt: skip
_CHILDHOOD_CANCER = squash("childhood cancer")


def recorded_diseases(
    listed: Sequence[str], titles: Sequence[str], codes: Sequence[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The diseases that a trial takes by their name; and the families of which it takes those of `codes`.

    `listed`: its disease terms. A family that no recorded class meets is taken whole.
    """
    in_list = frozenset().union(*map(_diseases_of_term, listed))
    in_title = frozenset().union(*map(_diseases_of_title, titles))
    said = _by_list(in_list, in_title, codes) if in_list else _by_title(in_title, codes)
    bounded = frozenset(one for one in said if one in families() and meet(classes_of(one), codes))
    return said - bounded, bounded


def _by_list(in_list: frozenset[str], in_title: frozenset[str], codes: Sequence[str]) -> frozenset[str]:
    more_exactly = frozenset().union(*(_more_exactly(one, in_title) for one in in_list))
    return frozenset(one for one in more_exactly if not _is_too_wide(one, in_title, codes))


def _by_title(in_title: frozenset[str], codes: Sequence[str]) -> frozenset[str]:
    return frozenset(one for one in in_title if not codes or _is_of_classes(one, codes))


def _more_exactly(one: str, in_title: frozenset[str]) -> frozenset[str]:
    """`one` of the list, or its kinds in the title, where that does not say `one` or wider as well."""
    if any(is_kind_of(one, other) for other in in_title):
        return frozenset({one})
    return frozenset(other for other in in_title if is_kind_of(other, one)) or frozenset({one})


def _is_too_wide(one: str, in_title: frozenset[str], codes: Sequence[str]) -> bool:
    """Whether `one` is a family outside all recorded classes of which the title does not speak, either."""
    if one not in families() or not codes or meet(classes_of(one), codes):
        return False
    return bool(in_title) and not any(is_kind_of(one, other) or is_kind_of(other, one) for other in in_title)


def _is_of_classes(one: str, codes: Sequence[str]) -> bool:
    """Whether a disease of the title lies within the recorded classes, as far as it has any."""
    return not classes_of(one) or meet(classes_of(one), codes)


@lru_cache(maxsize=10_000)
def _diseases_of_title(text: str) -> frozenset[str]:
    return frozenset(vocabulary().diseases_in(text)) - NO_DISEASE


@lru_cache(maxsize=10_000)
def _diseases_of_term(text: str) -> frozenset[str]:
    """As registries write it, also the other way round: `Leukemia, Myeloid, Acute`."""
    if squash(text) in _ANY_CANCER:
        return frozenset({_CHILDHOOD_CANCER})
    # In capitals throughout, `ALL` is no abbreviation.
    doubtful = " " not in text.strip() or not text.isupper()
    found = _diseases_read(text, doubtful=doubtful)
    turned = _diseases_read(" ".join(reversed(text.split(","))), doubtful=doubtful) if "," in text else found
    is_inverted = turned and all(_has_kind_in(one, turned) for one in found - turned)
    return turned if is_inverted else found


def _diseases_read(text: str, *, doubtful: bool) -> frozenset[str]:
    return frozenset(vocabulary().diseases_in(text, doubtful=doubtful)) - NO_DISEASE


def _has_kind_in(one: str, others: Iterable[str]) -> bool:
    return any(is_kind_of(other, one) for other in others)
