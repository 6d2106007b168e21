"""CTIS, the registry of the European Union: its records, in both layouts, as rows of its portal's CSV.

The API is undocumented. Records of before June 2024 have their parts at the top; later ones in
`authorizedApplication`, with codes for statuses. Recruitment is per country, never per site.
"""

import datetime as dt
import re
from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Struct, UnsetType

from directory.core.text import tidy

from ..intervention_cells import interventions_as_cell
from . import contacts
from .records import ReadRecord, by_schema, fingerprint, plain_values

# As the portal writes the public status codes of a trial and of a member state.
STATUSES = {
    1: "Under evaluation", 2: "Authorised, recruitment pending", 3: "Authorised, recruiting",
    4: "Ongoing, recruiting", 5: "Ongoing, recruitment ended", 6: "Temporarily halted", 7: "Suspended",
    8: "Ended", 9: "Expired", 10: "Revoked", 11: "Not authorised", 12: "Cancelled",
}  # fmt: skip
NEXT_COUNTRY = re.compile(r",\s*(?=[A-Z][\w ]*:)")  # in the one text that the former layout has of them
_FORMER = {"Authorised, not started": STATUSES[2]}  # words of the former layout
# What the registry, or whoever passed its record on, writes of its own doing.
_BOOKKEEPING = {
    "record_last_import", "ctrname", "publishDate", "lastUpdated", "lastPublicationUpdate", "id",
}  # fmt: skip
HEADER = (
    "Trial number", "Title of the trial", "Overall trial status", "Location(s) and recruitment status",
    "Age group", "Gender", "Medical conditions", "Trial phase", "Sponsor/Co-Sponsors", "Last updated",
    "NCT number", "EudraCT number", "Age Groups", "Interventions", "Eligibility Criteria", *contacts.HEADER,
)  # fmt: skip
READER = 2  # higher where more is read of the same record
# What is tested, compared or a placebo; what is given beside it (`Auxiliary`) is not what the trial is about.
_GIVEN = ("Test", "Comparator", "Placebo")
_NONE = ("", "-", "N/A", "NA")
_LONGEST = 30_000  # of a cell
_AGE_GROUPS = {"0-17 years": "child", "18-64 years": "adult", "65+ years": "older_adult"}


class _Organisation(Struct, frozen=True):
    name: str = ""


class _PublicContact(Struct, rename="camel", frozen=True):
    functional_name: str | None = None
    functional_email_address: str | None = None
    telephone: str | None = None


class _CtisSponsor(Struct, rename="camel", frozen=True):
    primary: bool = False
    organisation: _Organisation = _Organisation()
    public_contacts: list[_PublicContact] = []


class _Number(Struct, frozen=True):
    number: str = ""


class _OtherNumbers(Struct, rename="camel", frozen=True):
    nct_number: _Number | None = None


class _Identifiers(Struct, rename="camel", frozen=True):
    full_title: str = ""
    public_title: str = ""
    secondary_identifying_numbers: _OtherNumbers | None = None


class _Inclusion(Struct, rename="camel", frozen=True):
    number: int | None = None
    principal_inclusion_criteria: str | None = None


class _Exclusion(Struct, rename="camel", frozen=True):
    number: int | None = None
    principal_exclusion_criteria: str | None = None


class _Criteria(Struct, rename="camel", frozen=True):
    principal_inclusion_criteria: list[_Inclusion] = []
    principal_exclusion_criteria: list[_Exclusion] = []


class _Information(Struct, rename="camel", frozen=True):
    eligibility_criteria: _Criteria = _Criteria()


class _Details(Struct, rename="camel", frozen=True):
    clinical_trial_identifiers: _Identifiers = _Identifiers()
    trial_information: _Information = _Information()


class _Substance(Struct, rename="camel", frozen=True):
    act_subst_origin: str | None = None


class _Dictionary(Struct, rename="camel", frozen=True):
    active_substance_name: str | None = None
    prod_name: str | None = None
    product_substances: list[_Substance] = []


class _Product(Struct, rename="camel", frozen=True):
    product_dictionary_info: _Dictionary = _Dictionary()
    product_name: str | None = None


class _ProductGroup(Struct, rename="camel", frozen=True):
    product_role_name: str | None = None
    products: list[_Product] = []


class _Condition(Struct, rename="camel", frozen=True):
    medical_condition: str = ""


