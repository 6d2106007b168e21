"""A merge is undone exactly; where something was changed since that would be put back, it is told what."""

import pytest
from django.apps import apps

from directory.core import changes
from directory.core.models import Change, PublicUpdate, Shown
from directory.core.roles import Role
from tests.builders import a_centre, a_professional, a_site, a_trial, an_editor
from tests.support.at_once import at_once
from trials.actions import correct_site, state_status
from trials.doubles import propose_doubles
from trials.merging import merge_trials
from trials.models import (
    RecruitmentEvent,
    RegistryRecord,
    StatusStatement,
    SuspectedDouble,
    TextSuggestion,
    Trial,
    TrialIdentifier,
    TrialMerge,
)
from trials.parting import ChangedSince, undo_merge

pytestmark = pytest.mark.django_db
BY = changes.Actor(Role.EDITOR)
LOG = (Change, PublicUpdate, Shown, TrialMerge)


def everything():
    """All rows of all our tables, but for the log."""
    models = [one for one in apps.get_models(include_auto_created=True) if one not in LOG]
    ours = [one for one in models if one._meta.app_label in ("trials", "centres", "core", "imports")]
    return {one._meta.label: list(one._base_manager.order_by("pk").values()) for one in ours}


@pytest.fixture
def pair():
    """One trial twice, with everything that may hang on it, and both at one centre."""
    ghent, antwerp = a_centre("uz-gent"), a_centre("uza")
    alpha = a_trial("Alpha", identifiers=["NCT01234567"], title_en="Leukaemia in children", status="unknown")
    beta = a_trial(
        "Beta", identifiers=["2022-501454-11", "ABC-77"], title_en="Leukaemia in children", conditions=["Ia"],
        sponsor="Somebody", phases=["phase2"], min_days=365, max_days=6000, parent=a_trial("Master"),
    )  # fmt: skip
    a_site(alpha, ghent, status="recruiting", said=20)
    a_site(beta, ghent, status="completed", said=3, by=Role.REGISTRY, contact_role="Desk")
    a_site(beta, antwerp, status="suspended", said=9, contact_person=a_professional())
    RegistryRecord.objects.create(registry="ctis", number="2022-501454-11-00", trial=beta)
    for trial in (alpha, beta):
        TextSuggestion.objects.create(trial=trial, field="title_en", registry="ctis", said="Other")
    RecruitmentEvent.objects.create(trial=beta, happened="opened")
    StatusStatement.objects.create(trial=beta, status="recruiting", role=Role.REGISTRY)
    a_trial("Part", parent=beta)
    a_trial("Former", merged_into=beta, state="draft")
    propose_doubles()
    return alpha, beta


@pytest.fixture
def merge(pair):
    return merge_trials(stays=pair[0], goes=pair[1], by=BY)


def test_every_row_of_every_table_is_as_before(pair):
    before = everything()
    merge = merge_trials(stays=pair[0], goes=pair[1], by=BY)
    assert everything() != before
    undo_merge(merge=merge, by=BY)
    assert everything() == before


def test_so_it_is_when_it_is_merged_and_undone_again(pair):
    before = everything()
    for stays, goes in (pair, pair):
        undo_merge(merge=merge_trials(stays=stays, goes=goes, by=BY), by=BY)
    assert everything() == before
    assert not TrialMerge.objects.standing().exists()


def test_the_log_says_what_was_merged_and_what_was_undone(pair, merge):
    undo_merge(merge=merge, by=BY)
    for kind, key in (("trial", "alpha"), ("trial", "beta"), ("site", "alpha@uz-gent")):
        there, back = Change.objects.filter(kind=kind, key=key).order_by("seq")
        assert (there.before, there.after) == (back.after, back.before)
    told = PublicUpdate.objects.filter(key="beta").order_by("seq")
    assert list(told.values_list("op", flat=True)) == ["delete", "create"]
    assert RecruitmentEvent.objects.count() == 1


def test_what_was_undone_is_undone_once(pair, merge):
    undo_merge(merge=merge, by=changes.Actor.of(an_editor("mieke")))
    count = Change.objects.count()
    undo_merge(merge=merge, by=BY)
    merge.refresh_from_db()
    assert (Change.objects.count(), merge.undone_by.username) == (count, "mieke")


def test_only_editors_undo(merge):
    for role in (Role.COORDINATOR, Role.REGISTRY, Role.SYSTEM):
        with pytest.raises(PermissionError):
            undo_merge(merge=merge, by=changes.Actor(role))
    assert TrialMerge.objects.standing().exists()


