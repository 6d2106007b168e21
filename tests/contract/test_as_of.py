"""`as_of`: single records and the sites of a trial, as they were at the end of a day."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core import changes
from directory.core.listing import set_state
from directory.core.models import State
from directory.core.roles import Role
from tests.builders import a_centre, a_professional, a_site, a_trial
from trials.actions import state_status, state_status_of_trial
from trials.models import StatusStatement, Trial, TrialSite
from trials.statements import settle_disputes

EDITOR = changes.Actor(Role.EDITOR)
DAY = "2026-03-03"


@pytest.fixture
def past(api, time_machine, indexed):
    """Alpha recruited at two centres in March; in May one is suspended, and Beta is new."""
    time_machine.move_to("2026-03-01 12:00Z", tick=False)
    ghent, leuven = a_centre("uz-gent"), a_centre("uz-leuven")
    alpha = a_trial("Alpha", identifiers=["NCT01234567"])
    person = a_professional("Demo Willing", consent=True)
    first = a_site(alpha, ghent, status=None, contact_person=person)
    second = a_site(alpha, leuven, status=None)
    coordinator = changes.Actor(Role.COORDINATOR)
    for site in (first, second):
        state_status(site=site, status="recruiting", by=coordinator, said_at=dt.date(2026, 2, 20))
    time_machine.move_to("2026-05-01 12:00Z", tick=False)
    state_status(site=first, status="suspended", by=coordinator)
    with changes.recording(EDITOR) as log:
        beta = Trial(slug="beta", acronym="Beta", title_en="A study of Beta", state="listed")
        log.watch(beta)
        beta.save()
        site = TrialSite(trial=beta, centre=ghent)
        log.watch(site)
        site.save()
    indexed()
    return api


def test_a_trial_is_what_it_was_then(past):
    then, now = past.json("trials/alpha/", as_of=DAY), past.json("trials/alpha/")
    assert [site["status"] for site in then["sites"]] == ["recruiting", "recruiting"]
    assert [site["status"] for site in now["sites"]] == ["suspended", "recruiting"]
    assert [site["freshness"] for site in then["sites"]] == ["fresh", "fresh"]
    assert then["updated_at"].startswith("2026-03-01T12:00")
    assert set(then) == set(now)


def test_freshness_is_that_of_the_day(past):
    assert past.json("trials/alpha/", as_of="2026-04-20")["sites"][1]["freshness"] == "ageing"


@pytest.mark.parametrize(
    "path", ["trials/alpha/", "trials/nct 01234567/", "trials/beta/", "centres/uz-gent/"]
)
def test_of_today_it_is_what_it_is_today(past, path):
    today = past.json(path) | {"updated_at": None}
    assert past.json(path, as_of=timezone.localdate().isoformat()) | {"updated_at": None} == today


def test_the_sites_of_a_trial_are_those_of_the_trial_then(past):
    then = past.json("sites/", trial="NCT01234567", as_of=DAY)
    assert then["results"] == past.json("trials/alpha/", as_of=DAY)["sites"]
    assert (then["count"], then["next"], then["previous"]) == (2, None, None)
    assert past.json("sites/", trial="alpha", centre="uz-leuven", as_of=DAY)["count"] == 1
    assert (
        past.json("sites/", trial="alpha", as_of=DAY, fields="status")["results"]
        == [{"status": "recruiting"}] * 2
    )
    assert past.json("sites/", trial="beta", as_of=DAY)["results"] == []


def test_a_centre_counts_the_trials_of_that_day(past):
    assert past.json("centres/uz-gent/", as_of=DAY)["trials"] == {"total": 1, "recruiting": 1}
    assert past.json("centres/uz-gent/")["trials"] == {"total": 2, "recruiting": 0}


def test_what_was_not_there_then_or_is_not_public_today_is_not_found(past):
    assert "not listed as a trial on 2026-03-03" in past.problem("trials/beta/", 404, as_of=DAY)["detail"]
    set_state(records=Trial.objects.filter(slug="alpha"), state=State.WITHDRAWN, by=EDITOR)
    past.problem("trials/alpha/", 404, as_of=DAY)


@pytest.mark.parametrize(
    "day", ["2126-01-01", "2026-02-28", "2026-02-30", "tomorrow", "2026", "2026-03-03T12:00"]
)
@pytest.mark.parametrize("path", ["trials/alpha/", "centres/uz-gent/", "sites/?trial=alpha"])
def test_another_day_is_refused_with_the_days_there_are(past, path, day):
    query = {"trial": "alpha"} if path.startswith("sites") else {}
    fault = past.problem(path.partition("?")[0], as_of=day, **query)["errors"][0]
    assert (fault["field"], fault["allowed"]) == ("as_of", ["2026-03-01..2026-05-01"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "trial"),
        ({"status": "recruiting"}, "trial"),
        ({"trial": "alpha", "freshness": "fresh"}, "freshness"),
        ({"trial": "alpha", "facets": "1"}, "facets"),
        ({"centre": [f"uz-{number}" for number in range(11)]}, "centre"),
    ],
)
def test_of_sites_only_those_of_some_trials_or_centres_can_be_asked(past, query, field):
    assert past.problem("sites/", as_of=DAY, **query)["errors"][0]["field"] == field


def test_the_sites_of_a_centre_are_those_of_the_centre_then(past):
    then = past.json("sites/", centre="uz-gent", as_of=DAY)
    assert then["results"] == past.json("trials/alpha/", as_of=DAY)["sites"][:1]
    assert then["results"][0]["contact"]["name"] == "Demo Willing"
    today = timezone.localdate().isoformat()
    found = past.json("sites/", centre=["uz-gent", "uz-leuven"], as_of=today)["results"]
    assert [(one["trial"], one["status"]) for one in found] == [
        ("alpha", "suspended"), ("beta", "unknown"), ("alpha", "recruiting"),
    ]  # fmt: skip


def test_sites_of_a_day_are_filtered_by_the_status_of_that_day(past):
    asked = {"centre": "uz-gent", "status": ["suspended", "completed"]}
    assert past.json("sites/", as_of=DAY, **asked)["count"] == 0
    assert past.json("sites/", as_of="2026-05-01", **asked)["count"] == 1


@pytest.mark.parametrize("path", ["trials/", "centres/", "networks/"])
def test_a_list_that_is_of_today_says_what_can_be_asked_instead(past, path):
    said = past.problem(path, as_of=DAY)["errors"][0]["message"]
    for example in ("trials/alpha/?as_of=", "centres/uz-gent/?as_of=", "sites/?centre=uz-gent&as_of="):
        assert past.get(f"{example}{DAY}").status_code == 200
    assert all(one in said for one in ("trials/{key}/?as_of=", "centres/{code}/?as_of=", "sites/?as_of="))


@pytest.fixture(params=[False, True], ids=["the log names the word", "the log is older"])
def log_of_then(request, monkeypatch):
    """As it is, and as it was before it named the statement by which a trial is disputed."""
    found = changes.found_by_the_next

    def older(*asked):
        shots = found(*asked)
        for shot in filter(None, shots.values()):
            shot.pop("disputed_by", None)
        return shots

    if request.param:
        monkeypatch.setattr(changes, "found_by_the_next", older)


@pytest.mark.usefixtures("log_of_then")
def test_a_dispute_of_the_trial_is_in_the_record_of_the_days_on_which_it_was_one(past, time_machine):
    editor = changes.Actor(Role.EDITOR)
    trial = Trial.objects.get(slug="alpha")
    with changes.recording(editor) as log:
        log.watch(trial)
        trial.status_as_of = "2026-05-01"
        trial.save()
        state_status_of_trial(trial=trial, by=editor)
    time_machine.move_to("2026-05-10 12:00Z", tick=False)
    StatusStatement.objects.create(
        trial=trial, status="completed", said_at=dt.date(2026, 5, 9), role="registry", source="CTIS",
    )  # fmt: skip
    with changes.recording(changes.Actor(Role.REGISTRY)) as log:
        log.watch(trial)
        settle_disputes([trial])
    time_machine.move_to("2026-05-20 12:00Z", tick=False)
    with changes.recording(editor) as log:
        log.watch(trial)
        trial.refresh_from_db()
        trial.status_as_of = "2026-05-20"
        trial.save()
        state_status_of_trial(trial=trial, by=editor)
    StatusStatement.objects.filter(trial=trial).update(retracted_at=timezone.now())
    days = {day: past.json("trials/alpha/", as_of=day) for day in ("2026-05-09", "2026-05-10", "2026-05-20")}
    assert [one["status_disputed"] for one in days.values()] == [False, True, False]
    assert [one["dispute"] and one["dispute"]["status"] for one in days.values()] == [None, "completed", None]


@pytest.mark.parametrize("path", ["trials/", "centres/", "networks/", "networks/x/"])
def test_whole_lists_and_networks_are_of_today_only(past, path):
    assert past.problem(path, as_of=DAY)["errors"][0]["field"] == "as_of"


def test_a_person_who_withdrew_is_in_no_answer_of_any_day(past):
    site = TrialSite.objects.get(trial__slug="alpha", centre__code="uz-gent")
    assert past.json("trials/alpha/", as_of=DAY)["sites"][0]["contact"]["name"] == "Demo Willing"
    with changes.recording(EDITOR) as log:
        log.watch(site.contact_person)
        site.contact_person.consent_withdrawn_on = timezone.localdate()
        site.contact_person.save()
    assert "Demo Willing" not in past.get("trials/alpha/", as_of=DAY).content.decode()
    assert "Demo Willing" not in past.get("sites/", trial="alpha", as_of=DAY).content.decode()
