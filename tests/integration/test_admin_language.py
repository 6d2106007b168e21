"""The admin speaks English throughout until its own part has a catalogue; the pages go on in theirs."""

import re

import pytest
from django.utils import formats

from tests import builders
from tests.support.admin_forms import admin_url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["nl", "fr", "de,en;q=0.5"])
def test_a_browser_of_another_language_gets_an_english_admin(client, language):
    client.force_login(builders.an_editor())
    answer = client.get("/admin/", headers={"Accept-Language": language})
    page = answer.content.decode()
    assert re.search(r'<html lang="en"', page)
    assert answer["Content-Language"] == "en"
    assert "Log out" in page
    assert not re.search(r"Afmelden|Déconnexion|Abmelden", page)


def test_the_form_to_sign_in_is_english_too(client):
    page = client.get("/admin/login/", headers={"Accept-Language": "nl"}).content.decode()
    assert '<html lang="en"' in page
    assert "Password:" in page


def test_dates_in_the_admin_are_european(client):
    client.force_login(builders.an_editor())
    site = builders.a_site(said=1)
    client.get(admin_url(site, "change"), headers={"Accept-Language": "fr"})
    assert formats.date_format(site.updated_at, "DATE_FORMAT").startswith(str(site.updated_at.day))


def test_the_page_asked_for_after_the_admin_has_its_own_language(client, index_dir):
    client.get("/admin/login/", headers={"Accept-Language": "nl"})
    page = client.get("/nl/centres/").content.decode()
    assert '<html lang="nl"' in page
    assert client.get("/", headers={"Accept-Language": "fr"})["Location"] == "/fr/"
