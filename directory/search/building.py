"""The documents of each kind of record, built once per change.

Built set-wise: a batch of any size takes the same number of queries. Only what the public may see is in them:
listed records, and a person only with consent.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from centres.models import Centre, Network
from directory.core.models import Listed, State
from trials.models import Trial

from .documents import Document
from .documents_centres import centres, networks
from .documents_trials import trials

BATCH = 200
# kind: (its records, the field that holds their keys, the documents of such keys)
_KINDS: dict[str, tuple[type[Listed], str, Callable[[list[str]], Iterator[Document]]]] = {
    "trial": (Trial, "slug", trials),
    "centre": (Centre, "code", centres),
    "network": (Network, "slug", networks),
}
KINDS = tuple(_KINDS)


def all_keys(kind: str) -> list[str]:
    """The keys of all listed records of `kind`, in order."""
    model, key, _documents = _KINDS[kind]
    listed = model._default_manager.filter(state=State.LISTED)
    return list(listed.order_by(key).values_list(key, flat=True))


def build(kind: str, keys: Iterable[str]) -> Iterator[Document]:
    """The documents of those of `keys` that are listed, in batches."""
    _model, _key, documents = _KINDS[kind]
    keys = iter(keys)
    while batch := list(islice(keys, BATCH)):
        yield from documents(batch)
