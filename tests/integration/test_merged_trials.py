"""After a merge: old addresses lead on, old numbers and names find the trial, rows and mails reach it."""

import datetime as dt

import pytest
from django.core import mail

from directory.core import changes
from directory.core.models import State
from directory.core.roles import Role
from directory.imports import actions as imports
from directory.imports.apply import apply_run
from directory.search import service
from directory.vouching import actions as vouching
from directory.vouching.answering import SiteAnswer, answer
from directory.vouching.models import Enquiry
from directory.watching import actions as watching
from directory.watching.models import Watch
from tests.builders import a_centre, a_coordinator, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned, reverse_of
from tests.support.studies import CTGOV, GENT, a_study, answers
from tests.support.vouching import coordinator
from trials import tasks
from trials.actions import state_status
from trials.as_of import AsOf
from trials.merging import merge_trials
from trials.models import RegistryRecord, SuspectedDouble, Trial, TrialMerge, TrialSite
from trials.parting import undo_merge
from trials.sources import sync

pytestmark = pytest.mark.django_db
BY = changes.Actor(Role.EDITOR)
NEW_YEAR = dt.date(2026, 1, 1)
OURS, THEIRS = "NCT01234567", "NCT07654321"


@pytest.fixture
def ghent():
    return a_centre("uz-gent", name="Ghent", aliases=["UZ Gent"])


@pytest.fixture
def pair(index_dir, ghent):
    """`alpha` without a site, `beta` with one; `beta` was always public."""
    alpha = a_trial("Alpha", identifiers=[OURS], title_en="A study of leukaemia", status="unknown")
    beta = a_trial("Beta", identifiers=[THEIRS], title_en="Leukaemia, a study", status="unknown")
    a_site(beta, ghent, said=3)
    service.rebuild()
    return alpha, beta


@pytest.fixture
def merge(pair):
    made = merge_trials(stays=pair[0], goes=pair[1], by=BY)
    service.catch_up()
    return made


# -- pages -------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
@pytest.mark.parametrize("page", ["", "print/", "feed.atom"])
def test_the_old_address_leads_to_the_new_one_in_every_language(client, merge, language, page):
    answer = client.get(f"/{language}/trials/beta/{page}")
    assert (answer.status_code, answer["Location"]) == (301, f"/{language}/trials/alpha/{page}")
    assert client.get(answer["Location"]).status_code == 200


def test_what_was_asked_with_the_address_goes_along(client, merge):
    assert client.get("/en/trials/beta/?from=mail")["Location"] == "/en/trials/alpha/?from=mail"


def test_no_browser_keeps_the_redirect_without_asking_for_it_may_be_undone(client, merge):
    assert client.get("/en/trials/beta/")["Cache-Control"] == "no-cache"
    undo_merge(merge=merge, by=BY)
    service.catch_up()
    assert client.get("/en/trials/beta/").status_code == 200


def test_a_chain_is_one_step(client, merge):
    omega = a_trial("Omega")
    merge_trials(stays=omega, goes=Trial.objects.get(slug="alpha"), by=BY)
    service.catch_up()
    assert client.get("/en/trials/beta/")["Location"] == "/en/trials/omega/"


def test_a_draft_that_was_merged_leads_editors_on_and_nobody_else(client, pair, ghent):
    merge_trials(stays=pair[0], goes=a_trial("Draft", state=State.DRAFT), by=BY)
    service.catch_up()
    assert client.get("/en/trials/draft/").status_code == 404
    client.force_login(a_coordinator(ghent))
    assert client.get("/en/trials/draft/").status_code == 404
    client.force_login(an_editor())
    assert client.get("/en/trials/draft/")["Location"] == "/en/trials/alpha/"


def test_nothing_leads_to_a_trial_that_is_withdrawn_since(client, merge):
    Trial.objects.filter(slug="alpha").update(state=State.WITHDRAWN)
    assert client.get("/en/trials/beta/").status_code == 404


