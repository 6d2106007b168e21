"""The same description writes a sheet: what is exported and comes back changes nothing."""

import csv
import io

import pytest

from centres.models import Centre, Membership
from centres.sheets import CentreSheet, NetworkSheet
from directory.core import changes
from directory.imports.plan import plan_run
from tests import sheets
from tests.builders import a_centre, a_network, a_professional, a_site, a_trial, an_editor
from trials.models import Trial, TrialSite
from trials.sheets import SiteSheet, TrialSheet

pytestmark = pytest.mark.django_db

SHEETS = {
    "centres": (CentreSheet, Centre),
    "networks": (NetworkSheet, Membership),
    "trials": (TrialSheet, Trial),
    "sites": (SiteSheet, TrialSite),
}


@pytest.fixture
def world():
    gent = a_centre("uz-gent", aliases=["UZG"], languages=["nl", "fr"], phone="+3293322111")
    uza = a_centre("uza", latitude=None, longitude=None)
    a_network("itcc", members=[(gent, "reference"), uza])
    master = a_trial("MASTER", slug="master")
    trial = a_trial(
        "A", slug="a", identifiers=["NCT00000001", "NCT00000002", "2024-510578-25-00", "AALL1"],
        conditions=["VIIIc", "Ia"], phases=["phase1", "phase2"], min_days=0, max_days=6574, parent=master,
        stages=["relapsed"], groups=["SIOPEN", "GPOH"], status_as_of="2024-06", summary_en="One\nTwo",
    )  # fmt: skip
    a_site(
        trial,
        gent,
        said=40,
        contact_person=a_professional("Demo Person", consent=True, email="d@example.org"),
    )
    a_site(trial, uza, status=None)


def exported(kind, language="en"):
    resource = SHEETS[kind][0]()
    resource.language = language
    rows = resource.export(SHEETS[kind][1].objects.order_by("pk"))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([rows.headers, *rows])
    return out.getvalue().encode()


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize("kind", SHEETS)
def test_an_exported_sheet_comes_back_unchanged(world, kind, language):
    seq = changes.last_seq()
    run = sheets.applied(exported(kind, language), kind=kind, user=an_editor())
    assert (run.counts["unchanged"], sheets.messages(run)) == (run.rows_total, [])
    assert changes.last_seq() == seq
    assert run.warnings == []


COLUMNS = {
    "centres": """code name_en name_nl name_fr name_de street postal_code city country latitude longitude
        phone email website university languages aliases oms_id ror_id
        short_name_en short_name_nl short_name_fr short_name_de""",
    "networks": "network network_name centre role since until care",
    "trials": """acronym title title_nl title_fr title_de summary nct_number eu_ct_number eudract_number
        isrctn other_ids parent phase study_type sponsor groups conditions disease_terms stages alterations
        sex age_min age_max status status_as_of opened_in_belgium url alterations_excluded lines_min lines_max
        eligibility arms age_groups interventions no_limits criteria_source criteria_as_of""",
    "sites": """centre_code nct_number eu_ct_number acronym title disease phase status status_date pi_name
        contact_name contact_email contact_phone start_date url consent_to_publish
        cohort_open""",
}


@pytest.mark.parametrize("kind", SHEETS)
def test_the_template_has_the_contract_s_columns_in_their_order(kind):
    assert SHEETS[kind][0]().get_export_headers() == COLUMNS[kind].split()


def test_one_edited_cell_is_one_change(world):
    content = exported("trials").replace(b"SIOPEN; GPOH", b"SIOPEN")
    run = sheets.planned(content, kind="trials", user=an_editor())
    [row] = run.rows.filter(outcome="update")
    assert row.changes == [{"field": "groups", "old": "SIOPEN; GPOH", "new": "SIOPEN"}]
    assert plan_run(run) is False