class _PartI(Struct, rename="camel", frozen=True):
    trial_details: _Details = _Details()
    medical_conditions: list[_Condition] = []
    sponsors: list[_CtisSponsor] = []
    product_role_group_infos: list[_ProductGroup] = []


class _MemberState(Struct, rename="camel", frozen=True):
    msc_name: str = ""
    msc_public_status_code: int | None = None


class _EudraCt(Struct, rename="camel", frozen=True):
    eudra_ct_code: str | None = None


class _Application(Struct, rename="camel", frozen=True):
    authorized_part_i: _PartI = msgspec.field(name="authorizedPartI", default=_PartI())
    member_states_concerned: list[_MemberState] = []
    eudra_ct: _EudraCt | None = None


class _Numbered(Struct, rename="camel", frozen=True):
    ct_number: str


class _Trial(Struct, rename="camel", frozen=True):
    ct_number: str
    ct_status: str | int
    trial_phase: str = ""
    age_group: str = ""
    gender: str = ""
    last_updated: str = ""
    title: str = ""
    trial_countries: str | list[object] = ""
    authorized_application: _Application | UnsetType = UNSET
    authorized_part_i: _PartI | UnsetType = msgspec.field(name="authorizedPartI", default=UNSET)
    eudra_ct_info: _EudraCt | None = None
    resource: str = ""


# Of records seen from 2022 to 2026.
_FIELDS_SEEN = """
    ageGroup ageRangeSecondary applications authorizationDate authorizedApplication authorizedPartI
    authorizedPartsII correctiveMeasures coSponsors ctNumber ctPublicStatusCode ctrname ctStatus
    decisionDate decisionDateOverall documents eeaStartDate endDateEU eudraCtInfo events gender
    hasAmendmentApplied hasDeferrallApplied id initialApplicationId isRmsTacitAssignment
    lastPublicationUpdate lastUpdated memberStatesConcerned mscTrialNotificationsInfoList
    primarySponsor product publicEvaluation publishDate record_last_import recruitmentStartDate
    recruitmentStatus resource results resultsFirstReceived shortTitle sponsorType startDateEU submissionDate
    therapeuticAreas title totalNumberEnrolled totalPartIISubjectCount trialCountries trialGlobalEnd
    trialPhase trialRegion trialRegionCode trialStartDate
"""
_FIELDS = frozenset(_FIELDS_SEEN.split())


def read(content: object) -> ReadRecord:
    """A record as `retrieve/{number}` answers it. Raises `BadRecord`."""
    plain, trial = by_schema(content, _Trial)
    return ReadRecord(trial.ct_number, _as_row(trial), frozenset(plain.keys() - _FIELDS))


def told_apart(content: object) -> tuple[str, str]:
    """The number of a record, and a fingerprint of all but its bookkeeping. Raises `BadRecord`."""
    plain = plain_values(content)
    said = {name: value for name, value in plain.items() if name not in _BOOKKEEPING}
    return by_schema(plain, _Numbered)[1].ct_number, fingerprint(said)


def _as_row(trial: _Trial) -> dict[str, str]:
    application = trial.authorized_application
    if application is UNSET:
        part, eudract = trial.authorized_part_i, trial.eudra_ct_info
    else:
        part, eudract = application.authorized_part_i, application.eudra_ct
    part = _PartI() if part is UNSET else part
    names = part.trial_details.clinical_trial_identifiers
    others = names.secondary_identifying_numbers
    return {
        "Trial number": trial.ct_number,
        "Title of the trial": names.full_title or names.public_title or trial.title,
        "Overall trial status": status_said(trial.ct_status),
        "Location(s) and recruitment status": ", ".join(_countries(trial)),
        "Age group": ", ".join(dict.fromkeys(filter(None, map(str.strip, trial.age_group.split(","))))),
        "Gender": trial.gender,
        "Medical conditions": ", ".join(one.medical_condition for one in part.medical_conditions),
        "Trial phase": trial.trial_phase,
        "Sponsor/Co-Sponsors": ", ".join(_sponsors(part.sponsors)),
        "Last updated": _day(trial.last_updated),
        "NCT number": others.nct_number.number if others and others.nct_number else "",
        "EudraCT number": (eudract.eudra_ct_code or "") if eudract else "",
        "Age Groups": _age_groups(trial.age_group),
        "Interventions": interventions_as_cell(_given(part.product_role_group_infos)),
        "Eligibility Criteria": _criteria(part.trial_details.trial_information.eligibility_criteria),
        **_contact(part.sponsors),
    }


