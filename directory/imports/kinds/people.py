"""Contacts and investigators that a row of sites names: who they are, and what may be kept of them."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from centres.matching import Place
from centres.models import Affiliation, Centre, Professional
from directory.core.text import fold

from .storing import BATCH, Ledger, upsert
from .verdicts import Scope, Verdict

CONTACT, INVESTIGATOR = "trial contact", "principal investigator"
_CONSENT = ("consent_given_on", "consent_recorded_by", "consent_evidence")


class People:
    """Professionals by e-mail and by name at a centre; the new ones of this file among them.

    A coordinator's sheet finds only people of their centres: an address typed in a sheet must not open the
    record of somebody elsewhere.
    """

    def __init__(self, scope: Scope):
        self.scope = scope
        self._by_email: dict[str, list[Professional]] = defaultdict(list)
        self._by_name: dict[tuple[int, str], Professional] = {}
        self._at: set[tuple[int, int, str]] = set()  # (id of the person object, centre, function)
        self._read_centres: set[int] = set()
        self._read_emails: set[str] = set()
        self._people: dict[int, Professional] = {}
        self._refused: set[int] = set()

    def look_up(self, emails: Iterable[str], centre_ids: Iterable[int]) -> None:
        """Fetch who a chunk of rows can mean, in two queries; none for what was asked before."""
        centres = {one for one in centre_ids if self.scope.may_touch(one)} - self._read_centres
        self._read_centres |= centres
        if centres:
            for one in (
                Affiliation.objects.filter(centre__in=centres).select_related("professional").order_by("pk")
            ):
                person = self._keep(one.professional)
                self._by_name.setdefault((one.centre_id, fold(person.name)), person)
                self._at.add((id(person), one.centre_id, one.function))
        emails = {email.casefold() for email in emails} - self._read_emails
        self._read_emails |= emails
        if emails and self.scope.centres is None:
            known = Professional.objects.annotate(address=Lower("email")).filter(address__in=emails)
            for person in known.order_by("pk"):
                self._keep(person)

    def _keep(self, person: Professional) -> Professional:
        """One object a person, however often they are fetched."""
        if person.pk not in self._people:
            self._people[person.pk] = person
            if person.email:
                self._by_email[person.email.casefold()].append(person)
        return self._people[person.pk]

    def fetch(self, pks: Iterable[int]) -> None:
        """Fetch people by pk, in one query."""
        missing = set(pks) - set(self._people) - {None}
        for person in Professional.objects.filter(pk__in=missing) if missing else ():
            self._keep(person)

    def get(self, pk: int | None) -> Professional | None:
        return self._people.get(pk) if pk else None

    def find(self, name: str, email: str, place: Place, current: int | None = None) -> Professional:
        """The person of that address and name, else of that name at the centre, else a new one.

        `current`: the pk of whom the site names now, who need not be known at the centre. A coordinator's
        sheet means only people of their centres.
        """
        for person in self._by_email.get(email.casefold(), ()) if email else ():
            if fold(person.name) == fold(name):
                return person
        key = (place.id, fold(name))
        named = self.get(current) if self.scope.centres is None else None
        if key not in self._by_name and named and fold(named.name) == fold(name):
            return named
        if key not in self._by_name:
            self._by_name[key] = Professional(name=name)
        return self._by_name[key]

    def may_be_meant(self, person: Professional, place: Place) -> bool:
        """Whether a sheet of this scope speaks of `person`: for a coordinator, of those at the centre."""
        if self.scope.centres is None:
            return True
        return any(who == id(person) and centre == place.id for who, centre, _function in self._at)

    def by_email(self, email: str) -> Professional | None:
        """The one person known by that address, None where there are several."""
        found = self._by_email.get(email.casefold(), ())
        return found[0] if len(found) == 1 else None

    def learn(self, person: Professional, verdict: Verdict, given: bool | None, **said: str) -> list[str]:
        """Set what the row says of a person; returns the attributes that changed.

        A consent covers what was known when it was given: with other details it ends, unless this row says
        yes to them. The change log keeps what it was.
        """
        was_public, before = person.may_be_published, (person.email.casefold(), person.phone)
        changed = [name for name, value in said.items() if value and getattr(person, name) != value]
        for name in changed:
            verdict.change(f"contact_{name}", getattr(person, name), said[name])
            setattr(person, name, said[name])
        if "email" in changed:
            self._by_email[person.email.casefold()].append(person)
        if was_public and before != (person.email.casefold(), person.phone):
            changed += self._renewed(person, verdict) if given else self._ended(person, verdict, given)
        return changed

    def _renewed(self, person, verdict) -> list[str]:
        person.consent_given_on, person.consent_recorded_by = self.scope.day, self.scope.role
        person.consent_evidence = evidence(self.scope, verdict)
        return list(_CONSENT)

    def _ended(self, person, verdict, given) -> list[str]:
        if given is False:
            return []  # `consent` withdraws it
        verdict.change("consent_to_publish", "yes", "")
        verdict.note(
            "consent_to_publish",
            _("The consent was for the former address: the contact is hidden until consent is given again."),
        )
        person.consent_given_on, person.consent_recorded_by, person.consent_evidence = None, "", ""
        return list(_CONSENT)

    def consent(self, person: Professional, verdict: Verdict, given: bool | None) -> list[str]:
        """Only an explicit yes is a consent, only an explicit no withdraws it; a withdrawn one stays so."""
        column = "consent_to_publish"
        if given is False:
            self._refused.add(id(person))
        if given and id(person) in self._refused:
            verdict.note(column, _("Another row says no for the same person: no consent is recorded."))
        elif given and person.consent_withdrawn_on:
            verdict.note(
                column,
                _("The consent of this person was withdrawn. A sheet does not renew it: record the new "
                  "consent in the admin, with its evidence."),
            )  # fmt: skip
        elif given and not person.consent_given_on:
            verdict.change(column, "", "yes")
            return self._renewed(person, verdict)
        elif given is False and person.may_be_published:
            verdict.change(column, "yes", "no")
            person.consent_withdrawn_on = self.scope.day
            return ["consent_withdrawn_on"]
        return []

    # Storing

    def is_at(self, person: Professional, place: Place, function: str) -> bool:
        return (id(person), place.id, function) in self._at

    def store(self, people: list[tuple[Professional, list[str], Place, str]], ledger: Ledger) -> None:
        """Write `(person, changed attributes, centre, function)`, with affiliations, and their changes."""
        unique = {id(person): person for person, _changed, _place, _function in people}
        new = [one for one in unique.values() if not one.pk]
        changed = {id(person) for person, attributes, _place, _function in people if attributes}
        old = [one for key, one in unique.items() if one.pk and key in changed]
        for start in range(0, len(old), BATCH):
            ledger.watch(Professional, [one.pk for one in old[start : start + BATCH]])
        Professional.objects.bulk_create(new, batch_size=BATCH)
        upsert(old, [name for _person, attributes, _place, _function in people for name in attributes])
        for start in range(0, len(new) + len(old), BATCH):
            ledger.record([*new, *old][start : start + BATCH])
        self._affiliate(people, ledger)

    def _affiliate(self, people, ledger):
        wanted = {
            (id(person), place.id, function): (person, place, function)
            for person, _changed, place, function in people
            if not self.is_at(person, place, function)
        }
        made = [
            Affiliation(professional=person, centre=Centre(pk=place.id, code=place.code), function=function)
            for person, place, function in wanted.values()
        ]
        Affiliation.objects.bulk_create(made, batch_size=BATCH)
        for start in range(0, len(made), BATCH):
            ledger.record(made[start : start + BATCH])
        self._at |= set(wanted)


def evidence(scope: Scope, verdict: Verdict) -> str:
    """Where a status or a consent comes from: a row of a sheet."""
    return _("row %(row)d of %(file)s") % {"row": verdict.number, "file": scope.file_name[:200]}