def test_a_kept_comparison_and_a_link_to_follow_still_work(client, merge):
    other = a_trial("Other")
    service.rebuild()
    found = client.get(f"/en/trials/compare/?trial=beta&trial={other.slug}", follow=True)
    assert [one.trial.slug for one in found.context["columns"]] == ["alpha", "other"]
    assert client.get("/en/watch/?trial=beta").context["followed"].question == "alpha"


@pytest.mark.parametrize("typed", [THEIRS, "07654321", "Beta", "beta"])
def test_the_old_number_and_name_find_the_trial(merge, typed):
    answer = service.find(service.Ask(kind="trial", q=typed), limit=5)
    assert [hit.key for hit in answer.hits] == ["alpha"]


def test_the_trial_page_shows_what_both_had(client, merge):
    page = client.get("/en/trials/alpha/").content.decode()
    for text in (OURS, THEIRS, 'id="site-uz-gent"'):
        assert text in page


# -- a day before ------------------------------------------------------------------


@pytest.fixture
def past(index_dir, time_machine):
    """Both stated in January; merged in March; a word in April."""
    time_machine.move_to("2026-01-01 12:00Z", tick=False)
    by, ghent, antwerp = changes.Actor(Role.COORDINATOR), a_centre("uz-gent"), a_centre("uza")
    alpha, beta = a_trial("Alpha"), a_trial("Beta")
    for trial, centre, status, source in (
        (alpha, ghent, "recruiting", "about Alpha"), (beta, ghent, "completed", "about Beta"),
        (beta, antwerp, "recruiting", "Antwerp"),
    ):  # fmt: skip
        state_status(site=a_site(trial, centre, status=None), status=status, by=by, source=source)
    time_machine.move_to("2026-03-01 12:00Z", tick=False)
    merge_trials(stays=alpha, goes=beta, by=BY)
    time_machine.move_to("2026-04-01 12:00Z", tick=False)
    state_status(site=TrialSite.objects.get(centre=antwerp), status="suspended", by=by)
    service.rebuild()


def on(client, slug, day):
    """By centre, the status that a page of a day shows, with all that had been said of it."""
    answer = client.get(f"/en/trials/{slug}/", {"as_of": day})
    if answer.status_code != 200:
        return answer.status_code, answer.get("Location", "")
    return {
        place.site.centre.code: (place.site.status, sorted(one.source for one in place.site.statements.all()))
        for place in answer.context["places"]
    }


def test_a_page_of_a_day_before_shows_each_trial_as_it_was(client, past):
    assert on(client, "alpha", "2026-02-01") == {"uz-gent": ("recruiting", ["about Alpha"])}
    assert on(client, "beta", "2026-02-01") == {
        "uz-gent": ("completed", ["about Beta"]), "uza": ("recruiting", ["Antwerp"]),
    }  # fmt: skip


def test_so_it_does_when_the_merge_was_undone(client, past):
    undo_merge(merge=TrialMerge.objects.get(), by=BY)
    assert on(client, "alpha", "2026-02-01") == {"uz-gent": ("recruiting", ["about Alpha"])}
    assert set(on(client, "beta", "2026-02-01")) == {"uz-gent", "uza"}
    assert set(on(client, "alpha", "2026-03-02")) == {"uz-gent", "uza"}


