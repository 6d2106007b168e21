"""Cells that name a centre near, twice or not at all: asked once, answered, learned, unlearned."""

import datetime as dt

import pytest

from centres.models import CentreAlias
from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.plan import plan_run
from tests import sheets
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from trials.models import TrialSite

pytestmark = pytest.mark.django_db
TEXT = "Ghent University Hospita, Ghent, Belgium"
KEY = "centre:ghent university hospita ghent belgium"


@pytest.fixture
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZG"])


def a_sheet(*texts):
    return sheets.a_csv(
        *(
            {"centre_code": text, "acronym": f"TRIAL-{number}", "status": "recruiting"}
            for number, text in enumerate(texts)
        )
    )


def answered(run, **by_centre):
    """`run` planned anew with answers, by key."""
    actions.answer(run=run, user=run.created_by, answers=by_centre, queue=False)
    plan_run(run)
    run.refresh_from_db()
    return run


def stored(run):
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "applied", run.problems
    return run


def question(run):
    [one] = run.questions
    return one


def test_a_near_name_is_asked_once_with_reasons_and_its_rows_wait(gent):
    run = sheets.planned(a_sheet(TEXT, TEXT, "uz-gent"), user=an_editor())
    asked = question(run)
    assert (asked["key"], asked["code"], asked["needed"], asked["others"]) == (KEY, "centre", False, "centre")
    assert asked["params"] == {"rows": 2}
    assert asked["examples"] == [TEXT]
    assert [option["value"] for option in asked["options"]] == ["uz-gent", ""]
    assert "the town matches (Gent)" in asked["options"][0]["reason"]
    assert sheets.outcomes(run) == {2: "invalid", 3: "invalid", 4: "new"}


def test_an_answer_makes_its_rows_valid_and_is_learned_when_the_plan_is_applied(gent):
    editor = an_editor()
    run = answered(sheets.planned(a_sheet(TEXT), user=editor, name="june.csv"), **{KEY: "uz-gent"})
    assert sheets.outcomes(run) == {2: "new"}
    assert not CentreAlias.objects.filter(kind="learned").exists()
    stored(run)
    alias = CentreAlias.objects.get(kind="learned")
    assert (alias.text, alias.centre, alias.learned_by, alias.learned_from) == (
        TEXT,
        gent,
        editor,
        "june.csv",
    )
    assert alias.learned_at.date() >= dt.date(2020, 1, 1)
    change = Change.objects.get(kind="centre", key="uz-gent")
    assert (change.run, change.actor) == (run.pk, editor)
    assert [one["text"] for one in change.after["aliases"] if one not in change.before["aliases"]] == [TEXT]
    assert run.stored["centre"] == {"create": 0, "update": 1}


def test_what_was_learned_is_certain_in_the_next_sheet_until_it_is_unlearned(gent):
    editor = an_editor()
    stored(answered(sheets.planned(a_sheet(TEXT), user=editor), **{KEY: "uz-gent"}))
    again = sheets.planned(a_sheet(TEXT, TEXT.upper()), user=editor)
    assert again.questions == []
    assert "invalid" not in sheets.outcomes(again).values()
    CentreAlias.objects.get(kind="learned").delete()
    assert question(sheets.planned(a_sheet(TEXT, "uz-gent", TEXT), user=editor))["key"] == KEY


def test_none_of_ours_keeps_the_rows_out_and_says_so(gent):
    run = answered(sheets.planned(a_sheet(TEXT, "uz-gent"), user=an_editor()), **{KEY: ""})
    assert sheets.outcomes(run) == {2: "invalid", 3: "new"}
    assert any("is not one of our centres" in said for said in sheets.messages(run))
    stored(run)
    assert not CentreAlias.objects.filter(kind="learned").exists()


