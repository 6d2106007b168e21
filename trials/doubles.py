"""Which trials may be one: the rule by which pairs are proposed to the editors. Nothing is merged by it.

What speaks for a pair, the strongest first:

1. a number of the one stands with the other: in another field, in its title, in an address;
2. a number of the one is the acronym of the other, as sponsors' codes are;
3. they have one acronym, in whatever spelling, and titles that are alike; or one has no title of its own;
4. the acronym of the one stands in the title of the other, which has none of its own;
5. their acronyms are nearly the same, and so are their titles;
6. they have the very same title.

What speaks against it, whatever speaks for it: one is part of the other, or both of one master; they are
called alike but for a number or a letter (`EuroNet-PHL-C1`, `-C2`); one is a follow-up, an extension, a
pilot, a sub-study or a registry and the other is not; they are studies of different types. Numbers that one
registry gave to both speak against all but the first two: a registry seldom lists a trial twice.
The cases, with the right answers, are in tests/unit/test_trials_doubles.py.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from rapidfuzz import fuzz

from directory.core.models import State
from directory.core.text import fold, squash

from .choices import Scheme
from .identifiers import Identifier, numbers_in
from .models import SuspectedDouble, Trial, TrialIdentifier
from .models.double import WhyDouble
from .rows.acronyms import NEAR, key_of, parts_of, plain_parts, stem_and_marks

ALIKE = 75  # of 100: titles of one trial, where the acronyms are the same or near
_LONG_CODE, _LONG_TITLE = 5, 20  # characters; shorter ones say nothing
# What in a title may be an acronym: what stands in brackets, and words with a digit or a capital inside.
_NAMES = re.compile(r"\(([^()]{4,40})\)|(?<!\w)(\w+[A-Z\d][\w./+-]*)")
_START = 4  # letters with which acronyms begin that are held against each other
_MOST_OF_A_BLOCK = 50  # what more trials share tells none of them apart
_ALONGSIDE = re.compile(
    r"\b(follow ?up|roll ?over|extension|pilot|sub ?stud(?:y|ies)|ancillary|expanded access|compassionate|"
    r"managed access|early access|medical need|named patient|regist(?:ry|er)|biobank)\b"
)


@dataclass(frozen=True)
class TrialTraits:
    """What the rule reads of one trial."""

    pk: int
    acronym: str
    title: str
    sponsor: str = ""
    study_type: str = ""
    parent: int | None = None
    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[str, ...] = ()

    @cached_property
    def numbers(self) -> dict[str, str]:
        """The numbers of registries that it has, by registry."""
        return {
            one.compact: one.scheme
            for one in self.identifiers
            if one.scheme not in (Scheme.OTHER, Scheme.ICTRP)
        }

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Compact numbers of registries that stand anywhere else in it."""
        others = (one.value for one in self.identifiers if one.compact not in self.numbers)
        texts = (self.acronym, self.title, *self.addresses, *others)
        return frozenset(one.compact for text in texts for one in numbers_in(text)) - self.numbers.keys()

    @cached_property
    def codes(self) -> frozenset[str]:
        """Numbers that no registry gave, as of a sponsor."""
        said = (squash(one.value) for one in self.identifiers if one.compact not in self.numbers)
        return frozenset(one for one in said if len(one) >= _LONG_CODE)

    @cached_property
    def has_title(self) -> bool:
        """Whether its title says more than what it is called or numbered."""
        own = {squash(self.acronym), *self.numbers, *self.codes}
        return len(fold(self.title)) > _LONG_TITLE and squash(self.title) not in own

    @cached_property
    def names_in_title(self) -> frozenset[str]:
        """Keys of what may be acronyms in its title, where it has no acronym of its own."""
        found = (one for pair in _NAMES.findall(self.title) for one in pair) if not self.acronym else ()
        return frozenset(key_of(one) for one in found if len(squash(one)) >= _LONG_CODE)

    @cached_property
    def is_alongside(self) -> bool:
        """Whether it goes with another study by what it is called."""
        return bool(_ALONGSIDE.search(fold(f"{self.acronym} {self.title}")))


def why_double(one: TrialTraits, other: TrialTraits) -> tuple[WhyDouble, str] | None:
    """What speaks for two trials being one, with the text that does; None where nothing does enough."""
    if _are_apart(one, other):
        return None
    if shared := _shared_number(one, other):
        return WhyDouble.NUMBER, shared
    if code := _code_as_acronym(one, other) or _code_as_acronym(other, one):
        return WhyDouble.CODE, code
    if not set(one.numbers.values()).isdisjoint(other.numbers.values()):
        return None
    return _called_alike(one, other)


def _are_apart(one: TrialTraits, other: TrialTraits) -> bool:
    """What decides against a pair, whatever speaks for it."""
    families = {one.pk, one.parent} & {other.pk, other.parent} - {None}
    types = {one.study_type, other.study_type} - {""}
    (stem, marks), (other_stem, other_marks) = map(stem_and_marks, (one.acronym, other.acronym))
    are_numbered = bool(marks and other_marks) and stem == other_stem and marks != other_marks
    return bool(families) or len(types) > 1 or are_numbered or one.is_alongside != other.is_alongside


