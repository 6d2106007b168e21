"""What is said of a whole trial, or of Belgium, at each site: who follows, who is disputed."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core.models import Change
from directory.core.roles import Role
from directory.imports import actions as imports
from directory.imports.apply import apply_run
from directory.imports.plan import plan_run
from tests.builders import a_centre, a_site, a_trial, an_editor, says
from tests.sheets import a_csv, applied
from tests.support.admin_forms import admin_url, save
from tests.support.studies import CTGOV, EUCT, GENT, a_ctis_record, a_study, answers
from trials.choices import Recruitment
from trials.implied import ALL_IN_BELGIUM, CARRIED, WHOLE_TRIAL, SaidOfMany, follows
from trials.models import StatusStatement, Trial, TrialSite
from trials.quality import measure
from trials.sources import sync
from trials.sources.following import CTIS
from trials.sources.records import FetchedRecord

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
NOWHERE = {one: value for one, value in GENT.items() if one != "status"}


@pytest.fixture
def kiwi():
    """A trial that ClinicalTrials.gov has said to recruit, of unknown places."""
    trial = a_trial("KIWI", identifiers=[NUMBER], status="unknown")
    followed(a_study(verified="2026-02"))
    trial.refresh_from_db()
    return trial


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


def followed(*studies):
    return sync.follow(CTGOV, answers(*studies), is_accepted=True)


def counted(run):
    return {name: number for name, number in run.counts.items() if number}


def implied(site):
    """What was implied for a site and counts."""
    found = StatusStatement.objects.filter(site=site, retracted_at=None).exclude(implied_by="")
    return [
        (one.status, one.day_as_said, one.role, one.source, one.implied_by) for one in found.order_by("pk")
    ]


def state(site):
    site.refresh_from_db()
    return site.status, site.verified_by, site.disputed, site.implied_by


TODAY = timezone.localdate


# A registry about the whole trial


@pytest.mark.parametrize(
    "status", ["COMPLETED", "TERMINATED", "ACTIVE_NOT_RECRUITING", "SUSPENDED", "WITHDRAWN"]
)
def test_where_a_trial_takes_nobody_a_site_follows_of_which_no_person_spoke(kiwi, gent, status):
    silent = a_site(kiwi, gent, status=None)
    told = a_site(kiwi, a_centre(), status="recruiting", said=90, by=Role.REGISTRY)
    run = followed(a_study(status=status, verified="2026-06"))
    day = TODAY().isoformat()
    for site in (silent, told):
        assert implied(site) == [(status.lower(), day, "registry", "ClinicalTrials.gov", WHOLE_TRIAL)]
        assert state(site) == (status.lower(), "registry", False, WHOLE_TRIAL)
    assert counted(run) == {"filled": 1}


@pytest.mark.parametrize("status", ["RECRUITING", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "UNKNOWN"])
def test_that_a_trial_recruits_or_may_says_nothing_of_a_site(gent, status):
    site = a_site(a_trial("KIWI", identifiers=[NUMBER], status="unknown"), gent, status=None)
    followed(a_study(status=status))
    assert state(site) == ("unknown", "", False, "")
    assert not StatusStatement.objects.filter(site=site).exists()


def test_an_older_word_of_a_person_is_disputed_and_stands(kiwi, gent):
    site = a_site(kiwi, gent, said=20)
    run = followed(a_study(status="COMPLETED", verified="2026-06"))
    assert state(site) == ("recruiting", "coordinator", True, "")
    assert counted(run) == {"disputed": 1}
    assert StatusStatement.objects.get(pk=site.disputed_by).implied_by == WHOLE_TRIAL
    (receipt,) = run.imports.get().rows.all()
    assert {"field": "sites", "old": "uz-gent: recruiting", "new": "uz-gent: completed"} in receipt.changes
    assert any("is said of all centres" in one["message"] for one in receipt.messages)


def test_a_newer_word_of_a_person_stands_undisputed(gent):
    """At the first sight the record's own month counts, which is before the person spoke."""
    site = a_site(a_trial("KIWI", identifiers=[NUMBER], status="unknown"), gent, said=3)
    followed(a_study(status="COMPLETED", verified="2026-01"))
    assert state(site) == ("recruiting", "coordinator", False, "")
    assert implied(site) == []


@pytest.mark.parametrize("own", ["active_not_recruiting", "completed", "terminated", "withdrawn"])
def test_a_site_that_is_closed_already_is_not_disputed(kiwi, gent, own):
    site = a_site(kiwi, gent, status=own, said=20)
    followed(a_study(status="COMPLETED", verified="2026-06"))
    assert state(site) == (own, "coordinator", False, "")


def test_it_is_among_no_registrys_contradictions_either(gent):
    closed, open_ = (a_site(a_trial(), gent, status=one, said=20) for one in ("completed", "recruiting"))
    for site in (closed, open_):
        says(site, "terminated", said=2, by=Role.REGISTRY, implied_by=WHOLE_TRIAL)
    assert [one.trial for one in measure().contradictions] == [open_.trial]


