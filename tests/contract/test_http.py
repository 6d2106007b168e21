"""What every address does as HTTP: tags, HEAD, OPTIONS, compression, other origins."""

import gzip

import pytest

from tests.builders import a_trial

GETS = [
    "", "trials/", "trials/boneone/", "sites/", "centres/", "centres/uz-demo/", "networks/",
    "networks/demo-net/", "conditions/", "suggest/?q=ewing", "schema/", "docs/",
]  # fmt: skip


@pytest.mark.parametrize("path", GETS)
def test_an_unchanged_answer_is_a_304(world, path):
    first = world.get(path)
    assert first.status_code == 200
    again = world.get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "Content-Type" not in again


@pytest.mark.parametrize("held", ["W/{}", '"other", {}', "*", 'W/"x",{}'])
def test_tags_are_compared_weakly_and_in_lists(world, held):
    tag = world.get("trials/")["ETag"]
    assert world.get("trials/", headers={"If-None-Match": held.format(tag)}).status_code == 304


@pytest.mark.parametrize("held", ['"other"', "nonsense", "", 'W/""'])
def test_another_tag_brings_the_answer(world, held):
    assert world.get("trials/", headers={"If-None-Match": held}).status_code == 200


def test_a_star_does_not_hide_that_nothing_is_there(world):
    assert world.get("trials/nothing/", headers={"If-None-Match": "*"}).status_code == 404


def test_a_change_brings_another_tag(world, indexed):
    tag = world.get("trials/")["ETag"]
    a_trial("Newcomer")
    indexed()
    answer = world.get("trials/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer["ETag"] != tag


def test_the_next_day_brings_another_tag(world, time_machine):
    tag = world.get("trials/")["ETag"]
    time_machine.move_to("2031-03-04 12:00", tick=False)
    assert world.get("trials/")["ETag"] != tag


def test_another_question_has_another_tag(world):
    tags = {
        world.get(path)["ETag"] for path in ["trials/", "trials/?q=ewing", "trials/?page_size=1", "sites/"]
    }
    assert len(tags) == 4


def test_the_order_of_parameters_makes_no_other_tag(world):
    one, other = (
        world.get("trials/?q=ewing&status=recruiting"),
        world.get("trials/?status=recruiting&q=ewing"),
    )
    assert one["ETag"] == other["ETag"]


def test_caches_may_keep_an_answer_but_must_ask(world):
    assert world.get("trials/")["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("path", GETS)
def test_head_says_what_get_would(world, path):
    got, head = world.get(path), world.client.head(f"/api/v1/{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == got["ETag"]
    assert head["Content-Type"] == got["Content-Type"]
    assert int(head["Content-Length"]) == len(got.content)


@pytest.mark.parametrize("path", GETS)
def test_options_says_what_is_possible(world, path):
    answer = world.client.options(f"/api/v1/{path}")
    assert (answer.status_code, answer["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert "Content-Type" not in answer


def test_an_answer_is_utf_8_json(world):
    answer = world.get("centres/chc-demo/")
    assert answer["Content-Type"] == "application/json"
    assert "Liège".encode() in answer.content


def test_an_answer_is_compressed_for_whoever_takes_it(world):
    plain = world.get("trials/")
    packed = world.get("trials/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert "Content-Encoding" not in plain


def test_the_tag_of_a_compressed_answer_still_makes_a_304(world):
    packed = world.get("trials/", headers={"Accept-Encoding": "gzip"})
    assert packed["ETag"].startswith("W/")
    again = world.get("trials/", headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert again.status_code == 304


def test_pages_of_other_origins_may_read(world):
    answer = world.get("trials/", headers={"Origin": "https://partner.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    exposed = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"} <= set(exposed)


def test_pages_of_other_origins_may_send_a_key_and_nothing_else(world):
    asked = {"Origin": "https://partner.example", "Access-Control-Request-Headers": "authorization"}
    answer = world.client.options("/api/v1/trials/", headers=asked | {"Access-Control-Request-Method": "GET"})
    assert answer.status_code == 200
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert "POST" not in answer["Access-Control-Allow-Methods"]


def test_pages_of_other_origins_may_ask_for_news_only(world):
    asked = {"Origin": "https://partner.example", "Access-Control-Request-Method": "GET"}
    allowed = world.client.options("/api/v1/trials/", headers=asked)["Access-Control-Allow-Headers"]
    assert "if-none-match" in allowed
    assert "csrf" not in allowed


@pytest.mark.parametrize("claim", [
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Host": "evil.example"},
    {"Host": "localhost"},
])  # fmt: skip
@pytest.mark.parametrize(
    "path", ["", "trials/?page_size=1", "sites/?page_size=1", "suggest/?q=bone", "docs/"]
)
def test_addresses_in_answers_are_this_sites_whatever_a_request_claims(world, path, claim, settings):
    plain, claimed = world.get(path), world.client.get(f"/api/v1/{path}", headers=claim, secure=True)
    assert settings.BASE_URL in claimed.content.decode()
    assert (claimed.content, claimed["ETag"]) == (plain.content, plain["ETag"])


def test_no_cookie_is_set(world):
    assert not world.get("trials/").cookies


@pytest.mark.parametrize("language", ["nl", "fr-BE", "de"])
def test_the_answer_does_not_depend_on_the_language_of_the_browser(world, language):
    plain, other = world.get("trials/"), world.get("trials/", headers={"Accept-Language": language})
    assert (other.content, other["ETag"]) == (plain.content, plain["ETag"])
    bad = world.get("trials/", headers={"Accept-Language": language}, status="sometimes")
    assert bad.json() == world.get("trials/", status="sometimes").json()
