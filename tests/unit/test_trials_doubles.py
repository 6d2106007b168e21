"""Which pairs of trials are proposed as one, and which never: the rule's table of cases."""

import csv
import os
from itertools import combinations
from pathlib import Path

import pytest

from trials.doubles import TrialTraits, why_double
from trials.identifiers import parse_identifier
from trials.models.double import WhyDouble

SHARED = Path(os.environ.get("SHARED_FOLDER", "/nowhere"), "data/registry/trials.csv")
EWING = "International Euro Ewing trial for treatment optimisation in patients with Ewing sarcoma"
ALL = "A Treatment Study Protocol for Participants 0-45 Years With Acute Lymphoblastic Leukaemia"
LCH = "International treatment protocol for children with Langerhans cell histiocytosis"


def a(acronym="", title="", *numbers, pk=1, **more):
    return TrialTraits(pk, acronym, title, identifiers=tuple(map(parse_identifier, numbers)), **more)


def b(*args, **more):
    return a(*args, pk=2, **more)


DOUBLES = {
    "a number of the one stands in the title of the other": (
        WhyDouble.NUMBER, a("HR-NBL2", "High-risk neuroblastoma study 2", "NCT04221035"),
        b("", "High-risk neuroblastoma study 2 of SIOP Europe (NCT04221035)", "2019-001068-31"),
    ),
    "a number of the one is in the address of the other": (
        WhyDouble.NUMBER, a("LINES", "European Low and Intermediate Risk Neuroblastoma", "NCT01728155"),
        b("LINES-NBL", "LINES", addresses=("https://clinicaltrials.gov/study/NCT01728155",)),
    ),
    "a second record that names the first, of one registry": (
        WhyDouble.NUMBER,
        a("EuroNet-PHL-C2", "Classical Hodgkin lymphoma", "NCT02684708", "NCT02797717 (second record)"),
        b("", "Treatment optimisation in classical Hodgkin lymphoma", "NCT02797717"),
    ),
    "a sponsor's code that the other is called by": (
        WhyDouble.CODE, a("CASSIOPEIA", "Tisagenlecleucel in high-risk B-ALL", "NCT03876769", "AALL1721"),
        b("AALL1721", "A study of tisagenlecleucel after induction", "2017-002116-14"),
    ),
    "one acronym in two spellings, and titles alike": (
        WhyDouble.ACRONYM, a("iEuroEwing", EWING, "NCT01234567"),
        b("i-Euro Ewing", EWING.replace("International ", ""), "2019-004153-93"),
    ),
    "one acronym, and one of the two has no title yet": (
        WhyDouble.ACRONYM, a("Interfant-21", "Treatment protocol for infants under 1 year", "NCT05327894"),
        b("INTERFANT 21", "INTERFANT 21"),
    ),
    "one acronym and one sponsor": (
        WhyDouble.ACRONYM, a("PHITT", "Paediatric Hepatic International Tumour Trial", sponsor="Univ. X"),
        b("PHITT", "Hepatoblastoma and hepatocellular carcinoma", sponsor="univ x"),
    ),
    "the acronym of the one in brackets in the title of the other": (
        WhyDouble.NAMED, a("iEuroEwing", "International clinical trial for newly diagnosed Ewing sarcoma"),
        b("", EWING.replace("Ewing trial", "Ewing (iEuroEwing) trial"), "2022-501180-40-00"),
    ),
    "the acronym of the one as a word in the title of the other": (
        WhyDouble.NAMED, a("HR-NBL2/SIOPEN", "High-risk neuroblastoma", "NCT04221035"),
        b("", "HR-NBL2/SIOPEN: a trial for children with high-risk disease", "2019-001068-31"),
    ),
    "acronyms of which one begins with the other": (
        WhyDouble.NEAR, a("HR-NBL2", "High-risk neuroblastoma study 2 of SIOP Europe", "NCT04221035"),
        b("HR-NBL2/SIOPEN", "High-Risk Neuroblastoma Study 2 of SIOP-Europe", "2019-001068-31"),
    ),
    "a Roman number and the same in digits": (
        WhyDouble.NEAR, a("LCH-IV", LCH, "NCT02205762"), b("LCH-4", LCH, "2011-001699-20"),
    ),
    "the same title": (
        WhyDouble.TITLE, a("", EWING, "NCT01234567"), b("", EWING.upper(), "2019-004153-93"),
    ),
}  # fmt: skip
TWO_TRIALS = {
    "a successor, numbered": (a("EuroNet-PHL-C1", "Hodgkin"), b("EuroNet-PHL-C2", "Hodgkin")),
    "a successor that names the number of the first": (
        a("Interfant-06", "Infants with leukaemia", "NCT00550992"),
        b("Interfant-21", "Infants with leukaemia, after NCT00550992", "NCT05327894"),
    ),
    "a successor of one without a number": (
        a("FORUM", "Allogeneic stem cell transplantation for children with leukaemia"),
        b("FORUM2", "Allogeneic stem cell transplantation for children with leukaemia, 2"),
    ),
    "versions": (a("HR-NBL1.8/SIOPEN", "Neuroblastoma study"), b("HR-NBL2/SIOPEN", "Neuroblastoma study")),
    "a Roman number that is another": (a("LCH-III", LCH), b("LCH-IV", LCH)),
    "sub-protocols that a letter tells apart": (a("HEM-iSMART-A", LCH), b("HEM-iSMART-B", LCH)),
    "a master and its sub-protocol": (
        a("HEM-iSMART", "HEM-iSMART: targeted treatment", "2021-003398-79"),
        b("HEM-iSMART-D", "HEM-iSMART: targeted treatment (2021-003398-79)", "NCT05658640", parent=1),
    ),
    "two parts of one master": (
        a("One arm", "Targeted treatment of relapse in children", parent=9),
        b("Two arm", "Targeted treatment of relapse in children", parent=9),
    ),
    "a long-term follow-up study": (
        a("ALLTogether1", ALL, "NCT04307576"),
        b("ALLTogether1 LTFU", f"Long-term follow-up of {ALL} (NCT04307576)"),
    ),
    "a roll-over study": (
        a("", "A study of selitrectinib in children with cancer", "NCT03215511"),
        b("", "Rollover study for children treated in NCT03215511"),
    ),
    **{
        f"a programme beside it: {words}": (
            a("FIREFLY-2", "DAY101 in children with glioma", "NCT05566795"),
            b("", f"{words} programme of DAY101 for patients who cannot join NCT05566795"),
        )
        for words in ("Compassionate use", "Expanded access", "Early access", "Medical need", "Named patient")
    },
    "a pilot": (a("ALLTogether1", ALL, "NCT04307576"), b("ALLTogether pilot", ALL, "NCT03911128")),
    "a registry and a trial": (a("LCH-IV", LCH), b("LCH-IV", "Registry of Langerhans cell histiocytosis")),
    "one observes, one treats": (
        a("I-CML-Ped", "Chronic myeloid leukaemia in children", study_type="observational"),
        b("I-CML-Ped", "Chronic myeloid leukaemia in children", study_type="interventional"),
    ),
    "one acronym of two trials": (
        a("RADAR", "Brentuximab vedotin in early stage Hodgkin lymphoma", "NCT04685616"),
        b("RADAR", "Risk-adapted radiotherapy of the craniospinal axis in medulloblastoma"),
    ),
    "one acronym, and two numbers of one registry": (
        a("PRISM", "Precision medicine for children with cancer in Australia", "NCT03336931"),
        b("PRISM", "Precision medicine for children with cancer in Austria", "NCT05504772"),
    ),
    "risk groups of one intergroup": (
        a("IntReALL SR 2010", "Treatment of Standard Risk Childhood Relapsed ALL 2010", "NCT01802814"),
        b("IntReALL HR 2010", "Treatment of High Risk Childhood Relapsed ALL 2010", "NCT03590171"),
    ),
    "a sister trial that names the other, under an acronym of its own": (
        a("iEuroEwing", "International clinical trial for newly diagnosed Ewing sarcoma"),
        b("INTER-EWING-1", "Sister trial of iEuroEwing in UK/CH"),
    ),
    "an acronym that is an ordinary word in the title of the other": (
        a("FORUM", "Allogeneic stem cell transplantation for children with leukaemia"),
        b("", "A forum of families of children with leukaemia"),
    ),
    "a short acronym in the title of the other": (
        a("PHITT"[:4], "Hepatoblastoma"), b("", "Liver tumours (PHIT) of childhood"),
    ),
    "a follow-up of the trial that its title names": (
        a("ALLTogether1", ALL, "NCT04307576"), b("", "Late effects: follow-up of patients of ALLTogether1"),
    ),
    "an acronym in the title of another trial of the same registry": (
        a("ALLTogether1", ALL, "NCT04307576"), b("", "Blinatumomab after ALLTogether1", "NCT09999999"),
    ),
    "a title that every second trial has": (a("", "Neuroblastoma"), b("", "Neuroblastoma")),
}  # fmt: skip


