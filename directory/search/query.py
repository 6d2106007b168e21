"""What is asked: the words and filters of a search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from django.utils.translation import gettext as _

from directory.core.places import Place
from directory.core.text import control_character_in, squash, tidy
from trials.choices import Scheme
from trials.identifiers import parse_identifier

from .compounds import cut_compounds, join_symbols
from .concepts import Span, vocabulary
from .numbers import RegistryNumber, read_numbers
from .operators import Operators, not_understood, read_operators, spelt_out
from .tokens import OF_EVERY_TRIAL, Token, typed_words

LONGEST, MOST_WORDS = 400, 24


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question to the index. `filters`: by name, canonical values (ages in days, compact identifiers).

    `home`: the country whose sites are meant where something is asked of a site and no place is named; empty:
    those of any country, and `status` is then the trial's own.
    """

    kind: str = "trial"
    q: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    near: Place | None = None
    within: float | None = None
    ordering: str = "relevance"
    language: str = "en"
    home: str = ""


def ask_from(cleaned: Mapping, language: str, kind: str = "trial", home: str = "") -> Ask:
    """The question that a valid FilterSet's `form.cleaned_data` asks."""
    apart = ("q", "near", "within", "ordering")
    filters = {
        name: tuple(str(value) for value in (values if isinstance(values, list | tuple) else [values]))
        for name, values in cleaned.items()
        if name not in apart and values not in (None, "", [], ())
    }
    return Ask(
        kind=kind,
        q=cleaned.get("q") or "",
        filters=MappingProxyType(filters),
        near=cleaned.get("near") or None,
        within=cleaned.get("within"),
        ordering=cleaned.get("ordering") or "relevance",
        language=language,
        home=home,
    )


def check_text(text: str) -> str:
    """`text` tidied, or ValueError with a sentence: too long, or with a character nobody can type."""
    if len(text) > LONGEST:
        raise ValueError(
            _("The search text has %(length)d characters. Use at most %(most)d.")
            % {"length": len(text), "most": LONGEST}
        )
    if character := control_character_in(text):
        raise ValueError(
            _("The search text contains the control character %(character)s. Remove it and search again.")
            % {"character": character}
        )
    return tidy(text)


@dataclass(frozen=True)
class Parsed:
    """The words of a query, without those that say nothing, and the concepts among them.

    `asides`: words left out that may be an abbreviation in small letters (`all relapse`). `either`: the words
    that an `OR` joins to what is before them. `excluded`: what is not wanted. `numbers`: of registries, where
    these are all that is asked. `ignored`: signs that are not understood.
    """

    text: str
    words: tuple[Token, ...]
    spans: tuple[Span, ...]
    compact: str
    asides: tuple[Token, ...] = ()
    either: tuple[int, ...] = ()
    excluded: tuple["Parsed", ...] = ()
    numbers: tuple[RegistryNumber, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def only_concepts(self) -> tuple[str, ...]:
        """The concepts of a query that is one term and nothing else: `botkanker`."""
        whole = len(self.spans) == 1 and self.spans[0].length == len(self.words)
        return self.spans[0].concepts if whole else ()

    @property
    def is_empty(self) -> bool:
        """Nothing was asked. (Something that has no word we know is not empty: it finds nothing.)"""
        return not self.text

    @property
    def label(self) -> str:
        """The words as they were typed."""
        return " ".join(word.raw for word in self.words)

    def only(self, places: Iterable[int]) -> "Parsed":
        """The query of these words alone; terms are whole or left out."""
        keep = sorted(set(places))
        at = {old: new for new, old in enumerate(keep)}
        spans = tuple(
            replace(one, start=at[one.start], end=at[one.end - 1] + 1)
            for one in self.spans
            if at.keys() >= set(range(one.start, one.end))
        )
        either = tuple(at[one] for one in self.either if at.get(one))
        return replace(self, words=tuple(self.words[place] for place in keep), spans=spans, either=either)


NOTHING = Parsed("", (), (), "")


def parse(text: str) -> Parsed:
    """The parsed query. Raises ValueError for a text that cannot be searched for."""
    text = check_text(text)
    if not text:
        return NOTHING
    numbers, rest = read_numbers(text)
    if numbers:
        return Parsed(text, (), (), _compact(text), numbers=numbers)
    found = join_symbols(cut_compounds(typed_words(spelt_out(rest))))[:MOST_WORDS]
    return _without_operators(text, found, read_operators(found))


def _without_operators(text: str, found: Sequence[Token], read: Operators) -> Parsed:
    """The query of the words `found`, without those that are operators or say nothing."""
    ignored = not_understood(text, has_operators=bool(read.taken))
    whole = Parsed(text, tuple(found), read.spans, _compact(text), ignored=ignored)
    excluded = tuple(whole.only(range(*places)) for places in read.excluded)
    gone = read.taken.union(*(range(*places) for places in read.excluded))
    outside = sorted(set(range(len(found))) - places_of(read.spans) - gone)
    left_out = gone.union(place for place in outside if found[place].says_nothing)
    keep = [place for place in range(len(found)) if place not in left_out]
    if not keep and not excluded:
        return _of_words_that_say_nothing(whole)
    asked = replace(whole, either=_joined(read.either, keep), excluded=excluded).only(keep)
    return replace(asked, asides=_asides(map(found.__getitem__, outside)))


def _of_words_that_say_nothing(whole: Parsed) -> Parsed:
    """Several that are said of every trial ask for all; one alone may be a name."""
    says_nothing = len(whole.words) > 1 and any(word.is_of_every_trial for word in whole.words)
    return NOTHING if says_nothing else replace(whole, spans=())


def _joined(operators: Iterable[int], keep: Sequence[int]) -> tuple[int, ...]:
    """The first word of `keep` behind each operator that has one on both sides."""
    pairs = [(one, place) for one in operators for place in keep if keep[0] < one < place]
    # The first behind each operator.
    return tuple(dict.fromkeys(dict(reversed(pairs)).values()))


def places_of(spans: Iterable[Span]) -> set[int]:
    """The words that are in one of `spans`."""
    return {place for span in spans for place in range(span.start, span.end)}


def _asides(words: Iterable[Token]) -> tuple[Token, ...]:
    readings = vocabulary().readings
    return tuple(word for word in words if word.exact in OF_EVERY_TRIAL and readings(word))


def _compact(text: str) -> str:
    """The identifier that `text` is, also behind the name of its registry (`CTIS 2022-501454-11-00`)."""
    _name, _space, rest = text.partition(" ")
    for part in (text, rest):
        try:
            identifier = parse_identifier(part)
        except ValueError:
            continue
        if identifier.scheme != Scheme.OTHER:
            return identifier.compact
    return squash(text)
