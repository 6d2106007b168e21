"""What a physician must not misread is said in each of the four languages, on the page where it counts."""

import html
import re

import pytest

from tests.builders import a_centre, a_site, a_trial
from tests.journeys.world import belgium

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]

# Written here by hand, so that a catalogue that loses or alters one of these sentences is noticed.
SAID = {
    "trials/ieuroewing/": {
        "en": ["Recruiting", "Suspended", "disputed"],
        "nl": ["Rekruteert", "Opgeschort", "betwist"],
        "fr": ["Recrutement ouvert", "Suspendu", "contesté"],
        "de": ["Rekrutiert", "Ausgesetzt", "strittig"],
    },
    "trials/beacon2/": {
        "en": ["not verified in the last 90 days: ring before you refer"],
        "nl": ["niet bevestigd in de laatste 90 dagen: bel voor u verwijst"],
        "fr": ["non vérifié ces 90 derniers jours : appelez avant d’adresser un patient"],
        "de": ["in den letzten 90 Tagen nicht bestätigt: Rufen Sie vor der Überweisung an"],
    },
    "trials/alltogether1/": {
        "en": ["Nobody has stated whether this centre recruits.", "ring the centre's switchboard"],
        "nl": [
            "Niemand heeft opgegeven of dit centrum rekruteert.",
            "bel de telefooncentrale van het centrum",
        ],
        "fr": ["Personne n’a déclaré si ce centre recrute.", "appelez le central du centre"],
        "de": [
            "Niemand hat angegeben, ob dieses Zentrum rekrutiert.",
            "Rufen Sie die Zentrale des Zentrums an",
        ],
    },
    "trials/?q=ewing&phase=phase4": {
        "en": ["No trials found", "other trials may be open, in Belgium or abroad. Call a centre"],
        "nl": ["Geen studies gevonden", "in België of in het buitenland. Bel een centrum"],
        "fr": ["Aucune étude trouvée", "en Belgique ou à l’étranger. Appelez un centre"],
        "de": ["Keine Studien gefunden", "andere Studien offen sein. Rufen Sie ein Zentrum an"],
    },
    "": {
        "en": ["Find a trial for a child with cancer"],
        "nl": ["Vind een studie voor een kind met kanker"],
        "fr": ["Trouver une étude pour un enfant atteint d’un cancer"],
        "de": ["Eine Studie für ein krebskrankes Kind finden"],
    },
    "trials/nothing-at-all/": {
        "en": ["There is no page at this address, or it is not public."],
        "nl": ["Op dit adres staat geen pagina, of ze is niet openbaar."],
        "fr": ["Il n’y a pas de page à cette adresse, ou elle n’est pas publique."],
        "de": ["Unter dieser Adresse gibt es keine Seite, oder sie ist nicht öffentlich."],
    },
}
EVERYWHERE = {
    "en": ("a signpost, not medical advice", "Do not type anything that identifies a patient."),
    "nl": ("een wegwijzer, geen medisch advies", "Typ niets waaraan een patiënt te herkennen is."),
    "fr": ("il ne donne pas d’avis médical", "Ne tapez rien qui permette d’identifier un patient."),
    "de": (
        "ein Wegweiser, kein ärztlicher Rat",
        "Geben Sie nichts ein, woran ein Patient zu erkennen ist.",
    ),
}
LANGUAGES = tuple(EVERYWHERE)


def words_of(client, language, path):
    """The page as it is read: without markup, with single spaces."""
    answer = client.get(f"/{language}/{path}")
    assert answer.status_code in (200, 404)
    text = html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return re.sub(r"[\s\u00a0\u202f]+", " ", text)


@pytest.fixture
def world():
    return belgium()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", SAID)
def test_what_counts_is_said_in_the_readers_language(client, world, path, language):
    shown = words_of(client, language, path)
    for sentence in SAID[path][language]:
        assert sentence in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", SAID)
def test_no_warning_of_another_language_stands_on_the_page(client, world, path, language):
    shown = words_of(client, language, path)
    others = [one for other in LANGUAGES if other != language for one in EVERYWHERE[other]]
    assert [one for one in others if one in shown] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["", "trials/", "trials/ieuroewing/", "centres/uz-gent/", "networks/"])
def test_each_page_says_that_it_is_no_advice(client, world, path, language):
    assert EVERYWHERE[language][0] in words_of(client, language, path)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["", "trials/"])
def test_where_something_is_typed_the_page_asks_to_leave_the_patient_out(client, world, path, language):
    assert EVERYWHERE[language][1] in words_of(client, language, path)


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Not recruiting at any Belgian centre of this directory"),
        ("nl", "Rekruteert in geen enkel Belgisch centrum van deze gids"),
        ("fr", "Aucun recrutement ouvert dans les centres belges de ce répertoire"),
        ("de", "Rekrutiert an keinem belgischen Zentrum dieses Verzeichnisses"),
    ],
)
def test_a_trial_that_recruits_nowhere_says_so_whatever_its_registry_says(client, language, says):
    a_site(a_trial("Closed", slug="closed", status="recruiting"), a_centre(), status="completed")
    assert says in words_of(client, language, "trials/closed/")


@pytest.mark.parametrize(
    ("sites", "says", "abroad"),
    [
        ([("BE", "recruiting"), ("NL", "recruiting")], "Recruiting at 1 centre in Belgium", 1),
        ([("BE", "completed"), ("NL", "recruiting")], "Not recruiting at any Belgian centre", 1),
        ([("BE", "unknown"), ("BE", "completed")], "Not known whether it recruits in Belgium", 0),
        ([("NL", "recruiting"), ("NL", "recruiting")], "No Belgian centre is known for this trial", 2),
        ([("NL", "completed")], "No Belgian centre is known for this trial", 0),
    ],
)
def test_the_head_of_a_trial_speaks_of_belgium_and_names_what_is_abroad_apart(client, sites, says, abroad):
    trial = a_trial("T", slug="t")
    for number, (country, status) in enumerate(sites):
        a_site(trial, a_centre(f"c-{number}", country=country, postal_code="3584"), status=status)
    said = words_of(client, "en", "trials/t/")
    assert says in said
    assert (f"recruiting at {abroad} centre" in said) == bool(abroad)
