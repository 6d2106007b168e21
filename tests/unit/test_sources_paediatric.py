"""The rule of what is proposed: cases with their right answers, made up and out of real records."""

import csv
import json

import pytest

from tests.support.studies import GENT, a_study
from trials.sources.listings import of_ctgov, of_ctis
from trials.sources.paediatric import judge
from trials.sources.records import BadRecord

ABROAD = {"facility": "Example Hospital", "city": "Lyon", "country": "France", "status": "RECRUITING"}


def judged(conditions, *, low="1 Year", high="17 Years", groups=(), places=(GENT,), title="", keywords=()):
    ages = {"minimumAge": low, "maximumAge": high, "stdAges": list(groups)}
    study = a_study(
        places=places, conditions={"conditions": conditions, "keywords": list(keywords)},
        eligibility={name: value for name, value in ages.items() if value},
        identification={"briefTitle": title},
    )  # fmt: skip
    for name in [name for name, value in ages.items() if not value]:
        study["protocolSection"]["eligibilityModule"].pop(name, None)
    return judge(of_ctgov(study))


EVERYBODY = {"low": "", "high": "", "groups": ["CHILD", "ADULT", "OLDER_ADULT"]}
PROPOSED = [
    (["Acute Lymphoblastic Leukemia"], {}),
    (["Leucémie aiguë"], {}),
    (["Langerhans Cell Histiocytosis"], {}),
    (["Sickle Cell Disease"], {}),
    (["High-risk relapsed ALL"], {}),
    (["ALL, Childhood"], {}),
    (["Children with indication for HSCT"], {}),
    (["Severe Aplastic Anemia"], {}),
    (["Stem Cell Transplant Complications"], {}),
    (["Melanoma"], {"low": "12 Years", "high": ""}),
    (["Breast Cancer"], {"low": "15 Years", "high": ""}),  # a bound that names the young
    (["Ovarian Germ Cell Tumor"], EVERYBODY),
    (["Pancreatoblastoma"], EVERYBODY),
    (["Sarcoma", "Endometrial Cancer"], EVERYBODY),
    (["Lung Cancer"], EVERYBODY | {"title": "Lung cancer in children"}),
    (["Solid Tumors"], EVERYBODY),
    (["Leukemia"], {"low": "", "high": ""}),  # no age is stated at all
    (["Fertility"], {"keywords": ["childhood cancer"]}),
    (["Parenting"], {"title": "Parents of a child with cancer"}),
]
OUTSIDE = [
    (["Leukemia"], {"places": [ABROAD]}, "no site in Belgium"),
    (["Leukemia"], {"places": []}, "no site in Belgium"),
    (["Leukemia"], {"low": "18 Years", "high": ""}, "nobody under 18"),
    (["Leukemia"], {"low": "", "high": "", "groups": ["ADULT", "OLDER_ADULT"]}, "nobody under 18"),
    (["Asthma"], {}, "neither a cancer"),
    (["Fever of all causes"], {}, "neither a cancer"),
    (["FEVER OF ALL CAUSES"], {}, "neither a cancer"),
    (["Sarcoidosis"], {}, "neither a cancer"),
    (["Myelomeningocele"], {}, "neither a cancer"),
    (["Crohn Disease"], {"title": "Tumor necrosis factor inhibitors in Crohn disease"}, "neither a cancer"),
    (["Papilloma Viral Infection"], {}, "neither a cancer"),
    (["Prostate Cancer"], EVERYBODY, "no lower age"),
    (["Breast Cancer", "Non Small Cell Lung Cancer"], EVERYBODY, "no lower age"),
]


@pytest.mark.parametrize(("conditions", "said"), PROPOSED, ids=lambda one: str(one)[:60])
def test_what_is_proposed(conditions, said):
    found = judged(conditions, **said)
    assert found.fits, found.reason
    assert found.reason.startswith("in Belgium: UZ Gent, Ghent: recruiting; ")


@pytest.mark.parametrize(("conditions", "said", "why"), OUTSIDE, ids=lambda one: str(one)[:60])
def test_what_is_not_proposed_and_why(conditions, said, why):
    found = judged(conditions, **said)
    assert (found.fits, found.reason.startswith(why)) == (False, True), found.reason