def test_a_day_between_a_merge_and_its_undo_is_of_the_one_trial(client, past, time_machine):
    merge = TrialMerge.objects.get()
    days = ("2026-02-01", "2026-03-02", "2026-04-01")
    before = [on(client, "alpha", day) for day in days]
    time_machine.move_to("2026-05-01 12:00Z", tick=False)
    undo_merge(merge=merge, by=BY)
    time_machine.move_to("2026-05-10 12:00Z", tick=False)
    assert [on(client, "alpha", day) for day in days] == before
    assert on(client, "alpha", "2026-05-02") == {"uz-gent": ("recruiting", ["about Alpha"])}
    then = AsOf(dt.date(2026, 4, 1)).centre("uza")
    assert [(one.change_key, one.status, len(one.statements.all())) for one in then.sites] == [
        ("alpha@uza", "suspended", 2)
    ]
    time_machine.move_to("2026-06-01 12:00Z", tick=False)
    merge_trials(stays=Trial.objects.get(slug="alpha"), goes=Trial.objects.get(slug="beta"), by=BY)
    assert [on(client, "alpha", day) for day in days] == before
    assert on(client, "alpha", "2026-05-02") == {"uz-gent": ("recruiting", ["about Alpha"])}
    assert set(on(client, "alpha", "2026-06-01")) == {"uz-gent", "uza"}


def test_a_page_of_a_day_after_is_of_the_one_trial(client, past):
    assert on(client, "beta", "2026-03-02") == (301, "/en/trials/alpha/?as_of=2026-03-02")
    assert on(client, "alpha", "2026-03-02") == {
        "uz-gent": ("completed", ["about Alpha", "about Beta"]), "uza": ("recruiting", ["Antwerp"]),
    }  # fmt: skip
    assert on(client, "alpha", "2026-04-01")["uza"] == ("suspended", ["", "Antwerp"])


@pytest.mark.parametrize(("code", "name"), [("uz-gent", "Alpha"), ("uza", "Beta")])
def test_the_page_of_a_centre_of_a_day_before_names_each_as_it_was(client, past, code, name):
    page = client.get(f"/en/centres/{code}/", {"as_of": "2026-02-01"}).content.decode()
    assert name in page


# -- the API -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["beta", "BETA"])
def test_the_old_address_of_the_api_leads_on(client, merge, settings, key):
    answer = client.get(f"/api/v1/trials/{key}/", {"fields": "slug"})
    assert answer.status_code == 301
    assert answer["Location"] == f"{settings.BASE_URL}/api/v1/trials/alpha/?fields=slug"
    assert (answer["Cache-Control"], answer.content) == ("public, no-cache", b"")
    assert client.head(f"/api/v1/trials/{key}/").status_code == 301


def test_the_old_number_answers_with_the_trial_itself(client, merge):
    answer = client.get(f"/api/v1/trials/{THEIRS}/").json()
    assert answer["slug"] == "alpha"
    assert [one["value"] for one in answer["identifiers"]] == [OURS, THEIRS]


def test_a_day_before_is_answered_under_the_old_address(client, past):
    then = client.get("/api/v1/trials/beta/", {"as_of": "2026-02-01"}).json()
    assert (then["slug"], len(then["sites"])) == ("beta", 2)
    assert client.get("/api/v1/trials/beta/", {"as_of": "2026-03-02"}).status_code == 301


def test_the_changes_say_what_the_trial_that_is_gone_was_merged_into(client, pair):
    before = client.get("/api/v1/changes/").json()["last_seq"]
    merge = merge_trials(stays=pair[0], goes=pair[1], by=BY)
    service.catch_up()
    told = client.get("/api/v1/changes/", {"since": before, "kind": "trial"}).json()
    found = {one["key"]: one for one in told["results"]}
    assert (found["beta"]["op"], found["beta"]["merged_into"]) == ("delete", "alpha")
    assert found["alpha"]["op"] == "update"
    assert len(found["alpha"]["record"]["sites"]) == 1
    undo_merge(merge=merge, by=BY)
    service.catch_up()
    again = client.get("/api/v1/changes/", {"since": told["last_seq"], "kind": "trial"}).json()
    assert {(one["key"], one["op"], "merged_into" in one) for one in again["results"]} == {
        ("alpha", "update", False), ("beta", "create", False),
    }  # fmt: skip