@pytest.mark.parametrize("case", DOUBLES)
def test_what_may_be_one_is_proposed_with_what_speaks_for_it(case):
    why, one, other = DOUBLES[case]
    assert why_double(one, other)[0] == why
    assert why_double(other, one)[0] == why


@pytest.mark.parametrize("case", TWO_TRIALS)
def test_two_trials_are_not_proposed(case):
    one, other = TWO_TRIALS[case]
    assert why_double(one, other) is None
    assert why_double(other, one) is None


def test_the_evidence_is_what_they_share_as_it_is_written():
    _why, one, other = DOUBLES["a number of the one is in the address of the other"]
    assert why_double(one, other)[1] == "NCT01728155"
    _why, one, other = DOUBLES["acronyms of which one begins with the other"]
    assert why_double(one, other)[1] == "HR-NBL2 / HR-NBL2/SIOPEN"


@pytest.mark.skipif(not SHARED.exists(), reason="needs the folder of shared facts")
def test_among_the_real_trials_of_the_registry_none_is_another():
    """131 trials, of which people checked that each is one of its own."""
    with SHARED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = ("eu_ct_number", "eudract_number", "nct_number", "isrctn", "other_ids")
    several = [
        a(
            row["acronym"] if row["acronym_status"] != "none in source" else "", row["title"],
            *[text for name in columns for part in row[name].split(";") if (text := part.strip()[:60])],
            pk=number, sponsor=row["sponsor"],
        )
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    pairs = combinations(several, 2)
    found = [(one.acronym, other.acronym, why) for one, other in pairs if (why := why_double(one, other))]
    # The sub-protocols share the EudraCT number of their master; here nobody told who the master is.
    assert [one for one in found if "HEM-iSMART" not in one[0]] == []
