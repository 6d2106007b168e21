"""The sentences: templates times languages times terms."""

from collections.abc import Iterator
from itertools import cycle

from .judging import Sentence
from .notes import WHOLE
from .words import (
    ABSENT,
    AGES,
    BOTH_SEXES,
    CONTRADICTIONS,
    DISEASES,
    DOUBTED_STAGES,
    GENES,
    LINES,
    NO_AGES,
    NO_LINES,
    PAST_DISEASES,
    PRESENT,
    RELATIVES,
    SEXES,
    STAGES,
    UNKNOWN,
)

LANGUAGES = ("en", "nl", "fr", "de")
_YEARS, _MONTHS = (2, 7, 13), (5, 11, 18)


def sentences() -> Iterator[Sentence]:
    """All of them, each text of a language once."""
    seen = set()
    for one in _made():
        if (one.language, one.text) not in seen:
            seen.add((one.language, one.text))
            yield one


def _made() -> Iterator[Sentence]:
    for language in LANGUAGES:
        yield from _of_the_patient(language)
        yield from _of_the_stage(language)
        yield from _of_genes(language)
    for language, text, fields in WHOLE:
        sets = ("diseases", "stages", "absent", "present")
        said = {name: frozenset(one.split()) if name in sets else one for name, one in fields.items()}
        yield Sentence(language, "whole", text, **said)


def _of_the_patient(language: str) -> Iterator[Sentence]:
    diseases = cycle(DISEASES[language])
    for template, unit, sex in AGES[language]:
        for number in _YEARS if unit == "y" else _MONTHS:
            disease, concept = next(diseases)
            text = template.format(n=number, disease=disease)
            yield Sentence(language, "age", text, frozenset({concept}), age=f"{number}{unit}", sex=sex)
    for template in NO_AGES[language]:
        for number in (3, 5):
            disease, concept = next(diseases)
            text = template.format(n=number, m=number + 2, disease=disease)
            yield Sentence(language, "no age", text, frozenset({concept}), leaves_unread=True)
    for template, sex in SEXES[language]:
        disease, concept = next(diseases)
        yield Sentence(language, "sex", template.format(disease=disease), frozenset({concept}), sex=sex)
    for template in BOTH_SEXES[language] + CONTRADICTIONS[language]:
        disease, concept = next(diseases)
        text = template.format(disease=disease)
        yield Sentence(language, "contradiction", text, frozenset({concept}), leaves_unread=True)
    for template, number in LINES[language]:
        disease, concept = next(diseases)
        yield Sentence(
            language, "lines", template.format(disease=disease), frozenset({concept}), lines=number
        )
    for template in NO_LINES[language]:
        disease, concept = next(diseases)
        text = template.format(disease=disease)
        yield Sentence(language, "no lines", text, frozenset({concept}), leaves_unread=True)


def _of_the_stage(language: str) -> Iterator[Sentence]:
    for template, stages in STAGES[language]:
        for disease, concept in DISEASES[language][:3]:
            text = template.format(disease=disease)
            yield Sentence(language, "stage", text, frozenset({concept}), frozenset(stages.split()))
    for template in DOUBTED_STAGES[language]:
        for disease, concept in DISEASES[language][:3]:
            text = template.format(disease=disease)
            yield Sentence(language, "no stage", text, frozenset({concept}), leaves_unread=True)
    for template, other, concept in PAST_DISEASES[language]:
        for disease, of_today in DISEASES[language][:2]:
            text = template.format(disease=disease, other=other)
            assert concept != of_today
            yield Sentence(language, "past", text, frozenset({of_today}), leaves_unread=True)
    for template in RELATIVES[language]:
        for disease, concept in DISEASES[language][:2]:
            text = template.format(disease=disease)
            yield Sentence(language, "relatives", text, frozenset({concept}), leaves_unread=True)


def _of_genes(language: str) -> Iterator[Sentence]:
    """Alone, and beside the disease."""
    diseases = cycle(DISEASES[language])
    for kind, templates in (("absent", ABSENT), ("present", PRESENT), ("unknown", UNKNOWN)):
        for template in templates[language]:
            for gene in GENES:
                disease, concept = next(diseases)
                status = template.format(gene=gene)
                genes = {} if kind == "unknown" else {kind: frozenset({gene})}
                is_unread = kind == "unknown"
                yield Sentence(language, kind, status, **genes, leaves_unread=is_unread)
                text = f"{disease}, {status}"
                yield Sentence(language, kind, text, frozenset({concept}), **genes, leaves_unread=is_unread)
