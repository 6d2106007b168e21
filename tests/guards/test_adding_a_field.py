"""The recipe of docs/adding-a-field.md, followed on a copy: a field, its migration and its column are enough
for it to be imported, compared, logged, exported and undone, edited in the admin and served by the API."""

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
from directory.search.documents_trials import site_body
from directory.web import exporting
from trials.admin.sites import TrialSiteAdmin
from trials.models import Trial, TrialSite

name, centre = "takes_patients_now", Centre(code="uz-gent")
assert SiteSerializer().fields[name].allow_null
for value, written in ((True, "yes"), (False, "no"), (None, "")):
    body = site_body(TrialSite(trial=Trial(slug="a"), centre=centre, takes_patients_now=value), "a")
    assert body[name] is value
    assert set(body) == set(SiteSerializer().fields)
    trial = {"acronym": "A", "_show": {"centres": {}, "said_in": {}}, "sites": [body]}
    assert exporting.site_rows(trial)[0].get(name, "") == written
assert name in exporting.SITE_COLUMNS
assert name in TrialSiteAdmin.fieldsets[-1][1]["fields"]
print("served")
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
