"""What was said of a whole trial, and of sites, when two become one and when they are taken apart again."""

import pytest
from django.apps import apps

from directory.core import changes
from directory.core.dates import first_day
from directory.core.models import Change, PublicUpdate, Shown
from directory.core.roles import Role
from tests.builders import a_centre, a_site, a_trial, says
from tests.support.studies import CTGOV, a_study, answers
from trials import statements
from trials.actions import state_status_of_trial
from trials.implied import WHOLE_TRIAL
from trials.merging import merge_trials
from trials.models import RegistryRecord, StatusStatement, Trial, TrialMerge, TrialSite
from trials.parting import undo_merge
from trials.sources import sync

pytestmark = pytest.mark.django_db
BY = changes.Actor(Role.EDITOR)
OURS, THEIRS = "NCT01234567", "2022-501454-11"
LOG = (Change, PublicUpdate, Shown, TrialMerge)


@pytest.fixture
def pair():
    """Two trials with a site of their own each, where ClinicalTrials.gov says that they recruit."""
    found = a_trial("Alpha", identifiers=[OURS], status="unknown"), a_trial("Beta", status="unknown")
    for trial, code in zip(found, ("uz-gent", "uza"), strict=True):
        site = a_site(trial, a_centre(code), status=None)
        says(site, "recruiting", said=400, by=Role.REGISTRY, source="ClinicalTrials.gov")
    return found


def edited(trial, status, day):
    """An editor writes the status of a trial."""
    with changes.recording(BY) as log:
        trial = Trial.objects.get(pk=trial.pk)
        log.watch(trial)
        Trial.objects.filter(pk=trial.pk).update(status=status, status_as_of=day)
        trial.refresh_from_db()
        state_status_of_trial(trial=trial, by=BY)


def registry_says(trial, status, day, source="ClinicalTrials.gov"):
    said = StatusStatement.objects.create(
        trial=trial, status=status, role=Role.REGISTRY, source=source, said_at=first_day(day),
        said_on=statements.partial(day),
    )  # fmt: skip
    now = statements.derive_of_trial(trial.statements.all())
    Trial.objects.filter(pk=trial.pk).update(**now)
    return said


def merged(stays, goes):
    return merge_trials(stays=stays, goes=goes, by=BY)


def shown(trial):
    """What is shown of a trial, and of each of its sites by centre."""
    trial = Trial.objects.get(pk=trial.pk)
    sites = trial.sites.order_by("centre__code")
    return (trial.status, trial.disputed), {
        one.centre.code: (one.status, one.verified_by, one.disputed, one.implied_by) for one in sites
    }


def rows():
    """Of all tables but the log; without statements that were made since and taken back."""
    models = [one for one in apps.get_models() if one._meta.app_label in ("trials", "centres", "core")]
    kept = {
        one._meta.label: list(one._base_manager.order_by("pk").values()) for one in models if one not in LOG
    }
    said = kept[StatusStatement._meta.label]
    kept[StatusStatement._meta.label] = [one for one in said if one["retracted_at"] is None]
    return kept


def is_derived():
    """Whether every site, and every trial, is what its statements say."""
    for one in Trial.objects.filter(statements__isnull=False).distinct():
        derived = statements.derive_of_trial(one.statements.all())
        assert {name: getattr(one, name) for name in derived} == derived, one
    return statements.settle(TrialSite.objects.all(), save=False) == []


RECRUITS = ("recruiting", "registry", False, "")
OVER = ("completed", "editor", False, WHOLE_TRIAL)


# -- merging -----------------------------------------------------------------------


def test_the_standing_word_on_the_trial_reaches_the_sites_it_joins(pair):
    alpha, beta = pair
    registry_says(alpha, "recruiting", "2026-03")
    edited(beta, "completed", "2026-05-02")
    before = rows()
    merge = merged(alpha, beta)
    assert shown(alpha) == (("completed", False), {"uz-gent": OVER, "uza": OVER})
    undo_merge(merge=merge, by=BY)
    assert shown(alpha)[1] == {"uz-gent": RECRUITS}
    assert shown(beta) == (("completed", False), {"uza": OVER})
    assert rows() == before
    assert is_derived()


def test_so_does_the_word_on_the_trial_that_stays(pair):
    alpha, beta = pair
    edited(alpha, "completed", "2026-05-02")
    before = rows()
    merge = merged(alpha, beta)
    assert shown(alpha)[1] == {"uz-gent": OVER, "uza": OVER}
    undo_merge(merge=merge, by=BY)
    assert rows() == before


def test_a_coordinators_older_word_at_a_site_is_disputed_by_it_and_a_newer_one_stands(pair):
    alpha, beta = pair
    edited(beta, "completed", "2026-05-02")
    for code, said in (("old", 400), ("new", 0)):
        a_site(alpha, a_centre(code), said=said)
    merged(alpha, beta)
    sites = shown(alpha)[1]
    assert sites["old"] == ("recruiting", "coordinator", True, "")
    assert sites["new"] == ("recruiting", "coordinator", False, "")


def test_a_word_that_the_trial_goes_on_takes_back_what_the_same_source_had_implied(pair):
    alpha, beta = pair
    edited(beta, "suspended", "2026-02-01")
    edited(alpha, "recruiting", "2026-05-02")
    before = rows()
    merge = merged(alpha, beta)
    assert shown(alpha) == (("recruiting", False), {"uz-gent": RECRUITS, "uza": RECRUITS})
    undo_merge(merge=merge, by=BY)
    assert shown(beta)[1] == {"uza": ("suspended", "editor", False, WHOLE_TRIAL)}
    assert rows() == before