def test_a_reason_names_places_ages_and_what_told_the_disease():
    places = [GENT | {"facility": f"Hospital {number}"} for number in range(1, 6)]
    assert judged(["Leukemia"], places=places).reason == (
        "in Belgium: Hospital 1, Ghent: recruiting; Hospital 2, Ghent: recruiting; "
        "Hospital 3, Ghent: recruiting and 2 more; ages 1 Year to 17 Years; "
        "a cancer, by its condition “Leukemia”"
    )


# What registries write


def test_a_study_is_read_with_all_its_numbers_and_whether_it_takes_patients_in_belgium():
    study = a_study(
        places=[GENT | {"status": "COMPLETED"}, ABROAD],
        identification={
            "nctIdAliases": ["NCT00000009"], "acronym": "KIWI", "orgStudyIdInfo": {"id": "KIWI-01"},
            "secondaryIdInfos": [{"id": "2019-001588-63"}, {"id": "2022-500001-11-00", "type": "CTIS"}],
        },
    )  # fmt: skip
    found = of_ctgov(study)
    assert [one.value for one in found.identifiers] == [
        "NCT01234567", "NCT00000009", "2019-001588-63", "2022-500001-11-00",
    ]  # fmt: skip
    assert (found.acronym, found.status, found.sites) == (
        "KIWI",
        "recruiting",
        ("UZ Gent, Ghent: completed",),
    )
    assert not found.is_open
    quiet = {name: value for name, value in GENT.items() if name != "status"}
    assert of_ctgov(a_study(places=[quiet])).is_open, "a place without a status has that of the trial"


LINE = {
    "ctNumber": "2022-500001-11-00", "ctStatus": 4, "ctTitle": "A study of kiwis", "shortTitle": "KIWI",
    "conditions": "Leukaemia", "ageGroup": "0-17 years, 18-64 years, 0-17 years",
    "trialCountries": ["Spain:4", "Belgium:5"], "lastUpdated": "15/09/2025",
}  # fmt: skip


def test_a_line_of_ctis_is_brief_and_its_record_names_the_hospitals():
    line = of_ctis(LINE)
    assert (line.number, line.status, line.sites, line.is_open, line.ages) == (
        "2022-500001-11-00", "recruiting", ("Belgium: Ongoing, recruitment ended",), False,
        "0-17 years, 18-64 years",
    )  # fmt: skip
    assert line.is_brief
    assert judge(line).fits
    site = {"organisation": {"name": "UZ Gent"}, "address": {"city": "Ghent"}}
    record = LINE | {
        "authorizedApplication": {
            "authorizedPartI": {
                "trialDetails": {
                    "clinicalTrialIdentifiers": {
                        "publicTitle": "A study of kiwis",
                        "secondaryIdentifyingNumbers": {"nctNumber": {"number": "NCT01234567"}},
                    }
                },
                "medicalConditions": [{"medicalCondition": "Leukaemia"}],
            },
            "authorizedPartsII": [
                {"mscInfo": {"mscName": "Belgium"}, "trialSites": [{"organisationAddressInfo": site}]},
                {"mscInfo": {"mscName": "Spain"}, "trialSites": [{"organisationAddressInfo": {}}]},
            ],
            "memberStatesConcerned": [{"mscName": "Belgium", "mscPublicStatusCode": 4}],
            "eudraCt": {"eudraCtCode": "2019-001588-63"},
        }
    }
    found = of_ctis(record)
    assert (found.sites, found.is_open, found.is_brief) == (("UZ Gent, Ghent",), True, False)
    assert [one.value for one in found.identifiers] == ["2022-500001-11-00", "2019-001588-63", "NCT01234567"]


@pytest.mark.parametrize(
    ("countries", "sites"),
    [
        (["Belgium:4"], ("Belgium: Ongoing, recruiting",)),
        (["Belgium"], ("Belgium: listed",)),
        (["Belgium:11"], ()),  # not authorised
        (["Belgium:12"], ()),  # cancelled
        (["Spain:4"], ()),
        ("DE:Ongoing, recruiting, BE:Authorised, not started", ("Belgium: Authorised, not started",)),
        ("DE:Ongoing, recruiting", ()),
    ],
    ids=str,
)
def test_a_country_of_ctis_is_a_site_unless_it_said_no(countries, sites):
    assert of_ctis(LINE | {"trialCountries": countries}).sites == sites


