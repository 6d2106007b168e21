"""Which missing facts would decide for most typical patients, and that editors are told so."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from directory.adminsite import attention
from directory.eligibility import missing
from directory.eligibility.missing import MissingFact, missing_facts
from directory.search import service, snapshot
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from trials.choices import Stage
from trials.models import Trial

pytestmark = pytest.mark.django_db
NEUROBLASTOMA = {"conditions": ["IVa"], "disease_terms": ["Neuroblastoma"]}


@pytest.fixture
def ghent(index_dir):
    return a_centre("uz-gent")


def test_each_typical_patient_is_understood_to_the_last_word():
    read = missing.typical()
    assert len(read) >= 50
    for profile, said in read:
        assert said.says_a_disease, profile.text
        assert said.unread == (), (profile.text, said.unread)
        assert profile.stage in Stage.values
        assert profile.days is not None
    assert len({(one.text, one.age_text, one.stage) for one, _said in read}) == len(read)


def test_a_fact_counts_the_patients_for_whom_it_alone_is_open(ghent):
    a_trial("No stage", **NEUROBLASTOMA, no_limits=["age"], at=[ghent])
    a_trial("No age", **NEUROBLASTOMA, stages=["relapsed"], at=[ghent])
    a_trial("Group", **NEUROBLASTOMA, stages=["relapsed"], age_groups=["child"], at=[ghent])
    a_trial("Neither", **NEUROBLASTOMA, at=[ghent])
    a_trial("Complete", **NEUROBLASTOMA, stages=["any"], no_limits=["age"], at=[ghent])
    a_trial("Closed", **NEUROBLASTOMA, at=[(ghent, "completed")])
    a_trial("Eases", **NEUROBLASTOMA, title_en="Pain after treatment", no_limits=["age"], at=[ghent])
    service.rebuild()
    patients = [said for profile, said in missing.typical() if "neuroblastoma" in profile.text]
    relapsed = [one for one in patients if one.stages == {"relapsed"}]
    assert (len(patients), len(relapsed)) == (3, 1)
    assert missing_facts(10) == [
        MissingFact("no-stage", "stage", 3, 0),
        MissingFact("group", "age", 1, 0),
        MissingFact("no-age", "age", 1, 0),
        MissingFact("neither", "age", 0, 3),
        MissingFact("neither", "stage", 0, 3),
    ]
    assert missing_facts(1) == [MissingFact("no-stage", "stage", 3, 0)]


def test_a_fact_that_is_filled_in_is_no_longer_missing(ghent):
    a_trial("Only", **NEUROBLASTOMA, no_limits=["age"], at=[ghent])
    service.rebuild()
    assert [one.slug for one in missing_facts(5)] == ["only"]
    Trial.objects.update(stages=["relapsed"])
    service.rebuild()
    assert missing_facts(5) == []


def test_the_first_page_of_the_admin_ranks_them_for_editors(ghent, client):
    trial = a_trial("ALLTogether1", conditions=["Ia"], no_limits=["age"], at=[ghent])
    a_trial("Other", **NEUROBLASTOMA, stages=["relapsed"], at=[ghent])
    service.rebuild()
    client.force_login(an_editor())
    page = client.get(reverse("admin:index")).content.decode()
    [ranking] = attention.rankings(client.get(reverse("admin:index")).wsgi_request)
    assert ranking.heading == "Missing facts, by how many typical patients each would decide"
    assert [line.label for line in ranking.lines] == [
        "the stage of disease of ALLTogether1", "the age limits of Other",
    ]  # fmt: skip
    assert ranking.lines[0].count > ranking.lines[1].count == 1
    assert ranking.lines[0].url == reverse("admin:trials_trial_change", args=[trial.pk])
    assert escape(ranking.heading) in page
    assert page.index("ALLTogether1") < page.index("the age limits of Other")


def test_coordinators_are_told_none_and_nothing_is_said_while_the_index_is_built(ghent, client):
    a_trial("ALLTogether1", conditions=["Ia"], no_limits=["age"], at=[ghent])
    client.force_login(an_editor())
    assert "Missing facts" not in client.get(reverse("admin:index")).content.decode()
    service.rebuild()
    client.force_login(a_coordinator(ghent))
    assert "Missing facts" not in client.get(reverse("admin:index")).content.decode()


def test_the_ranking_is_counted_once_for_a_state_of_the_index(ghent, monkeypatch):
    a_trial("Only", **NEUROBLASTOMA, no_limits=["age"], at=[ghent])
    service.rebuild()
    held = missing_facts(3)
    monkeypatch.setattr(missing, "Judged", None)
    assert missing_facts(3) == held
    snapshot.forget()
