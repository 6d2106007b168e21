"""Documents: what the public may see of a record, built set-wise."""

import datetime as dt
import json

import orjson
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directory.search import building
from tests import builders as b
from trials.documents import on_day

pytestmark = pytest.mark.django_db


def trial(slug):
    (found,) = building.build("trial", [slug])
    return found


def centre(code):
    (found,) = building.build("centre", [code])
    return found


TRIAL_KEYS = """
slug url acronym title titles summary identifiers status status_as_of phases study_type conditions
disease_terms stages sex age sponsor groups parent sites opened_in_belgium source status_by
status_disputed dispute age_groups interventions arm_groups contact no_limits
criteria_source criteria_as_of age_as_written updated_at
"""
SITE_KEYS = "trial centre status status_since verified_at verified_by source freshness next_due contact"
SITE_KEYS += " cohort_open verified_on dispute implied_by"


def test_a_trial_has_the_keys_of_the_contract_in_its_order():
    b.a_trial("iEuroEwing", at=[b.a_centre("uz-gent")])
    body = trial("ieuroewing").body
    assert list(body) == TRIAL_KEYS.split()
    (site,) = body["sites"]
    assert list(site) == SITE_KEYS.split()
    assert list(site["centre"]) == ["code", "name", "city", "postal_code", "country", "lat", "lon"]


def test_a_trial_is_told_in_full(settings):
    settings.BASE_URL = "https://trials.example.org"
    b.a_trial(
        "ALLTogether1", identifiers=["nct 0430-7576", "2018-001795-38"], conditions=["Ia"], min_days=0,
        max_days=16436, title_nl="Een studie", phases=["phase3"], status_as_of="2026-04",
    )  # fmt: skip
    body = trial("alltogether1").body
    assert body["url"] == "https://trials.example.org/api/v1/trials/alltogether1/"
    assert body["titles"] == {"en": "A study of ALLTogether1", "nl": "Een studie"}
    assert [(one["scheme"], one["value"]) for one in body["identifiers"]] == [
        ("nct", "NCT04307576"),
        ("eudract", "2018-001795-38"),
    ]
    assert body["identifiers"][0]["url"] == "https://clinicaltrials.gov/study/NCT04307576"
    assert body["conditions"] == [{"code": "Ia", "name": "Lymphoid leukaemias"}]
    assert body["age"] == {"min_days": 0, "max_days": 16436, "text": "0 days to 45 years"}
    assert body["status_as_of"] == "2026-04"
    assert body["study_type"] is None
    json.loads(orjson.dumps(body))


def test_only_listed_records_have_a_document():
    b.a_trial("draft", state="draft")
    b.a_centre("closed", state="withdrawn")
    b.a_network("later", state="draft")
    assert not list(building.build("trial", ["draft", "nothing"]))
    assert not list(building.build("centre", ["closed"]))
    assert not list(building.build("network", ["later"]))
    assert building.all_keys("trial") == building.all_keys("centre") == building.all_keys("network") == []


def test_a_site_at_a_centre_that_is_not_listed_is_not_shown():
    b.a_trial("T1", at=[b.a_centre("open"), b.a_centre("hidden", name="Canary", state="draft")])
    document = trial("t1")
    assert [site["centre"]["code"] for site in document.body["sites"]] == ["open"]
    assert "canary" not in repr(document).lower()


def test_a_parent_that_is_not_listed_is_not_named():
    hidden = b.a_trial("CANARY", state="draft")
    b.a_trial("CHILD", parent=hidden)
    assert trial("child").body["parent"] is None
    assert "canary" not in repr(trial("child")).lower()
    hidden.state = "listed"
    hidden.save()
    assert trial("child").body["parent"] == {"slug": "canary", "acronym": "CANARY"}


def test_a_person_is_named_only_with_consent():
    person = b.a_professional("Canary Person", consent=False, email="canary@example.org")
    centre_ = b.a_centre()
    b.a_site(
        b.a_trial("T1"),
        centre_,
        contact_person=person,
        contact_role="Trial nurse",
        contact_email="ward@example.org",
    )
    contact = trial("t1").body["sites"][0]["contact"]
    assert contact == {"name": None, "role": "Trial nurse", "email": "ward@example.org", "phone": None}
    assert "canary" not in repr(trial("t1")).lower()

    person.consent_given_on = timezone.localdate()
    person.save()
    contact = trial("t1").body["sites"][0]["contact"]
    assert (contact["name"], contact["email"]) == ("Canary Person", "canary@example.org")

    person.consent_withdrawn_on = timezone.localdate()
    person.save()
    assert "canary" not in repr(trial("t1")).lower()


def test_an_investigator_is_never_shown_or_searched():
    person = b.a_professional("Canary Person", consent=False)
    b.a_site(b.a_trial("T1"), b.a_centre(), investigator=person)
    assert "canary" not in repr(trial("t1")).lower()


def test_a_site_nobody_may_be_asked_about_has_no_contact():
    b.a_site(b.a_trial("T1"), b.a_centre())
    assert trial("t1").body["sites"][0]["contact"] is None


def test_a_status_is_signed_with_a_role():
    b.a_site(b.a_trial("T1"), b.a_centre(), said=40, by="sponsor")
    (site,) = trial("t1").body["sites"]
    today = timezone.localdate()
    assert site["verified_by"] == "sponsor"
    assert site["verified_at"] == (today - dt.timedelta(days=40)).isoformat()
    assert site["next_due"] == (today - dt.timedelta(days=10)).isoformat()
    assert site["freshness"] == "ageing"


