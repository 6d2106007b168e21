"""The page of one trial: open where, how we know, whom to call."""

import datetime as dt

import pytest
from django.utils import timezone

from directory.core.roles import Role
from directory.search import service
from tests.builders import a_centre, a_professional, a_site, a_trial, an_editor, says
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def text(client, path, code=200):
    answer = client.get(path)
    assert answer.status_code == code, answer.status_code
    return " ".join(answer.content.decode().split())


def row_of(page, code):
    """What the page says of one site: its line, with what is said of all sites of its block."""
    before, _, line = page.partition(f'id="site-{code}"')
    said = before.rpartition('class="site-block"')[2].partition("<ul")[0]
    return said + line.partition("</section>")[0].partition('id="site-')[0]


def test_a_site_says_its_status_when_and_by_which_role_it_was_stated(client):
    trial, centre = a_trial("Alpha"), a_centre("uz-gent")
    a_site(trial, centre, said=5)
    row = row_of(text(client, "/en/trials/alpha/"), "uz-gent")
    day = timezone.localdate() - dt.timedelta(days=5)
    assert "Recruiting" in row
    assert f"Stated on <strong>{day.day} {day:%B %Y}</strong> by the centre&#x27;s coordinator" in row
    assert f"confirmed on {day.day} {day:%B %Y}" in row
    assert "5 days ago" in row


def test_the_page_says_by_when_a_fresh_status_is_due_again(client):
    a_site(a_trial("Alpha"), a_centre("uz-gent"), said=5)
    due = timezone.localdate() + dt.timedelta(days=25)
    assert f"To be verified again by {due.day} {due:%B %Y}" in text(client, "/en/trials/alpha/")


def test_a_site_of_which_nobody_said_anything_says_so(client):
    a_site(a_trial("Alpha"), a_centre("uz-gent"), status=None)
    row = row_of(text(client, "/en/trials/alpha/"), "uz-gent")
    assert "never confirmed" in row
    assert "Nobody has stated whether this centre recruits." in row


def test_a_disputed_status_shows_both_statements(client):
    site = a_site(a_trial("Alpha"), a_centre("uz-gent"), status="suspended", said=50)
    says(site, "recruiting", said=3, by=Role.REGISTRY, source="ClinicalTrials.gov")
    row = row_of(text(client, "/en/trials/alpha/"), "uz-gent")
    assert row.index("Suspended") < row.index("A registry says otherwise:") < row.index("Recruiting")
    assert "ClinicalTrials.gov" in row


def test_a_role_mailbox_is_shown_as_the_contact(client):
    a_site(
        a_trial("Alpha"), a_centre("uz-gent", phone="+3293322111"),
        contact_role="Trial secretariat", contact_email="trials@example.org", contact_phone="+3293320000",
    )  # fmt: skip
    row = row_of(text(client, "/en/trials/alpha/"), "uz-gent")
    assert "Trial secretariat" in row
    assert 'href="mailto:trials@example.org"' in row
    assert "+32 9 332 00 00" in row
    assert "switchboard" not in row


def test_without_a_contact_the_centres_switchboard_is_given(client):
    a_site(a_trial("Alpha"), a_centre("uz-gent", phone="+3293322111"))
    page = text(client, "/en/trials/alpha/")
    assert "No public contact yet: ring the centre's switchboard" in page
    assert 'href="tel:+3293322111"' in row_of(page, "uz-gent")
    assert "+32 9 332 21 11" in row_of(page, "uz-gent")


def test_sites_of_one_status_day_and_source_are_told_of_once_each_with_its_telephone(client):
    trial = a_trial("Alpha")
    for number, said in enumerate((5, 5, 6)):
        a_site(trial, a_centre(f"centre-{number}", phone=f"+3293322{number}11"), said=said)
    page = text(client, "/en/trials/alpha/")
    assert page.count("Stated on") == page.count('class="site-block"') == 2
    assert page.count("No public contact yet") == 1
    assert all(f"+32 9 332 2{number} 11" in row_of(page, f"centre-{number}") for number in range(3))


def test_where_one_site_names_a_contact_the_number_of_another_is_called_its_switchboard(client):
    trial = a_trial("Alpha")
    a_site(trial, a_centre("one", phone="+3293322111"), said=5)
    a_site(trial, a_centre("two", phone="+3293322112"), said=5, contact_email="trials@example.org")
    page = text(client, "/en/trials/alpha/")
    assert "Switchboard" in row_of(page, "one")
    assert "Switchboard" not in row_of(page, "two")


def test_what_one_site_alone_has_stands_in_its_line(client):
    trial = a_trial("Alpha")
    for code, opened in (("one", "2024-06"), ("two", "2025-02")):
        a_site(trial, a_centre(code), said=5, opened_on=opened)
    page = text(client, "/en/trials/alpha/")
    assert page.count("Stated on") == 1
    assert "opened: June 2024" in row_of(page, "one")
    assert "opened: June 2024" not in row_of(page, "two")


