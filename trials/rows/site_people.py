"""What a row of sites says of its contact and its investigator."""

from django.utils.translation import gettext as _

from centres.models import Professional
from centres.rows.people import CONTACT, INVESTIGATOR, People
from directory.imports.rows.processor import RowProcessor
from directory.imports.rows.result import shown


class NamesPeople(RowProcessor):
    """A processor of sites: who they name, what becomes of these people, and of whom the row's consent is."""

    people: People

    def _resolve_people(self, result, work):
        values, site, place = result.values, work.site, work.place
        contact = self._contact(result, site, place)
        says_more = {"contact_email", "contact_phone", "consent_to_publish"} & set(values)
        if not says_more and self._unlinks(result, work, "contact_person", "contact_name"):
            contact = None
        if result.is_bad:
            return
        if contact is not None:
            changed = self._hear_contact(result, site, place, contact)
            self._link(result, work, contact, changed, "contact_person", "contact_name", CONTACT)
        if name := values.get("pi_name"):
            person = self.people.find(name, "", place, site.investigator_id)
            changed = self._hear_investigator(result, site, place, person, contact)
            self._link(result, work, person, changed, "investigator", "pi_name", INVESTIGATOR)
            return
        self._unlinks(result, work, "investigator", "pi_name")
        if values.get("consent_to_publish") and contact is None and site.investigator_id is None:
            result.note("consent_to_publish", _("No name is given with this. Fill in contact_name."))

    def _hear_contact(self, result, site, place, contact) -> list[str]:
        """Take over what the row says of its contact; the attributes that changed."""
        values = result.values
        heard = self.people.heard(
            contact, result, values.get("consent_to_publish"), place, current=site.contact_person_id,
            by_name="contact_name" in values or not self._is_of_address(contact, site, values),
        )  # fmt: skip
        said = {"email": values.get("contact_email", ""), "phone": values.get("contact_phone", "")}
        if not self.people.is_beyond(contact, place):
            changed = self.people.learn(contact, result, heard, **said)
            return changed + self.people.consent(contact, result, heard)
        if any(value and value != getattr(contact, field) for field, value in said.items()):
            self._leave(result, contact, place, "contact_name")
        return self.people.consent(contact, result, heard)

    def _hear_investigator(self, result, site, place, person, contact) -> list[str]:
        """The consent of a row is that of its contact; without one, that of its investigator."""
        given, changed = result.values.get("consent_to_publish"), []
        if contact is None:
            heard = self.people.heard(
                person, result, given, place, by_name=True, current=site.investigator_id
            )
            changed = self.people.consent(person, result, heard)
        if given and contact not in (None, person) and not person.may_be_published:
            result.note(
                "consent_to_publish",
                _("The consent in this row is for the contact; the investigator (%(name)s) stays hidden.")
                % {"name": shown(person.name)},
            )  # fmt: skip
        return changed

    def _contact(self, result, site, place) -> Professional | None:
        values = result.values
        name, email = values.get("contact_name", ""), values.get("contact_email", "")
        if name:
            return self.people.find(name, email, place, site.contact_person_id)
        current = self.people.get(site.contact_person_id)
        known = self.people.by_email(email, place, site.contact_person_id) if email else None
        column = "contact_email" if email else "contact_phone"
        is_others = bool(email) and known is None and self.people.is_known(email)
        if known is None and column in values and (current is None or is_others):
            result.refuse(column, _("No name is given with this. Fill in contact_name."))
        return known or current

    @staticmethod
    def _is_of_address(contact: Professional, site, values) -> bool:
        """Whether only an address says that `contact` is meant, or what the contact's address is to be."""
        email = values.get("contact_email", "").casefold()
        return bool(email) and (contact.pk != site.contact_person_id or email != contact.email.casefold())

    def _leave(self, result, person, place, column) -> None:
        sentence = _(
            "%(name)s no longer works at %(centre)s according to our records, so nothing about them is "
            "stored. If they still do, ask an editor."
        ) % {"name": shown(person.name), "centre": place.code}
        if sentence not in [one["message"] for one in result.messages]:
            result.note(column, sentence)

    def _unlinks(self, result, work, attribute, column) -> bool:
        """Whether an empty cell takes a person from the site; what is kept of the person stays.

        A coordinator clears only whom they see: another's cell is empty because it is not shown.
        """
        person = self.people.get(getattr(work.site, f"{attribute}_id"))
        if person is None or not self.clears(result, column, person.name):
            return False
        result.change(column, person.name, "")
        setattr(work.site, attribute, None)
        work.attributes.append(attribute)
        return True

    def _link(self, result, work, person, changed, attribute, column, function):
        site = work.site
        before = self.people.get(getattr(site, f"{attribute}_id"))
        is_other = before is not person
        if is_other and self.people.is_beyond(person, work.place):
            is_other = False
            self._leave(result, person, work.place, column)
        if is_other:
            result.change(column, before.name if before else "", person.name)
            setattr(site, attribute, person)
            work.attributes.append(attribute)
        if is_other or changed or person.pk is None:
            values = {name: getattr(person, name) for name in changed}
            work.people.append((person, values, work.place, function))
