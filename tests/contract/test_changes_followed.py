"""The program of docs/api.md that follows `changes/` has the lists, whatever is written in whatever order."""

import random
import time
from contextlib import suppress

import pytest
from django.test import Client
from django.utils import timezone

from centres import actions as people
from centres.models import Centre, CentreAlias, Membership, Network, Professional
from directory.core.changes import SYSTEM, Actor
from directory.core.models import PublicUpdate, State
from directory.core.roles import Role
from directory.search import service
from tests import builders as b
from tests.contract.test_api_page import HOST, programs
from tests.sheets import a_csv, applied
from tests.support.figures import tell
from tests.support.recorded import add, beside, edit, remove
from trials import actions, merging, parting
from trials.choices import Recruitment
from trials.models import Condition, Trial, TrialIdentifier, TrialMerge, TrialSite

EDITOR = Actor(Role.EDITOR)
ROUNDS, WRITES_A_ROUND = 50, 6
LISTS = {"trials": ("trial", "slug"), "centres": ("centre", "code"), "networks": ("network", "slug")}


class Writer:
    """Writes at random what people write, each time to some record: listed, draft or withdrawn."""

    def __init__(self, seed):
        self.random, self.number, self.done = random.Random(seed), 0, []
        self.editor = b.an_editor()
        for what in (self.a_new_centre, self.a_new_trial, self.a_new_network, self.a_new_person):
            for _number in range(5):
                what()
        for _number in range(12):
            self.a_new_site(), self.a_new_membership()

    def write(self):
        kinds = [one for name, one in vars(Writer).items() if name.startswith("a_")]
        what = self.random.choice(kinds)
        what(self)
        self.done.append(what.__name__)

    def some(self, model, **conditions):
        rows = list(model.objects.filter(**conditions).order_by("pk"))
        return self.random.choice(rows) if rows else None

    def named(self):
        self.number += 1
        return f"name-{self.number}"

    def state(self):
        return self.random.choice([State.LISTED] * 4 + State.values)

    def a_new_trial(self):
        name, parent = self.named(), self.some(Trial)
        add(Trial(slug=name, acronym=name.upper(), title_en=name, parent=parent, state=self.state()))

    def a_new_centre(self):
        add(Centre(code=self.named(), name_en=self.named(), city="Gent", country="BE", state=self.state()))

    def a_new_network(self):
        add(Network(slug=self.named(), name_en=self.named(), state=self.state()))

    def a_new_person(self):
        day = self.random.choice([None, timezone.localdate()])
        add(Professional(name=self.named(), email="somebody@example.org", consent_given_on=day))

    def a_new_site(self):
        trial, centre = self.some(Trial), self.some(Centre)
        if not TrialSite.objects.filter(trial=trial, centre=centre).exists():
            add(TrialSite(trial=trial, centre=centre, contact_person=self.some(Professional)))

    def a_new_membership(self):
        network, centre = self.some(Network), self.some(Centre)
        if not Membership.objects.filter(network=network, centre=centre).exists():
            add(Membership(network=network, centre=centre))

    def a_changed_trial(self):
        edit(self.some(Trial), title_en=self.named(), status=self.random.choice(Recruitment.values))

    def a_renamed_trial(self):
        edit(self.some(Trial), slug=self.named())

    def a_renamed_centre(self):
        edit(self.some(Centre), name_en=self.named())

    def a_centre_of_another_code(self):
        edit(self.some(Centre), code=self.named())

    def a_renamed_network(self):
        edit(self.some(Network), acronym=self.named())

    def a_renamed_person(self):
        edit(self.some(Professional), name=self.named())

    def a_state(self):
        one = self.some(self.random.choice([Trial, Trial, Centre, Network]))
        actions.set_state(records=[one], state=self.state(), by=SYSTEM)

    def a_statement(self):
        if site := self.some(TrialSite):
            actions.state_status(site=site, status=self.random.choice(Recruitment.values), by=SYSTEM)

    def a_closed_trial(self):
        actions.close_recruitment(trial=self.some(Trial), by=SYSTEM, reason="full")

    def a_merge(self):
        stays, goes = self.some(Trial), self.some(Trial)
        if stays and goes and not list(merging.obstacles(stays, goes)):
            merging.merge_trials(stays=stays, goes=goes, by=EDITOR)

    def a_merge_undone(self):
        if merge := self.some(TrialMerge, undone_at=None):
            with suppress(parting.ChangedSince):
                parting.undo_merge(merge=merge, by=EDITOR)

    def a_withdrawn_consent(self):
        people.withdraw_consent(professionals=[self.some(Professional)], by=SYSTEM)

    def a_consent_given_again(self):
        edit(self.some(Professional), consent_given_on=timezone.localdate(), consent_withdrawn_on=None)

    def a_contact(self):
        if site := self.some(TrialSite):
            edit(site, contact_person=self.some(Professional), contact_role=self.named())

    def a_role_in_a_network(self):
        if member := self.some(Membership):
            edit(member, role=self.random.choice(["reference", "satellite", ""]), care=[self.named()])

    def a_membership_less(self):
        if member := self.some(Membership):
            remove(member)

    def a_site_less(self):
        if site := self.some(TrialSite):
            remove(site)

    def a_trial_less(self):
        trial = self.some(Trial, subprotocols=None)
        if trial and Trial.objects.count() > 3:
            remove(*trial.sites.all(), trial)

    def a_person_less(self):
        person = self.some(Professional)
        sites = list(TrialSite.objects.filter(contact_person=person))
        for site in sites:
            edit(site, contact_person=None)
        if Professional.objects.count() > 1:
            remove(person)

    def an_identifier(self):
        trial, value = self.some(Trial), f"NCT0{self.number:07}"
        if not TrialIdentifier.objects.filter(value=value).exists():
            beside(trial, lambda: TrialIdentifier.objects.create(trial=trial, scheme="nct", value=value))

    def a_condition(self):
        trial = self.some(Trial)
        beside(trial, lambda: trial.conditions.set([self.some(Condition)]))

    def an_alias(self):
        centre, kind = self.some(Centre), self.random.choice(["name", "learned"])
        beside(centre, lambda: CentreAlias.objects.create(centre=centre, text=self.named(), kind=kind))

    def a_sheet(self):
        trial, centre = self.some(Trial, state=State.LISTED), self.some(Centre)
        if trial:
            row = {"centre_code": centre.code, "acronym": trial.acronym, "status": "suspended"}
            applied(a_csv(row | {"status_date": "2026-05-13"}), kind="sites", user=self.editor)


