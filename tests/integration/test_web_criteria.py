"""What pages and the API say of the criteria: what is recorded, what has no limit, and what nobody said."""

import html
import re

import pytest
from django.urls import reverse
from django.utils import translation

from directory.search import service
from tests.builders import a_centre, a_trial
from trials.documents import trials as documents

pytestmark = pytest.mark.django_db
FULL = {
    "age_min_text": "> 2 years", "age_max_text": "≤ 18 years at diagnosis; ≤ 21 years at transplant",
    "min_days": 731,
}  # fmt: skip


def page(client, trial, language="en", name="web:trial"):
    with translation.override(language):
        address = reverse(name, args=[trial.slug])
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.mark.parametrize("name", ["web:trial", "web:trial-print"])
@pytest.mark.parametrize(
    ("language", "ages"),
    [
        ("en", "> 2 years, ≤ 18 years at diagnosis, ≤ 21 years at transplant"),
        ("nl", "> 2 jaar, ≤ 18 jaar bij diagnose, ≤ 21 jaar bij transplantatie"),
        ("fr", "> 2 ans, ≤ 18 ans au diagnostic, ≤ 21 ans à la greffe"),
        ("de", "> 2 Jahre, ≤ 18 Jahre bei Diagnose, ≤ 21 Jahre bei Transplantation"),
    ],
)
def test_ages_are_shown_as_they_were_recorded_in_the_language_of_the_page(client, name, language, ages):
    assert ages in page(client, a_trial("A", **FULL), language, name)


@pytest.mark.parametrize("name", ["web:trial", "web:trial-print"])
@pytest.mark.parametrize(
    ("language", "none", "unknown"),
    [
        ("en", "No age limit", "Age limits not recorded"),
        ("nl", "Geen leeftijdsgrens", "Leeftijdsgrenzen niet opgegeven"),
        ("fr", "Sans limite d’âge", "Limites d’âge non renseignées"),
        ("de", "Keine Altersgrenze", "Altersgrenzen nicht erfasst"),
    ],
)
def test_no_age_limit_is_said_only_where_it_is_recorded(client, name, language, none, unknown):
    said = page(client, a_trial("A", no_limits=["age"]), language, name)
    assert (none in said, unknown in said) == (True, False)
    said = page(client, a_trial("B"), language, name)
    assert (none in said, unknown in said) == (False, True)


def test_a_registry_s_group_is_shown_as_a_group_and_not_as_a_limit(client):
    said = page(client, a_trial("A", age_groups=["child", "adult"]))
    assert "Age limits not recorded Age groups in the registry: Child (to 17 years), Adult" in said


def test_what_nobody_recorded_is_listed_once_and_what_has_no_limit_says_so(client):
    said = page(client, a_trial("A", lines_max=1, no_limits=["sex"]))
    assert "Not recorded Alterations required; Alterations excluded This record" in re.sub(
        r"Status of the whole trial .*? This record", "This record", said
    )
    assert "Sex No limit" in said
    said = page(client, a_trial("B", alterations=["ALK"], no_limits=["lines", "alterations_excluded"]))
    assert (
        "Alterations, one of ALK Alterations excluded No limit Previous lines of treatment No limit" in said
    )
    assert "Not recorded Sex" in said


def test_a_page_says_whose_the_criteria_are(client):
    trial = a_trial("A", criteria_source="kinderkrebsinfo.de", criteria_as_of="2024-06")
    assert "Criteria according to kinderkrebsinfo.de, June 2024" in page(client, trial)
    assert "Criteria according to" not in page(client, a_trial("B"))


def body(trial):
    return next(iter(documents([trial.slug]))).body


def test_the_api_has_what_was_recorded_and_who_says_so():
    trial = a_trial("A", **FULL, no_limits=["lines"], criteria_source="BSPHO", criteria_as_of="2026-04")
    found = body(trial)
    assert list(found)[-4:] == ["no_limits", "criteria_source", "criteria_as_of", "age_as_written"]
    assert (found["no_limits"], found["criteria_source"], found["criteria_as_of"]) == (
        ["lines"], "BSPHO", "2026-04",
    )  # fmt: skip
    assert found["age_as_written"] == {"min": FULL["age_min_text"], "max": FULL["age_max_text"]}
    assert found["age"] == {
        "min_days": 731, "max_days": None,
        "text": "> 2 years, ≤ 18 years at diagnosis, ≤ 21 years at transplant",
    }  # fmt: skip
    bare = body(a_trial("B", source="CTIS"))
    assert (bare["no_limits"], bare["criteria_source"], bare["criteria_as_of"]) == ([], "CTIS", None)
    assert bare["age_as_written"] == {"min": None, "max": None}


def test_the_index_knows_what_the_verdicts_ask():
    trial = a_trial("A", **FULL, no_limits=["sex"], age_groups=["child"])
    facts = next(iter(documents([trial.slug]))).facts
    assert facts["no_limit"] == ["sex"]
    assert facts["age_group"] == ["child"]
    assert facts["age_written"] == [
        "min|> 2 years", "max|≤ 18 years at diagnosis; ≤ 21 years at transplant",
    ]  # fmt: skip
    assert (facts["min_days"], facts["max_days"]) == (731, None)


def listed_at(client, age):
    answer = client.get(reverse("api:trials"), {"age": age, "fields": "slug"})
    return {one["slug"] for one in answer.json()["results"]}


def test_the_filter_of_ages_leaves_out_whom_only_the_registry_s_group_leaves_out(client, index_dir):
    centre = a_centre()
    a_trial("Adults", slug="adults", age_groups=["adult", "older_adult"], at=[centre])
    a_trial("All", slug="all", age_groups=["child", "adult"], at=[centre])
    a_trial("None", slug="none", at=[centre])
    a_trial("No limit", slug="no-limit", no_limits=["age"], age_groups=["adult"], at=[centre])
    written = {"age_min_text": "2 years", "min_days": 730}
    a_trial("Written", slug="written", age_groups=["adult"], at=[centre], **written)
    service.rebuild()
    assert listed_at(client, "6y") == {"all", "none", "no-limit", "written"}
    assert listed_at(client, "30y") == {"adults", "all", "none", "no-limit", "written"}
    assert listed_at(client, "70y") == {"adults", "none", "no-limit", "written"}
