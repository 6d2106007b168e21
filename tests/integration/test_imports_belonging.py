"""Rows that belong together: a part and its whole, a draft and its sites, and what one cannot be without."""

import pytest

from directory.core import changes
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from tests.builders import a_centre, a_coordinator, a_network, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from tests.support.studies import CTGOV, a_study, answers
from trials.implied import WHOLE_TRIAL
from trials.models import StatusStatement, Trial, TrialSite
from trials.sources import sync

pytestmark = pytest.mark.django_db
WHOLE = {"acronym": "WHOLE", "title": "The whole"}
PART = {"acronym": "PART", "title": "A part", "parent": "WHOLE"}


def confirmed(run, decision="", *numbers):
    """`run` with rows decided, confirmed and applied."""
    user = run.created_by
    if decision:
        actions.decide(run=run, user=user, decision=decision, numbers=numbers)
    actions.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    return run


# A part and its whole


def test_a_part_whose_whole_was_left_out_stores_nothing_and_both_rows_are_named():
    user = an_editor()
    other = PART | {"acronym": "OTHER", "title": "Another part"}
    run = planned(a_csv(WHOLE, PART, other, {"acronym": "ALONE", "title": "Alone"}), kind="trials", user=user)
    confirmed(run, "leave", 2)
    assert (run.status, run.problems[0]["code"]) == ("failed", "orphans")
    assert "which was left out (in brackets): 3 (2), 4 (2). Nothing was stored." in run.problems[0]["message"]
    assert not Trial.objects.exists()
    again = actions.plan_again(run=run, user=user, queue=False)
    assert (again.status, again.kind, again.pk > run.pk) == ("uploaded", "trials", True)


def test_a_part_that_is_left_out_with_its_whole_is_missed_by_nobody():
    run = planned(a_csv(WHOLE, PART, {"acronym": "ALONE", "title": "Alone"}), kind="trials", user=an_editor())
    confirmed(run, "leave", 2, 3)
    assert run.status == "applied", run.problems
    assert list(Trial.objects.values_list("acronym", flat=True)) == ["ALONE"]


def test_no_trial_is_a_part_of_itself_nor_of_what_nobody_knows():
    a_trial("SELF")
    rows = [{"acronym": "SELF", "title": "x", "parent": "self"}, PART | {"parent": "NOBODY"}]
    run = planned(a_csv(*rows), kind="trials", user=an_editor())
    assert outcomes(run) == {2: "invalid", 3: "invalid"}
    assert messages(run) == [
        "2 parent: A trial cannot be its own parent.",
        "3 parent: “NOBODY” is not a known trial. Put its row above this one, or correct it.",
    ]


@pytest.mark.parametrize("parent", ["alone", "nct 04625907"])
def test_a_new_trial_that_names_itself_as_its_parent_is_told_so(parent):
    row = {"acronym": "ALONE", "title": "x", "nct_number": "NCT04625907", "parent": parent}
    run = planned(a_csv(row), kind="trials", user=an_editor())
    assert messages(run) == ["2 parent: A trial cannot be its own parent."]


def test_a_part_comes_to_another_whole_and_its_number_names_that_too():
    first, second = a_trial("FIRST"), a_trial("SECOND", identifiers=["NCT04625907"])
    part = a_trial("PART", slug="part", parent=first)
    for cell, told in (("FIRST", None), ("nct 04625907", {"old": "FIRST", "new": "SECOND"})):
        run = applied(a_csv({"acronym": "PART", "parent": cell}), kind="trials", user=an_editor())
        assert [one for one in run.rows.get().changes if one["field"] == "parent"] == (
            [{"field": "parent"} | told] if told else []
        )
    part.refresh_from_db()
    assert part.parent == second


# The status of a whole trial, in a sheet of a person