def status_said(said: str | int) -> str:
    """The registry's word of today for a status, by its code or a word of the former layout."""
    return STATUSES.get(said, str(said)) if isinstance(said, int) else _FORMER.get(said, said)


def _countries(trial: _Trial) -> Iterable[str]:
    """`Belgium:Ongoing, recruiting`, one for each member state."""
    application = trial.authorized_application
    if application is UNSET:
        told = trial.trial_countries
        for one in NEXT_COUNTRY.split(told) if isinstance(told, str) and told else ():
            country, _colon, said = one.partition(":")
            yield f"{country}:{status_said(said)}"
        return
    for state in application.member_states_concerned:
        if state.msc_public_status_code is not None:
            yield f"{state.msc_name}:{status_said(state.msc_public_status_code)}"


def _sponsors(sponsors: list[_CtisSponsor]) -> list[str]:
    """The primary one first."""
    ordered = sorted(sponsors, key=lambda one: not one.primary)
    return list(dict.fromkeys(one.organisation.name for one in ordered if one.organisation.name))


def _day(said: str) -> str:
    """`2024-01-22` as the portal writes days: `22/01/2024`."""
    try:
        return f"{dt.date.fromisoformat(said):%d/%m/%Y}"
    except ValueError:
        return said


def _age_groups(said: str) -> str:
    """The groups in the house's words; nothing where one of them is none of ours (`In utero`)."""
    parts = [part.strip() for part in said.split(",") if part.strip()]
    words = {_AGE_GROUPS.get(part, "") for part in parts}
    return "" if "" in words else ", ".join(word for word in _AGE_GROUPS.values() if word in words)


def _given(groups: Iterable[_ProductGroup]) -> Iterable[tuple[str, str]]:
    """Substances, else products by name, each with its type as far as the origin of the substance tells."""
    for group in groups:
        for one in group.products if group.product_role_name in _GIVEN else ():
            info = one.product_dictionary_info
            names = (info.active_substance_name, one.product_name, info.prod_name)
            name = next((tidy(name) for name in names if tidy(name or "").upper() not in _NONE), "")
            yield name, _type([each.act_subst_origin or "" for each in info.product_substances])


def _type(origins: list[str]) -> str:
    """Chemical substances are drugs, proteins and cells biologicals; all others are not known."""
    kinds = {
        "drug" if origin == "Chemical" else "biological" if _is_biological(origin) else ""
        for origin in origins
    }
    return kinds.pop() if len(kinds) == 1 else ""


def _is_biological(origin: str) -> bool:
    return origin.startswith("Protein") or origin.endswith(("Cell therapy", "Vaccine"))


def _criteria(criteria: _Criteria) -> str:
    """Whom a trial takes and whom not, in the registry's order; nothing where it is longer than a cell."""
    taken = [(one.number, one.principal_inclusion_criteria) for one in criteria.principal_inclusion_criteria]
    left = [(one.number, one.principal_exclusion_criteria) for one in criteria.principal_exclusion_criteria]
    parts = (("Inclusion criteria", taken), ("Exclusion criteria", left))
    text = "\n\n".join(f"{heading}:\n{items}" for heading, some in parts if (items := _items(some)))
    return text if len(text) <= _LONGEST else ""


def _items(some: list[tuple[int | None, str | None]]) -> str:
    """One a line; a criterion of several lines is one line."""
    ordered = sorted(some, key=lambda one: one[0] or 0)
    return "\n".join(f"- {tidy(text)}" for _number, text in ordered if text and tidy(text))


def _contact(sponsors: list[_CtisSponsor]) -> contacts.Contact:
    """That of the sponsor who answers for the trial."""
    primary = next((one for one in sponsors if one.primary), _CtisSponsor())
    name = primary.organisation.name
    people = [
        (one.functional_name or "", one.functional_email_address or "", one.telephone or "")
        for one in primary.public_contacts
    ]
    # The number beside a name that is no role is that person's; a mailbox may be the organisation's.
    return contacts.contact([*people, *((name, email, "") for _name, email, _phone in people)], name)
