"""What the lists of registries say of a trial, as far as discovery asks: read by schema."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from directory.core.ages import BadAge, parse_age
from directory.core.text import control_character_in, fold, tidy

from ..ages import DAYS_OF_BAND
from ..choices import AgeBand, Recruitment, Scheme
from ..identifiers import Identifier, parse_identifier
from ..sheets import spellings
from .ctis import NEXT_COUNTRY, STATUSES, status_said
from .paediatric import ListedTrial
from .records import BadRecord, by_schema, fingerprint, plain_values

_ADULT = DAYS_OF_BAND[AgeBand.ADULT][0]
_YOUNG = DAYS_OF_BAND[AgeBand.ADULT][0] * 2  # a bound from above that low speaks of the young
_STATUSES = spellings("status")
_TAKES_PATIENTS = {"recruiting", "enrolling by invitation", "available"}  # as registries write it, folded
# Numbers that mean one trial whichever registry names them.
_REGISTRIES = {Scheme.NCT, Scheme.EUCT, Scheme.EUDRACT, Scheme.ISRCTN, Scheme.DRKS}
_MOST = 50  # sites, conditions, numbers that are kept of one trial
_OF_BELGIUM = {"belgium", "be"}
_CTIS_TAKES_PATIENTS = {STATUSES[3], STATUSES[4]}
_CTIS_NOT_THERE = {STATUSES[11], STATUSES[12]}
_CHILDREN = "0-17 years"


def line(text: str | None, most: int) -> str:
    """A text of a registry as one line that is kept. Raises `BadRecord` for what no database takes."""
    plain = tidy(text or "")
    if character := control_character_in(plain):
        raise BadRecord(f"It holds the control character {character}.")
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _kept_lines(texts: Iterable[str | None], most: int = 300) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for text in texts if (one := line(text, most))))[:_MOST]


def _numbers_of(own: str, scheme: str, others: Iterable[str | None]) -> tuple[Identifier, ...]:
    """Its own number, then those of other registries; what is none of theirs is left out."""
    try:
        first = parse_identifier(own, scheme)
    except ValueError:
        raise BadRecord(f"“{line(own, 40)}” is not a number of this registry.") from None
    found = [first]
    for text in others:
        try:
            found.append(parse_identifier(text or ""))
        except ValueError:
            continue
    return tuple(dict.fromkeys(one for one in found if one.scheme in _REGISTRIES))[:_MOST]


# --- ClinicalTrials.gov ---------------------------------------------------------------------------------


class _Piece(Struct, rename="camel", frozen=True):
    """A part of a record: fields that it lacks are empty, and the others are passed over."""


class _SecondId(_Piece):
    id: str = ""


class _Names(_Piece):
    nct_id: str
    nct_id_aliases: list[str] = []
    org_study_id_info: _SecondId = _SecondId()
    secondary_id_infos: list[_SecondId] = []
    brief_title: str = ""
    official_title: str = ""
    acronym: str = ""


class _OverallStatus(_Piece):
    overall_status: str = ""


class _Diseases(_Piece):
    conditions: list[str] = []
    keywords: list[str] = []


class _Ages(_Piece):
    minimum_age: str = ""
    maximum_age: str = ""
    std_ages: list[str] = []


class _Site(_Piece):
    facility: str = ""
    status: str = ""
    city: str = ""
    country: str = ""


class _Sites(_Piece):
    locations: list[_Site] = []


class _Modules(_Piece):
    identification_module: _Names
    status_module: _OverallStatus = _OverallStatus()
    conditions_module: _Diseases = _Diseases()
    eligibility_module: _Ages = _Ages()
    contacts_locations_module: _Sites = _Sites()


class _ListedStudy(_Piece):
    protocol_section: _Modules


def of_ctgov(content: object) -> ListedTrial:
    """A record of `/studies`, whole or the modules that discovery asks for. Raises `BadRecord`."""
    study = by_schema(content, _ListedStudy)[1].protocol_section
    names, ages = study.identification_module, study.eligibility_module
    second = (one.id for one in (*names.secondary_id_infos, names.org_study_id_info))
    sites = [one for one in study.contacts_locations_module.locations if fold(one.country) in _OF_BELGIUM]
    children, bounded = _children(ages)
    return ListedTrial(
        identifiers=_numbers_of(names.nct_id, Scheme.NCT, (*names.nct_id_aliases, *second)),
        title=line(names.brief_title or names.official_title, 600),
        acronym=line(names.acronym, 100),
        status=_STATUSES.get(fold(study.status_module.overall_status), Recruitment.UNKNOWN),
        sites=_kept_lines(_named(one) for one in sites),
        is_open=_is_open(sites, study.status_module.overall_status),
        ages=line(_ages(ages), 200),
        children=children,
        has_lower_age=bounded,
        conditions=_kept_lines(study.conditions_module.conditions),
        keywords=_kept_lines(study.conditions_module.keywords),
    )


def _is_open(sites: list[_Site], overall: str) -> bool:
    """Whether one of `sites` takes patients; where none has a status, that of the whole trial counts."""
    said = {one.status for one in sites if one.status} or {overall}
    return bool(sites) and any(fold(one) in _TAKES_PATIENTS for one in said)


def _named(site: _Site) -> str:
    place = ", ".join(filter(None, (site.facility, site.city))) or site.country
    return f"{place}: {site.status.replace('_', ' ').lower()}" if site.status else place


def _ages(ages: _Ages) -> str:
    low, high = ages.minimum_age, ages.maximum_age
    if low or high:
        return f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
    return ", ".join(ages.std_ages)


def _children(ages: _Ages) -> tuple[bool | None, bool]:
    """Whether it takes patients under 18, and whether that is said by more than the want of a bound."""
    low, high = _days(ages.minimum_age), _days(ages.maximum_age)
    if low is not None:
        return low < _ADULT, True
    if ages.std_ages and "CHILD" not in ages.std_ages:
        return False, True
    if high is not None:
        return True, high < _YOUNG
    if ages.std_ages == ["CHILD"]:
        return True, True
    return None, False


def _days(age: str) -> int | None:
    try:
        return parse_age(age)
    except BadAge:
        return None


# --- CTIS -----------------------------------------------------------------------------------------------


class _Text(Struct, frozen=True):
    number: str | None = None


class _OtherIds(_Piece):
    nct_number: _Text | None = None
    additional_registries: list[_Text] = []


class _Titles(_Piece):
    full_title: str | None = None
    public_title: str | None = None
    short_title: str | None = None
    secondary_identifying_numbers: _OtherIds | None = None


class _TitleDetails(_Piece):
    clinical_trial_identifiers: _Titles = _Titles()


class _Disease(_Piece):
    medical_condition: str | None = None


class _PartOne(_Piece):
    trial_details: _TitleDetails = _TitleDetails()
    medical_conditions: list[_Disease] = []


class _Hospital(_Piece):
    name: str | None = None


class _Address(_Piece):
    city: str | None = None


class _AddressInfo(_Piece):
    organisation: _Hospital = _Hospital()
    address: _Address = _Address()


class _TrialSite(_Piece):
    organisation_address_info: _AddressInfo = _AddressInfo()


class _Country(_Piece):
    msc_name: str | None = None
    country_name: str | None = None
    msc_public_status_code: int | None = None


class _PartTwo(_Piece):
    msc_info: _Country = _Country()
    trial_sites: list[_TrialSite] = []


class _FormerNumber(_Piece):
    eudra_ct_code: str | None = None


class _Authorized(_Piece):
    authorized_part_i: _PartOne = msgspec.field(name="authorizedPartI", default=_PartOne())
    authorized_parts_ii: list[_PartTwo] = msgspec.field(name="authorizedPartsII", default=[])
    member_states_concerned: list[_Country] = []
    eudra_ct: _FormerNumber | None = None


class _ListedCtis(_Piece):
    """A line of the search, a record, or a record of before June 2024, whose parts stand at the top."""

    ct_number: str
    ct_status: str | int = ""
    ct_title: str | None = None
    title: str | None = None
    short_title: str | None = None
    conditions: str | None = None
    age_group: str | None = None
    trial_countries: str | list[str] = ""
    authorized_application: _Authorized | None = None
    authorized_part_i: _PartOne | None = msgspec.field(name="authorizedPartI", default=None)
    authorized_parts_ii: list[_PartTwo] = msgspec.field(name="authorizedPartsII", default=[])
    eudra_ct_info: _FormerNumber | None = None

    @property
    def is_brief(self) -> bool:
        return self.authorized_application is None and self.authorized_part_i is None

    @property
    def parts(self) -> _Authorized:
        """Its parts, wherever they stand."""
        return self.authorized_application or _Authorized(
            self.authorized_part_i or _PartOne(), self.authorized_parts_ii, [], self.eudra_ct_info
        )


class _Pagination(_Piece):
    next_page: bool = False
    total_records: int = 0


class _CtisPage(_Piece):
    data: list[object]
    pagination: _Pagination = _Pagination()


def lines_in(page: object) -> tuple[list[tuple[str, object]], bool, int]:
    """Of a page of the search of CTIS: each line with its number, whether more follow, how many in all.

    One whose number cannot be read has none. Raises `BadRecord`.
    """
    read = by_schema(page, _CtisPage)[1]
    told = (one.get("ctNumber") if isinstance(one, dict) else "" for one in read.data)
    numbers = [one if isinstance(one, str) else "" for one in told]
    lines = list(zip(numbers, read.data, strict=True))
    return lines, read.pagination.next_page, read.pagination.total_records


def of_ctis(content: object) -> ListedTrial:
    """A line of the search of CTIS, or a record in either layout. Raises `BadRecord`."""
    plain = plain_values(content)
    trial = by_schema(plain, _ListedCtis)[1]
    parts = trial.parts
    names = parts.authorized_part_i.trial_details.clinical_trial_identifiers
    here = _in_belgium(trial, parts)
    groups = _groups(trial.age_group)
    diseases = [one.medical_condition for one in parts.authorized_part_i.medical_conditions]
    return ListedTrial(
        identifiers=_numbers_of(trial.ct_number, Scheme.EUCT, _others(parts, names)),
        title=line(names.public_title or names.full_title or trial.ct_title or trial.title, 600),
        acronym=line(trial.short_title or names.short_title, 100),
        status=_STATUSES.get(fold(status_said(trial.ct_status)), Recruitment.UNKNOWN),
        sites=_sites_in_belgium(parts, here),
        is_open=here in _CTIS_TAKES_PATIENTS,
        ages=line(", ".join(groups), 200),
        children=_CHILDREN in groups if groups else None,
        has_lower_age=bool(groups),
        conditions=_kept_lines(diseases or [trial.conditions]),
        is_brief=trial.is_brief,
        stamp=fingerprint(plain) if trial.is_brief else "",
    )


def _groups(ages: str | None) -> list[str]:
    """Each group once: they stand there as often as the trial has parts."""
    return list(dict.fromkeys(filter(None, map(tidy, (ages or "").split(",")))))


def _others(parts: _Authorized, names: _Titles) -> Iterator[str | None]:
    others = names.secondary_identifying_numbers or _OtherIds()
    for one in (parts.eudra_ct, others.nct_number, *others.additional_registries):
        yield _number_in(one)


def _sites_in_belgium(parts: _Authorized, here: str | None) -> tuple[str, ...]:
    """The hospitals that are named, else the country; none where it is not there."""
    if here is None:
        return ()
    return _kept_lines(_hospitals(parts)) or _kept_lines([f"Belgium: {here or 'listed'}"])


def _number_in(one: _Text | _FormerNumber | None) -> str | None:
    return one.eudra_ct_code if isinstance(one, _FormerNumber) else one and one.number


def _in_belgium(trial: _ListedCtis, parts: _Authorized) -> str | None:
    """What is said of the trial in Belgium, empty where only the country is; None where it is not there."""
    here = [said for name, said in _countries(trial, parts) if fold(name) in _OF_BELGIUM]
    if not here:
        return None
    said = next(filter(None, here), "")
    status = STATUSES.get(int(said), said) if said.isdecimal() else said
    return None if status in _CTIS_NOT_THERE else status


def _countries(trial: _ListedCtis, parts: _Authorized) -> Iterator[tuple[str, str]]:
    for one in parts.member_states_concerned:
        code = one.msc_public_status_code
        yield one.msc_name or one.country_name or "", "" if code is None else str(code)
    told = trial.trial_countries
    for text in NEXT_COUNTRY.split(told) if isinstance(told, str) else told:
        name, _colon, said = text.partition(":")
        yield name, tidy(said)
    for part in parts.authorized_parts_ii:
        yield part.msc_info.msc_name or part.msc_info.country_name or "", ""


def _hospitals(parts: _Authorized) -> Iterator[str]:
    for part in parts.authorized_parts_ii:
        if fold(part.msc_info.msc_name or part.msc_info.country_name or "") in _OF_BELGIUM:
            for one in part.trial_sites:
                info = one.organisation_address_info
                yield ", ".join(filter(None, (info.organisation.name, info.address.city)))
