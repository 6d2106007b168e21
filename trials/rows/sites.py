"""Rows of a coordinator's sheet: one trial at one centre, what its status is, and who to ask."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centres.matching import CentreRef
from centres.models import Centre, Professional
from centres.records import CENTRE
from centres.rows.people import People, evidence
from centres.rows.places import NamesCentre, Places, may_touch
from directory.core.dates import first_day
from directory.core.models import State
from directory.core.roles import Role
from directory.imports.choices import Outcome
from directory.imports.messages import day_first
from directory.imports.rows.checking import Write
from directory.imports.rows.result import shown, yes_or_no
from directory.imports.rows.storing import ChangeRecorder, Counts, attributes_of, batches, update

from .. import statements
from ..choices import Recruitment
from ..models import Condition, StatusStatement, Trial, TrialSite
from ..models.registry import registry_at
from ..records import TRIAL
from ..sheets import SiteSheet
from .finding import TrialFinder
from .joining import Sent, join
from .site_people import NamesPeople
from .site_writes import writes_of_site
from .trial_writes import store_trials
from .trials import TrialWork, called, identifiers_of

_WHO_SAID_IT = {"verified_by", "verified_on", "status_source", "disputed_by", "implied_by"}
_STATUS_FIELDS = {"status": "status", "status_since": "status_since", "verified_at": "status_date"}


def _told(name: str, values: dict) -> str:
    if name == "verified_at":
        return statements.day_as_said(values["verified_at"], values["verified_on"])
    return str(values[name] or "")


@dataclass(slots=True)
class Work:
    """A site as it will be, the statement that makes it so, the people it names, the draft it needs."""

    site: TrialSite
    place: CentreRef
    attributes: list[str]
    statement: StatusStatement | None = None
    people: list[tuple[Professional, dict, CentreRef, str]] = field(default_factory=list)
    draft: TrialWork | None = None
    is_sent: bool = False  # to the editors, who alone see the trial


class SiteProcessor(NamesCentre, NamesPeople):
    sheet = SiteSheet
    label = gettext_lazy("Trial sites")
    is_by_centre = True
    centre_column = "centre_code"

    @classmethod
    def names(cls, keys, user):
        """Also of a site that is yet to be: its trial and its centre, as far as they are there."""
        parts = {key: key.rsplit("@", 1) for key in keys if "@" in key}
        trials = TRIAL.found([trial for trial, _centre in parts.values()], user)
        centres = CENTRE.found([centre for _trial, centre in parts.values()], user)
        return {
            key: f"{trials.get(trial, trial)} · {centres.get(centre, centre)}"
            for key, (trial, centre) in parts.items()
        }

    def __init__(self, scope):
        super().__init__(scope)
        self.finder = TrialFinder(scope.visible(Trial), whole=False)
        self.places, self.people = Places(self), People(scope)
        self.sites: dict[tuple[int, int], TrialSite] = {}
        self.said: dict[int, list[StatusStatement]] = defaultdict(list)
        self.drafts: dict[int, TrialWork] = {}
        self.sent = Sent(scope)
        self._centres: dict[int, Centre] = {}

    def related(self, result, relation):
        if relation != "contact_person":
            return ()
        people = {person.pk for person, *_rest in result.work.people if person.pk}
        return [(Professional.change_kind, str(pk)) for pk in people]

    def logged(self, result, column):
        if column == "disputed":  # no column, and yet something that an export older than it did not show
            return [(TrialSite.change_kind, result.record, column)]
        return super().logged(result, column)

    def country_of(self, cells):
        """That of the row's centre, where this sheet may speak of it."""
        place = self.places.meant(cells.get("centre_code", ""))
        return place.country if place and self.scope.may_touch(place.id) else ""

    # Looking up

    def admits(self, result):
        result.place = self.places.find(result, "centre_code")
        return result.place is not None and may_touch(self.scope, result.place, result, "centre_code")

    def look_up(self, results):
        centre_ids = {result.place.id for result in results}
        self._look_up_sites(self._look_up_trials(results), centre_ids)
        emails = filter(None, (result.values.get("contact_email") for result in results))
        named = [pk for one in self.sites.values() for pk in (one.contact_person_id, one.investigator_id)]
        self.people.look_up(emails, centre_ids, named)
        self.sent.look_up(self._called(result) for result in results)

    def _look_up_trials(self, results) -> set[int]:
        """The pks of those that the rows may mean."""
        said = [(identifiers_of(self.sheet, one), one.values.get("acronym", "")) for one in results]
        identifiers = chain.from_iterable(several for several, _acronym in said)
        self.finder.look_up(identifiers, filter(None, (acronym for _several, acronym in said)))
        return {trial.pk for one in said for trial in self.finder.candidates(*one)}

    def _look_up_sites(self, trial_ids, centre_ids):
        sites = self.scope.own(TrialSite.objects.filter(trial__in=trial_ids, centre__in=centre_ids))
        for one in sites.order_by("pk"):
            one.trial, one.centre = self.finder.trials[one.trial_id], self.centre(one.centre_id)
            self.sites[one.trial_id, one.centre_id] = one
        pks = [site.pk for site in self.sites.values()]
        for one in StatusStatement.objects.filter(site__in=pks, retracted_at=None):
            self.said[one.site_id].append(one)

    def centre(self, pk: int) -> Centre:
        """The centre, the same for all its sites."""
        if pk not in self._centres:
            self._centres[pk] = Centre(pk=pk, code=self.places.matcher.places[pk].code)
        return self._centres[pk]

    def release(self, results, *, stores):
        super().release(results, stores=stores)
        # Later rows are judged by what is stored, not by what earlier ones make of it.
        self.sites, self.said = {}, defaultdict(list)

    # Deciding

    def resolve(self, result):
        place = result.place
        identifiers, acronym = identifiers_of(self.sheet, result), result.values.get("acronym", "")
        if not identifiers and not acronym:
            if not result.is_bad:
                result.refuse(
                    "nct_number", _("Which trial is it? Fill in nct_number, eu_ct_number or acronym.")
                )
            return
        column = next((name for name in self.sheet.identifier_columns if name in result.values), "acronym")
        trial = self._trial(result, column, identifiers, acronym)
        if trial is None:
            return
        result.record = self._record(trial, result)
        naming = (*self.sheet.one_of, "centre_code") if trial.pk else ()
        if self.is_duplicate((id(trial), place.id), result, column, naming=naming):
            return
        if trial.pk is None:
            self.finder.doubt_new(result, trial, identifiers, acronym)
        self._resolve(result, trial, place)

    def _trial(self, result, column, identifiers, acronym) -> Trial | None:
        """The trial that the row means, perhaps a new one; None where no site can be made of it."""
        so_far = len(result.messages)
        trial = self.finder.find(result, column, identifiers, acronym)
        if trial is not None or len(result.messages) > so_far:  # it may mean several
            return trial
        result.record = self._called(result)
        if self.sent.has(result):
            return None
        return self._draft(result, identifiers, acronym, result.place)

    def _record(self, trial, result) -> str:
        """The site's key; of a new trial, to whoever does not see all, what the row itself calls it: its slug
        gives away which slugs are taken."""
        is_told = trial.pk is not None or self.scope.sees_all
        return f"{trial.slug}@{result.place.code}" if is_told else self._called(result)

    def _called(self, result) -> str:
        name = called(identifiers_of(self.sheet, result), result.values.get("acronym", ""))
        return f"{name}@{result.place.code}"

    def _draft(self, result, identifiers, acronym, place) -> Trial:
        """An unknown trial: a draft of what the sheet says of it, for an editor to look at and list."""
        values = result.values
        name = acronym or identifiers[0].value
        trial = Trial(
            acronym=acronym, title_en=values.get("title") or name, phases=values.get("phase", []),
            disease_terms=values.get("disease", []), state=State.DRAFT,
            source=_("sheet %(file)s") % {"file": self.scope.file_name[:150]},
        )  # fmt: skip
        trial.slug = self.finder.free_slug(trial, identifiers)
        # Before another row can mean it.
        self.checker.check_values(result, Write(trial, "acronym" if acronym else "title"))
        self.finder.remember(trial, identifiers)
        result.on_refusal(partial(self.finder.forget, trial))
        self.drafts[id(trial)] = TrialWork(trial, [], identifiers)
        result.change("title", "", trial.title_en)
        for column in (*self.sheet.identifier_columns, "disease", "phase"):
            if column in values:
                result.change(column, "", self.sheet.written(column, values[column]))
        sentence = _("“%(name)s” is not a known trial: a draft is made for an editor to list.")
        refused = _("“%(name)s” is not a known trial.")
        if not self.scope.sees_all:
            sentence = _("“%(name)s” is not a listed trial: the row goes to the editors, who list trials.")
            refused = _("“%(name)s” is not a listed trial.")
        told = {"name": shown(name)}
        result.instead = sentence % told, refused % told
        where = ("acronym", *self.sheet.identifier_columns)
        result.note(next(column for column in where if column in values), sentence % told)
        return trial

    def _resolve(self, result, trial, place):
        stored = self.sites.get((trial.pk, place.id)) if trial.pk else None
        site = stored or TrialSite(trial=trial, centre=self.centre(place.id))
        if stored is None:
            result.change("centre_code", "", place.code)
            result.change("acronym", "", str(trial))
        result.touch(site)
        changed = self.compare(result, site, self.sheet.compared())
        work = Work(site, place, changed, draft=self.drafts.get(id(trial)))
        work.is_sent = trial.pk is None and not self.scope.sees_all
        self._resolve_status(result, work)
        if result.is_bad:
            return  # what a refused row says of a person must not reach them by way of another row
        self._resolve_people(result, work)
        if not result.is_bad and result.changes:
            result.accept(work, is_new=stored is None)

    # Status

    def _resolve_status(self, result, work):
        """Append a statement where it changes what the site's status is derived to be."""
        status, date = result.values.get("status"), result.values.get("status_date", "")
        if status is None:
            if date and "status" not in result.cells:
                result.refuse("status_date", _("A status date needs a status. Fill in the status as well."))
            self._check_standing(result, work)
            return
        if "status_date" in result.cells and not date:
            return  # the date is refused already
        said = self.said[work.site.pk] if work.site.pk else []
        statement = self._statement(result, work.site, said)
        start = "start_date" if "start_date" in result.cells else "status_date"
        result.validate(statement, {"since": start}, "status_date")
        if not result.is_bad:
            self._append(result, work, statement, said)

    def _statement(self, result, site, said) -> StatusStatement:
        """What the row states, before it is stored."""
        status, date = result.values["status"], result.values.get("status_date", "")
        return StatusStatement(
            pk=statements.LAST, site=site, status=status, since=self._since(result, site, said, status, date),
            said_at=first_day(date) or self.scope.day,
            said_on=statements.partial(date), role=self.scope.role,
            user_id=self.scope.user_id, run=self.scope.run, evidence=evidence(self.scope, result),
            **self._source(site.trial),
        )  # fmt: skip

    def _check_standing(self, result, work):
        """A site cannot have opened after what was stated of it."""
        if "opened_on" in work.attributes and (said := self.said.get(work.site.pk)):
            standing = max(said, key=lambda one: (one.said_at, one.pk))
            standing.site = work.site
            result.validate(standing, {}, "start_date")

    def _source(self, trial) -> dict[str, str]:
        """Where a registry's sheet has it from: the public page of the trial."""
        if self.scope.role != Role.REGISTRY or not trial.url:
            return {}
        return {"source": registry_at(urlsplit(trial.url).hostname or ""), "source_url": trial.url}

    def _since(self, result, site, said, status, date) -> str:
        """First day of the status: the start of recruitment at first, else the date of what changed."""
        if not said:
            return result.values.get("start_date", "") if status == Recruitment.RECRUITING else ""
        return date if status != site.status else ""

    def _append(self, result, work, statement, said):
        site = work.site
        derived = statements.derive([*said, statement])
        old = {name: getattr(site, name) for name in statements.DERIVED}
        differs = {name for name in derived if derived[name] != old[name]}
        is_repeated = differs <= _WHO_SAID_IT and not self._confirms(result, old, derived)
        if is_repeated or (not said and statement.status == Recruitment.UNKNOWN):
            # Repeating what is known, in whatever role, is no news.
            self._explain_silence(result, site, statement)
            return
        self._tell_status(result, site, old, derived)
        for name, value in derived.items():
            setattr(site, name, value)
        work.statement = statement
        statement.pk, statement.site = None, site

    def _confirms(self, result, old, derived) -> bool:
        """Whether a person says today, without naming a day, what a registry said today, or of many sites.

        A sheet that the directory wrote names the day: that comes back as it was given out.
        """
        is_by_nobody = old["verified_by"] == Role.REGISTRY or old["implied_by"]
        names_no_day = not result.values.get("status_date")
        is_by_a_person = derived["verified_by"] != Role.REGISTRY and not derived["implied_by"]
        return bool(is_by_nobody and names_no_day and is_by_a_person)

    def _tell_status(self, result, site, old, derived):
        for name, column in _STATUS_FIELDS.items():
            if derived[name] != old[name] and not (site.pk is None and derived[name] in ("", None)):
                result.change(column, _told(name, old), _told(name, derived))
        if self._confirms(result, old, derived) and derived["verified_at"] == old["verified_at"]:
            result.change("verified_by", old["verified_by"], derived["verified_by"])
        if derived["disputed"] != old["disputed"]:
            result.change("disputed", yes_or_no(old["disputed"]), yes_or_no(derived["disputed"]))

    def _explain_silence(self, result, site, statement):
        """The statement changes nothing: because it is known, or because a fresher one stands."""
        if statement.status == site.status or site.verified_at is None:
            return
        said = {
            "status": Recruitment(statement.status).label,
            "standing": Recruitment(site.status).label,
            "date": day_first(statements.day_as_said(site.verified_at, site.verified_on)),
        }
        sentence = _(
            "The sheet says “%(status)s”; “%(standing)s”, reported on %(date)s, is more recent and stays."
        )
        result.note("status", sentence % said)
        if statement.role != Role.REGISTRY:
            result.outcome = Outcome.CONFLICT

    # Storing

    def writes(self, result):
        return writes_of_site(result, self.sheet, self.people)

    def touched(self, works):
        join(works, self.scope)
        people = {
            person.pk for work in works for person, changed, *_rest in work.people if changed and person.pk
        }
        return {
            Professional: sorted(people),
            TrialSite: [work.site.pk for work in works if work.site.pk],
        } | self.places.touched()

    def store(self, works) -> Counts:
        recorder, unseen = ChangeRecorder(self.scope.actor), ChangeRecorder(self.scope.actor)
        sent = [one for one in works if one.is_sent]
        self._store_drafts(works, unseen if sent else recorder)
        self.people.store(list(chain.from_iterable(work.people for work in works)), recorder)
        self._store_sites([one for one in works if not one.is_sent], recorder)
        self._store_sites(sent, unseen)
        self.places.learn(recorder)
        if sent:
            # Whether the editors had the trial, or a site of it, is not told: all of it is new.
            recorder.counts.setdefault("site", {"create": 0, "update": 0})["create"] += len(sent)
        return recorder.counts

    def _store_drafts(self, works, recorder):
        drafts = {id(work.draft): work.draft for work in works if work.draft}
        conditions = dict(Condition.objects.values_list("code", "pk")) if drafts else {}
        for batch in batches(drafts.values()):
            store_trials(batch, recorder, conditions, signed={})

    def _store_sites(self, works, recorder):
        for batch in batches(works):
            for work in batch:
                _point_to_stored(work.site, work.attributes)
            # Rows that call a trial by several names may turn out to be about one site.
            sites = list({id(work.site): work.site for work in batch}.values())
            with recorder.writing(sites, attributes_of(batch).union(statements.DERIVED)):
                _store_statements([work for work in batch if work.statement])


def _point_to_stored(site, attributes):
    """Its trial and people were stored by now."""
    site.trial_id = site.trial.pk
    for attribute in {"contact_person", "investigator"}.intersection(attributes):
        person = getattr(site, attribute)
        setattr(site, f"{attribute}_id", person and person.pk)


def _store_statements(works):
    for work in works:
        work.statement.site = work.site
    StatusStatement.objects.bulk_create([work.statement for work in works])
    # What the rule makes of the stored statements is what is stored, not what was foreseen.
    settled = statements.settle({id(one.site): one.site for one in works}.values(), save=False)
    update(settled, statements.DERIVED)