def test_a_registry_that_disputes_the_trial_reaches_its_sites_too(pair):
    alpha, beta = pair
    edited(alpha, "recruiting", "2026-03-02")
    registry_says(beta, "completed", "2026-06")
    merged(alpha, beta)
    implied = ("completed", "registry", False, WHOLE_TRIAL)
    assert shown(alpha) == (("recruiting", True), {"uz-gent": implied, "uza": implied})


def test_a_status_from_before_there_were_statements_implies_nothing(pair):
    alpha, beta = pair
    Trial.objects.filter(pk=alpha.pk).update(status="completed")
    merged(alpha, beta)
    assert shown(alpha)[1] == {"uz-gent": RECRUITS, "uza": RECRUITS}


def test_the_records_of_both_are_read_anew_after_a_merge_and_after_its_undo(pair):
    alpha, beta = pair
    for trial, number in ((alpha, "1"), (beta, "2")):
        RegistryRecord.objects.create(registry="ctis", number=number, trial=trial, fingerprint="x")
    merge = merged(alpha, beta)
    assert set(RegistryRecord.objects.values_list("fingerprint", flat=True)) == {""}
    RegistryRecord.objects.update(fingerprint="y")
    undo_merge(merge=merge, by=BY)
    assert set(RegistryRecord.objects.values_list("fingerprint", flat=True)) == {""}


# -- taking apart ------------------------------------------------------------------


def test_what_a_registry_implied_since_of_the_other_trial_goes_from_the_sites_that_go_back(pair):
    alpha, beta = pair
    merge = merged(alpha, beta)
    sync.follow(CTGOV, answers(a_study(OURS, status="COMPLETED", verified="2026-10")), is_accepted=True)
    assert shown(alpha)[1]["uza"] == ("completed", "registry", False, WHOLE_TRIAL)
    undo_merge(merge=merge, by=BY)
    assert shown(beta)[1] == {"uza": RECRUITS}
    assert shown(alpha)[1]["uz-gent"][0] == "completed"
    assert is_derived()


def test_what_an_editor_implied_since_goes_from_them_too_and_stays_where_it_was_said(pair):
    alpha, beta = pair
    merge = merged(alpha, beta)
    edited(alpha, "completed", "2026-10-02")
    undo_merge(merge=merge, by=BY)
    assert shown(beta) == (("unknown", False), {"uza": RECRUITS})
    assert shown(alpha) == (("completed", False), {"uz-gent": OVER})


def test_what_a_registry_of_the_other_number_implied_goes_from_the_sites_that_stay(pair):
    alpha, beta = pair
    beta.identifiers.create(scheme="euct", value=THEIRS)
    merge = merged(alpha, beta)
    says(alpha.sites.get(centre__code="uz-gent"), "suspended", by=Role.REGISTRY, source="CTIS",
         implied_by="all centres in Belgium")  # fmt: skip
    undo_merge(merge=merge, by=BY)
    assert shown(alpha)[1] == {"uz-gent": RECRUITS}


def test_a_site_of_the_trial_that_stays_may_have_been_removed_since(pair):
    alpha, beta = pair
    edited(beta, "completed", "2026-05-02")
    merge = merged(alpha, beta)
    alpha.sites.get(centre__code="uz-gent").delete()
    undo_merge(merge=merge, by=BY)
    assert (shown(alpha)[1], shown(beta)[1]) == ({}, {"uza": OVER})


def test_what_was_implied_before_the_merge_stays(pair):
    alpha, beta = pair
    edited(beta, "completed", "2026-05-02")
    merge = merged(alpha, beta)
    undo_merge(merge=merge, by=BY)
    assert shown(beta)[1] == {"uza": OVER}


def test_a_site_that_loses_the_word_it_was_derived_of_is_derived_anew(pair):
    """A coordinator's word of a run stood; the run was undone while the other's word was there."""
    alpha, beta = pair
    says(a_site(beta, a_centre("chu"), status=None), "recruiting", by=Role.REGISTRY, source="CTIS")
    site = a_site(alpha, beta.sites.get(centre__code="chu").centre, status=None)
    by = says(site, "recruiting")
    merge = merged(alpha, beta)
    StatusStatement.objects.filter(pk=by.pk).update(retracted_at=by.recorded_at)
    statements.settle([site])
    assert shown(alpha)[1]["chu"] == RECRUITS
    undo_merge(merge=merge, by=BY)
    assert shown(alpha)[1]["chu"] == ("unknown", "", False, "")
    assert shown(beta)[1]["chu"] == RECRUITS
    assert is_derived()


def test_a_trial_that_loses_the_word_it_is_disputed_by_is_derived_anew(pair):
    alpha, beta = pair
    edited(alpha, "recruiting", "2026-03")
    registry_says(beta, "recruiting", "2026-10", source="CTIS")
    merge = merged(alpha, beta)
    edited(alpha, "suspended", "2026-09")
    assert shown(alpha)[0] == ("suspended", True)
    undo_merge(merge=merge, by=BY)
    assert shown(alpha)[0] == ("suspended", False)
    assert shown(beta)[0] == ("recruiting", False)
    assert is_derived()