def test_a_person_who_names_no_day_closes_the_trial_today_at_each_of_its_sites(time_machine):
    time_machine.move_to("2027-02-01 12:00", tick=False)
    trial, gent = a_trial("KIWI", slug="kiwi"), a_centre("uz-gent")
    silent = a_site(trial, gent, status=None)
    run = applied(a_csv({"acronym": "KIWI", "status": "completed"}), kind="trials", user=an_editor())
    said = StatusStatement.objects.get(site=silent)
    assert (said.status, said.day_as_said, said.role, said.implied_by) == (
        "completed", "2027-02-01", "editor", WHOLE_TRIAL,
    )  # fmt: skip
    assert {
        "field": "sites",
        "old": "uz-gent: unknown",
        "new": "uz-gent: completed",
    } in run.rows.get().changes


def test_what_is_taken_back_is_told_also_where_it_changed_nothing_that_is_shown():
    """A word on the whole trial that a newer one of the centre outlived is taken back in the receipt."""
    trial, site = a_trial("KIWI", identifiers=["NCT01234567"], status="unknown"), None
    sync.follow(CTGOV, answers(a_study(verified="2026-02")))
    site = a_site(trial, a_centre("uz-gent"), said=20)
    sync.follow(CTGOV, answers(a_study(status="SUSPENDED", verified="2026-06")))
    run = sync.follow(CTGOV, answers(a_study(status="RECRUITING", verified="2026-07")))
    told = run.imports.get().rows.get().changes
    assert {"field": "statement", "old": "uz-gent: suspended", "new": ""} in told
    assert {"field": "disputed", "old": "yes", "new": "no"} in told
    site.refresh_from_db()
    assert (site.status, site.disputed) == ("recruiting", False)


# Sheets about trials that their sender does not see


ROW = {"centre_code": "uz-gent", "status": "recruiting"}


def sent(user, *rows):
    return applied(a_csv(*(ROW | row for row in rows)), user=user, name=f"{len(ImportRun.objects.all())}.csv")


def test_of_several_drafts_of_one_name_it_is_the_one_at_the_centre_else_the_one_spelt_so_else_the_oldest():
    gent = a_centre("uz-gent")
    user = a_coordinator(gent)
    oldest = a_trial("Kiwi-1", slug="a", state="draft")
    exact = a_trial("KIWI1", slug="b", state="draft")
    here = a_trial("kiwi 1", slug="c", state="draft")
    sent(user, {"acronym": "KIWI1"})
    assert TrialSite.objects.get().trial == exact
    TrialSite.objects.all().delete()
    sent(user, {"acronym": "kiwi_1"})
    assert TrialSite.objects.get().trial == oldest
    TrialSite.objects.all().delete()
    site = a_site(here, gent, status=None)
    sent(user, {"acronym": "KIWI1", "status": "suspended"})
    assert TrialSite.objects.get() == site
    assert TrialSite.objects.get().status == "suspended"
    assert Trial.objects.count() == 3


def test_a_number_goes_before_a_name_and_two_numbers_of_one_registry_before_both():
    gent = a_centre("uz-gent")
    user = a_coordinator(gent)
    named = a_trial("KIWI", slug="named", state="draft", identifiers=["NCT00000001"])
    numbered = a_trial("EMU", slug="numbered", state="draft", identifiers=["NCT00000002"])
    sent(user, {"acronym": "KIWI", "nct_number": "NCT00000002"})
    assert TrialSite.objects.get().trial == numbered
    sent(user, {"acronym": "KIWI", "nct_number": "NCT00000003"})
    assert not TrialSite.objects.filter(trial=named).exists()
    assert Trial.objects.filter(acronym="KIWI").count() == 2


