"""The first screen of a trial's page answers: for whom, open where, as of when, who says so, whom to call."""

import pytest

pytestmark = pytest.mark.usefixtures("world")
SCREENS = {"telephone": (390, 844), "desk": (1280, 900)}
ANSWERS = {
    "which trial": "h1",
    "for whom": ".meta-big",
    "open or not": ".head-status .status",
    "where": ".block-where >> nth=0",
    "as of when, and who says so": ".site-block .said >> nth=0",
    "whom to call": ".block-call a >> nth=0",
}


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_screen_answers_what_a_physician_asks(page, screen, language):
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/{language}/trials/ieuroewing/")
    below = {}
    for question, place in ANSWERS.items():
        box = page.locator(place).bounding_box()
        if box["y"] + box["height"] > height or box["x"] + box["width"] > width:
            below[question] = box
    assert below == {}
