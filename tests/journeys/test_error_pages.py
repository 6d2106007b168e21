"""Pages of errors, and the home page of a directory without data: axe finds nothing on them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from django.utils import translation

from directory.search import service
from tests.integration.test_web_home import CONTEXT, ERRORS, LANGUAGES


def faults(page):
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = [one["id"] for one in Axe().run(page).response["violations"]]
    return [*found, "wider than the screen"] if wide else found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_page_of_an_error(page_like, rf, index_dir, scheme):
    page = page_like(color_scheme=scheme, viewport={"width": 320, "height": 640})
    page.goto("/en/nothing/")
    for name in ERRORS:
        for language in LANGUAGES:
            with translation.override(language):
                page.set_content(render_to_string(name, CONTEXT, request=rf.get("/")))
            assert faults(page) == [], (name, language)


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("de", 1280)])
def test_axe_finds_nothing_on_the_home_page_of_a_directory_without_data(
    page_like, index_dir, language, width
):
    service.rebuild()
    page = page_like(viewport={"width": width, "height": 800})
    page.goto(f"/{language}/")
    assert page.get_by_role("main").get_by_role("listitem").count() >= 6
    assert faults(page) == []
