"""Every address of the document behaves alike as HTTP, whatever it is for: made from the document itself."""

import gzip

import pytest

from directory.api.v1.root import described
from directory.core import changes
from directory.imports.models import ImportRun
from directory.partners import keys

KNOWN = {"trials": "boneone", "centres": "uz-demo", "networks": "demo-net"}
QUERY = {"suggest": "?q=ewing"}
ADDRESSES = sorted({one["url"].removeprefix("/api/v1/") for one in described()})
METHODS = {
    address: {one["method"] for one in described() if one["url"] == f"/api/v1/{address}"}
    for address in ADDRESSES
}
GETS = [address for address in ADDRESSES if "GET" in METHODS[address]]


class Asker:
    """Asks the address that a template stands for, with an editor's key."""

    def __init__(self, client):
        self.client = client
        key, text = keys.make(name="x", scopes=["read", "imports"], by=changes.SYSTEM)
        self.headers = {"Authorization": f"Api-Key {text}"}
        self.run = ImportRun.objects.create(
            sha256="1", kind="sites", status="planned", file_name="a.csv", role="editor", created_by=key.user
        )

    def __call__(self, method, address, query="", **headers):
        first = address.split("/")[0]
        path = address.replace("{key}", KNOWN.get(first, "")).replace("{number}", str(self.run.pk))
        ask = getattr(self.client, method)
        return ask(f"/api/v1/{path}{query or QUERY.get(first, '')}", headers=self.headers | headers)


@pytest.fixture
def ask(world):
    return Asker(world.client)


def body_of(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def is_problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["status"] == status
    return answer.json()


@pytest.mark.parametrize("address", GETS)
def test_it_is_got_has_a_tag_and_is_a_304_with_it(ask, address):
    got = ask("get", address)
    assert got.status_code == 200, body_of(got)
    again = ask("get", address, **{"If-None-Match": got["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", got["ETag"])
    assert "Content-Type" not in again
    assert again["Cache-Control"] == got["Cache-Control"]


@pytest.mark.parametrize("address", GETS)
def test_head_says_what_get_would(ask, address):
    got, head = ask("get", address), ask("head", address)
    assert (head.status_code, head.content) == (200, b"")
    assert (head["ETag"], head["Content-Type"]) == (got["ETag"], got["Content-Type"])
    if not got.streaming:
        assert int(head["Content-Length"]) == len(got.content)


@pytest.mark.parametrize("address", ADDRESSES)
def test_options_lists_what_is_possible(ask, address):
    answer = ask("options", address)
    possible = METHODS[address] | {"OPTIONS"} | ({"HEAD"} if "GET" in METHODS[address] else set())
    assert (answer.status_code, set(answer["Allow"].split(", "))) == (204, possible)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
def test_another_method_is_a_405_that_lists_what_is_possible(ask, address, method):
    possible = METHODS[address] | ({"HEAD"} if "GET" in METHODS[address] else set())
    if method.upper() in possible:
        return
    answer = ask(method, address)
    assert answer.status_code == 405
    assert set(answer["Allow"].split(", ")) == possible | {"OPTIONS"}
    if method != "head":
        is_problem(answer, 405)


@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_takes_no_json_is_a_406(ask, address):
    method = "get" if "GET" in METHODS[address] else "post"
    assert "Ask for application/json" in is_problem(ask(method, address, Accept="text/turtle"), 406)["detail"]


@pytest.mark.parametrize("address", GETS)
def test_an_unknown_parameter_is_a_400_that_names_it(ask, address):
    assert is_problem(ask("get", address, "?colour=red"), 400)["errors"][0]["field"] == "colour"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_bad_key_is_a_401_whatever_it_opens(ask, address):
    method = "get" if "GET" in METHODS[address] else "post"
    answer = ask(method, address, Authorization="Api-Key nonsense")
    is_problem(answer, 401)
    assert answer["WWW-Authenticate"].startswith("Api-Key")


@pytest.mark.parametrize("address", GETS)
def test_pages_of_other_origins_may_read_it_and_its_headers(ask, address):
    answer = ask("get", address, Origin="https://partner.example")
    assert answer["Access-Control-Allow-Origin"] == "*"
    exposed = set(answer["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"} <= exposed
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("address", GETS)
def test_what_is_compressed_is_the_same(ask, address):
    plain, packed = ask("get", address), ask("get", address, **{"Accept-Encoding": "gzip"})
    whole = body_of(packed)
    if packed.get("Content-Encoding") == "gzip":
        whole = gzip.decompress(whole)
    if not plain.streaming:
        assert whole == plain.content


@pytest.mark.parametrize("address", [one for one in ADDRESSES if "{" in one])
def test_what_is_not_there_is_a_404(ask, address):
    method = "get" if "GET" in METHODS[address] else "post"
    path = address.replace("{key}", "nobody-knows").replace("{number}", "99999999")
    is_problem(getattr(ask.client, method)(f"/api/v1/{path}", headers=ask.headers), 404)
