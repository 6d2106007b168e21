"""Who may import what, and that a refused row tells nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from directory.core import changes
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.models import ImportRun
from directory.partners import keys
from tests.builders import a_centre, a_coordinator, a_site, a_trial, a_user, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned, received
from trials.models import TrialSite

pytestmark = pytest.mark.django_db

CANARY = "https://canary.example.org/stored-value"


@pytest.fixture
def world():
    gent, uza = (
        a_centre("uz-gent"),
        a_centre("uza", name="Antwerp University Hospital", aliases=["UZ Antwerpen"]),
    )
    trial = a_trial("A", slug="a")
    a_site(trial, gent, status="recruiting", said=40)
    a_site(trial, uza, status="recruiting", said=40, url=CANARY)
    return gent, uza


def row(centre, **cells):
    return {"centre_code": centre, "acronym": "A", "status": "suspended"} | cells


@pytest.mark.parametrize("spelling", ["uza", "UZ Antwerpen", "Antwerp University Hospital"])
def test_a_coordinator_changes_only_the_sites_of_their_centres(world, spelling):
    gent, uza = world
    run = applied(a_csv(row("uz-gent"), row(spelling)), user=a_coordinator(gent))
    assert outcomes(run) == {2: "update", 3: "invalid"}
    assert "is not your centre. Remove the row." in messages(run)[0]
    assert TrialSite.objects.get(centre=gent).status == "suspended"
    assert TrialSite.objects.get(centre=uza).status == "recruiting"


def test_a_refused_row_shows_nothing_that_is_stored(world):
    gent, _uza = world
    run = planned(a_csv(row("uza", url="https://example.org")), user=a_coordinator(gent))
    [receipt] = run.rows.values("record", "changes", "messages")
    assert (receipt["record"], receipt["changes"]) == ("", [])
    assert CANARY not in str(receipt)
    assert "recruiting" not in str(receipt["messages"])


def test_ownership_columns_do_not_help(world):
    gent, uza = world
    sheet = a_csv(row("uza", id="1", centre_id="1", created_by="1", verified_by="editor"))
    run = applied(sheet, user=a_coordinator(gent))
    assert outcomes(run) == {2: "invalid"}
    assert run.warnings[0]["columns"] == ["id", "centre_id", "created_by", "verified_by"]
    assert TrialSite.objects.get(centre=uza).status == "recruiting"


def test_a_key_of_one_centre_narrows_an_editor_too(world):
    gent, _uza = world
    run = planned(a_csv(row("uz-gent"), row("uza")), user=an_editor(), centre=gent)
    assert outcomes(run) == {2: "update", 3: "invalid"}


@pytest.mark.parametrize(
    ("of", "key", "written"),
    [
        (("uz-gent", "uza"), None, {"uz-gent", "uza"}),
        (("uz-gent", "uza"), "uz-gent", {"uz-gent"}),
        (("uz-gent",), "uza", set()),
        ((), "uz-gent", set()),
    ],
)
def test_a_key_of_one_centre_gives_a_coordinator_no_more_than_they_have(world, of, key, written):
    """What is written is of the key's centre and of a centre of theirs, both."""
    centres = {one.code: one for one in world}
    user = a_coordinator(*(centres[code] for code in of))
    run = planned(a_csv(row("uz-gent"), row("uza")), user=user, centre=centres.get(key))
    good = {f"a@{code}" for code in written}
    assert set(run.rows.filter(outcome__in=("new", "update")).values_list("record", flat=True)) == good
    if good:
        actions.confirm(run=run, user=user, queue=False)
        apply_run(run)
    suspended = TrialSite.objects.filter(status="suspended").values_list("centre__code", flat=True)
    assert set(suspended) == written


@pytest.mark.parametrize("kind", ["centres", "networks", "trials"])
def test_coordinators_import_sites_and_nothing_else(world, kind):
    with pytest.raises(actions.Refused) as refused:
        received(a_csv({"code": "x"}), kind=kind, user=a_coordinator(world[0]))
    assert refused.value.problems[0]["code"] == "rights_kind"
    assert kind in str(refused.value)


def test_a_kind_that_the_columns_tell_is_asked_for_rights_as_well(world):
    run = planned(a_csv({"code": "new", "name_en": "New"}), kind="", user=a_coordinator(world[0]))
    assert (run.status, run.problems[0]["code"]) == ("failed", "rights_kind")


@pytest.mark.parametrize("who", [a_user, AnonymousUser])
def test_nobody_without_a_role_imports(who):
    with pytest.raises(actions.Refused) as refused:
        actions.receive(file=None, file_name="a.csv", kind="sites", user=who(), queue=False)
    assert refused.value.problems[0]["code"] == "rights"
    assert not ImportRun.objects.exists()


def test_who_lost_a_centre_between_plan_and_apply_changes_nothing_there(world):
    gent, _uza = world
    run = planned(a_csv(row("uz-gent")), user=(user := a_coordinator(gent)))
    actions.confirm(run=run, user=user, queue=False)
    user.coordinations.all().delete()
    apply_run(run)
    assert (run.status, run.problems[0]["code"]) == ("failed", "moved")
    assert TrialSite.objects.get(centre=gent).status == "recruiting"


def test_runs_are_seen_and_decided_by_whoever_brought_them_and_by_editors(world):
    gent, uza = world
    mine, theirs, editor = a_coordinator(gent), a_coordinator(uza), an_editor()
    run = planned(a_csv(row("uz-gent")), user=mine)
    assert list(ImportRun.objects.visible_to(mine)) == [run]
    assert list(ImportRun.objects.visible_to(editor)) == [run]
    assert not ImportRun.objects.visible_to(theirs).exists()
    assert not ImportRun.objects.visible_to(a_user()).exists()
    for action in (actions.confirm, actions.cancel):
        with pytest.raises(PermissionDenied):
            action(run=run, user=theirs)
    actions.confirm(run=run, user=editor, queue=False)