def test_a_group_of_ages_of_ctis_says_who_is_taken():
    assert of_ctis(LINE | {"ageGroup": "18-64 years"}).children is False
    assert of_ctis(LINE | {"ageGroup": ""}).children is None


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (of_ctgov, b"<html>"), (of_ctgov, {}), (of_ctgov, {"protocolSection": {"identificationModule": []}}),
        (of_ctgov, a_study("not a number")), (of_ctgov, a_study(identification={"briefTitle": "a\x00b"})),
        (of_ctgov, a_study(conditions={"conditions": ["a\ud800"]})),
        (of_ctis, LINE | {"ctNumber": "NCT01234567"}), (of_ctis, LINE | {"ctTitle": {"an": "object"}}),
        (of_ctis, {"ctTitle": "no number"}), (of_ctis, b"[]"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(read, content):
    with pytest.raises(BadRecord):
        read(content)


def test_a_long_text_is_cut_to_what_is_kept():
    found = of_ctgov(a_study(identification={"briefTitle": "x" * 5000, "acronym": "y" * 5000}))
    assert (len(found.title), len(found.acronym)) == (600, 100)


# The registries' real records


def test_of_the_real_records_of_clinicaltrials_gov_these_are_proposed(shared_data):
    records = [
        json.loads(file.read_bytes()) for file in sorted((shared_data / "ctgov/studies").glob("*.json"))
    ]
    found = {one.number: judge(one) for one in map(of_ctgov, records)}
    assert len(found) == 67
    # Leukaemia in children at five Belgian sites; melanoma from twelve years at six. The others have no site
    # in Belgium, take adults alone, or are about allergies.
    assert {number for number, judgement in found.items() if judgement.fits} == {"NCT01949129", "NCT05665595"}


def test_of_the_real_records_of_ctis_none_is_in_belgium(shared_data):
    for file in (shared_data / "ctis").glob("*.json"):
        found = of_ctis(file.read_bytes())
        assert (found.number, judge(found).reason) == (file.stem, "no site in Belgium")
        assert not found.is_brief


# Judged by hand, from a real export of trials in Belgium; it gives ages in groups alone.
FITTING = """
NCT03451825 NCT03241251 NCT00053872 NCT07476729 NCT02967341 NCT00789828 NCT05751044 NCT05041309 NCT00002700
NCT01518517 NCT04832607 NCT04988555 NCT00411541 NCT01390948 NCT00603954 NCT05991388 NCT02878434 NCT05154305
NCT03007147 NCT05566795 NCT05477589 NCT00898118 NCT01516580 NCT00025610 NCT04154189 NCT00006455 NCT05745714
NCT04447755 NCT00668148 NCT02722135
"""
NOT_FITTING = """
NCT00066378 NCT00021450 NCT01044732 NCT01514617 NCT02847832 NCT07384897 NCT06392386 NCT02114385 NCT05191095
NCT00003418 NCT05161494 NCT00002523 NCT01658956
"""


def test_of_a_real_export_the_trials_judged_by_hand_are_judged_so(shared_data):
    csv.field_size_limit(10**8)
    path = shared_data / "sheets/ctgov_export_paediatric_BE_2026.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["NCT Number"]: row for row in csv.DictReader(file)}
    found = {number: judge(of_ctgov(_as_study(row))) for number, row in rows.items()}
    wrong = [number for number in FITTING.split() if not found[number].fits]
    wrong += [number for number in NOT_FITTING.split() if found[number].fits]
    assert wrong == []


def _as_study(row):
    places = [one.split(", ") for one in row["Locations"].split("|")]
    return {
        "protocolSection": {
            "identificationModule": {"nctId": row["NCT Number"], "briefTitle": row["Study Title"]},
            "statusModule": {"overallStatus": row["Study Status"]},
            "conditionsModule": {"conditions": row["Conditions"].split("|")},
            "eligibilityModule": {"stdAges": row["Age"].split(", ")},
            "contactsLocationsModule": {
                "locations": [{"facility": one[0], "country": one[-1]} for one in places if one[-1]]
            },
        }
    }