# -- what came since ---------------------------------------------------------------


def test_a_statement_since_stays_with_its_site(pair, merge):
    alpha, beta = pair
    for site in alpha.sites.all():
        state_status(site=site, status="not_yet_recruiting", by=changes.Actor(Role.COORDINATOR))
    undo_merge(merge=merge, by=BY)
    sites = (*alpha.sites.all(), *beta.sites.all())
    found = {one.change_key: (one.status, one.statements.count()) for one in sites}
    assert found == {
        "alpha@uz-gent": ("not_yet_recruiting", 2), "beta@uz-gent": ("completed", 1),
        "beta@uza": ("not_yet_recruiting", 2),
    }  # fmt: skip


def test_a_text_that_the_merge_did_not_touch_stays_as_it_was_edited_since(pair, merge):
    alpha, _beta = pair
    Trial.objects.filter(pk=alpha.pk).update(title_en="A better title", summary_en="In short")
    undo_merge(merge=merge, by=BY)
    alpha.refresh_from_db()
    assert (alpha.title_en, alpha.summary_en, alpha.sponsor) == ("A better title", "In short", "")


def sponsor(alpha):
    Trial.objects.filter(pk=alpha.pk).update(sponsor="Another")


def contact(alpha):
    site = alpha.sites.get(centre__code="uz-gent")
    correct_site(site=site, by=BY, contact_role="Secretariat")


def identifier(alpha):
    TrialIdentifier.objects.get(value="ABC-77").delete()


def conditions(alpha):
    alpha.conditions.clear()


def site_removed(alpha):
    alpha.sites.get(centre__code="uza").delete()


def merged_on(alpha):
    merge_trials(stays=a_trial("Omega"), goes=Trial.objects.get(pk=alpha.pk), by=BY)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (sponsor, "Sponsor of Alpha was changed since"),
        (contact, "Contact of Alpha · Hospital uz-gent was changed since"),
        (identifier, "identifier .* was moved or removed since"),
        (conditions, "Conditions of Alpha was changed since"),
        (site_removed, "trial site .* was moved or removed since"),
        (merged_on, "“alpha” was merged into another one since"),
    ],
    ids=lambda part: getattr(part, "__name__", ""),
)
def test_what_would_be_put_back_and_was_changed_since_is_named(pair, merge, edit, sentence):
    edit(pair[0])
    before = everything()
    with pytest.raises(ChangedSince, match=sentence):
        undo_merge(merge=merge, by=BY)
    assert everything() == before
    assert TrialMerge.objects.standing().filter(pk=merge.pk).exists()


def test_a_chain_is_undone_from_its_end(pair):
    alpha, beta = pair
    before = everything()
    first = merge_trials(stays=alpha, goes=beta, by=BY)
    omega = a_trial("Omega")
    second = merge_trials(stays=omega, goes=Trial.objects.get(pk=alpha.pk), by=BY)
    assert {one.merged_into for one in Trial.objects.exclude(merged_into=None)} == {omega}
    undo_merge(merge=second, by=BY)
    undo_merge(merge=first, by=BY)
    omega.delete()
    assert everything() == before


def test_another_trial_merged_into_the_same_one_meanwhile_stays_merged(pair, merge):
    alpha, beta = pair
    other = a_trial("Other", identifiers=["NCT07777777"])
    merge_trials(stays=Trial.objects.get(pk=alpha.pk), goes=other, by=BY)
    undo_merge(merge=merge, by=BY)
    for one in (alpha, beta, other):
        one.refresh_from_db()
    assert (other.merged_into, beta.merged_into) == (alpha, None)
    assert alpha.formerly == ["other", "Other"]
    assert sorted(one.value for one in alpha.identifiers.all()) == ["NCT01234567", "NCT07777777"]


def test_the_pair_waits_again_for_a_decision(pair, merge):
    assert not SuspectedDouble.objects.open().filter(first=pair[0], second=pair[1]).exists()
    undo_merge(merge=merge, by=BY)
    assert SuspectedDouble.objects.open().filter(first=pair[0], second=pair[1]).exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_who_undo_at_once_one_does():
    alpha, beta = a_trial("Alpha"), a_trial("Beta", identifiers=["NCT01234567"])
    merge = merge_trials(stays=alpha, goes=beta, by=BY)
    at_once(lambda index: undo_merge(merge=merge, by=BY), 4)
    assert Change.objects.filter(key="beta").count() == 2
    assert Trial.objects.unmerged().count() == 2
