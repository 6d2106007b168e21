"""The documentation page: complete, readable without scripts, under the strict content policy."""

import html
import json
import re

import pytest

from directory.api.v1.schema import committed

DOCUMENT = json.loads(committed())


@pytest.fixture
def page(api):
    answer = api.get("docs/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    return answer.content.decode()


def test_every_operation_is_shown_with_a_call_to_copy(page):
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            assert f'id="{operation["operationId"]}"' in page
            assert f"<code>{path}</code>" in page
    assert page.count("<code>curl ") == sum(len(item) for item in DOCUMENT["paths"].values())


def test_every_parameter_is_shown(page):
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in page


def test_every_link_on_the_page_leads_somewhere_on_it(page):
    targets = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= targets


def test_no_two_places_have_the_same_name(page):
    names = re.findall(r'id="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_nothing_on_it_is_inline_or_of_another_host(page):
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=", page)
    assert re.findall(r'(?:src|href)="(https?:)?//', page) == []


def test_the_calls_name_this_site_whatever_host_was_asked(api, settings):
    settings.BASE_URL = "https://directory.example"
    page = api.client.get("/api/v1/docs/", headers={"host": "127.0.0.1:9001"}).content.decode()
    assert "curl 'https://directory.example/api/v1/trials/" in page


def test_a_browser_is_given_the_page_whatever_it_accepts(api):
    assert api.get("docs/", headers={"Accept": "text/html"}).status_code == 200


def test_the_calls_shown_are_good_calls(world, page, settings):
    calls = re.findall(r"<code>curl '([^<']*)'", html.unescape(page))
    shown = [one.removeprefix(f"{settings.BASE_URL}/api/v1/") for one in calls]
    assert len(shown) > 8
    for path in shown:
        answer = world.get(path.replace("uz-gent", "uz-demo"))
        assert answer.status_code in (200, 404), (path, answer.content)
