"""Records of registries for tests: shaped like those of ClinicalTrials.gov API v2, with words of our own."""

from trials.sources.following import CTGOV
from trials.sources.records import FetchedRecord

EUCT = "2022-500001-11-00"
GENT = {
    "facility": "UZ Gent", "city": "Ghent", "zip": "9000", "country": "Belgium", "status": "RECRUITING",
}  # fmt: skip


def a_study(number="NCT01234567", *, status="RECRUITING", verified="2026-02", places=(), **modules):
    """A record; `places` are locations, `modules` further fields of modules: `status={"whyStopped": "…"}`."""
    protocol = {
        "identificationModule": {"nctId": number, "briefTitle": f"A study called {number}"},
        "statusModule": {"overallStatus": status, "statusVerifiedDate": verified},
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Example Sponsor", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": "What the study is about."},
        "conditionsModule": {"conditions": ["Leukemia"]},
        "armsInterventionsModule": {},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]},
        "eligibilityModule": {
            "sex": "ALL", "minimumAge": "1 Year", "maximumAge": "17 Years",
            "eligibilityCriteria": "Inclusion:\n* leukaemia",
        },
        "contactsLocationsModule": {"locations": list(places)},
    }  # fmt: skip
    for name, fields in modules.items():
        first, *rest = name.split("_")
        protocol[f"{first}{''.join(map(str.capitalize, rest))}Module"].update(fields)
    return {
        "protocolSection": protocol,
        "derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-03"}},
        "hasResults": False,
    }


def a_ctis_record(belgium, *, trial=4, updated="15/09/2025", title="A study of kiwis"):
    """A record of CTIS; `belgium`, `trial`: the codes of the status there, and of the whole."""
    return {
        "ctNumber": EUCT, "ctStatus": trial, "lastUpdated": updated,
        "authorizedApplication": {
            "authorizedPartI": {
                "trialDetails": {"clinicalTrialIdentifiers": {"fullTitle": title}},
            },
            "memberStatesConcerned": [
                {"mscName": "Belgium", "mscPublicStatusCode": belgium},
                {"mscName": "France", "mscPublicStatusCode": 4},
            ],
        },
    }  # fmt: skip


def answers(*studies):
    """What the registry answers for these records."""
    return [FetchedRecord(one["protocolSection"]["identificationModule"]["nctId"], one) for one in studies]


__all__ = ["CTGOV", "EUCT", "GENT", "a_ctis_record", "a_study", "answers"]
