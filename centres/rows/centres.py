"""Rows of the sheet of centres: one row a centre, found by its code."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directory.core.phones import HOME
from directory.core.text import fold, tidy
from directory.imports.choices import Outcome
from directory.imports.rows.checking import Write
from directory.imports.rows.processor import RowProcessor
from directory.imports.rows.result import several, shown
from directory.imports.rows.storing import ChangeRecorder, Counts, attributes_of, batches

from ..choices import AliasKind
from ..matching import Matcher
from ..models import Centre, CentreAlias
from ..sheets import CentreSheet

PLACE = ("postal_code", "country", "latitude", "longitude")


@dataclass
class CentreWork:
    """A centre as it will be, and the aliases that come and go."""

    centre: Centre
    attributes: list[str]
    new_aliases: list[str] = field(default_factory=list)
    old_aliases: list[int] = field(default_factory=list)


class CentreProcessor(RowProcessor):
    sheet = CentreSheet
    label = gettext_lazy("Centres")

    def __init__(self, scope):
        super().__init__(scope)
        self.claimed: dict[str, str] = {}  # folded alias → code, of earlier rows
        self._matcher: Matcher | None = None
        self._countries: dict[str, str] | None = None

    def country_of(self, cells):
        """That of the row, else that of the stored centre; a new one without is Belgian."""
        if cell := cells.get("country"):
            return self.reader.value("country", cell)[0] or ""
        if self._countries is None:
            self._countries = dict(Centre.objects.exclude(country=HOME).values_list("code", "country"))
        return self._countries.get(tidy(cells.get("code", "")).lower(), HOME)

    def look_up(self, results):
        values = [result.values for result in results]
        codes = {one["code"] for one in values if "code" in one}
        folds = {fold(text) for one in values for text in one.get("aliases", ())}
        self.centres = {one.code: one for one in Centre.objects.filter(code__in=codes)}
        self.aliases: dict[str, list[CentreAlias]] = defaultdict(list)
        self.owners: dict[str, str] = {}
        asked = Q(folded__in=folds) | Q(centre__code__in=codes)
        for alias in CentreAlias.objects.filter(asked).select_related("centre").order_by("pk"):
            self.owners[alias.folded] = alias.centre.code
            self.aliases[alias.centre.code].append(alias)

    def resolve(self, result):
        code = result.record = self._code(result)
        if not code or self.is_duplicate(code, result, "code"):
            return
        stored = self.centres.get(code)
        centre = stored or self._new_centre(result, code)
        attributes = self.compare(result, centre, self.sheet.compared())
        self._doubt_names(result, code, attributes)
        if stored is None or set(PLACE) & set(attributes):
            result.validate(centre, dict(zip(PLACE, PLACE, strict=True)), "latitude")
        work = CentreWork(centre, attributes)
        self._resolve_aliases(result, work, code)
        if not result.is_bad and (result.changes or stored is None):
            result.accept(work, is_new=stored is None)

    def _new_centre(self, result, code) -> Centre:
        if "name_en" not in result.cells:
            result.refuse("name_en", _("“%(code)s” is a new centre; it needs a name_en.") % {"code": code})
        return Centre(code=code, state=self.scope.state_of_new)

    def _code(self, result) -> str:
        code = result.values.get("code", "")
        if not code and "code" not in result.cells:
            result.refuse(
                "code", _("The code is missing. Each row needs the code of its centre, like uz-gent.")
            )
        return code

    def _doubt_names(self, result, code, changed) -> None:
        """Hold back a row with the code of one centre and the name of another."""
        for name in (one for one in changed if one.startswith("name_") and one in result.values):
            self._matcher = self._matcher or Matcher()
            meant = self._matcher.match(result.values[name]).centre
            if meant and meant.code != code:
                told = {"name": shown(result.values[name]), "other": meant.code, "code": code}
                result.doubt(
                    Outcome.CONFLICT, name,
                    _("“%(name)s” means %(other)s, but the code is %(code)s.") % told,
                    _("Correct the one that is wrong, or accept the row if it is about %(code)s.") % told,
                )  # fmt: skip
                return

    def _resolve_aliases(self, result, work, code):
        """The cell lists all aliases but the learned ones; each means one centre only."""
        own = {one.text: one for one in self.aliases[code] if one.kind != AliasKind.LEARNED}
        if "aliases" not in result.values and not self.clears(result, "aliases", list(own)):
            return
        wanted = {fold(text): text for text in result.values.get("aliases", ())}
        wanted.pop("", None)
        self._claim_aliases(result, wanted, code)
        kept = [text for text, one in own.items() if one.folded in wanted]
        new = dict(wanted)
        for one in self.aliases[code]:
            new.pop(one.folded, None)
        work.new_aliases = list(new.values())
        work.old_aliases = [own[text].pk for text in own.keys() - kept]
        if work.new_aliases or work.old_aliases:
            result.change("aliases", "; ".join(own), "; ".join([*kept, *work.new_aliases]))

    def _claim_aliases(self, result, wanted: dict[str, str], code: str) -> None:
        """Refuse those that mean another centre, of those stored or of an earlier row."""
        taken: dict[str, list[str]] = defaultdict(list)
        for folded, text in wanted.items():
            if folded not in self.claimed:
                self.claimed[folded] = self.owners.get(folded, code)
                result.on_refusal(partial(self.claimed.pop, folded))
            owner = self.claimed[folded]
            if owner != code:
                taken[owner].append(text)
        for owner, texts in taken.items():
            sentence = ngettext(
                "%(texts)s is already a name of %(owner)s. Remove it from one of them.",
                "%(texts)s are already names of %(owner)s. Remove them from one of the two.",
                len(texts),
            )
            result.refuse("aliases", sentence % {"texts": several(texts), "owner": owner})

    def writes(self, result):
        work = result.work
        yield Write(work.centre, "code", work.attributes)
        for alias in self._aliases(work):
            yield Write(alias, "aliases")

    def _aliases(self, work) -> list[CentreAlias]:
        return [
            CentreAlias(
                centre=work.centre, text=text, folded=fold(text), kind=AliasKind.NAME,
                learned_by_id=self.scope.user_id, learned_from=self.scope.file_name,
            )
            for text in work.new_aliases
        ]  # fmt: skip

    def touched(self, works):
        return {Centre: [work.centre.pk for work in works if work.centre.pk]}

    def store(self, works) -> Counts:
        recorder = ChangeRecorder(self.scope.actor)
        for batch in batches(works):
            with recorder.writing([work.centre for work in batch], attributes_of(batch)):
                CentreAlias.objects.filter(pk__in=[pk for work in batch for pk in work.old_aliases]).delete()
                CentreAlias.objects.bulk_create(alias for work in batch for alias in self._aliases(work))
        return recorder.counts
