"""As it was on a day: what the change log gives back is what was shown then, of what is public today."""

import datetime as dt
import random
import re

import pytest
from django.utils import timezone, translation

from centres.documents import centre_body, centres
from centres.models import Centre, Membership
from directory.core import changes
from directory.core.listing import set_state
from directory.core.models import State
from directory.core.roles import Role
from tests.builders import a_centre, a_network, a_professional, a_trial
from trials import statements
from trials.actions import state_status
from trials.as_of import AsOf, day_of
from trials.choices import Recruitment
from trials.documents import body_of, trials
from trials.models import Condition, StatusStatement, Trial, TrialIdentifier, TrialSite

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
EDITOR = changes.Actor(Role.EDITOR)
SAYING = (Role.COORDINATOR, Role.EDITOR, Role.SPONSOR, Role.REGISTRY)


def entered(record, **related):
    """Save a new record, or one that was changed, with its change in the log."""
    with changes.recording(EDITOR) as log:
        log.watch(record)
        record.save()
        for name, values in related.items():
            getattr(record, name).set(values)
    return record


def changed(record, **values):
    with changes.recording(EDITOR) as log:
        log.watch(record)
        for name, value in values.items():
            setattr(record, name, value)
        record.save()


def deleted(record):
    with changes.recording(EDITOR) as log:
        log.watch(record)
        record.delete()


def a_logged_site(trial, centre, **fields):
    return entered(TrialSite(trial=trial, centre=centre, **fields))


class Acts:
    """What may happen in a day, each through the change log."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.count = 0

    def one(self, model):
        return self.chance.choice(list(model.objects.order_by("pk")) or [None])

    def some_site_is_stated(self):
        if site := self.one(TrialSite):
            role, ago = self.chance.choice(SAYING), self.chance.randrange(120)
            state_status(
                site=site, status=self.chance.choice(Recruitment.values), by=changes.Actor(role),
                said_at=timezone.localdate() - dt.timedelta(days=ago), source=f"Source of the {role}",
            )  # fmt: skip

    def a_statement_is_taken_back(self):
        standing = list(StatusStatement.objects.filter(retracted_at=None).select_related("site"))
        if standing:
            one = self.chance.choice(standing)
            with changes.recording(EDITOR) as log:
                log.watch(one.site)
                StatusStatement.objects.filter(pk=one.pk).update(retracted_at=timezone.now())
                statements.settle([one.site])

    def a_trial_is_entered(self):
        self.count += 1
        trial = Trial(slug=f"t{self.count}", acronym=f"T{self.count}", title_en="A study", state="listed")
        entered(trial, conditions=Condition.objects.filter(code__in=["VIIIc", "Ia"]))

    def a_trial_is_edited(self):
        if trial := self.one(Trial):
            changed(trial, title_nl=f"Titel {self.chance.random()}", min_days=self.chance.randrange(9000))

    def a_trial_gets_a_number(self):
        if trial := self.one(Trial):
            with changes.recording(EDITOR) as log:
                log.watch(trial)
                number = f"NCT{self.chance.randrange(10**8):08}"
                TrialIdentifier.objects.create(trial=trial, scheme="nct", value=number)
                trial.conditions.set(Condition.objects.filter(code=self.chance.choice(["IVa", "VIIIc"])))

    def a_site_is_entered(self):
        trial, centre = self.one(Trial), self.one(Centre)
        if trial and not TrialSite.objects.filter(trial=trial, centre=centre).exists():
            a_logged_site(trial, centre, contact_role="Secretariat", contact_email="trials@example.org")

    def a_site_goes(self):
        if site := self.one(TrialSite):
            deleted(site)

    def a_centre_is_renamed(self):
        changed(self.one(Centre), name_en=f"Hospital {self.chance.random()}", phone="+3293322111")

    def something_is_listed_or_withdrawn(self):
        if record := self.one(self.chance.choice([Trial, Centre])):
            states = [state for state in State.values if state != record.state]
            set_state(records=[record], state=self.chance.choice(states), by=EDITOR)

    def a_membership_changes(self):
        found = self.one(Membership)
        if found is None or self.chance.random() < 0.3:
            since = dt.date(2026, 1, 1) + dt.timedelta(days=self.chance.randrange(300))
            entered(Membership(network=self.network, centre=self.one(Centre), since=since))
        elif self.chance.random() < 0.5:
            changed(found, role=self.chance.choice(["reference", "satellite", ""]), care=["blood tests"])
        else:
            deleted(found)

    def a_day(self):
        acts = [getattr(self, name) for name in dir(self) if name.startswith(("a_", "some"))]
        for act in self.chance.choices(
            [one for one in acts if one != self.a_day], k=self.chance.randrange(7)
        ):
            act()


def shown():
    """The public documents of now: trials, and centres without the trials that are counted there."""
    slugs, codes = Trial.objects.values_list("slug", flat=True), Centre.objects.values_list("code", flat=True)
    return (
        {one.key: one.body for one in trials(list(slugs))},
        {one.key: one.body for one in centres(list(codes))},
    )


def given_back(day):
    """The same from the change log."""
    then = AsOf(day)
    with translation.override("en"):
        found = {slug: then.trial(slug) for slug in Trial.objects.values_list("slug", flat=True)}
        places = {code: then.centre(code) for code in Centre.objects.values_list("code", flat=True)}
        return (
            {slug: body_of(one.trial, one.sites) for slug, one in found.items() if one},
            {code: centre_body(one.centre, one.memberships) for code, one in places.items() if one},
            {code: {(s.trial.slug, s.status) for s in one.sites} for code, one in places.items() if one},
        )


def public_today(was):
    """What of a day's documents may be shown today."""
    of_trials, of_centres = was
    slugs = set(Trial.objects.listed().values_list("slug", flat=True))
    codes = set(Centre.objects.listed().values_list("code", flat=True))
    kept = {slug: dict(body) for slug, body in of_trials.items() if slug in slugs}
    for body in kept.values():
        body["sites"] = [site for site in body["sites"] if site["centre"]["code"] in codes]
    return kept, {code: body for code, body in of_centres.items() if code in codes}


