"""What a page says of a site: which statement stands, which one contradicts it, who is named."""

import datetime as dt
from types import SimpleNamespace as Made

import pytest

from directory.web.sites import SiteCard, history_of

EARLY, LATE, LATEST = (dt.date(2026, 11, day) for day in (1, 12, 20))


def says(pk, status, role, day):
    return Made(pk=pk, status=status, role=role, said_at=day)


def card(*statements, status="recruiting", by="coordinator", at=EARLY, **more):
    site = {"status": status, "verified_by": by, "verified_at": at, "disputed": False, "disputed_by": None,
            "freshness": "fresh"}  # fmt: skip
    return SiteCard(Made(statements=Made(all=lambda: list(statements)), **site | more))


EDITOR_EARLY = says(1, "suspended", "editor", EARLY)
COORDINATOR_EARLY = says(2, "recruiting", "coordinator", EARLY)
REGISTRY_SAME = says(3, "recruiting", "registry", LATE)
REGISTRY_LATE = says(4, "completed", "registry", LATE)
CORRECTED = says(5, "completed", "coordinator", EARLY)
CONFIRMED = says(6, "recruiting", "coordinator", EARLY)
REGISTRY_LATEST = says(7, "suspended", "registry", LATEST)
ALL = (EDITOR_EARLY, COORDINATOR_EARLY, REGISTRY_SAME, REGISTRY_LATE)


@pytest.mark.parametrize(("statements", "site", "standing"), [
    (ALL, {}, COORDINATOR_EARLY),
    (ALL, {"status": "suspended", "by": "editor"}, EDITOR_EARLY),
    (ALL, {"status": "completed", "by": "registry", "at": LATE}, REGISTRY_LATE),
    ((CORRECTED, *ALL), {}, COORDINATOR_EARLY),  # said on one day by one role: the one of the status
    ((*ALL, CONFIRMED), {}, CONFIRMED),  # the same said twice on one day: the later one
    (ALL, {"at": LATE}, None),
    (ALL, {"by": "sponsor"}, None),
    ((), {"at": None, "by": "", "status": "unknown"}, None),
])  # fmt: skip
def test_the_standing_statement_is_of_the_day_the_role_and_the_status_of_the_site(statements, site, standing):
    assert card(*statements, **site).standing is standing


@pytest.mark.parametrize(("site", "contradiction"), [
    ({"disputed": True, "disputed_by": 4}, REGISTRY_LATE),
    ({"disputed": True, "disputed_by": 7}, REGISTRY_LATEST),
    ({"disputed": True, "disputed_by": None}, None),  # of a time when the log did not have it
    ({"disputed": False, "disputed_by": None}, None),
])  # fmt: skip
def test_what_contradicts_is_the_statement_that_the_site_names(site, contradiction):
    assert card(REGISTRY_LATEST, *ALL, **site).contradiction is contradiction


def test_the_history_has_what_was_said_of_the_whole_trial_and_last_what_is_of_no_day():
    dated, undated = says(9, "completed", "editor", LATE), says(8, "unknown", "registry", None)
    one = card(COORDINATOR_EARLY, REGISTRY_LATEST)
    assert history_of([one], [undated, dated]) == [REGISTRY_LATEST, dated, COORDINATOR_EARLY, undated]


def test_the_history_is_of_all_sites_with_the_latest_first():
    one, other = card(COORDINATOR_EARLY, REGISTRY_LATE), card(REGISTRY_LATEST, EDITOR_EARLY)
    found = history_of([one, other])
    assert found == [REGISTRY_LATEST, REGISTRY_LATE, COORDINATOR_EARLY, EDITOR_EARLY]
    assert [statement.site for statement in found] == [other.site, one.site, one.site, other.site]


class Person:
    def __init__(self, consents):
        self.may_be_published = consents


YES, NO, ANOTHER = Person(True), Person(False), Person(True)


@pytest.mark.parametrize(("person", "investigator", "named"), [
    (YES, None, [YES]), (NO, None, []), (None, YES, [YES]), (None, NO, []), (YES, NO, [YES]),
    (None, None, []), (YES, ANOTHER, [YES, ANOTHER]), (YES, YES, [YES]),
])  # fmt: skip
def test_who_may_be_published_is_named_once_and_nobody_else(person, investigator, named):
    site = card(contact_person=person, investigator=investigator, contact_email="", contact_phone="")
    assert site.people == named
    assert site.has_contact is bool(named)


@pytest.mark.parametrize(("first", "second"), [
    ({"status": "recruiting", "freshness": "never"}, {"status": "suspended"}),
    ({"status": "suspended"}, {"status": "unknown"}),
    ({"status": "unknown"}, {"status": "active_not_recruiting"}),
    ({"freshness": "fresh"}, {"freshness": "ageing"}),
    ({"freshness": "ageing"}, {"freshness": "disputed"}),
    ({"freshness": "disputed"}, {"freshness": "stale"}),
    ({"freshness": "stale"}, {"freshness": "never"}),
    ({"centre": Made(name="Antwerp")}, {"centre": Made(name="Brussels")}),
])  # fmt: skip
def test_recruiting_comes_before_closed_fresh_before_stale_then_the_name(first, second):
    named = {"centre": Made(name="Ghent")}
    assert card(**named | first).order < card(**named | second).order
