"""The journeys' world, and browsers of other kinds than `page`."""

from pathlib import Path

import pytest

from tests.support.browser import PATIENCE

from .world import belgium


@pytest.fixture
def world(index_dir, site):
    """Belgium, indexed, behind a real server."""
    return belgium()


@pytest.fixture
def page_like(_browser, site):
    """`page_like(java_script_enabled=False, viewport=…)`: a page of a browser of that kind."""
    contexts = []

    def make(**kind):
        context = _browser.new_context(base_url=site, **({"locale": "en-GB"} | kind))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def picture(page, request):
    """`picture(name)` keeps what the page shows for the documentation, where `--pictures FOLDER` is given."""
    folder = request.config.getoption("--pictures")

    def keep(name):
        if folder:
            page.set_viewport_size({"width": 1000, "height": 700})
            page.locator("#content").screenshot(path=Path(folder, f"{name}.png"))

    return keep
