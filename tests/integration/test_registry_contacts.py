"""Whom a registry names: a role may be shown, of a person nothing is kept anywhere."""

import io
import json

import pytest
from django.apps import apps

from centres.rights import own_apps
from directory.core.models import Change
from directory.imports.report import report
from directory.search import service
from tests.builders import a_trial, an_editor
from tests.sheets import a_csv, applied, planned
from tests.support.registry_rows import stored
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.models import Trial
from trials.sources import contacts, ctis, sync

pytestmark = pytest.mark.django_db
NUMBER = "NCT01234567"
CANARY = "Zkanarie"
PERSON = {
    "name": f"Prof. {CANARY} Example, MD", "role": "CONTACT", "email": f"{CANARY}@example.org",
    "phone": "+32 9 000 47 11",
}  # fmt: skip
DIGITS = "47 11"


@pytest.mark.parametrize(
    "name",
    [
        "Clinical Trial Office",
        "Study contact",
        "Toll Free Number",
        "Contact-US",
        "Trial Information Desk",
        "Paediatric Oncology, Clinical Trials Unit",
        "Study Contact (Central)",
        "Recherche Example Inc.",
        "Centre, Example University",
    ],
)
def test_a_name_of_words_that_roles_and_organisations_have_is_a_role(name):
    sponsor = "ITCC, Example University, Recherche Example Inc."
    assert contacts.is_role(name, sponsor)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Jane Example",
        "Dr. Jane Example, Clinical Trial Office",
        "Prof Example",
        "J. Example",
        "De Sa",
        "Jane",
        "123",
        "Example",
        "clinical" * 40,
    ],
)
def test_a_name_with_any_other_word_may_be_a_person(name):
    assert not contacts.is_role(name)


def test_a_sponsor_that_may_be_a_person_lends_its_words_to_nobody():
    assert not contacts.is_role("Jane Example, study contact", "Jane Example")
    assert not contacts.is_role("Example study contact", "Example Hospital")
    assert contacts.is_role("Hospital Example", "Example Hospital")


PERSONS = [
    ("Jan Peeters, Coordinator", "Prof. Jan Peeters, University Hospital Ghent"),
    ("Prof. Jan Peeters, University Hospital Ghent", "Prof. Jan Peeters, University Hospital Ghent"),
    ("Jan Peeters, University Hospital Ghent", "Jan Peeters, University Hospital Ghent"),
    ("Jan Peeters - University Hospital Ghent", "Jan Peeters - University Hospital Ghent"),
    ("Jan Peeters (Coordinator)", "Jan Peeters (University Hospital Ghent)"),
    ("Jean Dupont, Director", "Fondation Jean Dupont"),
    ("Jean Dupont", "Fondation Jean Dupont"),
    ("Directeur Jean Dupont", "Fondation Jean Dupont"),
    ("Jean Dupont Clinical Trial Office", "Fondation Jean Dupont"),
    ("Jean Dupont Hospital", "Fondation Jean Dupont"),
    ("Dr Jean Dupont Fondation", "Dr Jean Dupont Fondation"),
    ("Klara Beispiel, Studienleitung", "Stiftung Klara Beispiel gGmbH"),
    ("Herr Beispiel Klinik GmbH", "Herr Beispiel Klinik GmbH"),
    ("Mevr. Voorbeeld, Ziekenhuis Voorbeeld", "Ziekenhuis Voorbeeld"),
    ("PI Example Hospital", "PI Example Hospital"),
    ("J. P., Coordinator", "J. P. Hospital"),
    ("A. van der Call", "University A"),
    ("De La, Manager", "Example Hospital"),
    ("Toll, Director", "Toll Institute"),
    ("Van Call", ""),
    ("Example MD", "Example Hospital"),
    ("Jane Example\nStudy contact", "Hospital Jane Example"),
    ("Study contact: jane.example@example.org", "Hospital Jane Example"),
]


@pytest.mark.parametrize(("name", "sponsor"), PERSONS)
def test_a_person_is_none_the_less_one_where_the_sponsor_is_called_after_them_or_names_them(name, sponsor):
    assert not contacts.is_role(name, sponsor)
    found = contacts.contact([(name, "trials@example.org", "+32 9 332 21 11")], sponsor)
    assert set(found.values()) == {""}


