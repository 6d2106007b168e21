"""What the records of this app are to the change log and to undo."""

from directory.core.text import fold
from directory.records import Record, put_rows

from .models import Affiliation, Centre, CentreAlias, Membership, Network, Professional
from .undo import AffiliationUndo, ProfessionalUndo


def _put_aliases(changed):
    """Put back what lies beside the columns of centres."""
    aliases = {centre.pk: values["aliases"] for centre, values in changed if "aliases" in values}
    put_rows(CentreAlias, "centre", aliases, folded=lambda one: fold(one["text"]))


CENTRE = Record(Centre, key="code", beside=frozenset({"aliases"}), put_beside=_put_aliases)
NETWORK = Record(Network, key="slug")
PROFESSIONAL = Record(Professional, key="pk", undo=ProfessionalUndo())
MEMBERSHIP = Record(Membership)
AFFILIATION = Record(Affiliation, undo=AffiliationUndo())
RECORDS = (CENTRE, NETWORK, PROFESSIONAL, MEMBERSHIP, AFFILIATION)
