"""“June 2024” is never 1 June 2024: no output has a day, of what was said with a month or a year alone.

Every field of the models that keeps a date as it was said is filled, so a new one is tried, too. Each has a
year of its own, which tells where a day comes from.
"""

import datetime as dt
import io
import re
from itertools import count

import openpyxl
import pytest
from django.apps import apps
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from directory.core.dates import PartialDateField, first_day
from directory.core.fields import LANGUAGE_CODES
from directory.core.roles import Role
from directory.imports import actions
from directory.search import service
from directory.web import urls
from directory.web.templatetags.directory import days_ago
from tests.builders import a_centre, a_network, a_site, a_trial, an_editor
from tests.sheets import a_csv, applied, planned, reverse_of
from tests.support.admin_forms import admin_url
from tests.support.vouching import a_link
from trials import statements
from trials.models import StatusStatement, Trial, TrialSite
from trials.sheets import SiteSheet, TrialSheet

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
_MONTHS = """
january february march april may june july august september october november december
januari februari maart april mei juni juli augustus september oktober november december
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
januar februar märz april mai juni juli august september oktober november dezember
"""
NAME = "(?:" + "|".join(dict.fromkeys(_MONTHS.split())) + ")"
# What the API's contract has as a day: the first that a status may be of, and until when it counts as fresh.
OF_THE_CONTRACT = {"verified_at", "next_due"}
# Of no date of a record: forms, fragments, what is shown behind a link of its own.
WITHOUT = {"trial-named", "trial-named-print",  # these lead to a trial
           "suggest", "match-suggest", "watch", "watch-asked", "watch-confirm", "watch-stop", "watch-manage",
           "components", "vouch", "vouch-sheet", "vouch-upload", "vouch-plan", "export", "match"}  # fmt: skip


def too_exact(text, years, precision):
    """What in `text` says more of one of `years` than its month, or than the year itself."""
    year = "(?:" + "|".join(map(str, years)) + ")"
    finer = rf"{year}-\d\d-\d\d|{year}/\d\d/\d\d|\d\d?/\d\d?/{year}|\b{year}\d\d\d\d\b"
    finer += rf"|\d(?:er|st|nd|rd|th|\.)? (?:de )?{NAME} {year}|{NAME} \d\d?,? {year}"
    if precision == "year":
        finer += rf"|{year}-\d\d|\d\d/{year}|{NAME} {year}"
    plain = re.sub(r"\s+", " ", text.replace("\xa0", " ").replace("\u202f", " ")).lower()
    return sorted(set(re.findall(finer, plain)))


@pytest.mark.parametrize(
    ("text", "month", "year"),
    [
        ("2001-07-01", True, True), ("2001/07/01", True, True), ("01/07/2001", True, True),
        ("1 July 2001", True, True), ("1er\xa0juillet 2001", True, True), ("1. Juli 2001", True, True),
        ("July 1, 2001", True, True), ("20010701", True, True), ("2001-07", False, True),
        ("07/2001", False, True), ("juillet 2001", False, True), ("in 2001", False, False),
        ("2001", False, False), ("1 July 2026", False, False), ("NCT20010701", False, False),
    ],
)  # fmt: skip
def test_this_guard_sees_what_it_is_for(text, month, year):
    assert bool(too_exact(text, [2001], "month")) is month
    assert bool(too_exact(text, [2001], "year")) is year


class Said:
    """Dates of `precision`, each of a year of its own."""

    def __init__(self, precision):
        self.precision, self._years, self.years = precision, count(1991), []

    def __call__(self):
        self.years.append(next(self._years))
        return f"{self.years[-1]}-07" if self.precision == "month" else str(self.years[-1])

    def fill(self, record):
        """Each date of `record` that may be partial, unless it has one."""
        for name in partial_dates(type(record)):
            if not getattr(record, name):
                setattr(record, name, self())
        return record

    def statement(self, **fields):
        one = self.fill(StatusStatement(source_url="https://www.example.org", **fields))
        one.said_at = first_day(one.said_on)
        one.save()
        return one

    def wrong(self, text):
        return too_exact(text, self.years, self.precision)


def partial_dates(model):
    return [one.name for one in model._meta.concrete_fields if isinstance(one, PartialDateField)]