def test_a_trial_that_is_only_withdrawn_is_said_to_be_gone_and_no_more(client, pair):
    Trial.objects.filter(slug="beta").update(state=State.WITHDRAWN)
    assert client.get("/api/v1/trials/beta/").status_code in (200, 404)  # the index follows the log
    service.rebuild()
    assert client.get("/api/v1/trials/beta/").status_code == 404


# -- rows --------------------------------------------------------------------------


def test_a_coordinators_sheet_from_before_the_merge_writes_to_the_trial_that_stays(merge, ghent):
    user = a_coordinator(ghent)
    for number, row in enumerate(
        ({"nct_number": THEIRS}, {"acronym": "Beta"}, {"acronym": "BETA", "nct_number": THEIRS})
    ):
        status = ("suspended", "recruiting", "completed")[number]
        run = applied(a_csv({"centre_code": "uz-gent", "status": status} | row), kind="sites", user=user)
        assert outcomes(run) == {2: "update"}
        assert run.rows.get().record == "alpha@uz-gent"
        assert TrialSite.objects.get(trial__slug="alpha").status == status
    assert TrialSite.objects.count() == 1


def test_a_row_that_calls_it_by_the_old_name_says_what_it_is_read_as_and_renames_nothing(merge):
    sheet = a_csv({"acronym": "Beta", "nct_number": THEIRS, "sponsor": "Somebody"})
    run = applied(sheet, kind="trials", user=an_editor())
    assert "“Beta” is read as Alpha." in str(messages(run))
    alpha = Trial.objects.get(slug="alpha")
    assert (alpha.acronym, alpha.sponsor) == ("Alpha", "Somebody")
    assert Trial.objects.count() == 2


def test_a_plan_from_before_the_merge_is_made_anew_before_it_is_stored(pair, ghent):
    user, sheet = an_editor(), a_csv({"centre_code": "uz-gent", "nct_number": THEIRS, "status": "completed"})
    run = planned(sheet, kind="sites", user=user)
    merge_trials(stays=pair[0], goes=pair[1], by=BY)
    imports.confirm(run=run, user=user, queue=False)
    apply_run(run)
    run.refresh_from_db()
    assert (run.status, TrialSite.objects.get().status) == ("failed", "recruiting")
    assert outcomes(applied(sheet, kind="sites", user=user)) == {2: "update"}
    assert TrialSite.objects.get().change_key == "alpha@uz-gent"
    assert TrialSite.objects.get().status == "completed"


def test_the_undo_of_an_import_says_that_a_merge_is_to_be_undone_first(pair, ghent):
    editor = an_editor()
    rows = [{"centre_code": code, "nct_number": THEIRS, "status": "suspended"} for code in ("uz-gent", "uza")]
    a_centre("uza")
    a_site(pair[0], ghent)
    run = applied(a_csv(*rows), kind="sites", user=editor)
    merge = merge_trials(stays=pair[0], goes=pair[1], by=BY)
    undo = reverse_of(run, editor)
    assert set(outcomes(undo).values()) == {"invalid"}
    assert "“beta” was merged into “alpha” since then. Undo that merge first." in str(messages(undo))
    undo_merge(merge=merge, by=BY)
    assert set(outcomes(reverse_of(run, editor)).values()) == {"update"}


def test_so_does_a_coordinators_and_nothing_is_undone_in_part(pair, ghent):
    user = a_coordinator(ghent)
    row = {"centre_code": "uz-gent", "nct_number": THEIRS, "status": "suspended"}
    run = applied(a_csv(row), kind="sites", user=user)
    merge = merge_trials(stays=pair[0], goes=pair[1], by=BY)
    undo = reverse_of(run, user)
    assert (list(outcomes(undo).values()), undo.warnings) == (["invalid"], [])
    assert "“beta” was merged into “alpha” since then. Undo that merge first." in str(messages(undo))
    assert TrialSite.objects.get(trial__slug="alpha").status == "suspended"
    undo_merge(merge=merge, by=BY)
    assert list(outcomes(reverse_of(run, user)).values()) == ["update"]


