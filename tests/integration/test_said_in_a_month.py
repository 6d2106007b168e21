"""A source that knows only the month: its first day counts, and pages show no more than was said."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from directory.core.roles import Role
from directory.imports import actions
from directory.imports.plan import plan_run
from directory.search import service
from tests.builders import a_centre, a_site, a_trial, an_editor, says
from tests.sheets import applied
from trials.models import Condition, StatusStatement, Trial, TrialSite
from trials.statements import settle

pytestmark = pytest.mark.django_db


def a_site_known_by_its_month():
    site = a_site(a_trial("MONTHLY"), a_centre("uz-gent"), status=None)
    StatusStatement.objects.create(
        site=site, status="recruiting", said_at=dt.date(2024, 6, 1), said_on="2024-06", role=Role.REGISTRY,
        source="bspho.be", source_url="https://www.bspho.be/news",
    )  # fmt: skip
    says(site, "recruiting", said=3000, by=Role.REGISTRY)
    site.refresh_from_db()
    return site


def test_the_site_keeps_the_month_beside_the_day_that_counts():
    site = a_site_known_by_its_month()
    assert (site.verified_at, site.verified_on) == (dt.date(2024, 6, 1), "2024-06")
    assert site.freshness == "stale"


def test_a_later_exact_statement_leaves_no_month_behind():
    site = a_site_known_by_its_month()
    says(site, "recruiting", by=Role.COORDINATOR)
    site.refresh_from_db()
    assert site.verified_on == ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Stated in <strong>June 2024</strong> by a public source"),
        ("nl", "Opgegeven in <strong>juni 2024</strong> door een openbare bron"),
        ("fr", "Déclaré en <strong>juin 2024</strong> par une source publique"),
        ("de", "Angegeben (<strong>Juni 2024</strong>) von einer öffentlichen Quelle"),
    ],
)
def test_the_trial_page_invents_no_day_and_names_the_source(client, language, sentence):
    a_site_known_by_its_month()
    page = client.get(f"/{language}/trials/monthly/").content.decode()
    assert sentence in page
    assert 'href="https://www.bspho.be/news"' in page
    assert "1 June" not in page


@pytest.mark.parametrize("page", ["", "print/"])
def test_a_registry_that_contradicts_is_told_with_its_month(client, page):
    site = a_site(a_trial("MONTHLY"), a_centre("uz-gent"), status=None)
    says(site, "recruiting", said=100, by=Role.COORDINATOR)
    # Of a month that no other day of the page is in.
    first = (timezone.localdate().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    StatusStatement.objects.create(
        site=site, status="completed", said_at=first, said_on=f"{first:%Y-%m}", role=Role.REGISTRY,
    )  # fmt: skip
    settle([site])
    shown = client.get(f"/en/trials/monthly/{page}").content.decode()
    assert "A registry says otherwise:" in shown
    assert f"{first:%B %Y}" in shown
    assert f"1 {first:%b}" not in shown
    assert f"{first:%d/%m/%Y}" not in shown


def test_the_list_of_results_shows_the_month(client, index_dir):
    a_site_known_by_its_month()
    service.rebuild()
    page = client.get("/en/trials/?q=monthly").content.decode()
    assert "Recruiting in June 2024" in page
    assert "1 June" not in page


def test_a_sheet_s_month_is_kept_and_the_registry_s_page_is_its_source():
    a_trial("MONTHLY", url="https://www.bspho.be/en/news/monthly")
    a_centre("uz-gent")
    sheet = b"centre_code;acronym;status;status_date\nuz-gent;MONTHLY;recruiting;2024-06\n"
    applied(sheet, role=Role.REGISTRY)
    site = TrialSite.objects.get()
    assert (site.verified_on, site.status_source) == ("2024-06", "bspho.be")
    assert site.statements.get().source_url == "https://www.bspho.be/en/news/monthly"


def test_a_person_s_sheet_names_no_source_of_its_own():
    a_trial("MONTHLY", url="https://www.bspho.be/en/news/monthly")
    a_centre("uz-gent")
    person = an_editor()
    sheet = b"centre_code;acronym;status;status_date\nuz-gent;MONTHLY;recruiting;20/11/2026\n"
    applied(sheet, user=person)
    assert (TrialSite.objects.get().status_source, TrialSite.objects.get().verified_on) == ("", "")


@pytest.mark.parametrize("page", ["/en/", "/en/centres/uz-gent/", "/en/trials/monthly/", "/en/gaps/"])
def test_no_page_shows_the_first_day_of_a_month_that_was_said(client, page):
    site = a_site_known_by_its_month()
    Trial.objects.update(state="listed")
    site.trial.conditions.set(Condition.objects.filter(code="VIIIc"))
    service.rebuild()
    text = client.get(page).content.decode()
    assert "MONTHLY" in text or "Ewing" in text
    assert not re.search(r"\d/\d+/2024|2024-\d+-\d|\d Jun\w* 2024|Jun\w* \d+, 2024", visible(text)), page


def test_no_export_of_the_pages_or_the_admin_shows_it_either(client):
    a_site_known_by_its_month()
    service.rebuild()
    answer = client.get("/en/trials/results.csv?q=monthly")
    assert answer.status_code == 200
    assert "2024-06-01" not in answer.content.decode()
    assert "verified 2024-06 by registry)" in answer.content.decode()
    client.force_login(an_editor())
    assert "2024-06-01" not in visible(client.get("/admin/trials/trialsite/").content.decode())


def visible(html: str) -> str:
    """Without what programs read: elements' attributes and data."""
    return re.sub(r"(?s)<script.*?</script>|<[^>]+>", " ", html)


def test_no_page_of_the_admin_shows_a_day_of_a_statement_of_a_month(client):
    site = a_site_known_by_its_month()
    statement = site.statements.exclude(said_on="").get()
    client.force_login(an_editor())
    for address in (
        f"/admin/trials/trialsite/{site.pk}/change/",
        "/admin/trials/statusstatement/",
        f"/admin/trials/statusstatement/{statement.pk}/change/",
    ):
        page = client.get(address).content.decode()
        assert "2024-06" in page, address
        assert "2024-06-01" not in page, address
        assert "1 June 2024" not in page, address
    assert "2024-06-01" not in str(statement)


def test_the_plan_of_an_undo_goes_back_to_a_month_not_to_its_first_day(client):
    site = a_site_known_by_its_month()
    person = an_editor()
    sheet = b"centre_code;acronym;status;status_date\nuz-gent;MONTHLY;completed;20/11/2026\n"
    run = applied(sheet, user=person)
    reverse = actions.undo(run=run, user=person, queue=False)
    plan_run(reverse)
    client.force_login(person)
    page = client.get(f"/admin/imports/importrun/{reverse.pk}/change/").content.decode()
    assert "06/2024" in page
    assert "01/06/2024" not in page
    site.refresh_from_db()
    assert site.verified_at == dt.date(2026, 11, 20)