def test_without_contact_or_telephone_the_centres_website_is_given(client):
    a_site(a_trial("Alpha"), a_centre("chc", website="https://www.chc.example"))
    assert "https://www.chc.example" in row_of(text(client, "/en/trials/alpha/"), "chc")


def test_a_person_is_named_only_with_consent(client):
    willing = a_professional("Demo Willing", consent=True, email="willing@example.org")
    unwilling = a_professional("Demo Unwilling", email="unwilling@example.org")
    a_site(a_trial("Alpha"), a_centre("uz-gent"), contact_person=unwilling, investigator=willing)
    page = text(client, "/en/trials/alpha/")
    assert "Demo Willing" in page
    assert "unwilling" not in page.lower()


def test_a_consent_withdrawn_takes_the_name_away_at_once(client):
    person = a_professional("Demo Willing", consent=True)
    a_site(a_trial("Alpha"), a_centre("uz-gent"), contact_person=person)
    assert "Demo Willing" in text(client, "/en/trials/alpha/")
    person.consent_withdrawn_on = timezone.localdate()
    person.save()
    assert "Demo Willing" not in text(client, "/en/trials/alpha/")
    assert "Demo Willing" not in text(client, "/en/trials/alpha/print/")


def test_the_head_counts_the_recruiting_centres_and_how_many_are_lately_verified(client):
    trial = a_trial("Alpha")
    for code, said in (("one", 5), ("two", 60), ("three", 400)):
        a_site(trial, a_centre(code), said=said)
    a_site(trial, a_centre("four"), status="completed", said=1)
    page = text(client, "/en/trials/alpha/")
    assert "Recruiting at 1 centre in Belgium" in page
    assert "at 2 more when last heard of" in page
    assert "verified in the last 90 days at 2 of them" in page


def test_a_trial_whose_statuses_are_all_old_warns_before_referral(client):
    a_site(a_trial("Alpha"), a_centre("one"), said=400)
    assert "not verified in the last 90 days: ring before you refer" in text(client, "/en/trials/alpha/")


def test_recruiting_sites_stand_first_and_the_fresher_before_the_older(client):
    trial = a_trial("Alpha")
    for code, status, said in (("a", "completed", 1), ("b", "recruiting", 300), ("c", "recruiting", 3)):
        a_site(trial, a_centre(code), status=status, said=said)
    page = text(client, "/en/trials/alpha/")
    assert page.index('id="site-c"') < page.index('id="site-b"') < page.index('id="site-a"')


@pytest.mark.parametrize("spelling", ["NCT04307576", "nct 0430-7576", "2018-001795-38", "alltogether1"])
def test_an_identifier_or_acronym_in_any_spelling_leads_to_the_trial(client, spelling):
    a_trial("ALLTogether1", slug="all-together-one", identifiers=["NCT04307576", "2018-001795-38"])
    service.rebuild()
    answer = client.get(f"/en/trials/{spelling}/")
    assert (answer.status_code, answer.url) == (302, "/en/trials/all-together-one/")


def test_an_identifier_leads_to_the_trial_without_an_index_too(client):
    a_trial("ALLTogether1", identifiers=["NCT04307576"])
    assert client.get("/en/trials/NCT04307576/").url == "/en/trials/alltogether1/"


def test_the_print_sheet_is_found_by_identifier_too(client):
    a_trial("ALLTogether1", identifiers=["NCT04307576"])
    assert client.get("/fr/trials/NCT04307576/print/").url == "/fr/trials/alltogether1/print/"


@pytest.mark.parametrize("unknown", ["nonsense", "NCT99999999", "%00", "x" * 3000, "..", "%E2%80%8B"])
def test_what_is_no_trial_is_404_in_the_pages_own_style(client, unknown):
    service.rebuild()
    page = text(client, f"/en/trials/{unknown}/", code=404)
    assert "Page not found" in page
    assert "Search all trials" in page


def test_a_trial_that_the_index_still_knows_but_the_public_no_longer_sees_is_404(client):
    trial = a_trial("Alpha")
    service.rebuild()
    trial.state = "withdrawn"
    trial.save()
    assert client.get("/en/trials/alpha/").status_code == 404


def test_an_editor_sees_a_draft_with_a_banner(client):
    a_trial("Alpha", state="draft")
    client.force_login(an_editor())
    assert "The public does not see this page." in text(client, "/en/trials/alpha/")
    assert client.get("/en/trials/alpha/print/").status_code == 200


def test_parent_and_sister_protocols_are_linked_but_not_drafts(client):
    parent = a_trial("Master")
    a_trial("Part-A", parent=parent)
    a_trial("Part-B", parent=parent)
    a_trial("Part-C", parent=parent, state="draft")
    master, part = text(client, "/en/trials/master/"), text(client, "/en/trials/part-a/")
    assert "/en/trials/part-a/" in master
    assert "/en/trials/part-c/" not in master
    assert "/en/trials/master/" in part
    assert "/en/trials/part-b/" in part
    assert "/en/trials/part-c/" not in part


