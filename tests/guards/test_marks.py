"""Old looks old: on every page, in each language, a status has the shape and the words of its state.

Each world is of one state, so that what a page of it shows must be that state; none is full where no centre
confirmed it in time.
"""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory.core.fields import LANGUAGE_CODES
from directory.core.roles import Role
from directory.search import service
from directory.watching.news import news_of
from directory.web.apps import __file__ as web
from tests.builders import a_centre, a_network, a_site, a_trial, says
from tests.guards.test_status_has_its_day import addresses
from trials.freshness import Confirmation

pytestmark = pytest.mark.django_db
CSS = Path(web).with_name("static") / "directory" / "css" / "site.css"
# Written by hand, so that a catalogue that loses or alters one of these is noticed.
SAID = {
    Confirmation.CONFIRMED_IN_TIME: {
        "en": "Recruiting, confirmed on ", "nl": "Rekruteert, bevestigd op ",
        "fr": "Recrutement ouvert, confirmé le ", "de": "Rekrutiert, bestätigt am ",
    },
    Confirmation.OLD: {
        "en": ", not confirmed since", "nl": ", sindsdien niet bevestigd",
        "fr": ", non confirmé depuis", "de": ", seither nicht bestätigt",
    },
    Confirmation.NEVER_CONFIRMED: {
        "en": ", not confirmed by a centre", "nl": ", niet bevestigd door een centrum",
        "fr": ", non confirmé par un centre", "de": ", von keinem Zentrum bestätigt",
    },
    Confirmation.DISPUTED: {
        "en": ", disputed", "nl": ", betwist", "fr": ", contesté", "de": ", strittig",
    },
}  # fmt: skip
# Who said it how many days ago; a disputed one is denied later.
STATEMENTS = {
    Confirmation.CONFIRMED_IN_TIME: (5, Role.COORDINATOR),
    Confirmation.OLD: (31, Role.COORDINATOR),
    Confirmation.NEVER_CONFIRMED: (5, Role.REGISTRY),
    Confirmation.DISPUTED: (9, Role.COORDINATOR),
}
SHOWING = {
    "home", "search", "results-print", "compare", "trial", "parent", "trial-print", "centre",
    "trial on a day", "centre on a day", "gaps",
}  # fmt: skip


def a_world(state):
    """Three trials of one disease, each with one site of this state, and so as a whole."""
    ghent = a_centre("uz-gent")
    network = a_network("net", members=[ghent])
    ago, role = STATEMENTS[state]
    day = timezone.localdate() - dt.timedelta(days=ago)
    whole = {"status_as_of": day.isoformat(), "status_by": role, "opened_in_belgium": "2024-06"}
    whole["disputed"] = state == Confirmation.DISPUTED
    parent = a_trial("Parent", conditions=["VIIIc"], **whole)
    trials = [
        parent,
        *(a_trial(name, parent=parent, conditions=["VIIIc"], **whole) for name in ("Alpha", "Sister")),
    ]
    for trial in trials:
        site = a_site(trial, ghent, said=ago, by=role)
        if state == Confirmation.DISPUTED:
            says(site, "suspended", said=2, by=Role.REGISTRY)
    service.rebuild()
    return {"trial": "alpha", "trial-print": "alpha", "centre": "uz-gent", "network": network.slug}


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("state", Confirmation)
def test_each_page_shows_each_state_with_its_shape_and_its_words(index_dir, state, language):
    found, said = set(), " ".join(SAID[state][language].split())
    for name, address in addresses(a_world(state)).items():
        page = Client().get(address.replace("/en/", f"/{language}/", 1)).content.decode()
        if f"mark-{state}" in page and said in text_of(page):
            found.add(name)
        if state != Confirmation.CONFIRMED_IN_TIME:
            assert "mark-confirmed_in_time" not in page, f"{name} shows as confirmed what is not"
    assert found >= SHOWING


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("state", Confirmation)
def test_answers_to_a_profile_and_suggestions_do_too(index_dir, state, language):
    a_world(state)
    said = " ".join(SAID[state][language].split())
    form = "application/x-www-form-urlencoded"
    address = reverse("web:match").replace("/en/", f"/{language}/", 1)
    answer = Client().post(address, "condition=VIIIc&near=9000", content_type=form).content.decode()
    assert f"mark-{state}" in answer
    assert said in text_of(answer)
    [offered] = Client().get(f"/{language}/suggest/", {"q": "alpha"}).json()["found"]
    assert offered["mark"].endswith(f" mark-{state}")
    assert said in offered["detail"]


