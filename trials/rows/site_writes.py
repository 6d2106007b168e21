"""What a row of sites writes: the site, a statement, the draft of its trial, and the people it names."""

from collections.abc import Iterator

from centres.models import Affiliation
from centres.rows.people import CONTACT, People
from directory.imports.rows.checking import Write, unsaved
from directory.imports.rows.result import RowResult

from .. import statements
from .trial_writes import writes_of


def writes_of_site(result: RowResult, sheet, people: People) -> Iterator[Write]:
    """Every record of a good row, with the columns that it comes from."""
    work = result.work
    if work.draft:
        yield from writes_of(work.draft, result, sheet, {}, shared=work.draft, joins=work.is_sent)
    derived = statements.DERIVED if work.statement else ()
    yield Write(work.site, "centre_code", [*work.attributes, *derived])
    if work.statement:
        yield Write(work.statement, "status")
    for person, changed, place, function in work.people:
        column = "contact_name" if function == CONTACT else "pi_name"
        yield Write(person, column, changed, {"name": column}, shared=person)
        if not people.is_at(person, place, function):
            place_of_work = unsaved(Affiliation, professional=person, centre_id=place.id, function=function)
            yield Write(place_of_work, column, shared=person)
