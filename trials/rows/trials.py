"""Rows of the sheet of trials: one row a trial, found by any identifier, else by its acronym."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.core.dates import first_day
from directory.core.models import State
from directory.core.roles import Role
from directory.imports.choices import Outcome
from directory.imports.rows.result import RowResult, shown
from directory.imports.rows.storing import ChangeRecorder, Counts, attributes_of, batches

from .. import statements
from ..choices import Recruitment
from ..identifiers import Identifier
from ..implied import Follows
from ..intervention_cells import Arm, Given
from ..models import Condition, StatusStatement, Trial, TrialSite
from ..models.criteria import AGES_IN_ORDER, LINES_IN_ORDER
from ..sheets import TrialSheet
from . import interventions
from .criteria import AGES, CriteriaRows, recorded
from .finding import TrialFinder
from .implied_sites import imply_of_the_whole
from .parents import ParentRows, as_identifier
from .registry_sites import RegistrySites, store_sites
from .trial_writes import store_trials, writes_of
from .waiting_trials import blank, fill, hollow, new_trial

# Where one of the two is stored, an empty other one says something, too.
TOGETHER = (("age_min", "age_max"), ("lines_min", "lines_max"), ("status", "status_as_of"))
# Two bounds, the column of the first, and the sentence of the constraint that they stand in order.
IN_ORDER = (
    ("min_days", "max_days", "age_min", AGES_IN_ORDER),
    ("lines_min", "lines_max", "lines_min", LINES_IN_ORDER),
)


@dataclass(slots=True)
class TrialWork:
    """A trial as it will be; `conditions`, `given`, `arms` None: as they are.

    `said`: the status that the row states of it, and its day as it was said; None: it states none.
    `evidence`: what the row says beside it. `implied`: what follows of it for its sites. `spoken_of`: the
    sites of which the row itself says a status, also where that is no news.
    """

    trial: Trial
    attributes: Sequence[str]
    identifiers: list[Identifier] = field(default_factory=list)
    conditions: list[str] | None = None
    said: tuple[str, str] | None = None
    evidence: str = ""
    implied: Sequence[Follows] = ()
    spoken_of: Sequence[TrialSite] = ()
    given: list[Given] | None = None
    arms: list[Arm] | None = None

    @property
    def sites_moved(self) -> list[TrialSite]:
        """The sites whose status becomes another, or is stated anew."""
        return [one.site for one in self.implied]


class TrialProcessor(CriteriaRows, ParentRows):
    """`registry`: which one wrote such sheets, if any; then they fill what is empty and overwrite nothing."""

    sheet = TrialSheet
    label = gettext_lazy("Trials")
    work = TrialWork
    registry = ""

    def __init__(self, scope):
        super().__init__(scope)
        self.finder = TrialFinder(scope.visible(Trial), numbers_decide=bool(self.registry))
        self.conditions = dict(Condition.objects.values_list("code", "pk"))
        self.conditions_of: dict[int, list[str]] = defaultdict(list)
        self._at_hand: list[tuple[RowResult, TrialWork]] = []  # of this chunk
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}  # most rows change the same attributes
        self.stated: dict[int, list[StatusStatement]] = defaultdict(list)
        self.interventions = interventions.StoredInterventions(self.sheet)
        self.news: dict[int, tuple[str, str]] = {}  # by row, a status that changes no column

    def look_up(self, results):
        identifiers, acronyms = [], []
        for one in results:
            identifiers += identifiers_of(self.sheet, one)
            acronyms += [one.values[name] for name in ("acronym", "parent") if name in one.values]
            if "parent" in one.values:
                identifiers += as_identifier(one.values["parent"])
        fresh = self.finder.look_up(identifiers, acronyms)
        links = Trial.conditions.through.objects.filter(trial__in=fresh)
        for pk, code in links.order_by("condition__position").values_list("trial_id", "condition__code"):
            self.conditions_of[pk].append(code)
        for one in StatusStatement.objects.filter(trial__in=fresh, retracted_at=None) if fresh else ():
            self.stated[one.trial_id].append(one)
        self.interventions.look_up(fresh)
        self.look_up_sites(fresh, results)

    def look_up_sites(self, trials: Iterable[int], results: Iterable[RowResult]) -> None:
        """The sites of those among `trials` of which a row says another status, which is of all its sites."""
        moved = set()
        for one in results:
            said = one.values.get("status"), one.values.get("status_as_of", "")
            for trial in self._candidates(one) if said[0] else ():
                if self.registry or trial.disputed or said != (trial.status, trial.status_as_of):
                    moved.add(trial.pk)
        if moved := moved.intersection(trials):
            self.sites.look_up(moved)

    def _candidates(self, result) -> list[Trial]:
        identifiers = identifiers_of(self.sheet, result)
        return self.finder.candidates(identifiers, result.values.get("acronym", ""))

    @cached_property
    def sites(self) -> RegistrySites:
        return RegistrySites(self.scope, self.registry)

    def resolve(self, result):
        identifiers = identifiers_of(self.sheet, result)
        acronym = result.values.get("acronym", "")
        if not identifiers and not acronym:
            if not result.is_bad:
                result.refuse("acronym", _("Which trial is it? Fill in its acronym or an identifier."))
            return
        column = next((name for name in self.sheet.identifier_columns if name in result.values), "acronym")
        so_far = len(result.messages)
        trial = self.finder.find(result, column, identifiers, acronym)
        if trial is None and len(result.messages) > so_far:
            return  # it may mean several
        if trial is None:
            trial = self._new_trial(result, identifiers)
            result.record = trial.slug
        elif self._is_said_again(result, trial, column):
            return
        self._resolve(result, trial, identifiers)

    def _is_said_again(self, result, trial, column) -> bool:
        """Whether an earlier row says all of it; a new trial of an earlier row begins anew."""
        result.record = trial.slug
        if self.is_duplicate(trial.slug, result, column):
            return True
        if trial.pk is None:
            result.touch(trial)
            blank(trial)
        return False

    def _new_trial(self, result, identifiers) -> Trial:
        trial = new_trial()
        trial.acronym, trial.title_en = result.values.get("acronym", ""), result.values.get("title", "")
        trial.state = State.DRAFT if self.registry else self.scope.state_of_new
        trial.source = self.registry
        trial.slug = self.finder.free_slug(trial, identifiers)
        trial.acronym = trial.title_en = ""
        self.seen[trial.slug] = result
        return trial

    def _resolve(self, result, trial, identifiers):
        is_new = trial.pk is None
        if is_new and "title" not in result.cells:
            result.refuse("title", _("This trial is new and needs a title."))
        result.touch(trial)
        work = self.work(trial, self._compare_fields(result, trial), said=self.news.pop(result.number, None))
        self._at_hand.append((result, work))
        self._compare_identifiers(result, work, identifiers)
        self._compare_conditions(result, work)
        self._compare_interventions(result, work)
        self.compare_parent(result, work)
        self._compare_more(result, work)
        imply_of_the_whole(self, result, work)
        self._check_order(result, trial)
        if is_new and not result.contradicts:
            self.finder.remember(trial, identifiers)
        if not result.is_bad and (result.changes or is_new):
            result.accept(work, is_new=is_new)
            self.look_twice(result, work)

    def _check_order(self, result, trial):
        """As the constraints, with what the bounds are."""
        for low, high, column, sentence in IN_ORDER:
            bounds = getattr(trial, low), getattr(trial, high)
            if None not in bounds and bounds[0] > bounds[1]:
                if column in AGES:
                    bounds = trial.age_written("min"), trial.age_written("max")
                result.refuse(column, f"{sentence} ({bounds[0]} > {bounds[1]})")

    def _compare_fields(self, result, trial) -> list[str]:
        """Set on `trial` what the row says of it; the attributes that changed."""
        set_on = self._fill if self.registry else self.compare
        changed = set_on(result, trial, self.sheet.compared())
        self.compare_limits(result, trial, changed)
        return changed

    def _fill(self, result, trial, names: Iterable[str]) -> list[str]:
        """As `compare`, of what is empty; where something else stands, that is told and stays."""
        columns = self.sheet.columns()
        known = {} if trial.pk is None else recorded(trial, names, columns)
        filled = _kept_columns(known)
        for name in sorted(filled & result.values.keys()):
            said = result.values[name]
            if not self.is_said_already(trial, name, known[name], said):
                self.stays(result, name, self.reader.written(name, known[name]))
        empty = [one for one in names if one in result.values and one not in filled]
        return self.compare(result, trial, empty)

    def clears(self, result, name, old):
        return not self.registry and super().clears(result, name, old)

    def stays(self, result, name: str, stored: str) -> None:
        said = {"registry": self.registry, "said": shown(result.cells[name]), "stored": shown(stored)}
        sentence = _("%(registry)s says “%(said)s”; the directory keeps “%(stored)s”.")
        if not stored:
            sentence = _("%(registry)s says “%(said)s”; the field is empty in the directory and stays empty.")
        result.note(name, sentence % said)

    def _compare_more(self, result, work) -> None:
        """What only some sheets of trials have."""

    def look_twice(self, result, work) -> None:
        """Hold a good row back that a person should look at: a new trial that may be one we have."""
        if work.trial.pk is None and (said := self.finder.suspect(work.trial, work.identifiers)):
            result.flag_for_review(Outcome.DUPLICATE, "acronym" if work.trial.acronym else "title", said)
        if said := self._older(result):
            result.flag_for_review(Outcome.CONFLICT, "status", said)

    def _older(self, result) -> str:
        """Why a status may be older than the stored one, in a sentence; empty where it is not."""
        dated = next((one for one in result.changes if one["field"] == "status_as_of"), None)
        # A month is not older than a day in it, only less.
        if not dated or not dated["new"] or dated["old"].startswith(dated["new"]):
            return ""
        if not dated["old"] or first_day(dated["new"]) >= first_day(dated["old"]):
            return ""
        sentence = _(
            "The stored status is from %(old)s, and that of the row is older (%(new)s). Accept the row if "
            "it is right anyway."
        )  # fmt: skip
        return sentence % dated

    def _compare_identifiers(self, result, work, identifiers):
        """Identifiers are added, never taken away: a sheet seldom has all of them."""
        known = self.finder.identifiers.get(work.trial.pk, []) if work.trial.pk else []
        compacts = {(one.scheme, one.compact) for one in known}
        for name in self.sheet.identifier_columns:
            said = result.values.get(name, [])
            new = [one for one in said if (one.scheme, one.compact) not in compacts]
            if new:
                schemes = {one.scheme for one in said}
                old = [one for one in known if one.scheme in schemes]
                result.change(name, self.sheet.written(name, old), self.sheet.written(name, [*old, *new]))
                work.identifiers += new

    def _compare_conditions(self, result, work):
        old = self.conditions_of.get(work.trial.pk, []) if work.trial.pk else []
        if "conditions" not in result.values and not self.clears(result, "conditions", old):
            return
        said = result.values.get("conditions", [])
        if self.registry and old and set(said) != set(old):
            self.stays(result, "conditions", "; ".join(old))
        elif set(said) != set(old):
            result.change("conditions", "; ".join(old), "; ".join(said))
            work.conditions = said

    def _compare_interventions(self, result, work):
        old = self.interventions.given(work.trial)
        is_said = self.interventions.are_told and "interventions" in result.values
        if not is_said and not self.clears(result, "interventions", old):
            return
        said = result.values.get("interventions", [])
        if interventions.are_same(said, old):
            return
        stored = self.sheet.written("interventions", old)
        if self.registry and old:
            self.stays(result, "interventions", stored)
            return
        result.change("interventions", stored, self.sheet.written("interventions", said))
        work.given = said

    def release(self, results, *, stores):
        super().release(results, stores=stores)
        taken = {id(work.trial) for result, work in self._at_hand if result.work}
        for result, work in self._at_hand:
            if stores and result.work:
                self._state(work)
        for result, work in self._at_hand:
            # Of several rows about a trial at most one is taken, and what it says is kept.
            if result.work or id(work.trial) not in taken:
                hollow(work.trial, work.attributes if result.work else (), whole_if_new=stores)
            work.attributes = self._same.setdefault(names := tuple(work.attributes), names)
        self._at_hand = []
        self.finder.forget_stored()
        self.conditions_of.clear()
        self.interventions.forget()
        self.stated.clear()
        self.sites.forget()

    def _state(self, work) -> None:
        """A row that writes the trial's own status states it, and says who does."""
        trial = work.trial
        if work.said is None and not statements.OF_THE_STATUS.isdisjoint(work.attributes):
            work.said = trial.status, trial.status_as_of
            derived = {"status_by": self.signed["role"], "disputed": False}
            if said := self.stated.get(trial.pk):
                derived = statements.derive_of_trial([*said, self.statement(trial, *work.said)])
            for name in ("status_by", "disputed"):
                if getattr(trial, name) != derived[name]:
                    setattr(trial, name, derived[name])
                    work.attributes.append(name)

    def statement(self, trial: Trial, status: str, day: str) -> StatusStatement:
        """What a row states of a trial, before it is stored."""
        return StatusStatement(
            pk=statements.LAST, trial=trial, status=status, said_at=first_day(day),
            said_on=statements.partial(day), **self.signed,
        )  # fmt: skip

    @cached_property
    def signed(self) -> dict[str, object]:
        """Who states what rows say of the status of a trial."""
        by = {"user_id": self.scope.user_id, "run": self.scope.run}
        if self.registry:
            return by | {"role": str(Role.REGISTRY), "source": self.registry}
        return by | {"role": self.scope.role, "evidence": self.scope.file_name[:500]}

    def writes(self, result):
        return writes_of(result.work, result, self.sheet, self.conditions)

    def touched(self, works):
        trials = {Trial: [work.trial.pk for work in works if work.trial.pk]}
        sites = {site.pk for work in works for site in work.sites_moved if site.pk}
        return trials | {TrialSite: sorted(sites)} if sites else trials

    def store(self, works) -> Counts:
        recorder = ChangeRecorder(self.scope.actor)
        for some in batches(works):
            fill([work.trial for work in some], attributes_of(some))
            store_trials(some, recorder, self.conditions, signed=self.signed)
            self.store_more(some, recorder)
            for work in some:
                hollow(work.trial, (), whole_if_new=False)
        self.store_last(recorder)
        return recorder.counts

    def store_more(self, works, recorder) -> None:
        """What hangs on the trials that were just stored."""
        implied = [one for work in works for one in work.implied]
        if implied:
            store_sites([one.site for one in implied], [], recorder, implied)

    def store_last(self, recorder) -> None:
        """What is stored once, after all trials."""


def _kept_columns(stored: dict[str, object]) -> set[str]:
    """The columns that a registry leaves as they are, of stored values by column."""
    filled = {name for name, old in stored.items() if old not in (None, "", [], Recruitment.UNKNOWN)}
    for one, other in (*TOGETHER, *(pair[::-1] for pair in TOGETHER)):
        if one in filled and other in stored:
            filled.add(other)
    if "status" in stored and "status" not in filled:
        filled.discard("status_as_of")  # a day of a status that nobody knew
    return filled


def identifiers_of(sheet, result) -> list[Identifier]:
    """All identifiers that a row gives, in the order of the columns."""
    return [one for name in sheet.identifier_columns for one in result.values.get(name, ())]


def called(identifiers: list[Identifier], acronym: str) -> str:
    """What a row calls its trial: its first identifier, else its acronym."""
    return identifiers[0].value if identifiers else acronym
