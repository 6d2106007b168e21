"""What the records of this app are to the change log, to undo and to the documents."""

from directory.core.text import fold
from directory.records import Documents, Record, if_listed, put_rows

from .choices import AliasKind
from .documents import centres, networks
from .filters import CentreFilterSet, NetworkFilterSet
from .models import Affiliation, Centre, CentreAlias, Membership, Network, Professional
from .undo import AffiliationUndo, ProfessionalUndo


def _put_aliases(changed):
    """Put back what lies beside the columns of centres."""
    aliases = {centre.pk: values["aliases"] for centre, values in changed if "aliases" in values}
    put_rows(CentreAlias, "centre", aliases, folded=lambda one: fold(one["text"]))


def _public_centre(side):
    """Spellings learned from sheets are not shown."""
    aliases = [one for one in side.get("aliases") or () if one["kind"] != AliasKind.LEARNED]
    return if_listed({**side, "aliases": aliases})


def _public_person(side):
    """Whom to ask, as long as the consent lasts."""
    if not side.get("consent_given_on") or side.get("consent_withdrawn_on"):
        return None
    return {name: side[name] for name in ("name", "email", "phone")}


CENTRE = Record(
    Centre, key="code", beside=frozenset({"aliases"}), put_beside=_put_aliases,
    documents=Documents(centres, CentreFilterSet), public=_public_centre,
)  # fmt: skip
NETWORK = Record(Network, key="slug", documents=Documents(networks, NetworkFilterSet))
PROFESSIONAL = Record(Professional, key="pk", undo=ProfessionalUndo(), public=_public_person)
MEMBERSHIP = Record(Membership, shown_with=("network", "centre"))
AFFILIATION = Record(Affiliation, undo=AffiliationUndo())
RECORDS = (CENTRE, NETWORK, PROFESSIONAL, MEMBERSHIP, AFFILIATION)