def test_what_was_implied_wrongly_is_put_right_by_the_same_source(kiwi, gent):
    site = a_site(kiwi, gent, status=None)
    followed(a_study(status="COMPLETED", verified="2026-06"))
    followed(a_study(status="TERMINATED", verified="2026-06"))
    assert state(site) == ("terminated", "registry", False, WHOLE_TRIAL)


def test_nothing_is_implied_for_a_site_of_which_the_record_speaks_itself(kiwi, gent):
    site, other = a_site(kiwi, gent, status=None), a_site(kiwi, a_centre(), status=None)
    followed(a_study(status="ACTIVE_NOT_RECRUITING", places=[GENT | {"status": "COMPLETED"}]))
    assert (state(site)[0], implied(site)) == ("completed", [])
    assert state(other)[0] == "active_not_recruiting"


def test_a_site_that_comes_with_the_record_of_a_closed_trial_follows_it_at_once(gent):
    followed(a_study(status="COMPLETED", verified="2026-02", places=[NOWHERE]))
    site = TrialSite.objects.get()
    assert implied(site) == [("completed", "2026-02", "registry", "ClinicalTrials.gov", WHOLE_TRIAL)]
    assert Change.objects.filter(kind="site").count() == 1


def test_a_site_that_comes_later_hears_of_it_too(kiwi, gent):
    followed(a_study(status="COMPLETED", verified="2026-06"))
    followed(a_study(status="COMPLETED", verified="2026-06", places=[NOWHERE]))
    assert implied(TrialSite.objects.get()) == [
        ("completed", "2026-06", "registry", "ClinicalTrials.gov", WHOLE_TRIAL)
    ]


def test_each_status_is_stated_once_and_its_change_logged_once(kiwi, gent):
    site = a_site(kiwi, gent, said=20)
    followed(a_study(status="SUSPENDED", verified="2026-06"))
    followed(a_study(status="SUSPENDED", verified="2026-07"))
    followed(a_study(status="COMPLETED", verified="2026-08"))
    assert [one[0] for one in implied(site)] == ["suspended", "completed"]
    logged = [
        [name for name, *_ in one.fields()] for one in Change.objects.filter(kind="site").order_by("seq")
    ]
    assert logged == [["disputed", "disputed_by"], ["disputed_by"]]


def test_what_a_trial_that_goes_on_had_implied_is_taken_back(kiwi, gent):
    site = a_site(kiwi, gent, said=20)
    told = a_site(kiwi, a_centre(), status="recruiting", said=90, by=Role.REGISTRY)
    followed(a_study(status="SUSPENDED", verified="2026-06"))
    assert (state(site)[2], state(told)[0]) == (True, "suspended")
    run = followed(a_study(status="RECRUITING", verified="2026-06"))
    assert state(site) == ("recruiting", "coordinator", False, "")
    assert state(told) == ("recruiting", "registry", False, "")
    assert implied(site) == implied(told) == []
    gone = StatusStatement.objects.filter(retracted_run=run.imports.get().pk)
    assert gone.count() == 2


def test_a_trial_that_goes_on_makes_the_old_word_on_a_site_no_fresher(gent):
    followed(a_study(verified="2026-02", places=[GENT]))
    followed(a_study(status="SUSPENDED", verified="2026-06", places=[NOWHERE]))
    site = TrialSite.objects.get()
    assert state(site)[0] == "suspended"
    followed(a_study(verified="2026-08", places=[GENT]))
    assert state(site) == ("recruiting", "registry", False, "")
    assert site.verified_on == "2026-02"


def test_an_undo_takes_what_was_implied_along_and_its_undo_brings_it_back(kiwi, gent):
    site = a_site(kiwi, gent, status="recruiting", said=90, by=Role.REGISTRY)
    run = followed(a_study(status="COMPLETED", verified="2026-06")).imports.get()
    reverse = undone(run)
    assert (state(site)[0], implied(site)) == ("recruiting", [])
    undone(reverse)
    assert state(site) == ("completed", "registry", False, WHOLE_TRIAL)


def undone(run):
    editor = an_editor()
    reverse = imports.undo(run=run, user=editor, queue=False)
    plan_run(reverse)
    reverse.refresh_from_db()
    imports.confirm(run=reverse, user=editor, queue=False)
    apply_run(reverse)
    reverse.refresh_from_db()
    assert reverse.status == "applied", reverse.problems
    return reverse


def test_an_older_word_on_a_trial_of_which_a_person_spoke_since_implies_nothing(client, gent):
    client.force_login(an_editor())
    trial = a_trial("KIWI", identifiers=[NUMBER], status="unknown")
    save(client, admin_url(trial, "change"), status="recruiting", status_as_of="2026-05-01")
    site = a_site(trial, gent, status=None)
    followed(a_study(status="COMPLETED", verified="2026-03"))
    assert state(site) == ("unknown", "", False, "")


