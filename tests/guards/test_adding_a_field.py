"""The recipe of docs/adding-a-field.md, followed on a copy: a field, its migration and its column are enough
for it to be imported, compared, logged, exported and undone, edited in the admin and served by the API; a
filter is enough for it to be found, counted and named by search, API and pages."""

from pathlib import Path

from tests.support.scratch import a_copy_of_the_house, run

MODEL, SHEET = "trials/models/site.py", "trials/sheets.py"
FIELD = """    takes_patients_now = models.BooleanField(_("takes patients now"), null=True, blank=True)
"""
COLUMN = """    takes_patients_now = Column(
        "takes_patients_now", YesNo(), nl="open", fr="ouvert", de="offen", served=True
    )
"""
SERVED = """
import django
django.setup()
from centres.models import Centre
from directory.api.v1.shapes import SiteSerializer
from directory.web import exporting
from trials.admin.sites import TrialSiteAdmin
from trials.documents import site_body
from trials.models import Trial, TrialSite

name, centre = "takes_patients_now", Centre(code="uz-gent")
assert SiteSerializer().fields[name].allow_null
for value, written in ((True, "yes"), (False, "no"), (None, "")):
    body = site_body(TrialSite(trial=Trial(slug="a"), centre=centre, takes_patients_now=value), "a")
    assert body[name] is value
    assert set(body) == set(SiteSerializer().fields)
    trial = {"acronym": "A", "_show": {"centres": {}}, "sites": [body]}
    assert exporting.site_rows(trial)[0].get(name, "") == written
assert name in exporting.SITE_COLUMNS
assert name in TrialSiteAdmin.fieldsets[-1][1]["fields"]
print("served")
"""
FILTERS, TESTS = "trials/filters.py", "tests/integration/test_takes_patients_now.py"
VOCABULARY = """class TakesPatients(models.TextChoices):
    YES = "yes", "Takes patients"
    NO = "no", "Takes none"


"""
FILTER = """    takes_patients_now = _choice(
        SiteFacet(
            choices=choices.TakesPatients,
            of_site=lambda site: {True: "yes", False: "no"}.get(site.takes_patients_now, ""),
        ),
        "Takes patients now", "Whether a site takes patients now.", "yes", "an answer",
    )
"""
FILTERED = """
import pytest

from directory.api.v1 import openapi
from directory.search import service
from tests import builders as b
from trials.models import TrialSite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]


def test_a_site_is_found_counted_and_named_by_the_new_field(client):
    for name, value in (("YES", True), ("NO", False), ("SILENT", None)):
        b.a_trial(name, at=[b.a_centre()])
        TrialSite.objects.filter(trial__acronym=name).update(takes_patients_now=value)
    service.rebuild()
    found = client.get("/api/v1/trials/?takes_patients_now=yes&facets=1").json()
    assert [one["acronym"] for one in found["results"]] == ["YES"]
    assert found["facets"]["takes_patients_now"] == [
        {"value": "yes", "label": "Takes patients", "count": 1},
        {"value": "no", "label": "Takes none", "count": 1},
    ]
    refused = client.get("/api/v1/sites/?takes_patients_now=maybe").json()
    assert refused["errors"][0]["allowed"] == ["yes", "no"]
    page = client.get("/en/trials/?takes_patients_now=no").content.decode()
    assert "Takes patients now" in page and "Takes none" in page
    described = openapi.document()["paths"]["/api/v1/trials/"]["get"]["parameters"]
    assert "Whether a site takes patients now." in {one.get("description") for one in described}
"""
TRIED = ["tests/integration/test_imports_columns.py", "tests/integration/test_imports_rules.py"]


def add_before(file: Path, line: str, text: str) -> None:
    begin, _line, end = file.read_text().rpartition(line)
    file.write_text(begin + text + line + end)


def test_a_field_of_a_site_is_two_lines_and_a_migration(tmp_path):
    folder = a_copy_of_the_house(tmp_path)
    add_before(folder / MODEL, "    contact_role = models.CharField(\n", FIELD)
    add_before(folder / SHEET, "    consent_to_publish = Column(\n", COLUMN)
    run(folder, "manage.py", "makemigrations", "trials", "--name", "takes_patients_now")
    told = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TRIED, "-k", "column or sites")
    assert "sites: 11 columns of stored records kept, exported and put back." in told
    assert "sites: 18 columns of new records kept and exported." in told
    assert "served" in run(folder, "-c", SERVED)


def test_one_that_people_filter_by_is_a_vocabulary_and_a_filter(tmp_path):
    folder = a_copy_of_the_house(tmp_path)
    add_before(folder / MODEL, "    contact_role = models.CharField(\n", FIELD)
    run(folder, "manage.py", "makemigrations", "trials", "--name", "takes_patients_now")
    add_before(folder / "trials/choices.py", "class Scheme(", VOCABULARY)
    add_before(folder / FILTERS, "    identifier = Filter(\n", FILTER)
    add_before(folder / FILTERS, "from . import conditions\n", "from . import choices\n")
    (folder / TESTS).write_text(FILTERED)
    tried = [TESTS, "tests/integration/test_search_facets.py"]
    assert " passed" in run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tried)
