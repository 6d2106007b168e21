"""The sheet for the tumour board is one page of paper."""

import re

import pytest

from directory.core.roles import Role
from tests.builders import a_centre, a_site, a_trial, says

pytestmark = pytest.mark.django_db(transaction=True)
ONE_PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture
def nine_sites(site):
    """As much as the real registry has on one sheet: nine centres, each with what is said and how."""
    trial = a_trial(
        "iEuroEwing", title_en="International clinical trial for newly diagnosed Ewing sarcoma",
        title_fr="Essai clinique international pour un sarcome d'Ewing nouvellement découvert",
        identifiers=["NCT04307576", "2022-501454-11"], conditions=["VIIIc", "IXd"], phases=["phase3"],
        stages=["newly_diagnosed"], min_days=731, max_days=18262, disease_terms=["Ewing sarcoma"],
        sponsor="GPOH gGmbH", groups=["GPOH", "BSPHO"], opened_in_belgium="2024-06", status_as_of="2024-06",
        url="https://www.bspho.be/en/news/ieuroewing-study",
    )  # fmt: skip
    for number in range(9):
        centre = a_centre(
            f"centre-{number}", name=f"Queen Fabiola Children's University Hospital {number}",
            name_fr=f"Hôpital Universitaire des Enfants Reine Fabiola {number}", city="Woluwe-Saint-Lambert",
            phone=f"+3227641{number}11",
        )  # fmt: skip
        one = a_site(trial, centre, status=None)
        says(one, "recruiting", said=100 + number, since="2024-06-01")
        if number == 3:
            says(one, "suspended", said=3, by=Role.REGISTRY)
    return trial


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_a_sheet_with_nine_centres_is_one_page_of_a4(page, nine_sites, language):
    page.goto(f"/{language}/trials/{nine_sites.slug}/print/")
    assert page.locator(".block-sites > li").count() == 9
    assert len(ONE_PAGE.findall(page.pdf(format="A4"))) == 1


@pytest.mark.parametrize("width", [390, 1280])
def test_a_label_on_the_sheet_does_not_touch_its_value(page, nine_sites, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/fr/trials/{nine_sites.slug}/print/")
    labels = page.locator("dt").all()
    assert len(labels) > 5
    for label in labels:
        name, value = label.bounding_box(), label.locator("xpath=following-sibling::dd[1]").bounding_box()
        beside = value["x"] - (name["x"] + name["width"])
        assert beside >= 8 or value["y"] >= name["y"] + name["height"] - 1
