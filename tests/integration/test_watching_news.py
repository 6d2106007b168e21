"""What followers and feeds are told: also what is gone, taken back or corrected; and ids that last."""

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.core import mail
from django.utils import timezone

from centres.models import Centre
from directory.core import changes
from directory.core.changes import SYSTEM
from directory.core.models import State
from directory.imports import actions as imports
from directory.imports.apply import apply_run
from directory.imports.plan import plan_run
from directory.search import service
from directory.watching import actions
from directory.watching.models import Watch
from tests.builders import a_centre, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied
from trials import statements
from trials.actions import set_state, state_status
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
LEFT = "Ghent & <Hospital> is no longer listed as a centre of this trial."


@pytest.fixture
def world(index_dir):
    ghent = a_centre("uz-gent", name="Ghent & <Hospital>")
    a_trial("iEuroEwing", title_en="A trial for Ewing sarcoma", at=[ghent])
    a_centre("uza", name="Antwerp")
    a_centre("hidden", name="Canary hospital", state="draft")
    service.rebuild()
    return ghent


class Reader:
    """Who follows the trial, day by day: `told()` is what the next day's mail says, None without a mail."""

    def __init__(self):
        actions.ask(email="reader@example.org", kind="trial", question="ieuroewing", language="en",
                    frequency="daily")  # fmt: skip
        actions.confirm(Watch.objects.get())
        Watch.objects.update(confirmed_at=START - dt.timedelta(days=2))
        self.day = START

    def told(self):
        mail.outbox.clear()
        self.day += dt.timedelta(days=1)
        service.catch_up()
        actions.send_due(self.day)
        return mail.outbox[0].body if mail.outbox else None


@pytest.fixture
def reader(world):
    return Reader()


def edit(record, **values):
    with changes.recording(SYSTEM) as entries:
        # A site is called after its trial and centre, which are renamed with it.
        entries.watch(record, *(record.sites.all() if isinstance(record, Centre) else ()))
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def remove(*records):
    with changes.recording(SYSTEM) as entries:
        entries.watch(*records)
        for one in records:
            one.delete()


def test_a_dispute_is_told_with_both_words_and_their_days(reader):
    site = TrialSite.objects.get()
    registry = changes.Actor("registry")
    said = timezone.localdate()
    site.statements.update(said_at=said - dt.timedelta(days=40))
    statements.settle([site])
    state_status(site=site, status="suspended", by=registry, source="ClinicalTrials.gov")
    told = reader.told()
    before = said - dt.timedelta(days=40)
    assert f"Recruiting, says the centre's coordinator ({before.day} {before:%B %Y})" in told
    assert f"A newer source says: Suspended (ClinicalTrials.gov, {said.day} {said:%B %Y})." in told


def site_of(code="uz-gent"):
    return TrialSite.objects.get(trial__slug="ieuroewing", centre__code=code)


def say(status, code="uz-gent"):
    state_status(site=site_of(code), status=status, by=SYSTEM)


def imported(**row):
    row = {"centre_code": "uz-gent", "acronym": "iEuroEwing", "status": "suspended"} | row
    day = timezone.localdate().isoformat()
    return applied(a_csv(row | {"status_date": day}), kind="sites", user=an_editor())


def undone(run):
    found = imports.undo(run=run, user=run.created_by, queue=False)
    plan_run(found)
    imports.confirm(run=found, user=run.created_by, queue=False)
    apply_run(found)
    assert type(found).objects.get(pk=found.pk).status == "applied"


def feed(client, language="en"):
    service.catch_up()
    answer = client.get(f"/{language}/trials/ieuroewing/feed.atom")
    entries = ET.fromstring(answer.content).findall(f"{ATOM}entry")
    return [(one.find(f"{ATOM}id").text, one.find(f"{ATOM}summary").text) for one in entries]


def told_in(client):
    return [sentence for _id, sentence in feed(client)]


# --- What is gone -----------------------------------------------------------------------------------------


def test_a_site_that_is_deleted_is_told_and_the_feed_keeps_what_was(reader, client):
    say("suspended")
    assert "Suspended" in reader.told()
    remove(site_of())
    assert LEFT in reader.told()
    assert reader.told() is None
    left, before = told_in(client)
    assert left == LEFT
    assert before.startswith("Ghent & <Hospital>: Recruiting → Suspended")


def test_a_centre_that_leaves_the_directory_is_told_and_so_is_its_return(reader, world, client):
    say("suspended")
    reader.told()
    set_state(records=[world], state=State.WITHDRAWN, by=SYSTEM)
    assert LEFT in reader.told()
    say("recruiting")
    assert reader.told() is None  # what nobody can see is no news
    set_state(records=[world], state=State.LISTED, by=SYSTEM)
    assert "Ghent & <Hospital> was added as a centre: Recruiting" in reader.told()
    new, left, before = told_in(client)
    assert new.startswith("Ghent & <Hospital> was added as a centre: Recruiting")
    assert (left, "Suspended" in before) == (LEFT, True)


@pytest.mark.parametrize("first", ["the centre", "the site"])
def test_a_centre_that_is_deleted_with_its_sites_is_told_by_its_last_name(reader, world, client, first):
    site = site_of()
    with changes.recording(SYSTEM) as entries:
        entries.watch(*([world, site] if first == "the centre" else [site, world]))
        site.delete()
        world.delete()
    assert LEFT in reader.told()
    assert told_in(client) == [LEFT]


