"""A profile is forgotten: nothing of it is in logs, error reports, database, cache, mails or files."""

import logging

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils.http import urlencode

from config.error_reports import scrub
from directory.eligibility import service as eligibility
from directory.search import service, tokens
from directory.web import forgetting
from directory.web.views import match
from tests.builders import a_trial
from tests.integration.test_web_match import FORM, post
from tests.journeys.world import belgium
from tests.support.traces import logged, places_of

pytestmark = pytest.mark.django_db
CANARY = "zkanarie"
# One in every field that takes words; the second time each field is wrong.
GOOD = {"text": f"{CANARY} neuroblastoma", "alterations": f"{CANARY} ALK", "age": "31 months", "near": "4000"}
BAD = {name: f"{CANARY}-{name}" for name in ("text", "alterations", "age", "stage", "lines", "sex", "near",
       "within", "condition", "country")}  # fmt: skip


@pytest.fixture(autouse=True)
def _world(index_dir):
    belgium()


@pytest.mark.parametrize("fields", [GOOD, BAD, GOOD | {"link": "1", "share": ["words"]}, {"drop": CANARY}])
def test_no_trace_of_a_profile_is_kept(fields):
    with logged() as log:
        answer = post(**fields)
        assert answer.status_code == 200
        assert post(path="match/suggest/", q=f"{CANARY} neur", kind="disease").status_code == 200
    assert "POST /en/match/" in log.getvalue()
    assert CANARY not in log.getvalue()
    assert places_of(CANARY) == []


def test_no_trace_is_kept_of_a_link_that_somebody_opens():
    with logged() as log:
        assert Client().get(f"/en/match/?text={CANARY}+neuroblastoma").status_code == 200
    assert CANARY not in log.getvalue()
    assert places_of(CANARY) == []


@pytest.mark.parametrize("broken", [(eligibility, "match"), (match, "render"), (match, "form_of")])
def test_an_error_that_quotes_the_profile_is_reported_without_its_words(monkeypatch, broken):
    def fails(*_args, **_kwargs):
        raise RuntimeError(f"no idea what {CANARY} is")

    monkeypatch.setattr(*broken, fails)
    client = Client(raise_request_exception=False)
    with logged() as log:
        answer = client.post("/en/match/", urlencode(GOOD), content_type=FORM)
    assert answer.status_code == 500
    assert "RuntimeError" in log.getvalue()
    assert CANARY not in log.getvalue()
    assert CANARY not in answer.content.decode()


def test_an_error_report_to_another_house_holds_no_words():
    # What sentry_sdk makes of such an error, before it is sent.
    event = {
        "request": {"url": "https://x/en/match/", "data": CANARY, "headers": {"a": CANARY}},
        "exception": {"values": [{"type": "Forgotten", "value": "RuntimeError", "stacktrace": {
            "frames": [{"function": "match", "vars": {"text": CANARY}}]}}]},
        "breadcrumbs": {"values": [{"message": CANARY, "data": {"q": CANARY}}]},
    }  # fmt: skip
    assert CANARY not in str(scrub(event, {}))


def test_no_word_of_a_profile_stays_in_the_memory_of_the_process():
    post(**GOOD)
    known = tokens._known_cut.cache_info().currsize
    post(text="zonderling neuroblastoom", alterations="buitenissig, KRAS G12V")
    assert tokens._known_cut.cache_info().currsize == known


def test_the_search_for_traces_finds_what_is_kept():
    # Another word: this one stays.
    planted = "zgeplant"
    a_trial(f"{planted} trial")
    service.rebuild()
    cache.set("key", f"a {planted} value")
    mail.send_mail("subject", f"about {planted}", "a@example.org", ["b@example.org"])
    with logged() as log:
        logging.getLogger("some.logger").warning("somebody typed %s", planted)
    assert planted in log.getvalue()
    found = " ".join(places_of(planted))
    for place in ("table trials_trial", "documents", "mail", "cache"):
        assert place in found, (place, found)


# What a browser and its neighbours are told


@pytest.mark.parametrize("answer", [
    lambda: post(**GOOD), lambda: post(**BAD), lambda: post(), lambda: Client().get("/en/match/"),
    lambda: Client().get("/en/match/?stage=relapsed"), lambda: post(path="match/suggest/", q="neuro"),
    lambda: post(headers={"Sec-Fetch-Site": "cross-site"}, **GOOD),
])  # fmt: skip
def test_the_browser_is_told_to_keep_no_copy_and_to_name_this_page_to_nobody(answer):
    given = answer()
    assert given["Cache-Control"] == "no-store"
    assert given["Referrer-Policy"] == "no-referrer"
    assert not given.cookies


def test_nothing_offers_to_remember_what_is_typed():
    page = Client().get("/en/match/").content.decode()
    form = page.partition('<form id="profile"')[2].partition("</form>")[0]
    assert 'autocomplete="off"' in form.partition(">")[0]
    fields = [part.partition(">")[0] for part in form.replace("<select", "<input").split("<input ")[1:]]
    assert len(fields) > 12
    assert all('autocomplete="off"' in field for field in fields)
    assert CANARY not in page


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "none", "Origin": "null"}, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "null"}, 200),
        ({}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
    ],
)
def test_a_form_of_another_site_is_not_read(headers, status):
    answer = post(headers=headers, **GOOD)
    assert answer.status_code == status
    assert (CANARY in answer.content.decode()) == (status == 200)


def test_a_body_that_would_be_laid_down_in_a_file_is_not_read(settings):
    big = {"text": "x" * (forgetting.MOST_BYTES + 1)}
    assert post(**big).status_code == 413
    assert Client().post("/en/match/", GOOD).status_code == 415
    assert Client().post("/en/match/", "{}", content_type="application/json").status_code == 415


def test_only_pages_are_asked_for_and_forms_sent():
    assert Client().put("/en/match/", "x", content_type=FORM).status_code == 405
    assert Client().head("/en/match/").status_code == 200
