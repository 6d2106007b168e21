"""What a trial is for, where its own words say that it treats no disease.

ClinicalTrials.gov has a *primary purpose*, which our sources do not give. So what eases a treatment or its
consequences is told by the words of titles and disease terms; nothing is guessed of a trial without them.
"""

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from directory.core.text import fold


class Purpose(models.TextChoices):
    """A word of CT.gov's `primaryPurpose`; only of what is shown apart from the treatment of a disease."""

    SUPPORTIVE_CARE = "supportive_care", _("Supportive care")


# Beginnings of words, folded. `Thrombo` alone would be a disease (thrombocythaemia), `vaccin` a treatment.
_SUPPORTIVE = (
    "pain", "quality of life", "rehabilitat", "exercise", "physical activity", "hypnos", "psychosocial",
    "parenting", "parental support", "sleep", "fertility", "infertility", "dental", "caries", "survivor",
    "infection", "neutropenia", "prophyla", "antifungal", "antiemetic", "nausea", "vomiting", "mucositis",
    "thrombosis", "thromboembol", "blood clot", "nutrition", "ototox", "hearing loss", "cardiotox",
    "cardioprotect", "anaemia of cancer", "iron overload", "supportive care", "palliative", "mutism",
    "late effect", "long-term effect", "hyperglyc", "insomnia", "anxiety", "distress", "fatigue",
    "virtual reality", "constipation", "malnutrition", "cachexia",
)  # fmt: skip
_SAYS_SUPPORTIVE = re.compile(r"\b(?:" + "|".join(map(re.escape, map(fold, _SUPPORTIVE))) + ")")
# A relapse, or the central nervous system, is kept free by treatment.
_OF_TREATMENT = re.compile(r"\b(?:cns|intrathecal|relapse|meningeal) prophyla\w*")


def purposes(texts) -> list[str]:
    """The words of `Purpose` that `texts`, titles and disease terms of a trial, say."""
    said = (_OF_TREATMENT.sub("", fold(text)) for text in texts)
    return [Purpose.SUPPORTIVE_CARE.value] if any(map(_SAYS_SUPPORTIVE.search, said)) else []
