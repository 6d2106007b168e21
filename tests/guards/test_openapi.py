"""The committed OpenAPI document is the one the code makes, and every answer has the shape it promises."""

import itertools
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator

from directory.api.v1 import openapi, urls
from directory.api.v1.schema import committed
from directory.search import service
from tests.builders import a_centre, a_network, a_professional, a_site, a_trial

DOCUMENT = json.loads(committed())


def test_the_committed_document_is_the_one_the_code_makes():
    call_command("make_schema", check=True)


def test_the_document_does_not_depend_on_what_is_in_the_registry(db):
    a_centre("some-centre", country="NL", postal_code="3584")
    a_network("some-network")
    assert openapi.document() == DOCUMENT


def test_it_is_openapi_3_1():
    assert DOCUMENT["openapi"] == "3.1.0"


def test_every_address_is_in_the_document():
    served = {
        "/api/v1/" + str(one.pattern).replace("<str:key>", "{key}").replace("<int:number>", "{number}")
        for one in urls.urlpatterns
    }
    assert set(DOCUMENT["paths"]) == served - {"/api/v1/docs/"}
    assert get_resolver().reverse_dict


def everything_in(part):
    """Each object of the document, from the outermost in."""
    if isinstance(part, dict):
        yield part
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from everything_in(one)


def test_every_reference_leads_somewhere():
    references = {one["$ref"] for one in everything_in(DOCUMENT) if isinstance(one.get("$ref"), str)}
    assert references
    for reference in references:
        root, *steps = reference.split("/")
        target = DOCUMENT
        for step in steps:
            target = target[step]
        assert root == "#", reference
        assert target, reference


def test_every_operation_names_a_way_of_authenticating_that_is_described():
    schemes = DOCUMENT["components"]["securitySchemes"]
    operations = [one for item in DOCUMENT["paths"].values() for one in item.values()]
    assert (
        {name for one in operations for way in one["security"] for name in way} == set(schemes) == {"ApiKey"}
    )
    assert (schemes["ApiKey"]["in"], schemes["ApiKey"]["name"]) == ("header", "Authorization")


def test_every_shape_is_a_json_schema():
    for shape in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_parameter_and_operation_is_explained(path):
    for operation in DOCUMENT["paths"][path].values():
        assert operation["summary"]
        assert operation["operationId"]
        assert {"401", "429", "503"} <= set(operation["responses"])
        for parameter in operation.get("parameters", []):
            assert parameter.get("description") or parameter["in"] == "path", parameter["name"]


OPERATIONS = [(path, method, one) for path, item in DOCUMENT["paths"].items() for method, one in item.items()]


@pytest.mark.parametrize(
    ("path", "method", "one"), OPERATIONS, ids=lambda one: one if str(one) == one else ""
)
def test_every_status_that_can_occur_is_described_and_no_other(path, method, one):
    described = set(one["responses"])
    needs_key, has_body = {} not in one["security"], "requestBody" in one
    assert ("304" in described) is (method == "get")
    assert ("403" in described) is needs_key
    assert ("404" in described) is ("{" in path)
    assert ("409" in described) is ("{number}" in path and (method == "post" or path.endswith("report.xlsx")))
    assert ({"411", "413", "415"} <= described) is has_body
    assert {"400", "401", "406", "429", "503"} <= described


@pytest.mark.parametrize(
    ("path", "method", "one"), OPERATIONS, ids=lambda one: one if str(one) == one else ""
)
def test_every_answer_names_its_headers(path, method, one):
    for status, answer in one["responses"].items():
        names = set(answer["headers"])
        assert {"X-Request-ID", "RateLimit-Policy", "RateLimit", "Cache-Control"} <= names
        assert ("Retry-After" in names) is (status in ("429", "503"))
        assert ("WWW-Authenticate" in names) is (status == "401")
        assert ("ETag" in names) is (method == "get" and status in ("200", "304"))
        assert ("Location" in names) is (
            one["operationId"] in ("createImport", "undoImport") and status == "202"
        )


def test_every_text_in_a_parameter_has_a_bound_and_those_of_one_form_a_pattern():
    formed = set()
    for _path, _method, one in OPERATIONS:
        for parameter in one.get("parameters", []):
            schema = parameter["schema"].get("items", parameter["schema"])
            if parameter["in"] != "path" and schema["type"] == "string":
                assert "enum" in schema or "maxLength" in schema, parameter["name"]
            if "pattern" in schema:
                formed.add(parameter["name"])
                for example in parameter.get("examples", {}).values():
                    values = example["value"] if isinstance(example["value"], list) else [example["value"]]
                    assert all(re.search(schema["pattern"], str(value)) for value in values)
    assert formed >= {"age", "near", "within", "updated_since", "centre", "network", "country", "cursor"}


