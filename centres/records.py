"""What the records of this app are to the change log and to undo."""

from collections import defaultdict

from directory.core.text import fold
from directory.records import Record

from .models import Affiliation, Centre, CentreAlias, Membership, Network, Professional
from .undo import AffiliationUndo, ProfessionalUndo


def _put_aliases(changed):
    """Put back what lies beside the columns of centres."""
    wanted = [(centre, values["aliases"]) for centre, values in changed if "aliases" in values]
    known = defaultdict(dict)
    for one in CentreAlias.objects.filter(centre__in=[centre.pk for centre, _values in wanted]):
        known[one.centre_id][one.text, one.kind] = one.pk
    said = {centre.pk: {(one["text"], one["kind"]) for one in values} for centre, values in wanted}
    gone = [pk for centre, held in known.items() for one, pk in held.items() if one not in said[centre]]
    CentreAlias.objects.filter(pk__in=gone).delete()
    CentreAlias.objects.bulk_create(
        CentreAlias(centre_id=pk, text=text, folded=fold(text), kind=kind)
        for pk, several in said.items()
        for text, kind in sorted(several - set(known[pk]))
    )


CENTRE = Record(Centre, key="code", beside=frozenset({"aliases"}), put_beside=_put_aliases)
NETWORK = Record(Network, key="slug")
PROFESSIONAL = Record(Professional, key="pk", undo=ProfessionalUndo())
MEMBERSHIP = Record(Membership)
AFFILIATION = Record(Affiliation, undo=AffiliationUndo())
RECORDS = (CENTRE, NETWORK, PROFESSIONAL, MEMBERSHIP, AFFILIATION)
