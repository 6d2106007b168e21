"""Rows of a coordinator's sheet: one trial at one centre, what its status is, and who to ask."""

from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from centres.matching import Place
from centres.models import Centre, Professional
from directory.core.dates import first_day
from directory.core.models import State
from directory.core.visibility import Role
from trials import statements
from trials.choices import Recruitment
from trials.models import Condition, StatusStatement, Trial, TrialSite
from trials.resources import SiteSheet

from ..choices import Outcome
from ..messages import day_first
from .base import Judge
from .checking import Write
from .finding import TrialFinder
from .people import CONTACT, INVESTIGATOR, People, evidence
from .places import Places, may_touch
from .site_writes import writes_of_site
from .storing import BATCH, Ledger, Tally, upsert
from .trials import Work as TrialWork
from .trials import called, identifiers_of, store_trials
from .verdicts import shown, yes_or_no

COLUMNS = ("start_date", "url")
_LAST = 2**62  # stands for the pk of a statement yet to be stored: after all others of its day
_WHO_SAID_IT = {"verified_by", "verified_on", "status_source"}
_OF_SITE = {
    "status": "status",
    "status_date": "verified_at",
    "contact_name": "contact_person_id",
    "pi_name": "investigator_id",
    "start_date": "opened_on",
    "url": "url",
}
_OF_PERSON = {
    "contact_email": ("email",),
    "contact_phone": ("phone",),
    "consent_to_publish": ("consent_given_on", "consent_withdrawn_on"),
}
_STATUS_FIELDS = {"status": "status", "status_since": "status_since", "verified_at": "status_date"}


@dataclass(slots=True)
class Work:
    """A site as it will be, the statement that makes it so, the people it names, the draft it needs."""

    site: TrialSite
    place: Place
    attributes: list[str]
    statement: StatusStatement | None = None
    people: list[tuple[Professional, list[str], Place, str]] = field(default_factory=list)
    draft: TrialWork | None = None


