"""Which trials say of themselves that they treat no disease."""

import pytest

from trials.purposes import purposes

SUPPORTIVE = [
    "A Hypnosis-based Group Intervention to Improve Quality of Life in Children With Cancer",
    "Multidisciplinary Rehabilitation of Children and Adolescents After Acute Cancer Treatment",
    "Prevalence of Long-term Dental Effects of Chemotherapy in Childhood Cancer Survivors",
    "A Study of Apixaban in Preventing Blood Clots in Children with Leukemia",
    "A New Dosing Regimen for Posaconazole Prophylaxis in Children",
    "Multivirus-specific T-cell Transfer Post SCT vs AdV, CMV and EBV Infections",
    "Parental Support Intervention in the Oncological Context",
    "Fertility Preservation in Young Women With Cancer",
    "Insomnia Prevention in Children With Acute Lymphoblastic Leukemia",
    "Virtual Reality Headsets on Anxiety During Intrathecal Chemotherapy",
    "Cancer-Related Fatigue in Adolescents",
]
TREATING = [
    "A Treatment Protocol for Participants 0-45 Years With Acute Lymphoblastic Leukaemia",
    "Anagrelide in Essential Thrombocythaemia",
    "Eltrombopag in Children With Immune Thrombocytopenia",
    "Dendritic Cell Vaccine in High-Grade Glioma",
    "Intrathecal and CNS Prophylaxis in Burkitt Lymphoma",
    "Tabelecleucel in Epstein-Barr Virus (EBV) Associated Diseases",
    "Relapse prophylaxis after transplantation in acute myeloid leukaemia",
    "",
]


@pytest.mark.parametrize("title", SUPPORTIVE)
def test_what_eases_a_treatment_or_its_consequences_is_told_by_its_words(title):
    assert purposes([title]) == ["supportive_care"]
    assert purposes(["A trial", title.upper()]) == ["supportive_care"]


@pytest.mark.parametrize("title", TREATING)
def test_what_treats_a_disease_is_not_taken_for_it(title):
    assert purposes([title]) == []
