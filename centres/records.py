"""What the records of this app are to the change log, to undo and to the documents."""

from directory.core.text import fold
from directory.records import Documents, Record, put_rows

from .documents import centres, networks
from .filters import CentreFilterSet, NetworkFilterSet
from .models import Affiliation, Centre, CentreAlias, Membership, Network, Professional
from .undo import AffiliationUndo, ProfessionalUndo


def _put_aliases(changed):
    """Put back what lies beside the columns of centres."""
    aliases = {centre.pk: values["aliases"] for centre, values in changed if "aliases" in values}
    put_rows(CentreAlias, "centre", aliases, folded=lambda one: fold(one["text"]))


CENTRE = Record(
    Centre, key="code", beside=frozenset({"aliases"}), put_beside=_put_aliases,
    documents=Documents(centres, CentreFilterSet),
)  # fmt: skip
NETWORK = Record(Network, key="slug", documents=Documents(networks, NetworkFilterSet))
PROFESSIONAL = Record(Professional, key="pk", undo=ProfessionalUndo())
MEMBERSHIP = Record(Membership, shown_with=("network", "centre"))
AFFILIATION = Record(Affiliation, undo=AffiliationUndo())
RECORDS = (CENTRE, NETWORK, PROFESSIONAL, MEMBERSHIP, AFFILIATION)
