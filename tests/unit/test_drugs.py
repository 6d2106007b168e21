"""The vocabulary of drugs: its files, and what a name of an intervention says of the drug behind it."""

import csv
import re

import pytest

from directory.core.fields import LANGUAGE_CODES
from directory.core.text import squash, tidy
from directory.search import drug_terms
from directory.search.concepts import VOCABULARY, read_terms, vocabulary
from directory.search.tokens import words
from trials import drugs
from trials.choices import InterventionType
from trials.models import Intervention

NOTHING = {"inn": "", "classes": [], "synonyms": []}
SOURCES = {"epar", "atc", "inn"}
# The fourth level of ATC and those above it.
ATC = re.compile(r"[A-Z]\d{2}([A-Z]([A-Z])?)?")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def names_of(drug):
    return [*drug.names.values(), *drug.synonyms, *drug.capitals]


# The files


def test_each_cell_is_tidy_and_each_source_and_class_is_known():
    for row in (*rows(drugs.DRUGS), *rows(drugs.CLASSES)):
        for cell in row.values():
            assert cell == tidy(cell), row
            assert cell.split("; ") == list(dict.fromkeys(cell.split("; "))), row
    assert {row["source"] for row in rows(drugs.DRUGS)} == SOURCES
    assert all(ATC.fullmatch(row["atc"]) for row in rows(drugs.CLASSES) if row["atc"])
    assert [one.inn for one in drugs.drugs().values() if not one.classes] == []
    known = set(drugs.classes())
    assert {name for one in drugs.drugs().values() for name in one.classes} <= known
    assert {name for one in drugs.classes().values() for name in one.wider} <= known


def test_there_are_drugs_for_every_class_and_no_class_is_wider_than_itself():
    given = {name for one in drugs.drugs().values() for name in drugs.with_wider(one.classes)}
    # What is given of it has no INN.
    assert set(drugs.classes()) - given == {"cancer vaccine"}
    for name, one in drugs.classes().items():
        assert name not in drugs.with_wider(one.wider), name


def test_a_class_has_a_name_in_each_language_and_no_two_share_one():
    owners = {}
    for one in drugs.classes().values():
        assert all(one.names[code] for code in LANGUAGE_CODES), one.name
        for code in LANGUAGE_CODES:
            for text in one.names[code]:
                owners.setdefault(squash(text), set()).add(one.name)
    assert {text: some for text, some in owners.items() if len(some) > 1} == {}


def test_no_two_drugs_share_a_name_and_none_is_called_by_a_word_of_another_meaning():
    owners = {}
    for drug in drugs.drugs().values():
        for text in names_of(drug):
            owners.setdefault(squash(text), set()).add(drug.inn)
    for one in drugs.classes().values():
        for text in (*one.capitals, *(text for texts in one.names.values() for text in texts)):
            owners.setdefault(squash(text), set()).add(one.name)
    assert {text: some for text, some in owners.items() if len(some) > 1} == {}
    others = {squash(term.text): term.concept for term in read_terms(VOCABULARY)}
    assert {text: others[text] for text in owners if text in others} == {}


def test_what_is_stored_of_it_fits_its_columns():
    for drug in drugs.drugs().values():
        made = Intervention(name=drug.inn, type="drug")
        made.describe()
        made.clean_fields(exclude=["folded"])


# Names


@pytest.mark.parametrize("inn", drugs.drugs())
def test_a_drug_is_known_by_each_of_its_names(inn):
    drug = drugs.drugs()[inn]
    for text in names_of(drug):
        said = drugs.described(text, "drug")
        if inn.startswith(f"{text} "):
            assert said["inn"] == "", text
        else:
            assert (said["inn"], said["classes"]) == (inn, list(drug.classes)), text
            assert squash(text) not in map(squash, said["synonyms"])


@pytest.mark.parametrize(
    ("name", "inn", "classes"),
    [
        ("ONC201", "dordaviprone", ["imipridone"]),
        ("ONC-201 capsules 125 mg", "dordaviprone", ["imipridone"]),
        ("DAY101", "tovorafenib", ["pan-RAF inhibitor"]),
        ("TAK 580", "tovorafenib", ["pan-RAF inhibitor"]),
        ("MK-3475", "pembrolizumab", ["PD-1 or PD-L1 inhibitor"]),
        ("LOXO-101 (larotrectinib)", "larotrectinib", ["TRK inhibitor"]),
        ("Dinutuximab beta", "dinutuximab beta", ["anti-GD2 antibody"]),
        ("ch14.18/CHO", "dinutuximab beta", ["anti-GD2 antibody"]),
        ("dinutuximab", "dinutuximab", ["anti-GD2 antibody"]),
        ("Gemtuzumab Ozogamicin", "gemtuzumab ozogamicin", ["antibody-drug conjugate", "anti-CD33 therapy"]),
        ("MTX", "methotrexate", ["antimetabolite"]),
        ("InO", "inotuzumab ozogamicin", ["antibody-drug conjugate", "anti-CD22 therapy"]),
        ("ino", "", []),
        ("Vincristine Sulfate Liposome", "vincristine", ["vinca alkaloid"]),
        ("Gemcitabine hydrochloride for injection", "gemcitabine", ["antimetabolite"]),
        ("Rituximab (R)", "rituximab", ["anti-CD20 antibody"]),
        ("Cyclofosfamide 2 x 500 mg", "cyclophosphamide", ["alkylating agent"]),
        ("tramétinib", "trametinib", ["MEK inhibitor"]),
        (
            "Dabrafenib and trametinib", "dabrafenib + trametinib", ["BRAF inhibitor", "MEK inhibitor"],
        ),
        ("Gemcitabine/Cisplatin", "gemcitabine + cisplatin", ["antimetabolite", "platinum compound"]),
        # The beginning of an INN is not the INN.
        ("Patritumab", "", []),
        ("Zilovertamab", "", []),
        # More than a drug is said, or less: no INN, but what it is of.
        ("BEAM (carmustine (BCNU), etoposide, cytarabine, melphalan)", "",
         ["alkylating agent", "topoisomerase inhibitor", "antimetabolite"]),
        ("Pembrolizumab/Vibostolimab", "", ["PD-1 or PD-L1 inhibitor"]),
        ("B7-H3-CAR T Cells", "", ["CAR T-cell therapy"]),
        ("Anti-CD19-CAR", "", ["anti-CD19 therapy"]),
        ("Asparaginase", "", ["asparaginase"]),
        ("Intrathecal chemotherapy", "", ["chemotherapy"]),
        ("Trastuzumab deruxtecan", "trastuzumab deruxtecan",
         ["antibody-drug conjugate", "anti-HER2 therapy"]),
        ("Music", "", []),
        ("Иматиниб", "", []),
        ("", "", []),
    ],
)  # fmt: skip
def test_a_name_says_what_it_says_and_no_more(name, inn, classes):
    said = drugs.described(name, "drug")
    assert (said["inn"], said["classes"]) == (inn, classes)


