"""Age, sex and lines in the free words decide as those in the fields do, on the page and for the API."""

import json
from urllib.parse import urlencode

import pytest
from django.test import Client

from directory.eligibility.service import BANDS, Profile, match
from directory.search import service
from tests.builders import a_centre, a_trial

pytestmark = pytest.mark.django_db
ALL = {"conditions": ["Ia"], "disease_terms": ["Acute lymphoblastic leukaemia"]}


@pytest.fixture
def trials(index_dir):
    centre = a_centre("uz-gent", name="Ghent University Hospital")
    a_trial("Young", **ALL, stages=["any"], max_days=3652, at=[centre])
    a_trial("Girls", **ALL, stages=["any"], sex="female", at=[centre])
    a_trial("Untreated", **ALL, stages=["any"], lines_max=0, at=[centre])
    a_trial("Treated", **ALL, stages=["any"], lines_min=1, at=[centre])
    a_trial("Later", **ALL, stages=["any"], lines_min=2, at=[centre])
    service.rebuild()


def judged(slug, name, language="en", **profile):
    """The verdict and the reason of one criterion."""
    found = match(Profile(**profile), language=language)
    trials = {one.key: one for band in BANDS for one in getattr(found, band).trials}
    said = {one.name: one for one in trials[slug].criteria}
    return said[name].verdict, said[name].reason


@pytest.mark.parametrize(
    ("language", "text", "verdict", "typed"),
    [
        ("de", "ALL, 12 Jahre", "unmet", "12 Jahre"), ("fr", "LAL, 12 ans", "unmet", "12 ans"),
        ("nl", "ALL, 18 maanden", "met", ""), ("en", "ALL since 12 years", "unknown", ""),
    ],
)  # fmt: skip
def test_an_age_in_the_words_decides_and_the_reason_repeats_it(trials, language, text, verdict, typed):
    found, reason = judged("young", "age", language, text=text)
    assert (found, typed in reason) == (verdict, True)


def test_the_field_of_age_wins_and_the_sentences_age_is_unread(trials):
    assert judged("young", "age", text="ALL, 12 years", days=2000)[0] == "met"
    found = match(Profile(text="ALL, 12 years", days=2000), language="en")
    assert found.unread == ("12 years",)
    assert "age" not in {one.kind for one in found.read}


def test_a_sex_in_the_words_decides_where_the_field_is_empty(trials):
    assert judged("girls", "sex", text="boy with ALL")[0] == "unmet"
    assert judged("girls", "sex", text="girl with ALL")[0] == "met"
    assert judged("girls", "sex", text="boy with ALL", sex="female")[0] == "met"
    assert judged("girls", "sex", text="ALL, not female")[0] == "unknown"


def test_lines_in_the_words_decide_where_the_field_is_empty(trials):
    assert judged("untreated", "lines", text="ALL after 2 lines")[0] == "unmet"
    assert judged("later", "lines", text="ALL after 2 lines")[0] == "met"
    assert judged("later", "lines", text="ALL after 2 lines", lines=1)[0] == "unmet"


def test_a_counted_relapse_of_a_leukaemia_is_as_many_lines_at_least(trials):
    first, second = ({"text": f"ALL, {one} relapse"} for one in ("first", "second"))
    assert [judged(slug, "lines", **first)[0] for slug in ("untreated", "treated", "later")] == [
        "unmet", "met", "unknown",
    ]  # fmt: skip
    assert judged("later", "lines", **second)[0] == "met"
    assert judged("untreated", "lines", **first)[1].endswith("the relapses you gave mean at least 1.")
    assert judged("later", "lines", **first)[1].endswith("you gave no number.")
    # Uncounted, and of what may have been operated on only, it is not known.
    assert judged("treated", "lines", text="relapsed ALL")[0] == "unknown"
    assert judged("treated", "lines", text="ependymoma, first relapse")[0] == "unknown"


def test_no_step_asks_for_fewer_lines_than_there_were(trials):
    found = match(Profile(text="ALL, first relapse"), language="en")
    steps = {one.key: one.step for one in found.undetermined.trials if one.step and one.step.kind == "lines"}
    assert all("0" not in step.text for step in steps.values())


def test_the_page_shows_age_sex_and_lines_as_read(trials):
    data = {"text": "12-jähriges Mädchen, ALL, nach 2 Linien, sonderbar"}
    form = {"data": urlencode(data), "content_type": "application/x-www-form-urlencoded"}
    page = " ".join(Client().post("/en/match/", **form).content.decode().split())
    assert "age <strong>12-jähriges</strong>" in page
    assert "sex <strong>Female</strong>" in page
    assert "treatment before <strong>nach 2 Linien</strong>" in page
    assert "in doubt, so it decides nothing: <strong>sonderbar</strong>" in page
    assert "geslacht <strong>Vrouwelijk</strong>" in Client().post("/nl/match/", **form).content.decode()


def test_the_api_tells_age_sex_and_lines_among_what_was_read(trials):
    body = json.dumps({"text": "13 year old girl, ALL, 2 lines"})
    read = Client().post("/api/v1/match/", body, content_type="application/json").json()["read"]
    assert [(one["kind"], one["value"], one["label"]) for one in read if one["kind"] != "condition"] == [
        ("age", "13y", "13 year old"), ("sex", "female", "Female"), ("lines", "2", "2 lines"),
    ]  # fmt: skip
