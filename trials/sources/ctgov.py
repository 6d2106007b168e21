"""ClinicalTrials.gov, API v2: its records, read by a schema, as rows of its own CSV export.

The schema is that of the API's OpenAPI document 2.0.5. Of a record counts its protocol section: what the
registry writes beside it (`versionHolder`, derived terms) changes with no word of the trial's.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET, Struct, UnsetType

from ..intervention_cells import Arm, arms_as_cell, interventions_as_cell
from . import contacts
from .records import BadRecord, ReadRecord, by_schema, fingerprint, plain_values, unknown_fields


class _Part(Struct, rename="camel", frozen=True):
    """A part of a record: fields that it lacks are empty, and those we do not know are passed over."""


class _Day(_Part):
    date: str = ""
    type: str = ""


class _Id(_Part):
    id: str = ""
    type: str = ""
    domain: str = ""
    link: str = ""


class _Organization(_Part):
    full_name: str = ""
    class_: str = msgspec.field(default="", name="class")


class _Identification(_Part):
    nct_id: str
    nct_id_aliases: list[str] = []
    org_study_id_info: _Id | UnsetType = UNSET
    secondary_id_infos: list[_Id] = []
    brief_title: str = ""
    official_title: str = ""
    acronym: str = ""
    organization: _Organization | UnsetType = UNSET


class _ExpandedAccess(_Part):
    has_expanded_access: bool = False
    nct_id: str = ""
    status_for_nct_id: str = ""


class _Status(_Part):
    overall_status: str
    status_verified_date: str = ""
    last_known_status: str = ""
    delayed_posting: bool = False
    why_stopped: str = ""
    expanded_access_info: _ExpandedAccess | UnsetType = UNSET
    start_date_struct: _Day | UnsetType = UNSET
    primary_completion_date_struct: _Day | UnsetType = UNSET
    completion_date_struct: _Day | UnsetType = UNSET
    study_first_submit_date: str = ""
    study_first_submit_qc_date: str = ""
    study_first_post_date_struct: _Day | UnsetType = UNSET
    results_waived: bool = False
    results_first_submit_date: str = ""
    results_first_submit_qc_date: str = ""
    results_first_post_date_struct: _Day | UnsetType = UNSET
    disp_first_submit_date: str = ""
    disp_first_submit_qc_date: str = ""
    disp_first_post_date_struct: _Day | UnsetType = UNSET
    last_update_submit_date: str = ""
    last_update_post_date_struct: _Day | UnsetType = UNSET


class _Sponsor(_Part):
    name: str = ""
    class_: str = msgspec.field(default="", name="class")


class _Sponsors(_Part):
    lead_sponsor: _Sponsor = _Sponsor()
    collaborators: list[_Sponsor] = []
    responsible_party: object = None


class _Description(_Part):
    brief_summary: str = ""
    detailed_description: str = ""


class _Conditions(_Part):
    conditions: list[str] = []
    keywords: list[str] = []


class _Design(_Part):
    study_type: str = ""
    phases: list[str] = []
    n_phases: object = None
    expanded_access_types: object = None
    patient_registry: object = None
    target_duration: object = None
    design_info: object = None
    bio_spec: object = None
    enrollment_info: object = None


class _ArmGroup(_Part):
    label: str = ""
    type: str = ""
    description: str = ""
    intervention_names: list[str] = []


class _Intervention(_Part):
    type: str = ""
    name: str = ""
    description: str = ""
    arm_group_labels: list[str] = []
    other_names: list[str] = []


class _Arms(_Part):
    arm_groups: list[_ArmGroup] = []
    interventions: list[_Intervention] = []


class _Eligibility(_Part):
    eligibility_criteria: str = ""
    healthy_volunteers: object = None
    sex: str = ""
    gender_based: object = None
    gender_description: object = None
    minimum_age: str = ""
    maximum_age: str = ""
    std_ages: list[str] = []
    study_population: object = None
    sampling_method: object = None


class _Location(_Part):
    """Whom to ask there (`contacts`) is not read: see `contacts` of this package."""

    facility: str = ""
    status: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    contacts: object = None
    geo_point: object = None
    country_code: object = None


class _CentralContact(_Part):
    name: str = ""
    role: str = ""
    phone: str = ""
    phone_ext: str = ""
    email: str = ""


class _Locations(_Part):
    central_contacts: list[_CentralContact] = []
    overall_officials: object = None
    locations: list[_Location] = []


class _Protocol(_Part):
    identification_module: _Identification
    status_module: _Status
    sponsor_collaborators_module: _Sponsors = _Sponsors()
    oversight_module: object = None
    description_module: _Description = _Description()
    conditions_module: _Conditions = _Conditions()
    design_module: _Design = _Design()
    arms_interventions_module: _Arms = _Arms()
    outcomes_module: object = None
    eligibility_module: _Eligibility = _Eligibility()
    contacts_locations_module: _Locations = _Locations()
    references_module: object = None
    ipd_sharing_statement_module: object = None


class _Study(_Part):
    protocol_section: _Protocol
    results_section: object = None
    annotation_section: object = None
    document_section: object = None
    derived_section: object = None
    has_results: object = None
    # Of whoever passed the record on, or is no registry.
    resource: str = ""
    ctrname: object = None
    record_last_import: object = msgspec.field(name="record_last_import", default=None)


class _NamedProtocol(_Part):
    identification_module: _Identification


class _Named(_Part):
    protocol_section: _NamedProtocol


class _Page(_Part):
    studies: list[object]


# Headers of the registry's CSV, and the sheet's own for what its CSV leaves out (`trials.ctgov`).
HEADER = (
    "NCT Number", "Study Title", "Study URL", "Acronym", "Study Status", "Brief Summary", "Conditions",
    "Sponsor", "Collaborators", "Sex", "Age", "Phases", "Study Type", "Other IDs", "Locations",
    "Status Verified", "Eligibility Criteria", "Arms", "Location Statuses", "Interventions", "Arm Groups",
    "Age Groups", *contacts.HEADER,
)  # fmt: skip
READER = 2  # higher where more is read of the same record
# Places in these countries stand first where a record has more than a cell holds.
_NEAR = ("Belgium", "Luxembourg", "Netherlands", "France", "Germany", "United Kingdom")
_STD_AGES = ("CHILD", "ADULT", "OLDER_ADULT")
_CELL = 30_000
_TITLE = 600


def read(content: object) -> ReadRecord:
    """A record of the API, as it answers `/studies/{nctId}`. Raises `BadRecord`."""
    plain, study = by_schema(content, _Study)
    return ReadRecord(
        study.protocol_section.identification_module.nct_id,
        _as_row(study.protocol_section),
        frozenset(unknown_fields(plain, _Study)),
    )


def told_apart(content: object) -> tuple[str, str]:
    """The number of a record, and a fingerprint of its protocol section. Raises `BadRecord`."""
    plain = plain_values(content)
    named = by_schema(plain, _Named)[1].protocol_section.identification_module
    return named.nct_id, fingerprint(plain["protocolSection"])


def studies_in(page: object) -> Iterator[tuple[str, list[str], object]]:
    """The studies of a page of `/studies`: number, former numbers, the record. Raises `BadRecord`.

    One whose number cannot be read has none.
    """
    for one in by_schema(page, _Page)[1].studies:
        try:
            identification = by_schema(one, _Named)[1].protocol_section.identification_module
        except BadRecord:
            yield "", [], one
        else:
            yield identification.nct_id, identification.nct_id_aliases, one


def _as_row(study: _Protocol) -> dict[str, str]:
    identification, status = study.identification_module, study.status_module
    eligibility, sponsors = study.eligibility_module, study.sponsor_collaborators_module
    own = identification.org_study_id_info
    numbers = [own.id if own is not UNSET else "", *(one.id for one in identification.secondary_id_infos)]
    places = sorted(study.contacts_locations_module.locations, key=_nearness)
    return {
        "NCT Number": identification.nct_id,
        "Study Title": _title(identification),
        "Study URL": f"https://clinicaltrials.gov/study/{identification.nct_id}",
        "Acronym": identification.acronym,
        "Study Status": status.overall_status,
        "Brief Summary": study.description_module.brief_summary,
        "Conditions": _bars(study.conditions_module.conditions),
        "Sponsor": sponsors.lead_sponsor.name,
        "Collaborators": _bars(one.name for one in sponsors.collaborators),
        "Sex": eligibility.sex,
        "Age": _age(eligibility),
        "Phases": _bars(study.design_module.phases),
        "Study Type": study.design_module.study_type,
        "Other IDs": _bars(numbers),
        "Locations": _bars(_place(one) for one in places),
        "Status Verified": status.status_verified_date,
        "Eligibility Criteria": eligibility.eligibility_criteria,
        "Arms": "\n".join(_arm(one) for one in study.arms_interventions_module.arm_groups),
        "Location Statuses": _bars(f"{_place(one)}: {one.status}" for one in places if one.status),
        **_given(study.arms_interventions_module),
        "Age Groups": ", ".join(one for one in eligibility.std_ages if one in _STD_AGES),
        **_contact(study),
    }


def _title(identification: _Identification) -> str:
    """The official title, unless it is longer than a title here."""
    official = identification.official_title
    return official if 0 < len(official) <= _TITLE else identification.brief_title


def _bars(texts: Iterable[str]) -> str:
    """One cell of several values; the last are left out where it would be longer than a cell may be."""
    cell = "|".join(text.replace("|", "/") for text in texts if text)
    return cell if len(cell) <= _CELL else cell[:_CELL].rpartition("|")[0]


def _nearness(one: _Location) -> int:
    return _NEAR.index(one.country) if one.country in _NEAR else len(_NEAR)


def _age(eligibility: _Eligibility) -> str:
    """`2 Years to 18 Years`; only groups of age where the record has no bound."""
    low, high = eligibility.minimum_age, eligibility.maximum_age
    if low and high:
        return f"{low} to {high}"
    if low:
        return f"{low} and older"
    return f"up to {high}" if high else ", ".join(eligibility.std_ages)


def _place(one: _Location) -> str:
    """As the registry's CSV writes a place: facility, city, state, postal code, country."""
    return ", ".join(filter(None, (one.facility, one.city, one.state, one.zip, one.country)))


def _arm(one: _ArmGroup) -> str:
    return ": ".join(filter(None, (one.label, one.description)))


def _arm_group(one: _ArmGroup) -> Arm:
    """The names of what is given in it without the type that the registry writes in front."""
    names = tuple(name.partition(": ")[2] or name for name in one.intervention_names)
    return Arm(one.label, one.type, one.description, names)


def _given(arms: _Arms) -> dict[str, str]:
    """What is given or done, and in which arms."""
    return {
        "Interventions": interventions_as_cell((one.name, one.type) for one in arms.interventions),
        "Arm Groups": arms_as_cell(map(_arm_group, arms.arm_groups)),
    }


def _contact(study: _Protocol) -> contacts.Contact:
    """Whom to ask about the whole trial; a sponsor that is a person (`INDIV`) is no organisation."""
    sponsor = study.sponsor_collaborators_module.lead_sponsor
    named = study.contacts_locations_module.central_contacts
    organisation = "" if sponsor.class_ == "INDIV" else sponsor.name
    return contacts.contact(((one.name, one.email, one.phone) for one in named), organisation)
