"""The gallery shows every component and state, to those whom it concerns, and to no search machine."""

from pathlib import Path

import pytest
from django.urls import reverse

from directory.web.apps import __file__ as web
from tests.builders import a_user, an_editor
from trials.choices import Recruitment
from trials.freshness import Confirmation

pytestmark = pytest.mark.django_db
COMPONENTS = Path(web).with_name("templates") / "directory" / "components"


@pytest.fixture
def gallery(client, settings, index_dir):
    settings.COMPONENT_GALLERY = True
    answer = client.get("/en/components/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_each_component_of_the_folder_is_named_with_its_source(gallery):
    names = [path.stem.replace("_", "-") for path in COMPONENTS.iterdir()]
    assert len(names) >= 2
    for name in names:
        assert f"&lt;c-{name}" in gallery, name


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
