"""The admin's lists show all their columns on an ordinary screen, however long a title is."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from directory.core.changes import Actor, Entry, record
from tests.builders import a_centre, a_site, a_trial, a_user

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "A randomised international study of a combination of medicines in children and adolescents " * 2
LISTS = {
    "trials/trialsite": ("trial", "centre", "status", "freshness", "verified"),
    "trials/statusstatement": ("about", "status", "said", "role", "source"),
    "trials/trial": ("acronym", "short_title", "state", "status", "updated"),
    "core/change": ("seq", "at", "kind", "record", "op", "who", "run_link"),
}


@pytest.fixture
def boss_page(page):
    trial = a_trial("", title_en=LONG.strip(), slug="a-randomised-international-study-of-a-combination")
    centre = a_centre("hopital-fabiola", name="Queen Fabiola Children's University Hospital")
    a_site(trial, centre, status="active_not_recruiting", said=100)
    change = Entry("site", f"{trial.slug}@{centre.code}", None, {"url": "x"})
    with transaction.atomic():
        record([change], by=Actor("coordinator", run=171))
    a_user("boss", is_staff=True, is_superuser=True)
    page.goto("/admin/login/?next=/admin/")
    page.fill("#id_username", "boss")
    page.fill("#id_password", "secret")
    page.click("[type=submit]")
    expect(page.locator(".attention")).to_be_visible()
    return page


@pytest.mark.parametrize("path", LISTS)
def test_every_column_of_a_list_is_on_a_screen_of_1280(boss_page, path):
    boss_page.goto(f"/admin/{path}/")
    right = boss_page.locator("#changelist .results").bounding_box()
    edge = right["x"] + right["width"]
    for name in LISTS[path]:
        box = boss_page.locator(f"#result_list thead .column-{name}").bounding_box()
        assert box["x"] + box["width"] <= edge + 1, name


def test_a_browser_of_another_language_meets_no_other_in_the_admin(page_like):
    page = page_like(locale="nl-BE")
    page.goto("/admin/login/")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("[type=submit]").get_attribute("value") == "Log in"
