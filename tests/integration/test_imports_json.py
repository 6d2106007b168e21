"""Records of ClinicalTrials.gov handed in as JSON: read as following the registry reads them."""

import json
import os
from pathlib import Path

import pytest

from directory.core.models import Change
from directory.imports.report import report
from directory.sheets.reading import MAX_CELL
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from tests.sheets import messages, outcomes, planned, reverse_of
from tests.support.figures import tell
from tests.support.registry_rows import stored
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.models import Trial, TrialSite
from trials.sources import sync

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("SHARED_FOLDER", Path(__file__).parents[3] / "shared")) / "data"
ONE, TWO = a_study("NCT01234567", places=[GENT]), a_study("NCT07654321")


@pytest.fixture
def editor():
    return an_editor()


def handed_in(content, user, *, name="studies.json", kind="", **options):
    text = content if isinstance(content, bytes | str) else json.dumps(content)
    return planned(text, kind=kind, name=name, user=user, **options)


def lines(*studies):
    return "\n".join(json.dumps(one) for one in studies)


FORMS = {
    "one": (json.dumps(ONE), [1]), "a list": (json.dumps([ONE, TWO]), [1, 2]),
    "a page": (json.dumps({"studies": [ONE, TWO], "totalCount": 2, "nextPageToken": "abc"}), [1, 2]),
    "lines": (lines(ONE, TWO) + "\n\n", [1, 2]), "a mark": ("\ufeff" + json.dumps([ONE], indent=2), [1]),
    "UTF-16": (json.dumps([ONE, TWO]).encode("utf-16"), [1, 2]), "no name": (json.dumps([ONE]), [1]),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_recognised_by_itself_planned_stored_and_taken_back(form, editor):
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    content, numbers = FORMS[form]
    run = handed_in(content, editor, name="studies.txt" if form == "no name" else "studies.json")
    assert (run.kind, run.problems, outcomes(run)) == ("ctgov_json", [], dict.fromkeys(numbers, "new"))
    assert not run.questions
    stored(run)
    assert Trial.objects.count() == len(numbers)
    assert TrialSite.objects.get().status == "recruiting"
    stored(reverse_of(run, editor))
    assert Trial.objects.count() == 0


def test_it_is_read_as_following_the_registry_reads_it(editor):
    """The same cells: a sync after the import finds nothing to fill, and an import after a sync neither."""
    stored(handed_in([ONE], editor))
    before = Change.objects.count()
    run = sync.follow(CTGOV, answers(ONE))
    assert (run.counts["unchanged"], Change.objects.count()) == (1, before)
    again = handed_in([ONE | {"hasResults": True}], editor)
    assert outcomes(again) == {1: "unchanged"}


def test_a_registry_fills_and_what_an_editor_has_stays(editor):
    a_trial("KIWI", identifiers=["NCT01234567"], title_en="Ours", min_days=730)
    run = stored(handed_in([ONE], editor))
    trial = Trial.objects.get()
    assert (trial.title_en, trial.min_days, trial.sponsor) == ("Ours", 730, "Example Sponsor")
    assert any("the directory keeps “Ours”" in one for one in messages(run))


def test_a_record_that_cannot_be_read_says_where_and_the_others_are_good(editor):
    wrong = a_study("NCT00000001")
    wrong["protocolSection"]["statusModule"]["overallStatus"] = ["RECRUITING"]
    nobody = {"protocolSection": {"statusModule": {"overallStatus": "COMPLETED"}}}
    run = handed_in([wrong, nobody, "text", {}, TWO], editor)
    assert outcomes(run) == {1: "invalid", 2: "invalid", 3: "invalid", 4: "invalid", 5: "new"}
    told = messages(run)
    assert "$.protocolSection.statusModule.overallStatus" in told[0]
    assert "identificationModule" in told[1]
    assert "a JSON object was expected, and not str" in told[2]
    stored(run)
    assert Trial.objects.count() == 1


def test_a_line_that_was_cut_off_costs_itself_alone(editor):
    run = handed_in(lines(ONE, TWO)[:-40], editor, name="studies.jsonl")
    assert outcomes(run) == {1: "new", 2: "invalid"}
    assert "Was it cut off?" in messages(run)[0]


REFUSED = {
    "cut off": (json.dumps([ONE])[:-300], "json", "in line 1, at character"),
    "empty": ("[]", "empty", "The file is empty"),
    "only space": ("  \n ", "empty", "The file is empty"),
    "deep": ("[" * 100_000 + "]" * 100_000, "json_deep", "nested deeper"),
    "deep inside": ('[{"protocolSection": ' + "[" * 99_999 + "]" * 99_999 + "}]", "json_deep", "deep"),
    "twice": ('{"protocolSection": {}, "protocolSection": {}}', "json_twice", "“protocolSection” twice"),
    "no number": ('{"protocolSection": NaN}', "json_constant", "NaN is no value"),
    "long number": ('{"protocolSection": ' + "9" * 5_000 + "}", "json_number", "thousands of digits"),
    "a NUL": ('{"protocolSection": "\x00"}', "json", "control character"),
    "another": ('{"resourceType": "ResearchStudy"}', "no_kind", "resourceType"),
    "a list of sites": ('[{"centre_code": "uz-gent", "acronym": "X"}]', "other_format", "JSON"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_records_is_refused_with_what_is_wrong(case, editor):
    content, code, words = REFUSED[case]
    run = handed_in(content, editor)
    assert (run.status, [one["code"] for one in run.problems]) == ("failed", [code])
    assert words in run.problems[0]["message"]


def test_a_text_longer_than_a_cell_is_left_out_and_a_control_character_is_told(editor):
    long = a_study("NCT00000001", description={"briefSummary": "x" * 9_000_000})
    nul = a_study("NCT00000002", description={"briefSummary": "a\x00b"})
    run = handed_in([long, nul], editor)
    assert outcomes(run) == {1: "new", 2: "invalid"}
    told = messages(run)
    assert any("longer than 32,767 characters" in one for one in told)
    assert any("control character U+0000" in one for one in told)
    kept = run.rows.get(number=1)
    assert max(map(len, kept.values.values())) <= MAX_CELL


@pytest.mark.parametrize("depth", [10, 400])
def test_what_no_schema_asks_for_may_be_anything(depth, editor):
    odd = json.loads(json.dumps(ONE))
    odd["protocolSection"]["oversightModule"] = json.loads("[" * depth + "]" * depth)
    assert outcomes(handed_in([odd], editor)) == {1: "new"}


@pytest.mark.own_process
def test_a_file_is_read_in_a_process_of_its_own(editor):
    assert outcomes(handed_in([ONE, TWO], editor)) == {1: "new", 2: "new"}


def test_a_coordinator_hands_in_no_records_of_a_registry():
    run = handed_in([ONE], a_coordinator(a_centre("uz-gent")))
    assert [one["code"] for one in run.problems] == ["rights_kind"]


def test_the_report_is_made_of_what_was_read(editor):
    run = handed_in([ONE, "text"], editor)
    book = b"".join(report(run))
    assert book.startswith(b"PK")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared records are not here")
def test_each_real_record_is_read_from_a_file_as_from_the_registry(editor):
    files = sorted((SHARED / "ctgov" / "studies").glob("*.json"))
    versions = sorted((SHARED / "ctgov" / "versions").glob("*.json"))
    files += {file.stem.partition("__")[0]: file for file in versions}.values()  # the last of each
    run = handed_in(lines(*(json.loads(file.read_bytes()) for file in files)), editor, name="all.jsonl")
    found = outcomes(run)
    assert (run.problems, len(found)) == ([], len(files))
    bad = {number: one for number, one in found.items() if one not in ("new", "duplicate", "conflict")}
    assert bad == {}, messages(run)
    tell(f"JSON: {len(files)} real records in one file, planned as {sorted(set(found.values()))}.")