OF_A_RUN = {
    "decide": {"decision": "leave", "numbers": [2]},
    "answer": {"answers": {}, "queue": False},
    "confirm": {"queue": False},
    "undo": {"queue": False},
    "plan_again": {"queue": False},
    "cancel": {},
}


@pytest.mark.parametrize("action", OF_A_RUN)
@pytest.mark.parametrize("who", ["another coordinator of the centre", "without a role", "not signed in"])
def test_nobody_else_does_anything_with_a_run(world, action, who):
    gent, _uza = world
    run = planned(a_csv(row("uz-gent")), user=a_coordinator(gent))
    others = {
        "another coordinator of the centre": a_coordinator(gent),
        "without a role": a_user(),
        "not signed in": None,
    }
    before = ImportRun.objects.values().get()
    with pytest.raises(PermissionDenied):
        getattr(actions, action)(run=run, user=others[who], **OF_A_RUN[action])
    assert ImportRun.objects.values().get() == before
    assert run.rows.get().decision == ""


def test_an_editor_confirms_but_the_coordinator_s_rights_and_word_hold(world):
    gent, uza = world
    run = planned(a_csv(row("uz-gent"), row("uza")), user=a_coordinator(gent))
    actions.confirm(run=run, user=an_editor(), queue=False)
    apply_run(run)
    assert TrialSite.objects.get(centre=gent).verified_by == "coordinator"
    assert TrialSite.objects.get(centre=uza).status == "recruiting"


# What is not listed yet is the editors' alone


@pytest.fixture
def secret(world):
    """A draft that editors prepare with another centre, and one that was withdrawn."""
    a_trial(
        "SECRETDRAFT7", slug="secretdraft7", state="draft", at=[world[1]],
        identifiers=["NCT07777777", "2029-577777-11-00"],
    )  # fmt: skip
    a_trial("SECRETGONE", slug="secretgone", state="withdrawn", identifiers=["NCT06666666"])
    return world[0]


def coordinator_of(centre):
    return a_coordinator(centre), None


def key_of(centre):
    key, _text = keys.make(name="Hospital", scopes=["imports"], centre=centre, by=changes.SYSTEM)
    return key.user, centre


GUESSES = [
    {"nct_number": "NCT07777777"},
    {"nct_number": "NCT07777777", "acronym": "A"},
    {"nct_number": "NCT07777777", "eu_ct_number": "2029-577777-11-00"},
    {"nct_number": "NCT07777777; NCT06666666"},
    {"nct_number": "NCT06666666", "acronym": "My own"},
    {"acronym": "SECRETDRAFT"},
    {"acronym": "SECRETDRAFT8"},
]


@pytest.mark.parametrize("who", [coordinator_of, key_of])
@pytest.mark.parametrize("guess", GUESSES)
def test_a_plan_tells_nothing_of_a_trial_that_is_not_listed_but_what_the_row_says(secret, who, guess):
    user, centre = who(secret)
    run = planned(a_csv({"centre_code": "uz-gent"} | guess), user=user, centre=centre)
    [receipt] = run.rows.values("record", "changes", "messages")
    told = str(receipt)
    for number in ("NCT07777777", "577777", "NCT06666666"):
        assert number in str(guess) or number not in told
    assert "SECRETDRAFT7" not in told
    assert "secretdraft7" not in told
    assert "SECRETGONE" not in told


@pytest.mark.parametrize("who", [coordinator_of, key_of])
def test_a_name_that_is_right_is_followed_without_a_number_and_without_a_word(secret, who):
    user, centre = who(secret)
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "secretdraft7"}), user=user, centre=centre)
    [receipt] = run.rows.values("record", "changes", "messages")
    assert receipt["record"] == "secretdraft7@uz-gent"
    assert "SECRETDRAFT7" not in str(receipt)
    assert "NCT07777777" not in str(receipt)


@pytest.mark.parametrize("who", [coordinator_of, key_of])
def test_the_number_of_a_hidden_trial_is_not_told_to_whoever_knows_its_name(secret, who):
    user, centre = who(secret)
    rows = {"centre_code": "uz-gent", "acronym": "SECRETDRAFT7", "nct_number": "NCT00000001"}
    run = planned(a_csv(rows), user=user, centre=centre)
    [receipt] = run.rows.values("record", "changes", "messages")
    assert receipt["record"] == "NCT00000001@uz-gent"
    assert "NCT07777777" not in str(receipt)


def test_a_trial_that_is_with_the_editors_gets_the_site_and_no_double(secret):
    run = applied(
        a_csv({"centre_code": "uz-gent", "nct_number": "nct 0777 7777"}), user=a_coordinator(secret)
    )
    assert run.rows.get().record == "NCT07777777@uz-gent"
    assert "goes to the editors" in messages(run)[-1]
    assert TrialSite.objects.filter(centre=secret, trial__acronym="SECRETDRAFT7").count() == 1


def test_a_listed_trial_is_meant_where_a_hidden_one_has_its_acronym_too(secret):
    a_trial("A", slug="a-draft", state="draft", identifiers=["NCT05555555"])
    run = planned(a_csv(row("uz-gent")), user=a_coordinator(secret))
    assert (outcomes(run), run.rows.get().record) == ({2: "update"}, "a@uz-gent")


def test_editors_are_told_everything(secret):
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "SECRETDRAFT"}), user=an_editor())
    assert "It may be a known trial: SECRETDRAFT7 (" in messages(run)[-1]
    assert run.rows.get().may_be_taken