@pytest.mark.parametrize(
    ("name", "sponsor"),
    [
        ("Fondation Jean Dupont", "Fondation Jean Dupont"),
        ("Universitair Ziekenhuis Voorbeeld, Clinical Trial Unit", "Universitair Ziekenhuis Voorbeeld"),
        ("University Hospital Ghent", "Prof. Jan Peeters, University Hospital Ghent"),
    ],
)
def test_the_sponsor_by_its_whole_name_is_an_organisation(name, sponsor):
    assert contacts.is_role(name, sponsor)


@pytest.mark.parametrize(
    "mailbox",
    ["jan.peeters", "peeters.hospital", "j.p", "a.manager", "trials+jan.peeters", "janpeeters", "de.la"],
)
def test_a_mailbox_that_is_named_after_a_person_is_none_of_a_role_whatever_the_sponsor_is(mailbox):
    found = contacts.contact(
        [("Study contact", f"{mailbox}@example.org", "+32 9 332 21 11")], "Jan Peeters Hospital"
    )
    assert (found["Central Mailbox"], found["Central Telephone"]) == ("", "+3293322111")


SHEET = {
    "NCT Number": NUMBER, "Study Title": "Of kiwis", "Study Status": "RECRUITING", "Conditions": "Leukemia",
    "Sponsor": "Jan Peeters Hospital", "Age": "7 Years to 12 Years",
}  # fmt: skip


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (("Jan Peeters", "jan.peeters@example.org", "+32 9 332 21 11"), ("", "", "")),
        (("Jan Peeters, Coordinator", "trials@example.org", "+32 9 332 21 11"), ("", "", "")),
        (("", "jan.peeters@example.org", "+32 9 332 21 11"), ("", "", "")),
        (
            ("Study contact", "jan.peeters@example.org", "+32 9 332 21 11"),
            ("Study contact", "", "+3293322111"),
        ),
        (("Study contact", "trials@example.org", ""), ("Study contact", "trials@example.org", "")),
    ],
)
def test_a_sheet_that_was_handed_in_brings_no_person_either(is_new, cells, kept):
    if not is_new:
        a_trial("KIWI", identifiers=[NUMBER])
    row = dict(zip(contacts.HEADER, cells, strict=True))
    applied(a_csv(SHEET | row), kind="", user=an_editor(), choices={"take_all": "take"} if is_new else {})
    trial = Trial.objects.get()
    assert (trial.contact_role, trial.contact_email, trial.contact_phone) == kept
    assert bool(trial.contact_source) == any(kept)
    kept_of_it = str([*Trial.objects.values(), *Change.objects.values()]).casefold()
    assert "peeters@" not in kept_of_it
    assert "jan.peeters" not in kept_of_it


@pytest.mark.parametrize(
    ("email", "phone", "kept"),
    [
        ("trials@example.org", "+32 9 332 21 11", ("trials@example.org", "+3293322111")),
        ("jane.example@example.org", "+32 9 332 21 11", ("", "+3293322111")),
        ("trials@example.org", "855-907-3286", ("trials@example.org", "")),  # of which country?
        ("no address", "+32 9 332 21 11 ext. 3", ("", "+3293322111")),
    ],
)
def test_of_a_role_its_mailbox_and_a_number_with_its_country_are_kept(email, phone, kept):
    found = contacts.contact([("Clinical Trial Office", email, phone)], "")
    assert (found["Central Mailbox"], found["Central Telephone"]) == kept