def test_a_draft_parent_is_not_named(client):
    a_trial("Part-A", parent=a_trial("Secretmaster", state="draft"))
    assert "Secretmaster" not in text(client, "/en/trials/part-a/")


def test_recruiting_trials_for_the_same_disease_are_offered(client):
    here = a_trial("Alpha", conditions=["VIIIc"])
    other = a_trial("Beta", conditions=["VIIIc"])
    a_trial("Gamma", conditions=["IVa"])
    a_trial("Delta", conditions=["VIIIc"], status="completed")
    for trial in (here, other):
        a_site(trial, a_centre())
    service.rebuild()
    part = text(client, "/en/trials/alpha/").partition('id="related"')[2]
    assert "/en/trials/beta/" in part
    assert "/en/trials/gamma/" not in part
    assert "/en/trials/delta/" not in part
    assert "/en/trials/alpha/#" not in part


def test_identifiers_link_to_their_registries(client):
    a_trial("Alpha", identifiers=["NCT04307576", "2018-001795-38", "AALL1631"])
    page = text(client, "/en/trials/alpha/")
    assert 'href="https://clinicaltrials.gov/study/NCT04307576"' in page
    assert "AALL1631" in page


def test_the_registrys_own_status_stands_with_its_date_and_source(client):
    a_trial(
        "Alpha", status="completed", status_as_of="2026-04", source="ClinicalTrials.gov",
        source_url="https://clinicaltrials.gov/x",
    )  # fmt: skip
    page = text(client, "/en/trials/alpha/")
    assert "Completed, as reported in April 2026" in page
    assert '<a href="https://clinicaltrials.gov/x"' in page


def test_the_history_tells_all_that_was_said_latest_first(client):
    site = a_site(a_trial("Alpha"), a_centre("uz-gent"), status="recruiting", said=300)
    says(site, "suspended", said=20)
    part = text(client, "/en/trials/alpha/").partition('id="history"')[2]
    assert "(2)" in part
    assert part.index("Suspended") < part.index("Recruiting")


def test_a_retracted_statement_is_not_in_the_history(client):
    site = a_site(a_trial("Alpha"), a_centre("uz-gent"), said=300)
    says(site, "suspended", said=20, retracted_at=timezone.now())
    assert "Suspended" not in text(client, "/en/trials/alpha/")


def test_what_an_editor_typed_is_text_and_not_markup(client):
    trial = a_trial("Alpha", title_en="<script>alert(1)</script>", summary_en="a\n\n<b>b</b>")
    a_site(trial, a_centre("uz-gent", name="<i>x</i>"), contact_role="<u>y</u>")
    page = text(client, "/en/trials/alpha/")
    for markup in ("<script>alert", "<b>b", "<i>x", "<u>y"):
        assert markup not in page


def test_the_print_sheet_holds_sites_contacts_and_a_date(client):
    belgium()
    page = text(client, "/en/trials/ieuroewing/print/")
    for wanted in ("Ghent University Hospital", "trials@uz-gent.example", "+32 16 33 22 11", "Printed from"):
        assert wanted in page


def test_a_summary_keeps_its_paragraphs_and_its_language(client):
    belgium()
    assert '<div class="prose"><p>Localised or metastatic disease.</p> <p>About' in text(
        client, "/en/trials/ieuroewing/"
    )
    assert '<div class="prose" lang="en"><p>Localised' in text(client, "/fr/trials/ieuroewing/")


def test_the_family_is_not_offered_again_among_the_related(client):
    parent = a_trial("Master", conditions=["Ia"])
    for name in ("Part-A", "Part-B"):
        a_site(a_trial(name, parent=parent, conditions=["Ia"]), a_centre())
    service.rebuild()
    assert 'id="related"' not in text(client, "/en/trials/master/")
    assert 'id="related"' not in text(client, "/en/trials/part-a/")


def test_a_title_in_another_language_is_declared_and_said(client):
    a_trial("Alpha", title_en="A study of something")
    page = text(client, "/nl/trials/alpha/")
    assert '<span lang="en">A study of something</span> <span class="note">(in het Engels)</span>' in page


def test_a_title_in_the_pages_language_is_taken(client):
    belgium()
    assert "Protocole de traitement" in text(client, "/fr/trials/alltogether1/")
    assert "Protocole de traitement" not in text(client, "/nl/trials/alltogether1/")


@pytest.mark.parametrize(
    ("value", "told"),
    [(True, "Cohort recorded as open"), (False, "Cohort recorded as closed to new patients"), (None, "")],
)
@pytest.mark.parametrize("page", ["", "print/"])
def test_whether_a_cohort_is_open_is_told_where_somebody_said_so(client, page, value, told):
    site = a_site(a_trial("COHORTS"), a_centre("uz-gent"))
    site.cohort_open = value
    site.save()
    shown = text(client, f"/en/trials/cohorts/{page}")
    assert ("Cohort recorded" in shown) is bool(told)
    assert told in shown
