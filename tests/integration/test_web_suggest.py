"""Suggestions while typing: in the page's language, of public records only, kept nowhere."""

import datetime as dt

import pytest
from django.utils import formats, timezone, translation

from directory.search import service
from tests.builders import a_centre, a_site, a_trial
from tests.journeys.world import belgium
from trials.models import Intervention, TrialIntervention

pytestmark = pytest.mark.django_db
LONG = "Quite a long title of a study that nobody gave an acronym"


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def suggested(client, text, language="en"):
    answer = client.get(f"/{language}/suggest/", {"q": text})
    assert answer.status_code == 200
    return answer.json()


def day(ago, language="en"):
    """The day so many days ago, as pages in that language write it."""
    with translation.override(language):
        return formats.date_format(timezone.localdate() - dt.timedelta(days=ago), "DATE_FORMAT")


def gives(trial, several):
    for place, (name, kind) in enumerate(several):
        made = Intervention.objects.create(name=name, type=kind)
        TrialIntervention.objects.create(trial=trial, intervention=made, position=place)


def test_an_acronym_leads_to_its_trial(client):
    belgium()
    assert suggested(client, "ieuro")["found"] == [
        {
            "label": "iEuroEwing", "detail": f"Recruiting, confirmed on {day(5)}: 1 of 2 centres in Belgium",
            "kind": "trial", "url": "/en/trials/ieuroewing/", "mark": "status-open mark-confirmed_in_time",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said", "by", "detail", "mark"),
    [
        ("en", 400, "sponsor", "Recruiting on {day}, not confirmed since: 2 centres in Belgium", "old"),
        ("nl", 400, "coordinator", "Rekruteerde op {day}, sindsdien niet bevestigd: 2 centra in België",
         "old"),
        ("fr", 3, "registry",
         "Recrutement ouvert le {day}, non confirmé par un centre\u00a0: 2 centres en Belgique",
         "never_confirmed"),
        ("de", 3, "editor", "Rekrutierte am {day}, von keinem Zentrum bestätigt: 2 Zentren in Belgien",
         "never_confirmed"),
    ],
)  # fmt: skip
def test_a_suggestion_says_how_old_its_status_is(client, language, said, by, detail, mark):
    trial = a_trial("Zebra")
    for centre in (a_centre(), a_centre()):
        a_site(trial, centre, said=said, by=by)
    service.rebuild()
    [one] = suggested(client, "zebr", language)["found"]
    assert one["detail"] == detail.format(day=day(said, language))
    assert one["mark"] == f"status-open mark-{mark}"


@pytest.mark.parametrize(
    ("language", "sites", "whole", "detail"),
    [
        ("en", ["recruiting"], "completed", "Recruiting, confirmed on {day}: 1 centre in Belgium"),
        ("en", ["recruiting", "recruiting", "completed"], "unknown",
         "Recruiting, confirmed on {day}: 2 centres in Belgium"),
        ("nl", ["recruiting"], "recruiting", "Rekruteert, bevestigd op {day}: 1 centrum in België"),
        ("fr", ["recruiting", "recruiting"], "recruiting",
         "Recrutement ouvert, confirmé le {day}\u00a0: 2 centres en Belgique"),
        ("de", ["recruiting"], "recruiting", "Rekrutiert, bestätigt am {day}: 1 Zentrum in Belgien"),
        ("en", ["completed", "completed"], "recruiting",
         "Completed, confirmed on {day}: 2 centres in Belgium"),
        ("en", ["suspended", "completed"], "recruiting",
         "Suspended, confirmed on {day}: 1 centre in Belgium"),
        ("en", [], "recruiting", "whole trial: Recruiting, no day recorded"),
        ("en", [None], "completed",
         "status not known at 1 centre in Belgium, whole trial: Completed, no day recorded"),
    ],
)  # fmt: skip
def test_a_trial_says_whether_it_recruits_in_belgium_and_at_how_many_centres(
    client, language, sites, whole, detail
):
    trial = a_trial("Zebra", status=whole)
    for status in sites:
        a_site(trial, a_centre(), status=status)
    a_site(trial, a_centre("utrecht", country="NL", postal_code="3584"), status="recruiting")
    service.rebuild()
    [one] = suggested(client, "zebr", language)["found"]
    assert (one["label"], one["detail"]) == ("Zebra", detail.format(day=day(0, language)))


def test_a_number_leads_to_its_trial_and_is_shown_as_its_registry_writes_it(client):
    belgium()
    [one] = suggested(client, "nct 0430")["found"]
    assert (one["label"], one["url"]) == ("ALLTogether1", "/en/trials/alltogether1/")
    assert one["detail"].startswith("NCT04307576 · ")
    [one] = suggested(client, "2018-0017")["found"]
    assert one["detail"].startswith("2018-001795-38 · ")


def test_what_recruits_is_offered_before_what_is_over_even_inside_a_name(client):
    ghent = a_centre("uz-gent")
    a_trial("ZEBRA 2008", at=[(ghent, "completed")], status="completed")
    a_trial("Zebra soon", at=[(ghent, "not_yet_recruiting")], status="not_yet_recruiting")
    a_trial("iBigZebra", at=[ghent], status="unknown")
    a_trial("Zebra abroad", at=[a_centre("utrecht", country="NL", postal_code="3584")])
    a_trial("Draft Zebra", at=[ghent], state="draft")
    service.rebuild()
    labels = [one["label"] for one in suggested(client, "zebra")["found"]]
    assert labels == ["iBigZebra", "Zebra soon", "Zebra abroad", "ZEBRA 2008"]


def test_many_trials_leave_room_for_what_else_begins_so(client):
    ghent = a_centre("uz-gent")
    for number in range(12):
        a_trial(f"Neuro{number:02}", at=[ghent])
    service.rebuild()
    kinds = [one["kind"] for one in suggested(client, "neuro")["found"]]
    assert kinds[:7] == ["trial"] * 6 + ["disease"]
    assert kinds[7] != "trial"


def test_a_trial_without_an_acronym_is_named_in_the_pages_language(client):
    a_trial("", slug="long", title_en=LONG, title_nl="Een heel lange naam van een studie die er toe doet")
    service.rebuild()
    assert suggested(client, LONG[:12], "nl")["found"][0]["label"].startswith("Een heel lange naam")
    assert suggested(client, LONG[:12], "fr")["found"][0]["label"] == LONG


def test_a_medicine_that_a_listed_trial_gives_is_offered_and_no_other_intervention(client):
    gives(a_trial("Listed"), [("Zebrazumab", "drug"), ("Zebra therapy for parents", "behavioral")])
    gives(a_trial("Hidden", state="draft"), [("Zebrafenib", "drug")])
    service.rebuild()
    assert [(one["kind"], one["label"]) for one in suggested(client, "zebra")["found"]] == [
        ("drug", "Zebrazumab")
    ]


@pytest.mark.parametrize(
    ("language", "typed", "label", "detail", "kind"),
    [
        ("en", "blincy", "blinatumomab", "Blincyto", "drug"),
        ("nl", "kymr", "tisagenlecleucel", "Kymriah", "geneesmiddel"),
        ("fr", "régora", "régorafénib", "", "médicament"),
        ("fr", "rego", "régorafénib", "", "médicament"),
        ("nl", "ntrk", "NTRK-fusie", "", "genetische afwijking"),
        ("fr", "ntrk", "fusion NTRK", "", "altération"),
        ("de", "k27m", "H3 K27M", "", "Veränderung"),
        ("nl", "stamcel", "stamceltransplantatie", "", "behandeling"),
    ],
)
def test_drugs_treatments_and_alterations_are_named_in_the_pages_language(
    client, language, typed, label, detail, kind
):
    belgium()
    one = suggested(client, typed, language)["found"][0]
    assert (one["label"], one["detail"], one["url"]) == (label, detail, "")
    assert kind.split()[-1] in one["kind"]


def test_a_centre_leads_to_its_page_and_is_named_in_the_pages_language(client):
    belgium()
    found = suggested(client, "uz-gent", "fr")["found"]
    assert found[0]["label"] == "Hôpital universitaire de Gand"
    assert found[0]["kind"] == "centre"
    assert found[0]["url"] == "/fr/centres/uz-gent/"


@pytest.mark.parametrize(
    ("language", "typed", "label", "kind"),
    [
        ("en", "neurobl", "neuroblastoma", "disease"),
        ("nl", "botk", "botkanker", "ziekte"),
        ("fr", "neurobl", "neuroblastome", "maladie"),
        ("de", "neurobl", "neuroblastom", "Erkrankung"),
    ],
)
def test_a_disease_is_a_word_to_search_with_in_the_pages_language(client, language, typed, label, kind):
    belgium()
    first = next(one for one in suggested(client, typed, language)["found"] if one["kind"] == kind)
    assert first["label"].lower() == label
    assert first["url"] == ""


def test_the_number_of_suggestions_is_said_for_who_cannot_see_them(client):
    belgium()
    assert suggested(client, "ieuro")["said"] == "1 suggestion; choose with the arrow keys."
    assert suggested(client, "qqqqqqq")["said"] == "No suggestions."
    assert suggested(client, "ieuro", "nl")["said"] == "1 suggestie; kies met de pijltjestoetsen."


def test_at_most_eight_are_offered(client):
    for number in range(12):
        a_trial(f"Bulk{number:02}")
    belgium()
    assert len(suggested(client, "bulk")["found"]) == 8


@pytest.mark.parametrize("text", ["", " ", "\0", "x" * 10_000, "%", "(((", "‮", "AND OR", "<script>"])
def test_what_cannot_be_searched_has_no_suggestions(client, text):
    belgium()
    assert suggested(client, text)["found"] == []


def test_nothing_is_suggested_without_an_index(client):
    a_centre("uz-gent")
    assert suggested(client, "gent")["found"] == []


def test_no_browser_proxy_or_cache_keeps_the_answer(client):
    belgium()
    answer = client.get("/en/suggest/?q=ewing")
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer


def test_nothing_typed_is_logged(client, caplog, capfd):
    belgium()
    client.get("/en/suggest/?q=zkanarie")
    out, err = capfd.readouterr()
    assert "zkanarie" not in caplog.text + out + err


def test_only_reading_is_allowed(client):
    assert client.post("/en/suggest/", {"q": "ewing"}).status_code == 405


@pytest.mark.parametrize("path", ["/en/", "/nl/trials/?q=ewing"])
def test_without_a_script_the_box_is_a_plain_one(client, path):
    belgium()
    page = client.get(path).content.decode()
    assert 'data-suggest="' in page
    assert "combobox" not in page
    assert "listbox" not in page