def test_the_first_role_that_can_be_reached_is_the_contact():
    person = ("Jane Example", "trials@example.org", "+32 9 332 21 11")
    silent = ("Study contact", "", "")
    by_mail = ("  Clinical \n Trial Office ", " trials@example.org ", "")
    by_phone = ("Helpdesk", "", "+32 9 332 21 11")
    assert contacts.contact([person, silent, by_mail, by_phone], "") == {
        "Central Contact": "Clinical Trial Office", "Central Mailbox": "trials@example.org",
        "Central Telephone": "",
    }  # fmt: skip
    assert contacts.contact([silent, by_phone, by_mail], "")["Central Contact"] == "Helpdesk"
    assert set(contacts.contact([], "").values()) == {""}


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("+32 9 332 21 11", "+3293322111"), ("0032 9 332 21 11", "+3293322111"),
        ("00 32 9 332 21 11", "+3293322111"), ("  +49 30 901820", "+4930901820"),
        ("09 332 21 11", ""), ("+0 9 332 21 11", ""), ("32 9 332 21 11", ""), ("+32", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_number_is_kept_where_it_says_of_which_country_it_is(phone, kept):
    assert contacts.contact([("Helpdesk", "trials@example.org", phone)], "")["Central Telephone"] == kept


def test_a_name_of_more_than_200_letters_is_none():
    assert contacts.is_role(f"study {'contact ' * 24}us")
    assert len(f"study {'contact ' * 24}us") == 200
    assert not contacts.is_role(f"study {'contact ' * 24}us.")


def test_what_stands_between_words_says_nothing_by_itself():
    assert not contacts.is_role("for the us")
    assert not contacts.is_role("Study contact, call us")
    assert contacts.is_role("Call the study contact")
    assert contacts.is_role("Study contact (24)"), "a number is no word"


def test_whoever_cannot_be_reached_is_no_contact():
    assert contacts.contact([("Clinical Trial Office", "", "123")], "") == dict.fromkeys(contacts.HEADER, "")


def a_study_with_persons():
    place = GENT | {"contacts": [PERSON]}
    study = a_study(NUMBER, places=[place], contacts_locations={"centralContacts": [PERSON]})
    study["protocolSection"]["contactsLocationsModule"]["overallOfficials"] = [
        {"name": PERSON["name"], "affiliation": CANARY, "role": "PRINCIPAL_INVESTIGATOR"}
    ]
    study["protocolSection"]["sponsorCollaboratorsModule"]["responsibleParty"] = {
        "type": "PRINCIPAL_INVESTIGATOR", "investigatorFullName": PERSON["name"],
    }  # fmt: skip
    return study


def everything():
    """All rows of all our tables, as text."""
    models = [one for one in apps.get_models() if one._meta.app_label in own_apps()]
    return "\n".join(str(row) for model in models for row in model._default_manager.values())


def is_clean(text):
    return CANARY.casefold() not in text.casefold() and "+329000" not in text and DIGITS not in text


ADDRESSES = (
    "/en/trials/kiwi/", "/nl/trials/kiwi/print/", "/en/trials/results.csv", "/en/trials/results.ris",
    "/en/trials/", "/api/v1/trials/kiwi/", "/api/v1/trials/", "/api/v1/changes/?since=0",
)  # fmt: skip


def test_a_person_of_a_registry_is_nowhere(client, index_dir):
    """Not in a table (receipts and the change log among them), a page, the API, a file or the index."""
    a_trial("KIWI", identifiers=[NUMBER], title_en="Of kiwis")
    study = json.dumps(a_study_with_persons())
    run = stored(planned(study, kind="", name="study.json", user=an_editor()))
    sync.follow(CTGOV, answers(a_study_with_persons()))
    assert Trial.objects.get().sponsor == "Example Sponsor"
    assert (Trial.objects.get().contact_role, run.rows.get().outcome) == ("", "update")
    assert is_clean(everything())
    service.rebuild()
    for address in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert is_clean(text.decode()), address
    for asked in (CANARY, "+3290004711"):
        assert client.get("/api/v1/trials/", {"q": asked}).json()["results"] == [], asked
    assert is_clean(io.BytesIO(b"".join(report(run))).getvalue().decode("latin-1"))
    kept = [path for path in index_dir.rglob("*") if path.is_file()]
    assert kept
    assert all(CANARY.lower().encode() not in path.read_bytes().lower() for path in kept)


def test_a_record_of_ctis_names_a_role_or_the_organisation_with_its_mailbox():
    assert ctis_contact("Clinical Trial Office", "trials@example.org") == {
        "Central Contact": "Clinical Trial Office", "Central Mailbox": "trials@example.org",
        "Central Telephone": "+3293322111",
    }  # fmt: skip
    assert ctis_contact(PERSON["name"], "trials@example.org") == {
        "Central Contact": "Example Hospital", "Central Mailbox": "trials@example.org",
        "Central Telephone": "",
    }  # fmt: skip
    assert ctis_contact(PERSON["name"], PERSON["email"]) == dict.fromkeys(contacts.HEADER, "")


def ctis_contact(name, email):
    person = {"functionalName": name, "functionalEmailAddress": email, "telephone": "+32 9 332 21 11"}
    sponsor = {"primary": True, "organisation": {"name": "Example Hospital"}, "publicContacts": [person]}
    record = {"ctNumber": "2024-512345-67-00", "ctStatus": 4, "authorizedPartI": {"sponsors": [sponsor]}}
    cells = ctis.read(record).cells
    return {name: cells[name] for name in contacts.HEADER}
