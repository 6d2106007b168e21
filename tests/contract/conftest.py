"""The API as a partner's program meets it."""

import pytest
from django.test import Client

from directory.search import service
from tests.builders import a_centre, a_network, a_site, a_trial


class Api:
    """`api.get("trials/", status="recruiting")`; lists of values repeat the parameter."""

    def __init__(self):
        self.client = Client()

    def get(self, path, headers=None, **query):
        return self.client.get(f"/api/v1/{path}", query, headers=headers)

    def json(self, path, **query):
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def slugs(self, **query):
        return [one["slug"] for one in self.json("trials/", **query)["results"]]

    def problem(self, path, code=400, **query):
        answer = self.get(path, **query)
        assert (answer.status_code, answer["Content-Type"]) == (code, "application/problem+json")
        body = answer.json()
        assert set(body) == {"type", "title", "status", "detail", "errors"}
        assert body["status"] == code
        return body


@pytest.fixture
def api(db, index_dir):
    return Api()


@pytest.fixture
def indexed(index_dir, settings):
    """Builders write no change log, so the index is built anew once the world stands."""

    def build():
        settings.INDEX_DIR = index_dir
        service.rebuild()

    return build


@pytest.fixture(scope="session")
def built_once(tmp_path_factory):
    """Where the index of the world is kept from the first test that needs it to the last."""
    return tmp_path_factory.mktemp("world") / "index"


@pytest.fixture
def world(api, index_dir, built_once, settings):
    """Three trials at two centres of one network; the same for each test, so indexed once."""
    build_world()
    settings.INDEX_DIR = built_once
    if not built_once.exists():
        service.rebuild()
    return api


def build_world():
    ghent = a_centre("uz-demo", name="Demo Hospital Ghent")
    liege = a_centre(
        "chc-demo", name="Demo Clinic Liège", postal_code="4000", city="Liège", latitude=50.64, longitude=5.57
    )
    a_network("demo-net", members=[(ghent, "reference"), (liege, "satellite")])
    bone = a_trial(
        "BoneOne", title_en="Ewing sarcoma at first diagnosis", identifiers=["NCT01234567"],
        conditions=["VIIIc"], phases=["phase3"], stages=["newly_diagnosed"], min_days=0, max_days=9131,
        study_type="interventional",
    )  # fmt: skip
    a_site(bone, ghent, said=5)
    a_site(bone, liege, status="suspended", said=45)
    blood = a_trial(
        "BloodTwo", title_en="Relapsed acute lymphoblastic leukaemia", identifiers=["2022-501454-11-00"],
        conditions=["Ia"], phases=["phase1", "phase2"], stages=["relapsed"], status="suspended", sex="female",
        min_days=6575,
    )  # fmt: skip
    a_site(blood, liege, said=200)
    a_trial("NerveThree", title_en="Registry of neuroblastoma", conditions=["IVa"], status="completed")