@pytest.mark.parametrize(
    "name",
    [
        "Placebo", "Placebo to venetoclax", "Venetoclax placebo", "Placebo for imatinib capsules",
        "Chemotherapy without rituximab", "Filgrastim or pegfilgrastim", "Prednisone-free therapy",
        "Sham dexamethasone", "cisplatin vs carboplatin", "sans vincristine", "zonder asparaginase",
        "ohne Cisplatin", "Steroid withdrawal, no prednisone",
    ],
)  # fmt: skip
def test_what_is_denied_or_left_open_says_nothing(name):
    assert drugs.described(name, "drug") == NOTHING


@pytest.mark.parametrize("kind", ["", *InterventionType.values])
def test_only_what_is_given_is_a_drug(kind):
    """`Vincristine levels` is a test, a leaflet about imatinib an education."""
    is_given = kind in ("", "drug", "biological", "genetic", "combination_product", "radiation")
    assert drugs.described("Imatinib", kind)["inn"] == ("imatinib" if is_given else "")


def test_synonyms_are_of_one_drug_and_leave_out_the_name_itself():
    assert drugs.described("Ojemda")["synonyms"] == ["DAY101", "TAK-580", "MLN2480", "BIIB-024"]
    assert drugs.described("dabrafenib, trametinib")["synonyms"] == []


def test_what_an_editor_wrote_is_not_described_again():
    one = Intervention(name="ONC201", type="drug", classes=["DRD2 antagonist, they say"])
    one.describe()
    assert (one.inn, one.classes, one.synonyms) == ("", ["DRD2 antagonist, they say"], [])


@pytest.mark.parametrize(
    ("language", "inn", "name"),
    [
        ("en", "MEK inhibitor", "trametinib"), ("nl", "MEK-remmer", "trametinib"),
        ("fr", "inhibiteur de MEK", "tramétinib"), ("de", "MEK-Inhibitor", "trametinib"),
    ],
)  # fmt: skip
def test_pages_call_drugs_and_classes_in_their_language(language, inn, name):
    assert drugs.class_name("MEK inhibitor", language) == inn
    assert drugs.inn_name("trametinib", language) == name
    assert drugs.inn_name("dabrafenib + unheardof", "fr") == "dabrafénib + unheardof"
    assert drugs.class_name("an editor's class", language) == "an editor's class"


# As terms


def meant(text):
    spans = vocabulary().spans(words(text))
    return {concept for span in spans for concept in span.concepts} if len(spans) == 1 else spans


@pytest.mark.parametrize("inn", drugs.drugs())
def test_each_name_of_a_drug_is_a_term_for_it(inn):
    for text in names_of(drugs.drugs()[inn]):
        assert meant(text) == {squash(inn)}, text
        if re.search(r"\d", text) and " " not in text:
            joined = re.sub(r"[^\w]", "", text)
            assert squash(inn) in vocabulary().concepts_in(joined), joined


@pytest.mark.parametrize("name", drugs.classes())
def test_each_name_of_a_class_is_a_term_for_it(name):
    one = drugs.classes()[name]
    for text in (*one.capitals, *(text for texts in one.names.values() for text in texts)):
        assert meant(text) == {squash(name)}, text


def test_a_drug_stands_for_its_classes_and_a_class_for_the_wider_ones_never_the_other_way():
    assert drug_terms.with_classes(["tovorafenib"]) == {
        "tovorafenib", "panrafinhibitor", "brafinhibitor", "kinaseinhibitor", "targetedtherapy",
    }  # fmt: skip
    assert drug_terms.with_classes(["brafinhibitor"]) == {
        "brafinhibitor", "kinaseinhibitor", "targetedtherapy",
    }  # fmt: skip
    assert drug_terms.with_classes(["neuroblastoma", "gd2"]) == {"neuroblastoma", "gd2"}
    assert drug_terms.drugs_meant(["brafinhibitor"], ["tovorafenib", "trametinib"]) == ["tovorafenib"]
