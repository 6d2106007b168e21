"""Rows of what a public registry says of its trials: a registry fills, and never overwrites.

What is empty is filled, and the trial's own status is brought up to date where a registry said it; what
somebody wrote into the directory stays. A new trial is a draft.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory.core.dates import first_day
from directory.core.roles import Role
from directory.core.text import UNREADABLE, fold, tidy
from directory.imports.choices import Outcome
from directory.imports.messages import day_first, problem, sentence
from directory.imports.questions import Option, Question
from directory.imports.rows.result import shown, yes_or_no
from directory.sheets.encoding_repair import REPAIRED

from .. import registries, statements
from ..ages import DAYS_OF_BAND
from ..choices import AgeBand, AgeGroup, Recruitment, Scheme
from ..models import StatusStatement, Trial
from ..models.registry import FROM_FILES, whose
from ..registry_files.base import RegistrySheet
from ..sources import contacts
from .trials import TrialProcessor

TAKE_ALL, TAKE_OURS = "take_all", "ours"  # a question; its answer that leaves the others out
LONG_TEXTS = frozenset({"summary", "eligibility", "arms"})
CONTACT = ("contact_role", "contact_email", "contact_phone")
BELGIUM = ("belgium", "be")  # as registries write it
_SPARED = {"too_long", "control", "cell_error", "not_calculated", "merged"}
_LONGEST = 60  # of what says that there is nothing to say


class RegistryProcessor(TrialProcessor):
    """A kind of sheet that `registry` writes; it is told by its header.

    `fields`: the columns that fill attributes of a trial; a column `age` has `(min, max)` as written, and
    `status` and `status_as_of` are the trial's own. `page`: the address of a trial at the registry, with `{}`
    for its number. `other_titles`: where the title stands if not under `title`. `repeats`: a trial may have
    several rows, of which the first is taken. `ours`: what a row names that is about our patients.
    """

    sheet: type[RegistrySheet]
    is_registrys = True
    fields: tuple[str, ...] = ()
    page = ""
    other_titles: tuple[str, ...] = ()
    repeats = False
    ours: str | Promise = gettext_lazy("a place in Belgium")

    def __init__(self, scope):
        super().__init__(scope)
        # Where a registry is followed, it may be another that answers in its form.
        self.registry = scope.choices.get(registries.SPEAKER, self.registry)
        self._conflicts: dict[int, str] = {}
        self._new = self._for_children = self._of_ours = self._of_others = 0  # rows

    @classmethod
    def registry_of(cls, header):
        return cls.registry if registries.sheet_of(header) is cls.sheet else ""

    # Reading

    def read(self, row, cells):
        """The row as far as it can be read: what is cut or broken costs its cell, not its trial."""
        better, faults, notes = self._cells(cells), [], []
        for column, code, params in row.faults:
            if code == REPAIRED:
                notes.append((column, _("Garbled letters were corrected, like Ã¨ to è.")))
            elif self._spares(column, code):
                notes.append((column, _spared(code, params)))
                better.pop(column, None)
            else:
                faults.append((column, code, params))
        if self.scope.user is None:
            notes += self._leave_out_long_texts(better)
        self.mend(better, notes)
        notes += self._letters_lost(better)
        result = super().read(replace(row, faults=faults), better)
        for column, said in notes:
            result.note(column, said)
        self.understand(result)
        return result

    def _letters_lost(self, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Which cells that fill a text hold the sign that a program writes for a letter it cannot read."""
        for name, column in self.sheet.columns().items():
            cell = cells.get(name, "") if column.attribute else ""
            if (place := cell.find(UNREADABLE)) >= 0:
                told = {"text": shown(cell[max(0, place - 30) : place + 30])}
                yield name, _(
                    "A letter was lost before the file was uploaded: “%(text)s”. Correct the text in the "
                    "directory, or export the file again as UTF-8."
                ) % told  # fmt: skip

    def _leave_out_long_texts(self, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        """Nobody could shorten them: a run of the house has no reader."""
        for column in sorted(LONG_TEXTS & cells.keys() & self.sheet.columns().keys()):
            field = self.sheet.model_field(column)
            longest = field.max_length if field else 0
            if 0 < longest < len(cells[column]):
                del cells[column]
                yield column, _("The text is longer than %d characters; it was left out.") % longest

    def mend(self, cells: dict[str, str], notes: list[tuple[str, str]]) -> None:
        """Before the cells are read: put right what the file's own form spoils; say so in `notes`."""

    def understand(self, result) -> None:
        """Once the cells are read: what several of them mean together."""

    def _cells(self, cells: dict[str, str]) -> dict[str, str]:
        """Without persons, without what says nothing, and with a title where there is one."""
        nothing, better = self.sheet.says_nothing, dict(cells)
        for name in self.sheet.private:
            better.pop(name, None)
        for name, cell in cells.items() if nothing else ():
            if len(cell) < _LONGEST and fold(cell) in nothing:
                del better[name]
        for name in self.other_titles:
            if not tidy(better.get("title", "")) and better.get(name):
                better["title"] = better[name]
        return better

    def _spares(self, column: str, code: str) -> bool:
        if column not in self.sheet.columns() or column in (*self.sheet.required, "title"):
            return False
        return code == "too_long" or (code in _SPARED and self.sheet.tolerates(column))

    # Deciding

    def resolve(self, result):
        number = self.sheet.identifier_columns[0]
        if number in result.values:
            self._leave_shared(result)
            super().resolve(result)
        elif not result.is_bad:
            header = self.sheet.columns()[number].header()
            result.refuse(
                number,
                _("The number is missing under “%(header)s”. Each row needs the number of its trial.")
                % {"header": header},
            )

    def _leave_shared(self, result) -> None:
        """Leave out codes of a trial with another number of this registry: a grant may pay for both."""
        number, *others = self.sheet.identifier_columns
        own = result.values[number]
        for name in [one for one in others if one in result.values]:
            shared = {one: trial for one in result.values[name] if (trial := self._other_trial(one, own))}
            result.values[name] = [one for one in result.values[name] if one not in shared]
            for one, trial in shared.items():
                told = _("“%(code)s” is also a number of %(trial)s, so it is not stored for this trial.")
                result.note(name, told % {"code": one.value, "trial": trial})

    def _other_trial(self, code, own) -> Trial | None:
        """The trial of a code that is not this row's: its own number decides, where that is known."""
        known, mine = self.finder.known_by(code), self.finder.known_by(own[0])
        if known is None or known is mine:
            return None
        if mine is not None:
            return known
        return known if code.scheme == Scheme.OTHER and self.finder.clash(known, own) else None

    def is_duplicate(self, key, result, column, *, naming=()):
        first = self.seen.get(key)
        if not self.repeats or first is None or first is result or first.is_refused:
            return super().is_duplicate(key, result, column, naming=naming)
        result.outcome = Outcome.DUPLICATE
        told = _(
            "The same trial as in row %(row)d (%(record)s): what %(registry)s says is read from that row."
        )
        said = {"row": first.number, "record": result.record, "registry": self.registry}
        result.note(column, told % said)
        return True

    def is_ours(self, result) -> bool:
        """Whether a row about a new trial names what is `ours`."""
        return any(
            fold(one if isinstance(one, str) else one[0]) in BELGIUM
            for one in result.values.get("countries", ())
        )

    def look_twice(self, result, work):
        super().look_twice(result, work)
        if work.trial.pk is not None or result.is_bad:
            return
        is_for_children, is_ours = may_be_for_children(work.trial), self.is_ours(result)
        self._new += 1
        self._for_children += is_for_children
        self._of_ours += is_ours
        if is_for_children or is_ours:
            return
        self._of_others += 1
        if self.scope.choices.get(TAKE_ALL) == TAKE_OURS:
            sentence = _("You answered to leave it out: it takes nobody under 18 and does not name %(ours)s.")
            result.refuse("", sentence % {"ours": self.ours})

    def asked(self):
        found = super().asked()
        # A run of the house has no reader; it looks for trials of ours only.
        if self.scope.user is not None and 2 * self._of_others > self._new:
            found.append(self._take_all())
        return found

    def warnings(self):
        if not self._new:
            return []
        told = _("New trials become drafts: readers see each of them once an editor lists it.")
        return [problem("drafts", told)]

    def _take_all(self) -> Question:
        """Most new trials are of another field: somebody may have handed in the wrong file."""
        asks = ngettext(
            "The new trial takes nobody under 18 and does not name %(ours)s. Accept it anyway? If not, "
            "cancel the import.",
            "Of %(new)d new trials, %(children)d may take patients under 18, and %(named)d name %(ours)s. "
            "Accept them all? If not, cancel the import.",
            self._new,
        ) % {
            "new": self._new, "children": self._for_children, "named": self._of_ours, "ours": self.ours,
        }  # fmt: skip
        options = [Option("take", _("Accept them all"))]
        if self._of_others < self._new:
            options.append(Option(TAKE_OURS, _("Leave out those that do neither")))
        return Question(
            TAKE_ALL, TAKE_ALL, asks, tuple(options), needed=True, params={"rows": self._of_others}
        )  # fmt: skip

    def _new_trial(self, result, identifiers):
        trial = super()._new_trial(result, identifiers)
        page = self.page.format(identifiers[0].value) if self.page else ""
        trial.source_url = page or result.values.get("url", "")
        return trial

    def _compare_fields(self, result, trial):
        if trial.pk is None and trial.source_url and "url" in self.fields:
            result.values.setdefault("url", trial.source_url)
        # The address of the registry's page is no news where another was chosen.
        given = [name for name in self.fields if name != "url" or trial.pk is None or not trial.url]
        was_said = trial.says_criteria
        changed = self._fill(result, trial, given)
        changed += self.fill_age(result, trial) + self._compare_contact(result, trial)
        self.compare_limits(result, trial, changed)
        if not was_said:
            changed += self.sign_criteria(result, trial, self.registry)
        return changed + self._compare_status(result, trial)

    def _compare_contact(self, result, trial) -> list[str]:
        """Whom to ask about the whole trial, with who says so and when; only where nobody is named yet.

        Never a person: the file may have been written by anybody.
        """
        role, email, phone = (result.values.pop(name, "") for name in CONTACT)
        if any(getattr(trial, name) for name in CONTACT):
            return []
        sponsors = f"{result.values.get('sponsor', '')}, {trial.sponsor}"
        kept = dict(zip(CONTACT, contacts.contact([(role, email, phone)], sponsors).values(), strict=True))
        if not kept["contact_role"]:
            return []
        result.values |= {name: value for name, value in kept.items() if value}
        changed = self.compare(result, trial, [name for name in CONTACT if name in result.values])
        trial.contact_source, trial.contact_as_of = self.registry, result.values.get("status_as_of", "")
        return [*changed, "contact_source", "contact_as_of"]

    def _compare_status(self, result, trial) -> list[str]:
        """The trial's own status, unless a fresher one may stand: then a person decides."""
        status, day = result.values.get("status"), result.values.get("status_as_of", "")
        if status is None:
            return []
        if self._is_seen_to_change(trial, status):
            result.values["status_as_of"] = day = self.scope.day.isoformat()
        if trial.status_by not in ("", Role.REGISTRY):
            return self._beside_a_person(result, trial, status, day)
        if self._is_no_news(trial, status, day):
            if trial.status_by == Role.REGISTRY:
                self._keep_for_later(result, trial, status, day)
            return []
        if _is_outweighed(trial, status, day):
            self._conflicts[result.number] = _may_be_older(status, trial.status, trial.status_as_of)
        return self.compare(result, trial, ("status", "status_as_of") if day else ("status",))

    @property
    def is_from_files(self) -> bool:
        """Whether the records lay in a folder: it is not known for how long, so each is of its own day."""
        return self.registry.endswith(FROM_FILES)

    def last_said(self, trial, day: str) -> StatusStatement | None:
        """What this registry said of the trial last, also in a file; of a file of `day`, by that day."""
        name = whose(self.registry)
        own = [one for one in self.stated.get(trial.pk, ()) if one.role == Role.REGISTRY]
        own = [one for one in own if whose(one.source) == name]
        if self.is_from_files:
            own = [one for one in own if statements.weight(one) <= (first_day(day) or dt.date.min)]
        return max(own, key=lambda one: (statements.weight(one), one.pk), default=None)

    def _is_seen_to_change(self, trial, status: str) -> bool:
        """Whether the directory sees this night that the registry says another status than before.

        That is then of this day, however roughly the record is dated. Of a file that somebody hands in, or
        that lay in a folder, it is not known whether it is younger.
        """
        if self.scope.user is not None or self.is_from_files:
            return False
        last = self.last_said(trial, "")
        return last is not None and last.status != status

    def _keep_for_later(self, result, trial, status: str, day: str) -> None:
        """What the registry says beside a word that stands: a change of it is then seen on its day."""
        last = self.last_said(trial, day)
        if self.scope.user is None and (last is None or last.status != status):
            self.news[result.number] = status, day
            result.change("statement", "", f"{self.registry}: {status}")

    def _is_no_news(self, trial, status: str, day: str) -> bool:
        """Whether a registry said so before: of a later day, or more exactly.

        A run of the house takes nothing that is older than another registry's word, or may be: nobody is
        there to say that it is right all the same.
        """
        if _is_outweighed(trial, status, day):
            return status == trial.status or self.scope.user is None
        since = trial.status_as_of
        return status == trial.status and bool(day) and since.startswith(day) and since != day

    def _beside_a_person(self, result, trial, status: str, day: str) -> list[str]:
        """What a person said stands; a registry that says something else on a later day disputes it."""
        said, last = self.stated.get(trial.pk, ()), self.last_said(trial, day)
        derived = statements.derive_of_trial([*said, self.statement(trial, status, day)])
        told = {
            "registry": self.registry, "status": Recruitment(status).label,
            "stored": Recruitment(trial.status).label, "role": Role(trial.status_by).label,
        }  # fmt: skip
        is_news = last is None or last.status != status
        if derived["disputed"] == trial.disputed and not (is_news and derived["disputed"]):
            self._keep_for_later(result, trial, status, day)
            if status != trial.status and not trial.disputed:
                sentence = _(
                    "%(registry)s says “%(status)s”; “%(stored)s” (%(role)s) is more recent and stays."
                )  # fmt: skip
                result.note("status", sentence % told)
            return []
        self.news[result.number] = status, day
        result.change("disputed", yes_or_no(trial.disputed), yes_or_no(derived["disputed"]))
        if derived["disputed"]:
            sentence = _(
                "%(registry)s says “%(status)s”; “%(stored)s” (%(role)s) stays and is shown as disputed."
            )  # fmt: skip
            result.note("status", sentence % told)
        trial.disputed = derived["disputed"]
        return ["disputed"]

    def _older(self, result):
        return self._conflicts.get(result.number, "")


def may_be_for_children(trial: Trial) -> bool:
    """Whether the ages that are known of a trial, or else their groups, let anybody under 18 in."""
    if trial.min_days is None and trial.age_groups:
        return AgeGroup.CHILD in trial.age_groups
    return trial.min_days is None or trial.min_days < DAYS_OF_BAND[AgeBand.ADULT][0]


def _may_be_older(status: str, stored: str, since: str) -> str:
    said = {
        "status": Recruitment(status).label, "stored": Recruitment(stored).label, "since": day_first(since),
    }  # fmt: skip
    sentence = _(
        "The export says “%(status)s”; “%(stored)s” was known on %(since)s, and it is not known whether the "
        "export is more recent. Accept the row if it is."
    )
    return sentence % said


def _is_outweighed(trial: Trial, status: str, day: str) -> bool:
    """Whether the status of a trial is of a later day than `day`, or is another and of a day within it."""
    since = trial.status_as_of
    is_vaguer = bool(day) and since.startswith(day) and since != day
    is_another = trial.status_by == Role.REGISTRY and status != trial.status
    return _is_older(day, since) or (is_vaguer and is_another)


def _is_older(day: str, since: str) -> bool:
    """Whether what is of `day` is older than what is of `since`, or may be: a day that nobody says is.

    A month is not older than a day in it, only less.
    """
    return bool(since) and not (day and (since.startswith(day) or day >= since))


def _spared(code: str, params: dict) -> str:
    if code == "too_long":
        return _("The cell has more than 32,767 characters; it was not read.")
    return f"{sentence(code, params)} {_('It was left out.')}"