def test_a_coordinators_undo_says_nothing_of_a_draft_that_was_merged(pair, ghent):
    user = a_coordinator(ghent)
    a_trial("Draft", state=State.DRAFT, identifiers=["NCT07777777"])
    row = {"centre_code": "uz-gent", "nct_number": "NCT07777777", "acronym": "Draft", "status": "suspended"}
    run = applied(a_csv(row), kind="sites", user=user)
    merge_trials(stays=pair[0], goes=Trial.objects.get(slug="draft"), by=BY)
    undo = reverse_of(run, user)
    assert (outcomes(undo), [one["code"] for one in undo.warnings]) == ({}, ["with_editors"])


def test_a_registry_that_is_followed_under_the_old_number_writes_to_the_trial_that_stays(pair):
    sync.follow(CTGOV, answers(a_study(THEIRS)))
    merge_trials(stays=pair[0], goes=pair[1], by=BY)
    record = RegistryRecord.objects.get(number=THEIRS)
    assert record.trial.slug == "alpha"
    run = sync.follow(CTGOV, answers(a_study(THEIRS, status="COMPLETED", verified="2026-09", places=[GENT])))
    assert run.counts["new"] == 0
    record.refresh_from_db()
    assert (record.trial.slug, record.problem) == ("alpha", "")
    assert Trial.objects.get(slug="alpha").status == "completed"
    assert Trial.objects.count() == 2


def test_a_sync_proposes_what_it_brought_in_and_may_be_known(pair):
    Trial.objects.filter(slug="beta").update(source_url=f"https://clinicaltrials.gov/study/{OURS}")
    tasks.propose_doubles()
    assert str(SuspectedDouble.objects.get()) == "Alpha / Beta"


# -- those who follow, and those who vouch -------------------------------------------


@pytest.fixture
def follower(pair):
    """Follows `beta`, and is told each day."""
    watching.ask(email="reader@example.org", kind="trial", question="beta", language="en", frequency="daily")
    watching.confirm(Watch.objects.get())
    Watch.objects.update(confirmed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))


def told(day):
    mail.outbox.clear()
    service.catch_up()
    watching.send_due(dt.datetime(2027, 1, day, 9, tzinfo=dt.UTC))
    return [one.body for one in mail.outbox]


def test_who_followed_the_merged_trial_is_told_of_the_one_that_stays(follower, pair):
    merge = merge_trials(stays=pair[0], goes=pair[1], by=BY)
    [body] = told(4) or [""]
    assert "No longer" not in body
    state_status(site=TrialSite.objects.get(), status="suspended", by=BY)
    [body] = told(5)
    assert "Alpha" in body
    assert "Suspended" in body
    undo_merge(merge=merge, by=BY)
    assert not any("New among" in one for one in told(6))


def test_who_follows_both_has_one_mail_about_the_one(follower, pair):
    watching.ask(email="reader@example.org", kind="trial", question="alpha", language="en", frequency="daily")
    for one in Watch.objects.all():
        watching.confirm(one)
    Watch.objects.update(confirmed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    merge_trials(stays=pair[0], goes=pair[1], by=BY)
    told(4)
    state_status(site=TrialSite.objects.get(), status="suspended", by=BY)
    assert len(told(5)) == 1


def test_a_coordinator_who_answers_from_a_page_of_before_answers_about_the_site_that_moved(pair, ghent):
    coordinator(ghent)
    vouching.send_due(dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC))
    site = pair[1].sites.get()
    merge_trials(stays=pair[0], goes=pair[1], by=BY)
    said = [SiteAnswer(site.pk, said="suspended", seen="recruiting")]
    stored = answer(enquiry=Enquiry.objects.get(), answers=said, note="", language="en")
    assert [one.change_key for one in stored.stored] == ["alpha@uz-gent"]
    assert TrialMerge.objects.standing().count() == 1
