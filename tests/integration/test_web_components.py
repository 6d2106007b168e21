"""The gallery shows every component and state, to those whom it concerns, and to no search machine."""

import re

import pytest
from django.urls import reverse

from directory.web.views.components import COMPONENTS, STYLESHEETS
from tests.builders import a_user, an_editor
from trials.choices import Recruitment
from trials.freshness import Confirmation

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery(client, settings, index_dir):
    settings.COMPONENT_GALLERY = True
    answer = client.get("/en/components/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("file", sorted(COMPONENTS.iterdir()), ids=lambda file: file.stem)
def test_each_component_is_shown_with_everything_that_can_be_given_to_it(gallery, file):
    name = file.stem.replace("_", "-")
    assert f"&lt;c-{name}&gt;" in gallery
    example = (COMPONENTS.parent / "gallery" / file.name).read_text("utf-8")
    assert f"<c-{name}" in example
    for given in re.findall(r"[\w-]+", "".join(re.findall(r"<c-vars(.*?)/>", file.read_text("utf-8")))):
        assert re.search(rf"[ :]{given}=", example), given


def test_the_folder_of_components_is_read():
    assert {"crumbs.html", "field.html"} <= {file.name for file in COMPONENTS.iterdir()}


def test_each_stylesheet_is_loaded(gallery):
    names = {file.name for file in STYLESHEETS.glob("*.css")}
    assert {"site.css"} < names
    for name in names:
        assert f"directory/css/{name}" in gallery


@pytest.mark.parametrize("status", Recruitment.values)
def test_each_status_is_there_in_each_state(gallery, status):
    assert f'<code class="note">{status}</code>' in gallery
    for state in Confirmation:
        assert f'<code class="note">{status}, {state}</code>' in gallery, state


def test_states_that_are_rare_are_there(gallery):
    for text in (
        "The public does not see this page", "No participating centre is known", "Found by synonym",
        "Not on the map", "map-spot-none", 'aria-invalid="true"', "under 1 km", "checked",
    ):  # fmt: skip
        assert text in gallery, text


def test_search_machines_are_kept_out(gallery, client):
    assert '<meta name="robots" content="noindex">' in gallery
    assert "components" not in client.get(reverse("sitemap")).content.decode()


@pytest.mark.parametrize("who", ["the public", "a user", "staff"])
def test_in_production_it_is_for_staff(client, settings, index_dir, who):
    settings.COMPONENT_GALLERY = False
    if who != "the public":
        client.force_login(an_editor() if who == "staff" else a_user())
    assert client.get("/en/components/").status_code == (200 if who == "staff" else 404)