@pytest.fixture(params=["month", "year"])
def said(request, index_dir):
    """A trial with a site of which one thing was said, a disputed one, and is disputed itself."""
    found, ghent, antwerp = Said(request.param), a_centre("uz-gent"), a_centre("uza")
    a_network("net", members=[ghent])
    trial = found.fill(a_trial("Alpha", conditions=["VIIIc"], source="BSPHO", contact_role="Office"))
    trial.save()
    plain, disputed = (a_site(trial, one, status=None) for one in (ghent, antwerp))
    for site in (plain, disputed):
        found.fill(site).save()
    by = {"role": Role.COORDINATOR, "status": "recruiting"}
    against = {"role": Role.REGISTRY, "status": "suspended", "source": "ISRCTN"}
    for about in ({"site": plain}, {"site": disputed}, {"trial": trial}):
        found.statement(**about, **by)
    for about in ({"site": disputed}, {"trial": trial}):
        found.statement(**about, **against)
    statements.settle([plain, disputed])
    trial.status_by = Role.COORDINATOR
    trial.status_as_of = trial.statements.get(role=Role.COORDINATOR).said_on
    trial.save()
    statements.settle_disputes([trial])
    service.rebuild()
    return found


def test_every_date_that_may_be_partial_is_in_this_world(said):
    filled = set()
    for model in apps.get_models():
        for name in partial_dates(model):
            several = model.objects.exclude(**{name: ""}).values_list(name, flat=True)
            assert max(map(len, several)) == len("2001-07" if said.precision == "month" else "2001"), name
            filled.add((model, name))
    assert {model for model, _name in filled} == {Trial, TrialSite, StatusStatement}
    assert TrialSite.objects.get(centre__code="uza").disputed
    assert Trial.objects.get().disputed


def pages(language):
    keys = {"trial": "alpha", "trial-print": "alpha", "trial-feed": "alpha", "centre": "uz-gent",
            "network": "net"}  # fmt: skip
    names = [one.name for one in urls.urlpatterns if one.name not in WITHOUT]
    found = {name: reverse(f"web:{name}", args=[keys[name]] if name in keys else []) for name in names}
    found["compare"] += "?trial=alpha"
    found["gaps"] += "?show=all"
    found["map"] = found["search"] + "?view=map"
    for name in ("trial", "centre"):
        found[f"{name} on a day"] = f"{found[name]}?as_of={timezone.localdate()}"
    return {name: one.replace("/en/", f"/{language}/", 1) for name, one in found.items()}


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_page_has_a_day_that_nobody_said(said, client, language):
    shown = 0
    for name, address in pages(language).items():
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert said.wrong(text) == [], name
        shown += any(str(year) in text for year in said.years)
    answer = client.post(f"/{language}/match/", "condition=VIIIc&near=9000", content_type=FORM)
    assert said.wrong(answer.content.decode()) == []
    assert shown >= 8  # there was something to see


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_no_file_has_one(said, client, language):
    for kind in ("csv", "ris", "xlsx"):
        content = client.get(f"/{language}/trials/results.{kind}").content
        text = cells_of(content) if kind == "xlsx" else content.decode()
        assert any(str(year) in text for year in said.years), kind
        assert said.wrong(text) == [], kind


def cells_of(content):
    """The texts of a workbook, without the columns that are days by contract."""
    found = []
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        header, *rows = sheet.iter_rows(values_only=True)
        kept = [at for at, name in enumerate(header) if name != "next_due"]
        found += [str(row[at]) for row in rows for at in kept]
    return "\n".join(found)


def test_no_answer_of_the_api_has_one_but_where_the_contract_says_a_day(said, client):
    today = timezone.localdate()
    names = ["trials/", "trials/alpha/", "sites/", "centres/", "centres/uz-gent/", "networks/net/", "health/",
             "changes/", "trials/?facets=1&include=match&q=alpha", f"trials/alpha/?as_of={today}",
             f"centres/uz-gent/?as_of={today}"]  # fmt: skip
    answers = [client.get(f"/api/v1/{name}").json() for name in names]
    body = {"conditions": ["VIIIc"], "near": "9000"}
    answers.append(client.post("/api/v1/match/", body, content_type="application/json").json())
    for name, answer in zip([*names, "match/"], answers, strict=True):
        assert said.wrong(str(list(_values(answer)))) == [], name
    for site in (*client.get("/api/v1/sites/").json()["results"], *answers[1]["sites"]):
        assert site["verified_at"] == first_day(site["verified_on"]).isoformat()
        assert len(site["verified_on"]) == len("2001-07" if said.precision == "month" else "2001")