def test_a_centre_that_was_not_suggested_may_be_answered_an_unknown_one_not(gent):
    a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650")
    run = sheets.planned(a_sheet(TEXT), user=an_editor())
    with pytest.raises(actions.Refused):
        actions.answer(run=run, user=run.created_by, answers={KEY: "nowhere"}, queue=False)
    assert stored(answered(run, **{KEY: "uza"})).stored["site"]["create"] == 1
    assert TrialSite.objects.get().centre.code == "uza"


def test_an_anonymised_site_may_be_answered_but_is_never_learned(gent):
    text = "Research Site, Ghent, 9000, Belgium"
    run = sheets.planned(a_sheet(text), user=an_editor())
    asked = question(run)
    assert [option["value"] for option in asked["options"]] == [""]
    assert "not kept for other sheets" in asked["message"]
    stored(answered(run, **{asked["key"]: "uz-gent"}))
    assert TrialSite.objects.get().centre == gent
    assert not CentreAlias.objects.filter(kind="learned").exists()


def test_a_town_alone_is_never_learned(gent):
    run = sheets.planned(a_sheet("Gent"), user=an_editor())
    stored(answered(run, **{"centre:gent": "uz-gent"}))
    assert not CentreAlias.objects.filter(kind="learned").exists()


def test_a_coordinator_is_suggested_only_what_they_may_see(gent):
    hidden = a_centre("uz-gent-2", name="Ghent University Hospitals", state="draft")
    coordinator = a_coordinator(gent)
    run = sheets.planned(a_sheet(TEXT), user=coordinator)
    assert [option["value"] for option in question(run)["options"]] == ["uz-gent", ""]
    assert hidden.code not in str(sheets.messages(run))
    with pytest.raises(actions.Refused):
        actions.answer(run=run, user=coordinator, answers={KEY: hidden.code}, queue=False)


def test_a_centre_of_somebody_else_as_an_answer_leaves_the_row_refused_and_is_not_learned(gent):
    uza = a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650")
    run = sheets.planned(a_sheet(TEXT, "uza"), user=a_coordinator(uza))
    run = answered(run, **{KEY: "uz-gent"})
    assert sheets.outcomes(run) == {2: "invalid", 3: "new"}
    assert any("is not your centre" in said for said in sheets.messages(run))
    stored(run)
    assert not CentreAlias.objects.filter(kind="learned").exists()


def test_a_text_that_means_another_centre_by_now_is_not_taken_from_it(gent):
    uza = a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650")
    run = answered(sheets.planned(a_sheet(TEXT), user=an_editor()), **{KEY: "uz-gent"})
    CentreAlias.objects.create(centre=uza, text=TEXT)
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert run.status == "failed"
    assert CentreAlias.objects.get(text=TEXT).centre == uza


def test_a_sheet_of_many_unknown_names_asks_of_no_more_than_fifty(gent):
    run = sheets.planned(a_sheet(*(f"Clinic {number} of Nowhere" for number in range(60))), user=an_editor())
    assert len(run.questions) == 50
    assert run.counts["invalid"] == 60


def test_networks_ask_and_learn_as_well(gent):
    content = sheets.a_csv({"network": "suhopl", "centre": TEXT})
    run = answered(sheets.planned(content, kind="networks", user=an_editor()), **{KEY: "uz-gent"})
    stored(run)
    assert CentreAlias.objects.get(kind="learned").text == TEXT


def test_the_admin_shows_from_which_sheet_an_alias_was_learned(gent, client):
    editor = an_editor()
    client.force_login(editor)
    CentreAlias.objects.create(
        centre=gent, text="Ghent Hospita", kind="learned", learned_by=editor, learned_from="june.csv"
    )
    page = client.get(f"/admin/centres/centre/{gent.pk}/change/").content.decode()
    assert f"{editor} · june.csv" in page


def test_a_known_trial_and_a_near_centre_tell_nothing_of_each_other(gent):
    a_trial("TRIAL-0", at=[gent])
    run = sheets.planned(a_sheet(TEXT), user=an_editor())
    [row] = run.rows.all()
    assert (row.record, row.changes) == ("", [])