# A person about the whole trial


def test_an_editors_form_closes_what_only_registries_spoke_of_and_disputes_older_words(client, gent):
    client.force_login(an_editor())
    trial = a_trial("KIWI")
    told = a_site(trial, gent, said=90, by=Role.REGISTRY)
    older, newer = a_site(trial, a_centre(), said=20), a_site(trial, a_centre(), said=0)
    day = (TODAY() - dt.timedelta(days=10)).isoformat()
    save(client, admin_url(trial, "change"), status="completed", status_as_of=day)
    assert implied(told) == [("completed", day, "editor", "", WHOLE_TRIAL)]
    assert state(told) == ("completed", "editor", False, WHOLE_TRIAL)
    assert state(older) == ("recruiting", "coordinator", True, "")
    assert state(newer) == ("recruiting", "coordinator", False, "")
    assert sorted(Change.objects.filter(kind="site").values_list("key", flat=True)) == sorted(
        [told.change_key, older.change_key]
    )
    save(client, admin_url(trial, "change"), status="recruiting")
    assert state(told) == ("recruiting", "registry", False, "")


def test_a_sheet_of_trials_says_it_of_each_site(gent):
    trial = a_trial("KIWI")
    site = a_site(trial, gent, said=90, by=Role.REGISTRY)
    row = {"acronym": "KIWI", "status": "terminated", "status_as_of": "2026-06"}
    run = applied(a_csv(row), kind="trials", user=an_editor())
    assert implied(site) == [("terminated", "2026-06", "editor", "", WHOLE_TRIAL)]
    assert StatusStatement.objects.get(implied_by=WHOLE_TRIAL).run == run.pk


# CTIS about Belgium


def in_ctis(*args, **kwargs):
    return sync.follow(CTIS, [FetchedRecord(EUCT, a_ctis_record(*args, **kwargs))], is_accepted=True)


@pytest.fixture
def two_countries(gent):
    trial = a_trial("KIWI", identifiers=[EUCT], status="unknown")
    abroad = a_centre("paris", country="FR", postal_code="75000")
    return a_site(trial, gent, status=None), a_site(trial, abroad, status=None)


def test_a_country_that_takes_nobody_says_it_of_its_own_centres(two_countries):
    here, abroad = two_countries
    in_ctis(5)
    assert implied(here) == [("active_not_recruiting", "2025-09-15", "registry", "CTIS", ALL_IN_BELGIUM)]
    said = StatusStatement.objects.get(site=here)
    assert said.evidence == "Belgium: Ongoing, recruitment ended"
    assert state(abroad)[0] == "unknown"
    assert Trial.objects.get().status == "recruiting"


def test_a_country_that_recruits_says_nothing_of_a_centre(two_countries):
    here, _abroad = two_countries
    in_ctis(4)
    assert state(here) == ("unknown", "", False, "")


def test_a_change_in_the_country_is_of_the_day_on_which_it_was_seen(two_countries):
    here, _abroad = two_countries
    in_ctis(4)
    in_ctis(6, updated="20/10/2025")
    assert implied(here) == [("suspended", TODAY().isoformat(), "registry", "CTIS", ALL_IN_BELGIUM)]
    in_ctis(4, updated="21/10/2025")
    assert implied(here) == []


def test_a_trial_that_ends_everywhere_ends_at_each_site_with_the_words_of_the_country_first(two_countries):
    here, abroad = two_countries
    in_ctis(8, trial=8)
    assert [one[4] for one in (*implied(here), *implied(abroad))] == [ALL_IN_BELGIUM, WHOLE_TRIAL]


# The rule itself, for every status


@pytest.mark.parametrize("status", Recruitment.values)
def test_only_that_nobody_is_taken_follows_for_a_site(status):
    said = SaidOfMany(status, "2026-06-10", WHOLE_TRIAL, {"role": "registry", "source": "CTIS"})
    found = follows(said, TrialSite(status="unknown"), [])
    assert bool(found) == (status in CARRIED)
    if found:
        assert (found.derived["status"], found.derived["implied_by"]) == (status, WHOLE_TRIAL)


def test_one_source_takes_back_nothing_that_another_implied(gent):
    site = a_site(a_trial(), gent, status=None)
    says(site, "suspended", by=Role.REGISTRY, source="CTIS", implied_by=WHOLE_TRIAL)
    before = list(site.statements.all())
    signed = {"role": "registry", "source": "ClinicalTrials.gov"}
    assert not follows(SaidOfMany("recruiting", "2026-06", WHOLE_TRIAL, signed), site, before)
    assert follows(
        SaidOfMany("recruiting", "2026-06", WHOLE_TRIAL, signed | {"source": "ctis"}), site, before
    )
