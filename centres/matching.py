"""Which centre a text means: for certain or not at all, and who it might mean with a score and reasons.

A text is certain where it is a centre's code, name or alias, or holds one of them and nothing beside it but
what belongs to that centre or says which ward: `Department of Paediatrics, UZ Ghent, Ghent, B-9000, Belgium`.
A town, a postal code or a country that is another's, and any word that is nobody's, forbid certainty. A
university is not its hospital, an anonymised site is nobody, and nothing is near enough to be certain.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rapidfuzz import fuzz

from directory.core.places import province_of
from directory.core.text import fold, squash

from . import spelling
from .choices import AliasKind
from .models import Centre, CentreAlias
from .spelling import ParsedName

NEAR = 70  # of 100; below it a suggestion puzzles more than it helps
SUGGESTIONS = 3
CERTAIN = 100
_BRUSSELS = "BE-BRU"
_WHY = {
    "code": gettext_lazy("it is the centre's code"), "name": gettext_lazy("it is the centre's name"),
    "alias": gettext_lazy("it is an alias of the centre"),
}  # fmt: skip
# Words that say what sort of a house it is: with a town beside them they name the only such house there.
_HOUSES = """
    universitair ziekenhuis university hospital hopital universitaire universitaires cliniques clinique
    kliniek klinik clinic clinics universitatsklinikum universitatskliniken chu chr az regional
    regionalkrankenhaus centre center hospitalier academisch akademisch enfants children s
    kinderziekenhuis kinderklinik universite universiteit general site
