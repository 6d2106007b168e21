"""Rows of what a public registry says of its trials: a registry fills, and never overwrites.

What is empty is filled, and the trial's own status is brought up to date where a registry said it; what
somebody wrote into the directory stays. A new trial is a draft.
"""

from django.utils.translation import gettext as _

from directory.core.roles import Role
from directory.imports.messages import day_first
from directory.imports.rows.result import yes_or_no

from .. import statements
from ..choices import Recruitment
from .trials import TrialProcessor


class RegistryProcessor(TrialProcessor):
    """A kind of sheet that `registry` writes; it is told by its header.

    `fields`: the columns that fill attributes of a trial; a column `age` has `(min, max)` in days, and
    `status` and `status_as_of` are the trial's own. `page`: the address of a trial at the registry, with `{}`
    for its number.
    """

    is_registrys = True
    fields: tuple[str, ...] = ()
    page = ""

    def __init__(self, scope):
        super().__init__(scope)
        self._conflicts: dict[int, str] = {}

    @classmethod
    def registry_of(cls, header):
        return cls.registry if cls.sheet.is_header(header) else ""

    def _new_trial(self, result, identifiers):
        trial = super()._new_trial(result, identifiers)
        trial.source_url = self.page.format(identifiers[0].value) if self.page else ""
        return trial

    def _compare_fields(self, result, trial):
        if trial.pk is None and trial.source_url:
            result.values.setdefault("url", trial.source_url)
        # The address of the registry's page is no news where another was chosen.
        given = [name for name in self.fields if name != "url" or trial.pk is None or not trial.url]
        changed = self._fill(result, trial, given)
        return changed + self._compare_age(result, trial) + self._compare_status(result, trial)

    def _compare_age(self, result, trial) -> list[str]:
        """Bounds where the directory has none; those of an export are seldom more than groups."""
        low, high = result.values.get("age", (None, None))
        if (low, high) == (None, None) or not (trial.min_days is None and trial.max_days is None):
            return []
        trial.min_days, trial.max_days = low, high
        result.change("age", "", trial.age_text)
        return ["min_days", "max_days"]

    def _compare_status(self, result, trial) -> list[str]:
        """The trial's own status, unless a fresher one may stand: then a person decides."""
        status, day = result.values.get("status"), result.values.get("status_as_of", "")
        if status is None:
            return []
        if trial.status_by not in ("", Role.REGISTRY):
            return self._beside_a_person(result, trial, status, day)
        stored, since = trial.status, trial.status_as_of
        is_older = bool(since) and (not day or day < since)
        if is_older and status == stored:
            return []
        if is_older:
            said = {
                "status": Recruitment(status).label, "stored": Recruitment(stored).label,
                "since": day_first(since),
            }  # fmt: skip
            self._conflicts[result.number] = (
                _("The export says “%(status)s”; “%(stored)s” was known on %(since)s, and the export is not "
                  "known to be younger. Take the row if it is.")
                % said
            )  # fmt: skip
        return self.compare(result, trial, ("status", "status_as_of") if day else ("status",))

    def _beside_a_person(self, result, trial, status: str, day: str) -> list[str]:
        """What a person said stands; a registry that says something else on a later day disputes it."""
        said = self.stated.get(trial.pk, ())
        last = max((one for one in said if one.role == Role.REGISTRY), key=statements.weight, default=None)
        derived = statements.derive_of_trial([*said, self.statement(trial, status, day)])
        told = {
            "registry": self.registry, "status": Recruitment(status).label,
            "stored": Recruitment(trial.status).label, "role": Role(trial.status_by).label,
        }  # fmt: skip
        is_news = derived["disputed"] and (last is None or last.status != status)
        if derived["disputed"] == trial.disputed and not is_news:
            if status != trial.status and not trial.disputed:
                sentence = _("%(registry)s says “%(status)s”; “%(stored)s”, said in the role %(role)s, is "
                             "fresher and stands.")  # fmt: skip
                result.note("status", sentence % told)
            return []
        self.says[result.number] = status, day
        result.change("disputed", yes_or_no(trial.disputed), yes_or_no(derived["disputed"]))
        if derived["disputed"]:
            sentence = _("%(registry)s says “%(status)s”; “%(stored)s”, said in the role %(role)s, stands "
                         "and is shown as disputed.")  # fmt: skip
            result.note("status", sentence % told)
        trial.disputed = derived["disputed"]
        return ["disputed"]

    def _older(self, result):
        return self._conflicts.get(result.number, "")
