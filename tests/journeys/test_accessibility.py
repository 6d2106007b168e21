"""Every page type: axe finds nothing, nothing is wider than the screen, nothing breaks the content policy."""

from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

pytestmark = pytest.mark.usefixtures("world")
PAGES = {
    "home": "/en/",
    "search": "/en/trials/",
    "search, narrowed": "/en/trials/?q=ewing&near=9000&within=80&phase=phase3&centre=uz-gent",
    "search, map": "/nl/trials/?q=ewing&near=9000&view=map",
    "search, empty": "/en/trials/?q=ewing&phase=phase3&stage=relapsed",
    "search, bad values": "/en/trials/?q=ewing&age=abc&near=x&within=y&status=z",
    "profile": "/en/match/",
    "profile, answered": "/en/match/?text=relapsed+neuroblastoma+zonderling&age=31m&near=4000",
    "profile, nothing fits": "/nl/match/?condition=VIIIc&age=6m&near=4000&within=20",
    "profile, bad values": "/fr/match/?age=abc&near=0001&lines=x&condition=x&within=y&country=z",
    "results on paper": "/en/trials/results.html?q=ewing&near=9000",
    "comparison": "/en/trials/compare/?trial=ieuroewing&trial=beacon2&trial=reecur&trial=alltogether1",
    "comparison of nothing": "/en/trials/compare/",
    "trial": "/en/trials/ieuroewing/",
    "trial without sites": "/en/trials/reecur/",
    "print sheet": "/en/trials/ieuroewing/print/",
    "centres": "/nl/centres/",
    "centre": "/fr/centres/uz-gent/",
    "gaps": "/nl/gaps/?show=all",
    "gaps, bad values": "/en/gaps/?age=abc&stage=x",
    "quality": "/de/quality/",
    "trial on a day": f"/nl/trials/ieuroewing/?as_of={timezone.localdate()}",
    "centre on a day": f"/fr/centres/uz-gent/?as_of={timezone.localdate()}",
    "no such day": "/en/trials/ieuroewing/?as_of=2126-01-01",
    "following": "/fr/watch/?q=ewing&age=4&near=9000",
    "following a trial": "/en/watch/?trial=ieuroewing",
    "asked to follow": "/de/watch/asked/",
    "a link that is over": "/nl/watch/stop/1/",
    "networks": "/de/networks/",
    "network": "/en/networks/suhopl/",
    "not found": "/en/nothing/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_type(page_like, scheme):
    page = page_like(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    found = {name: faults(page, path) for name, path in PAGES.items()}
    assert found == {name: [] for name in PAGES}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_axe_finds_nothing_in_the_gallery_of_components(page_like, settings, scheme, width):
    settings.COMPONENT_GALLERY = True
    page = page_like(color_scheme=scheme, viewport={"width": width, "height": 900})
    assert faults(page, "/nl/components/") == []
    assert page.get_by_role("heading", level=1).inner_text() == "Components"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_on_a_telephone(page_like):
    page = page_like(viewport={"width": 390, "height": 844}, has_touch=True)
    found = {name: faults(page, path) for name, path in PAGES.items()}
    assert found == {name: [] for name in PAGES}


def faults(page, path):
    """What axe says of a page with all its folds opened: rule and place."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    violations = Axe().run(page).response["violations"]
    return [(one["id"], node["html"][:160]) for one in violations for node in one["nodes"]]


# A screen of 1280 at 200 % is 640 wide; telephones begin at 320.
@pytest.mark.parametrize("width", [320, 390, 640, 768, 1280])
def test_no_page_is_wider_than_the_screen(page_like, width):
    page = page_like(viewport={"width": width, "height": 800})
    for name, path in PAGES.items():
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_no_page_breaks_the_content_policy_or_asks_another_host(page, site):
    said, asked = [], set()
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.add(request.url.split("/static")[0].split("/en/")[0]))
    for path in (
        "/en/",
        "/en/trials/?q=ewing",
        "/en/match/",
        "/en/trials/ieuroewing/",
        "/en/centres/uz-gent/",
    ):
        page.goto(path)
    page.goto("/en/trials/")
    page.get_by_label("Sorted by").select_option("Acronym")
    page.wait_for_url("**ordering=acronym")
    assert said == []
    assert asked == {site}


def test_headings_are_in_order_on_every_page(page):
    for name, path in PAGES.items():
        page.goto(path)
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => +one.tagName[1])")
        assert levels.count(1) == 1, name
        assert all(after - before <= 1 for before, after in pairwise(levels)), (
            name,
            levels,
        )


def test_every_page_type_is_light_on_the_first_visit(page_like):
    """At most 100 KB compressed, all in all, and nothing from another host."""
    heavy = {}
    for name, path in PAGES.items():
        page, requests = page_like(), []
        page.on("requestfinished", lambda one, found=requests: found.append(one))
        page.goto(path)
        page.wait_for_load_state("networkidle")
        size = sum(one.sizes()["responseBodySize"] for one in requests)
        hosts = {one.url.split("/")[2] for one in requests}
        if not 0 < size <= 100_000 or len(hosts) != 1:
            heavy[name] = (size, hosts)
        page.context.close()
    assert heavy == {}


def test_nothing_moves_for_whoever_asked_for_less_motion(page_like):
    page = page_like(reduced_motion="reduce")
    for name, path in PAGES.items():
        page.goto(path)
        moving = page.evaluate(
            "[...document.querySelectorAll('*')].filter(one => {"
            " const style = getComputedStyle(one);"
            " return style.animationName !== 'none' || parseFloat(style.transitionDuration) > 0"
            " || style.scrollBehavior === 'smooth' }).length"
        )
        assert moving == 0, name
