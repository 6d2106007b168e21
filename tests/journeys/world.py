"""A small Belgium to look for trials in: four centres, two networks, a handful of trials and an index."""

import datetime as dt

from centres.models import Membership
from directory.core.roles import Role
from directory.search import service
from tests.builders import a_centre, a_network, a_site, a_trial, says

GHENT = {
    "name_nl": "Universitair Ziekenhuis Gent", "name_fr": "Hôpital universitaire de Gand",
    "name_de": "Universitätsklinikum Gent", "phone": "+3293322111", "street": "C. Heymanslaan 10",
}  # fmt: skip


def belgium():
    """Build it and its index. Returns the trials and centres by a short name."""
    ghent = a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"], **GHENT)
    leuven = a_centre(
        "uz-leuven", name="University Hospitals Leuven", postal_code="3000", city="Leuven",
        phone="+3216332211", latitude=50.8804, longitude=4.6735,
    )  # fmt: skip
    liege = a_centre(
        "chc-montlegia", name="CHC MontLégia Clinic", postal_code="4000", city="Liège",
        latitude=50.6424, longitude=5.5477, website="https://www.chc.example",
    )  # fmt: skip
    network = a_network("suhopl", members=[liege], name_en="SUHOPL")
    Membership.objects.create(
        network=network, centre=ghent, role="reference", since=dt.date(2127, 1, 1), care=["chemotherapy"]
    )
    ewing = a_trial(
        "iEuroEwing", title_en="International clinical trial for newly diagnosed Ewing sarcoma",
        conditions=["VIIIc"], phases=["phase3"], stages=["newly_diagnosed"], min_days=731, max_days=18262,
        disease_terms=["Ewing sarcoma"], sponsor="GPOH gGmbH", opened_in_belgium="2024-06",
        summary_en="Localised or metastatic disease.\n\nAbout 60 Belgian patients are expected.",
    )  # fmt: skip
    a_site(ewing, ghent, said=5, contact_role="Trial secretariat", contact_email="trials@uz-gent.example")
    a_site(ewing, leuven, said=200)
    says(a_site(ewing, liege, status="suspended", said=50), "recruiting", said=3, by=Role.REGISTRY,
         source="ClinicalTrials.gov", source_url="https://clinicaltrials.gov/")  # fmt: skip
    relapsed = a_trial(
        "rEECur", title_en="Chemotherapy for recurrent Ewing sarcoma", conditions=["VIIIc"],
        phases=["phase2"], stages=["relapsed"], status="completed",
    )  # fmt: skip
    leukaemia = a_trial(
        "ALLTogether1", title_en="A treatment study protocol for acute lymphoblastic leukaemia",
        identifiers=["NCT04307576", "2018-001795-38"], conditions=["Ia"], phases=["phase3"],
        title_fr="Protocole de traitement de la leucémie aiguë lymphoblastique",
    )  # fmt: skip
    a_site(leukaemia, leuven, status=None)
    neuroblastoma = a_trial(
        "BEACON2", title_en="A platform trial for relapsed neuroblastoma", conditions=["IVa"],
        phases=["phase1", "phase2"], stages=["relapsed"], disease_terms=["Neuroblastoma"], min_days=365,
    )  # fmt: skip
    a_site(neuroblastoma, ghent, said=100, by=Role.REGISTRY)
    service.rebuild()
    return {
        "ghent": ghent, "leuven": leuven, "liege": liege, "network": network, "ewing": ewing,
        "relapsed": relapsed, "leukaemia": leukaemia, "neuroblastoma": neuroblastoma,
    }  # fmt: skip
