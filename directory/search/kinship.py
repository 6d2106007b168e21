"""How diseases stand to one another: what is a kind of what, what may be the same, what excludes what.

Of `vocabulary/kinds.csv` and `apart.csv`, and of the classes of ICCC-3 that the vocabulary gives to each.
Concepts are keys of the vocabulary, classes are codes.
"""

from collections.abc import Iterable, Mapping
from functools import cache

from directory.core.text import squash
from trials import conditions as iccc3

from .concepts import apart, kinds, vocabulary

# Concepts of the vocabulary that are no disease one could be included for, and those that stand for many.
NO_DISEASE = frozenset({squash("metastatic disease")})
WIDE = {
    squash("solid tumour"): ("III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"),
    squash("childhood cancer"): (
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII",
    ),
}  # fmt: skip
# Not every sarcoma of IXd is an Ewing sarcoma: that family is one for ranking only.
_NOT_WIDE = frozenset({squash("Ewing sarcoma")})
# Steps to a family: more than to any kind, and more for a wider one.
_FAMILY, MOST_STEPS = 10, 97


@cache
def diseases() -> frozenset[str]:
    """The concepts that are diseases one could be included for."""
    types = vocabulary().types
    return frozenset(one for one, kind in types.items() if kind == "disease") - NO_DISEASE


@cache
def families() -> dict[str, frozenset[str]]:
    """By concept that means any disease of its classes, these classes."""
    terms = vocabulary()
    found = {one: frozenset(terms.conditions[one]) for one in terms.families if one not in _NOT_WIDE}
    return found | {concept: frozenset(codes) for concept, codes in WIDE.items()}


@cache
def no_single_disease() -> frozenset[str]:
    """The concepts that name no one disease."""
    return NO_DISEASE | families().keys()


@cache
def classes_of(concept: str) -> frozenset[str]:
    """The classes of ICCC-3 of a disease; none outside ICCC-3."""
    return families().get(concept) or frozenset(vocabulary().conditions.get(concept, ()))


@cache
def around(code: str) -> frozenset[str]:
    """A class with those above and below it."""
    return frozenset(iccc3.path_to(code)) | iccc3.subtree(code)


def meet(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of the classes `some` is, holds or lies within one of `others`."""
    others = frozenset(others)
    return any(around(code) & others for code in some)


def within(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether each of the classes `some`, of which there is one, is or lies within one of `others`."""
    some, others = frozenset(some), frozenset(others)
    return bool(some) and all(others.intersection(iccc3.path_to(code)) for code in some)


@cache
def of_classes(codes: frozenset[str]) -> frozenset[str]:
    """The diseases of which a class meets one of `codes`, or one that a kind of it has beside them."""
    wider = frozenset(row.wider for row in kinds() if meet(codes, row.beside)) - no_single_disease()
    return frozenset(one for one in diseases() if meet(codes, classes_of(one))) | wider


@cache
def steps_up(concept: str, *, asked: bool = False) -> Mapping[str, int]:
    """What is true of a patient with `concept`: by concept, how many steps wider it is (itself: 0).

    With `asked`, also what it is a kind of but is asked apart by trials (`AML`, of a promyelocytic one).
    """
    found, edge = {concept: 0}, [concept]
    while edge:
        one = edge.pop(0)
        for row in kinds():
            if row.kind == one and (asked or not row.asked) and row.wider not in found:
                found[row.wider] = found[one] + 1
                edge.append(row.wider)
    for one in list(found):
        for family, steps in families_of(classes_of(one)).items():
            found.setdefault(family, steps)
    return found


def families_of(codes: Iterable[str]) -> dict[str, int]:
    """The families that whoever is of all the classes `codes` belongs to, with the steps to them."""
    codes = frozenset(codes)
    return {family: _steps(classes) for family, classes in families().items() if within(codes, classes)}


def _steps(classes: Iterable[str]) -> int:
    return min(_FAMILY + len({below for code in classes for below in iccc3.subtree(code)}), MOST_STEPS)


def is_kind_of(one: str, other: str) -> bool:
    """Whether `one` is `other` or a kind of it, also one that is asked apart."""
    return other in steps_up(one, asked=True)


@cache
def in_line_with(concept: str) -> frozenset[str]:
    """The diseases that `concept` is a kind of or that are kinds of it, and itself; of families none."""
    one_line = (one for one in diseases() if is_kind_of(one, concept) or is_kind_of(concept, one))
    return frozenset(one_line) - no_single_disease()


@cache
def apart_from(concept: str) -> frozenset[str]:
    """The diseases that a patient with `concept` cannot have: those apart from it or from what is wider."""
    excluded = {other for one in steps_up(concept, asked=True) for other in apart().get(one, ())}
    return frozenset(one for one in diseases() if excluded.intersection(steps_up(one, asked=True)))


@cache
def may_be(concept: str) -> frozenset[str]:
    """The diseases that a patient with `concept` has or may have; the same both ways."""
    return _may_be(concept) | frozenset(one for one in diseases() if concept in _may_be(one))


@cache
def _may_be(concept: str) -> frozenset[str]:
    """Those that are wider, narrower, of classes that meet, or wider than what a kind of it has beside."""
    own, excluded = classes_of(concept), apart_from(concept)
    of_class = frozenset(one for one in diseases() if meet(own, classes_of(one))) - excluded
    found = of_class.union(one for one in diseases() if is_kind_of(concept, one) or is_kind_of(one, concept))
    beside = frozenset(row.wider for row in kinds() if row.beside and row.kind in found)
    return found | (beside - excluded - no_single_disease())


@cache
def disease_of_class(code: str) -> str:
    """The disease of everybody in the class: of its own row, or of the nearest above; else empty."""
    rows = {row.kind: row.wider for row in kinds()}
    return next((rows[above] for above in reversed(iccc3.path_to(code)) if above in rows), "")


def narrowest(concepts: Iterable[str]) -> frozenset[str]:
    """Those of `concepts` of which none other is a kind."""
    several = frozenset(concepts)
    return frozenset(
        one for one in several if not any(is_kind_of(other, one) for other in several if other != one)
    )
