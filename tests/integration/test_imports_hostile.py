"""The tables of bad sheets: each a clear message, never an error of ours, and nothing stored of what is bad.

One table is of files made here (`tests.hostile`). The other is of the shared collection, skipped where it is
absent: `EXPECTED.tsv` says what is right for each file.
"""

import csv
import io
from collections import Counter

import pytest

from directory.core import changes
from tests.builders import a_centre, a_coordinator
from tests.hostile.files import FILES
from tests.hostile.judging import ending, memory
from tests.sheets import applied, messages, planned

MIB = 300

pytestmark = [pytest.mark.django_db, pytest.mark.own_process]


@pytest.fixture
def user():
    gent = a_centre("uz-gent", name="Ghent University Hospital")
    a_centre("uza")
    return a_coordinator(gent)


# Files made here


def test_the_table_has_the_classes_of_files_that_matter():
    names = [file.name for file in FILES]
    assert len(names) == len(set(names)) >= 80
    assert {file.expected for file in FILES} == {"accept", "ask", "reject-row", "reject-file"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_made_file_ends_as_its_table_says(file, user):
    found = ending(file.make(), file.name, user)
    assert found.actual == file.expected, found.said
    assert any(file.says in one for one in found.said), found.said
    assert file.rows in (None, found.rows)
    assert changes.last_seq() == 0


def test_what_is_made_to_need_memory_gets_no_more_than_is_given(tmp_path):
    """As seen from outside the process that reads; 300 MiB are allowed, and its own limit lies above."""
    path, used = tmp_path / "file", {}
    greedy = ("bomb", "repeated", "million", "far_cell", "long_cell", "too_many_rows", "dimension")
    for file in FILES:
        if any(word in file.name for word in greedy):
            path.write_bytes(file.make())
            used[file.name] = memory(path, file.name)
    assert len(used) >= 8
    assert {name: most for name, most in used.items() if not 5 < most < MIB} == {}


# Files collected elsewhere


@pytest.fixture(scope="module")
def hostile(shared_data):
    return shared_data / "hostile"


def expected(hostile):
    text = (hostile / "EXPECTED.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text), delimiter="\t")
    return {row["file"]: row["class"] for row in rows if (hostile / row["file"]).exists()}


# Its acronyms differ by white space only and bear different NCT numbers: such rows are asked about.
ASKED_ABOUT = {"att01_formula_injection.csv"}
FITTING = {
    "accept": ("accept",),
    # A value that was repaired is told; one that cannot be is refused with its row.
    "accept-normalised": ("accept", "reject-row"),
    "reject-row": ("reject-row", "reject-file"),
    "reject-file": ("reject-file",),
}


def test_each_file_ends_as_the_table_says(hostile, user):
    wrong, table = [], expected(hostile)
    for name, wanted in table.items():
        found = ending((hostile / name).read_bytes(), name, user)
        right = found.actual in FITTING[wanted] or any("removed" in one for one in found.said)
        if (not right and name not in ASKED_ABOUT) or not all(found.said):
            wrong.append((name, wanted, found))
    assert wrong == []
    assert len(table) >= 50
    assert changes.last_seq() == 0


def test_odd_files_of_other_projects_are_planned_or_refused_with_a_sentence(hostile, user):
    """Whatever they hold, none is an error of ours, and none that is refused goes without a reason."""
    wrong, endings = [], Counter()
    for path in sorted((hostile / "peers").rglob("*")):
        if not path.is_file():
            continue
        found = ending(path.read_bytes(), path.name, user)
        endings[found.actual] += 1
        refused = found.actual == "reject-file"
        if found.actual == "error" or (refused and not found.said):
            wrong.append((path.name, found))
    assert wrong == []
    assert endings["reject-file"] > 0
    assert endings["ask"] > 0
    assert changes.last_seq() == 0


def test_what_is_wrong_in_known_files_is_told_where_it_is(hostile, user):
    def said(name):
        return ending((hostile / name).read_bytes(), name, user).said

    assert "5 nct_number: The cell shows the error #DIV/0!. Fix its formula, or type the value." in said(
        "xls19_cached_errors.xlsx"
    )
    merged = [one for one in said("xls20_merged_cells.xlsx") if "merged cell" in one]
    assert [one.split()[0] for one in merged] == ["3", "4"]
    assert not any("is empty" in one for one in said("xls20_merged_cells.xlsx"))
    assert any("“centre_code” is missing" in one for one in said("str05_no_header.csv"))
    assert any("UTF-16 without its mark" in one for one in said("enc03_utf16be_nobom.csv"))


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