def _values(answer):
    """The values of an answer, without those that are days by contract."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name in OF_THE_CONTRACT:
                assert "verified_on" in answer, answer
            else:
                yield from _values(value)
    elif isinstance(answer, list):
        for one in answer:
            yield from _values(one)
    else:
        yield answer


def test_no_page_of_the_admin_has_one(said, client):
    client.force_login(an_editor())
    trial, site = Trial.objects.get(), TrialSite.objects.get(centre__code="uza")
    addresses = [admin_url(model) for model in (Trial, TrialSite, StatusStatement)]
    addresses += [admin_url(one, view) for one in (trial, site) for view in ("change", "history")]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert said.wrong(answer.content.decode()) == [], address
    for sheet, records in ((TrialSheet, [trial]), (SiteSheet, TrialSite.objects.all())):
        for one in records:
            assert said.wrong("\n".join(map(str, sheet.cells_of(one)))) == []


def test_neither_an_import_nor_its_undo_nor_what_followers_are_told_has_one(said, client):
    """The plan, its receipts, the feed, the history; then the plan of the undo."""
    user, month = an_editor(), said()
    as_typed = "/".join(reversed(month.split("-")))
    row = {"centre_code": "uz-gent", "acronym": "Alpha", "status": "suspended", "status_date": as_typed}
    older = row | {"centre_code": "uza", "status_date": str(said.years[0])}
    client.force_login(user)
    run = applied(a_csv(row), kind="sites", user=user)
    late = planned(a_csv(older), kind="sites", user=user)
    back = reverse_of(run, user)
    service.catch_up()
    assert TrialSite.objects.get(centre__code="uz-gent").verified_on == month
    for one in (run, late, back):
        assert said.wrong(client.get(admin_url(one, "change")).content.decode()) == []
        assert said.wrong(str([row.messages for row in one.rows.all()])) == []
    actions.cancel(run=back, user=user)
    site = TrialSite.objects.get(centre__code="uz-gent")
    history = client.get(admin_url(site, "history")).content.decode()
    assert as_typed in history or month in history
    assert said.wrong(history) == []
    for language in LANGUAGE_CODES:
        feed = client.get(f"/{language}/trials/alpha/feed.atom").content.decode()
        assert str(said.years[-1]) in feed
        assert said.wrong(feed) == []


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_a_coordinator_who_is_asked_is_shown_none(said, client, language):
    mail.outbox.clear()
    for code in ("uz-gent", "uza"):
        _enquiry, address = a_link(TrialSite.objects.get(centre__code=code).centre, language)
        page = client.get(address).content.decode()
        assert any(str(year) in page for year in said.years)
        assert said.wrong(page) == []
    assert len(mail.outbox) == 2
    assert [said.wrong(one.body) for one in mail.outbox] == [[], []]


# How long ago


@pytest.mark.parametrize(
    ("partial", "today", "text"),
    [
        ("2026-11", "2026-11-30", "this month"), ("2026-10", "2026-11-01", "last month"),
        ("2026-09", "2026-11-30", "2 months ago"), ("2025-12", "2026-01-31", "last month"),
        ("2024-12", "2026-11-30", "23 months ago"), ("2024-11", "2026-11-01", "2 years ago"),
        ("2021-12", "2026-11-30", "4 years ago"), ("2026", "2026-11-30", "this year"),
        ("2025", "2026-01-01", "last year"), ("2024", "2026-11-30", "2 years ago"),
        ("2026-12", "2026-11-30", "this month"), ("2027", "2026-11-30", "this year"), ("", "2026-11-30", ""),
    ],
)  # fmt: skip
def test_of_a_month_or_a_year_no_days_are_counted(partial, today, text, time_machine):
    time_machine.move_to(dt.datetime.fromisoformat(f"{today}T12:00:00+00:00"), tick=False)
    assert days_ago(partial) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "this month"), ("nl", "deze maand"), ("fr", "ce mois-ci"), ("de", "diesen Monat")],
)
def test_pages_count_no_days_from_the_first_of_a_month(client, index_dir, language, text):
    today = timezone.localdate()
    site = a_site(a_trial("Alpha"), a_centre("uz-gent"), status=None)
    StatusStatement.objects.create(
        site=site, status="recruiting", said_at=today.replace(day=1), said_on=f"{today:%Y-%m}",
        role=Role.REGISTRY, source="BSPHO",
    )  # fmt: skip
    statements.settle([site])
    assert f"({text})" in client.get(f"/{language}/trials/alpha/").content.decode()
    assert f"({text})" in client.get(f"/{language}/quality/").content.decode()