@pytest.mark.parametrize("seed", range(8))
def test_each_day_is_given_back_as_it_was_shown(time_machine, seed):
    time_machine.move_to(NOON, tick=False)
    acts, days = Acts(seed), {}
    acts.network = entered(a_network("net"))
    for code in ("uz-a", "uz-b", "chu-c"):
        entered(Centre(code=code, name_en=code, city="Gent", postal_code="9000", state="listed"))
    for _turn in range(3):
        acts.a_trial_is_entered()
        acts.a_site_is_entered()
    for day in range(24):
        time_machine.move_to(NOON + dt.timedelta(days=day), tick=False)
        acts.a_day()
        days[timezone.localdate()] = shown()
    for day, was in days.items():
        of_trials, of_centres = public_today(was)
        found_trials, found_centres, sites = given_back(day)
        assert found_trials == of_trials, (seed, day)
        assert found_centres == of_centres, (seed, day)
        for code, several in sites.items():
            assert several == {
                (slug, site["status"])
                for slug, body in of_trials.items()
                for site in body["sites"]
                if site["centre"]["code"] == code
            }, (seed, day, code)


# --- Persons ------------------------------------------------------------------------------------------


@pytest.fixture
def named(time_machine):
    """A site with a contact who consented in January; it is March."""
    time_machine.move_to("2026-01-05 12:00Z", tick=False)
    person = entered(a_professional("Demo Willing", consent=True, email="willing@example.org"))
    trial = entered(a_trial("Alpha"))
    a_logged_site(trial, a_centre("uz-gent"), contact_person=person, contact_role="Secretariat")
    time_machine.move_to("2026-03-05 12:00Z", tick=False)
    return person


def contact_on(day):
    then = AsOf(dt.date.fromisoformat(day)).trial("alpha")
    return body_of(then.trial, then.sites)["sites"][0]["contact"]


def test_a_person_who_consents_is_named_for_the_days_on_which_they_were(named):
    assert contact_on("2026-02-01")["name"] == "Demo Willing"


def test_a_consent_withdrawn_today_is_withdrawn_for_every_day(named):
    changed(named, consent_withdrawn_on=timezone.localdate())
    assert contact_on("2026-02-01") == {"name": None, "role": "Secretariat", "email": None, "phone": None}


def test_a_person_is_not_named_for_a_day_before_their_consent(named, time_machine):
    changed(named, consent_given_on=None)
    time_machine.move_to("2026-04-05 12:00Z", tick=False)
    changed(named, consent_given_on=timezone.localdate())
    assert contact_on("2026-04-05")["name"] == "Demo Willing"
    assert contact_on("2026-03-20")["name"] is None
    assert contact_on("2026-02-01")["name"] == "Demo Willing"


def test_a_person_is_shown_as_they_are_today(named):
    changed(named, email="new@example.org", phone="")
    assert contact_on("2026-02-01")["email"] == "new@example.org"


# --- Days ---------------------------------------------------------------------------------------------


def test_a_day_ends_at_midnight_in_brussels_on_both_nights_of_the_clock(time_machine):
    time_machine.move_to("2026-01-05 12:00Z", tick=False)
    trial, centre = entered(a_trial("Alpha")), a_centre("uz-gent")
    site = a_logged_site(trial, centre)
    # Summer time begins on 29 March and ends on 25 October: midnight is 22:00Z that day, then 23:00Z.
    for before, after in (
        ("2026-03-29 21:59Z", "2026-03-29 22:01Z"),
        ("2026-10-25 22:59Z", "2026-10-25 23:01Z"),
    ):
        day = dt.date.fromisoformat(before[:10])
        time_machine.move_to(before, tick=False)
        changed(site, opened_on="2024")
        time_machine.move_to(after, tick=False)
        changed(site, opened_on="2025")
        assert AsOf(day).trial("alpha").sites[0].opened_on == "2024"
        assert AsOf(day + dt.timedelta(days=1)).trial("alpha").sites[0].opened_on == "2025"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2026-03-06", "6 March 2026 is in the future. Give a day from 5 January 2026 to 5 March 2026."),
        (
            "2026-01-04",
            "The record of this directory begins on 5 January 2026: nothing is known of 4 January",
        ),
        ("2026-02-30", "“2026-02-30” is not a day. Write it like 2026-03-05."),
        ("20260201", "“20260201” is not a day."),
        ("yesterday", "“yesterday” is not a day."),
        ("٢٠٢٦-٠٢-٠١", "is not a day."),
        ("9999-12-31", "is in the future."),
    ],
)
def test_a_day_that_cannot_be_shown_is_told_why(named, text, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        day_of(text)


def test_today_and_the_first_day_are_days(named):
    assert day_of("2026-03-05") == dt.date(2026, 3, 5)
    assert day_of(" 2026-01-05 ") == dt.date(2026, 1, 5)


def test_a_record_that_is_older_than_the_log_is_what_it_was_before_its_first_change(named, time_machine):
    """As after a migration that wrote no change."""
    old = a_trial("Old", title_en="Before")
    time_machine.move_to("2026-04-05 12:00Z", tick=False)
    changed(old, title_en="After")
    assert AsOf(dt.date(2026, 2, 1)).trial("old").trial.title_en == "Before"
