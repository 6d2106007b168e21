"""Which centre a cell means, what is asked where it is not certain, and what is learned from the answer."""

from functools import cache

from django.utils.translation import gettext as _

from directory.core.text import fold
from directory.imports.questions import Option, Question
from directory.imports.rows.processor import RowProcessor
from directory.imports.rows.result import RowResult, shown
from directory.imports.rows.storing import ChangeRecorder
from directory.imports.scope import Scope

from ..choices import AliasKind
from ..matching import CentreRef, Match, Matcher
from ..models import Centre, CentreAlias
from ..sheets import centre_words

MOST_ASKED = 50  # more than a person answers; what is beyond is refused with what it might mean
LONGEST = 200  # what an alias holds


class Places:
    """The centres that the cells of one sheet mean: for certain, or as a person answered.

    A text that is not certain is asked about once a sheet, under `centre:<folded text>`; its rows stay
    invalid until it is answered. What was answered is learned as an alias when the plan is applied.
    """

    def __init__(self, processor: RowProcessor, *, none_means: str = ""):
        """`none_means`: what comes of a text that is said to be none of ours; else its rows are refused."""
        self.process, self.scope = processor, processor.scope
        self.matcher = Matcher(processor.scope.visible(Centre))
        self.none_means = none_means
        self._answered: dict[str, tuple[str, CentreRef]] = {}  # by folded text: as written, and what it means

    def find(self, result: RowResult, column: str) -> CentreRef | None:
        """The centre that the cell means; else the row is refused with who it might mean."""
        text = result.cells.get(column, "")
        if not text:
            if column not in {name for name, _code, _params in result.faults}:
                result.refuse(column, _("The centre is missing. Write its code, for example uz-gent."))
            return None
        text = result.values.get(column, text)
        found = self.matcher.match(text)
        if found.centre:
            return found.centre
        if place := self.answered(result, column, text, found):
            return place
        self._refuse(result, column, text, found)
        return None

    def meant(self, text: str) -> CentreRef | None:
        """The centre that a text means, for certain or as it was answered; nothing is asked or said."""
        return self.matcher.match(text).centre or self.matcher.by_code(
            self.scope.choices.get(key_of(text), "")
        )

    def answered(self, result: RowResult, column: str, text: str, found: Match) -> CentreRef | None:
        """What a text that is not certain was said to mean; it is asked about, and None while it is not."""
        place = self.matcher.by_code(self._ask(text, found))
        if place:
            self._note_answer(result, column, text, place, found)
        return place

    def might_be(self, found: Match) -> str:
        """The centres that a text might mean, as far as they may be suggested, each with its name."""
        return ", ".join(f"{one.place.code} ({one.place.name})" for one in found.candidates)

    def _note_answer(self, result, column, text, place, found) -> None:
        if found.may_be_learned and self.scope.may_touch(place.id):
            self._answered[fold(text)] = (text, place)
        result.note(
            column, _("You answered that “%(text)s” is %(code)s.") % {"text": shown(text), "code": place.code}
        )

    def _refuse(self, result, column, text, found: Match) -> None:
        near = found.near
        said = {"text": shown(text), "codes": ", ".join(f"{place.code} ({place.name})" for place in near)}
        if key_of(text) in self.scope.choices:
            sentence = _("You answered that “%(text)s” is not one of our centres.")
        elif found.how == "several" and near:
            sentence = _("“%(text)s” is the name of more than one centre: %(codes)s. Write the code.")
        elif near:
            sentence = _("“%(text)s” is not a known centre. Did you mean %(codes)s? Write the code.")
        else:
            sentence = _("“%(text)s” is not a known centre. Write a code from the list of centres.")
        result.refuse(column, sentence % said)

    # Asking

    def _ask(self, text: str, found: Match) -> str:
        """The code that was answered; empty where nothing, or “none of ours”, was."""
        key, asked = key_of(text), self.process.questions
        if not fold(text) or max(len(text), len(fold(text))) > LONGEST:
            return ""
        if key not in asked:
            if sum(one.startswith("centre:") for one in asked) >= MOST_ASKED:
                return ""
            self.process.ask(self._question(key, text, found))
        asked[key].params["rows"] += 1
        return self.scope.choices.get(key, "")

    def _question(self, key: str, text: str, found: Match) -> Question:
        options = [
            Option(one.place.code, one.place.name, _scored(one.score, one.reasons))
            for one in found.candidates
        ]
        options.append(Option("", _("not one of our centres"), self.none_means or _("its rows are left out")))
        sentence = _("Which centre is “%(text)s”?")
        if not found.may_be_learned:
            sentence = _("Which centre is “%(text)s” in this sheet? The answer is not kept for other sheets.")
        return Question(
            key, "centre", sentence % {"text": shown(text)}, tuple(options), examples=(text,),
            others="centre", params={"rows": 0},
        )  # fmt: skip

    # Learning

    def touched(self) -> dict[type, list[int]]:
        """The centres that learn an alias."""
        pks = sorted({place.id for _text, place in self._answered.values()})
        return {Centre: pks} if pks else {}

    def learn(self, recorder: ChangeRecorder) -> None:
        """Keep what was answered as aliases, changes of their centres; what means a centre already stays."""
        taken = set(CentreAlias.objects.filter(folded__in=self._answered).values_list("folded", flat=True))
        new = {folded: said for folded, said in self._answered.items() if folded not in taken}
        if not new:
            return
        centres = {place.id: Centre(pk=place.id, code=place.code) for _text, place in new.values()}
        recorder.watch(Centre, centres)
        CentreAlias.objects.bulk_create(
            CentreAlias(
                centre_id=place.id, text=text, folded=folded, kind=AliasKind.LEARNED,
                learned_by_id=self.scope.decided_by, learned_from=self.scope.file_name,
            )
            for folded, (text, place) in new.items()
        )  # fmt: skip
        recorder.record(centres.values())


def key_of(text: str) -> str:
    """The key of the question which centre `text` means."""
    return f"centre:{fold(text)}"


class NamesCentre(RowProcessor):
    """Rows each of which names a centre, in the column `centre_column`."""

    centre_column: str
    wider_than = ("trials", "centres")

    @classmethod
    def lists(cls, user):
        return centre_words(cls.sheet, user)

    @classmethod
    def naming(cls, scope):
        @cache
        def matcher() -> Matcher:
            """What centres are called is read once it is asked."""
            return Matcher(scope.visible(Centre))

        return {cls.centre_column: lambda cell: matcher().match(cell).how != "none"}


def _scored(score: int, reasons: tuple[str, ...]) -> str:
    return _("%(score)d out of 100: %(reasons)s") % {"score": score, "reasons": "; ".join(reasons)}


def may_touch(scope: Scope, place: CentreRef, result: RowResult, column: str) -> bool:
    """False, and the row refused without a word about what is stored, for somebody else's centre."""
    if scope.may_touch(place.id):
        return True
    result.refuse_others(
        column, _("“%(text)s” is not your centre. Remove the row.") % {"text": shown(result.cells[column])}
    )
    return False