@pytest.mark.parametrize("state", Confirmation)
def test_a_map_shows_a_ring_where_no_trial_was_verified_lately(index_dir, state, time_machine):
    a_world(state)
    moved = timezone.now() + dt.timedelta(days=100 if state == Confirmation.OLD else 0)
    time_machine.move_to(moved, tick=False)
    is_old = state in (Confirmation.OLD, Confirmation.DISPUTED)
    for address in ("/en/trials/?view=map", "/en/centres/"):
        page = Client().get(address).content.decode()
        assert ('class="map-spot map-spot-old"' in page) is is_old, address
        assert ("none verified in the last 90 days" in page) is is_old, address


@pytest.mark.parametrize("state", Confirmation)
def test_a_mail_about_a_new_trial_calls_it_recruiting_where_that_is_confirmed_only(index_dir, state):
    a_world(state)
    [new] = news_of([], ["alpha"], since=0, until=0)
    is_confirmed = state == Confirmation.CONFIRMED_IN_TIME
    said = "Recruiting at:" if is_confirmed else "not confirmed by the centre in time:"
    assert f"{said} Hospital uz-gent." in new.sentences[0]
    assert ("when last heard of" in new.sentences[0]) is not is_confirmed


# By page, which trials it counts: `{n}` of them recruit, `{c}` of these are confirmed in 90 days.
NUMBERS = {
    "home": "{n} trials recruited in Belgium when last heard of; {c} confirmed in the last 90 days",
    "gaps": "{n} trials recruited in Belgium when last heard of; {c} confirmed in the last 90 days",
    "centre": "{n} trials recruited here when last heard of; {c} confirmed in the last 90 days",
    "network": "{n} trials recruited at its members when last heard of; {c} confirmed in the last 90 days",
}


@pytest.mark.parametrize("page", NUMBERS)
def test_a_number_of_recruiting_trials_says_how_many_a_centre_confirmed(index_dir, page):
    ghent, leuven = a_centre("uz-gent"), a_centre("uz-leuven")
    network = a_network("net", members=[ghent])
    said = [
        (90, Role.COORDINATOR), (91, Role.COORDINATOR),
        (3, Role.REGISTRY), (3, Role.EDITOR), (3, Role.SPONSOR),
    ]  # fmt: skip
    for ago, role in said:
        a_site(a_trial(conditions=["VIIIc"]), ghent, said=ago, by=role)
    twice = a_trial(conditions=["VIIIc"])
    for centre in (ghent, leuven):
        a_site(twice, centre, said=10)
    implied = a_site(a_trial(), ghent, status=None)
    says(implied, "recruiting", said=3, implied_by="the whole trial")
    says(a_site(a_trial(), ghent, said=20), "completed", said=2, by=Role.REGISTRY)
    a_trial(conditions=["VIIIc"], at=[(ghent, "completed")])
    service.rebuild()
    keys = {"centre": "uz-gent", "network": network.slug}
    address = reverse(f"web:{page}", args=[keys[page]] if page in keys else [])
    assert NUMBERS[page].format(n=8, c=2) in text_of(Client().get(address).content.decode())


# --- The stylesheet ---------------------------------------------------------------------------------


def rules(text):
    """`(selector, declarations)` of the stylesheet, without what stands in a condition (`@media`)."""
    plain = re.sub(
        r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    )
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", plain):
        for selector in selectors.split(","):
            yield selector.strip(), dict(re.findall(r"([\w-]+)\s*:\s*([^;]+)", body))


def tokens(text, *, dark):
    """The colours by name."""
    light, _, rest = text.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light.partition("/* Elements */")[0]))
    return (
        found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", rest.partition("}")[0])) if dark else found
    )


def luminance(colour):
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * one for one in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    parts = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    """WCAG 2.2, 1.4.3."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_the_words_of_a_mark_can_be_read_in_light_and_dark(dark):
    text = CSS.read_text()
    colours = tokens(text, dark=dark)
    tones = {
        declared["--tone"][len("var(--") : -1]
        for selector, declared in rules(text)
        if "--tone" in declared and ("mark-" in selector or ".status" in selector)
        if declared["--tone"].startswith("var(")
    }
    assert len(tones) >= 5
    for tone in tones:
        for ground in ("paper", "wash", "note"):
            assert contrast(colours[tone], colours[ground]) >= 4.5, (tone, ground)


def test_each_state_has_a_shape_of_its_own_and_one_alone_is_full():
    found = list(rules(CSS.read_text()))
    base = next(declared for selector, declared in found if selector == ".dot")
    shapes = {
        state: base | {k: v for sel, said in found if sel == f".mark-{state} .dot" for k, v in said.items()}
        for state in Confirmation
    }
    assert len({tuple(sorted(shape.items())) for shape in shapes.values()}) == len(Confirmation)
    full = [state for state, shape in shapes.items() if shape.get("background") == "var(--tone)"]
    assert full == [Confirmation.CONFIRMED_IN_TIME]
    green = {sel for sel, said in found if said.get("--tone") == "var(--open)" and ".status" in sel}
    assert green == {".mark-confirmed_in_time.status-open"}
