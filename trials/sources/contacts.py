"""Whom a registry names for a whole trial: shown where it is a role, passed over where it may be a person.

A registry's contacts gave no consent to be listed here. So a name counts as a role, or an organisation, only
where each of its words is one that roles and organisations are called by, or the sponsor is; the same for the
part of an address before its @. Of anybody else nothing is kept: no name, no number, no address.
"""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from directory.core.phones import read_phone
from directory.core.text import fold, tidy

_ROLES = """
    administration administrative bureau call care centre center central client clinic clinical clinicaltrial
    clinicaltrials contact contacts coordinating coordination coordinator coordinators ctu customer data
    department desk director division enquiries enquiry enrollment enrolment general global gct helpdesk
    helpline hotline info information inquiries inquiry international line mailbox management manager medical
    monitor number office operations patient patients pharmacovigilance project protocol public queries
    recruitment reference regulatory registry representative research responsible science sciences scientific
    secretariat service services site sponsor studies study studyteam support team telephone toll free
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
_SMALL_WORDS = "a and at by de der des du et for in la le les of on or the to und van voor"
_OF_ORGANISATIONS = frozenset(_ORGANISATIONS.split())
_SAY_SO = frozenset(_ROLES.split()) | _OF_ORGANISATIONS
_BETWEEN = frozenset(_SMALL_WORDS.split())
_ABROAD = re.compile(r"^\s*(?:\+|00)\s?[1-9]")
_LONGEST = 200
Contact = dict[str, str]  # by header; empty where nobody may be shown
HEADER = ("Central Contact", "Central Mailbox", "Central Telephone")


def contact(candidates: Iterable[tuple[str, str, str]], sponsor: str) -> Contact:
    """The first of `candidates` (name, address, telephone) that is a role and can be reached.

    `sponsor`: the words of an organisation's name are known; of one that may be a person's they are not.
    """
    for name, email, phone in candidates:
        ways = _mailbox(email, sponsor), _in_e164(phone)
        if is_role(name, sponsor) and any(ways):
            return dict(zip(HEADER, (tidy(name), *ways), strict=True))
    return dict.fromkeys(HEADER, "")


def is_role(name: str, sponsor: str = "") -> bool:
    """Whether a name can only be that of a role, or of an organisation."""
    words = _words(name)
    known = _SAY_SO | _BETWEEN | _words_of_organisation(sponsor)
    return 0 < len(name) <= _LONGEST and words <= known and not words.isdisjoint(_SAY_SO)


def _words(text: str) -> set[str]:
    return {word for word in fold(text).split() if not word.isdigit()}


def _words_of_organisation(name: str) -> set[str]:
    words = _words(name)
    return set() if words.isdisjoint(_OF_ORGANISATIONS) else words


def _mailbox(email: str, sponsor: str) -> str:
    """An address whose mailbox is a role's, else nothing."""
    text = tidy(email)
    try:
        EmailValidator()(text)
    except ValidationError:
        return ""
    return text if is_role(text.rpartition("@")[0], sponsor) else ""


def _in_e164(phone: str) -> str:
    """E.164; nothing for a number that does not say of which country it is."""
    if not _ABROAD.match(phone):
        return ""
    try:
        return read_phone(phone)[0]
    except ValueError:
        return ""
