"""The table of bad sheets: each a clear message, never an error of ours, and nothing stored of what is bad.

Reads the shared collection; skipped where it is absent. `EXPECTED.tsv` says what is right for each file.
"""

import csv
import io
import time

import pytest

from directory.core import changes
from tests.builders import a_centre, a_coordinator
from tests.sheets import applied, messages, planned

pytestmark = pytest.mark.django_db

READ = {".csv", ".xlsx"}


@pytest.fixture(scope="module")
def hostile(shared_data):
    return shared_data / "hostile"


def expected(hostile):
    text = (hostile / "EXPECTED.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text), delimiter="\t")
    return {row["file"]: row["class"] for row in rows if (hostile / row["file"]).exists()}


# Its acronyms differ by white space only and bear different NCT numbers: such rows are asked about.
ASKED_ABOUT = {"att01_formula_injection.csv"}


def test_each_file_ends_as_the_table_says(hostile):
    gent = a_centre("uz-gent", name="Ghent University Hospital")
    a_centre("uza")
    user, wrong = a_coordinator(gent), []
    for name, wanted in expected(hostile).items():
        if not name.endswith(tuple(READ)):
            continue
        begun = time.monotonic()
        run = planned((hostile / name).read_bytes(), name=name, user=user)
        seconds = time.monotonic() - begun
        file_refused, row_refused = run.status == "failed", run.bad > 0
        right = {
            "reject-file": file_refused,
            "reject-row": row_refused or file_refused or any("removed" in said for said in messages(run)),
            "accept": run.status == "planned" and not row_refused,
            "accept-normalised": run.status == "planned",
        }[wanted]
        told = all(one["message"] for one in run.problems) and "failed" not in [
            p["code"] for p in run.problems
        ]
        if (not right and name not in ASKED_ABOUT) or not told or seconds > 10:
            wrong.append((name, wanted, run.status, run.counts, messages(run)[:2], run.problems, seconds))
    assert wrong == []
    assert changes.last_seq() == 0


def test_formulae_are_text(hostile):
    user = a_coordinator(a_centre("uz-gent"))
    run = applied((hostile / "att01_formula_injection.csv").read_bytes(), user=user)
    from trials.models import Trial

    assert run.counts["new"] == 16
    assert {"=1+1", "==1+1", "+1+1", "-1+1"} <= set(Trial.objects.values_list("acronym", flat=True))


def test_the_other_centre_s_row_is_refused(hostile):
    user = a_coordinator(a_centre("uz-gent"))
    a_centre("uza")
    run = planned((hostile / "att09_other_centre.csv").read_bytes(), user=user)
    assert messages(run)[-1].startswith("3 centre_code: “uza” is not your centre.")


def test_rows_that_contradict_each_other_name_each_other(hostile):
    user = a_coordinator(a_centre("uz-gent"))
    run = applied((hostile / "sem02_conflicting_ids.csv").read_bytes(), user=user)
    assert run.counts["duplicate"] == 2
    assert sum("Rows 2 and 3" in said for said in messages(run)) == 2
    assert changes.last_seq() == 0


def test_a_date_of_the_1904_system_is_its_day(hostile):
    user = a_coordinator(a_centre("uz-gent"))
    run = planned((hostile / "xls23_1904_dates.xlsx").read_bytes(), user=user, name="a.xlsx")
    assert {"field": "start_date", "old": "", "new": "2025-03-01"} in run.rows.get().changes


def test_contacts_without_consent_are_kept_unpublished(hostile):
    from centres.models import Professional

    user = a_coordinator(a_centre("uz-gent"))
    applied((hostile / "sem09_no_consent_contacts.csv").read_bytes(), user=user)
    assert Professional.objects.count() == 2
    assert not Professional.objects.publishable().exists()