def test_operations_have_names_of_their_own():
    names = [one["operationId"] for item in DOCUMENT["paths"].values() for one in item.values()]
    assert len(names) == len(set(names))


def test_the_served_document_is_the_committed_one(client, db):
    answer = client.get("/api/v1/schema/")
    assert answer.content == committed()
    assert answer["Content-Type"] == "application/json"


@pytest.mark.django_db(transaction=True)
def test_first_calls_at_once_all_get_it():
    committed.cache_clear()
    ready = threading.Barrier(6)

    def ask(_number):
        ready.wait()
        return Client().get("/api/v1/schema/").status_code

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(6))) == [200] * 6


def schema_of(path, status="200"):
    """The JSON Schema of an answer, with the document's components at hand."""
    content = DOCUMENT["paths"][path]["get"]["responses"][status]["content"]
    return next(iter(content.values()))["schema"] | {"components": DOCUMENT["components"]}


def faults(path, body, status="200"):
    validator = Draft202012Validator(
        schema_of(path, status), format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [f"{list(one.absolute_path)}: {one.message}" for one in validator.iter_errors(body)]


@pytest.fixture
def bare_and_full(db, index_dir):
    """Records with nothing but what they must have, and records with everything."""
    bare, full = a_centre("bare", postal_code="", city="", latitude=None, longitude=None), a_centre(
        "full", phone="+3293321111", email="a@example.org", website="https://example.org/", street="Street 1",
        university="University", languages=["nl", "fr"], name_nl="Vol", aliases=["The full one"],
        ror_id="https://ror.org/00xmkp704", short_name_nl="V",
    )  # fmt: skip
    a_network("bare-net")
    a_network("full-net", acronym="FN", description_en="Text", members=[(full, "reference"), bare])
    a_trial("", slug="bare", title_en="Bare", status="unknown")
    parent = a_trial("Parent")
    trial = a_trial(
        "Full", identifiers=["NCT01234567", "2022-501454-11-00", "X-1"], conditions=["VIIIc"], at=[bare],
        phases=["phase1"], stages=["any"], study_type="observational", min_days=30, max_days=6574,
        parent=parent, title_nl="Vol", summary_en="Text", sponsor="Sponsor", groups=["SIOPEN"],
        disease_terms=["Ewing"], status_as_of="2026-04", opened_in_belgium="2024",
        source="ClinicalTrials.gov", sex="female",
    )  # fmt: skip
    a_site(trial, full, contact_person=a_professional("Jane", consent=True, email="j@example.org"), said=100)
    a_site(a_trial("Silent"), full, status=None)
    service.rebuild()
    return Client()


@pytest.mark.parametrize(("path", "query"), [
    *itertools.product(
        ["/api/v1/trials/", "/api/v1/sites/", "/api/v1/centres/", "/api/v1/networks/"],
        ["", "?facets=1", "?include=match", "?page_size=1", "?fields=url"],
    ),
    ("/api/v1/trials/", "?near=4000&ordering=distance&include=match&facets=1"),
    ("/api/v1/conditions/", "?lang=fr"),
    ("/api/v1/suggest/", "?q=f"),
])  # fmt: skip
def test_every_list_has_the_shape_it_promises(bare_and_full, path, query):
    answer = bare_and_full.get(path + query)
    if path.endswith("sites/") and "fields" in query:
        assert faults(path, answer.json(), "400") == []
        return
    assert answer.status_code == 200
    assert faults(path, answer.json()) == []


@pytest.mark.parametrize(("path", "keys"), [
    ("/api/v1/trials/{key}/", ["bare", "full", "silent"]),
    ("/api/v1/centres/{key}/", ["bare", "full"]),
    ("/api/v1/networks/{key}/", ["bare-net", "full-net"]),
])  # fmt: skip
def test_every_document_has_the_shape_it_promises_and_no_name_more(bare_and_full, path, keys):
    name = schema_of(path)["$ref"].rpartition("/")[2]
    for key in keys:
        body = bare_and_full.get(path.format(key=key)).json()
        assert faults(path, body) == []
        assert set(body) == set(DOCUMENT["components"]["schemas"][name]["properties"])


@pytest.mark.parametrize(("path", "status"), [
    ("/api/v1/trials/?page_size=0", "400"),
    ("/api/v1/trials/nothing/", "404"),
])  # fmt: skip
def test_every_problem_has_the_shape_it_promises(bare_and_full, path, status):
    described = {"400": "/api/v1/trials/", "404": "/api/v1/trials/{key}/"}[status]
    assert faults(described, bare_and_full.get(path).json(), status) == []
