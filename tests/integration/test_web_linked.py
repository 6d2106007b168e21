"""What machines read on a trial's and a centre's page (schema.org), and the QR code on paper."""

import json
import re

import pytest

from directory.web.qr import qr_of
from tests.builders import a_centre, a_coordinator, a_professional, a_site, a_trial, an_editor
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def linked(client, path):
    """What the page says to machines, None where it says nothing."""
    found = SCRIPT.search(client.get(path).content.decode())
    return json.loads(found[1]) if found else None


def test_a_trial_is_a_medical_trial_with_its_status_phase_and_sponsor(client):
    belgium()
    found = linked(client, "/en/trials/ieuroewing/")
    assert (found["@context"], found["@type"]) == ("https://schema.org", "MedicalTrial")
    assert found["name"] == "iEuroEwing"
    assert found["alternateName"] == "International clinical trial for newly diagnosed Ewing sarcoma"
    assert found["status"] == "https://schema.org/Recruiting"
    assert found["phase"] == "Phase 3"
    assert found["sponsor"] == {"@type": "Organization", "name": "GPOH gGmbH"}
    assert found["url"].startswith("http")
    assert found["url"].endswith("/en/trials/ieuroewing/")


def test_its_centres_are_clinics_with_an_address(client):
    belgium()
    clinics = {one["name"]: one for one in linked(client, "/en/trials/ieuroewing/")["studyLocation"]}
    assert len(clinics) == 3
    ghent = clinics["Ghent University Hospital"]
    assert ghent["@type"] == "MedicalClinic"
    assert ghent["telephone"] == "+3293322111"
    assert ghent["address"]["addressLocality"] == "Gent"
    assert ghent["geo"]["latitude"] == 51.0258
    assert ghent["@id"].endswith("/en/centres/uz-gent/")


def test_a_clinic_whose_place_is_not_known_lies_nowhere(client):
    a_trial("Placeless", at=[a_centre("nowhere", latitude=None, longitude=None)])
    [clinic] = linked(client, "/en/trials/placeless/")["studyLocation"]
    assert "geo" not in clinic
    assert clinic["address"]["addressLocality"] == "Gent"


def test_its_numbers_lead_to_their_registries(client):
    belgium()
    found = linked(client, "/en/trials/alltogether1/")
    numbers = {one["propertyID"]: one for one in found["identifier"]}
    assert numbers["nct"]["value"] == "NCT04307576"
    assert numbers["nct"]["url"] in found["sameAs"]


def test_its_disease_carries_the_code_of_the_classification(client):
    belgium()
    condition = linked(client, "/fr/trials/beacon2/")["healthCondition"][0]
    assert condition["code"] == {"@type": "MedicalCode", "codeValue": "IVa", "codingSystem": "ICCC-3"}
    assert condition["name"].startswith("Neuroblastome")


def test_a_status_that_schema_org_does_not_know_is_left_out(client):
    a_trial("Alpha", status="unknown")
    assert "status" not in linked(client, "/en/trials/alpha/")


def test_what_is_not_known_is_not_said(client):
    a_trial("Alpha")
    found = linked(client, "/en/trials/alpha/")
    assert not {"sponsor", "phase", "identifier", "studyLocation", "description"} & set(found)


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "<!--<script>", "a & b", "\u2028"])
def test_no_title_breaks_out_of_its_element(client, title):
    a_trial("Alpha", title_en=f"x{title}y")
    page = client.get("/en/trials/alpha/").content.decode()
    text = SCRIPT.search(page)[1]
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text)["alternateName"] == f"x{title}y"


def test_no_person_is_in_it_even_with_consent(client):
    person = a_professional("Demo Willing", consent=True, email="willing@example.org")
    a_site(a_trial("Alpha"), a_centre("one"), contact_person=person, investigator=person)
    assert "illing" not in json.dumps(linked(client, "/en/trials/alpha/"))


def test_a_draft_tells_machines_nothing_and_a_withdrawn_centre_is_no_place_of_a_trial(client):
    a_trial("Alpha", state="draft")
    a_site(a_trial("Beta"), a_centre("gone", state="withdrawn"))
    client.force_login(an_editor())
    assert linked(client, "/en/trials/alpha/") is None
    assert "studyLocation" not in linked(client, "/en/trials/beta/")
    assert linked(client, "/en/centres/gone/") is None


def test_a_coordinators_own_draft_site_stays_out(client):
    hidden = a_centre("hidden", state="draft")
    a_site(a_trial("Beta"), hidden)
    client.force_login(a_coordinator(hidden))
    assert "studyLocation" not in linked(client, "/en/trials/beta/")


def test_a_centre_is_a_clinic(client):
    belgium()
    found = linked(client, "/nl/centres/uz-gent/")
    assert (found["@type"], found["name"]) == ("MedicalClinic", "Universitair Ziekenhuis Gent")
    assert found["address"]["streetAddress"] == "C. Heymanslaan 10"


# --- The QR code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_the_sheet_carries_the_code_of_its_trials_page_in_its_language(client, language):
    belgium()
    page = client.get(f"/{language}/trials/ieuroewing/print/").content.decode()
    address = f"http://testserver/{language}/trials/ieuroewing/"
    assert qr_of(address) in page
    assert address in page


def test_another_address_is_another_code():
    assert qr_of("https://a.example/") != qr_of("https://b.example/")


def test_the_code_needs_no_inline_style_and_hides_from_who_cannot_see_it():
    drawn = qr_of("https://a.example/?a=1&b=2")
    assert drawn.startswith('<svg aria-hidden="true" ')
    assert "style" not in drawn
    assert "a.example" not in drawn


def test_the_longest_address_still_fits():
    assert qr_of(f"https://directory.example.org/en/trials/{'x' * 80}/").startswith("<svg")
