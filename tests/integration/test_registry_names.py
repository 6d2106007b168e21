"""A registry has one name, whoever writes it and however its host is spelt."""

from importlib import import_module

import pytest
from django.apps import apps

from tests.builders import a_site, says
from trials.models import StatusStatement
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
