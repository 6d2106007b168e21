"""Real registry records: read as they are, taken over once, and followed through their versions."""

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

from directory.core.models import Change
from tests.builders import a_centre
from tests.support.figures import tell
from tests.support.studies import CTGOV
from trials.models import Intervention, TextSuggestion, Trial, TrialArm
from trials.models.registry import SyncStatus
from trials.sources import contacts, ctgov, ctis, sync
from trials.sources.folder import answers_from
from trials.sources.records import FetchedRecord

SHARED = Path(os.environ.get("SHARED_FOLDER", Path(__file__).parents[3] / "shared")) / "data"
pytestmark = [
    pytest.mark.django_db, pytest.mark.skipif(not SHARED.is_dir(), reason="the shared records are not here"),
]  # fmt: skip
TEXTS = {
    "title_en": ("identificationModule", "officialTitle"),
    "summary_en": ("descriptionModule", "briefSummary"),
    "eligibility_en": ("eligibilityModule", "eligibilityCriteria"),
}  # fmt: skip


def versions():
    """The files of each trial that is there in several versions, the first one first."""
    found = defaultdict(list)
    for file in sorted((SHARED / "ctgov" / "versions").glob("*.json")):
        found[file.stem.partition("__")[0]].append(file)
    return sorted(found.items())


@pytest.mark.parametrize("file", sorted((SHARED / "ctgov").glob("*/NCT*.json")), ids=lambda file: file.stem)
def test_a_record_of_clinicaltrials_gov_is_read_whole(file):
    plain = json.loads(file.read_bytes())
    record = ctgov.read(file.read_bytes())
    assert record.number == plain["protocolSection"]["identificationModule"]["nctId"]
    assert record.unknown == frozenset()
    assert record.cells["Study Status"] == plain["protocolSection"]["statusModule"]["overallStatus"]
    assert set(record.cells) == set(ctgov.HEADER)


@pytest.mark.parametrize("file", sorted((SHARED / "ctis").glob("*.json")), ids=lambda file: file.stem)
def test_a_record_of_ctis_is_read_in_both_layouts(file):
    record = ctis.read(file.read_bytes())
    assert (record.number, record.unknown) == (file.stem, frozenset())
    assert set(record.cells) == set(ctis.HEADER)
    empty = {name for name, cell in record.cells.items() if not cell}
    # Persons are withheld in these files: their numbers are nobody's, and one has no organisation that may
    # be known for one.
    assert empty <= {"NCT number", "EudraCT number", *contacts.HEADER}
    assert record.cells["Central Telephone"] == ""


@pytest.mark.parametrize(("number", "files"), versions(), ids=lambda one: one if isinstance(one, str) else "")
def test_the_versions_of_a_trial_are_followed_and_no_bookkeeping_is_a_change(number, files, time_machine):
    """Of the trial changes what the record says of its status; texts that stand are suggested."""
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    before = None
    for file in files:
        now, day = json.loads(file.read_bytes())["protocolSection"], file.stem.partition("__")[2]
        time_machine.move_to(f"{day} 12:00Z")
        stands = Trial.objects.get().status_as_of if before else ""
        last = Change.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        run = sync.follow(CTGOV, [FetchedRecord(number, file.read_bytes())])
        assert run.status == SyncStatus.DONE, run.problems
        changed = {
            name
            for change in Change.objects.filter(seq__gt=last, kind="trial")
            for name, *_values in change.fields()
        }
        if before is not None:
            assert changed - {"updated_at"} == expected(before, now, stands), file.name
            is_new = "status" in changed
            assert not is_new or Trial.objects.get().status_as_of == day
            assert Change.objects.filter(seq__gt=last).count() == bool(changed)
        before = now
    suggested = set(TextSuggestion.objects.values_list("field", flat=True))
    first, last_one = (json.loads(one.read_bytes())["protocolSection"] for one in (files[0], files[-1]))
    for field, (module, name) in TEXTS.items():
        if first[module].get(name) == last_one[module].get(name):
            continue
        assert field in suggested


def expected(before, now, stands):
    """What of a trial changes between two versions: its status, on that day; else of which month it is.

    `stands`: of which day or month it was. A month around a day, or before it, says nothing new.
    """
    was, is_ = before["statusModule"], now["statusModule"]
    if was["overallStatus"] != is_["overallStatus"]:
        return {"status", "status_as_of"}
    month = is_["statusVerifiedDate"]
    return {"status_as_of"} if month > stands and not stands.startswith(month) else set()


def test_all_records_are_synced_once():
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])
    a_centre("uz-leuven", name="UZ Leuven", postal_code="3000", city="Leuven")
    run = sync.follow(CTGOV, answers_from(SHARED / "ctgov" / "studies"))
    tell(f"ClinicalTrials.gov, {len(list((SHARED / 'ctgov' / 'studies').iterdir()))} records: {run.counts}.")
    assert run.status == SyncStatus.DONE, run.problems
    assert run.counts["new"] + run.counts["unresolved"] == 67
    assert Trial.objects.count() == run.counts["new"]
    files = [json.loads(one.read_bytes()) for one in (SHARED / "ctgov" / "studies").iterdir()]
    modules = [one["protocolSection"].get("armsInterventionsModule", {}) for one in files]
    giving = Trial.objects.exclude(intervention_links=None)
    assert giving.count() == sum(bool(one.get("interventions")) for one in modules)
    assert Trial.objects.exclude(arm_groups=None).count() == sum(
        bool(one.get("armGroups")) for one in modules
    )
    assert not Trial.objects.filter(age_groups=[]).exists()
    tell(f"They give {Intervention.objects.count()} interventions, {TrialArm.objects.count()} arms; "
         f"{Trial.objects.exclude(contact_role='').count()} name a role to ask.")  # fmt: skip
    changes = Change.objects.count()
    again = sync.follow(CTGOV, answers_from(SHARED / "ctgov" / "studies"))
    assert {name: number for name, number in again.counts.items() if number} == {"unchanged": 67}
    assert Change.objects.count() == changes
