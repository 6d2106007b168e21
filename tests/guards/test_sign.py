"""The sign of the directory: every page has it, in the sizes that browsers and other sites ask for."""

import re
from itertools import cycle

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation
from django.utils.translation import gettext

from directory.web.templatetags.head import HEIGHT, WIDTH
from tests.journeys.test_accessibility import PAGES
from tests.journeys.world import belgium
from tests.tools import pictures

pytestmark = pytest.mark.django_db
PICTURES = pictures.sources()


def picture(name):
    return (pictures.FOLDER / name).read_bytes()


def meta(page):
    """What a page's head says of it, by name."""
    found = re.findall(r'<meta (?:name="[\w:]+" )?(?:property|name)="([\w:-]+)" content="([^"]*)">', page)
    assert len(dict(found)) == len(found), "One is said twice."
    return dict(found)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_of_the_sign_and_the_words_of_today(name):
    size, html = PICTURES[name]
    assert pictures.size_of(picture(name)) == size
    assert pictures.note_of(picture(name)) == pictures.digest(html), "Run python -m tests.tools.pictures."


def test_the_icon_of_old_browsers_holds_the_small_picture():
    assert picture("icon.ico") == pictures.as_ico(picture("icon-32.png"), 32)


def test_pictures_are_small():
    sizes = {file.name: file.stat().st_size for file in pictures.FOLDER.iterdir()}
    # Each page names the first two; a social picture is fetched by other sites alone.
    assert sizes["icon.svg"] <= 500
    assert all(size <= (100_000 if name.startswith("social") else 3_000) for name, size in sizes.items())


@pytest.mark.parametrize("language", [one for one in pictures.LANGUAGES if one != "en"])
def test_the_words_of_the_social_picture_are_in_its_language(language):
    with translation.override(language):
        assert {gettext(pictures.NAME), gettext(pictures.LEAD)}.isdisjoint({pictures.NAME, pictures.LEAD})


def walked():
    """Each page type once, the languages in turn; the home page in each."""
    for (name, path), language in zip(PAGES.items(), cycle(pictures.LANGUAGES), strict=False):
        yield name, language, re.sub(r"^/\w\w/", f"/{language}/", path)
    yield from (("home", language, f"/{language}/") for language in pictures.LANGUAGES)


def test_every_page_type_wears_the_sign_and_tells_other_sites_what_it_is(client, index_dir):
    belgium()
    for name, language, path in walked():
        page = client.get(path).content.decode()
        assert page.count('<svg class="sign"') == 1, name
        assert page.count('<link rel="icon"') == page.count('<link rel="apple-touch-icon"') == 1, name
        if '<body class="sheet">' in page:
            continue
        found, title = meta(page), re.search("<title>(.*) – (.*?)</title>", page)
        assert (found["og:title"], found["og:site_name"]) == title.groups(), (name, language)
        assert found["og:locale"].startswith(language)
        assert found["og:url"] == f"http://testserver{path.partition('?')[0]}"
        assert found["og:image"].endswith(f"/static/directory/img/social-{language}.png")
        assert found["og:description"], (name, language)


def test_the_social_picture_has_the_size_that_pages_say():
    assert (WIDTH, HEIGHT) == pictures.SOCIAL
    for language in pictures.LANGUAGES:
        assert finders.find(f"directory/img/social-{language}.png")


@pytest.mark.parametrize(
    "path", ["/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png"]
)
def test_what_browsers_ask_for_unasked_is_there(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert finders.find(answer.url.removeprefix("/static/"))
