"""Rows of the CSV that ClinicalTrials.gov exports, also when a spreadsheet has spoilt it.

A new trial gets the sites of those locations that name one of our centres for certain. The export says
nothing of the status of a site; the API does, of some.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres import spelling
from centres.matching import CentreRef, Match
from centres.rows.places import Places, key_of
from directory.core.text import fold
from directory.imports.rows.checking import Write
from directory.imports.rows.result import RowResult, in_parts, shown

from ..choices import AgeGroup, Recruitment
from ..ctgov import CtgovSheet
from ..identifiers import read_identifier
from ..models import StatusStatement, TrialSite
from ..sheets import spellings
from .registry import RegistryProcessor
from .registry_sites import RegistrySites, store_sites
from .trials import TrialWork

_STATUSES = spellings("status")

_IN_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_AGE_GROUPS = {fold(word) for word in AgeGroup.values}
CUT = 32_700  # a spreadsheet keeps 32,767 characters of a cell, less the quotes it had


@dataclass(slots=True)
class CtgovWork(TrialWork):
    """A trial as it will be, the sites that it gets or that are spoken of, and what is stated of them."""

    sites: list[TrialSite] = field(default_factory=list)
    statements: list[StatusStatement] = field(default_factory=list)

    @property
    def sites_moved(self):
        return [one.site for one in (*self.statements, *self.implied)]


class CtgovProcessor(RegistryProcessor):
    sheet = CtgovSheet
    label = gettext_lazy("ClinicalTrials.gov export")
    work = CtgovWork
    registry = "ClinicalTrials.gov"
    page = "https://clinicaltrials.gov/study/{}"
    fields = (
        "title", "url", "acronym", "summary", "disease_terms", "sponsor", "groups", "sex", "phase",
        "study_type", "eligibility", "arms", "age_groups",
    )  # fmt: skip
    ours = gettext_lazy("one of our centres")

    def __init__(self, scope):
        super().__init__(scope)
        self.places = Places(self, none_means=_("no site is made for it"))
        self.countries = self.places.matcher.countries()
        self.sites = RegistrySites(scope, self.registry)
        self._above: RowResult | None = None  # the last row with a number: what is spilled is its rest

    # Reading

    def read(self, row, cells):
        number = cells.get("nct_number", "")
        if not _is_number(number):
            return self._spilled(row, cells)
        self._above = super().read(row, cells)
        return self._above

    def _spilled(self, row, cells) -> RowResult:
        """A row without a number is refused whole, whatever else stands in it."""
        result = RowResult(row.number, {name: cell for name, cell in cells.items() if cell}, faults=[])
        if re.match(r"(?i)\s*n\W?c\W?t\W?\d", cells.get("nct_number", "")):
            result.refuse("nct_number", self.reader.value("nct_number", cells["nct_number"])[1])
        elif self._above is not None:
            said = {"row": self._above.number}
            result.refuse(
                "nct_number",
                _(
                    "The NCT number is missing: this row continues row %(row)d, where a spreadsheet cut a "
                    "cell that was too long. It was left out. Download the CSV again, and upload it without "
                    "opening it."
                )
                % said,
            )  # fmt: skip
            if not any(one["column"] == "" for one in self._above.messages):
                self._above.note(
                    "", _("A spreadsheet cut a cell of this row; it continues in the rows below.")
                )
        else:
            result.refuse(
                "nct_number", _("The NCT number is missing. Each row needs the number of its trial.")
            )
        return result

    def mend(self, cells, notes):
        """A cell that a spreadsheet cut loses its last place, which may be half of one."""
        self._with_age_groups(cells)
        if len(cells.get("locations", "")) >= CUT:
            while len(cells["locations"]) >= CUT:  # once read so, it is read so again
                cells["locations"] = cells["locations"].rpartition("|")[0]
            notes.append(("locations", _("A spreadsheet cut this cell; its last place was left out.")))

    def _with_age_groups(self, cells) -> None:
        """The groups that the cell of the ages has, alone or behind the ages."""
        said = cells.get("age", "")
        groups = _IN_BRACKETS.search(said)
        text = groups[1] if groups else said
        words = [word.strip() for word in re.split(r"[,|]", text) if word.strip()]
        if words and {fold(word) for word in words} <= _AGE_GROUPS:
            cells.setdefault("age_groups", ", ".join(words))

    # Looking up

    def look_up_sites(self, trials, results):
        self.sites.look_up(self.finder.trials)

    # Deciding

    def is_ours(self, result):
        return bool(result.work.sites)

    def _compare_fields(self, result, trial):
        if verified := result.values.get("status_verified"):
            result.values["status_as_of"] = verified
        return super()._compare_fields(result, trial)

    def _compare_more(self, result, work):
        """Sites at the centres that the locations name, for certain or as a person answered."""
        known = self.sites.at(work.trial) if work.trial.pk else set()
        places, missed, named = {}, [], defaultdict(list)
        for text, found in self._in_our_countries(result):
            if place := found.centre or self._answered(result, text, found, known | places.keys()):
                places[place.id] = place
                named[place.id].append(text)
            else:
                missed.append((text, found))
        new = [place for place in places.values() if place.id not in known]
        if new:
            result.change("locations", "", "; ".join(sorted(place.code for place in new)))
        work.sites = [self.sites.site(work.trial, place) for place in new]
        self._state_sites(result, work, places, named)
        self._tell_missed(result, missed)
        self._compare_arms(result, work)

    def _compare_arms(self, result, work) -> None:
        """The arms of a trial that has none listed yet."""
        said = result.values.get("arm_groups", [])
        if said and not self.interventions.has_arms(work.trial):
            result.change("arm_groups", "", self.sheet.written("arm_groups", said))
            work.arms = said

    def _state_sites(self, result, work, places: dict[int, CentreRef], named: dict[int, list[str]]) -> None:
        """What the registry says of the status at each of `places`, by the texts that mean it."""
        statuses = dict(_status_at(one) for one in result.values.get("location_statuses", ()))
        new = {site.centre_id: site for site in work.sites}
        day = result.values.get("status_verified") or result.values.get("status_as_of", "")
        for pk, texts in named.items():
            said = {statuses[text] for text in texts if text in statuses} - {None}
            if said:
                site = new.get(pk) or self.sites.site(work.trial, places[pk])
                self._state_site(result, work, site, said, day)

    def _state_site(self, result, work, site: TrialSite, said: set, day: str) -> None:
        """What the registry says of the status at one site; nothing is made of several at once."""
        work.spoken_of = [*work.spoken_of, site]
        if len(said) > 1:
            told = {"centre": site.centre.code, "statuses": ", ".join(sorted(said))}
            sentence = _("There are several statuses for %(centre)s: %(statuses)s.")
            result.note("location_statuses", sentence % told)
        elif statement := self.sites.state(result, site, said.pop(), day):
            work.statements.append(statement)

    def _tell_missed(self, result, missed: list[tuple[str, Match]]) -> None:
        """Of which locations no site is made, and which centres they may mean."""
        unclear, others = [], []
        for text, found in missed:
            if key_of(text) not in self.scope.choices and (might_be := self.places.might_be(found)):
                unclear.append(f"“{shown(text)}”: {might_be} ({'; '.join(found.candidates[0].reasons)})")
            else:
                others.append(f"“{shown(text)}”")
        told = (
            (_("No site is made for places that may be one of our centres: %(places)s."), unclear),
            (_("No site is made for places that are not one of our centres: %(places)s."), others),
        )
        for sentence, some in told:
            for part in in_parts(some):
                result.note("locations", sentence % {"places": part})

    def _in_our_countries(self, result) -> list[tuple[str, Match]]:
        """Each place in a country of our centres and what it means; those that are certain first."""
        texts = dict.fromkeys(result.values.get("locations", ()))
        ours = [text for text in texts if spelling.read(text).country in self.countries]
        pairs = [(text, self.places.matcher.match(text)) for text in ours]
        return sorted(pairs, key=lambda pair: pair[1].centre is None)

    def _answered(self, result, text, found, there) -> CentreRef | None:
        """What a person said an unclear place is. Not asked where all that it may be has its site already."""
        if result.is_bad or not {one.place.id for one in found.candidates} - set(there):
            return None
        return self.places.answered(result, "locations", text, found)

    def release(self, results, *, stores):
        super().release(results, stores=stores)
        self.sites.forget()

    # Storing

    def touched(self, works):
        return super().touched(works) | self.places.touched()

    def store_last(self, recorder):
        self.places.learn(recorder)

    def writes(self, result):
        yield from super().writes(result)
        for site in result.work.sites:
            yield Write(site, "locations")
        for one in result.work.statements:
            yield Write(one, "location_statuses")

    def store_more(self, works, recorder):
        stated = [one for work in works for one in work.statements]
        sites = [site for work in works for site in (*work.sites, *work.sites_moved)]
        implied = [one for work in works for one in work.implied]
        store_sites(list({id(one): one for one in sites}.values()), stated, recorder, implied)


def _status_at(text: str) -> tuple[str, str | None]:
    """`UZ Gent, Ghent, Belgium: RECRUITING` as the place and its status; None where that is not known."""
    place, _colon, said = text.rpartition(": ")
    status = _STATUSES.get(fold(said))
    return place, None if status == Recruitment.UNKNOWN else status


def _is_number(cell: str) -> bool:
    try:
        return read_identifier(cell, "nct").scheme == "nct"
    except ValueError:
        return False