def test_two_rows_of_one_draft_bring_one_site_each_to_the_trial_that_is_there():
    gent, uza = a_centre("uz-gent"), a_centre("uza")
    user = a_coordinator(gent, uza)
    hidden = a_trial("KIWI", slug="kiwi", state="draft")
    sent(user, {"acronym": "KIWI"}, {"acronym": "KIWI", "centre_code": "uza", "status": "suspended"})
    assert {(one.trial, one.centre.code, one.status) for one in TrialSite.objects.all()} == {
        (hidden, "uz-gent", "recruiting"), (hidden, "uza", "suspended"),
    }  # fmt: skip
    assert Trial.objects.count() == 1


def test_what_was_sent_and_left_out_or_undone_is_new_again():
    user = a_coordinator(a_centre("uz-gent"))
    run = planned(a_csv(ROW | {"acronym": "NEW1"}, ROW | {"acronym": "NEW2"}), user=user, name="first.csv")
    confirmed(run, "leave", 3)
    again = planned(a_csv(ROW | {"acronym": "NEW1"}, ROW | {"acronym": "NEW2"}), user=user, name="again.csv")
    assert outcomes(again) == {2: "unchanged", 3: "new"}
    ImportRun.objects.filter(pk=run.pk).update(status="undone")
    anew = planned(a_csv(ROW | {"acronym": "NEW1"}), user=user, name="anew.csv")
    assert outcomes(anew) == {2: "new"}


def test_the_last_that_was_sent_of_a_trial_is_what_a_row_is_held_against():
    user = a_coordinator(a_centre("uz-gent"))
    sent(user, {"acronym": "NEW1"})
    second = sent(user, {"acronym": "NEW1", "status": "suspended"})
    first_again = planned(a_csv(ROW | {"acronym": "NEW1"}), user=user, name="a.csv")
    second_again = planned(a_csv(ROW | {"acronym": "NEW1", "status": "suspended"}), user=user, name="b.csv")
    assert (outcomes(first_again), outcomes(second_again)) == ({2: "new"}, {2: "unchanged"})
    assert f"This went to the editors with import {second.pk} on " in messages(second_again)[0]


# Memberships


def test_a_membership_of_one_day_is_one_and_one_that_ends_before_it_is_none():
    a_centre("uz-gent")
    row = {"network": "itcc", "centre": "uz-gent", "since": "2027-01-01"}
    same, before = row | {"until": "2027-01-01"}, row | {"until": "2026-12-31"}
    assert outcomes(planned(a_csv(same), kind="networks", user=an_editor())) == {2: "new"}
    assert outcomes(planned(a_csv(before), kind="networks", user=an_editor())) == {2: "invalid"}


def test_each_role_and_first_day_is_a_membership_of_its_own():
    centre = a_centre("uz-gent")
    a_network("itcc", members=[centre], name_en="ITCC")
    row = {"network": "ITCC", "centre": "uz-gent"}
    rows = [row, row | {"role": "reference"}, row | {"role": "reference", "since": "2027-01-01"}]
    run = applied(
        a_csv(*rows, columns=["network", "centre", "role", "since"]), kind="networks", user=an_editor()
    )
    assert list(run.rows.values_list("outcome", "record")) == [
        ("unchanged", "itcc/uz-gent/member/"), ("new", "itcc/uz-gent/reference/"),
        ("new", "itcc/uz-gent/reference/2027-01-01"),
    ]  # fmt: skip
    assert changes.history("membership", "itcc/uz-gent/reference/2027-01-01").count() == 1
    told = run.rows.get(number=4).changes
    assert told == [
        {"field": "centre", "old": "", "new": "uz-gent"}, {"field": "role", "old": "", "new": "reference"},
        {"field": "since", "old": "", "new": "2027-01-01"},
    ]  # fmt: skip


def test_the_name_of_a_new_network_is_its_short_name_where_no_row_says_more():
    a_centre("uz-gent")
    run = applied(a_csv({"network": "My Net", "centre": "uz-gent"}), kind="networks", user=an_editor())
    [told] = [one for one in run.rows.get().changes if one["field"] == "network_name"]
    assert (told["new"], run.rows.get().record) == ("My Net", "my-net/uz-gent/member/")
