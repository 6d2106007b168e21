"""A registry has one name, whoever writes it and however its host is spelt."""

from importlib import import_module

import pytest
from django.apps import apps

from directory.core.models import State
from directory.search import service
from tests.builders import a_centre, a_site, says
from tests.support.recorded import add
from trials.models import StatusStatement, Trial, TrialSite
from trials.models.registry import registry_at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("clinicaltrials.gov", "ClinicalTrials.gov"), ("www.ClinicalTrials.gov", "ClinicalTrials.gov"),
        ("euclinicaltrials.eu", "CTIS"), ("www.isrctn.com", "isrctn.com"), ("", ""),
    ],
)  # fmt: skip
def test_a_registry_is_called_as_it_calls_itself(host, name):
    assert registry_at(host) == name


def test_what_was_stored_under_a_host_has_the_name_of_the_registry():
    """As the migration finds it; what a person wrote as a source stays."""
    sources = ("clinicaltrials.gov", "www.clinicaltrials.gov", "euclinicaltrials.eu", "isrctn.com")
    sites = [a_site(status=None) for _source in sources]
    for site, source in zip(sites, sources, strict=True):
        says(site, "recruiting", by="registry", source=source)
    by_hand = a_site(status=None)
    says(by_hand, "recruiting", by="editor", source="clinicaltrials.gov")
    import_module("trials.migrations.0013_places_and_reasons").one_spelling(apps, None)
    names = ["ClinicalTrials.gov", "ClinicalTrials.gov", "CTIS", "isrctn.com"]
    assert (
        list(StatusStatement.objects.filter(role="registry").order_by("pk").values_list("source", flat=True))
        == names
    )
    for site, name in zip([*sites, by_hand], [*names, "clinicaltrials.gov"], strict=True):
        site.refresh_from_db()
        assert site.status_source == name


def test_no_row_of_the_changes_tells_of_it_and_who_begins_at_0_has_it(client, index_dir):
    """As docs/api.md says: the index is built anew, and a follower begins once at 0."""
    trial = add(Trial(slug="kiwi", title_en="Of kiwis", state=State.LISTED))
    site = add(TrialSite(trial=trial, centre=a_centre()))
    says(site, "recruiting", by="registry", source="clinicaltrials.gov")
    service.rebuild()
    before = client.get("/api/v1/changes/?since=0").json()["last_seq"]
    import_module("trials.migrations.0013_places_and_reasons").one_spelling(apps, None)
    service.rebuild()
    assert client.get(f"/api/v1/changes/?since={before}").json()["results"] == []
    told = [one for one in client.get("/api/v1/changes/?since=0").json()["results"] if one["kind"] == "trial"]
    assert {one["record"]["sites"][0]["source"] for one in told} == {"ClinicalTrials.gov"}
