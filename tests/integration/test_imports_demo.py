"""The demo registry's sheets through the pipeline: 9 centres, 131 trials, 192 sites."""

from pathlib import Path

import pytest
from django.conf import settings

from centres.models import Centre, Membership, Network
from directory.core.models import Change
from tests import sheets
from trials.models import StatusStatement, Trial, TrialSite

DEMO = Path(settings.BASE_DIR, "directory/imports/demo")
FILES = {"centres": "centres.xlsx", "networks": "networks.csv", "trials": "trials.csv", "sites": "sites.csv"}

pytestmark = pytest.mark.django_db


def load():
    return {
        kind: sheets.applied((DEMO / name).read_bytes(), kind=kind, name=name) for kind, name in FILES.items()
    }


def test_every_row_of_the_demo_is_good_and_a_second_time_changes_nothing():
    first = load()
    assert {kind: (run.status, run.bad, sheets.messages(run)[:3]) for kind, run in first.items()} == {
        kind: ("applied", 0, []) for kind in FILES
    }
    assert (Centre.objects.count(), Trial.objects.count(), TrialSite.objects.count()) == (9, 131, 192)
    assert (Network.objects.count(), Membership.objects.count()) == (3, 7)
    changes, statements = Change.objects.count(), StatusStatement.objects.count()
    second = load()
    for run in second.values():
        assert run.counts["unchanged"] == run.rows_total
    assert (Change.objects.count(), StatusStatement.objects.count()) == (changes, statements)
