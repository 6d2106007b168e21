"""The admin speaks the reader's language: the one chosen in its header, else the browser's, else English."""

import datetime as dt
import html
import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import formats, translation
from django.utils.text import capfirst

from centres.models import Affiliation, Membership
from centres.rights import own_apps
from directory.core.models import Change
from tests import builders
from tests.support.admin_forms import admin_url, errors, save
from trials.models import Trial

pytestmark = pytest.mark.django_db

LANGUAGES = ("nl", "fr", "de")
REGISTERED = [model for model in admin.site._registry if model._meta.app_label in own_apps()]
DAY = dt.date(2027, 11, 30)


def choose(client, language):
    client.cookies["django_language"] = language


def read(client, address, **headers) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return html.unescape(answer.content.decode())


def in_language(language, *texts) -> list[str]:
    with translation.override(language):
        return [str(translation.gettext(text)) for text in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_the_language_that_was_chosen(client, language):
    client.force_login(builders.an_editor())
    choose(client, language)
    out, home = in_language(language, "Log out", "Home")
    assert (out, home) != ("Log out", "Home")
    addresses = {
        **{reverse("admin:app_list", args=[model._meta.app_label]): model for model in REGISTERED},
        **{admin_url(model): model for model in REGISTERED},
        **{admin_url(model, "add"): model for model in REGISTERED},
    }
    seen = 0
    for address, model in addresses.items():
        if client.get(address).status_code == 403:
            continue
        seen += 1
        page = read(client, address)
        assert f'<html lang="{language}"' in page, address
        assert out in page and home in page, address
        with translation.override(language):
            ours = [capfirst(model._meta.verbose_name_plural), str(admin.site.site_header)]
        assert all(text in page for text in ours), (address, ours)
    assert seen > len(REGISTERED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ["/admin/", "/admin/password_change/"])
def test_a_browser_of_another_language_gets_its_own(client, language, address):
    client.force_login(builders.an_editor())
    answer = client.get(address, headers={"Accept-Language": f"{language},en;q=0.5"})
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.content.decode()


@pytest.mark.parametrize("header", ["", "it", "pt-BR,es;q=0.5"])
def test_whose_language_we_do_not_speak_gets_english(client, header):
    client.force_login(builders.an_editor())
    assert '<html lang="en"' in read(client, "/admin/", **{"Accept-Language": header})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_has_the_language_of_its_buttons(client, language):
    client.force_login(builders.an_editor())
    choose(client, language)
    (button,) = in_language(language, "Save and continue editing")
    assert button != "Save and continue editing"
    assert f'value="{button}"' in read(client, admin_url(builders.a_trial(), "change"))


# -- the switch ------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_switch_in_the_header_is_a_form_that_is_remembered(language, signed_in):
    client = Client(enforce_csrf_checks=True)
    address = "/admin/trials/trial/?q=a&o=1" if signed_in else "/admin/login/?next=/admin/trials/trial/"
    if signed_in:
        client.force_login(builders.an_editor())
    form = re.search(r'<form id="languages".*?</form>', read(client, address), re.DOTALL)[0]
    assert re.findall(r'<button name="language" value="(\w+)"', form) == ["en", *LANGUAGES]
    assert re.search(r'value="en" lang="en" aria-current="true"', form)
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert sent["next"] == address
    answer = client.post(re.search(r'action="([^"]+)"', form)[1], sent | {"language": language})
    assert (answer.status_code, answer["Location"]) == (302, address)
    cookie = answer.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == (language, True, "Lax")
    assert f'<html lang="{language}"' in read(client, address, **{"Accept-Language": "en"})


def test_the_switch_leads_to_no_other_site(client):
    answer = client.post(reverse("set_language"), {"language": "nl", "next": "https://example.org/"})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("language", ["xx", "", "es"])
def test_a_language_that_is_not_offered_changes_nothing(client, language):
    client.post(reverse("set_language"), {"language": language, "next": "/admin/"})
    assert '<html lang="en"' in read(client, "/admin/login/")


# -- what the language of the admin leaves alone ------------------------------------------------------------


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_a_public_page_has_the_language_of_its_address(client, index_dir, chosen):
    choose(client, chosen)
    client.get("/admin/login/")
    for language in ("en", *LANGUAGES):
        assert f'<html lang="{language}"' in read(client, f"/{language}/centres/")


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_the_api_answers_the_same(client, index_dir, chosen):
    addresses = ["/api/v1/trials/nothing/", "/api/v1/trials/?status=x", "/api/v1/"]
    before = [client.get(address).content for address in addresses]
    choose(client, chosen)
    assert [client.get(address).content for address in addresses] == before


# -- what is typed ------------------------------------------------------------


@pytest.fixture
def dated():
    """A record of each kind whose form holds a day or a number with a fraction."""
    person = builders.a_professional("Demo Person", consent=True)
    centre = builders.a_centre("uz", latitude=51.02581234, longitude=3.7282)
    Affiliation.objects.create(professional=person, centre=centre, since=DAY)
    network = builders.a_network("n")
    Membership.objects.create(network=network, centre=centre, since=DAY)
    site = builders.a_site(builders.a_trial(opened_in_belgium="2024-06"), centre, said=3)
    return person, centre, network, site, site.trial


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_form_that_nobody_touched_comes_back_the_same(client, dated, language):
    client.force_login(builders.an_editor())
    choose(client, language)
    for record in dated:
        before = type(record).snapshots([record.pk])
        answer = save(client, admin_url(record, "change"))
        assert (answer.status_code, errors(answer)) == (302, "")
        assert type(record).snapshots([record.pk]) == before
    assert not Change.objects.exists()


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_day_may_be_typed_as_the_language_writes_it_and_as_a_computer_does(client, dated, language):
    client.force_login(builders.an_editor())
    choose(client, language)
    network = dated[2]
    with translation.override(language):
        patterns = [formats.get_format("DATE_INPUT_FORMATS")[0], "%Y-%m-%d"]
    for number, pattern in enumerate(patterns, 1):
        day = DAY + dt.timedelta(days=number)
        fields = {"memberships-0-since": day.strftime(pattern)}
        assert errors(save(client, admin_url(network, "change"), **fields)) == ""
        assert Membership.objects.get().since == day


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_numbers_in_addresses_have_no_separators(client, language):
    client.force_login(builders.an_editor())
    choose(client, language)
    trial = builders.a_trial(pk=1234567)
    page = read(client, admin_url(Trial))
    assert f"/admin/trials/trial/{trial.pk}/change/" in page
    assert f'value="{trial.pk}"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_of_the_forms_speaks_it_too(client, dated, language):
    """Django's scripts read their words and the order of a day from a file of this site, as the CSP wants."""
    client.force_login(builders.an_editor())
    choose(client, language)
    page = read(client, admin_url(dated[2], "change"))
    source = re.search(r'<script src="([^"]*jsi18n[^"]*)"', page)[1]
    assert source.startswith("/admin/")
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", page)
    script = read(client, source)
    (today,) = in_language(language, "Today")
    with translation.override(language):
        assert f'"{formats.get_format("DATE_INPUT_FORMATS")[0]}"' in script
    assert f'"Today": "{today}"' in script
    assert today != "Today"


def test_days_in_an_english_admin_are_european(client):
    client.force_login(builders.an_editor())
    site = builders.a_site(said=1)
    client.get(admin_url(site, "change"))
    assert formats.date_format(site.updated_at, "DATE_FORMAT").startswith(str(site.updated_at.day))