def test_a_site_that_moves_to_another_centre_is_told_of_both(reader, client):
    edit(site_of(), centre=Centre.objects.get(code="uza"))
    told = reader.told()
    assert LEFT in told
    assert "Antwerp was added as a centre: Recruiting" in told
    assert len(told_in(client)) == 2


def test_a_code_that_changes_is_no_news(reader, world, client):
    say("suspended")
    reader.told()
    edit(world, code="ghent")
    assert reader.told() is None
    assert len(told_in(client)) == 1


# --- What is taken back -----------------------------------------------------------------------------------


def test_an_undone_import_of_a_status_is_told_as_a_correction(reader, client):
    run = imported()
    assert "Recruiting → Suspended" in reader.told()
    undone(run)
    assert "Correction: Ghent & <Hospital>: Suspended → Recruiting" in reader.told()
    assert [one.startswith("Correction: ") for one in told_in(client)] == [True, False]


def test_an_undone_import_of_a_site_is_told(reader, client):
    run = imported(centre_code="uza")
    assert "Antwerp was added as a centre: Suspended" in reader.told()
    undone(run)
    assert "Correction: Antwerp is no longer listed as a centre of this trial." in reader.told()
    assert len(told_in(client)) == 2


def test_what_was_never_told_is_not_taken_back(reader):
    undone(imported())
    undone(imported(centre_code="uza"))
    assert reader.told() is None


def test_an_older_confirmation_is_no_new_one(reader):
    run = imported(status="recruiting", centre_code="uza")
    reader.told()
    edit(site_of("uza"), verified_at=site_of("uza").verified_at - dt.timedelta(days=9))
    told = reader.told()
    assert "the last confirmation was withdrawn" in told
    assert "confirmed again" not in told
    assert run.pk


# --- What was never public --------------------------------------------------------------------------------


def test_what_happens_at_a_draft_centre_is_never_told(reader, client):
    site = a_site(Trial.objects.get(slug="ieuroewing"), Centre.objects.get(code="hidden"))
    state_status(site=site, status="suspended", by=SYSTEM)
    remove(site)
    remove(Centre.objects.get(code="hidden"))
    assert reader.told() is None
    assert told_in(client) == []


def test_a_feed_does_not_tell_what_was_done_while_a_trial_was_a_draft(world, client):
    draft = a_trial("Secret", state="draft", at=[world])
    state_status(site=draft.sites.get(), status="suspended", by=SYSTEM)
    edit(draft, title_en="Another title")
    set_state(records=[draft], state=State.LISTED, by=SYSTEM)
    state_status(site=draft.sites.get(), status="recruiting", by=SYSTEM)
    service.catch_up()
    text = client.get("/en/trials/secret/feed.atom").content.decode()
    assert "Added to this directory." in text
    assert "Suspended → Recruiting" in text
    assert "Recruiting → Suspended" not in text
    assert "title has changed" not in text


# --- Ids that last, text that is text ---------------------------------------------------------------------


def test_ids_of_a_feed_last_whatever_is_renamed(reader, world, client):
    say("suspended")
    set_state(records=[world], state=State.WITHDRAWN, by=SYSTEM)
    set_state(records=[world], state=State.LISTED, by=SYSTEM)
    edit(Trial.objects.get(), title_en="Another title", status="suspended")
    before = [one for one, _sentence in feed(client)]
    assert len(before) == len(set(before)) == 5
    edit(world, name_en="New name of Ghent")
    edit(world, code="ghent")
    edit(Trial.objects.get(), acronym="NEWNAME")
    after = feed(client)
    assert [one for one, _sentence in after if one in before] == before
    assert any("New name of Ghent" in sentence for _id, sentence in after)


def test_ids_of_a_feed_are_another_language_s_own(reader, client):
    say("suspended")
    ((english, _),), ((dutch, _),) = feed(client), feed(client, "nl")
    assert english != dutch
    assert english.rpartition("/")[0] == dutch.rpartition("/")[0]


def test_a_summary_is_text_and_says_that_it_is(reader, client):
    say("suspended")
    service.catch_up()
    (entry,) = ET.fromstring(client.get("/en/trials/ieuroewing/feed.atom").content).findall(f"{ATOM}entry")
    summary = entry.find(f"{ATOM}summary")
    assert summary.get("type") == "text"
    assert summary.text.startswith("Ghent & <Hospital>: Recruiting → Suspended")


@pytest.mark.parametrize(("query", "named"), [("age=14", "age"), ("near=9000&within=20", "near, within")])
def test_a_feed_cannot_be_of_a_patient_and_says_so(world, client, query, named):
    answer = client.get(f"/en/trials/feed.atom?q=ewing&{query}")
    assert answer.status_code == 400
    assert f"limited by {named}" in answer.content.decode()
    page = client.get(f"/en/trials/?q=ewing&{query}").content.decode()
    assert 'href="/en/trials/feed.atom?q=ewing"' in page


def test_the_queries_of_a_feed_do_not_grow_with_what_it_tells(world, client, django_assert_max_num_queries):
    for number in range(12):
        centre = a_centre(f"centre-{number}")
        a_site(Trial.objects.get(), centre)
        say("suspended", centre.code)
    service.catch_up()
    with django_assert_max_num_queries(9):
        assert len(told_in(client)) == 12
