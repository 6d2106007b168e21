"""Alterations as people and protocols write them, and whether one that was found is one that is asked for.

`ALK`, `ALK mutated`, `ALK p.F1174L`, `ALK-rearranged`, `NPM1::ALK`, `ALK negative`, `Ph+`. Genes are compared
by their HGNC symbols; words in four languages say the kind (mutation, fusion …). What is not said is not
known: only an explicit negative excludes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from directory.core.text import fold, squash, strip_marks, tidy
from directory.search.concepts import defined_by, vocabulary, wider_of
from directory.search.tokens import typed_words

from .negation_cues import WILD_TYPE, is_denial, signs_as_words

MET, UNKNOWN, ABSENT, OTHER = "met", "unknown", "absent", "other"

_KINDS = {
    "fusion": "fusion fused fusie rearrangement rearranged herschikking herschikt translocation translocatie "
    "herschikte rearrange rearrangee rearrangiert rearrangierte rearrangierter rearrangiertes translokation "
    "r",
    "mutation": "mutation mutations mutated mutant mutatie mutaties gemuteerd gemuteerde mute mutee mutiert "
    "mutierte mutierter mutiertes variant",
    "amplification": "ampl amplification amplified amplificatie geamplificeerd geamplificeerde "
    "amplifie amplifiee amplifikation amplifiziert amplifizierte amplifizierter amplifiziertes",
    "loss": "loss deletion deleted deletie verlies perte delete deletee verlust deletiert del",
    "gain": "gain winst zugewinn",
    "itd": "itd",
    "tkd": "tkd",
}
_KIND_OF = {word: kind for kind, several in _KINDS.items() for word in several.split()}
# What may stand between a gene and the end of what is said of it.
_OF_POSITIVE = "positive positief positieve positif positiv positiver positives positivem pos"
_POSITIVE = frozenset(_OF_POSITIVE.split())
_SAID_OF_GENES = """
type altered alteration alteratie afwijking anomalie veranderung
aangetoond present aanwezig
"""
# KMT2A-r is rearranged; an r elsewhere is anything.
OF_ALTERATIONS = frozenset(_KIND_OF) - {"r"} | _POSITIVE | frozenset(_SAID_OF_GENES.split())
# HGNC's symbol by another name of the gene, and the genes that a name for several stands for.
_SAME_GENE = {
    "MLL": "KMT2A",
    "AF4": "AFF1",
    "AF9": "MLLT3",
    "ENL": "MLLT1",
    "TEL": "ETV6",
    "AML1": "RUNX1",
    "NPM": "NPM1",
    "EWS": "EWSR1",
    "NMYC": "MYCN",
    "INI1": "SMARCB1",
    "CRAF": "RAF1",
    "P53": "TP53",
    "ERBB2": "HER2",
    "TRK": "NTRK",
}
_FAMILIES = {
    "RAF": frozenset({"RAF", "BRAF", "RAF1", "ARAF"}),
    "NTRK": frozenset({"NTRK", "NTRK1", "NTRK2", "NTRK3"}),
    "RAS": frozenset({"RAS", "KRAS", "NRAS", "HRAS"}),
    "FGFR": frozenset({"FGFR", "FGFR1", "FGFR2", "FGFR3", "FGFR4"}),
}
_SYMBOL = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9]{1,8})(?![A-Za-z0-9])")
_PAIR = re.compile(r"(?<![A-Za-z0-9])([A-Za-z0-9]{2,9})[-–/]([A-Za-z0-9]{2,9})(?![A-Za-z0-9])")
_PARTNERS = re.compile(r"(?<![A-Za-z0-9])([A-Za-z0-9]{2,9})::([A-Za-z0-9]{2,9})(?![A-Za-z0-9])")
_PARTNERS_OF_A_FUSION = 2
_VARIANT = re.compile(r"(?<![A-Za-z0-9])(?:p\.)?([A-Z]\d{2,4}(?:[A-Z]|\*)?)(?![A-Za-z0-9])")
# Of a list that is typed, a translocation keeps its semicolon; a comma parts also in brackets left open.
_IN_LIST = re.compile(r"[,\n]|;(?![^()]*\))")
# Outside brackets: t(9;22) is one.
_BETWEEN = re.compile(r"[;,\n](?![^(\n]*\))")
_PH = re.compile(r"\b(?:ph|philadelphia)\b(?![ -]?like)", re.IGNORECASE)
_NO_SYMBOL = frozenset(
    {"ITD", "TKD", "AND", "OR", "WT", "NOT", "NO", "DNA", "RNA", "DEL", "PH", "ALL", "MAPK"}
)


@dataclass(frozen=True)
class Alteration:
    """`genes`: HGNC symbols; `kind` and `variant` empty where not said; `concepts`: of the vocabulary."""

    text: str
    genes: frozenset[str]
    kind: str
    variant: str
    negative: bool
    concepts: frozenset[str]

    @property
    def says_what(self) -> bool:
        """Whether a gene or a known alteration was read in the text."""
        return bool(self.genes or self.concepts)

    @property
    def is_at_large(self) -> bool:
        """The gene, whatever happened to it."""
        return bool(self.genes) and not self.kind and not self.variant


def split(text: str) -> list[str]:
    """`ALK negative; t(9;22)` → the two of them."""
    return [one for part in _BETWEEN.split(text) if (one := tidy(part))]


def split_list(text: str) -> tuple[str, ...]:
    """What a person typed one after the other, each once."""
    return tuple(dict.fromkeys(one for part in _IN_LIST.split(text) if (one := tidy(part))))


def read(text: str) -> Alteration:
    """What `text` says. Text that names no gene and no known alteration has neither."""
    shown = tidy(text)
    clean = tidy(signs_as_words(shown))
    folded = [strip_marks(one.raw) for one in typed_words(clean)]
    negative = any(is_denial(word) for word in folded)
    concepts = _concepts(clean)
    if (negative or _POSITIVE.intersection(folded)) and _PH.search(clean):
        concepts |= {squash("BCR::ABL1")}
    names = " ".join(vocabulary().preferred(one, "en") for one in sorted(concepts))
    # BCR::ABL1-like is what has no BCR::ABL1.
    own = frozenset() if "like" in folded else _genes(clean, known_only=bool(concepts))
    # A bare gene is no more than that, though the vocabulary finds its commonest alteration by it.
    said = clean if own else f"{clean} {names}"
    variant = _VARIANT.search(said)
    kind = _kind(said, variant) or ("mutation" if WILD_TYPE.intersection(folded) else "")
    return Alteration(
        shown, own | _genes(names, known_only=True), kind, variant[1] if variant else "", negative, concepts
    )


# What trials ask for is compared with each profile; what a patient has is kept nowhere.
read_asked = lru_cache(maxsize=5_000)(read)


def of_diseases(named: Iterable[str], said: Iterable[Alteration]) -> list[Alteration]:
    """What defines the diseases `named`, where what is `said` does not say it or the contrary."""
    names = {vocabulary().preferred(defined_by()[one], "en") for one in named if one in defined_by()}
    found = (read_asked(name) for name in sorted(names))
    return [one for one in found if {compare(other, one) for other in said}.isdisjoint((MET, ABSENT))]


def _kind(said: str, variant) -> str:
    pair = _PAIR.search(said)
    if "::" in said or (pair and {_symbol(one) for one in pair.groups()} <= symbols()) or _is_two_genes(said):
        return "fusion"
    words = (strip_marks(one.raw) for one in typed_words(said))
    kinds = (_KIND_OF[word] for word in words if word in _KIND_OF)
    return next(kinds, "mutation" if variant else "")


def _is_two_genes(said: str) -> bool:
    """Whether the two genes of a fusion that has a name stand there, whatever was between them."""
    words = typed_words(said)
    return any(
        span.length == _PARTNERS_OF_A_FUSION
        and all(_symbol(one.raw) in symbols() for one in words[span.start : span.end])
        for span in vocabulary().spans(words)
    )


def compare(given: Alteration, asked: Alteration) -> str:
    """Whether a patient who has `given` has `asked`.

    `met`; `unknown` (the same gene, and not said whether it is this alteration of it); `absent` (explicitly
    not there); `other` (of another gene: says nothing).
    """
    if not _related(given, asked):
        return OTHER
    if given.negative:
        at_large = given.is_at_large and _speaks_of(given, asked)
        is_absent = _is_in_family(asked, given) and (at_large or _covers(asked, given))
        return ABSENT if is_absent else UNKNOWN
    return MET if _covers(given, asked) else UNKNOWN


def _related(one: Alteration, other: Alteration) -> bool:
    if one.concepts & _true_of(other) or other.concepts & _true_of(one):
        return True
    return _share_genes(one, other)


def _speaks_of(wide: Alteration, narrow: Alteration) -> bool:
    """Whether `wide` is of the genes of `narrow`, or what that is a kind of: KRAS is not all of RAS/MAPK."""
    return bool(_true_of(narrow) & wide.concepts) or _share_genes(wide, narrow)


def _share_genes(one: Alteration, other: Alteration) -> bool:
    return bool(_with_families(one.genes) & other.genes or one.genes & _with_families(other.genes))


def _true_of(one: Alteration) -> frozenset[str]:
    """The concepts of an alteration, and those that they are kinds of."""
    return one.concepts.union(*map(wider_of, one.concepts))


def _covers(narrow: Alteration, wide: Alteration) -> bool:
    """Whether `narrow` is `wide`, or a sort of it."""
    if not _is_in_family(narrow, wide):
        return False
    shared = _true_of(narrow) & wide.concepts
    if shared and not wide.variant and wide.kind in ("", narrow.kind) and _has_partners(narrow, wide, shared):
        return True
    # A fusion of two named genes is not any alteration of one of them.
    if not all(_with_families({gene}) & narrow.genes for gene in wide.genes):
        return False
    if wide.variant:
        return narrow.variant.startswith(wide.variant)
    return not wide.kind or wide.kind == narrow.kind


def _has_partners(narrow: Alteration, wide: Alteration, shared: frozenset[str]) -> bool:
    """Whether a fusion that is `wide` has no partner that `narrow` lacks: NPM1::ALK is not EML4::ALK.

    Where the concept itself names both genes, others are old names of theirs.
    """
    named = _genes(" ".join(vocabulary().preferred(one, "en") for one in shared), known_only=True)
    return wide.kind != "fusion" or len(named) > 1 or wide.genes - named <= narrow.genes


def _is_in_family(narrow: Alteration, wide: Alteration) -> bool:
    """Whether `narrow` has a gene that `wide` names of a family: NTRK3 is none of NTRK1, NTRK need not be."""
    for family, members in _FAMILIES.items():
        named = (wide.genes & members) - {family}
        if named and named.isdisjoint(narrow.genes):
            return False
    return True


def _with_families(genes) -> frozenset[str]:
    """The genes, and those that a name for a family stands for."""
    return frozenset().union(*(_FAMILIES.get(gene, frozenset({gene})) for gene in genes))


def _concepts(text: str) -> frozenset[str]:
    terms = vocabulary()
    found = {one for span in terms.spans(typed_words(text)) for one in span.concepts}
    found |= {defined_by()[one] for one in found if one in defined_by()}
    return frozenset(one for one in found if terms.types.get(one) == "alteration")


def _genes(text: str, *, known_only: bool) -> frozenset[str]:
    found = _partners(text)
    for symbol in _SYMBOL.findall(text):
        upper = symbol.upper()
        if upper in _NO_SYMBOL or fold(symbol) in _KIND_OF or _VARIANT.fullmatch(upper):
            continue
        is_symbol = symbol == upper and not known_only
        if is_symbol or upper in symbols() or upper in _SAME_GENE:
            found.add(_symbol(symbol))
    return frozenset(found)


def _partners(text: str) -> set[str]:
    """The genes of the fusions in `text` that are written with `::`, which nothing else is."""
    return {_symbol(one) for pair in _PARTNERS.findall(text) for one in pair}


def _symbol(written: str) -> str:
    upper = written.upper()
    return _SAME_GENE.get(upper, upper)


@cache
def symbols() -> frozenset[str]:
    """The symbols in the English names of the vocabulary's alterations, and the families' genes."""
    names = [term.text for term in vocabulary().terms if term.type == "alteration" and term.lang == "en"]
    found = filter(_is_symbol, _SYMBOL.findall(" ".join(names)))
    return frozenset(found).union(_SAME_GENE.values(), _FAMILIES, *_FAMILIES.values())


def _is_symbol(word: str) -> bool:
    # H3K27M is a histone and its variant in one word.
    is_variant = word.startswith("H3K") or _VARIANT.search(word)
    return word == word.upper() and word not in _NO_SYMBOL and not is_variant
