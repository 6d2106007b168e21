"""How many statuses were verified lately: the figures are those that were true, today and in each month."""

import datetime as dt
import random

import pytest
from django.utils import timezone

from directory.core import changes
from directory.core.dates import day_after
from directory.core.roles import Role
from directory.vouching.past_freshness import by_month
from tests.builders import a_centre, a_site, a_trial, says
from trials import statements
from trials.actions import state_status
from trials.choices import Freshness, Recruitment
from trials.models import StatusStatement, TrialSite
from trials.quality import MONTHS, measure, month_ends, months_at, percent

pytestmark = pytest.mark.django_db
EDITOR = changes.Actor(Role.EDITOR)
SAYING = (Role.COORDINATOR, Role.EDITOR, Role.REGISTRY)


def figures(tally):
    return (tally.total, tally.fresh, tally.lately, tally.older, tally.disputed, tally.never)


@pytest.fixture
def world():
    """At one centre a status of each freshness, at the other one that a registry is behind on."""
    ghent, leuven = a_centre("uz-gent"), a_centre("uz-leuven")
    for said in (3, 30, 31, 90, 91):
        a_site(centre=ghent, said=said)
    a_site(centre=ghent, status=None)
    disputed = a_site(a_trial("Disputed"), ghent, status="suspended", said=50)
    says(disputed, "recruiting", said=4, by=Role.REGISTRY, source="ClinicalTrials.gov")
    behind = a_site(a_trial("Behind"), leuven, status="completed", said=5)
    says(behind, "recruiting", said=200, by=Role.REGISTRY, source="ISRCTN", said_on="2026-04")


def test_today_is_counted_as_freshness_has_it(world):
    found = measure()
    assert figures(found.all) == (8, 3, 5, 1, 1, 1)
    assert figures(found.recruiting) == (5, 2, 4, 1, 0, 0)
    for word in Freshness.values:
        assert found.all.of.get(word, 0) == TrialSite.objects.with_freshness(word).count()


def test_of_the_statuses_that_say_recruiting_those_of_belgian_sites_are_counted(world):
    utrecht = a_centre("utrecht", country="NL", postal_code="3584")
    a_site(a_trial("Abroad"), utrecht, said=3)
    found = measure()
    assert figures(found.all) == (9, 4, 6, 1, 1, 1)
    assert figures(found.recruiting) == (5, 2, 4, 1, 0, 0)
    assert figures(found.months[-1].recruiting) == (5, 2, 4, 1, 0, 0)
    assert figures(months_at(utrecht.pk)[-1].recruiting) == (1, 1, 1, 0, 0, 0)


def test_centres_and_roles_are_counted_by_themselves(world):
    found = measure()
    by_centre = {centre.code: figures(tally) for centre, tally in found.centres}
    assert by_centre == {"uz-gent": (7, 2, 4, 1, 1, 1), "uz-leuven": (1, 1, 1, 0, 0, 0)}
    assert {role: tally.total for role, tally in found.roles} == {Role.COORDINATOR: 7, "": 1}


def test_a_registry_that_says_otherwise_disputes_or_is_behind(world):
    found = measure()
    assert [one.trial.slug for one in found.disputed] == ["disputed"]
    assert (found.disputed[0].ours.status, found.disputed[0].theirs.status) == ("suspended", "recruiting")
    assert [one.trial.slug for one in found.behind] == ["behind"]
    assert (found.behind[0].ours.status, found.behind[0].theirs.source) == ("completed", "ISRCTN")


def say_of_trial(trial, status, day, role, **fields):
    """What `role` says of `trial` as a whole, and the status that follows from all that was said."""
    StatusStatement.objects.create(trial=trial, status=status, said_at=day, role=role, **fields)
    for name, value in statements.derive_of_trial(trial.statements.all()).items():
        setattr(trial, name, value)
    trial.save()


def test_a_trial_as_a_whole_is_disputed_or_behind_as_its_sites_are(world):
    for acronym, persons_day, registrys_day in (("WHOLE", 3, 20), ("LATE", 20, 3), ("NEVER", 20, None)):
        trial = a_trial(acronym)
        say_of_trial(trial, "recruiting", dt.date(2026, 3, persons_day), Role.EDITOR)
        day = registrys_day and dt.date(2026, 3, registrys_day)
        say_of_trial(trial, "completed", day, Role.REGISTRY, source="CTIS")
    found = measure()
    assert [(one.trial.slug, one.centre and one.centre.code) for one in found.disputed] == [
        ("disputed", "uz-gent"), ("whole", None),
    ]  # fmt: skip
    assert [(one.trial.slug, one.centre and one.centre.code) for one in found.behind] == [
        ("behind", "uz-leuven"), ("late", None), ("never", None),
    ]  # fmt: skip
    whole = found.disputed[1]
    assert (whole.ours.status, whole.theirs.status, whole.theirs.source) == (
        "recruiting",
        "completed",
        "CTIS",
    )
    assert {one.name: one.statuses for one in found.sources}["CTIS"] == 3
    assert len(found.disputed) == TrialSite.objects.filter(disputed=True).count() + 1


def test_a_registry_that_never_said_a_day_has_an_age_that_nobody_knows(world):
    say_of_trial(a_trial("UNDATED"), "completed", None, Role.REGISTRY, source="ISRCTN old")
    assert [(one.name, one.newest) for one in measure().sources if one.name == "ISRCTN old"] == [
        ("ISRCTN old", None)
    ]