class SiteJudge(Judge):
    sheet = SiteSheet

    def __init__(self, scope):
        super().__init__(scope)
        self.finder = TrialFinder(scope.visible_trials, whole=False)
        self.places, self.people = Places(self), People(scope)
        self.sites: dict[tuple[int, int], TrialSite] = {}
        self.said: dict[int, list[StatusStatement]] = defaultdict(list)
        self.drafts: dict[int, TrialWork] = {}
        self._centres: dict[int, Centre] = {}

    def logged(self, verdict, column):
        if column in _OF_SITE:
            return [(TrialSite.change_kind, verdict.record, _OF_SITE[column])]
        people = {person.pk for person, *_rest in verdict.work.people if person.pk}
        return [
            (Professional.change_kind, str(pk), name) for name in _OF_PERSON.get(column, ()) for pk in people
        ]

    # Looking up

    def look_up(self, verdicts):
        identifiers = [one for verdict in verdicts for one in identifiers_of(self.sheet, verdict)]
        acronyms = [verdict.values["acronym"] for verdict in verdicts if "acronym" in verdict.values]
        self.finder.look_up(identifiers, acronyms)
        asked = [
            self.places.meant(one.values["centre_code"]) for one in verdicts if "centre_code" in one.values
        ]
        centre_ids = {place.id for place in asked if place}
        trial_ids = {
            trial.pk
            for verdict in verdicts
            for trial in self.finder.candidates(
                identifiers_of(self.sheet, verdict), verdict.values.get("acronym", "")
            )
        }
        self._look_up_sites(trial_ids, centre_ids)
        self.people.look_up(
            (v.values["contact_email"] for v in verdicts if "contact_email" in v.values), centre_ids
        )

    def _look_up_sites(self, trial_ids, centre_ids):
        sites = TrialSite.objects.filter(trial__in=trial_ids, centre__in=centre_ids).order_by("pk")
        fresh = [one for one in sites if (one.trial_id, one.centre_id) not in self.sites]
        for one in fresh:
            one.trial, one.centre = self.finder.trials[one.trial_id], self.centre(one.centre_id)
            self.sites[one.trial_id, one.centre_id] = one
        for one in StatusStatement.objects.filter(site__in=[site.pk for site in fresh]):
            self.said[one.site_id].append(one)
        self.people.fetch(pk for one in fresh for pk in (one.contact_person_id, one.investigator_id))

    def centre(self, pk: int) -> Centre:
        """The centre, the same for all its sites."""
        if pk not in self._centres:
            self._centres[pk] = Centre(pk=pk, code=self.places.matcher.places[pk].code)
        return self._centres[pk]

    # Deciding

    def decide(self, verdict):
        place = self.places.find(verdict, "centre_code")
        if place is None or not may_touch(self.scope, place, verdict, "centre_code"):
            return
        identifiers, acronym = identifiers_of(self.sheet, verdict), verdict.values.get("acronym", "")
        if not identifiers and not acronym:
            if not verdict.is_bad:
                verdict.refuse(
                    "nct_number", _("Which trial is it? Fill in nct_number, eu_ct_number or acronym.")
                )
            return
        column = next((name for name in self.sheet.identifier_columns if name in verdict.values), "acronym")
        so_far = len(verdict.messages)
        trial = self.finder.find(verdict, column, identifiers, acronym)
        if trial is None and len(verdict.messages) > so_far:
            return  # it may mean several
        if trial is not None:
            verdict.record = self._record(trial, identifiers, acronym, place)
            if self.is_double((id(trial), place.id), verdict, column):
                return
            if self.finder.is_hidden(trial):
                verdict.note(column, _("This trial is already with the editors, who will list it."))
        else:
            trial = self._draft(verdict, identifiers, acronym, place)
            verdict.record = self._record(trial, identifiers, acronym, place)
        self._judge(verdict, trial, place)

    def _record(self, trial, identifiers, acronym, place) -> str:
        """The site's key; of a trial that this person may not see, what the row itself calls it.

        So is that of a new trial: its slug gives away which slugs are taken.
        """
        is_told = self.scope.visible_trials is None or trial.pk in self.scope.visible_trials
        return f"{trial.slug if is_told else called(identifiers, acronym)}@{place.code}"

    def _draft(self, verdict, identifiers, acronym, place) -> Trial:
        """An unknown trial: a draft of what the sheet says of it, for an editor to look at and list."""
        values = verdict.values
        name = acronym or identifiers[0].value
        trial = Trial(
            acronym=acronym, title_en=values.get("title") or name, phases=values.get("phase", []),
            disease_terms=values.get("disease", []), state=State.DRAFT,
            source=_("sheet %(file)s") % {"file": self.scope.file_name[:150]},
        )  # fmt: skip
        trial.slug = self.finder.free_slug(trial, identifiers)
        # Before another row can mean it.
        self.checker.check_values(verdict, Write(trial, "acronym" if acronym else "title"))
        if not verdict.is_bad:
            self.finder.remember(trial, identifiers)
        self.drafts[id(trial)] = TrialWork(trial, [], identifiers)
        self.seen[id(trial), place.id] = verdict
        verdict.change("title", "", trial.title_en)
        for column in (*self.sheet.identifier_columns, "disease", "phase"):
            if column in values:
                verdict.change(column, "", self.sheet.written(column, values[column]))
        near = self.finder.suggestion(acronym) if acronym and not identifiers else ""
        hint = _(" Did you mean %(near)s?") % {"near": near} if near else ""
        said = {"name": shown(name)}
        verdict.note(
            "acronym" if acronym else self.sheet.identifier_columns[0],
            _("“%(name)s” is not a known trial: a draft is made for an editor to list.") % said + hint,
        )
        return trial

    def _judge(self, verdict, trial, place):
        stored = self.sites.get((trial.pk, place.id)) if trial.pk else None
        site = stored or TrialSite(trial=trial, centre=self.centre(place.id))
        if stored is None:
            verdict.change("centre_code", "", place.code)
            hidden = self.finder.is_hidden(trial)
            name = called(identifiers_of(self.sheet, verdict), verdict.values.get("acronym", ""))
            verdict.change("acronym", "", name if hidden else str(trial))
        work = Work(site, place, self.compare(verdict, site, COLUMNS), draft=self.drafts.get(id(trial)))
        self._judge_status(verdict, work)
        if verdict.is_bad:
            return  # what a refused row says of a person must not reach them by way of another row
        self._judge_people(verdict, work)
        if not verdict.is_bad and verdict.changes:
            verdict.outcome = Outcome.UPDATE if stored else Outcome.NEW
            verdict.work = work

    # Status

    def _judge_status(self, verdict, work):
        """Append a statement where it changes what the site's status is derived to be."""
        status, date = verdict.values.get("status"), verdict.values.get("status_date", "")
        if status is None:
            if date and "status" not in verdict.cells:
                verdict.refuse("status_date", _("A date of the status needs a status beside it."))
            return
        if "status_date" in verdict.cells and not date:
            return  # the date is refused already
        said_at = first_day(date) or self.scope.day
        if said_at > self.scope.day:
            verdict.refuse(
                "status_date", _("%(date)s lies in the future. Give the day on which the status was known.")
                % {"date": shown(verdict.cells["status_date"])},
            )  # fmt: skip
            return
        site, said = work.site, self.said[work.site.pk] if work.site.pk else []
        statement = StatusStatement(
            pk=_LAST, status=status, since=self._since(verdict, site, said, status, date), said_at=said_at,
            said_on=date if len(date) < len("2024-06-03") else "", role=self.scope.role,
            user_id=self.scope.user_id, run=self.scope.run, evidence=evidence(self.scope, verdict),
            **self._source(site.trial),
        )  # fmt: skip
        self._append(verdict, work, statement, said)

    def _source(self, trial) -> dict[str, str]:
        """Where a registry's sheet has it from: the public page of the trial."""
        if self.scope.role != Role.REGISTRY or not trial.url:
            return {}
        host = urlsplit(trial.url).hostname or ""
        return {"source": host.removeprefix("www."), "source_url": trial.url}

    def _since(self, verdict, site, said, status, date) -> str:
        """First day of the status: the start of recruitment at first, else the date of what changed."""
        if not said:
            return verdict.values.get("start_date", "") if status == Recruitment.RECRUITING else ""
        return date if status != site.status else ""

    def _append(self, verdict, work, statement, said):
        site = work.site
        derived = statements.derive([*said, statement])
        old = {name: getattr(site, name) for name in statements.DERIVED}
        differs = {name for name in derived if derived[name] != old[name]}
        if differs <= _WHO_SAID_IT or (not said and statement.status == Recruitment.UNKNOWN):
            # Repeating what is known, in whatever role, is no news.
            self._explain_silence(verdict, site, statement)
            return
        for name, column in _STATUS_FIELDS.items():
            if derived[name] != old[name] and not (site.pk is None and derived[name] in ("", None)):
                verdict.change(column, str(old[name] or ""), str(derived[name] or ""))
        if derived["disputed"] != old["disputed"]:
            verdict.change("disputed", yes_or_no(old["disputed"]), yes_or_no(derived["disputed"]))
        for name, value in derived.items():
            setattr(site, name, value)
        work.statement = statement
        statement.pk, statement.site = None, site

    def _explain_silence(self, verdict, site, statement):
        """The statement changes nothing: because it is known, or because a fresher one stands."""
        if statement.status == site.status or site.verified_at is None:
            return
        said = {
            "status": Recruitment(statement.status).label,
            "standing": Recruitment(site.status).label,
            "date": day_first(site.verified_at.isoformat()),
        }
        sentence = _(
            "The sheet says “%(status)s”; “%(standing)s”, stated on %(date)s, is fresher and stands."
        )
        verdict.note("status", sentence % said)
        if statement.role != Role.REGISTRY:
            verdict.outcome = Outcome.CONFLICT

    # People

    def _judge_people(self, verdict, work):
        values, site, place = verdict.values, work.site, work.place
        given = values.get("consent_to_publish")
        contact = self._contact(verdict, site, place)
        says_more = {"contact_email", "contact_phone", "consent_to_publish"} & set(values)
        if not says_more and self._unlinks(verdict, work, "contact_person", "contact_name"):
            contact = None
        if contact is not None:
            changed = self.people.learn(
                contact, verdict, given, email=values.get("contact_email", ""),
                phone=values.get("contact_phone", ""),
            )  # fmt: skip
            changed += self.people.consent(contact, verdict, given)
            self._link(verdict, work, contact, changed, "contact_person", "contact_name", CONTACT)
        if name := values.get("pi_name"):
            person = self.people.find(name, "", place, site.investigator_id)
            # The consent of a row is that of its contact; without one, that of its investigator.
            changed = self.people.consent(person, verdict, given) if contact is None else []
            if given and contact not in (None, person) and not person.may_be_published:
                verdict.note(
                    "consent_to_publish",
                    _("The consent of this row is its contact's; the investigator (%(name)s) stays hidden.")
                    % {"name": shown(person.name)},
                )  # fmt: skip
            self._link(verdict, work, person, changed, "investigator", "pi_name", INVESTIGATOR)
        else:
            self._unlinks(verdict, work, "investigator", "pi_name")

    def _contact(self, verdict, site, place) -> Professional | None:
        values = verdict.values
        name, email = values.get("contact_name", ""), values.get("contact_email", "")
        if name:
            return self.people.find(name, email, place, site.contact_person_id)
        current = self.people.get(site.contact_person_id)
        known = self.people.by_email(email) if email else None
        if known is None and current is None and (email or "contact_phone" in values):
            column = "contact_email" if email else "contact_phone"
            verdict.refuse(column, _("Nobody is named beside this. Fill in contact_name."))
        if not email:
            return current
        return known or current

    def _unlinks(self, verdict, work, attribute, column) -> bool:
        """Whether an empty cell takes a person from the site; what is kept of the person stays.

        A coordinator clears only whom their sheets may mean: another's cell is empty because it is not shown.
        """
        person = self.people.get(getattr(work.site, f"{attribute}_id"))
        if person is None or not self.people.may_be_meant(person, work.place):
            return False
        if not self.clears(verdict, column, person.name):
            return False
        verdict.change(column, person.name, "")
        setattr(work.site, attribute, None)
        work.attributes.append(attribute)
        return True

    def _link(self, verdict, work, person, changed, attribute, column, function):
        site = work.site
        before = self.people.get(getattr(site, f"{attribute}_id"))
        is_other = before is not person
        if is_other:
            verdict.change(column, before.name if before else "", person.name)
            setattr(site, attribute, person)
            work.attributes.append(attribute)
        if is_other or changed or person.pk is None:
            work.people.append((person, changed, work.place, function))

    # Storing

    def writes(self, verdict):
        return writes_of_site(verdict, self.sheet, self.people)

    def touched(self, verdicts):
        works = [one.work for one in verdicts if one.work]
        people = {
            person.pk for work in works for person, changed, *_rest in work.people if changed and person.pk
        }
        return {
            Professional: sorted(people),
            TrialSite: [work.site.pk for work in works if work.site.pk],
        } | self.places.touched()

    def store(self, verdicts) -> Tally:
        ledger = Ledger(self.scope.actor)
        works = [one.work for one in verdicts if one.work]
        drafts = list({id(work.draft): work.draft for work in works if work.draft}.values())
        conditions = dict(Condition.objects.values_list("code", "pk")) if drafts else {}
        for start in range(0, len(drafts), BATCH):
            store_trials(drafts[start : start + BATCH], ledger, conditions)
        self.people.store([one for work in works for one in work.people], ledger)
        for start in range(0, len(works), BATCH):
            self._store_sites(works[start : start + BATCH], ledger)
        self.places.learn(ledger)
        return ledger.tally

    def _store_sites(self, works, ledger):
        for work in works:
            site = work.site
            site.trial_id = site.trial.pk
            for attribute in work.attributes:
                if attribute in ("contact_person", "investigator"):
                    person = getattr(site, attribute)
                    setattr(site, f"{attribute}_id", person and person.pk)
        old, new = [work for work in works if work.site.pk], [work.site for work in works if not work.site.pk]
        ledger.watch(TrialSite, [work.site.pk for work in old])
        TrialSite.objects.bulk_create(new)
        stated = [work for work in works if work.statement]
        for work in stated:
            work.statement.site = work.site
        StatusStatement.objects.bulk_create([work.statement for work in stated], batch_size=BATCH)
        # What the rule makes of the stored statements is what is stored, not what was foreseen.
        settled = statements.settle([work.site for work in stated], save=False)
        upsert([site for site in settled if site in new], statements.DERIVED)
        attributes = [name for work in old for name in work.attributes] + list(statements.DERIVED)
        upsert([work.site for work in old], attributes)
        ledger.record([work.site for work in works])
