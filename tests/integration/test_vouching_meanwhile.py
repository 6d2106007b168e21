"""What happens between looking and answering, and answers that come twice, or at once."""

import datetime as dt

import pytest
from django.test import Client

from directory.core.models import Change
from directory.vouching.models import Enquiry
from tests.builders import a_site, a_trial, says
from tests.support.at_once import at_once
from tests.support.vouching import TODAY, a_link, a_world, buttons_of, fresh, said_by_link, seen

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    centre, sites = a_world()
    return centre, sites, *a_link(centre)


# What happened meanwhile


def test_a_status_that_somebody_changed_meanwhile_is_not_confirmed_as_it_was_shown(world, client):
    form = buttons_of(client.get(world[-1]).content.decode())
    site = world[1][3]
    says(site, "suspended", said=0)
    page = client.post(world[-1], form).content.decode()
    assert "Trial 3: it is not confirmed, since this page did not show how it stands now." in page
    assert fresh(site).status == "suspended"
    assert said_by_link().count() == 13


def test_a_trial_that_was_withdrawn_meanwhile_is_told_and_the_others_are_stored(world, client):
    form = buttons_of(client.get(world[-1]).content.decode())
    type(world[1][0].trial).objects.filter(pk=world[1][0].trial_id).update(state="withdrawn")
    page = client.post(world[-1], form).content.decode()
    assert "1 trial of the form is not asked about by this link" in page
    assert said_by_link().count() == 13


def test_a_site_that_came_meanwhile_is_not_confirmed_unseen(world, client):
    form = buttons_of(client.get(world[-1]).content.decode())
    new = a_site(a_trial("New"), world[0], said=40)
    client.post(world[-1], form)
    assert fresh(new).verified_at == TODAY() - dt.timedelta(days=40)


def test_a_status_that_nobody_knows_is_not_confirmed_but_may_be_stated(client):
    centre, [known] = a_world(1)
    unknown = a_site(a_trial("Nobody"), centre, status=None)
    _enquiry, address = a_link(centre)
    page = client.get(address).content.decode()
    assert "Of 1 trial nobody has stated the status" in page
    client.post(address, buttons_of(page))
    assert [fresh(known).verified_at, fresh(unknown).verified_at] == [TODAY(), None]
    client.post(address, seen(unknown) | {f"{unknown.pk}-said": "recruiting"})
    assert fresh(unknown).status == "recruiting"


# Once


def test_the_same_answer_twice_is_stored_once_and_a_correction_once_more(world, client):
    site = world[1][0]
    for said, statements in (("suspended", 1), ("suspended", 1), ("recruiting", 2), ("recruiting", 2)):
        client.post(world[-1], seen(fresh(site)) | {f"{site.pk}-said": said})
        assert said_by_link().count() == statements
        assert fresh(site).status == said
    for _turn in range(2):
        client.post(world[-1], buttons_of(client.get(world[-1]).content.decode()))
    assert said_by_link().count() == 2 + 13


@pytest.mark.django_db(transaction=True)
@pytest.mark.each("--race-rounds", 5)
def test_two_answers_at_once_have_one_effect_each(request):
    centre, sites = a_world(3)
    links = [a_link(centre)[1], a_link(centre)[1]]
    for turn in range(request.config.getoption("--race-rounds")):
        status = ("suspended", "recruiting")[turn % 2]
        before = said_by_link().count()
        form = seen(*map(fresh, sites)) | {f"{site.pk}-said": status for site in sites}
        codes = at_once(lambda index, form=form: Client().post(links[index % 2], form).status_code, 4)
        assert codes == [302] * 4
        assert said_by_link().count() - before == 3
        assert {fresh(site).status for site in sites} == {status}


def test_what_fails_halfway_stores_nothing(world, client, monkeypatch):
    from directory.vouching import answering

    whole, calls = answering.state_status, []

    def broken(**given):
        calls.append(given)
        if len(calls) == 3:
            raise RuntimeError("broken")
        return whole(**given)

    monkeypatch.setattr(answering, "state_status", broken)
    client.raise_request_exception = False
    form = buttons_of(client.get(world[-1]).content.decode())
    assert client.post(world[-1], form | {"note": "x"}).status_code == 500
    assert not said_by_link().exists()
    assert not Change.objects.exists()
    assert Enquiry.objects.get().answered_at is None
