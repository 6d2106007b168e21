"""Rows of the CSV that ClinicalTrials.gov exports, also when a spreadsheet has spoilt it.

A new trial gets the sites of those locations that name one of our centres for certain; the export says
nothing of the status of a site.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres import spelling
from centres.matching import CentreRef, Match
from centres.rows.places import Places, key_of
from directory.imports.rows.checking import Write
from directory.imports.rows.result import RowResult, in_parts, shown

from ..ctgov import CtgovSheet
from ..identifiers import read_identifier
from ..models import TrialSite
from .registry import RegistryProcessor
from .trials import TrialWork

CUT = 32_700  # a spreadsheet keeps 32,767 characters of a cell, less the quotes it had


@dataclass(slots=True)
class CtgovWork(TrialWork):
    """A trial as it will be, and the centres at which it gets a site."""

    places: list[CentreRef] = field(default_factory=list)


class CtgovProcessor(RegistryProcessor):
    sheet = CtgovSheet
    label = gettext_lazy("ClinicalTrials.gov export")
    work = CtgovWork
    registry = "ClinicalTrials.gov"
    page = "https://clinicaltrials.gov/study/{}"
    fields = (
        "title", "url", "acronym", "summary", "disease_terms", "sponsor", "groups", "sex", "phase",
        "study_type",
    )  # fmt: skip
    ours = gettext_lazy("one of our centres")

    def __init__(self, scope):
        super().__init__(scope)
        self.places = Places(self, none_means=_("no site is made of it"))
        self.countries = self.places.matcher.countries()
        self.sites: dict[int, set[int]] = defaultdict(set)
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
                _("There is no NCT number: this is the rest of row %(row)d, of which a spreadsheet cut "
                  "a cell that was too long. It is not taken; download the CSV again and do not open it.")
                % said,
            )  # fmt: skip
            if not any(one["column"] == "" for one in self._above.messages):
                self._above.note(
                    "", _("A cell of this row was cut by a spreadsheet; its rest stands in the rows below.")
                )
        else:
            result.refuse("nct_number", _("There is no NCT number. Each row needs that of its trial."))
        return result

    def mend(self, cells, notes):
        """A cell that a spreadsheet cut loses its last place, which may be half of one."""
        if len(cells.get("locations", "")) >= CUT:
            while len(cells["locations"]) >= CUT:  # once read so, it is read so again
                cells["locations"] = cells["locations"].rpartition("|")[0]
            notes.append(("locations", _("The cell was cut by a spreadsheet; its last place was left out.")))

    # Looking up

    def look_up(self, results):
        super().look_up(results)
        known = TrialSite.objects.filter(trial__in=self.finder.trials)
        for trial_id, centre_id in known.values_list("trial_id", "centre_id"):
            self.sites[trial_id].add(centre_id)

    # Deciding

    def is_ours(self, result):
        return bool(result.work.places)

    def _compare_more(self, result, work):
        """Sites at the centres that the locations name, for certain or as a person answered."""
        known = self.sites[work.trial.pk] if work.trial.pk else set()
        places, missed = {}, []
        for text, found in self._in_our_countries(result):
            if place := found.centre or self._answered(result, text, found, known | places.keys()):
                places[place.id] = place
            else:
                missed.append((text, found))
        work.places = [place for place in places.values() if place.id not in known]
        if work.places:
            result.change("locations", "", "; ".join(sorted(place.code for place in work.places)))
        self._tell_missed(result, missed)

    def _tell_missed(self, result, missed: list[tuple[str, Match]]) -> None:
        """Of which locations no site is made, and which centres they may mean."""
        unclear, others = [], []
        for text, found in missed:
            if key_of(text) not in self.scope.choices and (might_be := self.places.might_be(found)):
                unclear.append(f"“{shown(text)}”: {might_be} ({'; '.join(found.candidates[0].reasons)})")
            else:
                others.append(f"“{shown(text)}”")
        told = (
            (_("No site is made of what may be one of our centres: %(places)s."), unclear),
            (_("No site is made of places that name none of our centres: %(places)s."), others),
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
        self.sites.clear()

    # Storing

    def touched(self, works):
        return super().touched(works) | self.places.touched()

    def store_last(self, recorder):
        self.places.learn(recorder)

    def writes(self, result):
        yield from super().writes(result)
        for site in _sites(result.work):
            yield Write(site, "locations")

    def store_more(self, works, recorder):
        new = [site for work in works for site in _sites(work)]
        TrialSite.objects.bulk_create(new, batch_size=500)
        recorder.record(
            TrialSite.objects.filter(pk__in=[one.pk for one in new]).select_related("trial", "centre")
        )


def _sites(work: CtgovWork) -> list[TrialSite]:
    return [TrialSite(trial=work.trial, centre_id=place.id) for place in work.places]


def _is_number(cell: str) -> bool:
    try:
        return read_identifier(cell, "nct").scheme == "nct"
    except ValueError:
        return False