def _shared_number(one: TrialTraits, other: TrialTraits) -> str:
    shared = one.numbers.keys() & (other.numbers.keys() | other.mentioned)
    shared |= other.numbers.keys() & one.mentioned
    both = {one.value for one in (*one.identifiers, *other.identifiers) if one.compact in shared}
    return min(both, default="")


def _code_as_acronym(one: TrialTraits, other: TrialTraits) -> str:
    return other.acronym if squash(other.acronym) in one.codes else ""


def _called_alike(one: TrialTraits, other: TrialTraits) -> tuple[WhyDouble, str] | None:
    are_titled = one.has_title and other.has_title
    likeness = fuzz.token_set_ratio(fold(one.title), fold(other.title))
    if one.acronym and key_of(one.acronym) == key_of(other.acronym):
        is_one = likeness >= ALIKE or not are_titled or _same_sponsor(one, other)
        return (WhyDouble.ACRONYM, one.acronym) if is_one else None
    if name := _acronym_in_title(one, other) or _acronym_in_title(other, one):
        return WhyDouble.NAMED, name
    return _titled_alike(one, other, likeness) if are_titled else None


def _acronym_in_title(one: TrialTraits, other: TrialTraits) -> str:
    return one.acronym if one.acronym and key_of(one.acronym) in other.names_in_title else ""


def _titled_alike(one: TrialTraits, other: TrialTraits, likeness: float) -> tuple[WhyDouble, str] | None:
    if likeness >= ALIKE and _are_near(one.acronym, other.acronym):
        return WhyDouble.NEAR, f"{one.acronym} / {other.acronym}"
    return (WhyDouble.TITLE, one.title[:300]) if fold(one.title) == fold(other.title) else None


def _same_sponsor(one: TrialTraits, other: TrialTraits) -> bool:
    return bool(one.sponsor) and fold(one.sponsor) == fold(other.sponsor)


def _are_near(acronym: str, other: str) -> bool:
    """Spelt nearly alike, or the one begins or ends with the other; with the same numbers in them."""
    marks, other_marks = stem_and_marks(acronym)[1], stem_and_marks(other)[1]
    if not acronym or not other or marks != other_marks:
        return False
    short, long = sorted((plain_parts(acronym), plain_parts(other)), key=len)
    is_part = short in (long[: len(short)], long[-len(short) :]) and len("".join(short)) > _START
    return is_part or fuzz.ratio("".join(short), "".join(long)) >= NEAR


# --- Finding the pairs --------------------------------------------------------------------------------


def propose_doubles() -> int:
    """Propose every pair that may be one and was not proposed before. Returns how many are new."""
    traits = _all_traits()
    known = set(SuspectedDouble.objects.values_list("first", "second"))
    found = []
    for first, second in sorted(_pairs(traits.values()) - known):
        if why := why_double(traits[first], traits[second]):
            found.append(SuspectedDouble(first_id=first, second_id=second, why=why[0], evidence=why[1][:300]))
    SuspectedDouble.objects.bulk_create(found, batch_size=500, ignore_conflicts=True)
    return len(found)


def _all_traits() -> dict[int, TrialTraits]:
    """Of all trials that may be merged, by pk; two queries."""
    numbers: dict[int, list[Identifier]] = defaultdict(list)
    for pk, scheme, value in TrialIdentifier.objects.values_list("trial_id", "scheme", "value"):
        numbers[pk].append(Identifier(scheme, value))
    columns = ("pk", "acronym", "title_en", "sponsor", "study_type", "parent_id", "url", "source_url")
    rows = Trial.objects.unmerged().exclude(state=State.WITHDRAWN).values_list(*columns)
    return {
        pk: TrialTraits(pk, *words, identifiers=tuple(numbers[pk]), addresses=(url, source_url))
        for pk, *words, url, source_url in rows
    }


def _pairs(several: Iterable[TrialTraits]) -> set[tuple[int, int]]:
    """Pairs that share anything by which the rule may propose them, the older trial first."""
    blocks: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in several:
        for block in _blocks(one):
            blocks[block].append(one.pk)
    return {
        (low, high)
        for pks in blocks.values()
        if len(pks) <= _MOST_OF_A_BLOCK
        for low, high in combinations(sorted(set(pks)), 2)
    }


def _blocks(one: TrialTraits) -> Iterator[tuple[str, str]]:
    yield from (("number", number) for number in {*one.numbers, *one.mentioned})
    yield from (("code", code) for code in {*one.codes, squash(one.acronym)} - {""})
    if one.acronym:
        yield "acronym", key_of(one.acronym)
        yield from (("start", part[:_START]) for part in parts_of(one.acronym) if len(part) >= _START)
        yield "start", "".join(plain_parts(one.acronym))[:_START]
    yield from (("acronym", name) for name in one.names_in_title)
    if one.has_title:
        yield "title", fold(one.title)