"""
_SORTS = frozenset(_HOUSES.split())
_UNIVERSITIES = frozenset({"kuleuven", "uclouvain", "ulb", "vub"})  # none is its hospital


@dataclass(frozen=True)
class CentreRef:
    """The little of a centre that matching needs."""

    id: int
    code: str
    name: str
    country: str = ""


@dataclass(frozen=True)
class Candidate:
    """A centre that a text might mean: `score` of 100, and what speaks for and against it."""

    place: CentreRef
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """`centre` where the text means one for certain; else the `candidates` it might mean, best first.

    `how`: `code`, `name`, `alias` (certain), `near`, `several` or `none`. `score`: that of the best, of 100.
    """

    centre: CentreRef | None
    how: str
    score: int = 0
    reasons: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = field(default=())
    may_be_learned: bool = (
        True  # what names no hospital, or several alike, means another one in another sheet
    )

    @property
    def near(self) -> tuple[CentreRef, ...]:
        return tuple(one.place for one in self.candidates)


@dataclass
class _Known:
    """A centre with all that may be said of it: its names as words, its towns and postal codes."""

    place: CentreRef
    country: str
    postal_code: str
    names: dict[frozenset[str], tuple[str, str]] = field(default_factory=dict)  # words: (how, as written)
    own: set[str] = field(default_factory=set)
    towns: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    def call(self, text: str, how: str) -> None:
        """A name of it. Towns in its own names do not speak against it: UZ Antwerpen, in Edegem."""
        words = spelling.words_of(text)
        if words:
            self.names.setdefault(words, (how, text))
        self.own |= words
        for word in words:
            if codes := spelling.codes_of(word):
                self.towns.add(word)
                self.codes |= codes

    def settle(self, city: str) -> None:
        """Its own town with all its parts; whoever is in the Brussels region is in Brussels."""
        self.towns |= spelling.towns_at(self.postal_code) | {spelling.as_town(city)}
        if province_of(self.postal_code) == _BRUSSELS:
            self.towns.add("brussel")
        self.codes.add(self.postal_code)
        for town in spelling.towns_at(self.postal_code):
            self.codes |= spelling.codes_of(town) if town != "brussel" else set()
        self.own |= {word for town in self.towns for word in town.split()}

    def against(self, said: ParsedName) -> list[str]:
        """What of the place that is said cannot be true of it."""
        found = []
        if said.country and said.country != self.country:
            found.append(
                _("it is in %(here)s, not in %(there)s") % {"here": self.country, "there": said.country}
            )
        if said.towns and not said.towns & self.towns:
            found.append(_("%(towns)s is another town") % {"towns": ", ".join(sorted(said.towns)).title()})
        if said.postal and not said.postal & self.codes:
            found.append(_("%(codes)s is another postal code") % {"codes": ", ".join(sorted(said.postal))})
        return found


class Matcher:
    """All centres and their names, read once (two queries) and asked often.

    `visible`: the pks of the centres that whoever asks may know of, None for all; others mean nothing.
    """

    def __init__(self, visible: Collection[int] | None = None):
        self.places: dict[int, CentreRef] = {}
        self._known: dict[int, _Known] = {}
        self._codes: dict[str, CentreRef] = {}
        self._means: dict[str, dict[int, str]] = {}
        self._answers: dict[str, Match] = {}
        names = ("name_en", "name_nl", "name_fr", "name_de")
        about = ("postal_code", "country", "city", "street", "university")
        rows = list(Centre.objects.order_by("pk").values("pk", "code", *names, *about))
        rows = [row for row in rows if visible is None or row["pk"] in visible]
        for row in rows:
            place = CentreRef(row["pk"], row["code"], row["name_en"], row["country"])
            self.places[place.id] = self._codes[place.code] = place
            known = self._known[place.id] = _Known(place, row["country"], row["postal_code"])
            known.call(place.code, "code")
            known.own |= {squash(place.code)} | spelling.words_of(row["street"])
            known.own |= spelling.words_of(row["university"]) - _SORTS
            for name in names:
                self._add(row[name], place.id, "name")
        for centre_id, text, kind in CentreAlias.objects.values_list("centre_id", "text", "kind"):
            if centre_id in self.places:
                self._add(text, centre_id, "alias", is_a_name=kind != AliasKind.LEARNED)
        for row in rows:
            self._known[row["pk"]].settle(row["city"])

    def _add(self, text, centre_id, how, is_a_name=True):
        """A learned text means what it is, whole; a word of it means nothing."""
        if folded := fold(text):
            self._means.setdefault(folded, {}).setdefault(centre_id, how)
            if is_a_name:
                self._known[centre_id].call(text, how)

    def countries(self) -> frozenset[str]:
        """The countries in which there are centres of ours, as two letters."""
        return frozenset(known.country for known in self._known.values())

    def by_code(self, code: str) -> CentreRef | None:
        return self._codes.get(code)

    def match(self, text: str) -> Match:
        """What `text` means. Never a near spelling as if it were certain."""
        if text not in self._answers:
            self._answers[text] = self._match(text)
        return self._answers[text]

    def near_to(self, text: str) -> tuple[CentreRef, ...]:
        """The centres where a text says its place is, whatever else it says: in that town or postal code."""
        said = spelling.read(text)
        return tuple(
            known.place
            for known in self._known.values()
            if (said.towns & known.towns or said.postal & known.codes) and not known.against(said)
        )

    def _match(self, text: str) -> Match:
        return self._exact(text) or self._by_rule(text)

    def _exact(self, text: str) -> Match | None:
        if place := self._codes.get(text.strip().lower()):
            return Match(place, "code", CERTAIN, (_WHY["code"],))
        folded = fold(text)
        meant = self._means.get(folded, {})
        if by_code := self._codes.get(folded.replace(" ", "-")):
            meant = meant | {by_code.id: "code"}
        if len(meant) == 1:
            [(centre_id, how)] = meant.items()
            return Match(self.places[centre_id], how, CERTAIN, (str(_WHY[how]),))
        if meant:
            alike = tuple(Candidate(self.places[one], 99, (_("it has exactly this name"),)) for one in meant)
            return Match(None, "several", 99, candidates=alike, may_be_learned=False)
        return None

    def _by_rule(self, text: str) -> Match:
        said = spelling.read(text)
        if said.is_anonymous or not said.words:
            why = _("the registry left the name out") if said.is_anonymous else _("it names no hospital")
            return Match(None, "none", reasons=(why,), may_be_learned=False)
        held = [(known, *found) for known in self._known.values() if (found := self._longest(known, said))]
        if len(held) == 1:
            [(known, how, name, words)] = held
            doubts = self._doubts(known, said, words)
            if not doubts:
                return Match(
                    known.place,
                    how,
                    CERTAIN,
                    (_("it contains “%(name)s”") % {"name": name}, *self._beside(known, said)),
                )
        if len(held) > 1:
            alike = [self._candidate(known, said, text) for known, *_rest in held]
            alike.sort(key=attrgetter("score"), reverse=True)
            return Match(None, "several", alike[0].score, candidates=tuple(alike[:SUGGESTIONS]))
        return self._by_likeness(said, text)

    def _by_likeness(self, said: ParsedName, text: str) -> Match:
        may_be_learned = _is_a_name(said.words)
        if near := self._near(said, text):
            return Match(None, "near", near[0].score, near[0].reasons, near, may_be_learned)
        return Match(None, "none", 0, (_("no centre has a similar name"),), may_be_learned=may_be_learned)

    def _longest(self, known: _Known, said: ParsedName) -> tuple[str, str, frozenset[str]] | None:
        """The longest name of the centre whose words are all there: how it is one, as written, its words."""
        held = [
            (how, name, words)
            for words, (how, name) in known.names.items()
            if self._holds(known, said, words, how)
        ]
        return max(held, key=lambda one: len(one[2]), default=None)

    def _holds(self, known: _Known, said: ParsedName, words: frozenset[str], how: str) -> bool:
        missing = words - said.words
        if squash(known.place.code) in said.words and how == "code":
            missing = frozenset()
        is_there = not missing or (
            # The town that the name ends with stands beside it: Citadelle Regional Hospital, Liège.
            missing <= said.towns and (_is_a_name(words - _UNIVERSITIES) or self._is_alone(known, said))
        )
        return is_there and (bool(words - _SORTS - {"brussel"}) or words <= said.words)

    def _is_alone(self, known: _Known, said: ParsedName) -> bool:
        """No other centre of ours is in the towns that are said: `University Hospital, Ghent` is one."""
        return not any(one is not known and said.towns & one.towns for one in self._known.values())

    def _doubts(self, known: _Known, said: ParsedName, words: frozenset[str]) -> list[str]:
        beside = said.words - words - known.own
        found = known.against(said)
        if not found and _is_telling(words) and (said.towns or said.postal):
            beside -= _SORTS  # AZ Gasthuisberg, Leuven: whatever sort of house they call it
        if beside:
            found.append(
                _("it also says %(words)s") % {"words": ", ".join(f"“{word}”" for word in sorted(beside))}
            )
        if words <= _SORTS and said.words - words:
            found.append(_("its name is a word that other hospitals have as well"))
        return found

    def _beside(self, known: _Known, said: ParsedName) -> Iterator[str]:
        if said.towns & known.towns:
            towns = ", ".join(sorted(said.towns & known.towns)).title()
            yield _("the town matches (%(towns)s)") % {"towns": towns}
        if said.postal & known.codes:
            codes = ", ".join(sorted(said.postal & known.codes))
            yield _("the postal code matches (%(codes)s)") % {"codes": codes}

    # Near

    def _near(self, said: ParsedName, text: str) -> tuple[Candidate, ...]:
        if len(fold(text)) < 3:
            return ()
        found = [self._candidate(known, said, text) for known in self._known.values()]
        found = sorted((one for one in found if one.score >= NEAR), key=lambda one: -one.score)
        return tuple(found[:SUGGESTIONS])

    def _candidate(self, known: _Known, said: ParsedName, text: str) -> Candidate:
        """A score of 99 at most: the likeness of the best name, less what speaks against it."""
        best, name = max(
            ((_likeness(said.name, spelling.same_words(name)), name) for _how, name in known.names.values()),
            default=(0.0, ""),
        )
        held = self._longest(known, said)
        if held:
            best, name = max(best, 92), held[1]
        like = _("it contains “%(name)s”") if held else _("it is spelt like “%(name)s”")
        reasons = [like % {"name": name}]
        reasons += self._beside(known, said)
        against = known.against(said)
        if held:
            against = self._doubts(known, said, held[2])
        score = best + 2 * bool(said.towns & known.towns) - 12 * len(against)
        return Candidate(
            known.place,
            max(0, min(99, round(score))),
            (*reasons, *(_("but %(reason)s") % {"reason": one} for one in against)),
        )


def _is_a_name(words: frozenset[str]) -> bool:
    """More than what sort of a house it is, and where."""
    return any(word not in _SORTS and not spelling.codes_of(word) for word in words)


def _is_telling(words: frozenset[str]) -> bool:
    """A long word that is neither a sort of house nor a town."""
    return any(len(word) > 7 and word not in _SORTS and not spelling.codes_of(word) for word in words)


def _likeness(said: str, name: str) -> float:
    """Of 100: half for the whole, half for the words that tell one hospital from another."""
    whole = max(fuzz.ratio(said, name), fuzz.token_sort_ratio(said, name))
    cores = [" ".join(word for word in text.split() if word not in _SORTS) for text in (said, name)]
    return (whole + (fuzz.token_set_ratio(*cores) if all(cores) else whole)) / 2
