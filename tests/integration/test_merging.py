"""Two trials that are one: what becomes of each, of their sites and of what was said; and who may do it."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from directory.core import changes
from directory.core.models import Change, PublicUpdate, State
from directory.core.roles import Role
from tests.builders import a_centre, a_professional, a_site, a_trial, an_editor
from tests.support.at_once import at_once
from trials import statements
from trials.doubles import propose_doubles
from trials.merging import decline_double, filled, merge_trials
from trials.models import (
    Intervention,
    RecruitmentEvent,
    RegistryRecord,
    StatusStatement,
    SuspectedDouble,
    TextSuggestion,
    Trial,
    TrialArm,
    TrialIdentifier,
    TrialIntervention,
    TrialMerge,
    TrialSite,
)
from trials.models.double import DoubleDecision

pytestmark = pytest.mark.django_db
BY = changes.Actor(Role.EDITOR)
TITLE = "Treatment of relapsed leukaemia in children"


@pytest.fixture
def pair():
    """One trial twice: `alpha`, with a site in Ghent, and `beta`, with one in Ghent and one in Antwerp."""
    ghent, antwerp = a_centre("uz-gent"), a_centre("uza")
    alpha = a_trial("Alpha", title_en=TITLE, identifiers=["NCT01234567"], at=[ghent])
    beta = a_trial(
        "Beta", title_en=TITLE, identifiers=["2022-501454-11"], conditions=["Ia"], sponsor="Somebody",
        title_fr="Titre", min_days=365, max_days=6000, at=[(ghent, "suspended"), antwerp],
    )  # fmt: skip
    return alpha, beta


def merged(stays, goes):
    merge = merge_trials(stays=stays, goes=goes, by=BY)
    stays.refresh_from_db()
    goes.refresh_from_db()
    return merge


def keys(model, of="trial"):
    """By the key of each trial, its rows of `model`."""
    return sorted(f"{getattr(one, of).slug} {one}" for one in model.objects.select_related(of))


# -- the two records ---------------------------------------------------------------


def test_what_one_lacks_is_filled_and_nothing_of_it_is_overwritten(pair):
    alpha, beta = pair
    Trial.objects.filter(pk=alpha.pk).update(min_days=30, phases=["phase2"])
    Trial.objects.filter(pk=beta.pk).update(phases=["phase3"])
    merged(*pair)
    assert (alpha.sponsor, alpha.title_fr, alpha.phases) == ("Somebody", "Titre", ["phase2"])
    # A bound alone would say that the other one is known.
    assert (alpha.min_days, alpha.max_days) == (30, None)
    assert [one.code for one in alpha.conditions.all()] == ["Ia"]
    assert (alpha.acronym, alpha.slug, alpha.formerly) == ("Alpha", "alpha", ["beta", "Beta"])


def test_the_other_one_stays_a_record_and_is_shown_nowhere(pair):
    alpha, beta = pair
    merged(alpha, beta)
    assert (beta.state, beta.merged_into, beta.sponsor) == (State.WITHDRAWN, alpha, "Somebody")
    assert list(Trial.objects.listed()) == [alpha]
    assert list(Trial.objects.unmerged()) == [alpha]


def test_a_draft_stays_one_so_that_its_address_tells_nobody_of_it(pair):
    alpha, draft = pair[0], a_trial("Draft", slug="internal", state=State.DRAFT)
    merged(alpha, draft)
    assert alpha.formerly == ["Draft"]  # an editor said that it is a name of this one
    assert draft.state == State.DRAFT
    assert not Trial.objects.drafts().exists()
    assert Trial.objects.heirs(["internal"]) == {}
    assert Trial.objects.heirs(["internal"], an_editor()) == {"internal": "alpha"}


def test_identifiers_are_joined(pair):
    merged(*pair)
    assert keys(TrialIdentifier) == ["alpha 2022-501454-11", "alpha NCT01234567"]


def test_everything_that_may_be_empty_is_filled_by_the_model_itself():
    """So a field that is added to a trial is filled too, without being named anywhere."""
    full, empty = a_trial("Full"), a_trial("Empty", status="unknown")
    given = {"sponsor": "S", "source": "x", "source_url": "https://x.org", "lines_min": 1, "lines_max": 2}
    for name, value in given.items():
        setattr(full, name, value)
    assert given.items() <= filled(empty, full).items()
    assert filled(full, empty) == {}


# -- sites and statements ----------------------------------------------------------


def test_a_site_goes_over_as_it_is_and_one_that_both_have_keeps_what_was_said_of_both(pair):
    alpha, beta = pair
    antwerp, ghent = beta.sites.get(centre__code="uza"), alpha.sites.get(centre__code="uz-gent")
    merged(alpha, beta)
    assert sorted(one.change_key for one in alpha.sites.all()) == ["alpha@uz-gent", "alpha@uza"]
    assert alpha.sites.get(centre__code="uza").pk == antwerp.pk
    assert sorted(one.status for one in ghent.statements.all()) == ["recruiting", "suspended"]
    # What is left at the other trial says nothing any more.
    assert [(one.change_key, one.status, one.verified_at) for one in beta.sites.all()] == [
        ("beta@uz-gent", "unknown", None)
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "status", "is_disputed"),
    [
        (("recruiting", 10, Role.COORDINATOR), ("suspended", 3, Role.COORDINATOR), "suspended", False),
        (("recruiting", 3, Role.COORDINATOR), ("suspended", 10, Role.COORDINATOR), "recruiting", False),
        (("recruiting", 10, Role.COORDINATOR), ("completed", 3, Role.REGISTRY), "recruiting", True),
        (("recruiting", 3, Role.REGISTRY), ("completed", 10, Role.COORDINATOR), "completed", True),
    ],
)
def test_the_one_rule_derives_the_status_of_a_site_that_both_have(ours, theirs, status, is_disputed):
    centre = a_centre()
    alpha, beta = a_trial("Alpha"), a_trial("Beta")
    for trial, (said, ago, role) in ((alpha, ours), (beta, theirs)):
        a_site(trial, centre, status=said, said=ago, by=role)
    merged(alpha, beta)
    site = alpha.sites.get()
    assert (site.status, site.disputed) == (status, is_disputed)
    assert statements.settle([site]) == []


def test_the_contact_of_a_joined_site_is_filled_and_never_replaced(pair):
    alpha, beta = pair
    person = a_professional()
    beta.sites.filter(centre__code="uz-gent").update(
        contact_role="Desk", contact_person=person, url="https://b.org"
    )
    alpha.sites.update(url="https://a.org")
    merged(alpha, beta)
    site = alpha.sites.get(centre__code="uz-gent")
    assert (site.contact_role, site.contact_person, site.url) == ("Desk", person, "https://a.org")


def test_nobody_becomes_the_role_of_the_other_site(pair):
    ours, theirs = (one.sites.filter(centre__code="uz-gent") for one in pair)
    theirs.update(contact_person=a_professional(consent=True))
    ours.update(contact_role="Trial secretariat")
    merged(*pair)
    assert (ours.get().contact_role, ours.get().contact_person) == ("Trial secretariat", None)


def test_what_was_said_of_the_trials_is_weighed_together():
    alpha, beta = (a_trial(name, status="unknown") for name in ("Alpha", "Beta"))
    for trial, status, role in ((alpha, "recruiting", Role.REGISTRY), (beta, "completed", Role.EDITOR)):
        StatusStatement.objects.create(trial=trial, status=status, role=role, said_at=timezone.localdate())
    merged(alpha, beta)
    assert (alpha.status, alpha.status_by, alpha.disputed) == ("completed", Role.EDITOR, False)


def test_a_status_without_a_statement_is_not_lost():
    alpha, beta = a_trial("Alpha", status="recruiting"), a_trial("Beta", status="unknown")
    StatusStatement.objects.create(trial=beta, status="completed", role=Role.REGISTRY)
    merged(alpha, beta)
    assert alpha.status == "recruiting"


# -- all that hangs on it ----------------------------------------------------------


def test_everything_that_hangs_on_a_trial_follows(pair):
    """Whatever model names a trial: one that is added later is asked here, too."""
    alpha, beta = pair
    RegistryRecord.objects.create(registry="ctis", number="2022-501454-11-00", trial=beta)
    TextSuggestion.objects.create(trial=beta, field="title_en", registry="ctis", said="Another title")
    RecruitmentEvent.objects.create(trial=beta, happened="opened")
    StatusStatement.objects.create(trial=beta, status="recruiting", role=Role.REGISTRY)
    a_trial("Part", parent=beta)
    merged(alpha, beta)
    left = {
        one.related_model._meta.label: one.related_model.objects.filter(**{one.field.name: beta}).count()
        for one in Trial._meta.related_objects
    }
    # The site that both had, and the merge itself.
    assert {label: count for label, count in left.items() if count} == {
        "trials.TrialSite": 1, "trials.TrialMerge": 1,
    }  # fmt: skip
    assert Trial.objects.get(slug="part").parent == alpha


def test_whatever_names_a_trial_a_site_or_a_statement_can_be_found_from_there():
    """What cannot would stay behind. A pair of suspected doubles is decided, it does not go over."""
    hidden = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in (Trial, TrialSite, StatusStatement) and field.remote_field.hidden
    }
    assert hidden == {"trials.SuspectedDouble.first", "trials.SuspectedDouble.second"}


@pytest.mark.parametrize(("mine", "kept"), [(["A"], ["A"]), ([], ["B", "C"])])
def test_of_two_lists_of_arms_one_stays_whole(pair, mine, kept):
    alpha, beta = pair
    given = Intervention.objects.create(name="Vincristine", type="drug")
    for trial, labels in ((alpha, mine), (beta, ["B", "C"])):
        TrialArm.objects.bulk_create(TrialArm(trial=trial, label=label) for label in labels)
    TrialIntervention.objects.create(trial=beta, intervention=given)
    merged(alpha, beta)
    assert [arm.label for arm in alpha.arm_groups.all()] == kept
    assert [one.name for one in alpha.interventions.all()] == ["Vincristine"]


def test_of_two_open_suggestions_of_one_text_the_second_waits_with_its_trial(pair):
    for trial in pair:
        TextSuggestion.objects.create(trial=trial, field="title_en", registry="ctis", said=f"T {trial}")
    merged(*pair)
    assert [one.said for one in TextSuggestion.objects.open()] == ["T Alpha"]
    assert TextSuggestion.objects.count() == 2


def test_a_chain_ends_at_once_where_it_ends(pair):
    alpha, beta = pair
    gamma = a_trial("Gamma")
    merged(beta, gamma)
    merged(alpha, beta)
    gamma.refresh_from_db()
    assert gamma.merged_into == alpha
    assert Trial.objects.heirs(["beta", "gamma"]) == {"beta": "alpha", "gamma": "alpha"}
    assert set(alpha.formerly) == {"beta", "Beta", "gamma", "Gamma"}


# -- what is written about it ------------------------------------------------------


def test_each_record_has_one_change_by_the_editor_in_one_transaction(pair):
    alpha, beta = pair
    merge_trials(stays=alpha, goes=beta, by=changes.Actor.of(an_editor()))
    log = Change.objects.order_by("seq")
    assert sorted((one.kind, one.key, one.op) for one in log) == [
        ("site", "alpha@uz-gent", "update"), ("site", "beta@uz-gent", "update"),
        ("site", "beta@uza", "update"), ("trial", "alpha", "update"), ("trial", "beta", "update"),
    ]  # fmt: skip
    assert {one.actor_role for one in log} == {Role.EDITOR}
    moved = log.get(key="beta@uza")
    assert (moved.before["trial"], moved.after["trial"]) == ("beta", "alpha")
    assert log.get(key="beta").after["merged_into"] == "alpha"


def test_partners_are_told_that_one_changed_and_the_other_went(pair):
    merged(*pair)
    told = PublicUpdate.objects.filter(kind="trial").values_list("key", "op")
    assert sorted(told) == [("alpha", "update"), ("beta", "delete")]


def test_even_an_empty_trial_that_goes_is_an_update_of_the_one_that_stays():
    alpha, beta = a_trial("Alpha"), a_trial("Beta")
    merged(alpha, beta)
    assert sorted(PublicUpdate.objects.values_list("key", "op")) == [("alpha", "update"), ("beta", "delete")]


@pytest.mark.parametrize("status", ["recruiting", "completed"])
def test_a_merge_opens_and_closes_nothing(status):
    centre = a_centre()
    alpha, beta = a_trial("Alpha", at=[(centre, status)]), a_trial("Beta", at=[centre])
    merged(alpha, beta)
    assert not RecruitmentEvent.objects.exists()


# -- what cannot be ----------------------------------------------------------------


def test_each_obstacle_is_named_with_the_way_out(pair):
    alpha, beta = pair
    for stays, goes, sentence in (
        (alpha, alpha, "the same record"),
        (a_trial("Draft", state=State.DRAFT), beta, "“beta” is public and “draft” is not"),
        (alpha, a_trial("Gone", state=State.WITHDRAWN), "“gone” is withdrawn"),
        (alpha, a_trial("Part", parent=alpha), "sub-protocol of the other"),
        (a_trial("Below", parent=a_trial("Between", parent=beta)), beta, "sub-protocol of the other"),
    ):
        with pytest.raises(ValidationError, match=sentence):
            merge_trials(stays=stays, goes=goes, by=BY)
    merged(alpha, beta)
    for stays, goes in ((beta, alpha), (a_trial("Other"), beta)):
        with pytest.raises(ValidationError, match="“beta” is merged into “alpha”"):
            merge_trials(stays=stays, goes=goes, by=BY)
    assert TrialMerge.objects.count() == 1


def test_a_merged_trial_is_not_listed_again_by_any_door(pair):
    _alpha, beta = pair
    merged(*pair)
    beta.state = State.LISTED
    with pytest.raises(ValidationError, match="Undo the merge first"):
        beta.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        beta.save()


@pytest.mark.parametrize("role", [one for one in Role if one != Role.EDITOR])
def test_only_editors_merge_and_decline(pair, role):
    alpha, beta = pair
    by = changes.Actor(role)
    with pytest.raises(PermissionError):
        merge_trials(stays=alpha, goes=beta, by=by)
    with pytest.raises(PermissionError):
        decline_double(one=alpha, other=beta, by=by)
    assert not TrialMerge.objects.exists()
    assert not Change.objects.exists()


# -- proposals ---------------------------------------------------------------------


def pairs(**fields):
    return [str(one) for one in SuspectedDouble.objects.filter(**fields)]


def test_a_pair_is_proposed_once_with_why_and_since_when(pair):
    Trial.objects.filter(slug="beta").update(title_en=f"{TITLE} (NCT01234567)")
    a_trial("Other", title_en="Something else altogether")
    assert (propose_doubles(), propose_doubles()) == (1, 0)
    double = SuspectedDouble.objects.get()
    assert (str(double), double.why, double.evidence) == ("Alpha / Beta", "number", "NCT01234567")
    assert double.proposed_at <= timezone.now()


def test_what_was_declined_is_not_proposed_again_and_says_by_whom(pair):
    editor = an_editor()
    decline_double(one=pair[1], other=pair[0], by=changes.Actor.of(editor))
    assert propose_doubles() == 0
    double = SuspectedDouble.objects.get()
    assert (double.decision, double.decided_by) == (DoubleDecision.DECLINED, editor)
    assert not SuspectedDouble.objects.open().exists()
    # Said again it is the same decision.
    decline_double(one=pair[0], other=pair[1], by=BY)
    assert SuspectedDouble.objects.get().decided_by == editor


def test_a_merge_decides_the_pair_and_takes_others_of_the_merged_trial_off_the_list(pair):
    alpha, beta = pair
    a_trial("Third", title_en=TITLE)
    assert propose_doubles() == 3
    merged(alpha, beta)
    assert pairs(decision="merged") == ["Alpha / Beta"]
    assert [str(one) for one in SuspectedDouble.objects.open()] == ["Alpha / Third"]
    assert propose_doubles() == 0


def test_withdrawn_trials_are_neither_proposed_nor_left_on_the_list(pair):
    propose_doubles()
    Trial.objects.filter(slug="beta").update(state=State.WITHDRAWN)
    assert not SuspectedDouble.objects.open().exists()
    SuspectedDouble.objects.all().delete()
    assert propose_doubles() == 0


# -- at once -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_several_who_merge_a_pair_at_once_one_does():
    alpha, beta = a_trial("A", identifiers=["NCT01234567"]), a_trial("B", identifiers=["NCT07654321"])
    found = at_once(lambda index: merge_trials(stays=alpha, goes=beta, by=BY).pk, 4)
    assert len(set(found)) == 1
    assert TrialMerge.objects.count() == 1
    assert Change.objects.filter(key="b").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_a_pair_both_ways_at_once_one_is_told_no():
    trials = [a_trial("A"), a_trial("B")]

    def work(index):
        try:
            merge_trials(stays=trials[index], goes=trials[1 - index], by=BY)
        except ValidationError as error:
            return error.messages[0]
        return ""

    told = sorted(at_once(work, 2))
    assert told[0] == ""
    assert "is merged into" in told[1]
    assert Trial.objects.unmerged().count() == 1, connection.vendor
