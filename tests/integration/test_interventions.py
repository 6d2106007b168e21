"""What trials give, in which arms and to which ages: filled from registries, never overwritten, put back."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from directory.core import changes
from directory.core.models import Change, PublicUpdate
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.search import service
from tests.builders import a_trial, an_editor
from tests.sheets import a_csv, messages, planned, reverse_of
from tests.support.admin_forms import admin_url, errors, save
from tests.support.recorded import edit
from tests.support.registry_rows import stored
from tests.support.studies import CTGOV, a_study, answers
from trials import documents
from trials.as_of import AsOf
from trials.models import Intervention, RegistryRecord, TextSuggestion, Trial
from trials.models.registry import SyncStatus
from trials.models.trial import arms_of, given_in
from trials.sheets import TrialSheet
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "NCT01234567", "NCT07654321"
GIVEN = {
    "interventions": [
        {"name": "Blinatumomab", "type": "BIOLOGICAL"}, {"name": "Proton therapy", "type": "RADIATION"},
        {"name": "BLINATUMOMAB", "type": "BIOLOGICAL"}, {"name": "Music", "type": "SOUND"},
    ],
    "armGroups": [
        {
            "label": "Arm A", "type": "EXPERIMENTAL", "description": "Six cycles.",
            "interventionNames": ["Biological: Blinatumomab", "Radiation: Proton therapy"],
        },
        {"label": "Arm B", "type": "NO_INTERVENTION"},
    ],
}  # fmt: skip
ELIGIBILITY = {"stdAges": ["CHILD", "ADULT"]}
DESK = {
    "name": "Clinical Trial Office", "role": "CONTACT", "email": "trials@example.org",
    "phone": "+32 9 332 21 11",
}  # fmt: skip


def a_rich_study(number=NUMBER, **modules):
    wanted = {"arms_interventions": GIVEN, "eligibility": ELIGIBILITY}
    wanted["contacts_locations"] = {"centralContacts": [DESK]}
    return a_study(number, **wanted | modules)


def followed(*studies):
    run = sync.follow(CTGOV, answers(*studies))
    assert run.status == SyncStatus.DONE, run.problems
    return run


def given(trial):
    return [(one["name"], one["type"]) for one in given_in([trial.pk])[trial.pk]]


def test_a_record_fills_what_a_trial_gives_its_arms_groups_of_ages_and_contact():
    trial = a_trial("KIWI", identifiers=[NUMBER])
    followed(a_rich_study())
    trial.refresh_from_db()
    # A type that is no word of ours is not known, and what is named twice is there once.
    assert given(trial) == [("Blinatumomab", "biological"), ("Proton therapy", "radiation"), ("Music", "")]
    assert arms_of([trial.pk])[trial.pk] == [
        {
            "label": "Arm A", "type": "experimental", "description": "Six cycles.",
            "interventions": ["Blinatumomab", "Proton therapy"],
        },
        {"label": "Arm B", "type": "no_intervention", "description": "", "interventions": []},
    ]  # fmt: skip
    assert (trial.age_groups, trial.min_days) == (["child", "adult"], 365)
    assert (trial.contact_role, trial.contact_email, trial.contact_phone) == (
        "Clinical Trial Office", "trials@example.org", "+3293322111",
    )  # fmt: skip
    assert (trial.contact_source, trial.contact_as_of) == ("ClinicalTrials.gov", "2026-02")
    change = Change.objects.filter(kind="trial").latest("seq")
    assert change.actor_role == "registry"
    assert [one["name"] for one in change.after["interventions"]] == [name for name, _kind in given(trial)]
    assert change.before["interventions"] == change.before["arm_groups"] == []
    assert Change.objects.filter(kind="intervention", op="create").count() == 3


def test_what_an_editor_has_stays_and_another_text_is_suggested():
    trial = a_trial(
        "KIWI", identifiers=[NUMBER], eligibility_en="Ours", arms_en="Ours", age_groups=["child"],
        min_days=730, contact_email="office@example.org",
    )  # fmt: skip
    trial.interventions.add(Intervention.objects.create(name="Imatinib", type="drug"))
    trial.arm_groups.create(label="One arm")
    followed(a_rich_study())
    trial.refresh_from_db()
    assert given(trial) == [("Imatinib", "drug")]
    assert [one["label"] for one in arms_of([trial.pk])[trial.pk]] == ["One arm"]
    assert (trial.age_groups, trial.min_days, trial.eligibility_en) == (["child"], 730, "Ours")
    assert (trial.contact_role, trial.contact_email, trial.contact_source) == ("", "office@example.org", "")
    suggested = dict(TextSuggestion.objects.values_list("field", "said"))
    assert suggested["eligibility_en"] == "Inclusion:\n* leukaemia"
    assert suggested["arms_en"] == "Arm A: Six cycles.\nArm B"


def test_an_intervention_is_one_record_for_all_trials_that_have_it():
    a_trial("KIWI", identifiers=[NUMBER])
    a_trial("PLUM", identifiers=[OTHER])
    drugs = {"interventions": [{"name": "blinatumomab", "type": "BIOLOGICAL"}]}
    followed(a_rich_study(), a_rich_study(OTHER, arms_interventions=drugs))
    one = Intervention.objects.get(folded="blinatumomab")
    assert (one.name, one.trials.count()) == ("Blinatumomab", 2)


# A newer reader


def test_a_registry_that_was_followed_before_is_read_anew_once_and_nothing_waits():
    """As an upgrade finds it: the same records as before, of which less was read."""
    numbers = [f"NCT012345{number:02}" for number in range(30)]
    for number in numbers:
        a_trial(number, identifiers=[number])
    followed(*(a_study(number) for number in numbers))
    plain = [a_rich_study(number) for number in numbers]
    RegistryRecord.objects.update(read_by=1)
    for study, record in zip(plain, RegistryRecord.objects.order_by("number"), strict=True):
        record.fingerprint = CTGOV.told_apart(study)[1]
        record.save()
    changed_at = set(RegistryRecord.objects.values_list("changed_at", flat=True))
    run = followed(*plain)
    assert run.counts["filled"] == len(numbers)
    assert all(given(trial) for trial in Trial.objects.all())
    assert set(RegistryRecord.objects.values_list("changed_at", flat=True)) == changed_at
    assert {name: n for name, n in followed(*plain).counts.items() if n} == {"unchanged": len(numbers)}


# A sheet of ours, and undo


def imported(*rows, user, kind="trials"):
    return stored(planned(a_csv(*rows), kind=kind, user=user))


def undone(run, user):
    back = reverse_of(run, user)
    if back.status == "planned":
        actions.confirm(run=back, user=user, queue=False)
        apply_run(back)
        back.refresh_from_db()
    assert back.status == "applied", back.problems
    return back


def test_an_undo_takes_away_what_nobody_else_has_and_an_undo_of_that_brings_it_back():
    user, trial, other = an_editor(), a_trial("KIWI"), a_trial("PLUM")
    row = {"acronym": "KIWI", "interventions": "drug: Imatinib; radiation: Proton therapy"}
    run = imported(row, user=user)
    assert given(trial) == [("Imatinib", "drug"), ("Proton therapy", "radiation")]
    later = {"acronym": "PLUM", "interventions": "drug: imatinib"}
    imported(later, user=user)
    back = undone(run, user)
    assert given(trial) == []
    assert given(other) == [("Imatinib", "drug")]
    assert list(Intervention.objects.values_list("name", flat=True)) == ["Imatinib"]
    assert any("added to it since: PLUM" in one for one in messages(back))
    undone(back, user)
    assert given(trial) == [("Imatinib", "drug"), ("Proton therapy", "radiation")]


def test_an_undo_is_not_held_up_by_a_trial_that_somebody_edited_since():
    user, trial = an_editor(), a_trial("KIWI")
    run = imported({"acronym": "KIWI", "interventions": "drug: Imatinib", "sponsor": "One"}, user=user)
    trial.refresh_from_db()
    edit(trial, sponsor="Another")
    back = undone(run, user)
    assert (given(trial), back.status) == ([("Imatinib", "drug")], "applied")
    assert Intervention.objects.count() == 1


def test_a_sheet_that_says_the_same_in_other_letters_changes_nothing():
    user = an_editor()
    imported({"acronym": "KIWI", "title": "A", "interventions": "drug: 5-Fluorouracil; Music"}, user=user)
    again = {"acronym": "KIWI", "interventions": "music; Geneesmiddel: 5 FLUOROURACIL"}
    run = planned(a_csv(again), kind="trials", user=user)
    assert [one.outcome for one in run.rows.all()] == ["unchanged"], messages(run)


def test_a_name_that_is_longer_than_any_is_refused_with_its_length():
    run = planned(a_csv({"acronym": "KIWI", "title": "A", "interventions": "x" * 301}), kind="trials",
                  user=an_editor())  # fmt: skip
    assert messages(run) == [f"2 interventions: “{'x' * 40}…” is longer than 300 characters."]


# Shown


@pytest.fixture
def shown(index_dir):
    trial = a_trial("KIWI", identifiers=[NUMBER])
    followed(a_rich_study())
    service.rebuild()
    return trial


def test_the_document_and_the_day_after_say_the_same(shown):
    (document,) = documents.trials(["kiwi"])
    then = AsOf(timezone.localdate()).trial("kiwi")
    assert documents.body_of(then.trial, then.sites)["interventions"] == document.body["interventions"] == [
        {
            "name": "Blinatumomab", "type": "biological", "inn": "blinatumomab",
            "classes": ["bispecific antibody", "anti-CD19 therapy"],
        },
        {"name": "Proton therapy", "type": "radiation", "inn": None, "classes": []},
        {"name": "Music", "type": None, "inn": None, "classes": []},
    ]  # fmt: skip
    assert document.body["arm_groups"] == documents.body_of(then.trial, then.sites)["arm_groups"]
    assert document.body["contact"] == {
        "role": "Clinical Trial Office", "email": "trials@example.org", "phone": "+3293322111",
        "source": "ClinicalTrials.gov", "as_of": "2026-02",
    }  # fmt: skip


def test_a_trial_is_found_by_the_name_of_what_it_gives(shown, client):
    a_trial("PLUM")
    service.rebuild()
    found = client.get("/api/v1/trials/", {"q": "blinatumomab"}).json()["results"]
    assert [one["slug"] for one in found] == ["kiwi"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["Interventions", "(Biological)", "(Radiation)", "No intervention", "Child (to 17 years)"],
        ),
        (
            "nl",
            ["Interventies", "(Biologisch geneesmiddel)", "Geen interventie", "Kind (tot en met 17 jaar)"],
        ),
        ("fr", ["Interventions", "(Radiothérapie)", "Aucune intervention", "Enfant (jusqu’à 17 ans)"]),
        ("de", ["Interventionen", "(Bestrahlung)", "Keine Intervention", "Kind (bis 17 Jahre)"]),
    ],
)
def test_the_page_tells_it_in_the_language_of_the_reader(shown, client, language, words):
    page = client.get(f"/{language}/trials/kiwi/").content.decode()
    for word in (*words, "Blinatumomab", "Six cycles.", "Clinical Trial Office", "trials@example.org"):
        assert word in page, word
    # The text of the arms is what they are listed with: it is not told twice.
    assert page.count("Six cycles.") == 1
    printed = client.get(f"/{language}/trials/kiwi/print/").content.decode()
    assert "Blinatumomab; Proton therapy; Music" in " ".join(printed.split())


def test_arms_that_somebody_wrote_are_shown_beside_those_of_the_registry(shown, client):
    edit(Trial.objects.get(), arms_en="Chemotherapy alone, or with an antibody")
    page = client.get("/en/trials/kiwi/").content.decode()
    assert "Chemotherapy alone, or with an antibody" in page
    assert "Six cycles." in page


def test_a_name_that_is_corrected_is_corrected_wherever_it_is_shown(shown, client):
    since = PublicUpdate.objects.last_of(changes.last_seq())
    edit(Intervention.objects.get(folded="music"), name="Music therapy", type="behavioral")
    assert list(PublicUpdate.objects.filter(seq__gt=since).values_list("kind", "key")) == [("trial", "kiwi")]
    service.catch_up()
    found = client.get("/api/v1/trials/kiwi/").json()["interventions"]
    assert found[-1] == {"name": "Music therapy", "type": "behavioral", "inn": None, "classes": []}


def test_an_export_of_pages_and_one_of_ours_have_a_column_of_it(shown, client):
    text = client.get("/en/trials/results.csv").content.decode()
    assert "biological: Blinatumomab; radiation: Proton therapy; Music" in text
    cells = dict(zip(TrialSheet.columns(), TrialSheet.cells_of(Trial.objects.get()), strict=True))
    assert cells["interventions"] == "biological: Blinatumomab; radiation: Proton therapy; Music"
    run = planned(a_csv(cells), kind="trials", user=an_editor())
    assert [one.outcome for one in run.rows.all()] == ["unchanged"], messages(run)


# The admin


def test_an_editor_adds_and_removes_on_the_page_of_the_trial_in_one_change(client):
    client.force_login(an_editor())
    trial = a_trial("KIWI")
    one = Intervention.objects.create(name="Imatinib", type="drug")
    rows = [
        ("intervention_links", {"intervention": one.pk, "position": 0}),
        (
            "arm_groups",
            {"label": "A", "type": "experimental", "interventions": "Imatinib", "position": 0},
        ),
    ]
    answer = save(client, admin_url(trial, "change"), rows)
    assert (answer.status_code, errors(answer)) == (302, "")
    assert given(trial) == [("Imatinib", "drug")]
    assert arms_of([trial.pk])[trial.pk][0]["interventions"] == ["Imatinib"]
    change = Change.objects.get(kind="trial")
    assert {name for name, *_values in change.fields()} == {"interventions", "arm_groups"}


def test_two_names_that_differ_in_letters_only_are_one_in_the_admin_too(client):
    client.force_login(an_editor())
    Intervention.objects.create(name="Imatinib", type="drug")
    answer = client.post(admin_url(Intervention, "add"), {"name": "IMATINIB", "type": "drug"})
    assert "There is already an intervention with this name and type." in answer.content.decode()
    assert Intervention.objects.count() == 1


# As drugs


def known(name):
    one = Intervention.objects.get(folded=name)
    return one.inn, one.classes, one.synonyms


BLINCYTO = ["MT103", "AMG 103", "blina", "Blincyto"]


def test_a_registry_a_sheet_and_the_admin_describe_what_they_make(client):
    a_trial("KIWI", identifiers=[NUMBER])
    followed(a_rich_study())
    assert known("blinatumomab") == ("blinatumomab", ["bispecific antibody", "anti-CD19 therapy"], BLINCYTO)
    assert known("proton therapy") == ("", [], [])
    user = an_editor()
    imported({"acronym": "PLUM", "title": "A", "interventions": "drug: ONC201; Placebo to ONC201"}, user=user)
    assert known("onc201")[:2] == ("dordaviprone", ["imipridone"])
    assert known("placebo to onc201") == ("", [], [])
    client.force_login(user)
    client.post(admin_url(Intervention, "add"), {"name": "SNDX-5613", "type": "drug"})
    assert known("sndx 5613") == ("revumenib", ["menin inhibitor"], ["Revuforj"])
    changed = Change.objects.filter(kind="intervention").latest("seq")
    assert (changed.actor_role, changed.after["inn"]) == ("editor", "revumenib")


def test_an_editor_corrects_it_in_one_change_which_followers_of_the_trial_are_told(shown, client):
    since = PublicUpdate.objects.last_of(changes.last_seq())
    client.force_login(an_editor())
    one = Intervention.objects.get(folded="music")
    answer = save(
        client, admin_url(one, "change"), inn="", classes="music therapy\nrelaxation", synonyms="Muziek"
    )
    assert (answer.status_code, errors(answer)) == (302, "")
    change = Change.objects.filter(kind="intervention").latest("seq")
    assert {name: new for name, _old, new in change.fields()} == {
        "classes": ["music therapy", "relaxation"], "synonyms": ["Muziek"],
    }  # fmt: skip
    assert list(PublicUpdate.objects.filter(seq__gt=since).values_list("kind", "key")) == [("trial", "kiwi")]
    service.catch_up()
    found = client.get("/api/v1/trials/", {"q": "relaxation"}).json()["results"]
    assert [one["slug"] for one in found] == ["kiwi"]
    assert found[0]["interventions"][-1]["classes"] == ["music therapy", "relaxation"]
    listed = client.get(admin_url(Intervention, "changelist"), {"q": "muziek"}).content.decode()
    assert "music therapy; relaxation" in listed


def test_what_an_editor_corrected_survives_its_deletion_and_the_undo_of_both():
    user, trial = an_editor(), a_trial("KIWI")
    run = imported({"acronym": "KIWI", "interventions": "drug: ONC201"}, user=user)
    one = Intervention.objects.get()
    edit(one, inn="", classes=["corrected"], synonyms=[])
    imported({"acronym": "KIWI", "interventions": "drug: ONC201; Music"}, user=user)
    assert known("onc201") == ("", ["corrected"], [])
    cleared = edit(one, classes=[])
    assert (cleared.inn, cleared.classes, cleared.synonyms) == ("", [], [])
    back = undone(run, user)
    assert back.status == "applied"
    assert given(trial)[0] == ("ONC201", "drug")
    assert known("onc201") == ("", [], [])  # a trial has it by now: it stays as the editor left it


def test_an_undo_and_its_undo_bring_back_exactly_what_was_known():
    user, trial = an_editor(), a_trial("KIWI")
    run = imported({"acronym": "KIWI", "interventions": "drug: ONC201"}, user=user)
    was = Intervention.objects.values().get()
    back = undone(run, user)
    assert not Intervention.objects.exists()
    undone(back, user)
    now = Intervention.objects.values().get()
    assert {name: now[name] for name in was if name != "updated_at"} == {
        name: was[name] for name in was if name != "updated_at"
    }
    assert given(trial) == [("ONC201", "drug")]


def test_a_day_of_the_past_has_the_class_that_was_known_then(shown, time_machine):
    today = timezone.now()
    time_machine.move_to(today + dt.timedelta(days=3), tick=False)
    edit(Intervention.objects.get(folded="blinatumomab"), classes=["corrected"])
    then = AsOf(timezone.localdate(today)).trial("kiwi")
    classes = [one["classes"] for one in documents.body_of(then.trial, then.sites)["interventions"]]
    assert classes == [["bispecific antibody", "anti-CD19 therapy"], [], []]
    now = AsOf(timezone.localdate()).trial("kiwi")
    assert documents.body_of(now.trial, now.sites)["interventions"][0]["classes"] == ["corrected"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["class: bispecific antibody, anti-CD19 therapy", "INN: tovorafenib · class: pan-RAF"]),
        ("nl", ["klasse: bispecifiek antilichaam, anti-CD19-therapie", "klasse: pan-RAF-remmer"]),
        ("fr", ["classe\xa0: anticorps bispécifique, traitement anti-CD19", "DCI\xa0: tovorafénib"]),
        ("de", ["Klasse: bispezifischer Antikörper, Anti-CD19-Therapie", "Klasse: pan-RAF-Inhibitor"]),
    ],
)  # fmt: skip
def test_the_page_of_a_trial_tells_the_inn_and_the_class(shown, client, language, words):
    imported({"acronym": "KIWI", "interventions": "biological: Blinatumomab; drug: DAY101"}, user=an_editor())
    page = client.get(f"/{language}/trials/kiwi/").content.decode()
    for text in words:
        assert text in page, text
    assert "INN: blinatumomab" not in page  # it goes by it


def test_the_migration_describes_what_is_stored_and_logs_it():
    Intervention.objects.create(name="ONC201", type="drug")
    Intervention.objects.create(name="Music")
    describe = import_module("trials.migrations.0016_drugs").describe
    describe(apps, None)
    assert known("onc201")[:2] == ("dordaviprone", ["imipridone"])
    (change,) = Change.objects.filter(kind="intervention")
    one = Intervention.objects.get(folded="onc201")
    assert (change.key, change.actor_role, change.op) == (str(one.pk), "system", "update")
    assert change.after == Intervention.snapshots([one.pk])[one.pk]
    assert change.before == change.after | {"inn": "", "classes": [], "synonyms": []}
    describe(apps, None)
    assert Change.objects.filter(kind="intervention").count() == 1
