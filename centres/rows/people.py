"""Contacts and investigators that a row of sites names: who they are, and what may be kept of them."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from directory.core.text import fold
from directory.imports.rows.result import RowResult, shown
from directory.imports.rows.storing import ChangeRecorder, batches
from directory.imports.scope import Scope

from ..matching import CentreRef
from ..models import Affiliation, Centre, Professional

CONTACT, INVESTIGATOR = "trial contact", "principal investigator"
_CONSENT = ("consent_given_on", "consent_recorded_by", "consent_evidence")


class People:
    """Professionals by e-mail and by name at a centre; the new ones of this file among them.

    Only whom the scope may see is ever fetched, for whatever row: of a coordinator's sheet the people of
    their centres. An address typed in a sheet must not open the record of somebody elsewhere.
    """

    def __init__(self, scope: Scope):
        self.scope = scope
        functions = Affiliation.objects.filter(professional=OuterRef("pk"))
        everybody = Professional.objects.annotate(is_settled=Exists(functions))
        self._visible = everybody if scope.centres is None else everybody.known_at(scope.centres)
        self._by_email: dict[str, list[Professional]] = defaultdict(list)
        self._by_name: dict[tuple[int, str], Professional] = {}
        self._at: set[tuple[int, int, str]] = set()  # (id of the person object, centre, function)
        self._was: set[tuple[int, int]] = set()  # the same whatever the function
        self._works: set[tuple[int, int]] = set()  # the same of functions that have not ended
        self._read_centres: set[int] = set()
        self._read_emails: set[str] = set()
        self._people: dict[int, Professional] = {}
        self._refused: set[int] = set()

    def look_up(
        self, emails: Iterable[str], centre_ids: Iterable[int], pks: Iterable[int | None] = ()
    ) -> None:
        """Fetch who a chunk of rows can mean, in three queries; none for what was asked before.

        `pks`: whom the sites of the rows name now.
        """
        centres = set(centre_ids) - self._read_centres
        self._read_centres |= centres
        if centres:
            found = self.scope.own(Affiliation.objects.filter(centre__in=centres))
            for one in found.select_related("professional").order_by("pk"):
                self._keep_affiliation(one)
        emails = {email.casefold() for email in emails} - self._read_emails
        self._read_emails |= emails
        known = self._visible.annotate(address=Lower("email")).filter(address__in=emails) if emails else ()
        missing = set(pks) - set(self._people) - {None}
        for person in known and known.order_by("pk"):
            self._keep(person)
        for person in self._visible.filter(pk__in=missing) if missing else ():
            self._keep(person)

    def _keep_affiliation(self, one: Affiliation) -> None:
        person = self._keep(one.professional)
        key, here = (one.centre_id, fold(person.name)), (id(person), one.centre_id)
        self._at.add((*here, one.function))
        self._was.add(here)
        if one.until is None or one.until >= self.scope.day:
            self._works.add(here)
        # Of two of one name it is whoever works there.
        known = self._by_name.setdefault(key, person)
        if here in self._works and (id(known), one.centre_id) not in self._works:
            self._by_name[key] = person

    def _keep(self, person: Professional) -> Professional:
        """One object a person, however often they are fetched."""
        if person.pk not in self._people:
            self._people[person.pk] = person
            if person.email:
                self._by_email[person.email.casefold()].append(person)
        return self._people[person.pk]

    def get(self, pk: int | None) -> Professional | None:
        """The person of that pk, None for nobody and for whom the scope may not see."""
        return self._people.get(pk) if pk else None

    def find(self, name: str, email: str, place: CentreRef, current: int | None = None) -> Professional:
        """The person of that address and name, else of that name at the centre, else a new one.

        `current`: the pk of whom the site names now, who need not be known at the centre.
        """
        for person in self._of_address(email):
            if fold(person.name) == fold(name):
                return person
        key = (place.id, fold(name))
        named = self.get(current)
        if key not in self._by_name and named and fold(named.name) == fold(name):
            return named
        if key not in self._by_name:
            self._by_name[key] = Professional(name=name)
            self._by_name[key].is_settled = False
        return self._by_name[key]

    def by_email(self, email: str, place: CentreRef, current: int | None) -> Professional | None:
        """The one person of that address who works at the centre, or whom the site names now.

        None where there are several: an address alone means nobody elsewhere.
        """
        every = self._of_address(email)
        found = [one for one in every if one.pk and one.pk == current]
        found = found or [one for one in every if self._works_at(one, place)]
        return found[0] if len(found) == 1 else None

    def is_known(self, email: str) -> bool:
        """Whether it is the address of somebody whom the scope may see."""
        return bool(self._of_address(email))

    def _of_address(self, email: str) -> list[Professional]:
        wanted = email.casefold()
        return [one for one in self._by_email.get(wanted, ()) if one.email.casefold() == wanted]

    def _works_at(self, person: Professional, place: CentreRef) -> bool:
        """New people work where a row names them."""
        if person.pk is None:
            return self._by_name.get((place.id, fold(person.name))) is person
        return (id(person), place.id) in self._works

    def has_left(self, person: Professional, place: CentreRef) -> bool:
        """Whether all that the person did at the centre has ended: they may be another centre's by now."""
        return (id(person), place.id) in self._was and not self._works_at(person, place)

    def is_beyond(self, person: Professional, place: CentreRef) -> bool:
        """Whether the person has left a coordinator's centre, who then says nothing more of them.

        To be named there would make them work there again, and the next sheet could speak for them.
        """
        return self.scope.centres is not None and self.has_left(person, place)

    def heard(
        self, person: Professional, result: RowResult, given: bool | None, place: CentreRef, *, by_name: bool,
        current: int | None,
    ) -> bool | None:  # fmt: skip
        """What the row says of consent, as far as it may: a no always, a yes only by name and only of a
        centre where the person works, or whose site names them (`current`) where no centre is known."""
        if not given or person.pk is None:
            return given
        is_named = person.pk == current and not _is_settled(person)
        is_here = is_named or self._works_at(person, place)
        if is_here and by_name:
            return given
        if is_here:
            sentence = _("An e-mail address alone gives no consent: write the person's name as well.")
        else:
            sentence = _(
                "We have no record that %(name)s works at %(centre)s, so this row records no consent. "
                "Record it in a row of the centre where they work, or in the admin."
            ) % {"name": shown(person.name), "centre": place.code}
        if not person.may_be_published:
            result.note("consent_to_publish", sentence)
        return None

    def learn(self, person: Professional, result: RowResult, given: bool | None, **said: str) -> list[str]:
        """Set what the row says of a person; returns the attributes that changed.

        A consent covers what was known when it was given: with other details it ends, unless this row says
        yes to them. The change log keeps what it was.
        """
        was_public, before = person.may_be_published, (person.email.casefold(), person.phone)
        changed = [name for name, value in said.items() if value and getattr(person, name) != value]
        result.touch(person)
        for name in changed:
            result.change(f"contact_{name}", getattr(person, name), said[name])
            setattr(person, name, said[name])
        if "email" in changed:
            self._by_email[person.email.casefold()].append(person)
        if was_public and before != (person.email.casefold(), person.phone):
            changed += self._renewed(person, result) if given else self._ended(person, result, given)
        return changed

    def _renewed(self, person, result) -> list[str]:
        person.consent_given_on, person.consent_recorded_by = self.scope.day, self.scope.role
        person.consent_evidence = evidence(self.scope, result)
        return list(_CONSENT)

    def _ended(self, person, result, given) -> list[str]:
        if given is False:
            return []  # `consent` withdraws it
        result.change("consent_to_publish", "yes", "")
        result.note(
            "consent_to_publish",
            _(
                "The consent was for the previous address: the contact is hidden until consent is given "
                "again."
            ),
        )
        person.consent_given_on, person.consent_recorded_by, person.consent_evidence = None, "", ""
        return list(_CONSENT)

    def consent(self, person: Professional, result: RowResult, given: bool | None) -> list[str]:
        """Only an explicit yes is a consent, only an explicit no withdraws it; a withdrawn one stays so."""
        column = "consent_to_publish"
        result.touch(person)
        if given is False:
            self._refused.add(id(person))
        if given and id(person) in self._refused:
            result.note(column, _("Another row says “no” for the same person, so no consent is recorded."))
        elif given and person.consent_withdrawn_on:
            result.note(
                column,
                _(
                    "This person withdrew consent. A sheet cannot renew it: record the new consent in the "
                    "admin, with its evidence."
                ),
            )  # fmt: skip
        elif given and not person.consent_given_on:
            result.change(column, "", "yes")
            return self._renewed(person, result)
        elif given is False and person.may_be_published:
            result.change(column, "yes", "no")
            person.consent_withdrawn_on = self.scope.day
            return ["consent_withdrawn_on"]
        return []

    # Storing

    def is_at(self, person: Professional, place: CentreRef, function: str) -> bool:
        return (id(person), place.id, function) in self._at

    def store(
        self, people: list[tuple[Professional, dict, CentreRef, str]], recorder: ChangeRecorder
    ) -> None:
        """Write `(person, changed values by attribute, centre, function)`, with affiliations and changes.

        What other rows said of a person, which are not stored, is not stored either.
        """
        unique = {id(person): person for person, _changed, _place, _function in people}
        _read_again(unique.values())
        changed, names = set(), set()
        for person, values, _place, _function in people:
            for name, value in values.items():
                setattr(person, name, value)
                changed.add(id(person))
                names.add(name)
        for batch in batches(one for key, one in unique.items() if not one.pk or key in changed):
            recorder.write(batch, names)
        self._affiliate(people, recorder)

    def _affiliate(self, people, recorder):
        """Note where people work; of one who is known to work elsewhere, or to have left, no sheet says so.

        Else the next sheet could give a consent through that centre.
        """
        wanted = {
            (id(person), place.id, function): (person, place, function)
            for person, _changed, place, function in people
            if not self.is_at(person, place, function)
            and (self._works_at(person, place) or not _is_settled(person))
        }
        made = [
            Affiliation(professional=person, centre=Centre(pk=place.id, code=place.code), function=function)
            for person, place, function in wanted.values()
        ]
        for batch in batches(made):
            recorder.write(batch)
        self._at |= set(wanted)


def _read_again(people: Iterable[Professional]) -> None:
    """Let each be as it is stored, or as new as it was."""
    stored = Professional.objects.in_bulk([one.pk for one in people if one.pk])
    for one in people:
        whole = stored.get(one.pk, one) if one.pk else Professional(name=one.name)
        one.__dict__.update(whole.__dict__)


def _is_settled(person: Professional) -> bool:
    """Whether it is known of the person where they work, or worked. Not asked of who was found by it."""
    return getattr(person, "is_settled", True)


def evidence(scope: Scope, result: RowResult) -> str:
    """Where a status or a consent comes from: a row of a sheet."""
    return _("row %(row)d of %(file)s") % {"row": result.number, "file": scope.file_name[:200]}
