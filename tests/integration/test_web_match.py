"""The profile page: what is asked, what is answered, and that nothing is lost on the way."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.http import urlencode

from directory.eligibility.service import SECTIONS
from directory.search import service
from directory.web import matching
from tests.builders import a_centre, a_professional, a_site, a_trial
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
PROFILE = {
    "text": "relapsed high-risk neuroblastoma", "age": "31 months", "alterations": "ALK mutated",
    "near": "4000",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def post(language="en", headers=None, path="match/", **fields):
    # As a browser: no cookie, no token.
    client = Client(enforce_csrf_checks=True)
    data = urlencode(fields, doseq=True)
    return client.post(f"/{language}/{path}", data, content_type=FORM, headers=headers or {})


def text(language="en", status=200, **fields):
    answer = post(language, **fields)
    assert answer.status_code == status
    return plain(answer)


def plain(answer):
    return " ".join(html.unescape(answer.content.decode()).split())


def bands(page):
    """By section, the slugs of its trials in order."""
    found = re.findall(rf'<a id="({"|".join(SECTIONS)})-\d+" href="/\w\w/trials/([^/]+)/"', page)
    return {name: [slug for band, slug in found if band == name] for name in SECTIONS}


def card(page, band, number=1):
    return page.partition(f'aria-labelledby="{band}-{number}"')[2].partition("</article>")[0]


# The answer


def test_the_journeys_profile_has_its_trial_and_says_how_its_words_were_read():
    belgium()
    page = text(**PROFILE)
    assert bands(page)["open_here"] == ["beacon2"]
    assert "1 trial open in Belgium, 0 other candidates, 0 supportive or observational, 3 excluded" in page
    assert re.search(r"Your words were read as:.*stage <strong>Relapsed</strong>.*\(IVa\)", page)
    for given in ("31 months", "ALK mutated", "4000 Liège"):
        assert f"<dd>{given}</dd>" in page


def test_a_card_ticks_each_criterion_with_a_word_and_a_reason_what_is_in_the_way_first():
    belgium()
    page = text(condition="VIIIc", age="6 months", stage="newly_diagnosed")
    card_of = card(page, "excluded", bands(page)["excluded"].index("ieuroewing") + 1)
    verdicts = re.findall(
        r'<li class="criterion-(\w+)"><span class="verdict">.*?</span>([^<]+)</span>', card_of
    )
    assert verdicts[0] == ("unmet", "Not met")
    assert verdicts[-1] == ("met", "Met")
    assert "<strong>Age</strong> – 6 months: outside the limits (2 years to 50 years)." in card_of


def test_a_card_names_the_nearest_recruiting_site_how_we_know_and_whom_to_ask():
    belgium()
    found = card(text(condition="VIIIc", stage="newly_diagnosed", age="10", near="9000"), "open_here")
    assert "Nearest site that recruits" in found
    assert re.search(r"Ghent University Hospital<.*\d+ km", found)
    assert re.search(r"Recruiting<span class=\"fresh\">, confirmed on \d", found)
    assert "by the centre's coordinator" in found
    assert 'href="mailto:trials@uz-gent.example"' in found
    assert 'href="/en/trials/ieuroewing/#site-uz-gent"' in found


def test_where_nobody_may_be_named_the_switchboard_is():
    centre = a_centre("uz-leuven", phone="+3216332211")
    silent = a_professional("Zkanarie Person", email="zkanarie@example.org")
    a_site(a_trial("Alpha", conditions=["IVa"], stages=["any"]), centre, contact_person=silent)
    service.rebuild()
    found = card(text(condition="IVa"), "open_here")
    assert "+32 16 33 22 11" in found
    assert "kanarie" not in found


def test_a_person_is_named_only_with_consent():
    person = a_professional("Demo Person", email="demo@example.org", consent=True)
    a_site(a_trial("Alpha", conditions=["IVa"], stages=["any"]), a_centre(), contact_person=person)
    service.rebuild()
    assert "Demo Person" in card(text(condition="IVa"), "open_here")


def test_a_trial_without_a_recruiting_site_shows_what_is_known_of_its_sites():
    a_trial("Alpha", conditions=["IVa"], stages=["any"], at=[(a_centre(name="Clinic C"), "suspended")])
    service.rebuild()
    found = card(text(condition="IVa"), "excluded")
    assert re.search(r"Suspended.*Clinic C", found)


def test_links_out_of_the_answer_carry_nothing_and_keep_it_open():
    belgium()
    page = text(**PROFILE).partition('id="answer-title"')[2]
    links = re.findall(r'<a [^>]*href="(/en/trials/[^"]*)"[^>]*>', page)
    assert links
    assert all("?" not in link for link in links)
    for link in re.findall(r"<a [^>]*/en/trials/[^>]*>", page):
        assert 'target="_blank" rel="noreferrer"' in link


def test_words_nobody_understood_decide_nothing_and_are_named():
    belgium()
    page = text(text="neuroblastoma zorgeloos", alterations="kwispel")
    assert re.search(r"Not understood, denied or in doubt, so it decides nothing:.*zorgeloos.*kwispel", page)


def test_what_excludes_most_is_said_below_and_ignoring_it_gives_that():
    for number in range(3):
        a_trial(f"T{number}", conditions=["IVa"], stages=["any"], max_days=3000, at=[a_centre()])
    service.rebuild()
    page = text(condition="IVa", age="14", sex="female")
    assert "Age: 3 trials" in page
    assert "Ignore age</button>" in page
    assert page.index("Most common reasons for exclusion") > page.index('id="excluded"')
    assert 'name="drop" value="age"' in page
    without = text(condition="IVa", age="14", sex="female", drop="age")
    assert len(bands(without)["open_here"]) == 3
    assert '<input id="age" name="age" type="text" value=""' in without
    assert 'value="female" selected' in without


def test_a_criterion_that_is_not_the_forms_is_named_without_a_button():
    a_trial("Alpha", conditions=["IVa"], stages=["any"], at=[(a_centre(), "suspended")])
    service.rebuild()
    page = text(condition="IVa")
    assert "Recruitment: 1 trial" in page
    assert 'name="drop"' not in page


def test_a_long_band_is_shown_in_parts(monkeypatch):
    monkeypatch.setattr(matching, "PER_BAND", 2)
    centre = a_centre()
    for number in range(5):
        a_trial(f"T{number}", conditions=["IVa"], stages=["any"], at=[centre])
    service.rebuild()
    page, seen = text(condition="IVa"), []
    for shown in (2, 4, 5):
        assert len(bands(page)["open_here"]) == shown
        assert bands(page)["open_here"][: len(seen)] == seen
        seen = bands(page)["open_here"]
        page = text(condition="IVa", more="open_here", shown_open_here=shown)
        if shown < 5:
            assert f'data-focus="open_here-{shown + 1}"' in page
    assert 'name="more"' not in page
    # Another question begins at its beginning.
    assert len(bands(text(condition="IVa", shown_open_here=5))["open_here"]) == 2


@pytest.mark.parametrize("shown", ["-1", "x", "²", "99999999", "9999"])
def test_a_number_of_trials_that_nobody_offered_breaks_nothing(shown):
    belgium()
    assert "beacon2" in text(condition="IVa", more="open_here", shown_open_here=shown)


@pytest.mark.parametrize(
    ("language", "words", "title"),
    [
        ("nl", "hoogrisico neuroblastoom in recidief", "1 studie open in België"),
        ("fr", "neuroblastome de haut risque en rechute", "1 étude ouverte en Belgique"),
        ("de", "Hochrisiko-Neuroblastom im Rezidiv", "1 Studie in Belgien offen"),
    ],
)
def test_it_answers_in_the_language_of_the_page(language, words, title):
    belgium()
    page = text(language, text=words, age="31 m", near="4000")
    assert title in page
    assert bands(page)["open_here"] == ["beacon2"]


def test_the_tree_of_diagnoses_is_grouped_and_what_was_chosen_stays_chosen():
    belgium()
    page = text(condition=["VIIIc", "IXd"])
    assert page.count('<select id="condition') == 2
    assert page.count('<option value="VIIIc" selected>') == page.count('<option value="IXd" selected>') == 1
    assert re.search(r'<optgroup label="[^"]+"><option value="VIII">[^<]+ \(any\)', page)


# Bad input


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("age", "abc", "“abc” is not an age."),
        ("near", "0001", "“0001” is not a place."),
        ("text", "x" * 10_000, "10000 characters"),
        ("alterations", "ALK\0", "control character U+0000"),
        ("condition", "XCVIII", "is not a class of ICCC-3"),
        ("country", "XX", "is not a country"),
    ],
)
def test_a_bad_value_has_its_sentence_beside_the_field_and_in_the_summary_and_the_rest_is_kept(
    name, value, sentence
):
    belgium()
    fields = {"text": "neuroblastoma", "sex": "female", "lines": "2"} | {name: value}
    page = text(**fields)
    assert sentence in page.partition(f'<p class="field-error" id="{name}-error">')[2].partition("</p>")[0]
    assert sentence in page.partition(f'<li><a href="#{name}">')[2].partition("</a>")[0]
    assert re.search(rf'aria-describedby="[^"]*{name}-error"', page)
    assert f'id="{name}"' in page
    assert 'data-focus="error-title"' in page
    assert 'value="female" selected' in page
    assert 'name="lines" type="text" inputmode="numeric" value="2"' in page
    assert not any(bands(page).values())
    if name not in ("condition", "country"):
        assert value.replace("\0", "") in page


def test_nothing_given_asks_for_something():
    belgium()
    assert "Enter at least one detail about the patient" in text()


def test_without_an_index_what_was_typed_stays(index_dir):
    page = text(status=503, text="neuroblastoma", age="31 months")
    assert "being prepared" in page
    assert 'value="neuroblastoma"' in page


# What a tumour board is told


def test_a_card_says_in_one_line_what_is_to_be_asked_and_the_smallest_step():
    centre, fits = a_centre(), {"conditions": ["IVa"], "no_limits": ["age"]}
    a_trial("Asked", **fits, at=[centre])
    a_trial("Tested", **fits, stages=["any"], alterations=["ALK"], at=[centre])
    a_trial("Fits", **fits, stages=["any"], at=[centre])
    a_trial("Two", **fits, alterations=["ALK"], at=[centre])
    service.rebuild()
    page = text(condition="IVa", age="5")
    found = bands(page)
    cards = {slug: card(page, name, at) for name in found for at, slug in enumerate(found[name], start=1)}
    assert {*found["open_here"]} == {"asked", "tested", "fits"}
    assert found["candidates"] == ["two"]
    assert '<p class="card-ask">Open here: ask the stage</p>' in cards["asked"]
    assert "Smallest step:</span> Ask the centre at which stage of the disease.</p>" in cards["asked"]
    assert '<p class="card-ask">Open here: ask the alterations</p>' in cards["tested"]
    assert "Smallest step:</span> Test for ALK: a match if it is found.</p>" in cards["tested"]
    assert '<p class="card-ask">Open here</p>' in cards["fits"]
    assert "Smallest step" not in cards["fits"]
    assert '<p class="card-ask">Open here: ask the stage and the alterations</p>' in cards["two"]


def test_what_excludes_is_in_sight_and_the_other_reasons_are_folded():
    a_trial("Old", conditions=["IVa"], min_days=6570, at=[a_centre("uz-gent")])
    service.rebuild()
    found = card(text(condition="IVa", age="3"), "excluded")
    in_sight, _, folded = found.partition('<details class="card-why">')
    assert "<strong>Age</strong>" in in_sight
    assert "<strong>Diagnosis</strong>" in folded
    assert re.search(r"Met: \d", folded.partition("</summary>")[0])


def test_that_the_switchboard_is_to_be_rung_is_said_once_for_all_trials():
    centre = a_centre("uz-gent", phone="+3293322111")
    for name in ("One", "Two"):
        a_trial(name, conditions=["IVa"], at=[centre])
    service.rebuild()
    page = text(condition="IVa")
    assert page.count("No public contact yet: ring the centre's switchboard") == 1
    assert page.count('href="tel:+3293322111"') == 2


def test_when_and_by_whom_most_statuses_were_said_is_said_once_and_another_beside_its_own():
    centre = a_centre("uz-gent")
    for name, days in (("One", 3), ("Two", 3), ("Three", 5)):
        a_site(a_trial(name, conditions=["IVa"]), centre, said=days)
    service.rebuild()
    page = text(condition="IVa")
    head, _, cards = page.partition('<ol class="cards-matched">')
    assert head.count("by the centre's coordinator") == 1
    assert cards.count("by the centre's coordinator") == 1


def test_a_card_lists_once_what_is_not_recorded_and_who_says_the_rest():
    a_trial("Fits", conditions=["IVa"], lines_min=1, criteria_source="Protocol 3.0", criteria_as_of="2024-06",
            at=[a_centre()])  # fmt: skip
    service.rebuild()
    found = card(text(condition="IVa", age="5"), "candidates")
    assert "Not recorded here: alterations, excluded alterations, sex." in found
    assert "Criteria: Protocol 3.0, June 2024" in found
    assert "<strong>Sex</strong>" not in found


def test_the_nearest_site_abroad_is_named_beside_the_nearest():
    lille = a_centre("lille", name="Lille Hospital", city="Lille", country="FR", postal_code="59000",
                     latitude=50.63, longitude=3.06)  # fmt: skip
    a_trial("Fits", conditions=["IVa"], stages=["any"], no_limits=["age"], at=[a_centre(), lille])
    service.rebuild()
    found = card(text(condition="IVa", near="9000"), "open_here")
    abroad = r"Nearest abroad.*Lille Hospital</span>, Lille \(FR\), <span class=.far.>6\d km"
    assert re.search(abroad, found)


def test_what_does_not_treat_is_folded_apart():
    a_trial("Eases", title_en="Hypnosis for pain", conditions=["IVa"], stages=["any"], no_limits=["age"],
            at=[a_centre()])  # fmt: skip
    service.rebuild()
    page = text(condition="IVa", age="5")
    assert bands(page)["apart"] == ["eases"]
    assert '<details class="band fold band-apart" id="apart">' in page
    assert "0 trials open in Belgium, 0 other candidates, 1 supportive or observational, 0 excluded" in page


def test_the_age_is_shown_and_repeated_as_it_was_typed():
    a_trial("Fits", conditions=["IVa"], stages=["any"], age_max_text="< 18 years", max_days=6573,
            at=[a_centre()])  # fmt: skip
    service.rebuild()
    page = text(condition="IVa", age="18 mois")
    assert "<dd>18 months</dd>" in page
    assert "18 months: within the limits (&lt; 18 years)." in page or (
        "18 months: within the limits (< 18 years)." in page
    )


# The link


def link(page):
    return re.search(r'<input id="link" type="text" value="([^"]*)"', page)[1]


def held(page):
    return parse_qs(urlsplit(link(page)).query)


def test_a_link_holds_diagnosis_and_stage_also_where_they_were_said_in_words():
    belgium()
    assert held(text(**PROFILE)) == {"condition": ["IVa"], "stage": ["relapsed"]}
    assert held(text(condition="VIIIc", age="6")) == {"condition": ["VIIIc"]}


def test_a_link_holds_what_is_ticked_and_no_more():
    belgium()
    page = text(**PROFILE, link="1", share=["age", "place"])
    assert held(page) == {"age": ["31 months"], "near": ["4000"]}
    assert 'data-focus="link"' in page
    assert link(text(**PROFILE, link="1")) == "http://testserver/en/match/"
    whole = text(**PROFILE, link="1", share=list(matching.SHARES))
    assert held(whole) == {name: [value] for name, value in PROFILE.items()} | {
        "condition": ["IVa"], "stage": ["relapsed"],
    }  # fmt: skip


def test_a_shared_link_is_answered_at_once_and_says_that_something_may_be_missing(client):
    belgium()
    address = link(text(**PROFILE, link="1", share=["diagnosis", "stage"]))
    answer = client.get(address)
    page = plain(answer)
    assert bands(page)["open_here"] == ["beacon2"]
    assert "Add below what its sender left out." in page
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_spoilt_link_says_what_is_wrong_with_it(client):
    belgium()
    page = plain(client.get("/en/match/?condition=XCVIII&stage=relapsed&utm_source=x"))
    assert "“XCVIII” is not a class of ICCC-3." in page
    assert 'value="relapsed" selected' in page


# Ways here, and back


def test_search_home_and_every_page_lead_here_and_it_leads_to_the_search(client):
    belgium()
    for path in ("/en/", "/en/trials/", "/en/centres/"):
        assert 'href="/en/match/"' in client.get(path).content.decode()
    assert '<a href="/en/trials/">Or search by words</a>' in plain(client.get("/en/match/"))


def test_in_part_it_is_the_part_that_changes():
    belgium()
    answer = post(headers={"HX-Request": "true"}, **PROFILE)
    assert answer.content.decode().lstrip().startswith('<div id="match-body"')
    assert "HX-Push-Url" not in answer
    assert "HX-Request" in answer["Vary"]


def test_the_same_profile_goes_to_another_language_in_the_body():
    belgium()
    page = text(**PROFILE)
    assert re.search(r'form="profile" formaction="/nl/match/" lang="nl"', page)


# Suggestions


def test_suggestions_are_asked_for_in_the_body_and_complete_what_is_typed():
    answer = post("nl", path="match/suggest/", q="recidief neurobl", kind="disease")
    found = answer.json()["found"]
    assert found[0]["text"] == "recidief neuroblastoom"
    assert answer["Cache-Control"] == "no-store"
    assert Client().get("/nl/match/suggest/?q=neurobl").status_code == 405


@pytest.mark.parametrize("fields", [{}, {"q": "neuro\0"}, {"q": "x" * 10_000}, {"q": "neuro", "kind": "zz"}])
def test_what_cannot_be_completed_has_no_suggestions(fields):
    assert post(path="match/suggest/", **fields).json() == {"said": "No suggestions.", "found": []}
