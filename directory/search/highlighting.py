"""What a query looks for, for the page to show: words to mark, and the terms it was read as."""

from dataclasses import dataclass

from directory.core.fields import LANGUAGE_CODES
from directory.core.text import fold

from .concepts import vocabulary
from .query import parse
from .tokens import typed_words

# A concept has dozens of spellings; the page names the nearest few.
MOST_TERMS = 4


@dataclass(frozen=True)
class Sought:
    """`stems`: of the words typed and of their synonyms; `begins`: the last word, as a beginning.

    `also`: by what was typed, other terms for it, the page's language first.
    """

    stems: frozenset[str] = frozenset()
    begins: str = ""
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def marks(self, stem: str) -> bool:
        """Whether a word of a text with this stem is one that was looked for."""
        return stem in self.stems or (len(self.begins) > 2 and stem.startswith(self.begins))


def sought(text: str, language: str) -> Sought:
    """What `text` looks for; nothing for a text that cannot be searched."""
    try:
        parsed = parse(text)
    except ValueError:
        return Sought()
    if not parsed.words:
        return Sought()
    stems, also = {word.stem for word in parsed.words}, []
    for span in parsed.spans:
        terms = _terms(span.concepts, language)
        stems.update(*map(_long_stems, terms))
        typed = " ".join(word.raw for word in parsed.words[span.start : span.end])
        others = tuple(term for term in terms if fold(term) != fold(typed))[:MOST_TERMS]
        if others and not span.ambiguous:
            also.append((typed, others))
    return Sought(frozenset(stems), parsed.words[-1].stem, tuple(also))


def _long_stems(term: str) -> set[str]:
    return {word.stem for word in typed_words(term) if len(word.stem) > 2}


def _terms(concepts: tuple[str, ...], language: str) -> list[str]:
    """The preferred terms of `concepts`, the page's language first."""
    order = [language, *(code for code in LANGUAGE_CODES if code != language)]
    found = [vocabulary().preferred(one, code) for code in order for one in concepts]
    return list(dict.fromkeys(filter(None, found)))
