"""Which sites a sheet of trials reads: those of the trials whose status it moves, at once, and no others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.builders import a_centre, a_site, a_trial
from tests.sheets import a_csv, applied
from trials.models import TrialSite
from trials.rows.registry_sites import RegistrySites

pytestmark = pytest.mark.django_db
MANY = 12


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital")


@pytest.fixture
def trials(gent):
    found = [a_trial(f"KIWI-{number}", status="recruiting", status_as_of="2026-01") for number in range(MANY)]
    for one in found:
        a_site(one, gent, status=None)
    return found


def imported(rows):
    """The queries for sites that an import of these rows makes, plan and apply."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        run = applied(a_csv(*rows), kind="trials")
    assert run.status == "applied", run.problems
    begins = 'SELECT "trials_trialsite"'
    return run, [one["sql"] for one in queries if one["sql"].startswith(begins)]


def rows_of(trials, status, day):
    return [
        {"acronym": one.acronym, "status": status, "status_as_of": day, "sponsor": "New"} for one in trials
    ]


def test_where_no_status_moves_no_site_is_read(trials):
    run, queries = imported(rows_of(trials, "recruiting", "2026-01"))
    assert run.counts["update"] == MANY
    assert queries == []


def test_where_all_move_the_sites_are_read_in_as_many_queries_as_for_two(trials):
    _run, of_two = imported(rows_of(trials[:2], "suspended", "2026-02"))
    run, of_the_rest = imported(rows_of(trials[2:], "suspended", "2026-02"))
    assert run.counts["update"] == MANY - 2
    assert len(of_the_rest) == len(of_two)
    assert set(TrialSite.objects.values_list("status", flat=True)) == {"suspended"}


def test_of_a_mixed_sheet_the_sites_of_the_moved_trial_alone_follow(trials):
    rows = rows_of(trials[1:], "recruiting", "2026-01") + rows_of(trials[:1], "completed", "2026-02")
    run, queries = imported(rows)
    assert run.counts["update"] == MANY
    assert all(str(one.pk) not in _numbers(sql) for one in trials[1:] for sql in queries if "IN (" in sql)
    moved = TrialSite.objects.exclude(status="unknown").values_list("trial__acronym", "status")
    assert list(moved) == [("KIWI-0", "completed")]


def test_a_trial_that_nobody_looked_up_is_looked_up_when_it_is_asked_for(trials, gent):
    sites = RegistrySites(scope=None, registry="")
    sites.look_up([trials[0].pk])
    assert sites.at(trials[1]) == {gent.pk}
    assert [site.trial for site, _said in sites.of(trials[2], ())] == [trials[2]]
    sites.forget()
    TrialSite.objects.filter(trial=trials[0]).update(status="suspended")
    assert [site.status for site, _said in sites.of(trials[0], ())] == ["suspended"]


def _numbers(sql):
    return sql.partition("IN (")[2].partition(")")[0].replace(" ", "").split(",")
