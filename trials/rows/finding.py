"""Which trial a row means: by any identifier, else by acronym; among the stored and those of earlier rows."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache
from sys import intern

from django.db.models import F
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from directory.core import text
from directory.core.models import Change, Op
from directory.imports.choices import Outcome
from directory.imports.rows.result import RowResult, shown

from ..choices import Scheme
from ..identifiers import Identifier, against
from ..models import Trial, TrialIdentifier
from ..models.trial import free_slug
from .acronyms import NEAR, Nearness, key_of

fold = lru_cache(maxsize=2_000)(text.fold)
ALIKE = 75  # titles of one trial, where the acronyms are near as well
# Of a trial that is only named.
NAMING = ("slug", "acronym", "title_en", "state")


class TrialFinder:
    """Trials by identifier and acronym. `trials` holds stored ones by pk; new ones have no pk yet.

    `visible`: the pks of the trials that whoever hands in the sheet may see, None for all. Others are not
    found: a sheet that names one reads as if there were none, and `joining` knows what becomes of it.
    `whole`: whether trials are to be compared, not only to be named. `numbers_decide`: another number of one
    registry is another trial, whatever it is called.
    """

    def __init__(
        self, visible: frozenset[int] | None = None, *, whole: bool = True, numbers_decide: bool = False
    ):
        self.visible, self._whole, self._numbers_decide = visible, whole, numbers_decide
        self._stored = Trial.objects.prefetch_related("parent") if whole else Trial.objects.only(*NAMING)
        self.trials: dict[int, Trial] = {}
        self.identifiers: dict[int, list[Identifier]] = defaultdict(list)  # by pk of the trial
        self._by_identifier: dict[tuple[str, str], Trial] = {}
        self._by_compact: dict[str, list[int]] = defaultdict(list)  # pks
        self._new: dict[tuple[str, str], Trial] = {}
        self._new_acronyms: dict[str, list[Trial]] = defaultdict(list)
        self._new_identifiers: dict[int, list[Identifier]] = {}  # by id() of the new trial
        self._acronyms: dict[str, list[int]] | None = None
        self._doubted: dict[int, str] = {}  # by id() of a new trial: which known one it may be
        self._slugs: set[str] = set()

    @property
    def acronyms(self) -> dict[str, list[int]]:
        """Ids of all visible trials by the key of their acronym, or that of one merged into it; read once."""
        if self._acronyms is None:
            self._acronyms = defaultdict(list)
            rows = Trial.objects.exclude(acronym="").order_by(F("merged_into").asc(nulls_first=True), "pk")
            for pk, acronym, heir in rows.values_list("pk", "acronym", "merged_into"):
                same = self._acronyms[key_of(acronym)]
                if self._is_visible(heir or pk) and (heir or pk) not in same:
                    same.append(heir or pk)
        return self._acronyms

    def _is_visible(self, pk: int) -> bool:
        return self.visible is None or pk in self.visible

    def look_up(self, identifiers: Iterable[Identifier], acronyms: Iterable[str]) -> set[int]:
        """Fetch every trial that a chunk can mean, in three queries. Returns the ids fetched now."""
        acronyms = set(acronyms)
        compacts = {one.compact for one in identifiers} | {text.squash(one) for one in acronyms} - {""}
        rows = TrialIdentifier.objects.filter(compact__in=compacts)
        found = rows.values_list("trial_id", flat=True) if compacts else ()
        ids = {pk for pk in found if self._is_visible(pk)}
        for acronym in acronyms:
            ids |= set(self.acronyms.get(key_of(acronym), ()))
        return self._fetch(ids)

    def _fetch(self, ids: set[int]) -> set[int]:
        missing = ids - set(self.trials)
        if not missing:
            return missing
        self.trials |= {one.pk: one for one in self._stored.filter(pk__in=missing)}
        rows = TrialIdentifier.objects.filter(trial__in=missing).order_by("scheme", "value")
        for pk, scheme, value in rows.values_list("trial_id", "scheme", "value"):
            one = Identifier(intern(scheme), value)
            self.identifiers[pk].append(one)
            self._by_identifier[scheme, one.compact] = self.trials[pk]
            self._by_compact[one.compact].append(pk)
        return missing

    def forget_stored(self) -> None:
        """Let go of what `look_up` fetched; what is meant again is fetched again."""
        self.trials, self._by_identifier = {}, {}
        self._by_compact.clear()
        self.identifiers.clear()

    def candidates(self, identifiers: Iterable[Identifier], acronym: str) -> list[Trial]:
        """Every stored trial that the identifiers or the acronym could mean."""
        found = [self._by_identifier.get((one.scheme, one.compact)) for one in identifiers]
        found += [self.trials.get(pk) for pk in self.acronyms.get(key_of(acronym), ())] if acronym else []
        return [one for one in found if one is not None]

    def find(
        self, result: RowResult, column: str, identifiers: list[Identifier], acronym: str
    ) -> Trial | None:
        """The trial meant, or None for one not yet known. Refuses the row where two are meant."""
        meant: dict[int, tuple[Trial, Identifier]] = {}
        for one in identifiers:
            if found := self.known_by(one):
                meant.setdefault(id(found), (found, one))
        if len(meant) > 1:
            names = ", ".join(str(found) for found, _said in meant.values())
            result.refuse(
                column, _("The identifiers belong to different trials: %(names)s. Keep those of one trial.")
                % {"names": names},
            )  # fmt: skip
            return None
        where = "parent" if column == "parent" else "acronym"
        if meant:
            trial, said = next(iter(meant.values()))
            return self._checked(result, where, trial, said, acronym)
        return self._by_acronym(result, where, identifiers, acronym) if acronym else None

    def known_by(self, identifier: Identifier) -> Trial | None:
        """The trial that has an identifier, among those fetched and those of earlier rows."""
        key = identifier.scheme, identifier.compact
        return self._by_identifier.get(key) or self._new.get(key)

    def _checked(self, result, where, trial, said, acronym):
        """The trial of the identifier; where the acronym is another's, a person says which is meant."""
        others = self._others(trial, acronym) if acronym else []
        if not others:
            if acronym and trial.pk in self.acronyms.get(key_of(acronym), ()):
                self._read_as(result, where, trial, acronym, said)
            return trial
        names = ", ".join(f"{one} ({self._name(one)})" for one in others[:3])
        told = {"acronym": shown(acronym), "other": names, "number": said.value, "trial": trial}
        sentence = (
            _("“%(acronym)s” is the acronym of %(other)s, but %(number)s is the number of %(trial)s.")
            if key_of(acronym) in {key_of(one.acronym) for one in others}
            else _("“%(acronym)s” may mean %(other)s, but %(number)s is the number of %(trial)s.")
        )
        way_out = _("Correct the one that is wrong, or take the row if it is about %(trial)s.")
        result.doubt(Outcome.CONFLICT, where, sentence % told, way_out % told)
        return trial

    def _others(self, trial: Trial, acronym: str) -> list[Trial]:
        """Visible trials that `acronym` means rather than `trial`: for certain, or as far as one can tell."""
        key, pk = key_of(acronym), trial.pk
        alike = self.acronyms.get(key, [])
        if key == key_of(trial.acronym) or pk in alike:
            return []
        if not alike:
            near = self.near(acronym)
            is_own = pk in near if pk else key_of(trial.acronym) in Nearness([acronym]).to(trial.acronym)
            alike = [] if is_own else near
        self._fetch(set(alike))
        return [self.trials[one] for one in alike if one in self.trials]

    def _by_acronym(self, result, where, identifiers, acronym):
        found = self._called(acronym, identifiers)
        if len(found) > 1:
            names = ", ".join(f"{one.acronym} ({self._name(one)})" for one in found)
            result.refuse(
                where,
                _("Several trials have this acronym: %(names)s. Add an identifier.") % {"names": names},
            )
            return None
        for trial in found:
            if clash := self.clash(trial, identifiers):
                result.refuse(
                    where,
                    _("“%(acronym)s” is known with %(stored)s, and this row says %(said)s. If it is the same "
                      "trial, write both; if not, it needs another acronym.")
                    % {"acronym": shown(acronym), "stored": clash[0], "said": clash[1]},
                )  # fmt: skip
                return None
            self._read_as(result, where, trial, acronym)
            return trial
        return None

    def _read_as(self, result, where, trial, acronym, said=None) -> None:
        """A known trial in another spelling, or by the acronym of one that was merged into it: that is said,
        and the trial is not renamed by it. `said`: the number that named it, which may rename a spelling.
        """
        is_spelling = key_of(trial.acronym) == key_of(acronym)
        if trial.pk is None or trial.acronym == acronym or (said and is_spelling):
            return
        result.values[where] = trial.acronym
        told = {"acronym": shown(acronym), "trial": trial}
        if self._whole and where == "acronym" and is_spelling:
            result.note(
                where, _("“%(acronym)s” is read as %(trial)s. A row with its number may rename it.") % told
            )
        elif fold(trial.acronym) != fold(acronym):
            result.note(where, _("“%(acronym)s” is read as %(trial)s.") % told)

    def _called(self, acronym, identifiers) -> list[Trial]:
        """Trials spelt so; else those in another spelling, unless their identifiers speak against it."""
        found = [self.trials[pk] for pk in self.acronyms.get(key_of(acronym), ())]
        found += self._new_acronyms.get(key_of(acronym), [])
        if self._numbers_decide:
            found = [one for one in found if not self.clash(one, identifiers)]
        exact = [one for one in found if one.acronym.casefold() == acronym.casefold()]
        return exact or [one for one in found if not self.clash(one, identifiers)]

    def known_identifiers(self, trial: Trial) -> list:
        """Identifiers of a stored or a new trial."""
        return self.identifiers.get(trial.pk, []) if trial.pk else self._new_identifiers[id(trial)]

    def clash(self, trial: Trial, identifiers: Iterable[Identifier]) -> tuple[str, str] | None:
        """Two different identifiers of one registry speak against one trial."""
        return against(self.known_identifiers(trial), identifiers)

    def _name(self, trial):
        known = self.known_identifiers(trial)
        return known[0].value if known else trial.slug

    # Near ones

    def near(self, acronym: str) -> list[int]:
        """The visible trials that `acronym` may be, the likeliest first; none that are called so."""
        key, slugs = key_of(acronym), self._former.get(key_of(acronym), ())
        found = list(self._by_compact.get(text.squash(acronym), ()))
        former = Trial.objects.filter(slug__in=slugs).values_list("pk", "merged_into") if slugs else ()
        found += [heir or pk for pk, heir in former]
        found += [pk for one in self._nearness.to(acronym) for pk in self.acronyms[one]]
        if not found:
            return found
        same = self.acronyms.get(key, ())
        return [pk for pk in dict.fromkeys(found) if self._is_visible(pk) and pk not in same]

    def may_be(self, acronym: str, identifiers: Iterable[Identifier]) -> str:
        """The known trials that a new one called `acronym` may be, each with its number; or empty."""
        if not acronym:
            return ""
        said, near = list(identifiers), self.near(acronym)
        same = self.acronyms.get(key_of(acronym), ())
        if not near and not same:
            return ""
        known = Trial.objects.filter(pk__in=[*near, *same]).prefetch_related("identifiers")
        found = {one.pk: one for one in known}
        likely = [found[pk] for pk in near if pk in found and not against(found[pk].identifiers.all(), said)]
        return self._named([*likely, *(found[pk] for pk in same if pk in found)])

    def doubt_new(self, result: RowResult, trial: Trial, identifiers: list[Identifier], acronym: str) -> None:
        """Hold back a row about a trial that is new and may be a known one; so are later rows."""
        if names := self.may_be(acronym, identifiers):
            self._doubted[id(trial)] = _("It may be a trial that is known: %(names)s.") % {"names": names}
        if said := self._doubted.get(id(trial)):
            way_out = _("Did you mean that one? Write its acronym or number. Else take the row.")
            result.doubt(Outcome.DUPLICATE, "acronym", said, way_out)

    @staticmethod
    def _named(trials: Iterable[Trial]) -> str:
        """At most three, each with a number, or what stands in its address."""
        return ", ".join(
            f"{one} ({next((known.value for known in one.identifiers.all()), one.slug)})"
            for one in list(trials)[:3]
        )

    @cached_property
    def _nearness(self) -> Nearness:
        """Of the acronyms that may be spoken of."""
        rows = Trial.objects.exclude(acronym="").order_by("pk").values_list("pk", "acronym")
        return Nearness(acronym for pk, acronym in rows.iterator() if self._is_visible(pk))

    @cached_property
    def _former(self) -> dict[str, set[str]]:
        """Slugs by the key of an acronym that the trial had once, as the change log has it."""
        found: dict[str, set[str]] = defaultdict(set)
        edits = Change.objects.filter(kind=Trial.change_kind, op=Op.UPDATE)
        edits = edits.annotate(was=KT("before__acronym"), became=KT("after__acronym"))
        for slug, was in edits.exclude(was=F("became")).values_list("key", "was").iterator():
            if was:
                found[key_of(was)].add(slug)
        return found

    def suspect(self, trial: Trial, identifiers: Iterable[Identifier]) -> str:
        """Why a new trial may be one that is stored, in a sentence; empty where nothing speaks for it."""
        said = [text.squash(one.value) for one in identifiers if one.scheme in (Scheme.OTHER, Scheme.ICTRP)]
        for value in (one for one in said if len(one) > 4):
            if pks := self._by_code.get(value):
                return self._suspicion(pks, _("its number is the acronym of"))
        if pks := self._of_this_title(trial.title_en, identifiers):
            return self._suspicion(pks, _("it has the very title of"))
        if pks := self._of_near_acronym_and_title(trial):
            return self._suspicion(pks, _("acronym and title are nearly those of"))
        if names := self.may_be(trial.acronym, identifiers):
            return self._suspected(_("it is called nearly like"), names)
        return ""

    def _of_near_acronym_and_title(self, trial: Trial) -> list[int]:
        code = text.squash(trial.acronym)
        block = self._by_start.get(code[:4], ()) if len(code) > 4 else ()
        near = process.extract(code, block, scorer=fuzz.ratio, score_cutoff=NEAR, limit=5)
        for other, _score, _place in near:
            pks = self._by_code[other]
            if self._numbers(code) == self._numbers(other) and self._alike(trial.title_en, pks):
                return pks
        return []

    def _alike(self, title: str, pks) -> bool:
        return any(fuzz.token_set_ratio(fold(title), fold(self._titles[pk])) >= ALIKE for pk in pks)

    def _of_this_title(self, title: str, identifiers) -> list[int]:
        """Trials of that very title, but for those to which the same registry gave another number."""
        pks = self._by_title.get(hash(text.fold(title)), []) if len(title) > 20 else []
        said = {one.scheme for one in identifiers} - {Scheme.OTHER, Scheme.ICTRP}
        return [pk for pk in pks if not said & self._schemes[pk]]

    def _suspicion(self, pks, why: str) -> str:
        known = Trial.objects.filter(pk__in=list(pks)[:3]).prefetch_related("identifiers")
        return self._suspected(why, self._named(known))

    @staticmethod
    def _suspected(why: str, names: str) -> str:
        sentence = _(
            "This may be a trial that is known: %(why)s %(names)s. Take the row if it is another one."
        )
        return sentence % {"why": why, "names": names}

    @staticmethod
    def _numbers(code: str) -> str:
        """`AALL1731` and `AALL1732` are two trials, however alike."""
        return "".join(character for character in code if character.isdigit())

    @cached_property
    def _titles(self) -> dict[int, str]:
        return {
            pk: title
            for pk, title in Trial.objects.unmerged().values_list("pk", "title_en")
            if self._is_visible(pk)
        }

    @cached_property
    def _schemes(self) -> dict[int, frozenset[str]]:
        """The registries that gave a trial a number, by its pk; read once, when a title is met twice."""
        found: dict[int, frozenset[str]] = defaultdict(frozenset)
        same: dict[frozenset[str], frozenset[str]] = {}  # one object for all trials with the same registries
        for pk, scheme in TrialIdentifier.objects.values_list("trial_id", "scheme").iterator():
            more = found[pk] | {intern(scheme)}
            found[pk] = same.setdefault(more, more)
        return found

    @cached_property
    def _by_title(self) -> dict[int, list[int]]:
        """By the hash of the folded title, which takes a quarter of the room."""
        found = defaultdict(list)
        for pk, title in self._titles.items():
            found[hash(text.fold(title))].append(pk)
        return found

    @cached_property
    def _by_code(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for acronym, pks in self.acronyms.items():
            code = acronym.replace(".", "")
            found[code] = [*found[code], *pks] if code in found else pks
        return found

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for code in self._by_code:
            found[code[:4]].append(code)
        return found

    def remember(self, trial: Trial, identifiers: list[Identifier]) -> None:
        """A new trial of this file: later rows may mean it."""
        self._new_identifiers[id(trial)] = identifiers
        for one in identifiers:
            self._new[one.scheme, one.compact] = trial
        if trial.acronym and trial not in self._new_acronyms[key_of(trial.acronym)]:
            self._new_acronyms[key_of(trial.acronym)].append(trial)

    def forget(self, trial: Trial) -> None:
        """A new trial that no good row speaks of: later rows do not mean it."""
        self.slugs.discard(trial.slug)
        for one in self._new_identifiers.pop(id(trial), ()):
            self._new.pop((one.scheme, one.compact), None)
        if trial.acronym and trial in self._new_acronyms[key_of(trial.acronym)]:
            self._new_acronyms[key_of(trial.acronym)].remove(trial)

    def free_slug(self, trial: Trial, identifiers: list[Identifier]) -> str:
        """A slug that no stored trial and no earlier row has: acronym, else first identifier, else title."""
        words = [trial.acronym, *(one.value for one in identifiers), trial.title_en, "trial"]
        slug = free_slug(words, self.slugs)
        self.slugs.add(slug)
        return slug

    @property
    def slugs(self) -> set[str]:
        """All slugs in use; read once."""
        if not self._slugs:
            self._slugs = set(Trial.objects.values_list("slug", flat=True)) | {""}
        return self._slugs
