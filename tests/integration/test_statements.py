"""One rule makes a site's status out of what was said about it (`trials.statements`)."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from directory.core.roles import Role
from tests import builders
from tests.builders import says
from trials.choices import Recruitment
from trials.models import StatusStatement, TrialSite
from trials.statements import derive, settle

TODAY = dt.date(2026, 11, 23)


def said(status, *, ago=0, by=Role.COORDINATOR, pk=None, since="", retracted=False, source=""):
    return StatusStatement(
        pk=pk, status=status, said_at=TODAY - dt.timedelta(days=ago), role=by, since=since, source=source,
        retracted_at=timezone.now() if retracted else None,
    )  # fmt: skip


def status_of(*statements):
    found = derive(statements)
    return found["status"], found["verified_by"], found["disputed"]


def test_where_nobody_said_anything_the_status_is_unknown():
    assert status_of() == ("unknown", "", False)
    assert derive([])["verified_at"] is None


# 1. The latest statement by a person stands.


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.EDITOR, Role.SPONSOR])
def test_the_latest_statement_by_a_person_stands(role):
    statements = [said("recruiting", ago=9), said("suspended", ago=2, by=role), said("completed", ago=5)]
    assert status_of(*statements) == ("suspended", role, False)


def test_of_two_statements_of_one_day_the_later_stands():
    assert status_of(said("suspended", pk=2), said("recruiting", pk=1))[0] == "suspended"


def test_a_person_outweighs_a_registry_though_it_spoke_later():
    assert status_of(said("recruiting", ago=9), said("completed", ago=1, by=Role.REGISTRY))[0] == "recruiting"


# 2. Where no person ever said anything, the latest statement of a registry stands.


def test_where_no_person_spoke_the_latest_of_a_registry_stands():
    statements = [said("recruiting", ago=1, by=Role.REGISTRY), said("completed", ago=9, by=Role.REGISTRY)]
    assert status_of(*statements) == ("recruiting", "registry", False)


def test_registries_among_themselves_dispute_nothing():
    statements = [said("recruiting", ago=9, by=Role.REGISTRY), said("completed", ago=1, by=Role.REGISTRY)]
    assert status_of(*statements) == ("completed", "registry", False)


# 3. A registry that says something else on a later day makes the status disputed.


def test_a_registry_that_says_otherwise_on_a_later_day_disputes():
    assert status_of(said("recruiting", ago=9), said("completed", ago=8, by=Role.REGISTRY)) == (
        "recruiting",
        "coordinator",
        True,
    )


@pytest.mark.parametrize(
    ("status", "ago"),
    [("recruiting", 1), ("completed", 9), ("completed", 10)],
    ids=["says the same", "on the same day", "on an earlier day"],
)
def test_a_registry_disputes_nothing_else(status, ago):
    assert not derive([said("recruiting", ago=9), said(status, ago=ago, by=Role.REGISTRY)])["disputed"]


def test_a_dispute_ends_when_a_person_speaks_again():
    statements = [
        said("recruiting", ago=9),
        said("completed", ago=5, by=Role.REGISTRY),
        said("recruiting", ago=1),
    ]
    assert status_of(*statements) == ("recruiting", "coordinator", False)


def test_a_dispute_ends_when_the_registry_agrees_again():
    statements = [
        said("recruiting", ago=9),
        said("completed", ago=5, by=Role.REGISTRY),
        said("recruiting", ago=1, by=Role.REGISTRY),
    ]
    assert not derive(statements)["disputed"]


# Retracted statements count for nothing.


def test_a_retracted_statement_counts_for_nothing():
    assert status_of(said("recruiting", ago=9), said("completed", retracted=True))[0] == "recruiting"
    assert status_of(said("completed", retracted=True)) == ("unknown", "", False)


def test_a_retracted_registry_disputes_nothing():
    assert not derive([said("recruiting", ago=9), said("completed", by=Role.REGISTRY, retracted=True)])[
        "disputed"
    ]


# Since when, verified when, by what source.


def test_the_status_counts_from_the_first_day_stated_in_an_unbroken_row():
    statements = [
        said("suspended", ago=30, since="2026-01"),
        said("recruiting", ago=20, since="2026-06-01"),
        said("recruiting", ago=10),
        said("recruiting", ago=1),
    ]
    assert derive(statements)["status_since"] == "2026-06-01"


def test_the_standing_statements_own_day_goes_first():
    statements = [said("recruiting", ago=20, since="2026-06-01"), said("recruiting", ago=1, since="2026-07")]
    assert derive(statements)["status_since"] == "2026-07"


def test_another_status_in_between_breaks_the_row():
    statements = [
        said("recruiting", ago=20, since="2026-06-01"),
        said("suspended", ago=10),
        said("recruiting", ago=1),
    ]
    assert derive(statements)["status_since"] == ""


@pytest.mark.parametrize("later", ["recruiting", "completed"])
def test_what_a_registry_says_later_moves_no_first_day(later):
    statements = [
        said("recruiting", ago=20, since="2026-06-01"),
        said("recruiting", ago=10),
        said(later, ago=1, by=Role.REGISTRY, since="2026-11"),
    ]
    assert derive(statements)["status_since"] == "2026-06-01"
    assert derive(statements[1:])["status_since"] == ""


def test_a_status_is_verified_on_the_day_of_the_standing_statement_by_its_source():
    found = derive(
        [said("recruiting", ago=9, source="letter"), said("recruiting", ago=2, source="telephone")]
    )
    assert (found["verified_at"], found["status_source"]) == (TODAY - dt.timedelta(days=2), "telephone")


STATEMENTS = st.lists(
    st.builds(
        lambda n, status, ago, by, retracted: said(status, ago=ago, by=by, pk=n, retracted=retracted),
        st.integers(1, 10_000),
        st.sampled_from(Recruitment.values),
        st.integers(0, 20),
        st.sampled_from([Role.COORDINATOR, Role.EDITOR, Role.SPONSOR, Role.REGISTRY]),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.pk,
)


@given(STATEMENTS, st.randoms())
def test_the_order_in_which_statements_are_read_makes_no_difference(statements, random):
    shuffled = list(statements)
    random.shuffle(shuffled)
    assert derive(shuffled) == derive(statements)


@given(STATEMENTS)
def test_a_registry_never_overwrites_a_person(statements):
    persons = [one for one in statements if one.role != Role.REGISTRY and one.retracted_at is None]
    if persons:
        assert derive(statements)["verified_by"] != Role.REGISTRY
        others = ("disputed", "disputed_by", "status_since")
        assert {k: v for k, v in derive(statements).items() if k not in others} == {
            k: v for k, v in derive(persons).items() if k not in others
        }


# In the database.


@pytest.mark.django_db
def test_settling_many_sites_takes_the_same_few_queries(django_assert_max_num_queries):
    sites = [builders.a_site(status=None) for _ in range(12)]
    for site in sites:
        StatusStatement.objects.create(site=site, status="recruiting", role="coordinator")
    with django_assert_max_num_queries(4):  # statements, a savepoint around the update, its end
        assert len(settle(sites)) == 12
    assert TrialSite.objects.recruiting().count() == 12


@pytest.mark.django_db
def test_settling_tells_only_the_sites_that_changed():
    settled, new = builders.a_site(), builders.a_site(status=None)
    StatusStatement.objects.create(site=new, status="suspended", role="coordinator")
    assert settle([settled, new]) == [new]


@pytest.mark.django_db
def test_settling_in_memory_stores_nothing():
    site = builders.a_site(status=None)
    StatusStatement.objects.create(site=site, status="suspended", role="coordinator")
    settle([site], save=False)
    assert (site.status, TrialSite.objects.get().status) == ("suspended", "unknown")


@pytest.mark.django_db
def test_one_sites_statements_say_nothing_about_another():
    trial = builders.a_trial()
    one, two = builders.a_site(trial, status=None), builders.a_site(trial, status=None)
    says(one, "recruiting")
    settle([two])
    two.refresh_from_db()
    assert two.status == "unknown"


@pytest.mark.django_db
def test_a_statement_of_tomorrow_is_refused():
    site = builders.a_site()
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(
        ValidationError, match=r"is in the future\. Give the day on which the status was known"
    ):
        StatusStatement(site=site, status="recruiting", role="editor", said_at=tomorrow).full_clean()


@pytest.mark.django_db
def test_a_status_outside_the_vocabulary_is_refused():
    with pytest.raises(ValidationError, match="'sometimes' is not a valid choice"):
        StatusStatement(site=builders.a_site(), status="sometimes", role="editor").full_clean()