def test_a_draft_s_own_dispute_is_not_told(world):
    trial = a_trial("Hidden", state="draft")
    say_of_trial(trial, "recruiting", dt.date(2026, 3, 3), Role.EDITOR)
    say_of_trial(trial, "completed", dt.date(2026, 3, 9), Role.REGISTRY, source="Secret")
    found = measure()
    assert "hidden" not in {one.trial.slug for one in found.contradictions}
    assert "Secret" not in {one.name for one in found.sources}


def test_the_months_of_one_centre_are_counted_as_those_of_all(time_machine):
    """What coordinators are shown of their centre is what readers are shown of all."""
    ghent, trial = a_centre("uz-gent"), a_trial()
    time_machine.move_to(dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC))
    site = a_site(trial, ghent, said=0)
    time_machine.move_to(dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC))
    says(site, "recruiting", said=60)  # told in April of February: February did not know
    months = measure().months
    assert months_at(ghent.pk) == months
    assert [(one.day.month, one.recruiting.total, one.recruiting.fresh) for one in months] == [
        (1, 1, 1), (2, 1, 0), (3, 1, 0), (4, 1, 0),
    ]  # fmt: skip
    chart = by_month(ghent.pk, dt.date(2026, 4, 20))
    assert [(one.day.month, one.open, one.fresh) for one in chart][-5:] == [
        (12, 0, 0), (1, 1, 1), (2, 1, 0), (3, 1, 0), (4, 1, 0),
    ]  # fmt: skip


def test_the_age_of_a_source_is_that_of_its_newest_statement_that_counts(world):
    site = a_site(a_trial("Third"), a_centre("chu"), status=None)
    taken_back = says(site, "recruiting", said=0, by=Role.REGISTRY, source="ISRCTN")
    StatusStatement.objects.filter(pk=taken_back.pk).update(retracted_at=timezone.now())
    today = timezone.localdate()
    found = {one.name: ((today - one.newest.said_at).days, one.statuses) for one in measure().sources}
    assert found == {"ClinicalTrials.gov": (4, 1), "ISRCTN": (200, 1)}
    assert [one.name for one in measure().sources] == ["ClinicalTrials.gov", "ISRCTN"]


def test_what_the_public_does_not_see_is_not_counted(world):
    before = figures(measure().all)
    a_site(a_trial("Draft", state="draft"), a_centre("uz-x"))
    hidden = a_site(a_trial("Public"), a_centre("uz-y", state="withdrawn"), status="suspended", said=9)
    says(hidden, "recruiting", by=Role.REGISTRY, source="Secret")
    found = measure()
    assert figures(found.all) == before
    assert "Secret" not in {one.name for one in found.sources}
    assert "public" not in {one.trial.slug for one in found.contradictions}


def test_nothing_at_all_is_no_error():
    found = measure()
    assert (found.all.total, found.all.fresh_percent, found.months, found.sources) == (0, None, [], [])


@pytest.mark.parametrize(
    ("part", "whole", "found"),
    [(0, 0, None), (0, 9, 0), (9, 9, 100), (1, 900, 1), (899, 900, 99), (1, 8, 12)],
)
def test_none_and_all_are_said_only_where_it_is_none_and_all(part, whole, found):
    assert percent(part, whole) == found


def test_the_months_end_with_their_last_days_and_the_last_is_today():
    days = month_ends(dt.date(2026, 3, 31))
    assert (days[0], days[-2:], len(days)) == (
        dt.date(2025, 4, 30), [dt.date(2026, 2, 28), dt.date(2026, 3, 31)], MONTHS,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_each_month_is_what_was_counted_at_its_end(time_machine, seed):
    """A year of statements, late ones and some taken back, of sites entered one after the other."""
    chance, counted = random.Random(seed), {}
    trial, centres = a_trial("Alpha"), [a_centre(f"uz-{number}") for number in range(6)]
    centres.append(a_centre("utrecht", country="NL", postal_code="3584"))
    start = dt.date(2026, 1, 10)
    for number in range(340):
        day = start + dt.timedelta(days=number)
        time_machine.move_to(day_after(day) - dt.timedelta(seconds=30), tick=False)
        if chance.random() < 0.25:
            _something_is_said(chance, trial, centres)
        if number == 339 or (day + dt.timedelta(days=1)).day == 1:
            now = measure()
            counted[day] = figures(now.all), figures(now.recruiting)
    found = {one.day: (figures(one.all), figures(one.recruiting)) for one in measure().months}
    assert found == {day: counted[day] for day in found}
    assert len(found) >= 11


def _something_is_said(chance, trial, centres):
    if centres and chance.random() < 0.4:
        site = TrialSite(trial=trial, centre=centres.pop())
        with changes.recording(EDITOR) as log:
            log.watch(site)
            site.save()
    sites = list(TrialSite.objects.order_by("pk"))
    standing = list(StatusStatement.objects.filter(retracted_at=None).order_by("pk"))
    if standing and chance.random() < 0.15:
        one = chance.choice(standing)
        StatusStatement.objects.filter(pk=one.pk).update(retracted_at=timezone.now())
        statements.settle([one.site])
    elif sites:
        late = dt.timedelta(days=chance.choice([0, 0, 3, 40, 140]))
        state_status(
            site=chance.choice(sites), status=chance.choice(Recruitment.values),
            by=changes.Actor(chance.choice(SAYING)), said_at=timezone.localdate() - late,
        )  # fmt: skip