def test_a_centre_shows_its_roles_with_their_dates_and_counts_its_trials():
    ghent = b.a_centre("uz-gent", aliases=["UZG"], name_nl="Universitair Ziekenhuis Gent")
    network = b.a_network("itcc", acronym="ITCC", members=[(ghent, "reference")])
    b.a_network("canary", members=[ghent], state="draft")
    membership = network.memberships.get()
    membership.since, membership.care = dt.date(2027, 1, 1), ["chemotherapy"]
    membership.save()
    b.a_trial(at=[(ghent, "recruiting")])
    b.a_trial(at=[(ghent, "completed")])
    b.a_trial(at=[(ghent, "recruiting")], state="draft")
    body = centre("uz-gent").body
    assert body["memberships"] == [
        {"network": "itcc", "name": "ITCC", "role": "reference", "since": "2027-01-01", "until": None,
         "care": ["chemotherapy"]}
    ]  # fmt: skip
    assert body["trials"] == {"total": 2, "recruiting": 1}
    assert body["names"]["nl"] == "Universitair Ziekenhuis Gent"
    assert body["aliases"] == ["UZG"]
    assert body["province"] == "BE-VOV"


def test_a_spelling_learned_from_a_sheet_finds_a_centre_and_is_not_shown():
    ghent = b.a_centre("uz-gent")
    ghent.aliases.create(text="UZ Ghent campus X", kind="learned")
    document = centre("uz-gent")
    assert document.body["aliases"] == []
    assert "campus" in building.fields_of(document.words)["title"][0]


def test_words_are_written_as_people_write_them_and_folded_for_the_engine():
    b.a_trial("iEuroEwing", title_en="Sarcomas of Ewing", conditions=["VIIIc"], at=[b.a_centre("uz-gent")])
    words = trial("ieuroewing").words
    assert words.title == ["Sarcomas of Ewing"]
    fields = building.fields_of(words)
    assert fields["title"] == ["sarcoma of ewing"]
    assert {"ieuroewing", "euro", "ewing"} <= set(fields["acronym"][0].split())
    assert {"viii", "viiic", "wholeviiic"} <= set(fields["iccc"][0].split())
    assert "ewingsarcoma" in fields["concept"][0].split()


def test_a_network_shows_its_listed_members():
    b.a_network("itcc", members=[b.a_centre("uz-gent"), b.a_centre("hidden", state="draft")])
    (document,) = building.build("network", ["itcc"])
    assert [one["centre"] for one in document.body["members"]] == ["uz-gent"]


@pytest.mark.parametrize(("kind", "most"), [("trial", 8), ("centre", 5), ("network", 3)])
def test_a_batch_of_any_size_takes_the_same_number_of_queries(kind, most):
    def grow(number):
        for _ in range(number):
            centre_ = b.a_centre(aliases=[f"alias {next(b._number)}"])
            b.a_network(members=[centre_])
            person = b.a_professional(consent=True)
            b.a_site(b.a_trial(conditions=["IVa"]), centre_, contact_person=person)

    grow(1)
    counts = []
    for more in (0, 7):
        grow(more)
        keys = building.all_keys(kind)
        with CaptureQueriesContext(connection) as queries:
            assert len(list(building.build(kind, keys))) == len(keys)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= most


def test_the_body_says_on_which_day_it_reads_differently():
    site = b.a_site(b.a_trial("T1"), b.a_centre(), said=10)
    b.a_site(site.trial, b.a_centre(), said=80)
    b.a_site(site.trial, b.a_centre(), status=None)
    assert trial("t1").changes_on == timezone.localdate() + dt.timedelta(days=11)


def test_a_body_is_brought_to_today_without_the_database(django_assert_num_queries):
    site = b.a_site(b.a_trial("T1"), b.a_centre(), said=30)
    b.a_site(site.trial, b.a_centre(), status=None)
    body = orjson.dumps(trial("t1").body)
    today = timezone.localdate()
    with django_assert_num_queries(0):
        later = on_day(orjson.loads(body), today + dt.timedelta(days=1))
    assert {one["freshness"] for one in orjson.loads(body)["sites"]} == {"fresh", "never"}
    assert {one["freshness"] for one in later["sites"]} == {"ageing", "never"}
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=1)):
        assert later == trial("t1").body


def test_a_disputed_status_stays_disputed():
    site = b.a_site(b.a_trial("T1"), b.a_centre(), said=30)
    b.says(site, "completed", said=2, by="registry")
    body = on_day(trial("t1").body, timezone.localdate() + dt.timedelta(days=300))
    assert body["sites"][0]["freshness"] == "disputed"


def test_a_dispute_has_the_latest_word_of_a_registry_as_exactly_as_it_was_said():
    site = b.a_site(b.a_trial("T1"), b.a_centre(), said=90)
    b.a_site(site.trial, b.a_centre(), said=90)
    b.says(site, "completed", said=60, by="registry", source="ISRCTN")
    b.says(
        site,
        "suspended",
        said=9,
        said_on="2026",
        by="registry",
        source="CTIS",
        source_url="https://x.example",
    )
    b.says(site, "terminated", said=1, by="registry", retracted_at=timezone.now())
    body, other = trial("t1").body["sites"]
    assert body["dispute"] == {
        "status": "suspended", "said_on": "2026", "by": "registry", "source": "CTIS",
        "source_url": "https://x.example", "implied_by": None,
    }  # fmt: skip
    assert (body["status"], other["dispute"]) == ("recruiting", None)
