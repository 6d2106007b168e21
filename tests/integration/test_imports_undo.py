"""Undo: the reverse of a run from the change log, what was edited since, and an undo of an undo."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from centres.models import Affiliation, Centre, Membership, Network, Professional
from directory.core import changes
from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.choices import Status
from directory.imports.models import ImportRun, RowOutcome
from directory.imports.plan import plan_run
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, reverse_of
from trials.actions import state_status
from trials.models import StatusStatement, Trial, TrialIdentifier, TrialSite

pytestmark = pytest.mark.django_db
SITE = {"centre_code": "uz-gent", "acronym": "A", "status": "recruiting", "status_date": "2026-05-13"}
TRIAL = {"acronym": "NEW-1", "title": "A new study", "nct_number": "NCT04307576", "conditions": "Ia"}


@pytest.fixture
def editor():
    return an_editor()


@pytest.fixture
def gent():
    return a_centre("uz-gent")


def undone(run, user):
    """The undo of `run`, applied."""
    found = reverse_of(run, user)
    assert found.status == Status.PLANNED, found.problems
    actions.confirm(run=found, user=user, queue=False)
    apply_run(found)
    for one in (found, run):
        one.refresh_from_db()
    return found


def everything():
    """What the registry holds, by model, as the change log would say it."""
    models = (Centre, Network, Membership, Professional, Affiliation, Trial, TrialSite)
    return {
        model.__name__: sorted(
            (one.change_key, model.snapshots([one.pk])[one.pk]) for one in model.objects.all()
        )
        for model in models
    }


def test_an_import_of_each_kind_is_undone_to_the_last_field(editor, gent):
    a_trial("OLD", slug="old", identifiers=["NCT01234567"], conditions=["IVa"], sponsor="S")
    sheets = {
        "centres": [{"code": "uz-gent", "phone": "+3293322111", "aliases": "The Ghent one"},
                    {"code": "new", "name_en": "New hospital"}],
        "networks": [{"network": "suhopl", "centre": "uz-gent", "role": "reference", "care": "chemotherapy"}],
        "trials": [TRIAL, {"acronym": "OLD", "nct_number": "NCT01234567", "eu_ct_number": "2022-501454-11-00",
                           "sponsor": "T", "conditions": "IVa; Ia"}],
        "sites": [SITE | {"acronym": "OLD", "contact_name": "Desk", "contact_email": "desk@example.org"},
                  SITE | {"acronym": "NOBODY-KNOWS"}],
    }  # fmt: skip
    for kind, rows in sheets.items():
        before = everything()
        run = applied(a_csv(*rows), kind=kind, user=editor)
        assert everything() != before
        undone(run, editor)
        assert run.status == Status.UNDONE
        assert everything() == before, kind


def test_nothing_is_undone_before_it_is_confirmed(editor, gent):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    last = changes.last_seq()
    plan = reverse_of(run, editor)
    assert (plan.status, plan.undo_of, plan.counts["update"]) == (Status.PLANNED, run, 1)
    assert changes.last_seq() == last
    run.refresh_from_db()
    assert run.status == Status.APPLIED


def test_undo_is_in_the_change_log_as_a_run_of_its_own(editor):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    plan = undone(run, editor)
    [change] = Change.objects.filter(run=plan.pk)
    assert (change.kind, change.op, change.actor_role) == ("trial", "delete", "editor")
    assert plan.stored == {"trial": {"create": 0, "update": 0, "delete": 1}}


def test_what_was_edited_since_is_held_back_and_named(editor):
    trial = a_trial("OLD", slug="old", sponsor="before", url="")
    row = {"acronym": "OLD", "sponsor": "by sheet", "url": "https://www.example.org/"}
    run = applied(a_csv(row), kind="trials", user=editor)
    with changes.recording(changes.Actor.of(editor)) as log:
        trial.refresh_from_db()
        log.watch(trial)
        trial.sponsor = "by hand"
        trial.save()
    plan = reverse_of(run, editor)
    [row] = plan.rows.all()
    assert (row.outcome, row.may_be_taken) == ("conflict", True)
    assert "Edited since then (editor," in row.messages[0]["message"]
    assert "sponsor" in row.messages[0]["message"]
    assert {"field": "sponsor", "old": "by hand", "new": "before"} in row.changes
    # Left out, nothing happens; taken, the later edit goes, too.
    actions.decide(run=plan, user=editor, decision="take", numbers=[row.number])
    actions.confirm(run=plan, user=editor, queue=False)
    apply_run(plan)
    trial.refresh_from_db()
    assert (trial.sponsor, trial.url) == ("before", "")


def by_hand(record, user, **values):
    """`record` edited by `user`, or with no values deleted, in the change log."""
    with changes.recording(changes.Actor.of(user)) as log:
        record.refresh_from_db()
        log.watch(record)
        for name, value in values.items():
            setattr(record, name, value)
        record.save() if values else record.delete()


@pytest.mark.parametrize(("decision", "left"), [(None, ["by hand"]), ("take", [])])
def test_what_the_run_made_and_somebody_edited_since_goes_only_where_it_is_taken(editor, decision, left):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    by_hand(Trial.objects.get(), editor, sponsor="by hand")
    plan = reverse_of(run, editor)
    [row] = plan.rows.all()
    assert (row.outcome, row.may_be_taken) == ("conflict", True)
    assert "Edited since then (editor," in row.messages[0]["message"]
    assert "sponsor. Accept the row to undo that as well." in row.messages[0]["message"]
    if decision:
        actions.decide(run=plan, user=editor, decision=decision, numbers=[row.number])
    actions.confirm(run=plan, user=editor, queue=False)
    apply_run(plan)
    assert list(Trial.objects.values_list("sponsor", flat=True)) == left


def test_a_site_that_the_run_made_is_held_back_where_another_said_its_status_since(editor, gent):
    a_trial("A", slug="a")
    run = applied(a_csv(SITE), user=editor)
    state_status(site=TrialSite.objects.get(), status="suspended", by=changes.Actor("coordinator"))
    [row] = reverse_of(run, editor).rows.all()
    assert (row.outcome, row.may_be_taken) == ("conflict", True)
    assert "in the role coordinator on" in row.messages[0]["message"]
    assert "status. Accept the row to undo that as well." in row.messages[0]["message"]


def made_and_deleted(editor):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    by_hand(Trial.objects.get(), editor)
    return run


def changed_and_deleted(editor):
    trial = a_trial("OLD", slug="old", sponsor="before")
    run = applied(a_csv({"acronym": "OLD", "sponsor": "by sheet"}), kind="trials", user=editor)
    by_hand(trial, editor)
    return run


def changed_and_put_back(editor):
    trial = a_trial("OLD", slug="old", sponsor="before")
    run = applied(a_csv({"acronym": "OLD", "sponsor": "by sheet"}), kind="trials", user=editor)
    by_hand(trial, editor, sponsor="before")
    return run


def removed_and_made_again(editor):
    removal = undone(applied(a_csv(TRIAL), kind="trials", user=editor), editor)
    applied(a_csv(TRIAL), kind="trials", user=editor, name="again.csv")
    return removal


@pytest.mark.parametrize(
    ("meanwhile", "outcome", "said"),
    [
        (made_and_deleted, "unchanged", ["It no longer exists."]),
        (changed_and_deleted, "invalid", ["It was removed since then. There is nothing to undo."]),
        (changed_and_put_back, "unchanged", []),
        (removed_and_made_again, "unchanged", ["It exists again."]),
    ],
)
def test_what_is_by_now_as_it_was_before_or_gone_is_left_alone(editor, meanwhile, outcome, said):
    run = meanwhile(editor)
    before, last = everything(), changes.last_seq()
    plan = reverse_of(run, editor)
    [row] = plan.rows.all()
    assert (row.outcome, [one["message"] for one in row.messages], row.changes) == (outcome, said, [])
    assert (plan.status, plan.has_stored_nothing) == (Status.APPLIED, True)
    assert (everything(), changes.last_seq()) == (before, last)


def test_an_edit_that_nobody_wrote_down_is_laid_at_nobody_s_door(editor):
    """What was written before the run, or by it, is no edit since."""
    trial = a_trial("OLD", slug="old", sponsor="first")
    by_hand(trial, editor, sponsor="before")
    run = applied(a_csv({"acronym": "OLD", "sponsor": "by sheet"}), kind="trials", user=editor)
    Trial.objects.update(sponsor="by nobody")
    [row] = reverse_of(run, editor).rows.all()
    assert (row.outcome, row.may_be_taken) == ("conflict", True)
    assert [one["message"] for one in row.messages] == [
        "Edited since then: sponsor. Accept the row to undo that as well."
    ]


def test_of_two_fields_the_one_that_was_put_back_by_hand_is_not_told(editor):
    trial = a_trial("OLD", slug="old", sponsor="before", url="https://example.org/1")
    sheet = {"acronym": "OLD", "sponsor": "by sheet", "url": "https://example.org/2"}
    run = applied(a_csv(sheet), kind="trials", user=editor)
    by_hand(trial, editor, sponsor="before")
    [row] = reverse_of(run, editor).rows.all()
    assert row.outcome == "update"
    assert row.changes == [{"field": "url", "old": "https://example.org/2", "new": "https://example.org/1"}]


def test_a_record_that_others_edited_too_goes_back_to_before_the_run_alone(editor):
    """A field that the run did not write stays as somebody made it since."""
    trial = a_trial("OLD", slug="old", sponsor="before", url="")
    run = applied(a_csv({"acronym": "OLD", "sponsor": "by sheet"}), kind="trials", user=editor)
    by_hand(trial, editor, url="https://example.org/mine")
    plan = undone(run, editor)
    assert plan.rows.get().outcome == "update"
    trial.refresh_from_db()
    assert (trial.sponsor, trial.url) == ("before", "https://example.org/mine")


def test_a_row_left_out_of_an_undo_stays(editor):
    rows = [TRIAL, {"acronym": "NEW-2", "title": "Another"}]
    run = applied(a_csv(*rows), kind="trials", user=editor)
    plan = reverse_of(run, editor)
    kept = plan.rows.get(record="new-2")
    actions.decide(run=plan, user=editor, decision="leave", numbers=[kept.number])
    actions.confirm(run=plan, user=editor, queue=False)
    apply_run(plan)
    assert list(Trial.objects.values_list("slug", flat=True)) == ["new-2"]


def test_a_statement_is_retracted_and_what_was_said_before_stands_again(editor, gent):
    site = a_site(a_trial("A", slug="a"), gent)
    state_status(site=site, status="suspended", by=changes.Actor("editor"), said_at=timezone.localdate())
    StatusStatement.objects.update(said_at="2026-01-02")
    run = applied(a_csv(SITE), user=editor)
    site.refresh_from_db()
    assert site.status == "recruiting"
    undone(run, editor)
    site.refresh_from_db()
    assert (site.status, site.verified_at.isoformat()) == ("suspended", "2026-01-02")
    assert StatusStatement.objects.filter(retracted_at=None).count() == 2
    assert StatusStatement.objects.get(retracted_run__isnull=False).run == run.pk


def test_an_undo_is_undone_and_that_again(editor, gent):
    a_trial("A", slug="a")
    site = a_site(a_trial("B", slug="b"), gent)
    before = everything()
    run = applied(a_csv(SITE, SITE | {"acronym": "B"}), user=editor)
    after = everything()
    first = undone(run, editor)
    assert everything() == before
    second = undone(first, editor)
    assert everything() == after
    run.refresh_from_db()
    assert (run.status, first.status, second.status) == ("applied", "undone", "applied")
    site.refresh_from_db()
    assert site.status == "recruiting"
    undone(run, editor)
    assert everything() == before


def test_a_trial_on_which_others_hang_since_is_not_removed(editor, gent):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    a_site(Trial.objects.get(), gent)
    plan = reverse_of(run, editor)
    [row] = plan.rows.all()
    assert row.outcome == "invalid"
    assert (
        "cannot be removed, because of what was added to it since: NEW-1 · Hospital uz-gent"
        in row.messages[0]["message"]
    )
    assert plan.has_stored_nothing
    assert Trial.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "state", "named"),
    [
        ("uz-gent", "listed", "OTHER · Hospital uz-gent"),
        ("uza", "listed", "something that belongs to others"),
        ("uz-gent", "draft", "something that belongs to others"),
    ],
)
def test_a_coordinator_is_told_by_name_what_of_their_own_stands_in_the_way(gent, code, state, named):
    a_trial("A", slug="a")
    coordinator = a_coordinator(gent, username="co")
    contact = {"contact_name": "Demo Person", "contact_email": "demo@example.org"}
    run = applied(a_csv(SITE | contact), user=coordinator)
    centre = gent if code == "uz-gent" else a_centre(code)
    a_site(a_trial("OTHER", state=state), centre, contact_person=Professional.objects.get())
    row = reverse_of(run, coordinator).rows.get(record=str(Professional.objects.get().pk))
    assert row.outcome == "invalid"
    assert [one["message"] for one in row.messages] == [
        f"It cannot be removed, because of what was added to it since: {named}. Undo or remove that first."
    ]


def test_the_plan_of_an_undo_tells_each_value_as_people_write_it(editor, gent):
    trial = a_trial("OLD", slug="old", conditions=["IVa"], identifiers=["NCT01234567"], lines_max=2)
    a_site(trial, gent, cohort_open=True)
    sheet = {"acronym": "OLD", "conditions": "Ia; IVa", "eu_ct_number": "2022-501454-11-00", "lines_max": "0"}
    trials = applied(a_csv(sheet, TRIAL), kind="trials", user=editor)
    sites = applied(a_csv({"centre_code": "uz-gent", "acronym": "OLD", "cohort_open": "no"}), user=editor)
    plan = reverse_of(trials, editor)
    told = {one["field"]: (one["old"], one["new"]) for one in plan.rows.get(record="old").changes}
    assert told == {
        "conditions": ("Ia; IVa", "IVa"),
        "identifiers": ("2022-501454-11-00; NCT01234567", "NCT01234567"),
        "lines_max": ("0", "2"),
    }
    assert plan.rows.get(record="new-1").changes == [{"field": "record", "old": "new-1", "new": ""}]
    [row] = reverse_of(sites, editor).rows.all()
    assert {"field": "cohort_open", "old": "no", "new": "yes"} in row.changes
    again = reverse_of(undone(trials, editor), editor)
    assert again.rows.get(record="new-1").changes == [{"field": "record", "old": "", "new": "new-1"}]


def test_a_removed_record_whose_dependent_was_left_out_fails_as_a_whole(editor, gent):
    run = applied(a_csv(SITE | {"acronym": "NOBODY-KNOWS"}), user=editor)
    plan = reverse_of(run, editor)
    site = plan.rows.get(record="nobody-knows@uz-gent")
    actions.decide(run=plan, user=editor, decision="leave", numbers=[site.number])
    actions.confirm(run=plan, user=editor, queue=False)
    apply_run(plan)
    plan.refresh_from_db()
    run.refresh_from_db()
    assert (plan.status, plan.problems[0]["code"]) == ("failed", "in_the_way")
    assert run.status == Status.APPLIED
    assert TrialSite.objects.count() == 1


def test_what_moves_between_plan_and_confirmation_is_not_undone(editor):
    trial = a_trial("OLD", slug="old", sponsor="before")
    run = applied(a_csv({"acronym": "OLD", "sponsor": "by sheet"}), kind="trials", user=editor)
    plan = reverse_of(run, editor)
    with changes.recording(changes.Actor.of(editor)) as log:
        trial.refresh_from_db()
        log.watch(trial)
        trial.sponsor = "by hand"
        trial.save()
    actions.confirm(run=plan, user=editor, queue=False)
    apply_run(plan)
    plan.refresh_from_db()
    run.refresh_from_db()
    assert (plan.status, plan.problems[0]["code"], run.status) == ("failed", "moved", "applied")
    trial.refresh_from_db()
    assert trial.sponsor == "by hand"


def test_two_who_undo_at_once_undo_once(editor):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    other = an_editor(username="other")
    first, second = reverse_of(run, editor), reverse_of(run, other)
    actions.confirm(run=first, user=editor, queue=False)
    with pytest.raises(actions.Refused, match="was undone meanwhile"):
        actions.confirm(run=second, user=other, queue=False)
    apply_run(first)
    second.refresh_from_db()
    assert second.status == Status.PLANNED
    assert Change.objects.filter(op="delete").count() == 1


def test_the_same_person_gets_the_undo_that_is_under_way(editor):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    assert reverse_of(run, editor) == actions.undo(run=run, user=editor, queue=False)


def test_of_two_undos_under_way_each_person_gets_their_own(editor):
    run, other = applied(a_csv(TRIAL), kind="trials", user=editor), an_editor(username="other")
    mine, theirs = reverse_of(run, editor), reverse_of(run, other)
    assert actions.undo(run=run, user=editor, queue=False) == mine != theirs
    assert actions.undo(run=run, user=other, queue=False) == theirs


def test_who_may_undo(editor, gent):
    a_trial("A", slug="a")
    coordinator, other = a_coordinator(gent, username="co"), a_coordinator(gent, username="other")
    run = applied(a_csv(SITE), user=coordinator)
    with pytest.raises(PermissionDenied):
        actions.undo(run=run, user=other, queue=False)
    undone(run, coordinator)
    assert not TrialSite.objects.exists()


def test_a_coordinator_who_lost_the_centre_undoes_nothing_of_it(editor, gent):
    a_trial("A", slug="a")
    coordinator = a_coordinator(gent, username="co")
    run = applied(a_csv(SITE), user=coordinator)
    coordinator.coordinations.all().delete()
    a_centre("uza").coordinations.create(user=coordinator)
    plan = reverse_of(run, coordinator)
    assert "centre that is not yours" in plan.rows.get().messages[0]["message"]
    assert TrialSite.objects.exists()


@pytest.mark.parametrize("left", [{"until": "2026-06-01"}, None])
def test_who_works_elsewhere_by_now_is_neither_shown_nor_put_back(editor, gent, left):
    named = SITE | {"contact_name": "Demo Person", "contact_email": "demo@example.org"}
    coordinator = a_coordinator(gent, username="co")
    applied(a_csv(named | {"contact_phone": "+32 9 332 21 11"}), user=coordinator)
    run = applied(a_csv(named | {"contact_phone": "+32 9 332 22 22"}), user=coordinator, name="2.csv")
    there = Affiliation.objects.filter(centre=gent)
    there.update(**left) if left else there.delete()
    person = Professional.objects.get()
    Affiliation.objects.create(professional=person, centre=a_centre("uz-leuven"))
    with changes.recording(changes.Actor.of(editor)) as log:
        log.watch(person)
        person.phone, person.email = "+3216000000", "canary@example.org"
        person.save()
    plan = reverse_of(run, coordinator)
    row = plan.rows.get()
    assert (row.outcome, row.may_be_taken, row.changes) == ("invalid", False, [])
    assert "of a centre that is not yours" in row.messages[0]["message"]
    assert "canary" not in str(row.values) + str(row.messages)
    assert reverse_of(run, editor).rows.get().may_be_taken


def test_a_draft_is_not_the_coordinator_s_to_remove(editor, gent):
    coordinator = a_coordinator(gent, username="co")
    run = applied(a_csv(SITE | {"acronym": "NOBODY-KNOWS"}), user=coordinator)
    trial = Trial.objects.get()
    with changes.recording(changes.Actor.of(editor)) as log:
        log.watch(trial)
        trial.state = "listed"
        trial.save()
    plan = reverse_of(run, coordinator)
    assert not plan.rows.filter(record=trial.slug).exists()
    actions.confirm(run=plan, user=coordinator, queue=False)
    apply_run(plan)
    assert Trial.objects.filter(pk=trial.pk, state="listed").exists()


def test_an_undo_does_not_name_a_person_in_public_by_itself(editor, gent):
    a_site(a_trial("A", slug="a"), gent)
    named = SITE | {"contact_name": "Trial desk", "contact_email": "desk@example.org"}
    applied(a_csv(named | {"consent_to_publish": "yes"}), user=editor)
    run = applied(a_csv(named | {"consent_to_publish": "no"}), user=editor)
    plan = reverse_of(run, editor)
    row = plan.rows.get(record=str(Professional.objects.get().pk))
    assert (row.outcome, row.may_be_taken) == ("conflict", True)
    assert "name a person in public again" in row.messages[0]["message"]


def test_what_stored_nothing_or_is_undone_is_not_undone(editor):
    run = applied(a_csv(TRIAL), kind="trials", user=editor)
    again = applied(a_csv(TRIAL), kind="trials", user=editor)
    with pytest.raises(actions.Refused, match="it stored nothing"):
        actions.undo(run=again, user=editor, queue=False)
    undone(run, editor)
    with pytest.raises(actions.Refused, match="only an applied import can be undone"):
        actions.undo(run=run, user=editor, queue=False)


def test_a_thousand_records_in_a_constant_number_of_queries(editor, django_assert_max_num_queries):
    rows = [{"acronym": f"T{n}", "title": f"Study {n}", "nct_number": f"NCT{n:08}"} for n in range(600)]
    run = applied(a_csv(*rows), kind="trials", user=editor)
    plan = reverse_of(run, editor)
    actions.confirm(run=plan, user=editor, queue=False)
    with django_assert_max_num_queries(140):
        apply_run(plan)
    assert not Trial.objects.exists()
    assert not TrialIdentifier.objects.exists()


def test_the_pages_of_an_undo(client, editor, gent):
    a_trial("A", slug="a")
    run = applied(a_csv(SITE), user=editor)
    client.force_login(editor)
    address = reverse("admin:imports_importrun_change", args=[run.pk])
    assert "Undo this import" in client.get(address).content.decode()
    answer = client.post(reverse("admin:imports_importrun_undo", args=[run.pk]))
    plan = ImportRun.objects.get(undo_of=run)
    assert answer.url == reverse("admin:imports_importrun_change", args=[plan.pk])
    plan_run(plan)
    page = client.get(answer.url).content.decode()
    assert f"This undoes import {run.pk}" in page
    assert "Undo these changes" in page
    assert "Trial site: A · Hospital uz-gent" in page
    assert f"It is undone by import {plan.pk}" in client.get(address).content.decode()
    assert RowOutcome.objects.filter(run=plan).count() == 1
