"""`health/`: how many records there are, how far the lists are, how old each source is."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core.models import PublicUpdate
from directory.core.roles import Role
from directory.search import service
from tests import builders as b
from tests.support.recorded import edit
from trials.health import sources
from trials.models import RegistrySync, StatusStatement, Trial


@pytest.fixture
def asked(api):
    """Sites of each freshness but one, and what is not public beside them."""
    ghent, hidden = b.a_centre("uz-gent"), b.a_centre("hidden", state="draft")
    b.a_network("net", members=[ghent])
    b.a_network("draft-net", state="draft")
    for days in (3, 45, 200, None):
        b.a_site(b.a_trial(), ghent, said=days or 0, status=days and "recruiting")
    disputed = b.a_site(b.a_trial("DISPUTED"), ghent, said=100)
    b.says(disputed, "completed", by=Role.REGISTRY, said=5, source="ClinicalTrials.gov")
    b.a_site(b.a_trial("DRAFT", state="draft"), ghent)
    b.a_site(Trial.objects.get(slug="disputed"), hidden)
    service.rebuild()
    return api


def test_it_counts_what_the_lists_have(asked):
    health = asked.json("health/")
    counted = {path: asked.json(f"{path}/")["count"] for path in health["counts"]}
    assert health["counts"] == counted == {"trials": 5, "sites": 5, "centres": 1, "networks": 1}


def test_it_counts_sites_by_freshness(asked):
    counts = asked.json("health/")["sites_by_freshness"]
    assert counts == {"fresh": 1, "ageing": 1, "stale": 1, "never": 1, "disputed": 1}
    for word, number in counts.items():
        assert asked.json("sites/", freshness=word)["count"] == number


def test_it_says_how_far_records_and_lists_are(asked):
    assert [asked.json("health/")[name] for name in ("seq", "index_seq")] == [0, 0]
    edit(Trial.objects.get(slug="disputed"), title_en="Newname")
    last = PublicUpdate.objects.latest("seq").seq
    assert [asked.json("health/")[name] for name in ("seq", "index_seq")] == [last, 0]
    service.catch_up()
    assert [asked.json("health/")[name] for name in ("seq", "index_seq")] == [last, last]


def test_a_source_is_as_old_as_what_it_said_last(asked):
    long_ago = timezone.now() - dt.timedelta(days=12)
    StatusStatement.objects.filter(role=Role.REGISTRY).update(recorded_at=long_ago)
    (source,) = asked.json("health/")["sources"]
    assert (source.pop("last_success"), source) == (
        long_ago.isoformat().replace("+00:00", "Z"),
        {
            "name": "ClinicalTrials.gov", "last_run": None, "ok": None, "age_days": 12, "said_age_days": 5,
            "said_on": (timezone.localdate() - dt.timedelta(days=5)).isoformat(),
        },
    )  # fmt: skip


@pytest.mark.parametrize("what", ["retracted", "of a draft", "of nobody", "of a person"])
def test_a_source_is_told_only_of_what_stands_and_is_listed(db, what):
    site = b.a_site(b.a_trial(state="draft" if what == "of a draft" else "listed"), status=None)
    said = b.says(
        site, "recruiting", by=Role.EDITOR if what == "of a person" else Role.REGISTRY,
        source="" if what == "of nobody" else "Somewhere",
    )  # fmt: skip
    if what == "retracted":
        StatusStatement.objects.filter(pk=said.pk).update(retracted_at=timezone.now())
    assert sources() == []


def test_sources_come_by_name_each_once(db):
    for name in ("CTIS", "ClinicalTrials.gov", "CTIS"):
        b.says(b.a_site(status=None), "recruiting", by=Role.REGISTRY, source=name)
    assert [one["name"] for one in sources()] == ["ClinicalTrials.gov", "CTIS"]


def test_what_a_source_says_is_as_old_as_its_newest_day_and_no_more_exact_than_that(db):
    for month in (1, 3, 2):
        day = dt.date(2026, month, 1)
        b.says(
            b.a_site(status=None), "recruiting", by=Role.REGISTRY, source="ISRCTN", said_on=f"{day:%Y-%m}",
            said=(timezone.localdate() - day).days,
        )  # fmt: skip
    (source,) = sources()
    assert (source["said_at"], source["said_on"]) == (dt.date(2026, 3, 1), "2026-03")


def test_a_registry_that_was_asked_and_states_no_site_has_said_nothing(asked):
    now = timezone.now()
    RegistrySync.objects.create(registry="ctis", status="done", finished_at=now, answered_by="CTIS")
    said = {one["name"]: one for one in asked.json("health/")["sources"]}["CTIS"]
    assert (said["age_days"], said["said_on"], said["said_age_days"]) == (0, None, None)


def test_its_tag_stays_while_nothing_happens_and_moves_with_a_source(asked):
    tag = asked.get("health/")["ETag"]
    assert asked.get("health/", headers={"If-None-Match": tag}).status_code == 304
    StatusStatement.objects.filter(role=Role.REGISTRY).update(recorded_at=timezone.now() - dt.timedelta(1))
    assert asked.get("health/", headers={"If-None-Match": tag}).status_code == 200


def test_without_an_index_it_is_not_ready(api):
    assert api.problem("health/", 503)["type"].endswith("not-ready")


def test_a_registry_that_is_followed_says_when_it_was_asked_and_whether_that_went_well(db):
    now = timezone.now()
    b.says(b.a_site(status=None), "recruiting", by=Role.REGISTRY, source="clinicaltrials.gov")
    for hours, status in ((48, "done"), (24, "failed")):
        at = now - dt.timedelta(hours=hours)
        RegistrySync.objects.create(
            registry="ctgov", status=status, started_at=at, finished_at=at, answered_by="ClinicalTrials.gov"
        )
    RegistrySync.objects.create(registry="ctis", status="failed", started_at=now)
    assert sources() == [
        {
            "name": "ClinicalTrials.gov", "last_success": now - dt.timedelta(hours=48),
            "last_run": now - dt.timedelta(hours=24), "ok": False, "said_at": timezone.localdate(),
            "said_on": timezone.localdate().isoformat(),
        }
    ]  # fmt: skip
