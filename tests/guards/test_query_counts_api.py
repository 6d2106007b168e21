"""How many database queries a call takes is in `query_counts_api.json` and does not grow with the data.

Answers come from the index: only filters whose words are records (centre, network, country) ask the database.
To change a number, change it there: a reviewer sees it.
"""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.core import changes
from directory.partners import keys
from directory.search import service
from tests.builders import a_centre, a_network, a_trial

pytestmark = pytest.mark.django_db
LEDGER = json.loads(Path(__file__).with_name("query_counts_api.json").read_text())
# Finding the key, with its centre and account.
OF_A_KEY = 1


@pytest.fixture(params=[(1, 1), (30, 4)], ids=["small", "larger"])
def world(request, index_dir):
    trials, centres = request.param
    places = [a_centre(f"uz-{number}") for number in range(centres)]
    a_network("net", members=places)
    for number in range(trials):
        a_trial(f"Part {number}", conditions=["VIIIc"], identifiers=[f"NCT1{number:07}"], at=places)
    service.rebuild()


def count(path, headers=None):
    client = Client(headers=headers)
    path = path.replace("TODAY", timezone.localdate().isoformat())
    client.get(f"/api/v1/{path}")  # what is read once a process is read now
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.content
    return len(queries)


def test_each_call_takes_the_queries_of_the_ledger_whatever_the_size(world):
    assert {path: count(path) for path in LEDGER} == LEDGER


def test_a_key_costs_one_query_more(world):
    _key, text = keys.make(name="x", scopes=["read"], by=changes.SYSTEM)
    headers = {"Authorization": f"Api-Key {text}"}
    assert count("trials/", headers) == LEDGER["trials/"] + OF_A_KEY


def test_a_304_takes_no_query_at_all(world):
    client = Client()
    tag = client.get("/api/v1/trials/?centre=uz-0")["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/api/v1/trials/?centre=uz-0", headers={"If-None-Match": tag})
    assert answer.status_code == 304
    assert len(queries) == 0
