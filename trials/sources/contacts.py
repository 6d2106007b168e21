"""Whom a registry names for a whole trial: shown where it is a role, passed over where it may be a person.

A registry's contacts gave no consent to be listed here. So a name counts as a role, or an organisation, only
where each of its words is one that roles and organisations are called by; the same for the part of an address
before its @. The sponsor's own words count only as the whole name of an organisation: a sponsor may be
called after a person, or name one. Of anybody else nothing is kept: no name, no number, no address.
"""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from directory.core.phones import read_phone
from directory.core.text import fold, tidy

_ROLES = """
    administration administrative bureau care centre center central client clinic clinical clinicaltrial
    clinicaltrials contact contacts coordinating coordination coordinator coordinators ctu customer data
    department desk director division enquiries enquiry enrollment enrolment general global gct helpdesk
    helpline hotline info information inquiries inquiry international line mailbox management manager medical
    monitor number office operations patient patients pharmacovigilance project protocol public queries
    recruitment reference regulatory registry representative research responsible science sciences scientific
    secretariat service services site sponsor studies study studyteam support team telephone
    transparency trial trials unit
"""
_ORGANISATIONS = """
    academic ag agency association biopharma biosciences biotech biotherapeutics bv clinica college company
    consortium corp corporation council foundation fondation fondazione gesellschaft ggmbh gmbh group hopital
    hopitaux hospital hospitals hospitalier inc incorporated institut institute instituut laboratories
    laboratory limited llc ltd national network nv oncology paediatric pediatric pharma pharmaceutical
    pharmaceuticals plc sarl society srl stichting therapeutics trust uniklinik universitair universitaire
    universitaetsklinikum universitatsklinikum universite universiteit university ziekenhuis
"""
# Of whoever is one person, also where an organisation is named beside.
_PERSONS = """
    arts chair chief coordinator director docteur doctor doktor dr dra drs frau herr investigator ir madame
    manager md mevrouw mme monitor monsieur mr mrs ms mw pd phd pi pr priv prof professeur professor
    representative responsible sir
"""
# Known, and no sign of a role by themselves: some are surnames.
_SMALL_WORDS = "and at by call de der des du et for free in la le les of on or the to toll und us van voor"
_OF_PERSONS = frozenset(_PERSONS.split())
_OF_ORGANISATIONS = frozenset(_ORGANISATIONS.split())
_SAY_SO = frozenset(_ROLES.split()) | _OF_ORGANISATIONS
_BETWEEN = frozenset(_SMALL_WORDS.split())
_PARTS = re.compile(r"[,;:|/()\n]|\s[-–—]\s|—")  # of a name: one is perhaps a person, the next their function
_ABROAD = re.compile(r"^\s*(?:\+|00)\s?[1-9]")
_LONGEST = 200
Contact = dict[str, str]  # by header; empty where nobody may be shown
HEADER = ("Central Contact", "Central Mailbox", "Central Telephone")


def contact(candidates: Iterable[tuple[str, str, str]], sponsor: str) -> Contact:
    """The first of `candidates` (name, address, telephone) that is a role and can be reached.

    `sponsor`: where that is an organisation, its name is a role's, too.
    """
    for name, email, phone in candidates:
        ways = _mailbox(email), _in_e164(phone)
        if is_role(name, sponsor) and any(ways):
            return dict(zip(HEADER, (tidy(name), *ways), strict=True))
    return dict.fromkeys(HEADER, "")


def is_role(name: str, sponsor: str = "") -> bool:
    """Whether each part of a name can only be that of a role, or of an organisation."""
    parts = _parts_of_name(name)
    own = {part for part in _parts_of_name(sponsor) if _is_of_an_organisation(part)}
    return 0 < len(name) <= _LONGEST and bool(parts) and all(_is_general(one) or one in own for one in parts)


def _parts_of_name(name: str) -> list[frozenset[str]]:
    """The words of each part of a name, without numbers."""
    found = (
        frozenset(word for word in fold(one).split() if not word.isdigit()) for one in _PARTS.split(name)
    )
    return [words for words in found if words]


def _is_general(words: frozenset[str]) -> bool:
    return words <= _SAY_SO | _BETWEEN and not words.isdisjoint(_SAY_SO)


def _is_of_an_organisation(words: frozenset[str]) -> bool:
    return not words.isdisjoint(_OF_ORGANISATIONS) and words.isdisjoint(_OF_PERSONS)


def _mailbox(email: str) -> str:
    """An address whose mailbox is a role's, else nothing."""
    text = tidy(email)
    try:
        EmailValidator()(text)
    except ValidationError:
        return ""
    return text if is_role(text.rpartition("@")[0]) else ""


def _in_e164(phone: str) -> str:
    """E.164; nothing for a number that does not say of which country it is."""
    if not _ABROAD.match(phone):
        return ""
    try:
        return read_phone(phone)[0]
    except ValueError:
        return ""
