"""How many queries a page takes is written down in `query_counts_web.json` and does not grow with the data.

To change a number, change it there: a reviewer sees it. No page may take more than twelve, and no page of
another day, which is put together from the change log, more than twenty-four.
"""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from centres.models import Membership
from directory.search import service
from tests.builders import a_centre, a_coordinator, a_network, a_site, a_trial, an_editor, says

pytestmark = pytest.mark.django_db
LEDGER = json.loads(Path(__file__).with_name("query_counts_web.json").read_text())
MOST, MOST_OF_A_DAY, OF_A_DAY = 12, 24, "as_of="


def a_world(trials, centres):
    """`trials` trials, each at every one of `centres` centres, in one family, one network, one disease."""
    places = [a_centre(f"uz-{number}") for number in range(centres)]
    network = a_network("net", members=places)
    Membership.objects.create(network=a_network("other"), centre=places[0], role="satellite")
    parent = a_trial("Parent", conditions=["VIIIc"])
    for number in range(trials):
        trial = a_trial(
            f"Part {number}", parent=parent, conditions=["VIIIc", "Ia"], identifiers=[f"NCT1{number:07}"]
        )
        for place in places:
            says(a_site(trial, place, said=40), "recruiting", said=3)
    service.rebuild()
    return places, network


def visitors(places):
    return {"public": None, "coordinator": a_coordinator(*places), "editor": an_editor()}


def count(user, path):
    client = Client()
    if user is not None:
        client.force_login(user)
    path = path.replace("TODAY", timezone.localdate().isoformat())
    client.get(path)  # what is read once a process is read now
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return len(queries)


@pytest.mark.parametrize(("trials", "centres"), [(1, 1), (30, 4)])
def test_each_page_takes_the_queries_of_the_ledger_whatever_the_size(index_dir, trials, centres):
    places, _network = a_world(trials, centres)
    people = visitors(places)
    found = {path: {who: count(user, path) for who, user in people.items()} for path in LEDGER}
    assert found == LEDGER


def test_no_page_takes_more_than_it_may():
    for path, counts in LEDGER.items():
        assert max(counts.values()) <= (MOST_OF_A_DAY if OF_A_DAY in path else MOST), path