def without_freshness(record):
    """It moves with the day; all else is compared, `updated_at` included."""
    sites = [{**site, "freshness": None} for site in record.get("sites", ())]
    return {**record, "sites": sites}


def lists():
    client, found = Client(), {}
    for path, (kind, key) in LISTS.items():
        answer = client.get(f"/api/v1/{path}/?page_size=200").json()
        assert answer["next"] is None
        found |= {(kind, one[key]): without_freshness(one) for one in answer["results"]}
    return found


def compared(copy):
    return {name: without_freshness(one) for name, one in copy.items()}


@pytest.fixture
def program(settings):
    settings.API_ANONYMOUS_PER_MINUTE = 10**6
    return programs()[1]


def started(program, site):
    held = {}
    exec(compile(program.replace(HOST, site), "docs/api.md", "exec"), held)
    return held


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.timeout(600)
def test_the_copy_is_the_lists_after_each_of_fifty_rounds_of_random_writes(program, site, seed):
    writer = Writer(seed)
    service.catch_up()
    held = started(program, site)
    assert compared(held["copy"]) == lists()
    ops = []
    for number in range(ROUNDS):
        for _write in range(writer.random.randint(1, WRITES_A_ROUND)):
            writer.write()
        service.catch_up()
        before, held["since"] = held["since"], held["follow"](held["since"])
        ops += PublicUpdate.objects.between(before, 10**9).values_list("op", flat=True)
        assert compared(held["copy"]) == lists(), f"round {number}: {writer.done[-WRITES_A_ROUND:]}"
    begun_today = started(program, site)
    assert begun_today["copy"] == held["copy"], "whoever begins at 0 has the same"
    assert begun_today["since"] == held["since"]
    counts = Client().get("/api/v1/health/").json()["counts"]
    kinds = [kind for kind, _key in held["copy"]]
    assert [counts[path] for path in LISTS] == [kinds.count(kind) for kind, _key in LISTS.values()]
    assert set(ops) == {"create", "update", "delete"}
    tell(f"A copy of the lists, followed for {ROUNDS} rounds: {len(writer.done)} writes, {len(ops)} updates.")


def test_the_program_has_twenty_lines():
    lines = programs()[1].splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith('"""')]
    assert len(code) <= 21, "with the line that calls it"


def test_the_program_waits_when_it_is_told_to(program, site, settings, monkeypatch):
    writer = Writer(3)
    for _number in range(40):
        writer.write()
    service.catch_up()
    settings.API_ANONYMOUS_PER_MINUTE = 2
    waited = []

    def wait(seconds):
        waited.append(seconds)
        if len(waited) == 3:
            settings.API_ANONYMOUS_PER_MINUTE = 10**6

    monkeypatch.setattr(time, "sleep", wait)
    held = started(program.replace("limit=500", "limit=5"), site)
    assert compared(held["copy"]) == lists()
    assert len(waited) == 3
    assert all(0 < seconds <= 60 for seconds in waited)
