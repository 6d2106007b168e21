"""What a profile says: its own fields, and what its free words add, in four languages."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from directory.core.ages import age_span
from directory.search.query import check_text
from trials.choices import Sex, Stage
from trials.conditions import path_to

from . import alterations
from .alterations import Alteration
from .patient_words import PatientWord
from .profile import Profile
from .text_reader import ReadTerm, TextReader

__all__ = ["Read", "ReadTerm"]

# Nobody with one of these relapses without a line of systemic treatment before: acute leukaemias, non-Hodgkin
# lymphomas. A tumour may have been operated on only.
_TREATED_BY_LINES = frozenset({"Ia", "Ib", "IIb", "IIc"})


@dataclass(frozen=True)
class Read:
    """A profile as it is judged: its own fields, and what its free words add.

    `named`: the diseases said, in the longest terms. `codes`: ICCC-3 classes, `given` those of the field;
    `alterations`: those said, and those that define a disease said. `unread`: the words that say nothing to
    us, or other than a field does.

    `days`, `sex`, `lines`: the field's, else what the words say; None or empty where neither says it.
    `age_text`: the age as it was typed, in the field or else in the words, as `parse_age` reads it.
    `lines_least`: where `lines` is not said, how many there were at least.
    """

    codes: tuple[str, ...]
    named: frozenset[str]
    stages: frozenset[str]
    alterations: tuple[Alteration, ...]
    terms: tuple[ReadTerm, ...]
    unread: tuple[str, ...]
    given: tuple[str, ...] = ()
    days: int | None = None
    age_text: str = ""
    sex: str = ""
    lines: int | None = None
    lines_least: int = 0

    def __repr__(self) -> str:
        # As that of a profile.
        return "<Read>"

    @classmethod
    def of(cls, profile: Profile, language: str) -> "Read":
        """Raises ValueError for words that are too long or have control characters."""
        reader = TextReader(check_text(profile.text), language, profile)
        named = frozenset(reader.diseases)
        codes = tuple(dict.fromkeys((*profile.conditions, *reader.codes())))
        given, doubtful = _fields(profile.alterations, language)
        said = tuple(dict.fromkeys([*given, *reader.alterations]))
        merged = _Merged(profile, reader)
        lines = merged.value("lines", profile.lines)
        return cls(
            codes=codes,
            named=named,
            stages=merged.stages,
            alterations=(*said, *alterations.of_diseases(named, said)),
            terms=tuple(dict.fromkeys(merged.terms)),
            unread=tuple(dict.fromkeys([*reader.unread, *merged.unread, *doubtful])),
            given=profile.conditions,
            days=merged.value("age", profile.days),
            age_text=merged.age_text(profile),
            sex=profile.sex or merged.sex,
            lines=lines,
            lines_least=_least_lines(codes, merged.relapses) if lines is None else 0,
        )

    def completed(self, profile: Profile) -> Profile:
        """The profile with what its words add to its empty fields of age, sex and lines."""
        return replace(profile, days=self.days, age_text=self.age_text, sex=self.sex, lines=self.lines)

    @property
    def says_a_disease(self) -> bool:
        return bool(self.codes or self.named)


class _Merged:
    """What the words say beside the fields. Where the two contradict each other the field counts."""

    def __init__(self, profile: Profile, reader: TextReader):
        self.unread: list[str] = []
        # A patient is at one stage or another: “any” says nothing of theirs.
        stages = reader.stages if profile.stage in ("", Stage.ANY) else {profile.stage}
        self.stages = frozenset(stages)
        against = [text for text, said in reader.said_stages if said and self.stages.isdisjoint(said)]
        self.relapses = 0 if against else reader.stage.relapses
        self.words = dict(self._words(profile, reader))
        self.unread += against
        of_stages = (one for one in reader.terms if one.kind != "stage" or one.value in self.stages)
        self.terms = [*map(_term, self.words.values()), *of_stages]

    def _words(self, profile: Profile, reader: TextReader) -> Iterable[tuple[str, PatientWord]]:
        said, given = reader.patient, (profile.days, profile.sex or None, profile.lines)
        for word, field in zip((said.age, said.sex, said.lines), given, strict=True):
            if word is not None and field is not None and not _is_same(word, profile):
                self.unread.append(word.text)
            elif word is not None:
                yield word.kind, word

    @property
    def sex(self) -> str:
        return self.words["sex"].sex if "sex" in self.words else ""

    def age_text(self, profile: Profile) -> str:
        if profile.days is None and "age" in self.words:
            return self.words["age"].code
        return profile.age_text

    def value(self, kind: str, field: int | None) -> int | None:
        return field if field is not None or kind not in self.words else self.words[kind].value


def _is_same(word: PatientWord, profile: Profile) -> bool:
    """Whether a field says what the word does, as far as both are exact: at 13 years 2 months one is 13."""
    if word.kind == "age" and (span := profile.age_span):
        first, last = age_span(word.code)
        return first <= span[1] and span[0] <= last
    return word.sex == profile.sex if word.kind == "sex" else word.value == profile.lines


def _term(word: PatientWord) -> ReadTerm:
    if word.kind == "sex":
        return ReadTerm("sex", word.sex, str(Sex(word.sex).label))
    return ReadTerm(word.kind, word.code or str(word.value), word.text)


def _least_lines(codes: tuple[str, ...], relapses: int) -> int:
    """Of a disease that nobody has without a line of treatment for each relapse; else 0."""
    is_one = codes and all(_TREATED_BY_LINES.intersection(path_to(code)) for code in codes)
    return relapses if is_one else 0


def _fields(texts: Iterable[str], language: str) -> tuple[list[Alteration], list[str]]:
    """What the fields of alterations say, and what of them is in doubt or says nothing."""
    fields = [_field(text, language) for text in texts]
    given = [one for found, _doubtful in fields for one in found]
    doubtful = [text for _found, several in fields for text in several]
    return given, doubtful + [one.text for one in given if not one.says_what]


def _field(text: str, language: str) -> tuple[list[Alteration], list[str]]:
    """What a field of alterations says, and what of it is in doubt.

    `ALK negative BRAF V600E` is one absent and one there.
    """
    found, unread = [], []
    # No ALK, BRAF: of the second nobody knows which is meant.
    in_doubt = TextReader(text, language).in_doubt
    for part in alterations.split(text):
        reader, one = TextReader(part, language), alterations.read(part)
        several = len(one.genes) > 1 and one.kind != "fusion"
        if reader.doubts or part in in_doubt:
            found += reader.alterations if reader.doubts else []
            unread.append(part)
        elif reader.denials and several and reader.alterations:
            found += reader.alterations
        else:
            found.append(replace(one, negative=reader.denials))
    return found, unread
