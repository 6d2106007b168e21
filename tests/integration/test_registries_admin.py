"""What an editor does about registries: lets a halted run go on, takes or declines texts, sees faults."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core.models import Change
from tests.builders import a_coordinator, a_trial, an_editor
from tests.support.admin_forms import act, admin_url
from tests.support.studies import CTGOV, a_study, answers
from trials import tasks
from trials.models import RecruitmentEvent, RegistryRecord, RegistrySync, TextSuggestion, Trial
from trials.models.registry import SyncStatus
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
TOLD = (
    "text that is different in a registry", "registry record that was not imported",
    "registry with more changes than are imported automatically", "trial whose status a registry disputes",
)  # fmt: skip
MODELS = (RecruitmentEvent, RegistryRecord, RegistrySync, TextSuggestion)
WHY = "Ours is the title of the protocol."


@pytest.fixture
def editor(client):
    user = an_editor()
    client.force_login(user)
    return user


@pytest.fixture
def suggested():
    """A trial whose title the registry has otherwise."""
    trial = a_trial("KIWI", identifiers=[NUMBER], title_en="Our own\ntitle")
    sync.follow(CTGOV, answers(a_study()))
    return trial


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_list_and_page_opens(client, editor, suggested, model):
    RecruitmentEvent.objects.create(trial=suggested, happened="opened")
    assert client.get(admin_url(model)).status_code == 200
    assert client.get(admin_url(model.objects.first(), "change")).status_code == 200


def test_a_difference_is_shown_line_by_line(client, editor, suggested):
    page = client.get(admin_url(TextSuggestion.objects.get(), "change")).content.decode()
    assert "<del>Our own</del>" in page
    assert f"<ins>A study called {NUMBER}</ins>" in page


def test_a_hostile_text_is_only_text(client, editor):
    a_trial("KIWI", identifiers=[NUMBER])
    sync.follow(CTGOV, answers(a_study(identification={"briefTitle": "<script>alert(1)</script>"})))
    page = client.get(admin_url(TextSuggestion.objects.get(), "change")).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_text_is_taken_with_its_change_on_record(client, editor, suggested):
    changes = Change.objects.count()
    act(client, TextSuggestion, "take", TextSuggestion.objects.get())
    suggested.refresh_from_db()
    assert suggested.title_en == f"A study called {NUMBER}"
    change = Change.objects.latest("seq")
    assert (Change.objects.count(), change.actor_role) == (changes + 1, "editor")
    assert [name for name, *_ in change.fields()] == ["title_en"]
    suggestion = TextSuggestion.objects.get()
    assert (suggestion.state, suggestion.decided_by) == ("taken", "editor")


def test_a_text_is_declined_and_not_suggested_again(client, editor, suggested):
    asked = act(client, TextSuggestion, "decline", TextSuggestion.objects.get())
    assert str(TextSuggestion.objects.get()) in asked.content.decode()
    assert TextSuggestion.objects.get().state == "open"
    act(client, TextSuggestion, "decline", TextSuggestion.objects.get(), decision="decline", why=WHY)
    suggested.refresh_from_db()
    assert suggested.title_en == "Our own\ntitle"
    sync.follow(CTGOV, answers(a_study(verified="2026-03")))
    suggestion = TextSuggestion.objects.get()
    assert (suggestion.state, suggestion.why) == ("declined", WHY)


def test_nothing_is_declined_in_the_list_without_a_reason(client, editor, suggested):
    response = act(
        client, TextSuggestion, "decline", TextSuggestion.objects.get(), decision="decline", why=" "
    )
    assert "Say why" in response.content.decode()
    assert TextSuggestion.objects.get().state == "open"


def test_what_is_decided_is_decided_once_in_the_list(client, editor, suggested):
    suggestion = TextSuggestion.objects.get()
    act(client, TextSuggestion, "decline", suggestion, decision="decline", why=WHY)
    act(client, TextSuggestion, "take", suggestion)
    suggestion.refresh_from_db()
    assert suggestion.state == "declined"
    suggested.refresh_from_db()
    assert suggested.title_en == "Our own\ntitle"


def decided(client, decision, why=""):
    """Press a button on the page of the one suggestion there is."""
    suggestion = TextSuggestion.objects.get()
    response = client.post(admin_url(suggestion, "change"), {"decision": decision, "why": why})
    suggestion.refresh_from_db()
    title = Trial.objects.get(pk=suggestion.trial_id).title_en
    return response, (suggestion.state, suggestion.why, title)


def test_a_text_is_taken_on_its_page_without_a_reason(client, editor, suggested):
    response, found = decided(client, "take")
    assert found == ("taken", "", f"A study called {NUMBER}")
    assert response.url == admin_url(TextSuggestion)
    assert Change.objects.filter(kind="trial").latest("seq").actor_role == "editor"


def test_a_text_is_declined_on_its_page_with_a_reason_and_never_without(client, editor, suggested):
    response, found = decided(client, "decline")
    assert "Say why" in response.content.decode()
    assert found == ("open", "", "Our own\ntitle")
    response, found = decided(client, "decline", WHY)
    assert found == ("declined", WHY, "Our own\ntitle")
    assert WHY in client.get(admin_url(TextSuggestion.objects.get(), "change")).content.decode()


@pytest.mark.parametrize("first", ["take", "decline"])
def test_a_second_decision_needs_a_reason(client, editor, suggested, first):
    other = {"take": "decline", "decline": "take"}[first]
    before = decided(client, first, WHY)[1]
    response, found = decided(client, other)
    assert "Say why" in response.content.decode()
    assert found == before
    expected = ("taken", f"A study called {NUMBER}") if other == "take" else ("declined", "Our own\ntitle")
    state, why, title = decided(client, other, "Somebody looked again.")[1]
    assert ((state, title), why) == (expected, "Somebody looked again.")


def test_the_same_decision_again_is_none(client, editor, suggested):
    decided(client, "take", WHY)
    response, found = decided(client, "take", "Again.")
    assert "decided this meanwhile" in response.content.decode()
    assert found[:2] == ("taken", WHY)


def test_a_text_that_was_edited_since_it_was_taken_is_not_put_back(client, editor, suggested):
    decided(client, "take")
    Trial.objects.update(title_en="A third title")
    response, found = decided(client, "decline", WHY)
    assert "was edited since" in response.content.decode()
    assert found == ("taken", "", "A third title")


def test_a_suggestion_that_was_replaced_is_not_decided(client, editor, suggested):
    TextSuggestion.objects.update(state="replaced")
    assert decided(client, "take", WHY)[1] == ("replaced", "", "Our own\ntitle")
    page = client.get(admin_url(TextSuggestion.objects.get(), "change")).content.decode()
    assert "It was replaced by a newer suggestion." in page
    assert 'name="decision"' not in page


def test_after_a_decision_the_next_that_waits_is_shown(client, editor):
    a_trial("KIWI", identifiers=[NUMBER], title_en="Ours", summary_en="Ours")
    sync.follow(CTGOV, answers(a_study()))
    first, second = TextSuggestion.objects.all()
    response = client.post(admin_url(first, "change"), {"decision": "take", "why": ""})
    assert response.url == admin_url(second, "change")


def test_a_field_is_called_as_on_the_page_of_its_trial(client, editor, suggested):
    for address in (admin_url(TextSuggestion), admin_url(TextSuggestion.objects.get(), "change")):
        page = client.get(address).content.decode()
        assert "title (English)" in page
        assert ">title_en<" not in page
    listed = client.get(admin_url(TextSuggestion), {"field": "title_en"})
    assert listed.context["cl"].result_count == 1
    assert client.get(admin_url(TextSuggestion), {"field": "arms_en"}).context["cl"].result_count == 0


def test_a_coordinator_decides_nothing(client, suggested):
    client.force_login(a_coordinator())
    assert decided(client, "take", WHY)[0].status_code == 403
    assert TextSuggestion.objects.get().state == "open"


def test_many_texts_are_taken_at_once(client, editor):
    for number in range(1, 6):
        a_trial(f"KIWI-{number}", identifiers=[f"NCT0000000{number}"], title_en="Ours", summary_en="Ours")
    sync.follow(CTGOV, answers(*(a_study(f"NCT0000000{number}") for number in range(1, 6))))
    assert TextSuggestion.objects.open().count() == 10
    act(client, TextSuggestion, "take", *TextSuggestion.objects.all())
    assert not Trial.objects.filter(title_en="Ours").exists()
    assert not Trial.objects.filter(summary_en="Ours").exists()


def test_a_halted_run_goes_on_when_an_editor_says_so(client, editor, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.follow, "apply_async", lambda *args: sent.append(args))
    waiting = RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    act(client, RegistrySync, "go_on", waiting)
    assert sent == [(["ctgov"], {"is_accepted": True})]


def test_a_run_that_does_not_wait_is_not_asked_again(client, editor, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.follow, "apply_async", lambda *args: sent.append(args))
    done = RegistrySync.objects.create(registry="ctgov", status=SyncStatus.DONE)
    response = act(client, RegistrySync, "go_on", done)
    assert sent == []
    assert b"needs a decision" in client.get(response.url).content


def test_a_broker_that_is_away_is_told(client, editor, monkeypatch):
    def away(*_args):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.follow, "apply_async", away)
    waiting = RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    response = act(client, RegistrySync, "go_on", waiting)
    assert "The worker cannot be reached" in client.get(response.url).content.decode()


def test_the_first_page_tells_an_editor_what_waits(client, editor, suggested):
    RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    RegistryRecord.objects.filter(number=NUMBER).update(fault="It is HTML.")
    Trial.objects.update(disputed=True)
    page = client.get("/admin/").content.decode()
    assert [one for one in TOLD if one not in page] == []


def test_a_coordinator_is_told_nothing_of_it(client, suggested):
    RegistrySync.objects.create(registry="ctgov", status=SyncStatus.WAITING)
    client.force_login(a_coordinator())
    Trial.objects.update(disputed=True)
    page = client.get("/admin/").content.decode()
    assert [one for one in TOLD if one in page] == []


# The list of records


def test_the_list_of_records_is_short_and_says_what_is_wrong(client, editor):
    trial = a_trial("", title_en="A long title " * 20, slug="long")
    RegistryRecord.objects.create(
        registry="ctgov",
        number=NUMBER,
        trial=trial,
        fault="It is HTML.",
        changed_at=timezone.now(),
        missing_since=timezone.make_aware(dt.datetime(2026, 3, 1, 12)),
    )
    page = client.get(admin_url(RegistryRecord)).content.decode()
    assert "Not in the registry since 1 Mar 2026. It is HTML." in page
    assert f"{('A long title ' * 20)[:59].rstrip()}…" in page
    assert "A long title " * 6 not in page


def test_counts_of_a_run_are_words(client, editor):
    RegistrySync.objects.create(registry="ctgov", status="done", counts={"new_sites": 3, "faulty": 0})
    page = client.get(admin_url(RegistrySync)).content.decode()
    assert "new sites 3" in page
    assert "new_sites" not in page
