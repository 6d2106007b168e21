"""For which diseases a trial is: its list and classes come before the words of its title."""

import pytest

from directory.core.text import squash
from directory.search.concepts import vocabulary
from directory.search.kinship import NO_DISEASE, diseases, families
from directory.search.recorded_diseases import recorded_diseases


def named(listed=(), title="", codes=()):
    """The English names of the diseases, and of the families that the classes bound."""
    found = recorded_diseases(listed, [title] if title else [], codes)
    return tuple({vocabulary().preferred(one, "en") for one in several} for several in found)


LIGHTBEAM = [
    "B-cell Acute Lymphoblastic Leukemia", "Diffuse Large B-cell Lymphoma", "Burkitt Lymphoma",
    "Neuroblastoma", "Ewing Sarcoma",
]  # fmt: skip


def test_a_title_adds_nothing_to_a_list():
    title = "Zilovertamab Vedotin in Hematologic Malignancies or Solid Tumors"
    assert named(LIGHTBEAM, title) == (
        {
            "B-cell precursor ALL", "diffuse large B-cell lymphoma", "Burkitt lymphoma", "neuroblastoma",
            "Ewing sarcoma",
        },
        set(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("listed", "title", "codes", "expected"),
    [
        (["Leukemia", "Lymphoma"], "Acute Lymphoblastic Leukemia or Lymphoblastic Non-Hodgkin's Lymphoma",
         ["Ia", "IIb"], {"acute lymphoblastic leukaemia", "lymphoblastic lymphoma"}),
        (["Glioma"], "Abemaciclib in High-grade Glioma", ["IIIb", "IIId"], {"high-grade glioma"}),
        (["Lymphoma, Non-Hodgkin"], "Ibrutinib in Mature B-cell Non-Hodgkin Lymphoma", ["IIb"],
         {"mature B-cell non-Hodgkin lymphoma"}),
        # The title says the wide word as well: what it names is an example.
        (["Solid Tumors"], "Solid Tumors, Including Neuroblastoma", [], {"solid tumour"}),
        (["Acute lymphoblastic leukaemia"], "ALL of precursor B cells and other leukaemia", ["Ia"],
         {"acute lymphoblastic leukaemia"}),
    ],
)  # fmt: skip
def test_a_title_says_more_exactly_what_the_list_says_widely(listed, title, codes, expected):
    assert named(listed, title, codes)[0] == expected


@pytest.mark.parametrize(
    ("text", "disease"),
    [
        ("Leukemia, Myeloid, Acute", "acute myeloid leukaemia"),
        ("Leukemia, Lymphocytic, Acute", "acute lymphoblastic leukaemia"),
        ("Leukemia, Promyelocytic, Acute", "acute promyelocytic leukaemia"),
        ("Leukemia, Myelomonocytic, Juvenile", "juvenile myelomonocytic leukaemia"),
        ("Lymphoma, Non-Hodgkin", "non-Hodgkin lymphoma"),
        ("Lymphoma, Large B-Cell, Diffuse", "diffuse large B-cell lymphoma"),
        ("Lymphoma, Large-Cell, Anaplastic", "anaplastic large cell lymphoma"),
        ("Sarcoma, Ewing", "Ewing sarcoma"),
        ("Sarcoma, Synovial", "synovial sarcoma"),
        ("Histiocytosis, Langerhans-Cell", "Langerhans cell histiocytosis"),
        ("Carcinoma, Hepatocellular", "hepatocellular carcinoma"),
        ("Rhabdomyosarcoma, Alveolar", "alveolar rhabdomyosarcoma"),
        ("ACUTE LYMPHOBLASTIC LEUKEMIA", "acute lymphoblastic leukaemia"),
        ("Relapsed AML", "acute myeloid leukaemia"),
        ("Standard-risk relapsed ALL", "acute lymphoblastic leukaemia"),
        ("ALL", "acute lymphoblastic leukaemia"),
        ("NB", "neuroblastoma"),
        ("Neoplasms", "childhood cancer"),
        ("All Tumor Types", "childhood cancer"),
        ("relapsed or refractory paediatric malignancies", "childhood cancer"),
        ("Wilms' Tumor", "Wilms tumour"),
        ("Acute Leukemia", "acute leukaemia"),
    ],
)
def test_a_term_is_read_as_registries_write_it(text, disease):
    assert named([text]) == ({disease}, set())


@pytest.mark.parametrize(
    "text", ["ALL TUMOURS OF THE SKIN", "Fertility", "Cancer Survivors", "", "Advanced Non CNS Tumors"]
)
def test_what_names_no_disease_is_none(text):
    assert named([text]) == (set(), set())


def test_two_diseases_in_one_term_stay_two():
    assert named(["Burkitt lymphoma, Hodgkin lymphoma"])[0] == {"Burkitt lymphoma", "Hodgkin lymphoma"}
    assert named(["Ewing's Sarcoma/Soft Tissue Sarcoma"])[0] == {"Ewing sarcoma", "soft tissue sarcoma"}


def test_a_family_counts_for_the_recorded_classes_alone_and_where_there_are_none_as_a_whole():
    assert named(["acute leukaemia"], codes=["Ia", "Ib"]) == (set(), {"acute leukaemia"})
    assert named(["acute leukaemia"]) == ({"acute leukaemia"}, set())


def test_a_listed_family_outside_the_classes_counts_where_the_title_speaks_of_it():
    listed, title = ["Leukemia", "Lymphoma"], "Ponatinib in Leukemias and Lymphomas"
    assert named(listed, title, ["I"]) == ({"lymphoma"}, {"leukaemia"})
    assert named(listed, "Blood of Children With Acute Lymphoblastic Leukemia", ["Ia"]) == (
        {"acute lymphoblastic leukaemia"},
        set(),
    )


def test_without_a_list_the_title_counts_within_the_classes():
    title = "Leukemia or Hodgkin lymphoma"
    assert named(title=title, codes=["IIa"]) == ({"Hodgkin lymphoma"}, set())
    assert named(title=title) == ({"leukaemia", "Hodgkin lymphoma"}, set())


@pytest.mark.parametrize("concept", sorted(diseases()))
def test_every_disease_that_is_listed_by_its_name_is_read_back(concept):
    for language in ("en", "nl", "fr", "de"):
        name = vocabulary().preferred(concept, language)
        assert concept in recorded_diseases([name], [], [])[0], name


def test_every_term_of_a_disease_in_america_s_spelling_is_read_as_well():
    """`leukemia`, of a term that is written `leukaemia`."""
    american = {
        term.text.replace("aem", "em").replace("tumour", "tumor"): term.concept
        for term in vocabulary().terms
        if term.lang == "en" and term.concept in diseases()
    }
    wrong = [text for text, concept in american.items() if concept not in vocabulary().concepts_in(text)]
    assert wrong == []


def test_what_is_no_disease_is_never_recorded():
    assert named(["Metastatic disease"]) == (set(), set())
    assert {squash("metastatic disease")} == NO_DISEASE
    assert not NO_DISEASE & families().keys()
